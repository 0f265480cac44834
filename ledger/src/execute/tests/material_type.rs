use super::*;
use crate::entry::{MaterialSource, MaterialType};
use crate::ids::{LicenceTypeNumber, MaterialTypeNumber};
use crate::transaction::RejectCode as Code;

fn definition(items: Vec<MaterialType>) -> Payload {
    Payload::DefineMaterialType(list(items))
}

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, by, items, code, item| Case::new(world, name, by, definition(items), (code, item));
    let from = |source| vec![MaterialType { source, ..material(0) }];
    let no_type = MaterialSource::Licence(LicenceTypeNumber(99));
    let no_department = MaterialSource::Department(OrganisationNumber(99));
    let same_code = MaterialType { number: MaterialTypeNumber(1), ..material(0) };
    vec![
        case("an issuer defines a material", ISSUER, vec![material(0)], Code::RoleMissing, 0),
        case("another definer named", OTHER_DEFINER, vec![material(0)], Code::MaterialDefiner, 0),
        case("a material number too high", DEFINER, vec![material(0), material(2)], Code::MaterialTypeNumber, 1),
        case("one material code twice", DEFINER, vec![material(0), same_code], Code::MaterialCode, 0),
        case(
            "a material without a code",
            DEFINER,
            vec![MaterialType { code: text(""), ..material(0) }],
            Code::MaterialCode,
            0,
        ),
        case("a material from no licence type", DEFINER, from(no_type), Code::MaterialSource, 0),
        case("a material from no department", DEFINER, from(no_department), Code::MaterialSource, 0),
        case("one material twice", DEFINER, vec![material(0), material(0)], Code::KeyRepeated, 1),
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
    world.apply(DEFINER, definition(vec![material(0), material(1)]));
    let renamed = MaterialType { name_en: text("Renamed"), source: MaterialSource::Applicant, ..material(1) };
    let index = world.apply(DEFINER, definition(vec![renamed.clone()]));
    assert!(world.entry(index).previous.is_some());
    let directory = world.state.tip().directory.clone();
    assert_eq!(directory.material_type(MaterialTypeNumber(1)), Some(&renamed));
    assert_eq!((directory.material_types().count(), directory.next_material_type().0), (2, 2));
    let recoded = MaterialType { code: text("CL9999"), ..material(1) };
    let refused = world.submit(DEFINER, definition(vec![recoded]));
    assert_eq!(refused, Outcome::Rejected { code: Code::MaterialCode, item: 0 });
    let foreign = MaterialType { definer: OTHER_DEFINER, ..material(1) };
    let refused = world.submit(OTHER_DEFINER, definition(vec![foreign]));
    assert_eq!(refused, Outcome::Rejected { code: Code::MaterialDefiner, item: 0 });
}
