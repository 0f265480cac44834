use super::*;
use crate::entry::{Organisation, OrganisationStatus, Roles};
use crate::transaction::RejectCode as Code;

const NEXT: OrganisationNumber = OrganisationNumber(8);

fn next(offset: u32) -> Organisation {
    organisation(OrganisationNumber(NEXT.0 + offset), Roles::ISSUER)
}

fn registration(items: Vec<Organisation>) -> Payload {
    Payload::RegisterOrganisation(list(items))
}

fn update(items: Vec<Organisation>) -> Payload {
    Payload::UpdateOrganisation(list(items))
}

fn changed(mut organisation: Organisation, change: impl FnOnce(&mut Organisation)) -> Organisation {
    change(&mut organisation);
    organisation
}

fn known(number: OrganisationNumber) -> Organisation {
    organisation(number, Roles::ISSUER)
}

fn code_cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code, item| Case::new(world, name, GOVERNOR, payload, (code, item));
    let issuer_code = || text(&credit_code(10_000_002));
    let free_code = || text(&credit_code(33_333_333));
    vec![
        case(
            "registered with a known code",
            registration(vec![next(0), changed(next(1), |one| one.credit_code = issuer_code())]),
            Code::CreditCodeTaken,
            1,
        ),
        case(
            "two registered with one code",
            registration(vec![next(0), next(1), changed(next(2), |one| one.credit_code = next(0).credit_code)]),
            Code::CreditCodeTaken,
            2,
        ),
        case(
            "updated to a known code",
            update(vec![changed(known(OTHER_ISSUER), |one| one.credit_code = issuer_code())]),
            Code::CreditCodeTaken,
            0,
        ),
        case(
            "two updated to one code",
            update(vec![
                changed(known(ISSUER), |one| one.credit_code = free_code()),
                changed(known(OTHER_ISSUER), |one| one.credit_code = free_code()),
            ]),
            Code::CreditCodeTaken,
            1,
        ),
        case(
            "a wrong check character",
            registration(vec![changed(next(0), |one| one.credit_code = text("11310000100000061X"))]),
            Code::CreditCodeInvalid,
            0,
        ),
        case(
            "an empty code",
            update(vec![changed(known(ISSUER), |one| one.credit_code = text(""))]),
            Code::CreditCodeInvalid,
            0,
        ),
    ]
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, payload, code, item| Case::new(world, name, GOVERNOR, payload, (code, item));
    let mut all = code_cases(world);
    all.extend([
        case("number too high", registration(vec![next(1)]), Code::OrganisationNumber, 0),
        case("number in use", registration(vec![known(ISSUER)]), Code::OrganisationNumber, 0),
        case("a gap between items", registration(vec![next(0), next(2)]), Code::OrganisationNumber, 1),
        case("items out of order", registration(vec![next(1), next(0)]), Code::OrganisationNumber, 0),
        case(
            "the governor barred",
            update(vec![changed(organisation(GOVERNOR, Roles::GOVERNOR), |one| {
                one.status = OrganisationStatus::Barred
            })]),
            Code::GovernorFixed,
            0,
        ),
        case(
            "the governor without its role",
            update(vec![organisation(GOVERNOR, Roles::ISSUER)]),
            Code::GovernorFixed,
            0,
        ),
        case("an update of an unknown one", update(vec![known(ISSUER), next(0)]), Code::OrganisationMissing, 1),
        case(
            "one updated twice",
            update(vec![known(ISSUER), known(OTHER_ISSUER), known(ISSUER)]),
            Code::KeyRepeated,
            2,
        ),
    ]);
    all
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

#[test]
fn registering_appends_and_fills_the_directory() {
    let mut world = scene();
    let before = world.state.tip().header.log_size;
    let first = world.apply(GOVERNOR, registration(vec![next(0), next(1)]));
    assert_eq!(first.0, before);
    assert_eq!(world.state.tip().directory.next_organisation(), OrganisationNumber(10));
    assert_eq!(world.state.tip().directory.organisation(NEXT), Some(&next(0)));
    assert!(is_current(&world, EntryKey::of_organisation(NEXT)));
    // And in the same block the next one may act and be updated.
    let registered = world.transaction(GOVERNOR, registration(vec![next(2)]));
    let acts = world.transaction(
        OrganisationNumber(10),
        mints(vec![mint(key(500), with(licence(PLAIN), |one| one.issuer = OrganisationNumber(10)))]),
    );
    let updated = world.transaction(GOVERNOR, update(vec![changed(next(2), |one| one.name_en = text("Renamed"))]));
    let block = world.block(vec![registered, acts, updated]);
    assert!(
        block.outcomes().iter().all(|one| matches!(one, Outcome::Applied { count: 1, .. })),
        "{:?}",
        block.outcomes()
    );
    assert_eq!(block.superseded(), [block.first()]);
}

#[test]
fn an_update_supersedes_and_keeps_one_current_entry() {
    let mut world = scene();
    let former = world.index_of(EntryKey::of_organisation(ISSUER)).unwrap();
    let renamed = changed(organisation(ISSUER, Roles::ISSUER), |one| one.name_zh = text("新名"));
    let newer = world.apply(GOVERNOR, update(vec![renamed.clone()]));
    assert_eq!(world.entry(newer).previous, Some(former));
    assert_eq!(world.state.tip().current.bit(former), Some(false));
    assert_eq!(world.state.tip().current.bit(newer), Some(true));
    assert_eq!(world.state.tip().directory.organisation(ISSUER), Some(&renamed));
}

/// The governor may change its own keys and take further roles.
#[test]
fn the_governor_may_rotate_its_key() {
    let mut world = scene();
    let rotated = changed(organisation(GOVERNOR, Roles::GOVERNOR.with(Roles::ISSUER)), |one| {
        one.keys = list(vec![zhengku_crypto::sign::Signer::public_key(&signer(200))]);
    });
    world.apply(GOVERNOR, update(vec![rotated]));
    let refused = Outcome::Rejected { code: Code::UnknownSigner, item: 0 };
    assert_eq!(world.submit(GOVERNOR, registration(vec![next(0)])), refused);
    let by_new = world.signed_by(&signer(200), GOVERNOR, idempotency(1), registration(vec![next(0)]));
    assert!(matches!(world.block(vec![by_new]).outcomes()[0], Outcome::Applied { .. }));
}

/// Nobody can occupy the key of an organisation or type that is yet to come, and so stop the governor.
#[test]
fn an_issuer_cannot_occupy_the_keys_of_organisations_and_types() {
    let mut world = scene();
    let squats = [
        EntryKey::of_organisation(NEXT),
        colliding(&EntryKey::of_organisation(NEXT)),
        EntryKey::of_licence_type(crate::ids::LicenceTypeNumber(5)),
    ];
    for squat in squats {
        let outcome = world.submit(ISSUER, mints(vec![mint(squat, licence(PLAIN))]));
        assert_eq!(outcome, Outcome::Rejected { code: Code::KeyReserved, item: 0 });
        let moved = Supersession { new: squat, ..reissue(VALID, 500) };
        let outcome = world.submit(ISSUER, supersessions(vec![moved]));
        assert_eq!(outcome, Outcome::Rejected { code: Code::KeyReserved, item: 0 });
    }
    world.apply(GOVERNOR, registration(vec![next(0)]));
    let mut kind = licence_type(crate::ids::LicenceTypeNumber(5));
    kind.name_en = text("Five");
    world.apply(DEFINER, Payload::DefineLicenceType(list(vec![kind])));
}
