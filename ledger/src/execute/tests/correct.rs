use super::*;
use crate::entry::Licence;
use crate::transaction::{Correction, RejectCode as Code};

fn correction(number: u64, licence: Licence) -> Payload {
    Payload::Correct(list(vec![Correction { key: key(number), licence }]))
}

/// The newest state of a licence as a correction, changed.
fn corrected(world: &World, number: u64, change: impl FnOnce(&mut Licence)) -> Payload {
    let licence = with(world.licence(key(number)), |one| one.ground = ground(GroundCode::Correction));
    correction(number, with(licence, change))
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code| Case::new(world, name, ISSUER, payload, (code, 0));
    let of = |number, change: fn(&mut Licence)| corrected(world, number, change);
    let item = |number| Correction { key: key(number), licence: licence(PLAIN) };
    vec![
        case("a correction of nothing", correction(999, licence(PLAIN)), Code::UnknownLicence),
        case("a correction of a foreign licence", correction(FOREIGN, licence(PLAIN)), Code::NotTheIssuer),
        case("a correction to another issuer", of(VALID, |one| one.issuer = OTHER_ISSUER), Code::IssuerMismatch),
        case("a correction to an undefined type", of(VALID, |one| one.licence_type.0 = 99), Code::UnknownLicenceType),
        case("a correction that breaks the type", of(VALID, |one| one.field_count = 0), Code::FieldCount),
        case("a correction of the type", of(VALID, |one| one.licence_type = ENDING), Code::CorrectionScope),
        case("a correction of the version", of(VALID, |one| one.version = 2), Code::CorrectionScope),
        case("a correction of the twin", of(TWIN_MAIN, |one| one.twin = Some(key(VALID))), Code::CorrectionScope),
        case("a correction of the predecessor", of(SUCCESSOR, |one| one.replaces = None), Code::CorrectionScope),
        case(
            "a correction of the successor",
            of(REPLACED, |one| one.replaced_by = Some(key(VALID))),
            Code::CorrectionScope,
        ),
        case(
            "a correction on another ground",
            of(VALID, |one| one.ground = ground(GroundCode::Decision)),
            Code::CorrectionScope,
        ),
        case("a correction of a dispute", of(DISPUTED, |one| one.disputed = false), Code::CorrectionScope),
        case("a correction without the seal", of(SEALED, |one| one.seal = None), Code::FilesAndSeal),
        case("a correction to replaced", of(VALID, |one| one.status = Status::Replaced), Code::CorrectionScope),
        case("a correction from replaced", of(REPLACED, |one| one.status = Status::Valid), Code::CorrectionScope),
        Case::new(
            world,
            "one licence corrected twice",
            ISSUER,
            Payload::Correct(list(vec![item(VALID), item(SUSPENDED), item(VALID)])),
            (Code::KeyRepeated, 2),
        ),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

/// Every licence can be corrected in its content, whatever its status, and keeps it.
#[test]
fn every_status_can_be_corrected() {
    let mut world = scene();
    for number in [VALID, SUSPENDED, CANCELLED, RESCINDED, WITHDRAWN, REPLACED, SUCCESSOR, TWIN_MAIN, MARRIED] {
        let before = status_of(&world, number);
        let payload = corrected(&world, number, |one| one.fields_root = digest("corrected"));
        world.apply(ISSUER, payload);
        let after = world.licence(key(number));
        assert_eq!((after.status, after.fields_root), (before, digest("corrected")), "{number}");
        assert!(is_current(&world, key(number)));
    }
}

/// A licence that was cancelled by mistake is valid again, and can be used again.
#[test]
fn a_correction_takes_an_end_back() {
    let mut world = scene();
    for number in [CANCELLED, RESCINDED, WITHDRAWN] {
        let payload = corrected(&world, number, |one| one.status = Status::Valid);
        world.apply(ISSUER, payload);
        world.apply(ISSUER, changes(vec![change_of(number, Change::Suspend)]));
        assert_eq!(status_of(&world, number), Status::Suspended);
    }
}
