//! Rules of execution: one file per kind of payload, the block itself, and a random walk against a naive model.

mod authority;
mod batch;
mod batch_approval;
mod block;
mod correct;
mod governance;
mod idempotency;
mod licence_type;
mod material_type;
mod mint;
mod model;
mod offence;
mod organisation;
mod seal;
mod status;
mod supersede;

use crate::entry::licence::{Change, GroundCode};
use crate::entry::{Roles, Status};
use crate::fixtures::*;
use crate::ids::{EntryKey, OrganisationNumber, SealNumber};
use crate::state::StateView;
use crate::transaction::{
    Outcome, Payload, RejectCode, SealCancellation, StatusChange, SupersedeCause, Supersession, VerifiedTransaction,
};
use std::collections::BTreeSet;

/// A transaction that must be rejected, on the state of [`scene`].
struct Case {
    name: &'static str,
    transaction: VerifiedTransaction,
    code: RejectCode,
    item: u32,
}

impl Case {
    fn new(
        world: &World,
        name: &'static str,
        organisation: OrganisationNumber,
        payload: Payload,
        (code, item): (RejectCode, u32),
    ) -> Self {
        let idempotency = crate::ids::IdempotencyKey::from_digest(digest(name));
        Self { name, transaction: world.keyed(organisation, idempotency, payload), code, item }
    }
}

const VALID: u64 = 1;
const SUSPENDED: u64 = 2;
const CANCELLED: u64 = 3;
const RESCINDED: u64 = 4;
const WITHDRAWN: u64 = 5;
const REPLACED: u64 = 6;
const SUCCESSOR: u64 = 7;
const TWIN_MAIN: u64 = 8;
const TWIN_COPY: u64 = 9;
const MARRIED: u64 = 10;
const TRANSFERRED: u64 = 11;
const DISPUTED: u64 = 12;
const SEALED: u64 = 13;
const FOREIGN: u64 = 20;
/// A second type of twins.
const OTHER_TWIN: crate::ids::LicenceTypeNumber = crate::ids::LicenceTypeNumber(4);

/// A seal maker, and another.
const MAKER: OrganisationNumber = OrganisationNumber(6);
const OTHER_MAKER: OrganisationNumber = OrganisationNumber(7);
/// The seals of [`world_with_seals`]: one in each state, the last one is another issuer's.
const FILED: u32 = 0;
const APPLIED: u32 = 1;
const MADE: u32 = 2;
const CANCELLED_SEAL: u32 = 3;
const FOREIGN_SEAL: u32 = 4;

/// A ledger with two seal makers and five seals.
pub(crate) fn world_with_seals() -> World {
    let mut world = World::new(1);
    let makers = [MAKER, OTHER_MAKER].map(|number| organisation(number, Roles::SEAL_MAKER));
    world.apply(GOVERNOR, Payload::RegisterOrganisation(list(makers.to_vec())));
    world.apply(ISSUER, Payload::ApplySeal(list((FILED..=CANCELLED_SEAL).map(application).collect())));
    world.apply(OTHER_ISSUER, Payload::ApplySeal(list(vec![application(FOREIGN_SEAL)])));
    let made = [FILED, MADE, CANCELLED_SEAL, FOREIGN_SEAL];
    world.apply(MAKER, Payload::MakeSeal(list(made.map(|number| making(number, "seal")).to_vec())));
    let filed = [FILED, CANCELLED_SEAL, FOREIGN_SEAL];
    world.apply(MAKER, Payload::FileSeal(list(filed.map(|number| filing(number, "seal")).to_vec())));
    let cancelled = SealCancellation { number: SealNumber(CANCELLED_SEAL), ground: ground(GroundCode::Law) };
    world.apply(ISSUER, Payload::CancelSeal(list(vec![cancelled])));
    world
}

/// A ledger with a licence in every status.
fn scene() -> World {
    let mut world = world_with_seals();
    let mut type_of_twins = catalogue()[1].clone();
    (type_of_twins.number, type_of_twins.code) = (OTHER_TWIN, licence_type(OTHER_TWIN).code);
    world.apply(DEFINER, Payload::DefineLicenceType(list(vec![type_of_twins])));
    let plain = [VALID, SUSPENDED, CANCELLED, RESCINDED, WITHDRAWN, REPLACED, TRANSFERRED, DISPUTED];
    world.apply(ISSUER, mints(plain.iter().map(|number| mint(key(*number), licence(PLAIN))).collect()));
    world.apply(ISSUER, mints(twins(TWIN_MAIN, TWIN_COPY)));
    world.apply(ISSUER, mints(vec![mint(key(MARRIED), licence(MARRIAGE))]));
    world.apply(ISSUER, mints(vec![mint(key(SEALED), sealed(SealNumber(FILED), "file"))]));
    world.apply(OTHER_ISSUER, mints(vec![mint(key(FOREIGN), with(licence(PLAIN), |one| one.issuer = OTHER_ISSUER))]));
    for (number, change) in [
        (SUSPENDED, Change::Suspend),
        (CANCELLED, Change::Cancel),
        (RESCINDED, Change::Rescind),
        (WITHDRAWN, Change::Withdraw),
        (TRANSFERRED, Change::TransferOut),
        (DISPUTED, Change::Dispute),
    ] {
        world.apply(ISSUER, changes(vec![change_of(number, change)]));
    }
    world.apply(ISSUER, supersessions(vec![reissue(REPLACED, SUCCESSOR)]));
    world
}

/// 正页 and 副联.
fn twins(main: u64, copy: u64) -> Vec<crate::transaction::Mint> {
    let part = |own, other| mint(key(own), with(licence(TWIN), |one| one.twin = Some(key(other))));
    vec![part(main, copy), part(copy, main)]
}

fn change_of(number: u64, change: Change) -> StatusChange {
    StatusChange { key: key(number), change, ground: ground(GroundCode::Decision) }
}

fn changes(items: Vec<StatusChange>) -> Payload {
    Payload::ChangeStatus(list(items))
}

fn supersessions(items: Vec<Supersession>) -> Payload {
    Payload::Supersede(list(items))
}

/// A reissue of a plain licence under another number.
fn reissue(old: u64, new: u64) -> Supersession {
    let licence = with(licence(PLAIN), |one| one.replaces = Some(key(old)));
    Supersession { cause: SupersedeCause::Reissue, old: key(old), new: key(new), licence }
}

/// Executes each case and requires its code and item, and that nothing at all was written.
fn check_cases(world: &World, cases: &[Case]) {
    for case in cases {
        let block = world.execute(vec![case.transaction.clone()]);
        let expected = Outcome::Rejected { code: case.code, item: case.item };
        assert_eq!(block.outcomes(), [expected], "{}", case.name);
        let (tip, next) = (world.state.tip(), block.next());
        assert!(
            block.entries().is_empty() && block.superseded().is_empty() && block.tiles().is_empty(),
            "{}",
            case.name
        );
        assert_eq!((next.log.root(), next.current.root()), (tip.log.root(), tip.current.root()), "{}", case.name);
        assert_eq!(next.directory, tip.directory, "{}", case.name);
    }
}

fn status_of(world: &World, number: u64) -> Status {
    world.licence(key(number)).status
}

fn is_current(world: &World, key: EntryKey) -> bool {
    world.index_of(key).is_some_and(|index| world.state.tip().current.bit(index) == Some(true))
}

#[test]
fn every_reject_code_is_reached() {
    let world = scene();
    let all: Vec<Case> = [
        authority::cases(&world),
        organisation::cases(&world),
        licence_type::cases(&world),
        mint::cases(&world),
        status::cases(&world),
        correct::cases(&world),
        supersede::cases(&world),
        seal::cases(&world),
        material_type::cases(&world),
        batch_approval::cases(&world),
    ]
    .into_iter()
    .flatten()
    .collect();
    check_cases(&world, &all);
    let reached: BTreeSet<RejectCode> = all.iter().map(|case| case.code).collect();
    // Governance and offences need a ledger of several operators, approvals an issuer with two keys: their files assert each code.
    let elsewhere = concat!(
        include_str!("tests/governance.rs"),
        include_str!("tests/offence.rs"),
        include_str!("tests/batch_approval.rs")
    );
    let is_missing = |code: &&RejectCode| !reached.contains(code) && !elsewhere.contains(&format!("Code::{code:?}"));
    let missing: Vec<_> = RejectCode::ALL.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no case reaches {missing:?}");
    let names: BTreeSet<&str> = all.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), all.len(), "two cases have one name and so one idempotency key");
}
