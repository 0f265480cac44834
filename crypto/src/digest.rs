//! The 32-byte digest and the three hash functions that make one. Hashes of the ledger go through [`crate::domain`] instead.

use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;
use thiserror::Error;

/// A 32-byte hash value: SHA-256 or SM3, as the place it stands in says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Thirty-two zero bytes: "no digest here", never the hash of anything.
    pub const ZERO: Digest = Digest([0; 32]);
    /// Length of a digest in bytes.
    pub const LEN: usize = 32;

    /// Takes the bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no digest.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestTextError {
    /// The text has another length, in bytes.
    #[error("a digest has {expected} hexadecimal characters, this text has {actual}")]
    Length {
        /// Characters of a digest.
        expected: usize,
        /// Bytes of the text.
        actual: usize,
    },
    /// A character is not one of `0-9a-f`.
    #[error("a digest is written with 0-9 and a-f only; character {position} is another")]
    Character {
        /// Where the character stands, from 0.
        position: usize,
    },
}

impl FromStr for Digest {
    type Err = DigestTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; Self::LEN];
        decode_lower_hex(text, &mut bytes)?;
        Ok(Digest(bytes))
    }
}

/// Decodes exactly `out.len()` bytes from lower-case hexadecimal; upper case is refused so that each value has one spelling.
pub(crate) fn decode_lower_hex(text: &str, out: &mut [u8]) -> Result<(), DigestTextError> {
    let expected = out.len().saturating_mul(2);
    if text.len() != expected {
        return Err(DigestTextError::Length { expected, actual: text.len() });
    }
    if let Some(position) = text.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(DigestTextError::Character { position });
    }
    hex::decode_to_slice(text, out).map_err(|_| DigestTextError::Character { position: 0 })
}

/// SHA-256 (FIPS 180-4) of the bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// SHA-256 of the plain concatenation of the parts. Only for parts of fixed length or with a length before them: otherwise bytes
/// can move from one part to the next without changing the digest.
#[must_use]
pub fn sha256_parts(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// SM3 (GB/T 32905-2016) of the bytes.
#[must_use]
pub fn sm3(bytes: &[u8]) -> Digest {
    Digest(Sm3::digest(bytes).into())
}

/// HMAC-SHA256 (RFC 2104) over the plain concatenation of the parts; the same care as with [`sha256_parts`].
#[must_use]
pub fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> Digest {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block);
    for part in parts {
        mac.update(part);
    }
    Digest(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sha256_known_vectors() {
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(sha256(text.as_bytes()).to_string(), expected);
        }
    }

    #[test]
    fn sm3_known_vectors_of_gbt_32905() {
        assert_eq!(sm3(b"abc").to_string(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(
            sm3("abcd".repeat(16).as_bytes()).to_string(),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }

    /// RFC 4231 cases 1, 2 and 3: an HMAC key shorter than a block is padded with zeros, so a shorter key and its zero-padded
    /// form are the same key.
    #[test]
    fn hmac_known_vectors_of_rfc_4231() {
        let key = |bytes: &[u8]| {
            let mut key = [0; 32];
            key[..bytes.len()].copy_from_slice(bytes);
            key
        };
        let cases: [(&[u8], &[u8], &str); 3] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ];
        for (secret, message, expected) in cases {
            assert_eq!(hmac_sha256(&key(secret), &[message]).to_string(), expected);
            let (left, right) = message.split_at(3);
            assert_eq!(hmac_sha256(&key(secret), &[left, right]).to_string(), expected);
        }
    }

    #[test]
    fn text_form_is_strict() {
        let text = sha256(b"abc").to_string();
        assert_eq!(text.parse::<Digest>().unwrap(), sha256(b"abc"));
        assert_eq!(format!("{:?}", sha256(b"abc")), text);
        assert_eq!(text.to_uppercase().parse::<Digest>(), Err(DigestTextError::Character { position: 0 }));
        assert_eq!(text[1..].parse::<Digest>(), Err(DigestTextError::Length { expected: 64, actual: 63 }));
        assert_eq!(format!("{text}00").parse::<Digest>(), Err(DigestTextError::Length { expected: 64, actual: 66 }));
        assert!(format!("{}é", &text[2..]).parse::<Digest>().is_err());
    }

    proptest! {
        #[test]
        fn text_and_bytes_round_trip(bytes: [u8; 32]) {
            let digest = Digest::from_bytes(bytes);
            prop_assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
            prop_assert_eq!(borsh::from_slice::<Digest>(&borsh::to_vec(&digest).unwrap()).unwrap(), digest);
            prop_assert_eq!(borsh::to_vec(&digest).unwrap(), bytes.to_vec());
        }

        #[test]
        fn any_text_parses_or_is_refused(text in "\\PC{0,70}") {
            if let Ok(digest) = text.parse::<Digest>() {
                prop_assert_eq!(digest.to_string(), text);
            }
        }

        #[test]
        fn parts_are_concatenated(left: Vec<u8>, right: Vec<u8>) {
            prop_assert_eq!(sha256_parts(&[&left, &right]), sha256(&[left, right].concat()));
        }
    }
}
