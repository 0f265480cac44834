//! Why a seal or a seal signature cannot be read or made.

use thiserror::Error;

use super::{Finding, StepName};
use crate::certificate::CertificateError;
use crate::sign::SignatureError;

/// Whose certificate or key is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 制章者: who made the seal.
    Maker,
    /// 签章者: who signed with the seal.
    Signer,
    /// 时间戳服务机构: who signed the timestamp.
    TimestampAuthority,
}

impl Role {
    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Role::Maker => "制章者",
            Role::Signer => "签章者",
            Role::TimestampAuthority => "时间戳服务机构",
        }
    }

    /// English name.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Role::Maker => "the maker of the seal",
            Role::Signer => "the signer",
            Role::TimestampAuthority => "the timestamping authority",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name_en())
    }
}

/// Why a seal or a seal signature cannot be read or made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// A certificate inside cannot be read.
    #[error("the certificate of {whose} is refused: {source}")]
    Certificate {
        /// Whose certificate.
        whose: Role,
        /// Why.
        source: CertificateError,
    },
    /// A critical extension is not understood here.
    #[error("the extension {oid} must be understood and is not")]
    CriticalExtension {
        /// Object identifier, dotted.
        oid: String,
    },
    /// The seal ends before it begins.
    #[error("the seal would be valid from {from_unix_s} to {to_unix_s}; the end must come after the beginning")]
    Dates {
        /// First second of validity.
        from_unix_s: i64,
        /// Last second of validity.
        to_unix_s: i64,
    },
    /// A field has a value that the format does not allow.
    #[error("the field {field} {reason}")]
    Field {
        /// Name in the standard.
        field: &'static str,
        /// What is wrong, and what would be right.
        reason: &'static str,
    },
    /// The key that is to sign is not the one of the certificate.
    #[error(
        "the key at hand is not the one in the certificate of {whose}; take the certificate that belongs to the key"
    )]
    KeyDiffers {
        /// Whose certificate.
        whose: Role,
    },
    /// The bytes are not exactly one DER structure of this kind.
    #[error("the bytes are no well-formed {what}")]
    Malformed {
        /// Name in the standard.
        what: &'static str,
    },
    /// A step before signing failed (GB/T 38540-2020 section 7.2).
    #[error("not signed: {}", .finding.reason_en())]
    Refused {
        /// The step.
        step: StepName,
        /// Why it failed.
        finding: Box<Finding>,
    },
    /// A signature inside is malformed, or one could not be made.
    #[error("the signature of {whose} is refused: {source}")]
    Signature {
        /// Whose signature.
        whose: Role,
        /// Why.
        source: SignatureError,
    },
    /// The timestamping authority gave no timestamp.
    #[error("no timestamp was given: {reason}; try again or sign without one")]
    Timestamp {
        /// What the authority said.
        reason: String,
    },
    /// Something is larger than its bound.
    #[error("{what} has at most {max} bytes or entries, this one has {actual}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// The signature algorithm is not SM2 with SM3.
    #[error("the signature algorithm {oid} is not accepted; only SM2 with SM3, 1.2.156.10197.1.501, is")]
    UnsupportedAlgorithm {
        /// Object identifier, dotted.
        oid: String,
    },
    /// The version is not one of 1, 4 and 5, or does not fit the structure around it.
    #[error("the {what} states the version {actual}, which does not fit its structure; versions 1, 4 and 5 are read")]
    Version {
        /// Name in the standard.
        what: &'static str,
        /// The number read.
        actual: u32,
    },
}

impl SealError {
    /// The reason in Chinese.
    #[must_use]
    pub fn reason_zh(&self) -> String {
        match self {
            SealError::Certificate { whose, source } => {
                format!("{}证书不能使用：{}", whose.name_zh(), super::finding::certificate_zh(source))
            }
            SealError::CriticalExtension { oid } => format!("含有不能识别的关键扩展 {oid}"),
            SealError::Dates { .. } => "印章有效期的截止时间须晚于起始时间".to_owned(),
            SealError::Field { field, .. } => format!("字段 {field} 的值不符合规定"),
            SealError::KeyDiffers { whose } => format!("所用私钥与{}证书不匹配，请选用对应的证书", whose.name_zh()),
            SealError::Malformed { what } => format!("数据不是格式正确的 {what}"),
            SealError::Refused { finding, .. } => format!("未签章：{}", finding.reason_zh()),
            SealError::Signature { whose, .. } => format!("{}的签名值无效或无法生成", whose.name_zh()),
            SealError::Timestamp { .. } => "未取得时间戳，请重试".to_owned(),
            SealError::TooLarge { what, max, actual } => format!("{what} 超出上限 {max}，实际为 {actual}"),
            SealError::UnsupportedAlgorithm { oid } => format!("不接受签名算法 {oid}，仅接受 SM2 with SM3"),
            SealError::Version { what, actual } => format!("{what} 的版本号 {actual} 与其结构不符"),
        }
    }
}
