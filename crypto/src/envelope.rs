//! Sealed boxes: AES-256-GCM (NIST SP 800-38D) over one record, and the wrapping of a record's key. Where they are kept is not known here.
//!
//! Layout of a box and of a wrapped key: `nonce (12) || ciphertext || tag (16)`. The associated bytes are
//! `len(name) u8 || name || record id (32)`, so a box moved to another record, or a key box passed off as a record box, does not open.

use std::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::digest::Digest;
use crate::domain::Domain;

/// Length of a nonce in bytes (SP 800-38D section 8.2).
pub const NONCE_LEN: usize = 12;
/// Length of an authentication tag in bytes: the full 128 bits.
pub const TAG_LEN: usize = 16;
/// Length of a wrapped record key in bytes.
pub const WRAPPED_KEY_LEN: usize = NONCE_LEN + 32 + TAG_LEN;
/// Longest record in bytes: a record is held in memory whole, and the largest scanned material of the catalogue is far below this.
pub const MAX_RECORD_BYTES: usize = 256 * 1024 * 1024;

/// The random key of one record. Destroying every wrapped form of it erases the record.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecordKey([u8; 32]);

impl RecordKey {
    /// Takes the key; it must come from a random source and belong to one record only.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        RecordKey(bytes)
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey([REDACTED])")
    }
}

/// The key of an organisation under which record keys are wrapped. Random nonces: rotate before 2^32 wraps (SP 800-38D section 8.3).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct WrappingKey([u8; 32]);

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey([REDACTED])")
    }
}

/// Why a box is not made or does not open.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The record is longer than [`MAX_RECORD_BYTES`].
    #[error("a record has at most {max} bytes, this one has {actual}")]
    TooLong {
        /// Longest record in bytes.
        max: usize,
        /// Bytes given.
        actual: usize,
    },
    /// The box is too short to hold a nonce and a tag.
    #[error("a sealed record has at least {min} bytes, this one has {actual}")]
    TooShort {
        /// Shortest box in bytes.
        min: usize,
        /// Bytes given.
        actual: usize,
    },
    /// A wrapped key has one length only.
    #[error("a wrapped key has {expected} bytes, this one has {actual}")]
    WrappedKeyLength {
        /// Length of a wrapped key in bytes.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// The tag does not fit: another key, another record, or altered bytes.
    #[error("the box does not open: another key, another record, or altered bytes")]
    Refused,
}

/// Seals a record: `nonce || ciphertext || tag`. A nonce must never be used twice with the same key.
///
/// # Errors
/// [`EnvelopeError::TooLong`].
pub fn seal_record(
    key: &RecordKey,
    nonce: &[u8; NONCE_LEN],
    record_id: &Digest,
    plaintext: &[u8],
) -> Result<Vec<u8>, EnvelopeError> {
    seal(&key.0, nonce, &associated_bytes(Domain::RecordSeal, record_id), plaintext)
}

/// Opens a sealed record; the plaintext is wiped when dropped.
///
/// # Errors
/// The box is too short or too long, or does not open with this key and record id.
pub fn open_record(key: &RecordKey, record_id: &Digest, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    open(&key.0, &associated_bytes(Domain::RecordSeal, record_id), sealed)
}

impl WrappingKey {
    /// Takes the key; it must come from a random source.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        WrappingKey(bytes)
    }

    /// Wraps the key of a record: `nonce || ciphertext || tag`. A nonce must never be used twice with the same wrapping key.
    ///
    /// # Errors
    /// None is known; the cipher's own refusal is passed on.
    pub fn wrap(
        &self,
        nonce: &[u8; NONCE_LEN],
        record_id: &Digest,
        key: &RecordKey,
    ) -> Result<[u8; WRAPPED_KEY_LEN], EnvelopeError> {
        let sealed = seal(&self.0, nonce, &associated_bytes(Domain::KeyWrap, record_id), &key.0)?;
        <[u8; WRAPPED_KEY_LEN]>::try_from(sealed.as_slice())
            .map_err(|_| EnvelopeError::WrappedKeyLength { expected: WRAPPED_KEY_LEN, actual: sealed.len() })
    }

    /// Unwraps the key of a record.
    ///
    /// # Errors
    /// The wrapped key has another length or does not open with this key and record id.
    pub fn unwrap(&self, record_id: &Digest, wrapped: &[u8]) -> Result<RecordKey, EnvelopeError> {
        let wrong_length = EnvelopeError::WrappedKeyLength { expected: WRAPPED_KEY_LEN, actual: wrapped.len() };
        if wrapped.len() != WRAPPED_KEY_LEN {
            return Err(wrong_length);
        }
        let opened = open(&self.0, &associated_bytes(Domain::KeyWrap, record_id), wrapped)?;
        <[u8; 32]>::try_from(opened.as_slice()).map(RecordKey).map_err(|_| wrong_length)
    }
}

fn associated_bytes(domain: Domain, record_id: &Digest) -> Vec<u8> {
    domain.signing_bytes(record_id.as_bytes())
}

fn seal(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, EnvelopeError> {
    if plaintext.len() > MAX_RECORD_BYTES {
        return Err(EnvelopeError::TooLong { max: MAX_RECORD_BYTES, actual: plaintext.len() });
    }
    let mut sealed = Vec::with_capacity(plaintext.len().saturating_add(NONCE_LEN + TAG_LEN));
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(plaintext);
    let (_, body) = sealed.split_at_mut(NONCE_LEN);
    let tag = Aes256Gcm::new(&(*key).into())
        .encrypt_inout_detached(&Nonce::from(*nonce), associated, body.into())
        .map_err(|_| EnvelopeError::Refused)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

fn open(key: &[u8; 32], associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let too_short = EnvelopeError::TooShort { min: NONCE_LEN + TAG_LEN, actual: sealed.len() };
    let Some((nonce, rest)) = sealed.split_first_chunk::<NONCE_LEN>() else { return Err(too_short) };
    let Some((ciphertext, tag)) = rest.split_last_chunk::<TAG_LEN>() else { return Err(too_short) };
    if ciphertext.len() > MAX_RECORD_BYTES {
        return Err(EnvelopeError::TooLong { max: MAX_RECORD_BYTES, actual: ciphertext.len() });
    }
    let mut opened = Zeroizing::new(ciphertext.to_vec());
    Aes256Gcm::new(&(*key).into())
        .decrypt_inout_detached(&Nonce::from(*nonce), associated, opened.as_mut_slice().into(), &Tag::from(*tag))
        .map_err(|_| EnvelopeError::Refused)?;
    Ok(opened)
}

#[cfg(test)]
mod tests;
