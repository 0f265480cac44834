//! The TOML of a licence type and of the material types, as written. Unknown keys are refused, so that a slip of the pen is no silent
//! default.

use super::CatalogueError;
use serde::Deserialize;
use std::collections::BTreeMap;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{
    Alias, FieldKind, FieldRule, Level, LicenceType, MaterialKind, NamedState, Openness, StateName, ValidityRule,
};
use zhengku_ledger::ids::{Date, LicenceTypeNumber, OrganisationNumber};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeFile {
    name_zh: String,
    name_en: String,
    code: String,
    #[serde(default)]
    placeholder: bool,
    /// For people: whose type this is. The ledger names the organisation that signs the definition.
    authority: String,
    holder_kinds: Vec<u16>,
    holders: [u8; 2],
    #[serde(default)]
    twin: bool,
    validity: Validity,
    template: String,
    openness: String,
    level: String,
    collection_start: Option<String>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    #[serde(default)]
    states: BTreeMap<String, StateEntry>,
    field: Vec<FieldEntry>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Validity {
    MayEnd,
    MustEnd,
    NeverEnds,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateEntry {
    code: String,
    name_zh: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    key: String,
    label_zh: String,
    label_en: String,
    kind: String,
    #[serde(default)]
    code: String,
    #[serde(default = "yes")]
    mandatory: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialsFile {
    material: Vec<MaterialEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialEntry {
    code: String,
    name_zh: String,
    name_en: String,
    kind: String,
    /// The code of the licence type that takes its place; none: the applicant brings it.
    licence_type: Option<String>,
}

/// A type of the catalogue before it stands on a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueType {
    /// The type; its number and definer are those of no ledger.
    pub licence_type: LicenceType,
    /// Whose type it is, for people.
    pub authority: String,
}

/// A material type before it stands on a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueMaterial {
    /// Its code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What it proves.
    pub kind: MaterialKind,
    /// The code of the licence type that takes its place; none: the applicant brings it.
    pub licence_type: Option<String>,
}

/// Reads a licence type.
///
/// # Errors
/// [`CatalogueError`] naming what is wrong.
pub fn parse_type(text: &str) -> Result<CatalogueType, CatalogueError> {
    let file: TypeFile = toml::from_str(text)?;
    let [min_holders, max_holders] = file.holders;
    let alias = |(jurisdiction, code): (String, String)| -> Result<Alias, CatalogueError> {
        Ok(Alias { jurisdiction: Text::new(jurisdiction)?, code: Text::new(code)? })
    };
    let state = |(name, one): (String, StateEntry)| -> Result<StateName, CatalogueError> {
        let state = named("state", &name, NamedState::ALL, NamedState::name_en)?;
        Ok(StateName { state, code: Text::new(one.code)?, name_zh: Text::new(one.name_zh)? })
    };
    let date = |text: String| Date::from_text(&text).ok_or(CatalogueError::Unknown { what: "date", value: text });
    let licence_type = LicenceType {
        number: LicenceTypeNumber(0),
        code: Text::new(file.code)?,
        name_zh: Text::new(file.name_zh)?,
        name_en: Text::new(file.name_en)?,
        definer: OrganisationNumber(0),
        issuers: Bounded::default(),
        holder_kinds: Bounded::new(file.holder_kinds)?,
        min_holders,
        max_holders,
        twin: file.twin,
        validity: match file.validity {
            Validity::MayEnd => ValidityRule::MayEnd,
            Validity::MustEnd => ValidityRule::MustEnd,
            Validity::NeverEnds => ValidityRule::NeverEnds,
        },
        fields: Bounded::new(file.field.into_iter().map(field).collect::<Result<_, _>>()?)?,
        aliases: Bounded::new(file.aliases.into_iter().map(alias).collect::<Result<_, _>>()?)?,
        template: Text::new(file.template)?,
        openness: named("openness", &file.openness, Openness::ALL, Openness::name_en)?,
        level: named("level", &file.level, Level::ALL, Level::name_en)?,
        placeholder: file.placeholder,
        collection_start: file.collection_start.map(date).transpose()?,
        states: Bounded::new(file.states.into_iter().map(state).collect::<Result<_, _>>()?)?,
    };
    Ok(CatalogueType { licence_type, authority: file.authority })
}

fn field(one: FieldEntry) -> Result<FieldRule, CatalogueError> {
    Ok(FieldRule {
        key: Text::new(one.key)?,
        label_zh: Text::new(one.label_zh)?,
        label_en: Text::new(one.label_en)?,
        kind: named("kind of field", &one.kind, FieldKind::ALL, FieldKind::name_en)?,
        code: Text::new(one.code)?,
        mandatory: one.mandatory,
    })
}

/// Reads the material types.
///
/// # Errors
/// [`CatalogueError`] naming what is wrong.
pub fn parse_materials(text: &str) -> Result<Vec<CatalogueMaterial>, CatalogueError> {
    let file: MaterialsFile = toml::from_str(text)?;
    let material = |one: MaterialEntry| {
        let kind = named("kind of material", &one.kind, MaterialKind::ALL, MaterialKind::name_en)?;
        let MaterialEntry { code, name_zh, name_en, licence_type, .. } = one;
        Ok(CatalogueMaterial { code, name_zh, name_en, kind, licence_type })
    };
    file.material.into_iter().map(material).collect()
}

/// The value of a name, as JSON writes it.
fn named<T: Copy, const N: usize>(
    what: &'static str,
    name: &str,
    all: [T; N],
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, CatalogueError> {
    let unknown = || CatalogueError::Unknown { what, value: name.to_owned() };
    all.into_iter().find(|one| name_of(*one) == name).ok_or_else(unknown)
}
