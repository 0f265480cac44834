//! From the trust file to the header: the ledger, the validators, their votes, and one header extending another.

use super::{Trust, failed, passed};
use crate::block::{Certificate, CertificateError, FORMAT_VERSION, Header, SUITE_SHA256_ED25519};
use crate::verdict::{Check, CheckName, Verdict};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, MerkleError, verify_consistency};

/// The ledger, its format and its validators.
pub(super) fn ledger(header: &Header, trust: &Trust) -> Check {
    let name = CheckName::Ledger;
    if header.format != FORMAT_VERSION || header.suite != SUITE_SHA256_ED25519 {
        let en = format!("header of format {} and suite {} is not known to this program", header.format, header.suite);
        return failed(name, Verdict::Unverifiable, "区块格式或密码算法未知, 请使用新版核验程序", en);
    }
    if header.chain != trust.chain {
        let en = format!("the proof is of ledger {}, the trust file names {}", header.chain, trust.chain);
        return failed(name, Verdict::Untrusted, "证明来自另一账本", en);
    }
    let expected = trust.validators.digest();
    if header.validators != expected {
        let en = format!(
            "the block was decided by validator set {}, in force is {expected}; if it has changed since, give its history",
            header.validators
        );
        return failed(name, Verdict::Untrusted, "节点集合不在信任文件中; 如已变更, 请提供节点沿革文件", en);
    }
    passed(name, format!("账本 {}", header.chain), format!("ledger {}", header.chain))
}

/// The validators' votes.
pub(super) fn certificate(header: &Header, certificate: &Certificate, trust: &Trust) -> Check {
    let name = CheckName::Certificate;
    match certificate.verify(header.chain, header.height, header.id(), &trust.validators) {
        Ok(()) => {
            let (votes, all) = (certificate.votes.len(), trust.validators.as_slice().len());
            passed(name, format!("{votes}/{all} 个节点签名"), format!("{votes} of {all} validators signed"))
        }
        Err(error) => {
            let (verdict, zh) = match error {
                CertificateError::BelowQuorum { .. } => (Verdict::Untrusted, "签名节点不足法定多数"),
                CertificateError::RepeatedVoter { .. } => (Verdict::Untrusted, "同一节点重复签名"),
                CertificateError::UnknownValidator { .. } => (Verdict::Untrusted, "签名者不在信任文件中"),
                // Votes of another set, or for another ledger, are foreign rather than changed.
                CertificateError::Vote { .. } if header.validators != trust.validators.digest() => {
                    (Verdict::Untrusted, "签名者不在信任文件中")
                }
                _ => (Verdict::Tampered, "节点签名与区块不符"),
            };
            failed(name, verdict, zh, error.to_string())
        }
    }
}

/// Why one header does not extend another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsistencyError {
    /// Different ledgers.
    #[error("the headers are of different ledgers")]
    OtherLedger,
    /// Heights and sizes run against each other.
    #[error("height {old_height} with {old_size} entries does not come before height {new_height} with {new_size}")]
    Order {
        /// The older height.
        old_height: u64,
        /// The older size.
        old_size: u64,
        /// The newer height.
        new_height: u64,
        /// The newer size.
        new_size: u64,
    },
    /// The logs are not one.
    #[error(transparent)]
    Path(#[from] MerkleError),
}

/// Verifies that the log of `new` extends that of `old` (both headers certified already).
///
/// # Errors
/// [`ConsistencyError`] naming what does not fit.
pub fn verify_extension(old: &Header, new: &Header, path: &[Digest]) -> Result<(), ConsistencyError> {
    if old.chain != new.chain {
        return Err(ConsistencyError::OtherLedger);
    }
    if old.height > new.height || old.log_size > new.log_size {
        return Err(ConsistencyError::Order {
            old_height: old.height.0,
            old_size: old.log_size,
            new_height: new.height.0,
            new_size: new.log_size,
        });
    }
    Ok(verify_consistency::<LogTree>(&old.log_root, old.log_size, &new.log_root, new.log_size, path)?)
}
