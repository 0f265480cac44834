//! The steps of checking a seal signature, in the order in which the first failure is reported (GM/T 0031-2014, as docs/spec/seal.md says).

use super::Finding;

/// A step, in the order of the report. The letters are those of docs/spec/seal.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StepName {
    /// a: the bytes are a seal signature.
    Format,
    /// b: the signature verifies over DER(toSign).
    SignatureValue,
    /// c: the signer's certificate leads to an anchor and may sign.
    SignerCertificate,
    /// d: the timestamp, if there is one, is over this signature and by a trusted authority.
    Timestamp,
    /// d: the signing time lies in the validity of the certificate, before its revocation and not after the trusted time.
    SigningTime,
    /// e: the digest in the signature is the one of the document.
    DataHash,
    /// e: the protected range is the one expected.
    ProtectedRange,
    /// f: the maker's signature over the seal verifies.
    SealSignature,
    /// f: the maker's certificate leads to an anchor and was good.
    MakerCertificate,
    /// f: the signing time lies in the validity of the seal.
    SealValidity,
    /// f: the seal lists the signer's certificate.
    SignerAdmitted,
}

impl StepName {
    /// All steps, in order.
    pub const ALL: [Self; 11] = [
        Self::Format,
        Self::SignatureValue,
        Self::SignerCertificate,
        Self::Timestamp,
        Self::SigningTime,
        Self::DataHash,
        Self::ProtectedRange,
        Self::SealSignature,
        Self::MakerCertificate,
        Self::SealValidity,
        Self::SignerAdmitted,
    ];

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Format => "签章数据格式",
            Self::SignatureValue => "签名值",
            Self::SignerCertificate => "签章者证书",
            Self::Timestamp => "时间戳",
            Self::SigningTime => "签章时间",
            Self::DataHash => "原文杂凑",
            Self::ProtectedRange => "保护范围",
            Self::SealSignature => "印章签名值",
            Self::MakerCertificate => "制章者证书",
            Self::SealValidity => "印章有效期",
            Self::SignerAdmitted => "签章者在印章证书列表中",
        }
    }

    /// English name.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Format => "format of the seal signature",
            Self::SignatureValue => "signature value",
            Self::SignerCertificate => "certificate of the signer",
            Self::Timestamp => "timestamp",
            Self::SigningTime => "signing time",
            Self::DataHash => "digest of the document",
            Self::ProtectedRange => "protected range",
            Self::SealSignature => "maker's signature over the seal",
            Self::MakerCertificate => "certificate of the maker",
            Self::SealValidity => "validity of the seal",
            Self::SignerAdmitted => "signer listed in the seal",
        }
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Passed; the notes say what a reader should know nevertheless.
    Passed {
        /// Notes, none of them a failure.
        notes: Vec<Finding>,
    },
    /// Failed.
    Failed(Finding),
    /// Not run: an earlier step left nothing to check, or there is no timestamp.
    NotRun,
}

/// A step and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The step.
    pub name: StepName,
    /// What came of it.
    pub outcome: Outcome,
}

impl Step {
    pub(super) fn new(name: StepName, result: Result<Vec<Finding>, Finding>) -> Self {
        let outcome = match result {
            Ok(notes) => Outcome::Passed { notes },
            Err(finding) => Outcome::Failed(finding),
        };
        Step { name, outcome }
    }

    pub(super) fn not_run(name: StepName) -> Self {
        Step { name, outcome: Outcome::NotRun }
    }

    /// Why the step failed, if it did.
    #[must_use]
    pub const fn failure(&self) -> Option<&Finding> {
        match &self.outcome {
            Outcome::Failed(finding) => Some(finding),
            Outcome::Passed { .. } | Outcome::NotRun => None,
        }
    }

    /// The notes of a passed step.
    #[must_use]
    pub fn notes(&self) -> &[Finding] {
        match &self.outcome {
            Outcome::Passed { notes } => notes,
            Outcome::Failed(_) | Outcome::NotRun => &[],
        }
    }
}
