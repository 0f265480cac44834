//! What is genuine is VALID, and what a verifier lacks is said to be missing.

use crate::workshop::*;
use zhengku_document::verify::Kind;
use zhengku_ledger::verdict::Verdict;

#[test]
fn a_genuine_file_with_its_proof_is_valid() {
    let workshop = &*WORKSHOP;
    let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &workshop.trust());
    assert_eq!(open(&report), Vec::<&zhengku_ledger::verdict::Check>::new());
    assert_eq!((report.verification.verdict, report.kind), (Verdict::Valid, Kind::Ofd));
    assert_eq!(report.data.as_ref(), Some(&workshop.data));
    assert_eq!(report.seal.unwrap().id, SEAL_ID);
}
