//! The mapping of a licence type of the catalogue: a register or a form whose columns are the fields of its face.

use super::file::{ColumnEntry, DatesEntry, HolderEntry, IssuerEntry, MappingFile};
use super::{ColumnKind, Mapping, MappingError, checked};
use std::collections::BTreeMap;
use zhengku_ledger::entry::{FieldKind, FieldRule, LicenceType};

/// 持证主体 and 持证主体代码 in the metadata of GB/T 36903.
const HOLDER_NAME_CODE: &str = "CZZT";
const HOLDER_NUMBER_CODE: &str = "CZZTDM";
/// Holder kinds of GB/T 36903 annex A that are checked.
const CITIZEN: u16 = 111;
const CREDIT_CODE: u16 = 1;

impl Mapping {
    /// The mapping of a type, by the fields of its face: `licence_number`, the holder's name and number (the fields with the codes CZZT
    /// and CZZTDM of GB/T 36903), issuer and dates. A type with several holders or parts needs a mapping file of its own.
    ///
    /// # Errors
    /// [`MappingError`] when a field that every licence needs is missing.
    pub fn of_type(kind: &LicenceType) -> Result<Self, MappingError> {
        let holder_kind = kind.holder_kinds.iter().copied().find(|kind| *kind == CITIZEN || *kind == CREDIT_CODE);
        let id_type = holder_kind.or_else(|| kind.holder_kinds.first().copied()).unwrap_or(CITIZEN);
        let find = |wanted: &dyn Fn(&&FieldRule) -> bool| {
            kind.fields.iter().find(wanted).map(|rule| rule.key.as_str().to_owned())
        };
        let with_code = |code: &'static str| find(&|rule| rule.code.as_str() == code);
        let with_key = |key: &'static str| find(&|rule| rule.key.as_str() == key);
        let own_name = if id_type == CREDIT_CODE { FieldKind::OrganisationName } else { FieldKind::PersonName };
        let a_name = || find(&|rule| rule.kind == own_name && rule.key.as_str() != "issuer_name");
        let number = with_code(HOLDER_NUMBER_CODE).unwrap_or_default();
        let columns = kind.fields.iter().filter(|rule| !is_own(rule.key.as_str()));
        let columns: Vec<ColumnEntry> = columns.map(|rule| column(rule, &number, id_type)).collect();
        let valid_to = with_key("valid_to");
        let may_be_blank = |key: &str| kind.fields.iter().any(|rule| rule.key.as_str() == key && !rule.mandatory);
        checked::check(MappingFile {
            licence_type: kind.name_zh.as_str().to_owned(),
            licence_type_en: Some(kind.name_en.as_str().to_owned()),
            type_code: kind.code.as_str().to_owned(),
            placeholder_code: kind.placeholder,
            column: columns,
            issuer: IssuerEntry {
                name: with_key("issuer_name"),
                code: with_key("issuer_code"),
                fixed_name: None,
                fixed_code: None,
            },
            dates: DatesEntry {
                issued_on: with_key("issued_on"),
                valid_from: with_key("valid_from"),
                open_ended: vec!["长期".to_owned(), "9999-12-31".to_owned()],
                blank_is_open_ended: valid_to.as_deref().is_some_and(may_be_blank),
                valid_to,
            },
            holder: vec![HolderEntry {
                id_type: format!("{id_type:03}"),
                name: with_code(HOLDER_NAME_CODE).or_else(a_name).unwrap_or_default(),
                number,
                optional: false,
            }],
            status: BTreeMap::new(),
        })
    }
}

/// Fields that are not typed in: the identifier is computed, the part follows from the twin.
fn is_own(key: &str) -> bool {
    key == crate::catalogue::IDENTIFIER_KEY || key == crate::catalogue::PART_KEY
}

fn column(rule: &FieldRule, holder_number: &str, id_type: u16) -> ColumnEntry {
    let key = rule.key.as_str();
    let kind = match rule.kind {
        _ if key == "licence_number" => ColumnKind::NumberOfLicence,
        _ if key == holder_number && id_type == CITIZEN => ColumnKind::CitizenNumber,
        _ if key == holder_number && id_type == CREDIT_CODE => ColumnKind::CreditCode,
        FieldKind::Date => ColumnKind::Date,
        FieldKind::CitizenNumber => ColumnKind::CitizenNumber,
        FieldKind::CreditCode => ColumnKind::CreditCode,
        FieldKind::Address => ColumnKind::Address,
        FieldKind::PersonName | FieldKind::OrganisationName => ColumnKind::Name,
        FieldKind::LongText => ColumnKind::Free,
        _ => ColumnKind::Text,
    };
    ColumnEntry {
        key: key.to_owned(),
        header: rule.label_zh.as_str().to_owned(),
        synonyms: Vec::new(),
        kind,
        mandatory: rule.mandatory,
        values: BTreeMap::new(),
        units: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{RowResult, check_form};
    use std::sync::Arc;

    #[test]
    fn every_type_of_the_catalogue_has_a_form() {
        let own: Vec<Mapping> = Mapping::built_in();
        let catalogue = crate::catalogue::load().unwrap();
        let mut derived = 0;
        for kind in &catalogue.types {
            if own.iter().any(|mapping| mapping.type_code() == kind.licence_type.code.as_str()) {
                continue;
            }
            let mapping = Mapping::of_type(&kind.licence_type);
            let mapping = mapping.unwrap_or_else(|error| panic!("{}: {error}", kind.licence_type.name_zh));
            assert!(mapping.number_key().is_some() && mapping.issuer_code_key().is_some());
            assert_eq!(mapping.holder_keys().count(), 1);
            derived += 1;
        }
        assert!(derived >= 20, "{derived}");
    }

    #[test]
    fn a_form_of_a_derived_mapping_is_checked() {
        let catalogue = crate::catalogue::load().unwrap();
        let kind = catalogue.types.iter().find(|kind| kind.licence_type.name_zh.as_str() == "营业执照").unwrap();
        let mapping = Arc::new(Mapping::of_type(&kind.licence_type).unwrap());
        let mut form: BTreeMap<String, String> = mapping
            .form_columns()
            .map(|column| {
                let value = match column.kind() {
                    ColumnKind::Date => "2026-11-22",
                    ColumnKind::CreditCode => "91999999MA0TE0018W",
                    _ => "示例",
                };
                (column.key().to_owned(), value.to_owned())
            })
            .collect();
        form.insert("valid_to".to_owned(), String::new());
        let RowResult::Accepted(drafts) = check_form(&mapping, &form).result else { panic!("refused") };
        assert_eq!((drafts.len(), drafts[0].valid_to), (1, None));
        form.insert("credit_code".to_owned(), "91999999MA0TE0018X".to_owned());
        assert!(matches!(check_form(&mapping, &form).result, RowResult::Refused(_)));
    }
}
