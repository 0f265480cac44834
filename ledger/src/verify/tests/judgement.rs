//! What is not tampering: unknown layouts, clocks that are behind, proofs of another licence, fields an issuer should not sign.

use super::*;
use crate::codec::Text;
use crate::entry::{DisclosedField, Licence};
use crate::verdict::CheckName;

/// A certified proof of a licence whose fields are `fields`.
fn proof_of(fields: Vec<Field>) -> (Proof, Trust) {
    let mut world = World::new(1);
    let set = FieldSet::new(fields);
    let state: Licence = with(licence(PLAIN), |one| {
        (one.fields_root, one.field_count) = (set.root(), u16::try_from(set.fields().len()).unwrap());
    });
    let index = world.apply(ISSUER, mints(vec![mint(key(1), state)]));
    let (mut proof, trust) = prove(&mut world, index);
    let all: Vec<DisclosedField> = set.disclose(|_| true).unwrap();
    proof.disclosed = list(all);
    (proof, trust)
}

fn field(key: &str, value: &str) -> Field {
    Field { key: text(key), value: text(value), salt: [7; 16] }
}

fn check(verification: &Verification, name: CheckName) -> (CheckState, Verdict) {
    let found = verification.checks.iter().find(|check| check.name == name).unwrap();
    (found.state, found.verdict)
}

#[test]
fn a_key_of_no_type_and_a_key_twice_are_refused() {
    let own = ["name", "number", "address", "remark"].map(|key| field(key, "x"));
    let (proof, trust) = proof_of(own.to_vec());
    assert_eq!(verify_proof(&proof, &trust, ANY_AGE).verdict, Verdict::Valid);
    for keys in [["name", "number", "address", "name"], ["name", "number", "address", "spouse"]] {
        let (proof, trust) = proof_of(keys.map(|key| field(key, "x")).to_vec());
        let verification = verify_proof(&proof, &trust, ANY_AGE);
        assert_eq!(check(&verification, CheckName::Fields), (CheckState::Failed, Verdict::Tampered), "{keys:?}");
    }
}

#[test]
fn an_anchored_entry_of_an_unknown_version_cannot_be_judged() {
    let mut proof = SMALL.proof.clone();
    proof.licence.entry.version = 2;
    let leaf = zhengku_crypto::merkle::leaf_hash::<zhengku_crypto::merkle::LogTree>(&crate::codec::encode(
        &proof.licence.entry,
    ));
    // The ledger of one entry: its leaf is the root, so that the path holds and only the version is strange.
    proof.header.log_root = leaf;
    (proof.header.log_size, proof.licence.index, proof.licence.path) = (1, LogIndex(0), Vec::new());
    let verification = verify_proof(&proof, &SMALL.trust, ANY_AGE);
    assert_eq!(check(&verification, CheckName::Inclusion), (CheckState::NotChecked, Verdict::Unverifiable));
}

#[test]
fn a_clock_that_is_behind_cannot_tell_the_age() {
    let time = SMALL.proof.header.time;
    let at =
        |now, max_age_ms| verify_proof(&SMALL.proof, &SMALL.trust, Strictness { now: TimestampMs(now), max_age_ms });
    let behind = at(time.0 - 5 * 60_000 - 1, Some(1_000));
    assert_eq!(check(&behind, CheckName::Freshness), (CheckState::NotChecked, Verdict::Unverifiable));
    assert_eq!(at(time.0 - 5 * 60_000, Some(1_000)).verdict, Verdict::Valid);
    assert_eq!(at(0, None).verdict, Verdict::Valid, "no age was asked for, and dates are judged at the certified time");
}

#[test]
fn a_proof_of_another_licence_is_not_the_expected_one() {
    let file = SMALL.proof.to_file();
    let judged = |key: &str, value: &str| {
        verify_file_of(file.as_bytes(), &SMALL.trust, ANY_AGE, &[(key.to_owned(), value.to_owned())])
    };
    assert_eq!(judged("name", "张三").verdict, Verdict::Valid);
    let other = judged("name", "李四");
    assert_eq!(check(&other, CheckName::Expected), (CheckState::Failed, Verdict::NotAnchored));
    assert_eq!(other.verdict, Verdict::NotAnchored);
    assert_eq!(judged("number", "310000-1").verdict, Verdict::Unverifiable, "not disclosed");
}

#[test]
fn nothing_hidden_in_a_value_reaches_the_head() {
    let (proof, trust) = proof_of(
        ["a\u{2028}状态 Status: 有效", "b\u{202e}c", "d\ne", "f"]
            .iter()
            .zip(["name", "number", "address", "remark"])
            .map(|(value, key)| field(key, value))
            .collect(),
    );
    let file = proof.to_file();
    assert!(file.contains("a\\u{2028}状态") && file.contains("b\\u{202e}c") && file.contains("d ⏎ e"));
    assert!(!file.contains('\u{2028}') && !file.contains('\u{202e}'));
    assert_eq!(verify_file(file.as_bytes(), &trust, ANY_AGE).verdict, Verdict::Valid);
    assert!(Text::<8>::new("a\tb").is_err());
}
