//! Nonces that were used: a signed request works once. Two generations, each as long as a signature can be valid.

use super::MAX_AGE_S;
use super::verify::Verified;
use crate::problem::{Code, Problem};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use zhengku_crypto::digest::sha256_parts;

/// Nonces of one generation: 16 bytes each, so 13 MB in all; more than 400 signed requests a second for ten minutes.
const MAX_NONCES: usize = 262_144;
/// A signature is valid from [`MAX_AGE_S`] before its time until as much after it.
const GENERATION_MS: u64 = 2 * MAX_AGE_S * 1000;

/// The used nonces. Lost when the node restarts: the routes that need a signature only read.
#[derive(Default)]
pub(crate) struct NonceCache {
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    began_ms: u64,
    current: BTreeSet<[u8; 16]>,
    former: BTreeSet<[u8; 16]>,
}

impl NonceCache {
    /// Takes a nonce, once.
    pub(crate) fn take(&self, verified: &Verified, now_ms: u64) -> Result<(), Problem> {
        let digest = sha256_parts(&[&verified.organisation.0.to_be_bytes(), verified.nonce.as_bytes()]);
        let mut nonce = [0; 16];
        for (to, from) in nonce.iter_mut().zip(digest.as_bytes()) {
            *to = *from;
        }
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if now_ms.saturating_sub(generations.began_ms) >= GENERATION_MS {
            generations.former = std::mem::take(&mut generations.current);
            generations.began_ms = now_ms;
        }
        if generations.former.contains(&nonce) || generations.current.contains(&nonce) {
            return Err(Problem::new(Code::SignatureRefused, "this nonce was used before"));
        }
        if generations.current.len() >= MAX_NONCES {
            return Err(Problem::new(Code::Overloaded, "too many signed requests").retry_after_ms(60_000));
        }
        generations.current.insert(nonce);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_ledger::ids::OrganisationNumber;

    #[test]
    fn a_nonce_works_once_as_long_as_its_signature_is_valid() {
        let cache = NonceCache::default();
        let of = |organisation, nonce: &str| Verified {
            organisation: OrganisationNumber(organisation),
            nonce: nonce.to_owned(),
        };
        let start = 1_000_000_000;
        cache.take(&of(1, "a"), start).unwrap();
        cache.take(&of(2, "a"), start).unwrap();
        for later in [0, 1, GENERATION_MS - 1, GENERATION_MS, GENERATION_MS + 1] {
            assert!(cache.take(&of(1, "a"), start + later).is_err(), "{later}");
        }
        cache.take(&of(1, "a"), start + 3 * GENERATION_MS).unwrap();
    }
}
