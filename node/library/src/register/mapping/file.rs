//! The TOML of a mapping file, as written. Unknown keys are refused, so that a slip of the pen is no silent default.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ColumnKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingFile {
    pub(super) licence_type: String,
    /// English name; the Chinese one stands in when it is missing.
    #[serde(default)]
    pub(super) licence_type_en: Option<String>,
    pub(super) type_code: String,
    #[serde(default)]
    pub(super) placeholder_code: bool,
    pub(super) column: Vec<ColumnEntry>,
    pub(super) issuer: IssuerEntry,
    #[serde(default)]
    pub(super) dates: DatesEntry,
    pub(super) holder: Vec<HolderEntry>,
    #[serde(default)]
    pub(super) status: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnEntry {
    pub(super) key: String,
    pub(super) header: String,
    #[serde(default)]
    pub(super) synonyms: Vec<String>,
    pub(super) kind: ColumnKind,
    #[serde(default)]
    pub(super) mandatory: bool,
    /// For kind `enum`: the canonical value and the ways in which it is written.
    #[serde(default)]
    pub(super) values: BTreeMap<String, Vec<String>>,
    /// For kind `quantity`: units that may stand behind the number.
    #[serde(default)]
    pub(super) units: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssuerEntry {
    pub(super) name: Option<String>,
    pub(super) code: Option<String>,
    pub(super) fixed_name: Option<String>,
    pub(super) fixed_code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DatesEntry {
    pub(super) issued_on: Option<String>,
    pub(super) valid_from: Option<String>,
    pub(super) valid_to: Option<String>,
    /// Texts in the column of `valid_to` that mean: no end.
    #[serde(default)]
    pub(super) open_ended: Vec<String>,
    /// Whether a blank there means: no end.
    #[serde(default)]
    pub(super) blank_is_open_ended: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HolderEntry {
    pub(super) id_type: String,
    pub(super) name: String,
    pub(super) number: String,
    /// Whether both columns may be blank.
    #[serde(default)]
    pub(super) optional: bool,
}
