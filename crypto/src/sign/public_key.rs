//! The public key: parsed once when it is decoded, cheap to clone, compared by its bytes.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::str::FromStr;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::VerifyingKey;

use super::sm2::Sm2Key;
use super::{Algorithm, NoteText, Signature, SignatureError, ed25519, sm2, spki};
use crate::digest::decode_lower_hex;
use crate::domain::Domain;

/// A public key of either algorithm. A value of this type is canonical, on its curve and not of small order.
///
/// Borsh: tag `u8`, then 32 bytes (ed25519) or 65 bytes `04 || x || y` (SM2). Text: `ed25519:<hex>` or `sm2:<hex>`.
#[derive(Clone)]
pub struct PublicKey(Key);

#[derive(Clone)]
enum Key {
    Ed25519(Arc<VerifyingKey>),
    Sm2(Arc<Sm2Key>),
}

impl PublicKey {
    /// Takes the raw bytes of a key: 32 for ed25519, 65 for SM2.
    ///
    /// # Errors
    /// Wrong length, not canonical, not on the curve, or of small order.
    pub fn from_parts(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, SignatureError> {
        let length = SignatureError::KeyLength { algorithm, expected: algorithm.public_key_len(), actual: bytes.len() };
        match algorithm {
            Algorithm::Ed25519 => {
                let bytes = bytes.try_into().map_err(|_| length)?;
                ed25519::decode_key(bytes).map(Key::Ed25519).map(PublicKey)
            }
            Algorithm::Sm2Sm3 => {
                let bytes = bytes.try_into().map_err(|_| length)?;
                sm2::decode_key(bytes).map(Key::Sm2).map(PublicKey)
            }
        }
    }

    pub(super) fn from_ed25519(key: Arc<VerifyingKey>) -> Self {
        PublicKey(Key::Ed25519(key))
    }

    /// The algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Key::Ed25519(_) => Algorithm::Ed25519,
            Key::Sm2(_) => Algorithm::Sm2Sm3,
        }
    }

    /// The raw bytes of the key: 32 for ed25519, 65 for SM2.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Key::Ed25519(key) => key.as_bytes(),
            Key::Sm2(key) => &key.bytes,
        }
    }

    /// Verifies a signature over `domain.signing_bytes(message)`.
    ///
    /// # Errors
    /// [`SignatureError::AlgorithmMismatch`] or [`SignatureError::Refused`].
    pub fn verify(&self, domain: Domain, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        self.check_algorithm(signature)?;
        match &self.0 {
            Key::Ed25519(key) => ed25519::verify(key, &domain.signing_bytes(message), signature.as_bytes()),
            Key::Sm2(key) => {
                let parts = [&[domain.name_len()], domain.name().as_bytes(), message];
                sm2::verify(key, &parts, signature.as_bytes())
            }
        }
    }

    /// Verifies a signature over a checkpoint's text (C2SP signed-note, type 0x01).
    ///
    /// # Errors
    /// [`SignatureError::AlgorithmMismatch`] or [`SignatureError::Refused`].
    pub fn verify_note(&self, note: &NoteText, signature: &Signature) -> Result<(), SignatureError> {
        self.danger_verify_without_domain(note.as_str().as_bytes(), signature)
    }

    /// Verifies a signature over bytes that a standard fixes (X.509, e-seals, C2SP notes) and that carry no domain of ours.
    ///
    /// # Errors
    /// [`SignatureError::AlgorithmMismatch`] or [`SignatureError::Refused`].
    pub fn danger_verify_without_domain(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        self.check_algorithm(signature)?;
        match &self.0 {
            Key::Ed25519(key) => ed25519::verify(key, message, signature.as_bytes()),
            Key::Sm2(key) => sm2::verify(key, &[message], signature.as_bytes()),
        }
    }

    /// Decodes a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7; ed25519 as in RFC 8410, SM2 with its named curve only).
    ///
    /// # Errors
    /// Another kind of key, another curve, curve parameters written out, or not this exact DER.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, SignatureError> {
        let (algorithm, bytes) = spki::decode(der)?;
        Self::from_parts(algorithm, bytes)
    }

    /// The DER SubjectPublicKeyInfo, as `openssl pkey -pubin -inform DER` reads it.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        spki::encode(self.algorithm(), self.as_bytes())
    }

    fn check_algorithm(&self, signature: &Signature) -> Result<(), SignatureError> {
        let (expected, actual) = (self.algorithm(), signature.algorithm());
        if expected == actual { Ok(()) } else { Err(SignatureError::AlgorithmMismatch { expected, actual }) }
    }

    const fn text_prefix(algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::Ed25519 => "ed25519:",
            Algorithm::Sm2Sm3 => "sm2:",
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.algorithm(), self.as_bytes()).cmp(&(other.algorithm(), other.as_bytes()))
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::text_prefix(self.algorithm()))?;
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
            if let Some(digits) = text.strip_prefix(Self::text_prefix(algorithm)) {
                let mut bytes = vec![0; algorithm.public_key_len()];
                decode_lower_hex(digits, &mut bytes).map_err(|_| SignatureError::MalformedKeyText)?;
                return Self::from_parts(algorithm, &bytes);
            }
        }
        Err(SignatureError::MalformedKeyText)
    }
}

impl BorshSerialize for PublicKey {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&[self.algorithm().tag()])?;
        writer.write_all(self.as_bytes())
    }
}

impl BorshDeserialize for PublicKey {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let refused = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let algorithm = Algorithm::from_tag(u8::deserialize_reader(reader)?).map_err(refused)?;
        match algorithm {
            Algorithm::Ed25519 => {
                let bytes = <[u8; 32]>::deserialize_reader(reader)?;
                Self::from_parts(algorithm, &bytes).map_err(refused)
            }
            Algorithm::Sm2Sm3 => {
                let bytes = <[u8; 65]>::deserialize_reader(reader)?;
                Self::from_parts(algorithm, &bytes).map_err(refused)
            }
        }
    }
}
