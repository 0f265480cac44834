//! The light client: judges a proof from the proof, a small trust file and the time alone. Pure; runs every check and lists it.

mod document;
mod licence;
mod trust_chain;

pub use document::{Document, MAX_DOCUMENT_BYTES, verify_document};
pub use trust_chain::{ConsistencyError, verify_extension};

use crate::armour::FileError;
use crate::entry::Licence;
use crate::ids::{ChainId, Height, TimestampMs};
use crate::proof::Proof;
use crate::validator_set::ValidatorSet;
use crate::verdict::{Check, CheckName, CheckState, Verdict};

/// What a verifier trusts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trust {
    /// The ledger.
    pub chain: ChainId,
    /// Its validators.
    pub validators: ValidatorSet,
}

/// How strictly to judge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strictness {
    /// The verifier's clock.
    pub now: TimestampMs,
    /// The oldest proof that is still taken, in milliseconds; none = any age.
    pub max_age_ms: Option<u64>,
}

/// The result of a verification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// The worst of all checks.
    pub verdict: Verdict,
    /// Every check, in order.
    pub checks: Vec<Check>,
    /// The height and time the proof speaks of, when it could be read.
    pub as_of: Option<(Height, TimestampMs)>,
    /// How long ago that was, in milliseconds.
    pub age_ms: Option<u64>,
}

impl Verification {
    /// The verdict of checks: the worst of them, or "could not be checked" when there are none.
    #[must_use]
    pub fn from_checks(checks: Vec<Check>, as_of: Option<(Height, TimestampMs)>, age_ms: Option<u64>) -> Self {
        let verdict = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Unverifiable);
        Self { verdict, checks, as_of, age_ms }
    }
}

/// Judges a proof file.
#[must_use]
pub fn verify_file(bytes: &[u8], trust: &Trust, strictness: Strictness) -> Verification {
    verify_file_of(bytes, trust, strictness, &[])
}

/// As [`verify_file`], and requires fields to be disclosed with these values (key, value): a proof is worth nothing for a licence
/// it is not of.
#[must_use]
pub fn verify_file_of(
    bytes: &[u8],
    trust: &Trust,
    strictness: Strictness,
    expected: &[(String, String)],
) -> Verification {
    match Proof::from_file(bytes) {
        Ok(proof) => verify_proof_of(&proof, trust, strictness, expected),
        Err(error) => Verification::from_checks(vec![file_failure(&error)], None, None),
    }
}

/// The checks of a file whose proof was read.
fn verify_proof_of(
    proof: &Proof,
    trust: &Trust,
    strictness: Strictness,
    expected: &[(String, String)],
) -> Verification {
    let mut verification = verify_proof(proof, trust, strictness);
    let place = verification.checks.iter().position(|check| check.name > CheckName::Expected);
    let place = place.unwrap_or(verification.checks.len());
    // A ledger of an unknown format ended the verification: its fields mean nothing.
    let judged = if verification.checks.len() > 1 { expected } else { &[] };
    for (number, (key, value)) in judged.iter().enumerate() {
        let check = licence::expected(proof, key, value);
        verification.verdict = verification.verdict.max(check.verdict);
        verification.checks.insert(place.saturating_add(number), check);
    }
    verification.checks.insert(0, whole_file());
    verification
}

/// Judges a proof.
#[must_use]
pub fn verify_proof(proof: &Proof, trust: &Trust, strictness: Strictness) -> Verification {
    let header = &proof.header;
    let ledger = trust_chain::ledger(header, trust);
    let age_ms = strictness.now.0.saturating_sub(header.time.0);
    let as_of = Some((header.height, header.time));
    if ledger.verdict == Verdict::Unverifiable {
        // Hashed or encoded in a way this program does not know: nothing below could be told from fraud.
        return Verification::from_checks(vec![ledger], as_of, Some(age_ms));
    }
    let mut checks = vec![ledger, trust_chain::certificate(header, &proof.certificate, trust)];
    checks.extend(licence::anchoring(proof));
    checks.extend(licence::parties(proof));
    checks.push(licence::fields(proof));
    checks.push(licence::freshness(header.time, strictness));
    if let Some(licence) = proof.licence.entry.licence() {
        checks.push(licence::status(licence));
        checks.push(licence::period(licence, instant(proof, strictness)));
    }
    Verification::from_checks(checks, as_of, Some(age_ms))
}

/// The instant that dates are judged at: the verifier's clock, but never before the certified time.
fn instant(proof: &Proof, strictness: Strictness) -> TimestampMs {
    strictness.now.max(proof.header.time)
}

/// The verdict on a licence's own state at an instant: what a node says of it without a proof.
#[must_use]
pub fn state_verdict(licence: &Licence, now: TimestampMs) -> Verdict {
    licence::status(licence).verdict.max(licence::period(licence, now).verdict)
}

fn whole_file() -> Check {
    passed(CheckName::File, "未损坏, 文字与数据一致", "whole; its text is what its data say")
}

fn file_failure(error: &FileError) -> Check {
    let (state, verdict, zh) = match error {
        FileError::OtherKind { .. } | FileError::TooLong { .. } => {
            (CheckState::NotChecked, Verdict::Unverifiable, "这不是证明文件")
        }
        FileError::NewerVersion { .. } => {
            (CheckState::NotChecked, Verdict::Unverifiable, "文件格式较新, 请使用新版 zhengku-verify")
        }
        _ => (CheckState::Failed, Verdict::Tampered, "文件与写出时不一致, 已被改动或损坏"),
    };
    Check { name: CheckName::File, state, verdict, reason_zh: zh.to_owned(), reason_en: error.to_string() }
}

fn passed(name: CheckName, zh: impl Into<String>, en: impl Into<String>) -> Check {
    Check { name, state: CheckState::Passed, verdict: Verdict::Valid, reason_zh: zh.into(), reason_en: en.into() }
}

fn failed(name: CheckName, verdict: Verdict, zh: impl Into<String>, en: impl Into<String>) -> Check {
    let state = if verdict == Verdict::Unverifiable { CheckState::NotChecked } else { CheckState::Failed };
    Check { name, state, verdict, reason_zh: zh.into(), reason_en: en.into() }
}

#[cfg(test)]
mod tests;
