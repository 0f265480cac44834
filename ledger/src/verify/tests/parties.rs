use super::*;
use crate::codec::encode;
use crate::entry::{DisclosedField, Organisation, OrganisationStatus, Roles, Status};
use crate::ids::{Date, LicenceTypeNumber};
use crate::transaction::Payload;
use CheckName::{Fields, Inclusion, Issuer, LicenceType};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash};

#[test]
fn every_field_of_the_entry_is_covered() {
    let on_entry: [fn(&mut crate::entry::Entry); 6] = [
        |one| one.version += 1,
        |one| one.key = key(2),
        |one| one.previous = Some(LogIndex(0)),
        |one| one.origin.height.0 += 1,
        |one| one.origin.transaction += 1,
        |one| one.origin.item += 1,
    ];
    for change in on_entry {
        tampered(&LARGE, &[Inclusion], |proof| change(&mut proof.licence.entry));
        tampered(&LARGE, &[LicenceType], |proof| change(&mut proof.licence_type.entry));
        tampered(&LARGE, &[Issuer], |proof| change(&mut proof.issuer.entry));
    }
    let on_licence: [fn(&mut Licence); 14] = [
        |one| one.version += 1,
        |one| one.holders = list(vec![holder(9)]),
        |one| one.holders = list(vec![holder(1), holder(9)]),
        |one| one.record.sha256 = Digest::ZERO,
        |one| one.record.sm3 = Digest::ZERO,
        |one| one.issued_on = Date(0),
        |one| one.valid_from.0 -= 1,
        |one| one.valid_to = None,
        |one| one.valid_to = Some(Date(i32::MAX)),
        |one| one.ground.text = Some(Digest::ZERO),
        |one| one.ground.code = crate::entry::licence::GroundCode::Law,
        |one| one.twin = Some(key(2)),
        |one| one.replaces = Some(key(2)),
        |one| one.replaced_by = Some(key(2)),
    ];
    for change in on_licence {
        changed_licence(&[Inclusion], change);
    }
    changed_licence(&[Inclusion, Fields], |one| one.fields_root = Digest::ZERO);
    changed_licence(&[Inclusion, Fields], |one| one.field_count = 3);
    changed_licence(&[Inclusion, LicenceType], |one| one.licence_type = TWIN);
    changed_licence(&[Inclusion, Issuer], |one| one.issuer = OTHER_ISSUER);
    changed_licence(&[Inclusion, CheckName::Status], |one| one.status = Status::Suspended);
}

#[track_caller]
fn changed_licence(names: &[CheckName], change: fn(&mut Licence)) {
    tampered(&LARGE, names, |proof| {
        let crate::entry::EntryBody::Licence(licence) = &mut proof.licence.entry.body else {
            unreachable!("it is a licence")
        };
        change(licence);
    });
}

#[test]
fn every_part_of_a_field_is_covered() {
    let changes: [fn(&mut Vec<DisclosedField>); 11] = [
        |fields| fields[0].field.value = text("李四"),
        |fields| fields[0].field.value = text(""),
        |fields| fields[0].field.key = text("number"),
        |fields| fields[0].field.salt[0] ^= 1,
        |fields| fields[0].index = 1,
        |fields| fields[1].index = 4,
        |fields| fields[1].index = u16::MAX,
        |fields| fields.swap(0, 1),
        |fields| fields.push(fields[1].clone()),
        |fields| fields[1] = fields[0].clone(),
        |fields| {
            let value = fields[0].field.value.clone();
            fields[0].field.value = fields[1].field.value.clone();
            fields[1].field.value = value;
        },
    ];
    for change in changes {
        tampered(&LARGE, &[Fields], |proof| {
            let mut fields = proof.disclosed.to_vec();
            change(&mut fields);
            proof.disclosed = list(fields);
        });
    }
    let mut twice = LARGE.proof.clone();
    twice.disclosed = list(vec![twice.disclosed[0].clone(), twice.disclosed[0].clone()]);
    let verification = verify_proof(&twice, &LARGE.trust, ANY_AGE);
    fails(&verification, Fields, Verdict::Tampered, "field 0 stands twice or out of order");
}

/// A field of another licence, honest in itself, is not one of this licence.
#[test]
fn a_field_of_another_licence() {
    let other = FieldSet::new(face().fields().iter().cloned().map(|one| Field { salt: [99; 16], ..one }).collect());
    tampered(&LARGE, &[Fields], |proof| proof.disclosed = list(other.disclose(|key| key == "name").unwrap()));
}

#[test]
fn issuer_and_type_are_those_the_licence_names() {
    let mut world = World::new(1);
    let index = world.apply(ISSUER, mints(vec![mint(key(1), licence_with_fields())]));
    let foreign = with(licence(MARRIAGE), |one| one.issuer = OTHER_ISSUER);
    let foreign = world.apply(OTHER_ISSUER, mints(vec![mint(key(2), foreign)]));
    let (proof, trust) = prove(&mut world, index);
    let current = world.state.tip().current.clone();
    let other = proof_at(&world, foreign, proof.header.clone(), proof.certificate.clone(), &current);
    let judged = |change: fn(&mut Proof, &Proof)| {
        let mut changed = proof.clone();
        change(&mut changed, &other);
        verify_proof(&changed, &trust, ANY_AGE)
    };
    let swapped = judged(|proof, other| proof.issuer = other.issuer.clone());
    assert_eq!(
        fails(&swapped, Issuer, Verdict::Tampered, "the licence names organisation 2, the proof shows 3"),
        Verdict::Tampered
    );
    assert_eq!(failures(&swapped), [Issuer]);
    let swapped = judged(|proof, other| proof.licence_type = other.licence_type.clone());
    assert_eq!(
        fails(&swapped, LicenceType, Verdict::Tampered, "the licence is of type 0, the proof shows 2"),
        Verdict::Tampered
    );
    let exchanged = judged(|proof, _| std::mem::swap(&mut proof.issuer, &mut proof.licence_type));
    fails(&exchanged, Issuer, Verdict::Tampered, "no entry of the issuer");
    fails(&exchanged, LicenceType, Verdict::Tampered, "no entry of the licence type");
    let licence = judged(|proof, other| proof.licence = other.licence.clone());
    assert_eq!(failures(&licence), [Issuer, LicenceType, Fields], "honest, but with another's issuer, type and fields");
    let no_licence = judged(|proof, _| proof.licence = proof.issuer.clone());
    assert_eq!(no_licence.verdict, Verdict::Tampered);
    for name in [Issuer, LicenceType, Fields] {
        fails(&no_licence, name, Verdict::Tampered, "the proven entry is not a licence");
    }
    assert!(no_licence.checks.iter().all(|check| check.name != CheckName::Status));
}

/// A forged organisation that bears the right number is not on the ledger.
#[test]
fn a_forged_issuer_is_not_on_the_ledger() {
    tampered(&LARGE, &[Issuer], |proof| {
        let forged = Organisation { name_zh: text("假冒机关"), ..organisation(ISSUER, Roles::ISSUER) };
        proof.issuer.entry.body = crate::entry::EntryBody::Organisation(forged);
    });
    tampered(&LARGE, &[LicenceType], |proof| {
        let forged = crate::entry::LicenceType { name_zh: text("假冒证照"), ..licence_type(LicenceTypeNumber(0)) };
        proof.licence_type.entry.body = crate::entry::EntryBody::LicenceType(forged);
    });
}

fn updated(change: fn(&mut Organisation)) -> (World, LogIndex, LogIndex) {
    let mut world = World::new(1);
    let index = world.apply(ISSUER, mints(vec![mint(key(1), licence_with_fields())]));
    let former = world.index_of(EntryKey::of_organisation(ISSUER)).unwrap();
    let mut issuer = organisation(ISSUER, Roles::ISSUER);
    change(&mut issuer);
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![issuer])));
    (world, index, former)
}

#[test]
fn a_barred_issuer_does_not_void_what_it_issued() {
    let (mut world, index, _) = updated(|one| one.status = OrganisationStatus::Barred);
    let (proof, trust) = prove(&mut world, index);
    let verification = verify_proof(&proof, &trust, ANY_AGE);
    assert_eq!(verification.verdict, Verdict::Valid);
    let issuer = verification.checks.iter().find(|check| check.name == Issuer).unwrap();
    assert!(issuer.reason_en.contains("barred since"));
}

#[test]
fn an_issuer_without_the_role_is_untrusted() {
    let (mut world, index, _) = updated(|one| one.roles = Roles::DEFINER);
    let (proof, trust) = prove(&mut world, index);
    let verification = verify_proof(&proof, &trust, ANY_AGE);
    assert_eq!(fails(&verification, Issuer, Verdict::Untrusted, "does not have the issuer role"), Verdict::Untrusted);
}

/// An entry of issuer or type that has a newer one is on the ledger, but says nothing of now.
#[test]
fn an_outdated_issuer_or_type_cannot_be_verified() {
    let (mut world, index, former) = updated(|one| one.name_en = text("Renamed"));
    let former_type = world.index_of(EntryKey::of_licence_type(PLAIN)).unwrap();
    world.apply(DEFINER, Payload::DefineLicenceType(list(vec![licence_type(PLAIN)])));
    let (proof, trust) = prove(&mut world, index);
    assert_eq!(verify_proof(&proof, &trust, ANY_AGE).verdict, Verdict::Valid);
    let outdated = |index: LogIndex| crate::proof::EntryProof {
        index,
        entry: world.entry(index),
        path: inclusion(&world.leaves(), index.0, proof.header.log_size).unwrap(),
        currency: world.state.tip().current.prove(index).unwrap(),
    };
    let issuer = Proof { issuer: outdated(former), ..proof.clone() };
    let verification = verify_proof(&issuer, &trust, ANY_AGE);
    assert_eq!(fails(&verification, Issuer, Verdict::Unverifiable, "a newer entry exists"), Verdict::Unverifiable);
    let kind = Proof { licence_type: outdated(former_type), ..proof.clone() };
    let verification = verify_proof(&kind, &trust, ANY_AGE);
    assert_eq!(fails(&verification, LicenceType, Verdict::Unverifiable, "a newer entry exists"), Verdict::Unverifiable);
}

/// A proof of the first of three entries in a log of its own, certified by the validator of [`SMALL`]: what a dishonest quorum could sign.
fn certified(entries: [crate::entry::Entry; 3]) -> Proof {
    let mut log = crate::log::Edge::default();
    let leaves: Vec<Digest> = entries.iter().map(|one| leaf_hash::<LogTree>(&encode(one))).collect();
    for leaf in &leaves {
        log.append(*leaf);
    }
    let current = Current::default().advance(3, &[]).unwrap();
    let (log_size, log_root, current_root) = (log.size(), log.root(), current.root());
    let header = Header { log_size, log_root, current_root, ..SMALL.proof.header.clone() };
    let vote = crate::block::Vote::sign(header.chain, header.height, 0, header.id(), 0, &validator_signer(0)).unwrap();
    let certificate =
        crate::block::Certificate { height: header.height, round: 0, block: header.id(), votes: list(vec![vote]) };
    let leaves = Leaves(leaves);
    let [licence, issuer, licence_type] = [0, 1, 2].map(|index| crate::proof::EntryProof {
        index: LogIndex(index),
        entry: entries[index as usize].clone(),
        path: inclusion(&leaves, index, 3).unwrap(),
        currency: current.prove(LogIndex(index)).unwrap(),
    });
    Proof { header, certificate, licence, issuer, licence_type, ..SMALL.proof.clone() }
}

/// Number and key must both be those that the licence names: a second entry of the same number under another key is refused.
#[test]
fn the_key_of_a_party_is_that_of_its_number() {
    let honest = || [&SMALL.proof.licence, &SMALL.proof.issuer, &SMALL.proof.licence_type].map(|one| one.entry.clone());
    assert_eq!(verdict(&SMALL, &certified(honest())), Verdict::Valid);
    for (place, name) in [(1, Issuer), (2, LicenceType)] {
        let mut entries = honest();
        entries[place].key = key(77);
        let verification = verify_proof(&certified(entries), &SMALL.trust, ANY_AGE);
        assert_eq!(failures(&verification), [name]);
        assert_eq!(fails(&verification, name, Verdict::Tampered, "the proof shows"), Verdict::Tampered);
    }
}
