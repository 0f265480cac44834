use super::*;
use crate::entry::Licence;
use crate::ids::{Date, LicenceTypeNumber, LogIndex, SealNumber};
use crate::transaction::{Mint, RejectCode as Code, SealMaking};

fn one(licence: Licence) -> Payload {
    mints(vec![mint(key(500), licence)])
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    [content_cases(world), file_cases(world), key_cases(world), first_state_cases(world), twin_cases(world)]
        .into_iter()
        .flatten()
        .collect()
}

fn content_cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code, item| Case::new(world, name, ISSUER, payload, (code, item));
    let plain = |change: fn(&mut Licence)| one(with(licence(PLAIN), change));
    vec![
        case("an undefined type", plain(|one| one.licence_type = LicenceTypeNumber(99)), Code::UnknownLicenceType, 0),
        case("another issuer named", plain(|one| one.issuer = OTHER_ISSUER), Code::IssuerMismatch, 0),
        Case::new(
            world,
            "an issuer that the type does not name",
            OTHER_ISSUER,
            one(with(licence(ENDING), |one| one.issuer = OTHER_ISSUER)),
            (Code::IssuerNotNamed, 0),
        ),
        case(
            "two holders where one is allowed",
            plain(|one| one.holders = list(vec![holder(1), holder(2)])),
            Code::HolderCount,
            0,
        ),
        case(
            "a marriage of one",
            one(with(licence(MARRIAGE), |one| one.holders = list(vec![holder(1)]))),
            Code::HolderCount,
            0,
        ),
        case(
            "a holder twice",
            one(with(licence(MARRIAGE), |one| one.holders = list(vec![holder(1), holder(1)]))),
            Code::HolderCount,
            0,
        ),
        case("an end is missing", one(with(licence(ENDING), |one| one.valid_to = None)), Code::Validity, 0),
        case(
            "the end comes before the start",
            plain(|one| one.valid_to = Some(Date(one.valid_from.0 - 1))),
            Code::Validity,
            0,
        ),
        case("too few fields", plain(|one| one.field_count = 1), Code::FieldCount, 0),
        case("too many fields", plain(|one| one.field_count = 5), Code::FieldCount, 0),
    ]
}

fn file_cases(world: &World) -> Vec<Case> {
    let case = |name, licence, code| Case::new(world, name, ISSUER, one(licence), (code, 0));
    let of = |seal| sealed(SealNumber(seal), "new file");
    let issued =
        |day: i32| with(of(FILED), |one| (one.issued_on, one.valid_from, one.valid_to) = (Date(day), Date(day), None));
    vec![
        case("a file without a seal", with(of(FILED), |one| one.seal = None), Code::FilesAndSeal),
        case("a seal without a file", with(of(FILED), |one| one.files = list(vec![])), Code::FilesAndSeal),
        case(
            "one file twice",
            with(of(FILED), |one| one.files = list(vec![file("a"), file("b"), file("a")])),
            Code::FilesAndSeal,
        ),
        case("a seal nobody knows", of(99), Code::UnknownSeal),
        case("another issuer's seal", of(FOREIGN_SEAL), Code::SealOwner),
        case("a seal only applied for", of(APPLIED), Code::SealNotUsable),
        case("a seal that is not on file", of(MADE), Code::SealNotUsable),
        case("a cancelled seal", of(CANCELLED_SEAL), Code::SealNotUsable),
        case("dated the day after tomorrow", issued(TODAY.0 + 2), Code::IssuedAhead),
    ]
}

/// The seal's days are those of the sealing; an old licence that gets a sealed file today is dated before its seal.
#[test]
fn the_days_of_a_seal_are_those_of_the_block() {
    let mut world = scene();
    for (number, day) in [(500, TODAY.0 - 20_000), (501, TODAY.0 + 1)] {
        let licence = with(sealed(SealNumber(FILED), "new file"), |one| {
            (one.issued_on, one.valid_from, one.valid_to) = (Date(day), Date(day), None);
        });
        world.apply(ISSUER, mints(vec![mint(key(number), licence)]));
    }
    for (first, last, usable) in [(0, 0, true), (-1, -1, false), (1, 1, false)] {
        let days = with_days(TODAY.0 + first, TODAY.0 + last);
        world.apply(MAKER, Payload::RemakeSeal(list(vec![days])));
        let outcome = world.submit(ISSUER, mints(vec![mint(key(600), sealed(SealNumber(FILED), "one more"))]));
        let rejected = Outcome::Rejected { code: Code::SealNotUsable, item: 0 };
        assert_eq!(outcome != rejected, usable, "{first} {last}: {outcome:?}");
    }
}

/// The seal of [`FILED`] made again for other days.
fn with_days(first: i32, last: i32) -> SealMaking {
    SealMaking { valid_from: Date(first), valid_to: Date(last), ..making(FILED, "remade") }
}

fn key_cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code, item| Case::new(world, name, ISSUER, payload, (code, item));
    vec![
        case(
            "minted already",
            mints(vec![mint(key(500), licence(PLAIN)), mint(key(VALID), licence(PLAIN))]),
            Code::AlreadyMinted,
            1,
        ),
        case("an ended licence's key", mints(vec![mint(key(CANCELLED), licence(PLAIN))]), Code::AlreadyMinted, 0),
        case("a replaced licence's key", mints(vec![mint(key(REPLACED), licence(PLAIN))]), Code::AlreadyMinted, 0),
        case("another issuer's key", mints(vec![mint(key(FOREIGN), licence(PLAIN))]), Code::AlreadyMinted, 0),
        case(
            "the prefix of a known key",
            mints(vec![mint(colliding(&key(VALID)), licence(PLAIN))]),
            Code::KeyPrefixTaken,
            0,
        ),
        case(
            "one prefix within the transaction",
            mints(vec![
                mint(key(500), licence(PLAIN)),
                mint(key(501), licence(PLAIN)),
                mint(colliding(&key(500)), licence(PLAIN)),
            ]),
            Code::KeyPrefixTaken,
            2,
        ),
        case(
            "one key twice",
            mints(vec![mint(key(500), licence(PLAIN)), mint(key(501), licence(PLAIN)), mint(key(500), licence(PLAIN))]),
            Code::KeyRepeated,
            2,
        ),
        case(
            "a reserved key",
            mints(vec![mint(EntryKey::of_organisation(ISSUER), licence(PLAIN))]),
            Code::KeyReserved,
            0,
        ),
    ]
}

fn first_state_cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code, item| Case::new(world, name, ISSUER, payload, (code, item));
    let plain = |change: fn(&mut Licence)| one(with(licence(PLAIN), change));
    vec![
        case("version 0", plain(|one| one.version = 0), Code::NotANewLicence, 0),
        case("version 2", plain(|one| one.version = 2), Code::NotANewLicence, 0),
        case("a predecessor", plain(|one| one.replaces = Some(key(VALID))), Code::NotANewLicence, 0),
        case("a successor", plain(|one| one.replaced_by = Some(key(VALID))), Code::NotANewLicence, 0),
        case("suspended from the first day", plain(|one| one.status = Status::Suspended), Code::InitialStatus, 0),
        case("disputed from the first day", plain(|one| one.disputed = true), Code::InitialStatus, 0),
        case("cancelled from the first day", plain(|one| one.status = Status::Cancelled), Code::InitialStatus, 0),
        case(
            "imported as replaced",
            plain(|one| (one.status, one.ground) = (Status::Replaced, ground(GroundCode::RegisterImport))),
            Code::InitialStatus,
            0,
        ),
    ]
}

fn twin_cases(world: &World) -> Vec<Case> {
    let case = |name, payload, item| Case::new(world, name, ISSUER, payload, (Code::TwinNotMutual, item));
    let pair = |change: fn(&mut Vec<Mint>)| {
        let mut items = twins(500, 501);
        change(&mut items);
        mints(items)
    };
    vec![
        case("a twin alone", pair(|items| items.truncate(1)), 0),
        case("a twin without a pointer", pair(|items| items[0].licence.twin = None), 0),
        case("a pointer where the type has no twins", one(with(licence(PLAIN), |one| one.twin = Some(key(501)))), 0),
        case("one that does not point back", pair(|items| items[1].licence.twin = Some(key(502))), 0),
        case("a twin of itself", pair(|items| items[0].licence.twin = Some(key(500))), 0),
        case("a twin of one minted before", pair(|items| items[1].licence.twin = Some(key(TWIN_MAIN))), 0),
        case("twins of two types", pair(|items| items[1].licence.licence_type = OTHER_TWIN), 0),
        case(
            "three in a ring",
            mints(vec![
                mint(key(500), with(licence(TWIN), |one| one.twin = Some(key(501)))),
                mint(key(501), with(licence(TWIN), |one| one.twin = Some(key(502)))),
                mint(key(502), with(licence(TWIN), |one| one.twin = Some(key(500)))),
            ]),
            0,
        ),
        Case::new(
            world,
            "a birth certificate that ends",
            ISSUER,
            pair(|items| items[1].licence.valid_to = Some(TODAY)),
            (Code::Validity, 1),
        ),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

#[test]
fn the_entry_is_what_was_asked_for() {
    let mut world = scene();
    let asked = with(licence(PLAIN), |one| one.valid_to = None);
    let index = world.apply(ISSUER, one(asked.clone()));
    let entry = world.entry(index);
    assert_eq!((entry.key, entry.previous, entry.origin.item), (key(500), None, 0));
    assert_eq!(entry.origin.height, world.state.tip().header.height);
    assert_eq!(entry.licence(), Some(&asked));
    assert!(is_current(&world, key(500)));
}

#[test]
fn a_licence_of_one_day_is_a_licence() {
    let mut world = scene();
    world.apply(ISSUER, one(with(licence(ENDING), |one| one.valid_to = Some(one.valid_from))));
}

#[test]
fn both_parts_of_a_twin_and_both_holders_of_a_marriage() {
    let mut world = scene();
    let first = world.apply(ISSUER, mints([twins(500, 501), twins(502, 503)].concat()));
    for (offset, (own, other)) in [(500, 501), (501, 500), (502, 503), (503, 502)].into_iter().enumerate() {
        let entry = world.entry(LogIndex(first.0 + offset as u64));
        assert_eq!((entry.key, entry.licence().unwrap().twin), (key(own), Some(key(other))));
    }
    let married = world.transaction(ISSUER, mints(vec![mint(key(510), licence(MARRIAGE))]));
    let block = world.block(vec![married]);
    assert_eq!(block.entries().rows()[0].holders, [holder(1), holder(2)]);
}

#[test]
fn a_register_import_brings_every_status_but_replaced() {
    let mut world = scene();
    let imported =
        |status| with(licence(PLAIN), |one| (one.status, one.ground) = (status, ground(GroundCode::RegisterImport)));
    for (number, status) in (600..).zip(Status::ALL) {
        let outcome = world.submit(ISSUER, mints(vec![mint(key(number), imported(status))]));
        assert_eq!(matches!(outcome, Outcome::Applied { .. }), status != Status::Replaced, "{status:?}");
    }
}

/// The prefix of a key minted earlier in the same block is taken as well.
#[test]
fn prefixes_are_taken_within_a_block() {
    let mut world = scene();
    let first = world.transaction(ISSUER, mints(vec![mint(key(500), licence(PLAIN))]));
    let collision = world.transaction(ISSUER, mints(vec![mint(colliding(&key(500)), licence(PLAIN))]));
    let again = world.transaction(ISSUER, mints(vec![mint(key(500), licence(PLAIN))]));
    let block = world.block(vec![first, collision, again]);
    assert_eq!(block.outcomes()[1], Outcome::Rejected { code: Code::KeyPrefixTaken, item: 0 });
    assert_eq!(block.outcomes()[2], Outcome::Rejected { code: Code::AlreadyMinted, item: 0 });
}
