//! Electronic seals and seal signatures: SESeal and SES_Signature of GB/T 38540-2020 (version 4), GM/T 0031-2014 (version 1) and
//! GM/T 0031-2025 (version 5, as far as files in use show it). All three are read, version 4 is written. Only SM2 with SM3.
//!
//! Decoding is strict: what would not encode to the same bytes again is refused. A decoded [`Seal`] or [`SealSignature`] is
//! well-formed, nothing more: only [`verify`] says that it holds, step by step (docs/spec/seal.md).
//!
//! Deliberately absent: RSA, SHA-1, the drawing of the picture, and the file around the signature.

mod error;
mod finding;
mod make;
mod read;
mod sign;
mod signature;
mod steps;
mod verify;
mod wire;

use std::fmt;

pub use self::error::{Role, SealError};
pub(crate) use self::finding::certificate_zh;
pub use self::finding::{Expiring, Finding, FindingClass};
pub use self::make::{AdmittedAs, SealDates, SealDraft};
pub use self::sign::{PreparedSeal, SignRequest, TimestampSource, sign};
pub use self::signature::SealSignature;
pub use self::steps::{Outcome, Step, StepName};
pub use self::verify::{SealContext, SealReport, verify};
use crate::certificate::Certificate;
use crate::digest::{Digest, sha256, sm3};
use crate::sign::Signature;

/// Longest seal in bytes: a picture, a few dozen certificates and little else.
pub const MAX_SEAL_BYTES: usize = 1024 * 1024;
/// Longest seal signature in bytes: a seal, a certificate, a timestamp and little else.
pub const MAX_SIGNATURE_BYTES: usize = MAX_SEAL_BYTES + 128 * 1024;
/// Longest picture in bytes: real ones have 5 to 60 KiB.
pub const MAX_PICTURE_BYTES: usize = 512 * 1024;
/// Largest side of a picture in millimetres: official seals have 30 to 60; the rest is room for personal and wide ones.
pub const MAX_PICTURE_MM: u32 = 200;
/// Longest seal number, maker's mark or picture format in bytes: 32 digits are usual.
pub const MAX_ID_BYTES: usize = 128;
/// Longest name of a seal in bytes: 128 Chinese characters of three bytes, and room.
pub const MAX_NAME_BYTES: usize = 512;
/// Most certificates that may use one seal: the staff of a service hall, and room for renewals.
pub const MAX_CERTIFICATES: usize = 64;
/// Longest protected range in bytes: in OFD a path inside the package.
pub const MAX_PROPERTY_BYTES: usize = 1024;
/// Most extensions of a seal or a signature: none are defined by the standard.
pub const MAX_EXTENSIONS: usize = 16;
/// Longest timestamp token in bytes.
pub const MAX_TIMESTAMP_BYTES: usize = crate::timestamp::MAX_TOKEN_BYTES;

/// The version of the data format, as the seal's header states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealVersion {
    /// GM/T 0031-2014: read only.
    V1,
    /// GB/T 38540-2020: read and written.
    V4,
    /// GM/T 0031-2025: read only; version 4 with an optional timestamp of the seal.
    V5,
}

impl SealVersion {
    /// The number in the header: 1, 4 or 5.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            SealVersion::V1 => 1,
            SealVersion::V4 => 4,
            SealVersion::V5 => 5,
        }
    }
}

/// What kind of seal it is (SES_ESPropertyInfo.type).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealKind {
    /// 单位印章, type 1.
    Unit,
    /// 个人名章, type 2.
    Personal,
    /// Another number: version 4 lets makers use more.
    Other(u32),
}

impl SealKind {
    /// The number in the seal.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            SealKind::Unit => 1,
            SealKind::Personal => 2,
            SealKind::Other(number) => number,
        }
    }

    const fn from_number(number: u32) -> Self {
        match number {
            1 => SealKind::Unit,
            2 => SealKind::Personal,
            other => SealKind::Other(other),
        }
    }
}

/// The picture of a seal (SES_ESPictrueInfo); its bytes are not looked at here.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The format in capitals: PNG, SVG, OFD, GIF, BMP or JPG.
    pub format: String,
    /// The bytes of the picture.
    pub data: Vec<u8>,
    /// Width in millimetres.
    pub width_mm: u32,
    /// Height in millimetres.
    pub height_mm: u32,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Picture { format, data, width_mm, height_mm } = self;
        write!(f, "Picture({format}, {} bytes, {width_mm} x {height_mm} mm)", data.len())
    }
}

/// Who may sign with a seal (SES_CertList).
#[derive(Clone, PartialEq, Eq)]
pub enum SealCertificates {
    /// certListType 1: the DER bytes of certificates.
    Certificates(Vec<Vec<u8>>),
    /// certListType 2: digests of certificates; those by unknown functions are kept and admit nobody.
    Digests(Vec<CertificateDigest>),
}

/// The digest of a certificate in a seal (CertDigestObj).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateDigest {
    /// The name of the digest function, as the maker wrote it.
    pub function: String,
    /// The digest.
    pub value: Vec<u8>,
}

impl CertificateDigest {
    fn matches(&self, certificate: &[u8]) -> bool {
        let digest: Digest = match self.function.as_str() {
            "SM3" | "sm3" | "1.2.156.10197.1.401" => sm3(certificate),
            "SHA256" | "SHA-256" | "sha256" | "2.16.840.1.101.3.4.2.1" => sha256(certificate),
            _ => return false,
        };
        self.value == digest.as_bytes()
    }
}

impl SealCertificates {
    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            SealCertificates::Certificates(list) => list.len(),
            SealCertificates::Digests(list) => list.len(),
        }
    }

    fn admits(&self, certificate: &Certificate) -> bool {
        let bytes = certificate.as_der();
        match self {
            SealCertificates::Certificates(list) => list.iter().any(|entry| entry == bytes),
            SealCertificates::Digests(list) => list.iter().any(|entry| entry.matches(bytes)),
        }
    }
}

impl fmt::Debug for SealCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealCertificates({} entries)", self.count())
    }
}

/// A decoded electronic seal (SESeal).
#[derive(Clone, PartialEq, Eq)]
pub struct Seal {
    der: Vec<u8>,
    version: SealVersion,
    vendor: String,
    id: String,
    kind: SealKind,
    name: String,
    certificates: SealCertificates,
    created_unix_s: i64,
    valid_from_unix_s: i64,
    valid_to_unix_s: i64,
    picture: Picture,
    maker: Certificate,
    /// What the maker signed.
    signed: Vec<u8>,
    signature: Signature,
    timestamp: Option<Vec<u8>>,
}

impl Seal {
    /// Decodes a seal of version 1, 4 or 5 (SESeal); trailing bytes are refused. Says nothing about its signature: see [`verify`].
    ///
    /// # Errors
    /// Too large, not this exact DER, another version, an unknown critical extension, or keys that are not SM2.
    pub fn from_der(der: &[u8]) -> Result<Self, SealError> {
        read::seal(der)
    }

    /// The DER bytes as they were given: the content of `Seal.esl`.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The version of the data format.
    #[must_use]
    pub const fn version(&self) -> SealVersion {
        self.version
    }

    /// The mark of the maker of the seal system (Vid).
    #[must_use]
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// The number of the seal (esID).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of the seal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of seal it is.
    #[must_use]
    pub const fn kind(&self) -> SealKind {
        self.kind
    }

    /// The picture.
    #[must_use]
    pub const fn picture(&self) -> &Picture {
        &self.picture
    }

    /// When the seal was made, Unix seconds, as its maker states.
    #[must_use]
    pub const fn created(&self) -> i64 {
        self.created_unix_s
    }

    /// First second of validity, Unix seconds.
    #[must_use]
    pub const fn valid_from(&self) -> i64 {
        self.valid_from_unix_s
    }

    /// Last second of validity, Unix seconds.
    #[must_use]
    pub const fn valid_to(&self) -> i64 {
        self.valid_to_unix_s
    }

    /// The certificate of the seal's maker (制章者).
    #[must_use]
    pub const fn maker(&self) -> &Certificate {
        &self.maker
    }

    /// Who may sign with the seal.
    #[must_use]
    pub const fn certificates(&self) -> &SealCertificates {
        &self.certificates
    }

    /// The bytes that the maker signed: DER(eSealInfo), in version 1 with certificate and algorithm behind it.
    #[must_use]
    pub fn signed_bytes(&self) -> &[u8] {
        &self.signed
    }

    /// The maker's signature.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The timestamp of a version 5 seal; it is kept and not verified.
    #[must_use]
    pub fn timestamp(&self) -> Option<&[u8]> {
        self.timestamp.as_deref()
    }

    /// Whether the seal lists this certificate of a signer (签章者), as bytes or as a digest (SM3 or SHA-256).
    #[must_use]
    pub fn admits(&self, certificate: &Certificate) -> bool {
        self.certificates.admits(certificate)
    }

    /// Whether the seal lists another certificate of the same key or the same subject: the given one was renewed.
    #[must_use]
    pub fn lists_predecessor(&self, certificate: &Certificate) -> bool {
        let SealCertificates::Certificates(list) = &self.certificates else { return false };
        list.iter().filter_map(|entry| Certificate::from_der(entry).ok()).any(|entry| {
            entry != *certificate
                && (entry.public_key() == certificate.public_key() || entry.subject() == certificate.subject())
        })
    }
}

/// Without names: a personal seal names a person.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal(version {}, {} bytes, {})", self.version.number(), self.der.len(), sha256(&self.der))
    }
}
