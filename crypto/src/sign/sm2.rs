//! SM2 with SM3 (GB/T 32918.2-2016) through the `sm2` crate, with the default user id and deterministic nonces (RFC 6979 with SM3).

use std::fmt;
use std::sync::Arc;

use sm2::dsa::signature::{MultipartVerifier, Signer as _};
use sm2::dsa::{SigningKey, VerifyingKey};

use super::{Algorithm, PublicKey, Signature, SignatureError, Signer};
use crate::domain::Domain;

/// The user id of every SM2 signature here (GM/T 0009-2012 section 10); OpenSSL needs it as `-sigopt distid:1234567812345678`.
pub const SM2_DEFAULT_ID: &str = "1234567812345678";

const ALGORITHM: Algorithm = Algorithm::Sm2Sm3;

/// The secret n - 1, which GB/T 32918.1 section 6.1 leaves out of the range of secrets: no signature can be made with it.
const ORDER_MINUS_ONE: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x72, 0x03, 0xdf,
    0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x22,
];

/// A parsed key: its point and ZA are computed once, the bytes are kept for comparison and encoding.
pub(super) struct Sm2Key {
    pub(super) bytes: [u8; 65],
    verifying: VerifyingKey,
}

/// Parses `04 || x || y`: refuses compressed and hybrid forms, coordinates out of range and points off the curve.
pub(super) fn decode_key(bytes: &[u8; 65]) -> Result<Arc<Sm2Key>, SignatureError> {
    let malformed = SignatureError::MalformedKey { algorithm: ALGORITHM };
    if bytes.first() != Some(&0x04) {
        return Err(malformed);
    }
    let verifying = VerifyingKey::from_sec1_bytes(SM2_DEFAULT_ID, bytes).map_err(|_| malformed)?;
    Ok(Arc::new(Sm2Key { bytes: *bytes, verifying }))
}

/// Whether r and s both lie in 1..n-1 (GB/T 32918.2 section 7.1 B1, B2).
pub(super) fn is_canonical(signature: &[u8; 64]) -> bool {
    sm2::dsa::Signature::from_slice(signature).is_ok()
}

/// Verifies the concatenation of the parts.
pub(super) fn verify(key: &Sm2Key, parts: &[&[u8]], signature: &[u8; 64]) -> Result<(), SignatureError> {
    let signature = sm2::dsa::Signature::from_slice(signature)
        .map_err(|_| SignatureError::MalformedSignature { algorithm: ALGORITHM })?;
    key.verifying.multipart_verify(parts, &signature).map_err(|_| SignatureError::Refused)
}

/// `SEQUENCE { r INTEGER, s INTEGER }` of GM/T 0009-2012 section 7.3, to `r || s`.
pub(super) fn signature_from_der(der: &[u8]) -> Result<[u8; 64], SignatureError> {
    let malformed = SignatureError::MalformedSignature { algorithm: ALGORITHM };
    let signature = sm2::dsa::Signature::from_der(der).map_err(|_| malformed.clone())?;
    // One spelling only: what we would write ourselves.
    if signature.to_der().as_bytes() == der { Ok(signature.to_bytes().into()) } else { Err(malformed) }
}

/// `r || s` to `SEQUENCE { r INTEGER, s INTEGER }`; `None` when a number is out of range.
pub(super) fn signature_to_der(signature: &[u8; 64]) -> Option<Vec<u8>> {
    sm2::dsa::Signature::from_slice(signature).ok().map(|signature| signature.to_der().as_bytes().to_vec())
}

/// An SM2 key in memory; overwritten when dropped. The compiler may have left copies on the stack: a production key belongs in hardware.
pub struct Sm2Signer {
    key: Box<SigningKey>,
    public: PublicKey,
}

impl Sm2Signer {
    /// Takes the secret scalar d, 32 bytes big-endian, in 1..n-2 (GB/T 32918.1 section 6.1).
    ///
    /// # Errors
    /// [`SignatureError::MalformedKey`] when d is out of range.
    pub fn from_secret(secret: &[u8; 32]) -> Result<Self, SignatureError> {
        let malformed = SignatureError::MalformedKey { algorithm: ALGORITHM };
        if *secret == ORDER_MINUS_ONE {
            return Err(malformed);
        }
        let key = SigningKey::from_slice(SM2_DEFAULT_ID, secret).map_err(|_| malformed.clone())?;
        let point = key.verifying_key().to_sec1_bytes();
        let public = PublicKey::from_parts(ALGORITHM, &point)?;
        Ok(Sm2Signer { key: Box::new(key), public })
    }

    /// Signs bytes that a standard fixes (X.509, the e-seals of GB/T 38540) and that therefore carry no domain of ours.
    ///
    /// # Errors
    /// [`SignatureError::SigningFailed`].
    pub fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        let signature =
            self.key.try_sign(message).map_err(|_| SignatureError::SigningFailed { algorithm: ALGORITHM })?;
        Signature::from_parts(ALGORITHM, signature.to_bytes().into())
    }
}

impl Signer for Sm2Signer {
    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Result<Signature, SignatureError> {
        self.danger_sign_without_domain(&domain.signing_bytes(message))
    }

    fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        Sm2Signer::danger_sign_without_domain(self, message)
    }
}

impl Drop for Sm2Signer {
    fn drop(&mut self) {
        // `SigningKey` does not wipe itself and hands out no mutable scalar: overwrite it with the key of the scalar 1.
        let mut one = [0; 32];
        let [.., last] = &mut one;
        *last = 1;
        if let Ok(blank) = SigningKey::from_slice(SM2_DEFAULT_ID, &one) {
            *self.key = blank;
            std::hint::black_box(&self.key);
        }
    }
}

impl fmt::Debug for Sm2Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm2Signer([REDACTED], {})", self.public)
    }
}
