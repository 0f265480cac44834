//! Ed25519 through `ed25519-dalek`. Verification is `verify_strict` only, so that all validators agree on every signature.

use std::fmt;
use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use super::{Algorithm, NoteText, PublicKey, Signature, SignatureError, Signer};
use crate::domain::Domain;

/// The group order L of RFC 8032 section 5.1, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The field prime 2^255 - 19 of RFC 8032 section 5.1, little-endian.
const PRIME: [u8; 32] = [
    0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
];

/// Parses a key: refuses y >= p (a second spelling of a key), points off the curve and points of small order.
pub(super) fn decode_key(bytes: &[u8; 32]) -> Result<Arc<VerifyingKey>, SignatureError> {
    let algorithm = Algorithm::Ed25519;
    let mut y = *bytes;
    let [.., last] = &mut y;
    *last &= 0x7f;
    if !is_below(&y, &PRIME) {
        return Err(SignatureError::MalformedKey { algorithm });
    }
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| SignatureError::MalformedKey { algorithm })?;
    if key.is_weak() {
        return Err(SignatureError::WeakKey { algorithm });
    }
    Ok(Arc::new(key))
}

/// Whether the second half of the signature, the number S, is below L (RFC 8032 section 5.1.7).
pub(super) fn is_canonical(signature: &[u8; 64]) -> bool {
    signature.last_chunk::<32>().is_some_and(|s| is_below(s, &ORDER))
}

fn is_below(number: &[u8; 32], bound: &[u8; 32]) -> bool {
    number.iter().rev().lt(bound.iter().rev())
}

/// Verifies the bytes as they are.
pub(super) fn verify(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> Result<(), SignatureError> {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    key.verify_strict(message, &signature).map_err(|_| SignatureError::Refused)
}

/// An ed25519 key in memory; wiped when dropped.
pub struct Ed25519Signer {
    key: SigningKey,
}

impl Ed25519Signer {
    /// Takes the 32-byte secret seed of RFC 8032 section 5.1.5. The public key is always derived from it: a foreign one would leak it.
    ///
    /// # Errors
    /// None today: every seed makes a key.
    pub fn from_secret(secret: &[u8; 32]) -> Result<Self, SignatureError> {
        Ok(Ed25519Signer { key: SigningKey::from_bytes(secret) })
    }

    /// Signs bytes that a standard fixes (X.509, C2SP notes) and that therefore carry no domain of ours.
    ///
    /// # Errors
    /// [`SignatureError::SigningFailed`].
    pub fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        let algorithm = Algorithm::Ed25519;
        let signature = self.key.try_sign(message).map_err(|_| SignatureError::SigningFailed { algorithm })?;
        Signature::from_parts(algorithm, signature.to_bytes())
    }
}

impl Signer for Ed25519Signer {
    fn public_key(&self) -> PublicKey {
        PublicKey::from_ed25519(Arc::new(self.key.verifying_key()))
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Result<Signature, SignatureError> {
        self.danger_sign_without_domain(&domain.signing_bytes(message))
    }

    fn sign_note(&self, note: &NoteText) -> Result<Signature, SignatureError> {
        self.danger_sign_without_domain(note.as_str().as_bytes())
    }

    fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        Ed25519Signer::danger_sign_without_domain(self, message)
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Signer([REDACTED], {})", self.public_key())
    }
}
