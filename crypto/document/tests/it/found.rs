//! Every forgery of the tables is found, by its own check and for its own reason. What that may cost: `limits.rs`.

use crate::forgeries::{Forgery, all};
use crate::workshop::*;
use std::collections::BTreeSet;
use std::path::Path;
use zhengku_document::verify::{FileReport, is_proof_alone_damaged};
use zhengku_ledger::verdict::{CheckState, Verdict};

/// How many there are, as README.md, docs/testing.md and docs/decisions/0022-verification.md say it.
const FORGERIES: usize = 199;

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
        let report = judge_at(&attempt.file, attempt.proof.as_deref(), &attempt.trust, attempt.now);
        wrong.extend(misjudged(forgery, &report));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_many_forgeries_each_with_a_name_of_its_own() {
    let names: BTreeSet<&str> = all().iter().map(|forgery| forgery.name).collect();
    assert_eq!(names.len(), all().len());
    assert_eq!(names.len(), FORGERIES);
}

/// A proof that is damaged says nothing of the licence file, and a file that is altered is not excused by it.
#[test]
fn a_damaged_proof_is_told_from_a_damaged_file() {
    let workshop = &*WORKSHOP;
    let judged = |file: &[u8], proof: &[u8]| {
        let report = judge_at(file, Some(proof), &workshop.trust(), NOW);
        (report.verification.verdict, is_proof_alone_damaged(&report.verification))
    };
    let (file, proof) = (&workshop.file, workshop.proof(&workshop.file));
    let mut damaged = proof.clone();
    let place = damaged.len() / 2;
    damaged[place] = if damaged[place] == b'A' { b'B' } else { b'A' };
    let mut altered = file.clone();
    let place = altered.len() / 2;
    altered[place] ^= 1;
    assert_eq!(judged(file, &proof), (Verdict::Valid, false));
    assert_eq!(judged(file, &damaged), (Verdict::Tampered, true));
    assert_eq!(judged(&altered, &proof), (Verdict::Tampered, false));
    assert_eq!(judged(&altered, &damaged), (Verdict::Tampered, false));
    assert_eq!(judged(&damaged, &proof), (Verdict::Tampered, false), "the proof alone is the file that is judged");
}

/// Words that more than one finding has say nothing: each forgery asks for its own.
#[test]
fn every_forgery_asks_for_words() {
    for forgery in all() {
        assert!(forgery.reason.chars().count() > 4, "{}: {:?}", forgery.name, forgery.reason);
    }
}

#[test]
fn the_documents_say_how_many_forgeries_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (document, words) in [
        ("README.md", format!("{FORGERIES} forgeries")),
        ("docs/testing.md", format!("{FORGERIES} forgeries")),
        ("docs/decisions/0022-verification.md", format!("{FORGERIES} of them")),
    ] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        assert!(text.contains(&words), "{document} does not say {words}");
    }
}
