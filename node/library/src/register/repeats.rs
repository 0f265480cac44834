//! Which licence numbers a file has had: 32 bytes a number, so that 10^6 rows stay below 100 MB.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use zhengku_crypto::digest::sha256;

/// Bytes of a number's digest: 10^9 numbers collide with probability 10^-21.
const NUMBER_BYTES: usize = 16;
/// Bytes of a row's digest. Two rows are compared only when their numbers are equal.
const CONTENT_BYTES: usize = 11;

/// What an earlier row left. Byte arrays, so that nothing is lost to alignment.
struct Seen {
    content: [u8; CONTENT_BYTES],
    parts: u8,
    row: [u8; 4],
}

/// What a row may claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// These parts (bits) are new.
    New(u8),
    /// An earlier row has all of it.
    Repeated { first_row: u64 },
    /// An earlier row has the number with other content.
    Conflict { first_row: u64 },
}

/// The numbers of accepted rows. Refused rows claim nothing: the number stays free for the row that is right.
#[derive(Default)]
pub(super) struct Repeats {
    seen: HashMap<[u8; NUMBER_BYTES], Seen>,
}

impl Repeats {
    /// Claims `parts` of a number for a row with this content.
    pub(super) fn claim(&mut self, number: &str, content: &[u8], parts: u8, row: u64) -> Claim {
        let content = prefix(content);
        match self.seen.entry(prefix(number.as_bytes())) {
            Entry::Vacant(vacant) => {
                let row = u32::try_from(row).unwrap_or(u32::MAX).to_le_bytes();
                vacant.insert(Seen { content, parts, row });
                Claim::New(parts)
            }
            Entry::Occupied(mut occupied) => {
                let seen = occupied.get_mut();
                let first_row = u64::from(u32::from_le_bytes(seen.row));
                let new = parts & !seen.parts;
                if seen.content != content {
                    return Claim::Conflict { first_row };
                }
                if new == 0 {
                    return Claim::Repeated { first_row };
                }
                seen.parts |= new;
                Claim::New(new)
            }
        }
    }
}

/// The first bytes of the SHA-256 of `bytes`.
fn prefix<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut prefix = [0; N];
    prefix.iter_mut().zip(sha256(bytes).as_bytes()).for_each(|(to, from)| *to = *from);
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.claim("1", b"a", 1, 10), Claim::New(1));
        assert_eq!(repeats.claim("1", b"a", 1, 11), Claim::Repeated { first_row: 10 });
        assert_eq!(repeats.claim("1", b"b", 1, 12), Claim::Conflict { first_row: 10 });
        assert_eq!(repeats.claim("1", b"a", 3, 13), Claim::New(2));
        assert_eq!(repeats.claim("1", b"a", 2, 14), Claim::Repeated { first_row: 10 });
        assert_eq!(repeats.claim("2", b"b", 3, 15), Claim::New(3));
    }

    #[test]
    fn an_entry_takes_32_bytes() {
        assert_eq!(size_of::<([u8; NUMBER_BYTES], Seen)>(), 32);
    }
}
