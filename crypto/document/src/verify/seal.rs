//! The steps of a seal signature (GB/T 38540, docs/spec/seal.md) as lines of the report.

use super::line::{failed, passed, skipped};
use super::{SealShown, TrustStore};
use crate::package::Package;
use crate::reader::SealedBlock;
use zhengku_crypto::digest::sm3;
use zhengku_crypto::seal::{
    self, Finding, FindingClass, Outcome, SealContext, SealReport, SealSignature, Step, StepName,
};
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{Check, CheckName, Verdict};

/// Runs every step over a signature of the document.
pub(super) fn verify(
    package: &Package<'_>,
    block: &SealedBlock,
    trust: &TrustStore,
    now: TimestampMs,
    trusted_unix_s: Option<i64>,
) -> SealReport {
    let signed = package.get(&block.signed_value).unwrap_or_default();
    let protected = sm3(package.get(&block.path).unwrap_or_default());
    let context = SealContext {
        anchors: &trust.anchors,
        intermediates: &trust.intermediates,
        lists: &trust.lists,
        now: i64::try_from(now.0 / 1000).unwrap_or(i64::MAX),
        trusted_time: trusted_unix_s,
    };
    seal::verify(signed, protected.as_bytes(), &format!("/{}", block.path), &context)
}

/// A line for each step, in the order of the standard.
pub(super) fn lines(report: &SealReport, has_anchors: bool) -> Vec<Check> {
    let each = |step: &Step| match (step.name, &step.outcome, report.timestamp_unix_s) {
        (StepName::Timestamp, Outcome::Passed { notes }, Some(time)) if notes.is_empty() => stamped(time),
        _ => line(step, report.signature.is_some(), has_anchors),
    };
    report.steps.iter().map(each).collect()
}

/// A timestamp that holds, with what it says.
fn stamped(time_unix_s: i64) -> Check {
    let time = TimestampMs(u64::try_from(time_unix_s).unwrap_or(0).saturating_mul(1000)).to_utc_text();
    passed(
        CheckName::SealTimestamp,
        format!("时间戳证明此章于 {time} 已盖"),
        format!("a timestamp proves that the seal was there at {time}"),
    )
}

/// A copy is not on the ledger, so nothing but its signer says when it was sealed: once a certificate of its seal is revoked, that is
/// worth nothing, and a stolen key could have antedated it.
pub(super) fn doubt_time_of_copy(report: &SealReport, checks: &mut [Check]) {
    let is_doubtful = |note: &Finding| matches!(note, Finding::RevokedLater { trusted_time: false, .. });
    let notes = report.steps.iter().filter_map(|step| match &step.outcome {
        Outcome::Passed { notes } => Some(notes),
        _ => None,
    });
    if notes.flatten().any(is_doubtful)
        && let Some(check) = checks.iter_mut().find(|check| check.name == CheckName::SealTime)
    {
        let en = "a certificate of this seal has been revoked, and nothing but the signer says that the copy is older; ask for a new copy";
        *check = failed(
            CheckName::SealTime,
            Verdict::Unverifiable,
            "印章证书已被吊销, 加注件没有可信时间证明其盖章在先; 请重新索取加注件",
            en,
        );
    }
}

/// The lines of a signature that could not be looked at.
pub(super) fn skipped_lines() -> Vec<Check> {
    StepName::ALL.into_iter().filter_map(name).map(skipped).collect()
}

/// The seal for showing.
pub(super) fn shown(signature: &SealSignature, trusted_unix_s: Option<i64>) -> SealShown {
    SealShown {
        trusted_unix_s,
        id: signature.seal().id().to_owned(),
        name: signature.seal().name().to_owned(),
        signer: signature.certificate().subject().to_owned(),
        signed_unix_s: signature.time(),
    }
}

fn line(step: &Step, is_read: bool, has_anchors: bool) -> Check {
    let Some(name) = name(step.name) else { return unknown_step() };
    let needs_anchors =
        matches!(step.name, StepName::SignerCertificate | StepName::MakerCertificate | StepName::Timestamp);
    match &step.outcome {
        Outcome::NotRun if step.name == StepName::Timestamp && is_read => passed(
            name,
            "没有时间戳, 以账本时间和签章时间为准",
            "no timestamp; the ledger's and the signer's times count",
        ),
        Outcome::NotRun => skipped(name),
        Outcome::Failed(_) if needs_anchors && !has_anchors => {
            let en = "no authority for seals is trusted; get a trust file that names one";
            failed(name, Verdict::Unverifiable, "信任文件中没有印章证书的根, 无法核对", en)
        }
        Outcome::Failed(finding) => failed(name, verdict(finding.class()), finding.reason_zh(), finding.reason_en()),
        Outcome::Passed { notes } => with_notes(name, step.name, notes),
    }
}

/// A passed step with what is worth knowing; a revocation that nobody could look up is not passed.
fn with_notes(name: CheckName, step: StepName, notes: &[Finding]) -> Check {
    if let Some(gap) = notes.iter().find(|note| matches!(note, Finding::NoFreshList { .. })) {
        return failed(name, Verdict::Unverifiable, gap.reason_zh(), gap.reason_en());
    }
    if notes.is_empty() {
        return passed(name, format!("{}无误", step.name_zh()), format!("{}: right", step.name_en()));
    }
    let zh: Vec<String> = notes.iter().map(Finding::reason_zh).collect();
    let en: Vec<String> = notes.iter().map(Finding::reason_en).collect();
    passed(name, zh.join("; "), en.join("; "))
}

/// The line of a step; none for one that this program does not know.
const fn name(step: StepName) -> Option<CheckName> {
    Some(match step {
        StepName::Format => CheckName::SealFormat,
        StepName::SignatureValue => CheckName::SealValue,
        StepName::SignerCertificate => CheckName::SealSigner,
        StepName::Timestamp => CheckName::SealTimestamp,
        StepName::SigningTime => CheckName::SealTime,
        StepName::DataHash => CheckName::DataHash,
        StepName::ProtectedRange => CheckName::SealRange,
        StepName::SealSignature => CheckName::SealMaking,
        StepName::MakerCertificate => CheckName::SealMaker,
        StepName::SealValidity => CheckName::SealValidity,
        StepName::SignerAdmitted => CheckName::SealAdmission,
        _ => return None,
    })
}

fn unknown_step() -> Check {
    failed(CheckName::SealFormat, Verdict::Unverifiable, "未知的核验步骤", "a step that this program does not know")
}

/// EXPIRED and REVOKED speak of the licence; a certificate out of its time or revoked makes the signer untrusted.
const fn verdict(class: FindingClass) -> Verdict {
    match class {
        FindingClass::Note => Verdict::Valid,
        FindingClass::Unverifiable => Verdict::Unverifiable,
        FindingClass::OutOfTime | FindingClass::Revoked | FindingClass::Untrusted => Verdict::Untrusted,
        FindingClass::Tampered => Verdict::Tampered,
    }
}
