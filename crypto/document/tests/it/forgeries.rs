//! Forgeries made by hand. Where nothing else is said, the forger is as strong as can be: the ledger has the digests of the forged
//! file, so that only the check in question can find it. Each must be found by its own check, with its own reason.

mod data;
mod document;
mod package;
mod record;
mod seal;
mod stamp;

use crate::workshop::*;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use zhengku_document::verify::{FileReport, TrustStore};
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{CheckName, CheckState, Verdict};

/// How long a judgement may take.
const LIMIT: Duration = Duration::from_secs(1);

/// What is put before the verifier.
pub(crate) struct Attempt {
    pub(crate) file: Vec<u8>,
    pub(crate) proof: Option<Vec<u8>>,
    pub(crate) trust: TrustStore,
    pub(crate) now: TimestampMs,
}

impl Attempt {
    /// A file that the ledger has, judged by what everybody trusts.
    pub(crate) fn anchored(workshop: &Workshop, file: Vec<u8>) -> Self {
        let proof = Some(workshop.proof(&file));
        Self { file, proof, trust: workshop.trust(), now: NOW }
    }

    /// The genuine file with another proof.
    pub(crate) fn recorded(workshop: &Workshop, change: impl Fn(&mut ledger::Record)) -> Self {
        let proof = Some(workshop.proof_with(&workshop.file, change));
        Self { proof, ..Self::anchored(workshop, workshop.file.clone()) }
    }

    pub(crate) fn judge(&self) -> FileReport {
        judge_at(&self.file, self.proof.as_deref(), &self.trust, self.now)
    }
}

/// A forgery: its name, how it is made, and what must be found.
pub(crate) struct Forgery {
    pub(crate) name: &'static str,
    pub(crate) check: CheckName,
    /// The verdict on the whole.
    pub(crate) verdict: Verdict,
    /// In the English reason of the check.
    pub(crate) reason: &'static str,
    pub(crate) make: fn(&Workshop) -> Attempt,
}

pub(crate) const fn forgery(
    name: &'static str,
    check: CheckName,
    verdict: Verdict,
    reason: &'static str,
    make: fn(&Workshop) -> Attempt,
) -> Forgery {
    Forgery { name, check, verdict, reason, make }
}

pub(crate) fn all() -> Vec<&'static Forgery> {
    [package::TABLE, document::TABLE, seal::TABLE, stamp::TABLE, data::TABLE, record::TABLE].concat_refs()
}

trait ConcatRefs {
    fn concat_refs(self) -> Vec<&'static Forgery>;
}

impl<const N: usize> ConcatRefs for [&'static [Forgery]; N] {
    fn concat_refs(self) -> Vec<&'static Forgery> {
        self.into_iter().flatten().collect()
    }
}

/// What is wrong with how a forgery was judged.
fn misjudged(forgery: &Forgery, report: &FileReport) -> Option<String> {
    let said =
        open(report).into_iter().map(|check| format!("{:?} {}: {}", check.name, check.verdict.code(), check.reason_en));
    let said = said.collect::<Vec<_>>().join("\n    ");
    let check = report.verification.checks.iter().find(|check| check.name == forgery.check);
    let found = check.is_some_and(|check| {
        check.state != CheckState::Passed && check.reason_en.contains(forgery.reason) && !check.reason_zh.is_empty()
    });
    let right = found && report.verification.verdict == forgery.verdict && forgery.verdict != Verdict::Valid;
    (!right).then(|| {
        let verdict = report.verification.verdict.code();
        format!(
            "{}: {verdict}, wanted {} by {:?} ({})\n    {said}",
            forgery.name,
            forgery.verdict.code(),
            forgery.check,
            forgery.reason
        )
    })
}

#[test]
fn every_forgery_is_found_by_its_own_check() {
    let workshop = &*WORKSHOP;
    let mut wrong = Vec::new();
    for forgery in all() {
        let attempt = (forgery.make)(workshop);
        let start = Instant::now();
        let report = attempt.judge();
        let took = start.elapsed();
        wrong.extend(misjudged(forgery, &report));
        if took > LIMIT {
            wrong.push(format!("{} took {took:?}", forgery.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_many_forgeries_each_with_a_name_of_its_own() {
    let names: BTreeSet<&str> = all().iter().map(|forgery| forgery.name).collect();
    assert_eq!(names.len(), all().len());
    assert!(names.len() >= 100, "{}", names.len());
}
