use super::*;
use crate::transaction::RejectCode as Code;

fn plain(number: u64) -> Payload {
    mints(vec![mint(key(number), licence(PLAIN))])
}

const CONFLICT: Outcome = Outcome::Rejected { code: Code::IdempotencyConflict, item: 0 };

#[test]
fn a_repeat_is_recognised_across_blocks_and_within_one() {
    let mut world = scene();
    let transaction = world.keyed(ISSUER, idempotency(1), plain(500));
    let (original, height) = (transaction.id(), world.state.tip().header.height.next());
    let repeated = Outcome::Repeated { original, height, place: 0 };
    let block = world.block(vec![transaction.clone(), transaction.clone()]);
    assert_eq!(block.outcomes(), [Outcome::Applied { first: block.first(), count: 1 }, repeated]);
    assert_eq!(block.entries().len(), 1);
    for _ in 0..2 {
        let block = world.block(vec![transaction.clone()]);
        assert_eq!(block.outcomes(), [repeated]);
        assert!(block.entries().is_empty());
    }
}

#[test]
fn another_content_under_the_same_key_is_a_conflict() {
    let mut world = scene();
    let first = world.keyed(ISSUER, idempotency(1), plain(500));
    let second = world.keyed(ISSUER, idempotency(1), plain(501));
    let block = world.block(vec![first.clone(), second.clone()]);
    assert_eq!(block.outcomes()[1], CONFLICT);
    assert_eq!(world.block(vec![second.clone()]).outcomes(), [CONFLICT]);
    // The conflict does not take the key over.
    let (original, height) = (first.id(), block.header().height);
    assert_eq!(world.block(vec![first.clone()]).outcomes(), [Outcome::Repeated { original, height, place: 0 }]);
    assert!(world.index_of(key(501)).is_none());
}

/// Anybody who holds the block has the bytes of a rejected transaction: they must not come true later.
#[test]
fn a_rejected_transaction_cannot_be_replayed() {
    let mut world = scene();
    let rejected = world.keyed(ISSUER, idempotency(1), changes(vec![change_of(VALID, Change::Resume)]));
    let suspend = world.transaction(ISSUER, changes(vec![change_of(VALID, Change::Suspend)]));
    let other = world.keyed(ISSUER, idempotency(1), plain(500));
    let block = world.block(vec![rejected.clone(), suspend, rejected.clone(), other.clone()]);
    let repeated = Outcome::Repeated { original: rejected.id(), height: block.header().height, place: 0 };
    assert_eq!(block.outcomes()[0], Outcome::Rejected { code: Code::NotSuspended, item: 0 });
    assert_eq!(block.outcomes()[2], repeated, "allowed by now, and decided already");
    assert_eq!(block.outcomes()[3], CONFLICT);
    assert_eq!(world.block(vec![rejected, other]).outcomes(), [repeated, CONFLICT], "across blocks");
}

/// What a stranger signs in an organisation's name takes none of its keys.
#[test]
fn a_stranger_takes_no_key() {
    let mut world = scene();
    let ours = world.keyed(ISSUER, idempotency(1), plain(500));
    let theirs = world.signed_by(&crate::fixtures::signer(77), ISSUER, idempotency(1), plain(501));
    let block = world.block(vec![theirs, ours]);
    assert_eq!(block.outcomes()[0], Outcome::Rejected { code: Code::UnknownSigner, item: 0 });
    assert!(matches!(block.outcomes()[1], Outcome::Applied { .. }));
}

#[test]
fn each_organisation_has_keys_of_its_own() {
    let mut world = scene();
    let ours = world.keyed(ISSUER, idempotency(1), plain(500));
    let theirs = mints(vec![mint(key(501), with(licence(PLAIN), |one| one.issuer = OTHER_ISSUER))]);
    let theirs = world.keyed(OTHER_ISSUER, idempotency(1), theirs);
    let block = world.block(vec![ours, theirs]);
    assert!(block.outcomes().iter().all(|one| matches!(one, Outcome::Applied { .. })));
}

/// A repeat is answered even when the organisation may no longer act: the answer says what was done then.
#[test]
fn a_repeat_by_a_barred_organisation_is_still_a_repeat() {
    let mut world = scene();
    let transaction = world.keyed(ISSUER, idempotency(1), plain(500));
    let first = world.transaction(ISSUER, plain(501));
    let height = world.block(vec![first, transaction.clone()]).header().height;
    let mut barred = organisation(ISSUER, crate::entry::Roles::ISSUER);
    barred.status = crate::entry::OrganisationStatus::Barred;
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![barred])));
    let original = transaction.id();
    assert_eq!(world.block(vec![transaction]).outcomes(), [Outcome::Repeated { original, height, place: 1 }]);
}
