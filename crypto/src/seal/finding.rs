//! What a step found, in words for people: Chinese and English, without names of persons.

use super::{Role, SealError};
use crate::certificate::CertificateError;
use crate::timestamp::TimestampError;

/// What a finding means for the document, from better to worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingClass {
    /// Worth knowing, no failure.
    Note,
    /// Something needed for the check is missing or of a kind that is not read.
    Unverifiable,
    /// A time does not fit: outside a certificate or a seal, or later than it can be.
    OutOfTime,
    /// A certificate was revoked before signing.
    Revoked,
    /// Made by somebody who is not trusted, or was not allowed to.
    Untrusted,
    /// The bytes are not those that were signed.
    Tampered,
}

/// What a step found: a failure or a note.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A certificate is refused: chain, key usage, dates or revocation.
    Certificate {
        /// Whose certificate.
        whose: Role,
        /// Why.
        error: CertificateError,
        /// Whether revocation was compared with a trusted time; else with the time that the signer claims.
        trusted_time: bool,
    },
    /// The digest of the document is another one.
    DataHashDiffers,
    /// Note: the certificate or the seal has expired since.
    ExpiredSince {
        /// What expired.
        what: Expiring,
        /// Its last second.
        ended_unix_s: i64,
    },
    /// The bytes are no seal signature that is read here.
    Malformed(SealError),
    /// Note: no fresh revocation list, so a revocation may have been missed.
    NoFreshList {
        /// Whose chain.
        whose: Role,
    },
    /// The protected range is another one.
    PropertyDiffers,
    /// Note: the certificate was revoked after the time that counts.
    RevokedLater {
        /// Whose chain.
        whose: Role,
        /// When it was revoked.
        revoked_unix_s: i64,
        /// Whether the time that counts is a trusted one.
        trusted_time: bool,
    },
    /// The seal's validity does not include the signing time.
    SealNotValidThen {
        /// First second of the seal's validity.
        from_unix_s: i64,
        /// Last second of the seal's validity.
        to_unix_s: i64,
        /// The signing time.
        signed_unix_s: i64,
    },
    /// The maker's signature over the seal does not verify.
    SealSignatureRefused,
    /// Note: the timestamp of a version 5 seal is not verified here.
    SealTimestampSkipped,
    /// The signature over DER(toSign) does not verify.
    SignatureRefused,
    /// The signing time is later than the trusted time or than now.
    SignedInFuture {
        /// The signing time.
        signed_unix_s: i64,
        /// The latest it can be.
        latest_unix_s: i64,
    },
    /// The seal does not list the signer's certificate.
    SignerNotListed {
        /// The seal lists another certificate of this signer: the certificate was renewed and the seal must be made again.
        renewed: bool,
    },
    /// The timestamp is refused.
    Timestamp(TimestampError),
}

/// What can expire after signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiring {
    /// A certificate.
    Certificate(Role),
    /// The seal.
    Seal,
}

impl Finding {
    /// What the finding means for the document.
    #[must_use]
    pub const fn class(&self) -> FindingClass {
        match self {
            Finding::Certificate { error, .. } => certificate_class(error),
            Finding::DataHashDiffers
            | Finding::PropertyDiffers
            | Finding::SealSignatureRefused
            | Finding::SignatureRefused => FindingClass::Tampered,
            Finding::ExpiredSince { .. }
            | Finding::NoFreshList { .. }
            | Finding::RevokedLater { .. }
            | Finding::SealTimestampSkipped => FindingClass::Note,
            Finding::Malformed(error) => malformed_class(error),
            Finding::SealNotValidThen { .. } | Finding::SignedInFuture { .. } => FindingClass::OutOfTime,
            Finding::SignerNotListed { .. } => FindingClass::Untrusted,
            Finding::Timestamp(error) => timestamp_class(error),
        }
    }

    /// The reason in Chinese.
    #[must_use]
    pub fn reason_zh(&self) -> String {
        match self {
            Finding::Certificate { whose, error, trusted_time } => {
                let base = if matches!(error, CertificateError::Revoked { .. }) { basis_zh(*trusted_time) } else { "" };
                format!("{}证书不能通过验证：{}{base}", whose.name_zh(), certificate_zh(error))
            }
            Finding::DataHashDiffers => "文件内容与签章时不一致".to_owned(),
            Finding::ExpiredSince { what: Expiring::Seal, .. } => "印章在签章之后已到期，不影响此前的签章".to_owned(),
            Finding::ExpiredSince { what: Expiring::Certificate(whose), .. } => {
                format!("{}证书在签章之后已到期，不影响此前的签章", whose.name_zh())
            }
            Finding::Malformed(error) => error.reason_zh(),
            Finding::NoFreshList { whose } => {
                format!("没有最新的吊销列表，{}证书的吊销状态未能确认；请换用新的信任文件", whose.name_zh())
            }
            Finding::PropertyDiffers => "签章的保护范围与文件不符".to_owned(),
            Finding::RevokedLater { whose, trusted_time, .. } => {
                format!("{}证书在签章之后被吊销，不影响此前的签章{}", whose.name_zh(), basis_zh(*trusted_time))
            }
            Finding::SealNotValidThen { .. } => "签章时间不在印章有效期内".to_owned(),
            Finding::SealSignatureRefused => "印章数据与制章时不一致".to_owned(),
            Finding::SealTimestampSkipped => "印章自带的时间戳未作验证".to_owned(),
            Finding::SignatureRefused => "签名值与签章数据不符".to_owned(),
            Finding::SignedInFuture { .. } => "签章时间晚于可信时间或当前时间".to_owned(),
            Finding::SignerNotListed { renewed: true } => {
                "签章者证书已更新，印章中仍是旧证书，请重新制作印章后再签章".to_owned()
            }
            Finding::SignerNotListed { renewed: false } => "签章者证书不在印章的证书列表中，无权使用该印章".to_owned(),
            Finding::Timestamp(error) => format!("时间戳不能通过验证：{}", error.reason_zh()),
        }
    }

    /// The reason in English.
    #[must_use]
    pub fn reason_en(&self) -> String {
        match self {
            Finding::Certificate { whose, error, trusted_time } => {
                let base = if matches!(error, CertificateError::Revoked { .. }) { basis_en(*trusted_time) } else { "" };
                format!("the certificate of {whose} is refused: {error}{base}")
            }
            Finding::DataHashDiffers => "the document is not the one that was sealed".to_owned(),
            Finding::ExpiredSince { what: Expiring::Seal, ended_unix_s } => {
                format!("the seal expired at {ended_unix_s}, after signing; the signature stands")
            }
            Finding::ExpiredSince { what: Expiring::Certificate(whose), ended_unix_s } => {
                format!("the certificate of {whose} expired at {ended_unix_s}, after signing; the signature stands")
            }
            Finding::Malformed(error) => error.to_string(),
            Finding::NoFreshList { whose } => {
                format!("there is no fresh revocation list for the certificate of {whose}; a revocation may be missed; get a newer \
                     trust file")
            }
            Finding::PropertyDiffers => "the protected range is not the one of this document".to_owned(),
            Finding::RevokedLater { whose, revoked_unix_s, trusted_time } => format!(
                "the certificate of {whose} was revoked at {revoked_unix_s}, after signing; the signature stands{}",
                basis_en(*trusted_time)
            ),
            Finding::SealNotValidThen { from_unix_s, to_unix_s, signed_unix_s } => {
                format!("the seal is valid from {from_unix_s} to {to_unix_s}, not at the signing time {signed_unix_s}")
            }
            Finding::SealSignatureRefused => "the seal is not the one that its maker signed".to_owned(),
            Finding::SealTimestampSkipped => "the timestamp of the seal itself is not verified".to_owned(),
            Finding::SignatureRefused => "the signature does not verify over the signed data".to_owned(),
            Finding::SignedInFuture { signed_unix_s, latest_unix_s } => {
                format!("the signing time {signed_unix_s} is later than the trusted or present time {latest_unix_s}")
            }
            Finding::SignerNotListed { renewed: true } => {
                "the signer's certificate was renewed and the seal still lists the old one; make the seal again before signing"
                    .to_owned()
            }
            Finding::SignerNotListed { renewed: false } => {
                "the seal does not list the signer's certificate, which may not use it".to_owned()
            }
            Finding::Timestamp(error) => format!("the timestamp is refused: {error}"),
        }
    }
}

const fn basis_zh(trusted: bool) -> &'static str {
    if trusted { "（以可信时间为准）" } else { "（以签章者声明的时间为准）" }
}

const fn basis_en(trusted: bool) -> &'static str {
    if trusted { " (compared with the trusted time)" } else { " (compared with the time that the signer claims)" }
}

const fn certificate_class(error: &CertificateError) -> FindingClass {
    match error {
        CertificateError::Expired { .. } | CertificateError::NotYetValid { .. } => FindingClass::OutOfTime,
        CertificateError::Revoked { .. } => FindingClass::Revoked,
        CertificateError::TooManyIntermediates { .. } | CertificateError::TooManySignatureChecks { .. } => {
            FindingClass::Unverifiable
        }
        _ => FindingClass::Untrusted,
    }
}

const fn malformed_class(error: &SealError) -> FindingClass {
    match error {
        SealError::CriticalExtension { .. }
        | SealError::UnsupportedAlgorithm { .. }
        | SealError::Version { .. }
        | SealError::Certificate { .. } => FindingClass::Unverifiable,
        _ => FindingClass::Tampered,
    }
}

const fn timestamp_class(error: &TimestampError) -> FindingClass {
    match error {
        TimestampError::Certificate(error) => certificate_class(error),
        _ => FindingClass::Tampered,
    }
}

/// Why a certificate is refused, in Chinese.
pub(crate) fn certificate_zh(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::AuthorityAsLeaf { .. } => "这是发证机构的证书，不能用于签章",
        CertificateError::ChainTooLong { .. } => "证书链过长",
        CertificateError::CriticalExtension { .. } => "证书含有不能识别的关键扩展",
        CertificateError::Expired { .. } => "证书当时已过期",
        CertificateError::Key { .. } => "证书的密钥或签名不符合要求",
        CertificateError::MissingUsage { .. } => "证书的密钥用法不允许此用途",
        CertificateError::NotAuthority { .. } => "签发者不是发证机构",
        CertificateError::NotYetValid { .. } => "证书当时尚未生效",
        CertificateError::PathTooLong { .. } => "证书链超出发证机构允许的层级",
        CertificateError::Revoked { .. } => "证书当时已被吊销",
        CertificateError::SignatureRefused { .. } => "证书不是由所称的发证机构签发",
        CertificateError::TooManyIntermediates { .. } | CertificateError::TooManySignatureChecks { .. } => {
            "中间证书过多，未能完成验证"
        }
        CertificateError::UnknownIssuer { .. } => "证书的签发者不受信任",
        CertificateError::UnsupportedSignature { .. } => "证书的签名算法不被接受",
        _ => "证书格式不正确",
    }
}
