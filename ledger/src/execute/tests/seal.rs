use super::*;
use crate::entry::{SealRecord, SealStatus};
use crate::ids::Date;
use crate::transaction::{Correction, RejectCode as Code, SealApplication, SealFiling, SealMaking};

const NEXT: u32 = 5;

fn apply(items: Vec<SealApplication>) -> Payload {
    Payload::ApplySeal(list(items))
}

fn make(items: Vec<SealMaking>) -> Payload {
    Payload::MakeSeal(list(items))
}

fn remake(items: Vec<SealMaking>) -> Payload {
    Payload::RemakeSeal(list(items))
}

fn file_of(items: Vec<SealFiling>) -> Payload {
    Payload::FileSeal(list(items))
}

fn cancel(numbers: &[u32]) -> Payload {
    let item = |number: &u32| SealCancellation { number: SealNumber(*number), ground: ground(GroundCode::Law) };
    Payload::CancelSeal(list(numbers.iter().map(item).collect()))
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, by, payload, code, item| Case::new(world, name, by, payload, (code, item));
    let no_id = SealApplication { id: text(""), ..application(NEXT) };
    let same_id = SealApplication { number: SealNumber(NEXT + 1), ..application(NEXT) };
    let known_id = SealApplication { id: application(FILED).id, ..application(NEXT) };
    let backwards = SealMaking { valid_to: Date(TODAY.0 - 731), ..making(APPLIED, "seal") };
    let beyond = SealMaking { valid_to: Date(i32::MAX), ..making(APPLIED, "seal") };
    vec![
        case("a seal maker applies", MAKER, apply(vec![application(NEXT)]), Code::RoleMissing, 0),
        case("a seal number too high", ISSUER, apply(vec![application(NEXT + 1)]), Code::SealNumber, 0),
        case("a known seal number", ISSUER, apply(vec![application(FILED)]), Code::SealNumber, 0),
        case("a seal without an identifier", ISSUER, apply(vec![no_id]), Code::SealIdTaken, 0),
        case("a known identifier", ISSUER, apply(vec![known_id]), Code::SealIdTaken, 0),
        case("one identifier twice", ISSUER, apply(vec![application(NEXT), same_id]), Code::SealIdTaken, 1),
        case("an issuer makes a seal", ISSUER, make(vec![making(APPLIED, "seal")]), Code::RoleMissing, 0),
        case("a seal of nothing", MAKER, make(vec![making(99, "seal")]), Code::UnknownSeal, 0),
        case("made twice", MAKER, make(vec![making(MADE, "seal")]), Code::SealStep, 0),
        case("a filed seal made", MAKER, make(vec![making(FILED, "seal")]), Code::SealStep, 0),
        case("a cancelled seal made", MAKER, make(vec![making(CANCELLED_SEAL, "seal")]), Code::SealStep, 0),
        case("an end before the start", MAKER, make(vec![backwards]), Code::SealDates, 0),
        case("an end after the calendar", MAKER, make(vec![beyond]), Code::SealDates, 0),
        case(
            "one seal twice",
            MAKER,
            make(vec![making(APPLIED, "seal"), making(APPLIED, "seal")]),
            Code::KeyRepeated,
            1,
        ),
        case("an issuer files a seal", ISSUER, file_of(vec![filing(MADE, "seal")]), Code::RoleMissing, 0),
        case("another maker files", OTHER_MAKER, file_of(vec![filing(MADE, "seal")]), Code::NotTheSealsParty, 0),
        case("another seal filed", MAKER, file_of(vec![filing(MADE, "other")]), Code::SealMismatch, 0),
        case("filed before it was made", MAKER, file_of(vec![filing(APPLIED, "seal")]), Code::SealStep, 0),
        case("filed twice", MAKER, file_of(vec![filing(FILED, "seal")]), Code::SealStep, 0),
        case("an unfiled seal made again", MAKER, remake(vec![making(MADE, "seal")]), Code::SealStep, 0),
        case("a cancelled seal made again", MAKER, remake(vec![making(CANCELLED_SEAL, "s")]), Code::SealStep, 0),
        case("another maker makes it again", OTHER_MAKER, remake(vec![making(FILED, "s")]), Code::NotTheSealsParty, 0),
        case("a stranger cancels", OTHER_ISSUER, cancel(&[FILED]), Code::NotTheSealsParty, 0),
        case("a maker cancels what it did not make", OTHER_MAKER, cancel(&[FILED]), Code::NotTheSealsParty, 0),
        case("cancelled twice", ISSUER, cancel(&[FILED, CANCELLED_SEAL]), Code::SealStep, 1),
        case("a cancellation of nothing", ISSUER, cancel(&[99]), Code::UnknownSeal, 0),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

fn record(world: &World, number: u32) -> SealRecord {
    world.state.tip().directory.seal(SealNumber(number)).unwrap().clone()
}

/// The whole life of a seal; each state is an entry with the time of its block, and the newest is the current one.
#[test]
fn the_life_of_a_seal() {
    let mut world = scene();
    let steps: [(OrganisationNumber, Payload, SealStatus); 5] = [
        (ISSUER, apply(vec![application(NEXT)]), SealStatus::Applied),
        (MAKER, make(vec![making(NEXT, "one")]), SealStatus::Made),
        (MAKER, file_of(vec![filing(NEXT, "one")]), SealStatus::Filed),
        (MAKER, remake(vec![making(NEXT, "two")]), SealStatus::Filed),
        (MAKER, cancel(&[NEXT]), SealStatus::Cancelled),
    ];
    let key = EntryKey::of_seal(SealNumber(NEXT));
    let mut former = None;
    for (by, payload, status) in steps {
        let index = world.apply(by, payload);
        let entry = world.entry(index);
        assert_eq!((entry.key, entry.previous), (key, former));
        assert_eq!(entry.body, crate::entry::EntryBody::Seal(record(&world, NEXT)));
        let one = record(&world, NEXT);
        assert_eq!((one.owner, one.status, one.changed), (ISSUER, status, world.state.tip().header.time));
        former = Some(index);
    }
    assert_eq!(record(&world, NEXT).made.unwrap().sha256, digest("two"));
    assert!(is_current(&world, key));
}

/// A seal counts from the transaction after its filing, in the same block, and no longer from the one after its cancellation.
#[test]
fn a_seal_counts_within_its_block() {
    let mut world = scene();
    let filed = world.transaction(MAKER, file_of(vec![filing(MADE, "seal")]));
    let licence = |number| mints(vec![mint(key(number), sealed(SealNumber(MADE), "new file"))]);
    let first = world.transaction(ISSUER, licence(500));
    let cancelled = world.transaction(ISSUER, cancel(&[MADE]));
    let second = world.transaction(ISSUER, licence(501));
    let block = world.block(vec![filed, first, cancelled, second]);
    assert!(matches!(block.outcomes()[1], Outcome::Applied { .. }));
    assert_eq!(block.outcomes()[3], Outcome::Rejected { code: Code::SealNotUsable, item: 0 });
    assert_eq!(status_of(&world, 500), Status::Valid, "what was sealed stays sealed");
}

/// A correction that leaves files and seal alone is possible after the seal's end; one with new files is not.
#[test]
fn a_cancelled_seal_does_not_stop_a_correction() {
    let mut world = scene();
    world.apply(ISSUER, cancel(&[FILED]));
    let corrected = with(world.licence(key(SEALED)), |one| {
        (one.ground, one.record.sha256) = (ground(GroundCode::Correction), digest("corrected"));
    });
    let correct = |licence| Payload::Correct(list(vec![Correction { key: key(SEALED), licence }]));
    world.apply(ISSUER, correct(corrected.clone()));
    let refiled = with(corrected, |one| one.files = list(vec![file("new file")]));
    assert_eq!(world.submit(ISSUER, correct(refiled)), Outcome::Rejected { code: Code::SealNotUsable, item: 0 });
}
