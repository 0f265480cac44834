use super::*;
use crate::register::Mapping;
use std::collections::BTreeSet;
use zhengku_ledger::entry::{EntryBody, MaterialSource};
use zhengku_ledger::state::Directory;

const DEFINER: OrganisationNumber = OrganisationNumber(1);
const PLACEHOLDER: &str = "11999999000000019M";

/// Every code is well-formed, a placeholder is marked as one, and nothing stands twice.
#[test]
fn the_files_are_in_order() {
    let catalogue = load().unwrap();
    assert_eq!((catalogue.types.len(), catalogue.materials.len()), (27, 10));
    let mut codes = BTreeSet::new();
    for CatalogueType { licence_type: one, authority } in &catalogue.types {
        let code = one.code.as_str();
        assert!(LicenceTypeCode::parse(code).is_ok(), "{code}");
        assert!(codes.insert(code), "{code} twice");
        assert_eq!(one.placeholder, code.starts_with(PLACEHOLDER), "{code}");
        assert_eq!(one.fields.iter().next().map(|field| field.key.as_str()), Some(IDENTIFIER_KEY), "{code}");
        let keys: BTreeSet<&str> = one.fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(keys.len(), one.fields.len(), "a field twice in {code}");
        assert!(keys.contains("licence_number"), "{code}");
        assert_eq!(one.twin, keys.contains(PART_KEY), "{code}");
        assert!(["permit", "card", "certificate", "plain"].contains(&one.template.as_str()), "{code}");
        assert_eq!(one.validity == ValidityRule::NeverEnds, !keys.contains("valid_to"), "{code}");
        assert!(!authority.is_empty() && one.min_holders >= 1 && one.min_holders <= one.max_holders, "{code}");
        assert!(one.fields.iter().all(|field| field.label_en.as_str().is_ascii() || code.ends_with("699001")));
    }
}

/// What an import writes fits the type on the ledger: the same fields, the same obligations, the same holders, the same numbers as ever.
#[test]
fn the_types_of_the_mappings_are_those_of_the_catalogue() {
    let catalogue = load().unwrap();
    for (mapping, number) in Mapping::built_in().iter().zip(0..) {
        let one = licence_type(mapping, LicenceTypeNumber(number), DEFINER).unwrap();
        let first = &catalogue.types[usize::try_from(number).unwrap()].licence_type;
        assert_eq!(diff(first, &one), []);
        let parts: &[&str] = if mapping.has_parts() { &[IDENTIFIER_KEY, PART_KEY] } else { &[IDENTIFIER_KEY] };
        let columns = mapping.columns().iter().filter(|column| mapping.is_face_field(column));
        let expected: Vec<(&str, bool)> = (parts.iter().map(|key| (*key, true)))
            .chain(columns.map(|column| (column.key(), column.is_mandatory())))
            .collect();
        let actual: Vec<_> = one.fields.iter().map(|field| (field.key.as_str(), field.mandatory)).collect();
        assert_eq!(actual, expected, "{}", mapping.licence_type());
        assert_eq!((one.min_holders, one.max_holders), mapping.holder_range());
        assert_eq!(one.holder_kinds.first(), Some(&mapping.holder_kind()));
        assert_eq!((one.twin, one.name_zh.as_str()), (mapping.has_parts(), mapping.licence_type()));
        assert_eq!(one.validity != ValidityRule::NeverEnds, mapping.has_validity());
    }
}

#[test]
fn a_difference_names_each_change() {
    let catalogue = load().unwrap();
    let old = &catalogue.types[0].licence_type;
    let mut new = old.clone();
    new.name_en = Text::new("Renamed").unwrap();
    let mut fields = new.fields.into_vec();
    fields[1].mandatory = false;
    let removed = fields.pop().unwrap();
    new.fields = Bounded::new(fields).unwrap();
    let changes = diff(old, &new);
    let names: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
    let last = format!("field {}", removed.key);
    assert_eq!(names, ["name_en", "field licence_number", last.as_str()]);
    assert!(changes[1].old.as_ref().is_some_and(|text| text.ends_with("mandatory")));
    assert_eq!(changes[2].new, None);
    let mut turned = old.clone();
    turned.fields = Bounded::new(old.fields.iter().rev().cloned().collect()).unwrap();
    assert_eq!(diff(old, &turned)[0].what, "order of fields");
}

#[test]
fn a_publication_defines_what_differs() {
    let catalogue = load().unwrap();
    let mut directory = Directory::default();
    let all = catalogue.publication(&directory, DEFINER);
    assert_eq!(all.len(), 27);
    assert!(catalogue.materials(&directory, DEFINER).is_err(), "the licence types come first");
    for one in &all {
        directory.apply(&EntryBody::LicenceType(one.clone()));
    }
    assert_eq!(catalogue.publication(&directory, DEFINER), []);
    let mut older = all[7].clone();
    older.level = Level::City;
    directory.apply(&EntryBody::LicenceType(older));
    assert_eq!(catalogue.publication(&directory, DEFINER), [all[7].clone()]);
    assert_eq!(catalogue.publication(&directory, OrganisationNumber(9)), [], "another's types are another's");
    let materials = catalogue.materials(&directory, DEFINER).unwrap();
    assert_eq!((materials.len(), materials[1].source), (10, MaterialSource::Licence(LicenceTypeNumber(2))));
    for one in &materials {
        directory.apply(&EntryBody::MaterialType(one.clone()));
    }
    assert_eq!(catalogue.materials(&directory, DEFINER).unwrap(), []);
}

#[test]
fn exports_hold_every_field() {
    let catalogue = load().unwrap();
    let types: Vec<LicenceType> = catalogue.types.iter().map(|one| one.licence_type.clone()).collect();
    let count: usize = types.iter().map(|one| one.fields.len()).sum();
    let csv = export::csv(&types);
    assert_eq!(csv.lines().count(), count + 1);
    assert!(csv.starts_with('\u{feff}') && csv.lines().all(|line| line.matches(',').count() >= 9));
    let json = export::json(&types);
    assert_eq!(json.as_array().map(Vec::len), Some(27));
    assert_eq!(json[0]["fields"][1]["code"], "ZZBH");
}

#[test]
fn a_slip_of_the_pen_is_refused() {
    let good = include_str!("../../catalogue/passport.toml");
    assert!(parse_type(good).is_ok());
    for (from, to) in [
        ("template =", "templat ="),
        ("\"private\"", "\"secret\""),
        ("\"must_end\"", "\"ends\""),
        ("kind = \"code\"", "kind = \"codes\""),
        ("\"2018-10-17\"", "\"2018-13-17\""),
    ] {
        assert!(parse_type(&good.replacen(from, to, 1)).is_err(), "{to}");
    }
}
