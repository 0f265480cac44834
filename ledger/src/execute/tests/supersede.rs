use super::*;
use crate::entry::Licence;
use crate::ids::{Date, LogIndex};
use crate::transaction::RejectCode as Code;
use SupersedeCause::{Amend, Reissue, Renew};

/// The next version of a licence under its own number.
fn next_version(world: &World, number: u64, cause: SupersedeCause, change: impl FnOnce(&mut Licence)) -> Supersession {
    let licence = with(world.licence(key(number)), |one| one.version += 1);
    Supersession { cause, old: key(number), new: key(number), licence: with(licence, change) }
}

fn later(licence: &mut Licence) {
    licence.valid_to = licence.valid_to.map(|last| Date(last.0 + 1));
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, item, code| Case::new(world, name, ISSUER, supersessions(vec![item]), (code, 0));
    let amend = |number, change: fn(&mut Licence)| next_version(world, number, Amend, change);
    let renew = |number, change: fn(&mut Licence)| next_version(world, number, Renew, change);
    let moved = |change: fn(&mut Licence)| {
        let item = reissue(VALID, 500);
        Supersession { licence: with(item.licence.clone(), change), ..item }
    };
    let unknown = Supersession { old: key(999), new: key(999), ..amend(VALID, |_| {}) };
    let foreign = Supersession { old: key(FOREIGN), new: key(FOREIGN), ..amend(VALID, |_| {}) };
    let endless = Supersession { cause: Renew, old: key(TWIN_MAIN), new: key(TWIN_MAIN), ..amend(TWIN_MAIN, |_| {}) };
    let mut all = vec![
        case("an amendment of nothing", unknown, Code::UnknownLicence),
        case("an amendment of a foreign licence", foreign, Code::NotTheIssuer),
        case("an amendment of a cancelled licence", amend(CANCELLED, |_| {}), Code::LicenceEnded),
        case("a renewal of a rescinded licence", renew(RESCINDED, later), Code::LicenceEnded),
        case("a reissue of a withdrawn licence", reissue(WITHDRAWN, 500), Code::LicenceEnded),
        case("a second reissue", reissue(REPLACED, 500), Code::LicenceReplaced),
        case("an amendment that breaks the type", amend(VALID, |one| one.field_count = 9), Code::FieldCount),
        case("an amendment to another issuer", amend(VALID, |one| one.issuer = OTHER_ISSUER), Code::IssuerMismatch),
        case(
            "an amendment under a new number",
            Supersession { new: key(500), ..amend(VALID, |_| {}) },
            Code::CauseAndKey,
        ),
        case("a renewal under a new number", Supersession { new: key(500), ..renew(VALID, later) }, Code::CauseAndKey),
        case("a reissue under the same number", Supersession { new: key(VALID), ..moved(|_| {}) }, Code::CauseAndKey),
        case("an amendment of the same version", amend(VALID, |one| one.version = 1), Code::VersionNumber),
        case("an amendment that skips a version", amend(VALID, |one| one.version = 3), Code::VersionNumber),
        case("a reissue that goes on counting", moved(|one| one.version = 2), Code::VersionNumber),
        case("an amendment of the type", amend(VALID, |one| one.licence_type = ENDING), Code::SupersedeScope),
        case("an amendment of the status", amend(SUSPENDED, |one| one.status = Status::Valid), Code::SupersedeScope),
        case("an amendment of a dispute", amend(DISPUTED, |one| one.disputed = false), Code::SupersedeScope),
        case("an amendment of a transferred licence", amend(TRANSFERRED, |_| {}), Code::LicenceTransferred),
        case("an amendment without the files", amend(SEALED, |one| one.files = list(vec![])), Code::FilesAndSeal),
        case("an amendment of the twin", amend(TWIN_MAIN, |one| one.twin = Some(key(VALID))), Code::SupersedeScope),
        case(
            "an amendment of the predecessor",
            amend(SUCCESSOR, |one| one.replaces = Some(key(VALID))),
            Code::SupersedeScope,
        ),
        case(
            "an amendment with a successor",
            amend(VALID, |one| one.replaced_by = Some(key(SUCCESSOR))),
            Code::SupersedeScope,
        ),
        case("a reissue that names no predecessor", moved(|one| one.replaces = None), Code::SupersedeScope),
        case("a reissue that names another", moved(|one| one.replaces = Some(key(SUSPENDED))), Code::SupersedeScope),
        case("a reissue that is replaced", moved(|one| one.replaced_by = Some(key(SUSPENDED))), Code::SupersedeScope),
        case("a reissue that changes the status", moved(|one| one.status = Status::Suspended), Code::SupersedeScope),
        case("a renewal to the same day", renew(VALID, |_| {}), Code::RenewalNotLater),
        case("a renewal to an earlier day", renew(VALID, |one| one.valid_to = Some(TODAY)), Code::RenewalNotLater),
        case("a renewal of what never ends", endless, Code::RenewalNotLater),
        case(
            "an amendment that ends earlier",
            amend(VALID, |one| one.valid_to = one.valid_to.map(|last| Date(last.0 - 1))),
            Code::Shortened,
        ),
        case(
            "an amendment that begins tomorrow",
            amend(VALID, |one| one.valid_from = Date(TODAY.0 + 1)),
            Code::Shortened,
        ),
        case(
            "a renewal that begins tomorrow",
            renew(VALID, |one| {
                later(one);
                one.valid_from = Date(TODAY.0 + 1);
            }),
            Code::Shortened,
        ),
        case("a reissue to a known number", reissue(VALID, SUSPENDED), Code::AlreadyMinted),
        case(
            "a reissue to a known prefix",
            Supersession { new: colliding(&key(SUSPENDED)), ..moved(|_| {}) },
            Code::KeyPrefixTaken,
        ),
        case(
            "a reissue to its own prefix",
            Supersession { new: colliding(&key(VALID)), ..moved(|_| {}) },
            Code::KeyPrefixTaken,
        ),
    ];
    all.extend(pair_cases(world));
    all
}

fn pair_cases(world: &World) -> Vec<Case> {
    let case = |name, items, code, item| Case::new(world, name, ISSUER, supersessions(items), (code, item));
    let shared = Supersession { new: colliding(&key(500)), ..reissue(SUSPENDED, 500) };
    vec![
        case("one licence superseded twice", vec![reissue(VALID, 500), reissue(VALID, 501)], Code::KeyRepeated, 1),
        case("two reissues to one number", vec![reissue(VALID, 500), reissue(SUSPENDED, 500)], Code::KeyRepeated, 1),
        case("a reissue in two steps at once", vec![reissue(VALID, 500), reissue(500, 501)], Code::KeyRepeated, 1),
        case("two reissues to one prefix", vec![reissue(VALID, 500), shared], Code::KeyPrefixTaken, 1),
        case(
            "the second of three is wrong",
            vec![reissue(VALID, 500), reissue(CANCELLED, 501), reissue(SUCCESSOR, 502)],
            Code::LicenceEnded,
            1,
        ),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

#[test]
fn amending_and_renewing_count_versions() {
    let mut world = scene();
    for number in [VALID, SUSPENDED, SUCCESSOR, TWIN_MAIN, MARRIED] {
        let amended = next_version(&world, number, Amend, |one| one.fields_root = digest("amended"));
        let before = world.index_of(key(number)).unwrap();
        let index = world.apply(ISSUER, supersessions(vec![amended.clone()]));
        let entry = world.entry(index);
        assert_eq!((entry.previous, entry.licence()), (Some(before), Some(&amended.licence)));
        assert_eq!(world.state.tip().current.bit(before), Some(false));
    }
    let renewed = next_version(&world, VALID, Renew, later);
    world.apply(ISSUER, supersessions(vec![renewed]));
    let endless = next_version(&world, VALID, Renew, |one| one.valid_to = None);
    world.apply(ISSUER, supersessions(vec![endless]));
    assert_eq!((world.licence(key(VALID)).version, world.licence(key(VALID)).valid_to), (4, None));
    assert_eq!(world.licence(key(TWIN_MAIN)).twin, Some(key(TWIN_COPY)), "the other part is not touched");
    assert_eq!(world.licence(key(TWIN_COPY)).version, 1);
}

#[test]
fn a_reissue_leaves_two_current_entries_that_name_each_other() {
    let mut world = scene();
    let (old_index, before) = (world.index_of(key(VALID)).unwrap(), world.licence(key(VALID)));
    let transaction = world.transaction(ISSUER, supersessions(vec![reissue(VALID, 500)]));
    let block = world.block(vec![transaction]);
    assert_eq!(block.outcomes(), [Outcome::Applied { first: block.first(), count: 2 }]);
    assert_eq!(block.superseded(), [old_index]);
    let (new, old) = (world.entry(block.first()), world.entry(LogIndex(block.first().0 + 1)));
    assert_eq!((new.key, new.previous, new.origin.item), (key(500), None, 0));
    assert_eq!((old.key, old.previous, old.origin.item), (key(VALID), Some(old_index), 0));
    let expected = with(before, |one| {
        (one.status, one.replaced_by, one.ground) = (Status::Replaced, Some(key(500)), ground(GroundCode::Issue));
    });
    assert_eq!(old.licence(), Some(&expected));
    assert_eq!(new.licence().unwrap().replaces, Some(key(VALID)));
    assert!(is_current(&world, key(VALID)) && is_current(&world, key(500)));
}

/// A suspended licence stays suspended under its new number; a chain of reissues can be followed both ways.
#[test]
fn reissues_form_a_chain() {
    let mut world = scene();
    let moved = reissue(SUSPENDED, 500);
    let moved = Supersession { licence: with(moved.licence.clone(), |one| one.status = Status::Suspended), ..moved };
    world.apply(ISSUER, supersessions(vec![moved]));
    world.apply(ISSUER, changes(vec![change_of(500, Change::Resume)]));
    world.apply(ISSUER, supersessions(vec![reissue(500, 501)]));
    assert_eq!(world.licence(key(SUSPENDED)).replaced_by, Some(key(500)));
    assert_eq!(world.licence(key(500)).replaced_by, Some(key(501)));
    assert_eq!(world.licence(key(500)).replaces, Some(key(SUSPENDED)));
    assert_eq!(world.licence(key(501)).replaces, Some(key(500)));
    assert_eq!(status_of(&world, 501), Status::Valid);
}

/// Mint, suspend, reissue and correct in one block: each transaction sees the one before.
#[test]
fn a_whole_life_in_one_block() {
    let mut world = scene();
    let mut correction =
        with(licence(PLAIN), |one| (one.status, one.ground) = (Status::Valid, ground(GroundCode::Correction)));
    correction.replaces = Some(key(500));
    let payloads = vec![
        mints(vec![mint(key(500), licence(PLAIN))]),
        changes(vec![change_of(500, Change::Suspend)]),
        changes(vec![change_of(500, Change::Resume)]),
        supersessions(vec![reissue(500, 501)]),
        Payload::Correct(list(vec![crate::transaction::Correction { key: key(501), licence: correction }])),
        changes(vec![change_of(500, Change::Cancel)]),
        supersessions(vec![Supersession { cause: Reissue, ..reissue(501, 502) }]),
    ];
    let transactions = payloads.into_iter().map(|payload| world.transaction(ISSUER, payload)).collect();
    let block = world.block(transactions);
    let replaced = Outcome::Rejected { code: Code::LicenceReplaced, item: 0 };
    assert_eq!(block.outcomes()[5], replaced);
    let counts: Vec<u32> = block
        .outcomes()
        .iter()
        .map(|one| match one {
            Outcome::Applied { count, .. } => *count,
            _ => 0,
        })
        .collect();
    assert_eq!(counts, [1, 1, 1, 2, 1, 0, 2]);
    let first = block.first().0;
    let expected: Vec<LogIndex> = [0, 1, 2, 3, 5].map(|offset| LogIndex(first + offset)).to_vec();
    assert_eq!(block.superseded(), expected);
    for number in [500, 501, 502] {
        assert!(is_current(&world, key(number)));
    }
}

/// A dispute goes on at the successor: the old number is closed.
#[test]
fn a_dispute_follows_a_reissue() {
    let mut world = scene();
    let item = reissue(DISPUTED, 500);
    let item = Supersession { licence: with(item.licence.clone(), |one| one.disputed = true), ..item };
    world.apply(ISSUER, supersessions(vec![item]));
    let standing = |number| world.licence(key(number)).standing();
    assert_eq!((standing(500).status, standing(500).disputed), (Status::Valid, true));
    assert_eq!((standing(DISPUTED).status, standing(DISPUTED).disputed), (Status::Replaced, false));
}
