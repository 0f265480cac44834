//! The signature: 64 bytes and an algorithm, canonical by construction.

use std::fmt;
use std::io::{self, Read, Write};

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Algorithm, SignatureError, ed25519, sm2};

/// A signature of either algorithm. A value of this type is in range (ed25519 `S < L`; SM2 `r, s` in 1..n-1), so it has one encoding only.
///
/// Borsh: tag `u8`, then 64 bytes: `R || S` (RFC 8032) or `r || s`, each 32 bytes big-endian (GB/T 32918.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    algorithm: Algorithm,
    bytes: [u8; 64],
}

impl Signature {
    /// Length of a signature in bytes, without its tag.
    pub const LEN: usize = 64;

    /// Takes the 64 bytes of a signature.
    ///
    /// # Errors
    /// [`SignatureError::MalformedSignature`] when a number is out of range.
    pub fn from_parts(algorithm: Algorithm, bytes: [u8; 64]) -> Result<Self, SignatureError> {
        let canonical = match algorithm {
            Algorithm::Ed25519 => ed25519::is_canonical(&bytes),
            Algorithm::Sm2Sm3 => sm2::is_canonical(&bytes),
        };
        if canonical {
            Ok(Signature { algorithm, bytes })
        } else {
            Err(SignatureError::MalformedSignature { algorithm })
        }
    }

    /// Decodes the signature of an X.509 structure: 64 raw bytes (RFC 8410) or DER `SEQUENCE { r, s }` (GM/T 0009-2012 section 7.3).
    ///
    /// # Errors
    /// [`SignatureError::MalformedSignature`].
    pub fn from_x509(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, SignatureError> {
        let bytes = match algorithm {
            Algorithm::Ed25519 => bytes.try_into().map_err(|_| SignatureError::MalformedSignature { algorithm })?,
            Algorithm::Sm2Sm3 => sm2::signature_from_der(bytes)?,
        };
        Self::from_parts(algorithm, bytes)
    }

    /// The form of [`Signature::from_x509`], which OpenSSL also reads.
    #[must_use]
    pub fn to_x509(&self) -> Vec<u8> {
        match self.algorithm {
            Algorithm::Ed25519 => self.bytes.to_vec(),
            Algorithm::Sm2Sm3 => sm2::signature_to_der(&self.bytes).unwrap_or_default(),
        }
    }

    /// The algorithm of the signature.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The 64 bytes of the signature.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.bytes
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, hex::encode(self.bytes))
    }
}

impl BorshSerialize for Signature {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&[self.algorithm.tag()])?;
        writer.write_all(&self.bytes)
    }
}

impl BorshDeserialize for Signature {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let refused = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let algorithm = Algorithm::from_tag(u8::deserialize_reader(reader)?).map_err(refused)?;
        Self::from_parts(algorithm, <[u8; 64]>::deserialize_reader(reader)?).map_err(refused)
    }
}
