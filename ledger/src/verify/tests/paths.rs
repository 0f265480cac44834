use super::*;
use CheckName::{Certificate, Currency, Fields, Inclusion, Issuer, LicenceType};
use zhengku_crypto::digest::Digest;

/// Every way of spoiling a path that has at least two hashes.
fn spoilings(path: &[Digest]) -> Vec<(&'static str, Vec<Digest>)> {
    assert!(path.len() >= 2);
    let last = path[path.len() - 1];
    let mut flipped = *path[0].as_bytes();
    flipped[31] ^= 1;
    let mut flipped_first = path.to_vec();
    flipped_first[0] = Digest::from_bytes(flipped);
    let mut swapped = path.to_vec();
    swapped.swap(0, path.len() - 1);
    let mut repeated = path.to_vec();
    repeated[1] = repeated[0];
    vec![
        ("surplus", [path, &[last]].concat()),
        ("surplus in front", [&[Digest::ZERO], path].concat()),
        ("missing last", path[..path.len() - 1].to_vec()),
        ("missing first", path[1..].to_vec()),
        ("reordered", swapped),
        ("reversed", path.iter().rev().copied().collect()),
        ("duplicated", repeated),
        ("a bit flipped", flipped_first),
        ("empty", Vec::new()),
    ]
}

type Access = fn(&mut Proof) -> &mut Vec<Digest>;

#[test]
fn every_path_of_every_entry() {
    let paths: [(CheckName, Access); 6] = [
        (Inclusion, |proof| &mut proof.licence.path),
        (Currency, |proof| &mut proof.licence.currency.path),
        (Issuer, |proof| &mut proof.issuer.path),
        (Issuer, |proof| &mut proof.issuer.currency.path),
        (LicenceType, |proof| &mut proof.licence_type.path),
        (LicenceType, |proof| &mut proof.licence_type.currency.path),
    ];
    for (name, access) in paths {
        let honest = access(&mut LARGE.proof.clone()).clone();
        for (how, spoiled) in spoilings(&honest) {
            if spoiled == honest {
                continue;
            }
            let mut proof = LARGE.proof.clone();
            *access(&mut proof) = spoiled.clone();
            let verification = verify_proof(&proof, &LARGE.trust, ANY_AGE);
            let reason = if spoiled.len() == honest.len() { "the path leads to the root" } else { "the path needs" };
            assert_eq!(fails(&verification, name, Verdict::Tampered, reason), Verdict::Tampered, "{name:?} {how}");
            assert_eq!(failures(&verification), [name], "{how}");
        }
    }
}

#[test]
fn every_path_of_a_field() {
    let honest = LARGE.proof.disclosed[1].path.clone();
    for (how, spoiled) in spoilings(&honest) {
        let mut proof = LARGE.proof.clone();
        let mut fields = proof.disclosed.to_vec();
        fields[1].path = spoiled;
        if fields == proof.disclosed.to_vec() {
            continue;
        }
        proof.disclosed = list(fields);
        let verification = verify_proof(&proof, &LARGE.trust, ANY_AGE);
        assert_eq!(fails(&verification, Fields, Verdict::Tampered, "field 2: the path"), Verdict::Tampered, "{how}");
    }
}

#[test]
fn a_wrong_index() {
    for scene in [&*SMALL, &*LARGE] {
        let (own, size) = (scene.proof.licence.index.0, scene.proof.header.log_size);
        for index in [0, 1, own - 1, own ^ 2, own + 1, size, size + 1, u64::MAX] {
            let mut proof = scene.proof.clone();
            proof.licence.index = LogIndex(index);
            let verification = verify_proof(&proof, &scene.trust, ANY_AGE);
            assert_eq!(fails(&verification, Inclusion, Verdict::Tampered, ""), Verdict::Tampered, "{index}");
            if index >= size {
                fails(&verification, Currency, Verdict::Tampered, "beyond the log");
            }
        }
        tampered(scene, &[Issuer], |proof| proof.issuer.index.0 ^= 1);
        tampered(scene, &[LicenceType], |proof| proof.licence_type.index.0 ^= 1);
    }
}

/// The leaf count comes from the certified header: another count is another block.
#[test]
fn a_wrong_leaf_count() {
    for size in [0, 1, LARGE.proof.header.log_size - 1, LARGE.proof.header.log_size + 1, u64::MAX] {
        let mut proof = LARGE.proof.clone();
        proof.header.log_size = size;
        let verification = verify_proof(&proof, &LARGE.trust, ANY_AGE);
        assert_eq!(
            fails(&verification, Certificate, Verdict::Tampered, "the certificate is for block"),
            Verdict::Tampered
        );
    }
}

#[test]
fn every_bit_of_the_chunk_counts() {
    for bit in (0..2048_usize).step_by(13).chain([0, 7, 8, 2047]) {
        let mut proof = LARGE.proof.clone();
        proof.licence.currency.chunk[bit / 8] ^= 1 << (bit % 8);
        let verification = verify_proof(&proof, &LARGE.trust, ANY_AGE);
        assert_eq!(failures(&verification), [Currency]);
        assert_eq!(verification.verdict, Verdict::Tampered);
    }
    // The last chunk of either ledger is not full: bits beyond the log are refused for their own reason.
    for scene in [&*SMALL, &*LARGE] {
        assert_ne!(scene.proof.header.log_size % 2048, 0);
        let first = (scene.proof.header.log_size % 2048) as usize;
        for bit in [first, first + 1, 2047] {
            let mut proof = scene.proof.clone();
            proof.licence.currency.chunk[bit / 8] |= 1 << (bit % 8);
            let verification = verify_proof(&proof, &scene.trust, ANY_AGE);
            fails(&verification, Currency, Verdict::Tampered, "bits beyond the log");
        }
    }
}
