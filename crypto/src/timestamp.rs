//! Timestamps of GB/T 20520 in the form of RFC 3161: a TimeStampToken, which is a CMS SignedData with SM3 and SM2.
//!
//! One strict profile is read (docs/spec/seal.md): DER, one signer, its certificate inside, signed attributes, no unsigned ones.
//!
//! Deliberately absent: other digests than SM3, fractions of a second, extensions.

mod make;
pub mod protocol;
mod wire;

use der::Encode;
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use thiserror::Error;
use x509_cert::attr::Attribute;

pub use self::make::{TimestampAt, TimestampAuthority};
use self::wire::{ContentInfo, SignedData, SignerInfo, SigningCertificate, TstInfo, decode};
use crate::certificate::issue::RevocationReason;
use crate::certificate::{
    Certificate, CertificateError, ChainTimes, KeyPurpose, MAX_INTERMEDIATES, RevocationList, TrustAnchors,
};
use crate::digest::sm3;
use crate::sign::{Algorithm, Signature};

/// Longest token in bytes: a signature, a certificate or two and little else.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

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
    /// The certificate of the timestamping authority.
    pub certificate: Certificate,
    /// Serial number of the timestamp, big-endian.
    pub serial: Vec<u8>,
    /// Whether a fresh revocation list spoke for every certificate of the chain; without, a revocation may have been missed.
    pub has_fresh_lists: bool,
}

/// Why a timestamp is refused or not made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampError {
    /// The certificate of the authority is refused.
    #[error("the certificate of the timestamping authority is refused: {0}")]
    Certificate(CertificateError),
    /// The timestamp is over another message.
    #[error("the timestamp is over another message")]
    ImprintDiffers,
    /// The time of the timestamp lies after now.
    #[error("the timestamp is of {time_unix_s}, which is after now")]
    InFuture {
        /// Its time.
        time_unix_s: i64,
    },
    /// The bytes are no timestamp token of the profile in docs/spec/seal.md.
    #[error("the bytes are no TimeStampToken of the profile that is read here: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
    /// The answer is one to another request.
    #[error("the answer is to another request (its nonce differs)")]
    NonceDiffers,
    /// The authority gives no timestamp.
    #[error("the timestamping authority refuses, with status {status}; does it take SM3?")]
    Refused {
        /// PKIStatus (RFC 3161 section 2.4.2).
        status: u8,
    },
    /// The signature does not verify, or the signed attributes are not those of this content.
    #[error("the timestamp is not signed by its authority")]
    SignatureRefused,
    /// A timestamp could not be made.
    #[error("no timestamp can be made: {what}")]
    Unmade {
        /// Why.
        what: &'static str,
    },
}

impl TimestampError {
    /// The reason in Chinese.
    #[must_use]
    pub fn reason_zh(&self) -> String {
        match self {
            TimestampError::Certificate(error) => {
                format!("时间戳服务机构证书不能使用：{}", crate::seal::certificate_zh(error))
            }
            TimestampError::ImprintDiffers => "时间戳不是针对此签名值".to_owned(),
            TimestampError::InFuture { .. } => "时间戳的时间晚于当前时间".to_owned(),
            TimestampError::Malformed { .. } => "数据不是可识别的时间戳".to_owned(),
            TimestampError::NonceDiffers => "应答不是针对此次请求".to_owned(),
            TimestampError::Refused { status } => format!("时间戳服务机构拒绝 (状态 {status})"),
            TimestampError::SignatureRefused => "时间戳的签名无效".to_owned(),
            TimestampError::Unmade { .. } => "未能生成时间戳".to_owned(),
        }
    }
}

/// Verifies a token over the message: structure, imprint, signature, certificate and its chain at the time of the token.
///
/// A certificate revoked later is accepted only when the list says that the key was not compromised (RFC 3161 section 4).
///
/// # Errors
/// Why the timestamp does not hold.
pub fn verify(token: &[u8], message: &[u8], trust: &TimestampTrust<'_>) -> Result<Timestamp, TimestampError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TimestampError::Malformed { what: "too long" });
    }
    let data = signed_data(token)?;
    let content = data.content.content.as_bytes();
    let info: TstInfo = decode("TSTInfo", content)?;
    if info.version != 1 || info.imprint.algorithm.id != wire::SM3 {
        return Err(TimestampError::Malformed { what: "version or digest of the TSTInfo" });
    }
    if info.imprint.digest.as_bytes() != sm3(message).as_bytes() {
        return Err(TimestampError::ImprintDiffers);
    }
    let [signer] = data.signers.as_slice() else { return Err(TimestampError::Malformed { what: "signerInfos" }) };
    let certificates = certificates(&data)?;
    let certificate = signer_certificate(signer, &certificates)?.clone();
    check_signature(signer, content, &certificate)?;
    let time_unix_s = i64::try_from(info.time.to_unix_duration().as_secs())
        .map_err(|_| TimestampError::Malformed { what: "genTime" })?;
    if time_unix_s > trust.now {
        return Err(TimestampError::InFuture { time_unix_s });
    }
    let has_fresh_lists = check_chain(&certificate, &certificates, time_unix_s, trust)?;
    Ok(Timestamp { time_unix_s, certificate, serial: info.serial.as_bytes().to_vec(), has_fresh_lists })
}

/// The SignedData inside, with the object identifiers of RFC 5652 or of GB/T 35275.
fn signed_data(token: &[u8]) -> Result<SignedData, TimestampError> {
    let info: ContentInfo = decode("ContentInfo", token)?;
    // RFC 5652 section 5.1 sets version 3 for this content, GB/T 35275 always 1; so each token has one spelling.
    let version = match wire::SIGNED_DATA.iter().position(|id| *id == info.id) {
        Some(0) => 3,
        Some(_) => 1,
        None => return Err(TimestampError::Malformed { what: "contentType" }),
    };
    let data = info.content;
    let digests_sm3 = data.digests.iter().all(|algorithm| algorithm.id == wire::SM3);
    if data.version != version || !digests_sm3 || data.content.id != wire::TST_INFO {
        return Err(TimestampError::Malformed { what: "SignedData" });
    }
    Ok(data)
}

fn certificates(data: &SignedData) -> Result<Vec<Certificate>, TimestampError> {
    let malformed = TimestampError::Malformed { what: "certificates" };
    let Some(set) = &data.certificates else { return Err(malformed) };
    if set.len() > MAX_INTERMEDIATES {
        return Err(malformed);
    }
    set.iter()
        .map(|any| {
            let der = any.to_der().map_err(|_| malformed.clone())?;
            Certificate::from_der(&der).map_err(TimestampError::Certificate)
        })
        .collect()
}

/// The certificate that the signer names by issuer and serial number.
fn signer_certificate<'a>(
    signer: &SignerInfo,
    certificates: &'a [Certificate],
) -> Result<&'a Certificate, TimestampError> {
    let malformed = TimestampError::Malformed { what: "signer's certificate" };
    let issuer = signer.id.issuer.to_der().map_err(|_| malformed.clone())?;
    let serial = signer.id.serial.as_bytes();
    certificates.iter().find(|entry| entry.issuer_der() == issuer && entry.serial() == serial).ok_or(malformed)
}

fn check_signature(signer: &SignerInfo, content: &[u8], certificate: &Certificate) -> Result<(), TimestampError> {
    let known = signer.digest.id == wire::SM3 && wire::SM2_SIGNATURES.contains(&signer.algorithm.id);
    if signer.version != 1 || !known {
        return Err(TimestampError::Malformed { what: "SignerInfo" });
    }
    check_attributes(&signer.attributes, content, certificate)?;
    let signed = signer.attributes.to_der().map_err(|_| TimestampError::Malformed { what: "signedAttrs" })?;
    let signature = Signature::from_x509(Algorithm::Sm2Sm3, signer.signature.as_bytes())
        .map_err(|_| TimestampError::SignatureRefused)?;
    certificate
        .public_key()
        .danger_verify_without_domain(&signed, &signature)
        .map_err(|_| TimestampError::SignatureRefused)
}

/// contentType and messageDigest must stand there once each; a signing certificate that is named must be this one.
fn check_attributes(
    attributes: &SetOfVec<Attribute>,
    content: &[u8],
    certificate: &Certificate,
) -> Result<(), TimestampError> {
    let content_type = attribute::<ObjectIdentifier>(attributes, wire::CONTENT_TYPE)?;
    let digest = attribute::<OctetString>(attributes, wire::MESSAGE_DIGEST)?;
    let same_type = content_type == Some(wire::TST_INFO);
    let same_digest = digest.is_some_and(|digest| digest.as_bytes() == sm3(content).as_bytes());
    if !same_type || !same_digest {
        return Err(TimestampError::SignatureRefused);
    }
    match attribute::<SigningCertificate>(attributes, wire::SIGNING_CERTIFICATE_V2)? {
        Some(named) if !named.names(certificate) => Err(TimestampError::SignatureRefused),
        _ => Ok(()),
    }
}

/// The only value of an attribute.
fn attribute<T>(attributes: &SetOfVec<Attribute>, id: ObjectIdentifier) -> Result<Option<T>, TimestampError>
where
    T: for<'a> der::Decode<'a> + Encode,
{
    let malformed = TimestampError::Malformed { what: "signedAttrs" };
    let mut values = attributes.iter().filter(|attribute| attribute.oid == id);
    let value: &Any = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(attribute), None) => match attribute.values.as_slice() {
            [value] => value,
            _ => return Err(malformed),
        },
        _ => return Err(malformed),
    };
    let der = value.to_der().map_err(|_| malformed)?;
    decode("signedAttrs", &der).map(Some)
}

/// Whether fresh lists spoke for the whole chain.
fn check_chain(
    certificate: &Certificate,
    others: &[Certificate],
    time_unix_s: i64,
    trust: &TimestampTrust<'_>,
) -> Result<bool, TimestampError> {
    let times = ChainTimes { valid_at_unix_s: time_unix_s, revoked_by_unix_s: time_unix_s, lists_at_unix_s: trust.now };
    let authorities = others.iter().filter(|other| *other != certificate).cloned();
    let intermediates: Vec<Certificate> = trust.intermediates.iter().cloned().chain(authorities).collect();
    let report = trust
        .anchors
        .check_chain_at(certificate, &intermediates, trust.lists, times, KeyPurpose::TimeStamping)
        .map_err(TimestampError::Certificate)?;
    let doubtful = report.revoked_later().iter().find(|later| !is_harmless(later.reason));
    match doubtful {
        Some(later) => Err(TimestampError::Certificate(CertificateError::Revoked {
            certificate: later.certificate,
            revoked_unix_s: later.revoked_unix_s,
        })),
        None => Ok(report.without_fresh_list().is_empty()),
    }
}

/// The reasons after which earlier timestamps stand (RFC 3161 section 4, item 1).
fn is_harmless(reason: Option<u8>) -> bool {
    const HARMLESS: [RevocationReason; 4] = [
        RevocationReason::Unspecified,
        RevocationReason::AffiliationChanged,
        RevocationReason::Superseded,
        RevocationReason::CessationOfOperation,
    ];
    reason.is_some_and(|code| HARMLESS.iter().any(|harmless| harmless.code() == code))
}
