//! Signatures with an algorithm id: ed25519 (RFC 8032) and SM2 with SM3 (GB/T 32918.2). Every signature names its [`Domain`].

mod ed25519;
pub mod note;
mod public_key;
mod signature;
mod sm2;
mod spki;

use thiserror::Error;

pub use self::ed25519::Ed25519Signer;
pub use self::note::{NoteText, NoteTextError};
pub use self::public_key::PublicKey;
pub use self::signature::Signature;
pub use self::sm2::{SM2_DEFAULT_ID, Sm2Signer};
use crate::domain::Domain;

/// A signature algorithm; the number is the tag in every encoding and is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Pure Ed25519, RFC 8032 section 5.1, verified strictly.
    Ed25519 = 1,
    /// SM2 with SM3, GB/T 32918.2-2016, over the recommended curve and the default user id.
    Sm2Sm3 = 2,
}

impl Algorithm {
    /// The name in texts: `ed25519` or `sm2-with-sm3`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "ed25519",
            Algorithm::Sm2Sm3 => "sm2-with-sm3",
        }
    }

    /// The tag in encodings.
    #[must_use]
    pub const fn tag(self) -> u8 {
        self as u8
    }

    /// The algorithm of a tag.
    ///
    /// # Errors
    /// [`SignatureError::UnknownAlgorithm`].
    pub const fn from_tag(tag: u8) -> Result<Self, SignatureError> {
        match tag {
            1 => Ok(Algorithm::Ed25519),
            2 => Ok(Algorithm::Sm2Sm3),
            _ => Err(SignatureError::UnknownAlgorithm { tag }),
        }
    }

    /// Length of a public key in bytes: 32 for ed25519, 65 (`04 || x || y`) for SM2.
    #[must_use]
    pub const fn public_key_len(self) -> usize {
        match self {
            Algorithm::Ed25519 => 32,
            Algorithm::Sm2Sm3 => 65,
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a key or signature is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature belongs to another algorithm than the key.
    #[error("the key is for {expected}, the signature is {actual}")]
    AlgorithmMismatch {
        /// Algorithm of the key.
        expected: Algorithm,
        /// Algorithm of the signature.
        actual: Algorithm,
    },
    /// The curve of the key is written out instead of named; such keys forged trust in CVE-2020-0601.
    #[error("the key writes out its curve parameters; only the named curve of SM2 is accepted")]
    ExplicitCurve,
    /// The key has another length, in bytes.
    #[error("a public key for {algorithm} has {expected} bytes, this one has {actual}")]
    KeyLength {
        /// Algorithm of the key.
        algorithm: Algorithm,
        /// Length of a key in bytes.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// The key is not canonical, not on the curve, or out of range.
    #[error("this is no canonical key for {algorithm}")]
    MalformedKey {
        /// Algorithm of the key.
        algorithm: Algorithm,
    },
    /// The bytes are no DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
    #[error("this is no DER SubjectPublicKeyInfo")]
    MalformedKeyEncoding,
    /// The text is not `ed25519:` or `sm2:` and lower-case hexadecimal digits.
    #[error("a key is written as ed25519: or sm2: with lower-case hexadecimal digits")]
    MalformedKeyText,
    /// The signature is not canonical or a number in it is out of range.
    #[error("this is no canonical signature of {algorithm}")]
    MalformedSignature {
        /// Algorithm of the signature.
        algorithm: Algorithm,
    },
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Refused,
    /// The signer could not sign.
    #[error("the signer for {algorithm} could not sign")]
    SigningFailed {
        /// Algorithm of the signer.
        algorithm: Algorithm,
    },
    /// No algorithm has this tag.
    #[error("no signature algorithm has the tag {tag}")]
    UnknownAlgorithm {
        /// The tag read.
        tag: u8,
    },
    /// The key is on a curve that is not accepted, such as P-256.
    #[error("keys on the curve {oid} are not accepted; only the SM2 curve 1.2.156.10197.1.301 is")]
    UnsupportedCurve {
        /// Object identifier of the curve, dotted.
        oid: String,
    },
    /// The key is of a kind that is not accepted, such as RSA.
    #[error("keys of the kind {oid} are not accepted; only ed25519 and SM2 are")]
    UnsupportedKeyKind {
        /// Object identifier of the key algorithm, dotted.
        oid: String,
    },
    /// The key has small order: one signature would fit many messages.
    #[error("the key for {algorithm} has small order")]
    WeakKey {
        /// Algorithm of the key.
        algorithm: Algorithm,
    },
}

/// Whoever holds a secret key: a key in memory here, a key in hardware elsewhere.
pub trait Signer: Send + Sync {
    /// The public key that verifies this signer's signatures.
    fn public_key(&self) -> PublicKey;

    /// Signs `domain.signing_bytes(message)`.
    ///
    /// # Errors
    /// The signer cannot be reached or refuses.
    fn sign(&self, domain: Domain, message: &[u8]) -> Result<Signature, SignatureError>;

    /// Signs a checkpoint's text as it is (C2SP signed-note, ed25519 only). A signer that wraps another one must hand this on;
    /// the default refuses, so that no signer signs bytes without a domain by accident.
    ///
    /// # Errors
    /// [`SignatureError::SigningFailed`]: the signer cannot be reached, refuses, or is none for notes.
    fn sign_note(&self, note: &NoteText) -> Result<Signature, SignatureError> {
        let _ = note;
        Err(SignatureError::SigningFailed { algorithm: self.public_key().algorithm() })
    }

    /// Signs the bytes as they are. Only for bytes that a standard fixes (X.509, the e-seals of GB/T 38540, RFC 3161) and that
    /// therefore carry no domain of ours; the default refuses, so that no signer does so by accident.
    ///
    /// # Errors
    /// [`SignatureError::SigningFailed`]: the signer cannot be reached, refuses, or is none for such bytes.
    fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        let _ = message;
        Err(SignatureError::SigningFailed { algorithm: self.public_key().algorithm() })
    }
}

/// A signer whose secret lies in memory, of either algorithm.
#[derive(Debug)]
#[non_exhaustive]
pub enum SecretSigner {
    /// An ed25519 key.
    Ed25519(Ed25519Signer),
    /// An SM2 key.
    Sm2(Sm2Signer),
}

impl SecretSigner {
    /// Takes the secret of either algorithm: the ed25519 seed, or the SM2 scalar big-endian.
    ///
    /// # Errors
    /// The bytes are no secret key of the algorithm.
    pub fn from_secret(algorithm: Algorithm, secret: &[u8; 32]) -> Result<Self, SignatureError> {
        match algorithm {
            Algorithm::Ed25519 => Ed25519Signer::from_secret(secret).map(SecretSigner::Ed25519),
            Algorithm::Sm2Sm3 => Sm2Signer::from_secret(secret).map(SecretSigner::Sm2),
        }
    }
}

impl Signer for SecretSigner {
    fn public_key(&self) -> PublicKey {
        match self {
            SecretSigner::Ed25519(signer) => signer.public_key(),
            SecretSigner::Sm2(signer) => signer.public_key(),
        }
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Result<Signature, SignatureError> {
        match self {
            SecretSigner::Ed25519(signer) => signer.sign(domain, message),
            SecretSigner::Sm2(signer) => signer.sign(domain, message),
        }
    }

    fn sign_note(&self, note: &NoteText) -> Result<Signature, SignatureError> {
        match self {
            SecretSigner::Ed25519(signer) => signer.sign_note(note),
            SecretSigner::Sm2(signer) => signer.sign_note(note),
        }
    }

    fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        match self {
            SecretSigner::Ed25519(signer) => signer.danger_sign_without_domain(message),
            SecretSigner::Sm2(signer) => signer.danger_sign_without_domain(message),
        }
    }
}

#[cfg(test)]
mod tests;
