//! Keyed pseudonyms. A plain hash of a citizen number is the number: all of them can be tried in hours. Hence a secret key.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::digest::{Digest, hmac_sha256};
use crate::domain::Domain;

/// The secret key of a jurisdiction from which licence and holder pseudonyms are made: 32 bytes, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// Takes the key; it must come from a random source and be kept as long as the ledger lives.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        PseudonymKey(bytes)
    }

    /// The pseudonym of a licence, from its type code and number as written in the catalogue.
    #[must_use]
    pub fn licence(&self, type_code: &str, number: &str) -> Digest {
        self.pseudonym(Domain::LicencePseudonym, type_code, number)
    }

    /// The pseudonym of a holder, from the code of the identity document's type (GB/T 36903) and its number.
    #[must_use]
    pub fn holder(&self, id_type: &str, id_number: &str) -> Digest {
        self.pseudonym(Domain::HolderPseudonym, id_type, id_number)
    }

    /// HMAC-SHA256 over `len(name) u8 || name || len u64 BE || first || len u64 BE || second`.
    fn pseudonym(&self, domain: Domain, first: &str, second: &str) -> Digest {
        hmac_sha256(
            &self.0,
            &[
                &[domain.name_len()],
                domain.name().as_bytes(),
                &(first.len() as u64).to_be_bytes(),
                first.as_bytes(),
                &(second.len() as u64).to_be_bytes(),
                second.as_bytes(),
            ],
        )
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "999999200001010011";

    #[test]
    fn the_bytes_are_those_of_the_definition() {
        let key = PseudonymKey::from_bytes([3; 32]);
        let mut message = vec![27];
        message.extend_from_slice(b"zhengku/holder-pseudonym/v1");
        message.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 3]);
        message.extend_from_slice(b"111");
        message.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 18]);
        message.extend_from_slice(NUMBER.as_bytes());
        assert_eq!(key.holder("111", NUMBER), hmac_sha256(&[3; 32], &[&message]));
    }

    #[test]
    fn every_argument_counts() {
        let key = PseudonymKey::from_bytes([3; 32]);
        let base = key.holder("111", NUMBER);
        assert_eq!(base, key.clone().holder("111", NUMBER));
        assert_ne!(base, key.licence("111", NUMBER));
        assert_ne!(base, key.holder("112", NUMBER));
        assert_ne!(base, key.holder("111", "999999199002280034"));
        assert_ne!(base, key.holder("1119", &NUMBER[1..]));
        assert_ne!(base, PseudonymKey::from_bytes([4; 32]).holder("111", NUMBER));
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", PseudonymKey::from_bytes([0x41; 32])), "PseudonymKey([REDACTED])");
    }
}
