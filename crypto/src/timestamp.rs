//! Timestamps of GB/T 20520 in the form of RFC 3161 (TimeStampToken: CMS SignedData with SM3 and SM2).

use thiserror::Error;

use crate::certificate::{Certificate, CertificateError, RevocationList, TrustAnchors};

/// What is trusted when a timestamp is verified.
#[derive(Clone, Copy, Debug)]
pub struct TimestampTrust<'a> {
    /// The trusted authorities.
    pub anchors: &'a TrustAnchors,
    /// Authorities between them and the timestamping authority.
    pub intermediates: &'a [Certificate],
    /// Revocation lists.
    pub lists: &'a [RevocationList],
    /// The present time, Unix seconds.
    pub now: i64,
}

/// A timestamp that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timestamp {
    /// When the message existed, Unix seconds.
    pub time_unix_s: i64,
}

/// Why a timestamp is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampError {
    /// The certificate of the authority is refused.
    #[error("the certificate of the timestamping authority is refused: {0}")]
    Certificate(CertificateError),
    /// The bytes are no timestamp token of the profile in docs/spec/seal.md.
    #[error("the bytes are no well-formed TimeStampToken")]
    Malformed,
}

impl TimestampError {
    /// The reason in Chinese.
    #[must_use]
    pub fn reason_zh(&self) -> String {
        match self {
            TimestampError::Certificate(error) => crate::seal::certificate_zh(error).to_owned(),
            TimestampError::Malformed => "数据不是格式正确的时间戳".to_owned(),
        }
    }
}

/// Verifies a token over the message.
///
/// # Errors
/// Why the timestamp does not hold.
pub fn verify(token: &[u8], message: &[u8], trust: &TimestampTrust<'_>) -> Result<Timestamp, TimestampError> {
    let _ = (token, message, trust);
    Err(TimestampError::Malformed)
}
