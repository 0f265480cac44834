use super::*;
use crate::entry::{EntryBody, Licence, Organisation};
use crate::transaction::{BatchApproval, Correction, MASS_ACTION_ITEMS, PayloadKind, RejectCode as Code};
use zhengku_crypto::sign::Signer;

const FIRST: u64 = 20_000;
/// The seed of the issuer's second key.
const SECOND: u8 = 202;

/// An issuer with two keys.
fn two_keys() -> Organisation {
    let keys = list(vec![signer_of(ISSUER).public_key(), signer(SECOND).public_key()]);
    Organisation { keys, ..organisation(ISSUER, Roles::ISSUER) }
}

/// A ledger with a few more licences than one person may suspend at once, of an issuer with two keys.
pub(super) fn world_with_many() -> World {
    let mut world = scene();
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![two_keys()])));
    let item = |number| mint(key(FIRST + number), licence(PLAIN));
    world.apply(ISSUER, mints((0..u64::from(MASS_ACTION_ITEMS) + 5).map(item).collect()));
    world
}

fn suspensions(count: u32) -> Payload {
    changes((0..u64::from(count)).map(|number| change_of(FIRST + number, Change::Suspend)).collect())
}

fn reissues(count: u32) -> Payload {
    supersessions((0..u64::from(count)).map(|number| reissue(FIRST + number, FIRST + 10_000 + number)).collect())
}

/// Corrections that withdraw, as a correction may.
fn withdrawing_corrections(count: u32) -> Payload {
    let withdrawn = |one: &mut Licence| {
        (one.status, one.ground) = (Status::Withdrawn, ground(GroundCode::Correction));
    };
    let item = |number| Correction { key: key(FIRST + number), licence: with(licence(PLAIN), withdrawn) };
    Payload::Correct(list((0..u64::from(count)).map(item).collect()))
}

fn approval(payload: &Payload) -> BatchApproval {
    BatchApproval { items_root: payload.items_root(), count: payload.count(), kind: payload.kind() }
}

fn approve(items: Vec<BatchApproval>) -> Payload {
    Payload::ApproveBatch(list(items))
}

/// A transaction of the issuer by its second key.
fn by_second(world: &mut World, payload: Payload) -> VerifiedTransaction {
    let label = format!("second {}", world.state.tip().header.height);
    let idempotency = crate::ids::IdempotencyKey::from_digest(digest(&label));
    world.signed_by(&signer(SECOND), ISSUER, idempotency, payload)
}

fn outcome(world: &mut World, transaction: VerifiedTransaction) -> Outcome {
    world.block(vec![transaction]).outcomes()[0]
}

/// Lets the issuer's second key approve these items.
pub(super) fn approve_by_second(world: &mut World, payload: &Payload) {
    approved_by_second(world, approval(payload));
}

fn approved_by_second(world: &mut World, item: BatchApproval) {
    let transaction = by_second(world, approve(vec![item]));
    assert!(matches!(outcome(world, transaction), Outcome::Applied { count: 1, .. }));
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, by, payload, code, item| Case::new(world, name, by, payload, (code, item));
    let many = suspensions(MASS_ACTION_ITEMS + 1);
    let mint_of = BatchApproval { kind: PayloadKind::Mint, ..approval(&many) };
    vec![
        case("a mass action by one person", ISSUER, many.clone(), Code::ApprovalMissing, 0),
        case(
            "a mass correction by one person",
            ISSUER,
            withdrawing_corrections(MASS_ACTION_ITEMS + 1),
            Code::ApprovalMissing,
            0,
        ),
        case("a mass reissue by one person", ISSUER, reissues(MASS_ACTION_ITEMS + 1), Code::ApprovalMissing, 0),
        case("a definer approves", DEFINER, approve(vec![approval(&many)]), Code::RoleMissing, 0),
        case("an approval of minting", ISSUER, approve(vec![approval(&many), mint_of]), Code::KeyRepeated, 1),
        case("an approval of mints alone", ISSUER, approve(vec![mint_of]), Code::ApprovalKind, 0),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

/// A hundred at once are one person's business.
#[test]
fn up_to_the_limit_nobody_else_is_asked() {
    let mut world = world_with_many();
    world.apply(ISSUER, suspensions(MASS_ACTION_ITEMS));
    world.apply(ISSUER, withdrawing_corrections(MASS_ACTION_ITEMS));
}

#[test]
fn approved_corrections_are_carried_out() {
    let mut world = world_with_many();
    let payload = withdrawing_corrections(MASS_ACTION_ITEMS + 1);
    approve_by_second(&mut world, &payload);
    world.apply(ISSUER, payload);
    assert_eq!(world.licence(key(FIRST)).status, Status::Withdrawn);
}

#[test]
fn an_approved_mass_action_is_carried_out_once() {
    let mut world = world_with_many();
    let payload = suspensions(MASS_ACTION_ITEMS + 1);
    approved_by_second(&mut world, approval(&payload));
    let transaction = world.transaction(ISSUER, payload.clone());
    let id = transaction.id();
    let block = world.block(vec![transaction]);
    assert!(matches!(block.outcomes()[0], Outcome::Applied { count: 102, .. }), "{:?}", block.outcomes());
    assert_eq!(payload.entry_count(), 102);
    let last = block.entries().entry(101).unwrap();
    let EntryBody::BatchApproval(record) = &last.body else { panic!("{last:?}") };
    assert_eq!((record.used_by, &record.approver), (Some(id), &signer(SECOND).public_key()));
    assert!(is_current(&world, last.key) && last.previous.is_some());
    let resume = |number| change_of(FIRST + number, Change::Resume);
    for chunk in [0..100_u64, 100..101] {
        world.apply(ISSUER, changes(chunk.map(resume).collect()));
    }
    assert_eq!(world.submit(ISSUER, payload.clone()), Outcome::Rejected { code: Code::ApprovalMissing, item: 0 });
    approved_by_second(&mut world, approval(&payload));
    world.apply(ISSUER, payload);
}

/// The approval is another key's, of the same organisation, of these very items.
#[test]
fn what_is_no_approval() {
    let mut world = world_with_many();
    let payload = suspensions(MASS_ACTION_ITEMS + 1);
    let refused = |code| Outcome::Rejected { code, item: 0 };
    world.apply(OTHER_ISSUER, approve(vec![approval(&payload)]));
    assert_eq!(world.submit(ISSUER, payload.clone()), refused(Code::ApprovalMissing), "another organisation's");
    world.apply(ISSUER, approve(vec![approval(&payload)]));
    assert_eq!(world.submit(ISSUER, payload.clone()), refused(Code::ApprovalOfOneself));
    let again = world.submit(ISSUER, approve(vec![approval(&payload)]));
    assert_eq!(again, refused(Code::BatchAlreadyApproved));
    approved_by_second(&mut world, BatchApproval { count: 7, ..approval(&payload) });
    assert_eq!(world.submit(ISSUER, payload.clone()), refused(Code::ApprovalMismatch));
    assert_eq!(
        world.submit(ISSUER, suspensions(MASS_ACTION_ITEMS + 2)),
        refused(Code::ApprovalMissing),
        "of other items"
    );
}

/// A key that was taken from the organisation approves nothing any more: it may have been stolen.
#[test]
fn the_approval_of_a_key_that_was_removed() {
    let mut world = world_with_many();
    let payload = suspensions(MASS_ACTION_ITEMS + 1);
    approved_by_second(&mut world, approval(&payload));
    let one_key = organisation(ISSUER, Roles::ISSUER);
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![one_key])));
    assert_eq!(world.submit(ISSUER, payload), Outcome::Rejected { code: Code::ApprovalOfOneself, item: 0 });
}

/// Reissues end licences; amendments do not, however many.
#[test]
fn reissues_are_a_mass_action() {
    let mut world = world_with_many();
    let payload = reissues(MASS_ACTION_ITEMS + 1);
    assert_eq!(payload.entry_count(), 203);
    assert!(!supersessions(vec![reissue(VALID, 500)]).is_mass_action());
    approved_by_second(&mut world, approval(&payload));
    let first = world.apply(ISSUER, payload);
    assert_eq!(world.state.tip().header.log_size, first.0 + 203);
}

/// The approval and what it approves may stand in one block, in this order.
#[test]
fn within_one_block() {
    let mut world = world_with_many();
    let payload = suspensions(MASS_ACTION_ITEMS + 1);
    let approved = by_second(&mut world, approve(vec![approval(&payload)]));
    let first = world.transaction(ISSUER, payload.clone());
    let second = world.transaction(ISSUER, payload);
    let outcomes = world.execute(vec![first.clone(), approved.clone()]).outcomes().to_vec();
    assert_eq!(outcomes[0], Outcome::Rejected { code: Code::ApprovalMissing, item: 0 });
    let outcomes = world.block(vec![approved, first, second]).outcomes().to_vec();
    assert!(matches!(outcomes[1], Outcome::Applied { .. }));
    assert_eq!(outcomes[2], Outcome::Rejected { code: Code::ApprovalMissing, item: 0 });
}
