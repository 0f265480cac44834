//! The whole way of a licence through the command line, as a user walks it.

mod amend;
mod import;
mod licence;
mod many;
mod seals;
mod timestamps;

use serde_json::Value;
use zhengku_tests::run::verify;

/// Judges a proof; gives exit code and report.
#[track_caller]
fn judged(proof: &str, trust: &str, more: &[&str]) -> (i32, Value) {
    let mut arguments = vec![proof, "--trust", trust, "-o", "json"];
    arguments.extend(more);
    let ran = verify(&arguments);
    assert!(!ran.err.contains("panicked"), "{ran:#?}");
    (ran.code.unwrap(), ran.json())
}

#[track_caller]
fn assert_verdict(proof: &str, trust: &str, verdict: &str) {
    let (code, report) = judged(proof, trust, &[]);
    assert_eq!(report["verdict"], verdict, "{report:#}");
    assert_eq!(code, i32::from(verdict != "VALID"));
}
