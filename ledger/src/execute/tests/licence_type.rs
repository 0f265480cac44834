use super::*;
use crate::entry::{Alias, FieldRule, LicenceType, NamedState, StateName};
use crate::ids::LicenceTypeNumber;
use crate::transaction::RejectCode as Code;

const NEXT: LicenceTypeNumber = LicenceTypeNumber(5);

fn next(offset: u32) -> LicenceType {
    licence_type(LicenceTypeNumber(NEXT.0 + offset))
}

fn definition(items: Vec<LicenceType>) -> Payload {
    Payload::DefineLicenceType(list(items))
}

fn changed(mut licence_type: LicenceType, change: impl FnOnce(&mut LicenceType)) -> LicenceType {
    change(&mut licence_type);
    licence_type
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code, item| Case::new(world, name, DEFINER, payload, (code, item));
    let rule = |key| FieldRule { key: text(key), ..licence_type(PLAIN).fields[0].clone() };
    let alias = |code| Alias { jurisdiction: text("310000"), code: text(code) };
    let name = |code| StateName { state: NamedState::Valid, code: text(code), name_zh: text("有效") };
    vec![
        case("type number too high", definition(vec![next(0), next(2)]), Code::LicenceTypeNumber, 1),
        case(
            "a definer named that does not sign",
            definition(vec![changed(next(0), |one| one.definer = OTHER_DEFINER)]),
            Code::DefinerMismatch,
            0,
        ),
        Case::new(
            world,
            "a type of another definer",
            OTHER_DEFINER,
            definition(vec![changed(licence_type(PLAIN), |one| one.definer = OTHER_DEFINER)]),
            (Code::DefinerMismatch, 0),
        ),
        case(
            "a type code in the catalogue",
            definition(vec![changed(next(0), |one| one.code = licence_type(PLAIN).code)]),
            Code::TypeCodeTaken,
            0,
        ),
        case(
            "one type code twice",
            definition(vec![next(0), changed(next(1), |one| one.code = next(0).code)]),
            Code::TypeCodeTaken,
            0,
        ),
        case("no holder", definition(vec![changed(next(0), |one| one.min_holders = 0)]), Code::TypeContradiction, 0),
        case(
            "more at least than at most",
            definition(vec![changed(next(0), |one| one.min_holders = 2)]),
            Code::TypeContradiction,
            0,
        ),
        case(
            "one field twice",
            definition(vec![next(0), changed(next(1), |one| one.fields = list(vec![rule("a"), rule("b"), rule("a")]))]),
            Code::TypeContradiction,
            1,
        ),
        case(
            "two codes in one jurisdiction",
            definition(vec![changed(next(0), |one| one.aliases = list(vec![alias("1"), alias("2")]))]),
            Code::TypeContradiction,
            0,
        ),
        case(
            "an alias without a code",
            definition(vec![changed(next(0), |one| one.aliases = list(vec![alias("")]))]),
            Code::TypeContradiction,
            0,
        ),
        case(
            "two names of one state",
            definition(vec![changed(next(0), |one| one.states = list(vec![name("01"), name("02")]))]),
            Code::TypeContradiction,
            0,
        ),
        case(
            "one kind of holder twice",
            definition(vec![changed(next(0), |one| one.holder_kinds = list(vec![111, 111]))]),
            Code::TypeContradiction,
            0,
        ),
        case(
            "a redefinition with another code",
            definition(vec![changed(licence_type(PLAIN), |one| one.code = text("113100001000000128999"))]),
            Code::TypeContradiction,
            0,
        ),
        case(
            "one type twice",
            definition(vec![licence_type(PLAIN), next(0), licence_type(PLAIN)]),
            Code::KeyRepeated,
            2,
        ),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

#[test]
fn defining_and_redefining() {
    let mut world = scene();
    world.apply(
        DEFINER,
        definition(vec![next(0), changed(licence_type(PLAIN), |one| one.name_en = text("Renamed")), next(1)]),
    );
    let directory = world.state.tip().directory.clone();
    assert_eq!(directory.next_licence_type(), LicenceTypeNumber(7));
    assert_eq!(directory.licence_type(PLAIN).unwrap().name_en.as_str(), "Renamed");
    let key = EntryKey::of_licence_type(PLAIN);
    let entry = world.entry(world.index_of(key).unwrap());
    assert!(entry.previous.is_some() && is_current(&world, key));
}

/// Licences that were issued stay as they are; the next change must satisfy the newest rules.
#[test]
fn a_stricter_definition_counts_from_the_next_transaction_of_the_same_block() {
    let mut world = scene();
    let strict = changed(licence_type(PLAIN), |one| (one.min_holders, one.max_holders) = (2, 3));
    let strict = world.transaction(DEFINER, definition(vec![strict]));
    let mint_one = world.transaction(ISSUER, mints(vec![mint(key(500), licence(PLAIN))]));
    let suspend = world.transaction(ISSUER, changes(vec![change_of(VALID, Change::Suspend)]));
    let block = world.block(vec![strict, mint_one, suspend]);
    assert_eq!(block.outcomes()[1], Outcome::Rejected { code: Code::HolderCount, item: 0 });
    assert!(matches!(block.outcomes()[2], Outcome::Applied { .. }), "a status change does not touch the content");
}
