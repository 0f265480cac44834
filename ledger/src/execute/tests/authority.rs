use super::*;
use crate::entry::{OrganisationStatus, Roles};
use crate::ids::IdempotencyKey;
use crate::transaction::{Correction, RejectCode as Code};
use zhengku_crypto::sign::{Signer, Sm2Signer};

pub(super) fn cases(world: &World) -> Vec<Case> {
    let plain = || mints(vec![mint(key(500), licence(PLAIN))]);
    let case = |name, organisation, payload, code| Case::new(world, name, organisation, payload, (code, 0));
    let by = |name: &'static str, seed: u8, organisation, code| {
        let idempotency = IdempotencyKey::from_digest(digest(name));
        let transaction = world.signed_by(&signer(seed), organisation, idempotency, plain());
        Case { name, transaction, code, item: 0 }
    };
    let conflict = Case {
        name: "the key of an applied transaction",
        transaction: world.keyed(ISSUER, idempotency(1_000_004), plain()),
        code: Code::IdempotencyConflict,
        item: 0,
    };
    vec![
        case("an organisation never registered", OrganisationNumber(9), plain(), Code::UnknownOrganisation),
        by("a stranger's key", 77, ISSUER, Code::UnknownSigner),
        by("another organisation's key", 103, ISSUER, Code::UnknownSigner),
        case("a barred organisation", BARRED, plain(), Code::OrganisationBarred),
        conflict,
        case("a definer mints", DEFINER, plain(), Code::RoleMissing),
        case("the governor mints", GOVERNOR, plain(), Code::RoleMissing),
        case(
            "a definer changes a status",
            DEFINER,
            changes(vec![change_of(VALID, Change::Suspend)]),
            Code::RoleMissing,
        ),
        case("a definer supersedes", DEFINER, supersessions(vec![reissue(VALID, 500)]), Code::RoleMissing),
        case(
            "a definer corrects",
            DEFINER,
            Payload::Correct(list(vec![Correction { key: key(VALID), licence: licence(PLAIN) }])),
            Code::RoleMissing,
        ),
        case(
            "an issuer registers",
            ISSUER,
            Payload::RegisterOrganisation(list(vec![organisation(OrganisationNumber(6), Roles::ISSUER)])),
            Code::RoleMissing,
        ),
        case(
            "an issuer updates itself",
            ISSUER,
            Payload::UpdateOrganisation(list(vec![organisation(ISSUER, Roles::ISSUER)])),
            Code::RoleMissing,
        ),
        case(
            "an issuer defines",
            ISSUER,
            Payload::DefineLicenceType(list(vec![licence_type(crate::ids::LicenceTypeNumber(5))])),
            Code::RoleMissing,
        ),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

#[test]
fn a_rotated_key_is_refused_from_the_next_transaction_on() {
    let mut world = scene();
    let mut rotated = organisation(ISSUER, Roles::ISSUER);
    rotated.keys = list(vec![signer(200).public_key()]);
    let old_before = world.transaction(ISSUER, mints(vec![mint(key(500), licence(PLAIN))]));
    let rotation = world.transaction(GOVERNOR, Payload::UpdateOrganisation(list(vec![rotated])));
    let old_after = world.transaction(ISSUER, mints(vec![mint(key(501), licence(PLAIN))]));
    let new_after = world.signed_by(&signer(200), ISSUER, idempotency(1), mints(vec![mint(key(502), licence(PLAIN))]));
    let block = world.block(vec![old_before, rotation, old_after.clone(), new_after]);
    let applied: Vec<bool> = block.outcomes().iter().map(|one| matches!(one, Outcome::Applied { .. })).collect();
    assert_eq!(applied, [true, true, false, true]);
    assert_eq!(block.outcomes()[2], Outcome::Rejected { code: Code::UnknownSigner, item: 0 });
    let later = world.block(vec![old_after]);
    assert_eq!(later.outcomes(), [Outcome::Rejected { code: Code::UnknownSigner, item: 0 }]);
}

#[test]
fn several_keys_at_once_of_both_algorithms() {
    let mut world = scene();
    let sm2 = Sm2Signer::from_secret(&[3; 32]).unwrap();
    let mut both = organisation(ISSUER, Roles::ISSUER);
    both.keys = list(vec![signer_of(ISSUER).public_key(), sm2.public_key()]);
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![both])));
    let by_sm2 = world.signed_by(&sm2, ISSUER, idempotency(1), mints(vec![mint(key(500), licence(PLAIN))]));
    let by_ed25519 = world.transaction(ISSUER, mints(vec![mint(key(501), licence(PLAIN))]));
    for outcome in world.block(vec![by_sm2, by_ed25519]).outcomes() {
        assert!(matches!(outcome, Outcome::Applied { count: 1, .. }));
    }
}

#[test]
fn barring_stops_the_organisation_and_leaves_what_it_issued() {
    let mut world = scene();
    let mut barred = organisation(ISSUER, Roles::ISSUER);
    barred.status = OrganisationStatus::Barred;
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![barred])));
    let refused = Outcome::Rejected { code: Code::OrganisationBarred, item: 0 };
    assert_eq!(world.submit(ISSUER, changes(vec![change_of(VALID, Change::Suspend)])), refused);
    assert_eq!(status_of(&world, VALID), Status::Valid);
    assert!(is_current(&world, key(VALID)));
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![organisation(ISSUER, Roles::ISSUER)])));
    world.apply(ISSUER, changes(vec![change_of(VALID, Change::Suspend)]));
}

/// A role that is taken away stops at once, in the same block.
#[test]
fn a_lost_role_counts_within_the_block() {
    let mut world = scene();
    let loss = Payload::UpdateOrganisation(list(vec![organisation(ISSUER, Roles::DEFINER)]));
    let loss = world.transaction(GOVERNOR, loss);
    let mint = world.transaction(ISSUER, mints(vec![mint(key(500), licence(PLAIN))]));
    let block = world.block(vec![loss, mint]);
    assert_eq!(block.outcomes()[1], Outcome::Rejected { code: Code::RoleMissing, item: 0 });
}
