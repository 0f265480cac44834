//! Column mappings: which column of a department's register is which field of the licence. One TOML file per licence type;
//! four are built in, an operator can supply others.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use zhengku_ledger::identifier::{IdentifierError, LicenceTypeCode};

use super::DraftStatus;

mod checked;
mod file;
mod of_type;

/// The embedded mapping files.
const BUILT_IN: [&str; 4] = [
    include_str!("../../mappings/food_operation.toml"),
    include_str!("../../mappings/residence_permit.toml"),
    include_str!("../../mappings/birth_certificate.toml"),
    include_str!("../../mappings/marriage_certificate.toml"),
];

/// What a column holds: decides its normal form and its check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Number on the licence's face. Exactly one column has it.
    NumberOfLicence,
    /// Name of a person or a body.
    Name,
    /// Address.
    Address,
    /// Short text.
    Text,
    /// Text of any length up to the limit, line breaks and tabs allowed.
    Free,
    /// Day.
    Date,
    /// Day with time of day, or day alone.
    Datetime,
    /// Citizen number, GB 11643.
    CitizenNumber,
    /// Unified social credit code, GB 32100.
    CreditCode,
    /// A number with an optional unit behind it.
    Quantity,
    /// One of the values of the mapping.
    Enum,
    /// State of the licence. At most one column has it.
    Status,
    /// 联次: 正页, 副联 or both; each makes a licence of its own. At most one column has it.
    Twin,
}

/// A column of a mapping.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) key: Arc<str>,
    pub(super) label: Arc<str>,
    pub(super) headers: Vec<String>,
    pub(super) kind: ColumnKind,
    pub(super) mandatory: bool,
    pub(super) values: BTreeMap<String, String>,
    pub(super) units: Vec<String>,
}

impl Column {
    /// Key of the field, English snake_case.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Chinese label: the header of the standard form.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What it holds.
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    /// The values that a column of kind [`ColumnKind::Enum`] takes, in their normal form; empty for other kinds.
    pub fn choices(&self) -> Vec<&str> {
        let mut choices: Vec<&str> = self.values.values().map(String::as_str).collect();
        choices.sort_unstable();
        choices.dedup();
        choices
    }

    /// True when the column must be there and no row may leave it blank.
    pub fn is_mandatory(&self) -> bool {
        self.mandatory
    }
}

/// Columns of one holder.
#[derive(Clone, Debug)]
pub(super) struct HolderColumns {
    pub(super) id_type: Arc<str>,
    pub(super) name: usize,
    pub(super) number: usize,
    pub(super) optional: bool,
}

/// Where a text of the issuer comes from.
#[derive(Clone, Debug)]
pub(super) enum IssuerText {
    Column(usize),
    Fixed(String),
}

/// A checked mapping of one licence type.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(super) licence_type: Arc<str>,
    pub(super) licence_type_en: Option<Arc<str>>,
    pub(super) type_code: Arc<str>,
    pub(super) placeholder: bool,
    pub(super) columns: Vec<Column>,
    pub(super) number: usize,
    pub(super) issuer_name: IssuerText,
    pub(super) issuer_code: IssuerText,
    pub(super) issued_on: Option<usize>,
    pub(super) valid_from: Option<usize>,
    pub(super) valid_to: Option<usize>,
    pub(super) open_ended: Vec<String>,
    pub(super) blank_is_open_ended: bool,
    pub(super) holders: Vec<HolderColumns>,
    pub(super) status: Option<usize>,
    pub(super) statuses: BTreeMap<String, DraftStatus>,
    pub(super) twin: Option<usize>,
}

/// Why a mapping file is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// No TOML, an unknown key, or a missing one.
    #[error("mapping file: {0}")]
    Toml(#[from] toml::de::Error),
    /// The licence type code is none.
    #[error("mapping of {licence_type}: type code: {source}")]
    TypeCode {
        /// Name of the licence type.
        licence_type: String,
        /// What is wrong with the code.
        source: IdentifierError,
    },
    /// A key that names no column.
    #[error("mapping of {licence_type}: {place} names column {key}, which is not listed")]
    UnknownColumn {
        /// Name of the licence type.
        licence_type: String,
        /// Part of the file that names it.
        place: &'static str,
        /// The key.
        key: String,
    },
    /// A column that is named where its kind does not fit.
    #[error("mapping of {licence_type}: {place} needs a column of kind {expected:?}, {key} is {actual:?}")]
    WrongKind {
        /// Name of the licence type.
        licence_type: String,
        /// Part of the file that names it.
        place: &'static str,
        /// The key.
        key: String,
        /// Kind that is needed.
        expected: ColumnKind,
        /// Kind of the column.
        actual: ColumnKind,
    },
    /// Two columns with one key or one header.
    #[error("mapping of {licence_type}: {text} stands for two columns")]
    Ambiguous {
        /// Name of the licence type.
        licence_type: String,
        /// The key or header.
        text: String,
    },
    /// Not exactly one column of a kind that must stand once, or more than one of a kind that may stand once.
    #[error("mapping of {licence_type}: {actual} columns of kind {kind:?}, one expected")]
    Count {
        /// Name of the licence type.
        licence_type: String,
        /// The kind.
        kind: ColumnKind,
        /// Columns found.
        actual: usize,
    },
    /// An issuer text that is neither a column nor fixed, or both.
    #[error("mapping of {licence_type}: [issuer] needs exactly one of {field} and fixed_{field}")]
    Issuer {
        /// Name of the licence type.
        licence_type: String,
        /// `name` or `code`.
        field: &'static str,
    },
    /// A name in `[status]` that is no state.
    #[error(
        "mapping of {licence_type}: [status] {name} is no state (valid, suspended, superseded, cancelled, withdrawn, revoked)"
    )]
    UnknownState {
        /// Name of the licence type.
        licence_type: String,
        /// The name.
        name: String,
    },
    /// No holder at all, or a holder code type that is not three digits.
    #[error("mapping of {licence_type}: a [[holder]] with an id_type of three digits (GB/T 36903 annex A) is needed")]
    Holder {
        /// Name of the licence type.
        licence_type: String,
    },
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`MappingError`]: TOML, type code, or columns that do not fit together.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        let file: file::MappingFile = toml::from_str(text)?;
        checked::check(file)
    }

    /// The mappings of 食品经营许可证, 居住证, 出生医学证明 and 结婚证.
    pub fn built_in() -> Vec<Self> {
        let parse = |text: &&str| Self::from_toml(text).expect("invariant: a test reads the embedded mappings");
        BUILT_IN.iter().map(parse).collect()
    }

    /// Name of the licence type.
    pub fn licence_type(&self) -> &str {
        &self.licence_type
    }

    /// English name of the licence type; the Chinese one when the mapping has none.
    pub fn licence_type_en(&self) -> &str {
        self.licence_type_en.as_deref().unwrap_or(&self.licence_type)
    }

    /// Whether the register makes linked parts (正页, 副联).
    pub const fn has_parts(&self) -> bool {
        self.twin.is_some()
    }

    /// Whether licences of this type have a period of validity that can end.
    pub const fn has_validity(&self) -> bool {
        self.valid_to.is_some()
    }

    /// Whether a column is a field of the face: status and parts are states of the ledger.
    pub fn is_face_field(&self, column: &Column) -> bool {
        let place = self.columns.iter().position(|other| other.key() == column.key());
        place.is_some() && place != self.status && place != self.twin
    }

    /// The fewest and the most holders.
    pub fn holder_range(&self) -> (u8, u8) {
        let needed = self.holders.iter().filter(|holder| !holder.optional).count();
        let count = |holders: usize| u8::try_from(holders).unwrap_or(u8::MAX);
        (count(needed.max(1)), count(self.holders.len().max(1)))
    }

    /// The kind of the first holder's number (GB/T 36903 annex A).
    pub fn holder_kind(&self) -> u16 {
        self.holders.first().and_then(|holder| holder.id_type.parse().ok()).unwrap_or_default()
    }

    /// Licence type code, 21 characters.
    pub fn type_code(&self) -> &str {
        &self.type_code
    }

    /// True when the real code is not known and a synthetic authority stands in.
    pub fn has_placeholder_code(&self) -> bool {
        self.placeholder
    }

    /// The columns in the order of the standard form.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What a column says of a new licence that says nothing there: valid, both parts.
    pub(super) fn of_a_new_licence(&self, column: &Column) -> &str {
        let place = self.columns.iter().position(|other| other.key() == column.key());
        let valid = || self.statuses.iter().find(|(_, status)| **status == DraftStatus::Valid);
        match place {
            Some(_) if place == self.status => valid().map_or("", |(text, _)| text.as_str()),
            Some(_) if place == self.twin => "正页;副联",
            _ => "",
        }
    }

    /// The columns that a form asks for: those of the face.
    pub fn form_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| self.is_face_field(column))
    }

    /// Key of the column with the issuer's name; none when the mapping fixes it.
    pub fn issuer_name_key(&self) -> Option<&str> {
        self.issuer_key(&self.issuer_name)
    }

    /// Key of the column with the issuer's credit code; none when the mapping fixes it.
    pub fn issuer_code_key(&self) -> Option<&str> {
        self.issuer_key(&self.issuer_code)
    }

    /// Key of the column with the day of issue.
    pub fn issued_on_key(&self) -> Option<&str> {
        self.column_key(self.issued_on)
    }

    /// Key of the column with the first day of validity.
    pub fn valid_from_key(&self) -> Option<&str> {
        self.column_key(self.valid_from)
    }

    /// Key of the column with the last day of validity.
    pub fn valid_to_key(&self) -> Option<&str> {
        self.column_key(self.valid_to)
    }

    /// Key of the column with the number on the face.
    pub fn number_key(&self) -> Option<&str> {
        self.column_key(Some(self.number))
    }

    /// Keys of the columns with name and number of each holder.
    pub fn holder_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.holders
            .iter()
            .filter_map(|holder| Some((self.column_key(Some(holder.name))?, self.column_key(Some(holder.number))?)))
    }

    fn issuer_key(&self, text: &IssuerText) -> Option<&str> {
        match text {
            IssuerText::Column(place) => self.column_key(Some(*place)),
            IssuerText::Fixed(_) => None,
        }
    }

    fn column_key(&self, place: Option<usize>) -> Option<&str> {
        place.and_then(|place| self.columns.get(place)).map(Column::key)
    }

    /// Headers of the standard form, in order.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(Column::label)
    }

    /// Position in `headers` (normalised) of each column; the second hit of a column comes as `Err((column, first, second))`.
    pub(super) fn locate(&self, headers: &[String]) -> Result<Vec<Option<usize>>, (usize, usize)> {
        let find = |column: &Column| {
            let mut hits = headers
                .iter()
                .enumerate()
                .filter(|(_, header)| column.headers.contains(header))
                .map(|(place, _)| place);
            match (hits.next(), hits.next()) {
                (Some(first), Some(second)) => Err((first, second)),
                (first, _) => Ok(first),
            }
        };
        self.columns.iter().map(find).collect()
    }

    /// Labels of the mandatory columns that `headers` (normalised) lack, and how many columns are there.
    pub(super) fn compare(&self, headers: &[String]) -> (Vec<String>, usize) {
        let is_there = |column: &&Column| column.headers.iter().any(|header| headers.contains(header));
        let missing = self.columns.iter().filter(|column| column.mandatory && !is_there(column));
        (missing.map(|column| column.label.to_string()).collect(), self.columns.iter().filter(is_there).count())
    }
}

/// The mappings that an import knows.
#[derive(Clone, Debug)]
pub struct Mappings(Vec<Arc<Mapping>>);

impl Mappings {
    /// The built-in mappings.
    pub fn built_in() -> Self {
        Self(Mapping::built_in().into_iter().map(Arc::new).collect())
    }

    /// No mapping.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a mapping. It goes before the earlier ones when both fit a header equally well.
    #[must_use]
    pub fn with(mut self, mapping: Mapping) -> Self {
        self.0.insert(0, Arc::new(mapping));
        self
    }

    /// All mappings.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Mapping>> {
        self.0.iter()
    }

    /// The mapping whose mandatory columns all stand in the header and which covers most of it.
    pub fn recognise<T: AsRef<str>>(&self, headers: &[T]) -> Option<&Arc<Mapping>> {
        let headers: Vec<String> = headers.iter().map(|header| super::normalise::header(header.as_ref())).collect();
        let fitting = self.0.iter().rev().filter_map(|mapping| {
            let (missing, covered) = mapping.compare(&headers);
            missing.is_empty().then_some((covered, mapping))
        });
        fitting.max_by_key(|(covered, _)| *covered).map(|(_, mapping)| mapping)
    }

    /// The mapping that covers most of a header, with the columns that are missing.
    pub(super) fn nearest(&self, headers: &[String]) -> Option<(&Arc<Mapping>, Vec<String>)> {
        let compared = self.0.iter().map(|mapping| (mapping, mapping.compare(headers)));
        let (mapping, (missing, covered)) = compared.max_by_key(|(_, (_, covered))| *covered)?;
        (covered > 0).then_some((mapping, missing))
    }
}

impl Default for Mappings {
    fn default() -> Self {
        Self::built_in()
    }
}

#[cfg(test)]
mod tests;
