//! The only reader of the system's randomness in this package: keys and nonces come from here and nowhere else.

use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Bytes taken from the system at a time: one call of the kernel for about 1,100 sealed records.
const REFILL_BYTES: usize = 64 * 1024;

/// The system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes: {0}")]
pub struct RandomError(#[from] getrandom::Error);

/// Random bytes of the operating system (`getrandom(2)`), read ahead. One for each thread: it is neither cloned nor shared, so no
/// byte is handed out twice. Bytes handed out are wiped here at once.
pub struct Randomness {
    unused: Zeroizing<Vec<u8>>,
}

impl Randomness {
    /// Starts empty; the first [`fill`](Self::fill) reads.
    #[must_use]
    pub fn new() -> Self {
        Self { unused: Zeroizing::new(Vec::with_capacity(REFILL_BYTES)) }
    }

    /// Fills `out` with fresh random bytes.
    ///
    /// # Errors
    /// [`RandomError`]: the system refuses; `out` is then not to be used.
    pub fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        if out.len() > REFILL_BYTES {
            return Ok(getrandom::fill(out)?);
        }
        if self.unused.len() < out.len() {
            self.refill()?;
        }
        let rest = self.unused.len().saturating_sub(out.len());
        if let Some((_, taken)) = self.unused.split_at_mut_checked(rest) {
            out.copy_from_slice(taken);
            taken.zeroize();
        }
        self.unused.truncate(rest);
        Ok(())
    }

    /// Fresh random bytes by value.
    ///
    /// # Errors
    /// [`RandomError`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], RandomError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// After a failure nothing is left to hand out: never a byte that the system did not give.
    fn refill(&mut self) -> Result<(), RandomError> {
        self.unused.resize(REFILL_BYTES, 0);
        let filled = getrandom::fill(&mut self.unused);
        if filled.is_err() {
            self.unused.clear();
        }
        Ok(filled?)
    }
}

impl Default for Randomness {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Randomness([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_arrays_are_equal_across_refills() {
        let mut random = Randomness::new();
        let arrays: BTreeSet<[u8; 32]> = (0..10_000).map(|_| random.array().unwrap()).collect();
        assert_eq!(arrays.len(), 10_000);
        assert!(!arrays.contains(&[0; 32]));
    }

    #[test]
    fn every_length_is_filled() {
        let mut random = Randomness::new();
        for length in [0, 1, 31, 4096, REFILL_BYTES - 1, REFILL_BYTES, REFILL_BYTES + 1, 3 * REFILL_BYTES] {
            let mut bytes = vec![0; length];
            random.fill(&mut bytes).unwrap();
            let zeros = bytes.iter().filter(|byte| **byte == 0).count();
            assert!(zeros <= length / 64 + 8, "{zeros} zeros of {length}");
        }
    }

    #[test]
    fn bytes_handed_out_are_not_kept() {
        let mut random = Randomness::new();
        let taken: [u8; 32] = random.array().unwrap();
        assert!(!random.unused.windows(32).any(|window| window == taken));
        assert_eq!(random.unused.len(), REFILL_BYTES - 32);
        assert_eq!(format!("{random:?}"), "Randomness([REDACTED])");
    }
}
