//! A PDF has no seal signature of its own: it is worth what the ledger says of its digests. What stands in it is not read here.

use super::anchoring::Anchor;
use super::{FileReport, Kind, TrustStore};
use zhengku_ledger::entry::FileKind;
use zhengku_ledger::verify::{Strictness, Verification};

pub(super) fn judge(file: &[u8], proof: Option<&[u8]>, trust: &TrustStore, strictness: Strictness) -> FileReport {
    let anchor = Anchor::of(file, FileKind::Pdf, proof, trust, strictness);
    let mut checks = vec![anchor.file_check(false, None)];
    let (ledger, as_of, age_ms) = anchor.into_ledger_checks();
    checks.extend(ledger);
    let verification = Verification::from_checks(checks, as_of, age_ms);
    FileReport { verification, kind: Kind::Pdf, data: None, seal: None }
}
