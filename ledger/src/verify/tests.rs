//! The light client: a real proof is VALID, and every way of changing it has its own reason and verdict.

mod certificate;
mod extension;
mod file;
mod judgement;
mod mutation;
mod parties;
mod paths;
mod state;

use super::*;
use crate::block::Header;
use crate::current::Current;
use crate::entry::{Field, FieldSet};
use crate::fixtures::*;
use crate::ids::{EntryKey, LogIndex};
use crate::log::proof::inclusion;
use crate::proof::{EntryProof, PROOF_VERSION, Proof};
use crate::state::StateView;
use std::sync::LazyLock;

/// Half a day after the fixtures' start, in Beijing still the same day.
const NOW: TimestampMs = TimestampMs(START.0 + 3_600_000);
const ANY_AGE: Strictness = Strictness { now: NOW, max_age_ms: None };

/// A ledger with one proven licence.
struct Scene {
    proof: Proof,
    trust: Trust,
}

/// One validator and ten entries: every tree is as small as it gets.
static SMALL: LazyLock<Scene> = LazyLock::new(|| scene(1, 0));
/// Four validators and more than three chunks of the bitmap, so that every path has hashes.
static LARGE: LazyLock<Scene> = LazyLock::new(|| scene(4, 7_000));

fn scene(validator_count: u16, others: u64) -> Scene {
    let mut world = World::new(validator_count);
    let mut rest: Vec<_> = (0..others).map(|number| mint(key(10_000 + number), licence(PLAIN))).collect();
    while !rest.is_empty() {
        let batch = rest.split_off(rest.len().saturating_sub(4096));
        world.apply(ISSUER, mints(batch));
    }
    let index = world.apply(ISSUER, mints(vec![mint(key(1), licence_with_fields())]));
    let (proof, trust) = prove(&mut world, index);
    Scene { proof, trust }
}

fn face() -> FieldSet {
    let field =
        |(salt, (key, value)): (u8, (&str, &str))| Field { key: text(key), value: text(value), salt: [salt; 16] };
    let face = [("name", "张三"), ("number", "310000-1"), ("address", "浦东新区"), ("remark", "无")];
    FieldSet::new((1..).zip(face).map(field).collect())
}

fn licence_with_fields() -> Licence {
    with(licence(PLAIN), |one| (one.fields_root, one.field_count) = (face().root(), 4))
}

/// Closes the ledger with a certified empty block and proves the entry at `index` in it, with name and address shown.
fn prove(world: &mut World, index: LogIndex) -> (Proof, Trust) {
    let block = world.certified(vec![]);
    let (header, certificate) = (block.executed().header().clone(), block.certificate().clone());
    let validators = block.executed().validators().clone();
    let current = world.state.tip().current.clone();
    let trust = Trust { chain: world.chain, validators };
    (proof_at(world, index, header, certificate, &current), trust)
}

/// A proof at the height of `header`, whose bitmap is `current`.
fn proof_at(
    world: &World,
    index: LogIndex,
    header: Header,
    certificate: crate::block::Certificate,
    current: &Current,
) -> Proof {
    let leaves = world.leaves();
    let one = |index: LogIndex| EntryProof {
        index,
        entry: world.entry(index),
        path: inclusion(&leaves, index.0, header.log_size).unwrap(),
        currency: current.prove(index).unwrap(),
    };
    let licence = one(index);
    let (issuer, kind) = licence.entry.licence().map_or((ISSUER, PLAIN), |one| (one.issuer, one.licence_type));
    let newest = |key: EntryKey| {
        // The newest entry of the key within the header's log.
        let mut at = world.index_of(key).unwrap();
        while at.0 >= header.log_size {
            at = world.entry(at).previous.unwrap();
        }
        at
    };
    let (issuer, licence_type) =
        (one(newest(EntryKey::of_organisation(issuer))), one(newest(EntryKey::of_licence_type(kind))));
    let disclosed = face().disclose(|key| key == "name" || key == "address").unwrap();
    Proof { version: PROOF_VERSION, header, certificate, licence, issuer, licence_type, disclosed: list(disclosed) }
}

fn verdict(scene: &Scene, proof: &Proof) -> Verdict {
    verify_proof(proof, &scene.trust, ANY_AGE).verdict
}

/// Requires that the check `name` fails with its verdict and a reason that contains `reason`; returns the overall verdict.
#[track_caller]
fn fails(verification: &Verification, name: CheckName, verdict: Verdict, reason: &str) -> Verdict {
    let check = verification.checks.iter().find(|check| check.name == name).unwrap();
    let state = if verdict == Verdict::Unverifiable { CheckState::NotChecked } else { CheckState::Failed };
    assert_eq!((check.state, check.verdict), (state, verdict), "{check:?}");
    assert!(check.reason_en.contains(reason), "{:?} does not contain {reason:?}", check.reason_en);
    assert!(!check.reason_zh.is_empty());
    assert!(verification.verdict >= verdict);
    verification.verdict
}

/// The checks that did not pass.
fn failures(verification: &Verification) -> Vec<CheckName> {
    verification.checks.iter().filter(|check| check.state != CheckState::Passed).map(|check| check.name).collect()
}

/// Changes the proof of a scene and requires that exactly the checks `names` fail.
#[track_caller]
fn tampered(scene: &Scene, names: &[CheckName], change: impl FnOnce(&mut Proof)) {
    let mut proof = scene.proof.clone();
    change(&mut proof);
    assert_ne!(proof, scene.proof, "nothing was changed");
    let verification = verify_proof(&proof, &scene.trust, ANY_AGE);
    assert_eq!(failures(&verification), names);
    assert_eq!(verification.verdict, Verdict::Tampered);
}

#[test]
fn an_honest_proof_is_valid() {
    use CheckName::{
        Certificate, Currency, Fields, File, Freshness, Inclusion, Issuer, Ledger, LicenceType, Period, Status,
    };
    let order = [Ledger, Certificate, Inclusion, Currency, Issuer, LicenceType, Fields, Freshness, Status, Period];
    for scene in [&*SMALL, &*LARGE] {
        let verification = verify_proof(&scene.proof, &scene.trust, ANY_AGE);
        assert_eq!(
            (verification.verdict, failures(&verification)),
            (Verdict::Valid, vec![]),
            "{:?}",
            verification.checks
        );
        assert_eq!(verification.checks.iter().map(|check| check.name).collect::<Vec<_>>(), order);
        assert_eq!(verification.as_of, Some((scene.proof.header.height, scene.proof.header.time)));
        assert_eq!(verification.age_ms, Some(NOW.0 - scene.proof.header.time.0));
        let file = verify_file(scene.proof.to_file().as_bytes(), &scene.trust, ANY_AGE);
        assert_eq!((file.verdict, file.checks[0].name, file.checks.len()), (Verdict::Valid, File, 11));
        let again = Proof::decode(&scene.proof.encode()).unwrap();
        assert_eq!(again, scene.proof);
    }
    let shape = |scene: &Scene| (scene.proof.licence.path.len(), scene.proof.licence.currency.path.len());
    assert_eq!((shape(&SMALL).1, shape(&LARGE)), (0, (shape(&LARGE).0, 2)));
    assert!(
        shape(&LARGE).0 >= 3 && SMALL.proof.certificate.votes.len() == 1 && LARGE.proof.certificate.votes.len() == 4
    );
}

/// What a holder may leave out: fields, and votes above the quorum.
#[test]
fn fewer_fields_and_fewer_votes_above_the_quorum_are_still_valid() {
    let mut proof = LARGE.proof.clone();
    proof.disclosed = list(vec![proof.disclosed[1].clone()]);
    assert_eq!(verdict(&LARGE, &proof), Verdict::Valid);
    proof.disclosed = list(vec![]);
    assert_eq!(verdict(&LARGE, &proof), Verdict::Valid);
    proof.certificate.votes = list(proof.certificate.votes[1..].to_vec());
    assert_eq!(verdict(&LARGE, &proof), Verdict::Valid);
}
