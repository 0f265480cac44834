//! X.509 certificates of ed25519 and SM2 keys, their revocation lists, and the chain check of RFC 5280 section 6 against trust anchors.
//!
//! Everything parsed here is bounded first. A parsed certificate is well-formed, nothing more: only [`TrustAnchors::check_chain`]
//! says that somebody trusted issued it. Policies, name constraints and indirect or delta lists are not implemented: a certificate
//! that makes them critical is refused, never half understood.

mod chain;
mod der;
mod error;
pub mod issue;
mod parse;
mod pem;
mod revocation;

use std::fmt;

pub use self::chain::{
    ChainReport, ChainTimes, KeyPurpose, MAX_CHAIN_CERTIFICATES, MAX_INTERMEDIATES, MAX_SIGNATURE_CHECKS, RevokedLater,
    TrustAnchors,
};
pub use self::error::{CertificateError, Structure};
pub use self::revocation::{ListGap, ListGapReason, MAX_LIST_BYTES, RevocationList};
use crate::digest::Digest;
use crate::sign::{PublicKey, Signature};

/// Longest certificate in bytes: real ones have 1 to 2 KiB; the bound keeps a hostile one from costing more than a page or two.
pub const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;

/// A parsed and bounded X.509 version 3 certificate of an ed25519 or SM2 key (RFC 5280, RFC 8410, GM/T 0015-2012).
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    fingerprint: Digest,
    serial: Vec<u8>,
    subject: Name,
    issuer: Name,
    not_before_unix_s: i64,
    not_after_unix_s: i64,
    public_key: PublicKey,
    signature: Signature,
    extensions: Extensions,
}

/// A distinguished name: the DER bytes are compared, the text is shown.
#[derive(Clone, PartialEq, Eq)]
struct Name {
    der: Vec<u8>,
    text: String,
}

/// What of the extensions the chain check needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Extensions {
    is_authority: bool,
    path_len: Option<u32>,
    key_usage: Option<KeyUsage>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
    /// `id-kp-timeStamping` is the only extended usage.
    only_time_stamping: bool,
    /// The first critical extension that is not understood here, as dotted text.
    not_understood: Option<String>,
}

/// The key usage bits (RFC 5280 section 4.2.1.3); bit 0, `digitalSignature`, is the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// The nine bits, bit 0 lowest.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The key may sign messages.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.0 & 1 != 0
    }

    /// The key may commit to contents (formerly `nonRepudiation`).
    #[must_use]
    pub const fn content_commitment(self) -> bool {
        self.0 & (1 << 1) != 0
    }

    /// The key may sign certificates.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.0 & (1 << 5) != 0
    }

    /// The key may sign revocation lists.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.0 & (1 << 6) != 0
    }
}

impl Certificate {
    /// Decodes one DER certificate; trailing bytes are refused.
    ///
    /// # Errors
    /// Too large, not well-formed, or of a kind of key or signature that is not accepted.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        parse::certificate(der)
    }

    /// Decodes one PEM certificate (RFC 7468); a second block is refused.
    ///
    /// # Errors
    /// Not one PEM block labelled `CERTIFICATE`, or its bytes are refused by [`Certificate::from_der`].
    pub fn from_pem(text: &[u8]) -> Result<Self, CertificateError> {
        Self::from_der(&pem::single(text, "CERTIFICATE", MAX_CERTIFICATE_BYTES.saturating_mul(2))?)
    }

    /// The PEM text (RFC 7468).
    ///
    /// # Errors
    /// None is known for a certificate that was read; the encoder's refusal is passed on.
    pub fn to_pem(&self) -> Result<String, CertificateError> {
        pem::encode("CERTIFICATE", &self.der)
    }

    /// The DER bytes as they were given.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER bytes.
    #[must_use]
    pub const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// The serial number, big-endian without leading zeros beyond the sign.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The serial number in lower-case hexadecimal.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        hex::encode(&self.serial)
    }

    /// The subject as text. It may name a person: do not log it.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject.text
    }

    /// The issuer as text.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer.text
    }

    /// The DER bytes of the issuer's name.
    #[must_use]
    pub(crate) fn issuer_der(&self) -> &[u8] {
        &self.issuer.der
    }

    /// The key of the subject.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// First second of validity, Unix seconds.
    #[must_use]
    pub const fn not_before(&self) -> i64 {
        self.not_before_unix_s
    }

    /// Last second of validity, Unix seconds.
    #[must_use]
    pub const fn not_after(&self) -> i64 {
        self.not_after_unix_s
    }

    /// Whether the subject may issue certificates (basicConstraints, RFC 5280 section 4.2.1.9).
    #[must_use]
    pub const fn is_ca(&self) -> bool {
        self.extensions.is_authority
    }

    /// How many intermediate certificates may follow below this one.
    #[must_use]
    pub const fn path_len(&self) -> Option<u32> {
        self.extensions.path_len
    }

    /// The key usage bits, if the certificate states them.
    #[must_use]
    pub const fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// Whether subject and issuer have the same name; says nothing about the signature.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject.der == self.issuer.der
    }
}

/// Only the fingerprint: a subject may be a person.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint)
    }
}
