//! What a licence file says, in a form for programs: `licence.json`, carried inside the OFD package and the PDF. Its fields have the
//! salts of the ledger's leaves, so that the file alone gives the `fields_root` of its entry (docs/spec/licence-file.md).

use serde::{Deserialize, Serialize};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::codec::Text;
use zhengku_ledger::entry::fields::MAX_VALUE_BYTES;
use zhengku_ledger::entry::licence::MAX_HOLDERS;
use zhengku_ledger::entry::licence_type::MAX_FIELDS;
use zhengku_ledger::entry::{Field, FieldSet};
use zhengku_ledger::ids::Date;

/// The name of the format and its version.
pub const FORMAT: &str = "zhengku-licence/1";
/// The longest `licence.json` in bytes: 64 fields of 8 KiB, each character escaped at worst.
pub const MAX_LICENCE_JSON: usize = 2 * 1024 * 1024;

/// Everything a licence file says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceData {
    /// [`FORMAT`].
    pub format: String,
    /// 证照标识 (GB/T 36904).
    pub licence_identifier: String,
    /// 证照类型代码, 21 characters.
    pub licence_type_code: String,
    /// 证照类型名称.
    pub licence_type: String,
    /// Its English name.
    pub licence_type_en: String,
    /// 证照编号, the number on the face.
    pub licence_number: String,
    /// The version in the identifier, from 1.
    pub version: u16,
    /// 证照颁发机构.
    pub issuer: String,
    /// 证照颁发机构代码.
    pub issuer_code: String,
    /// 管辖属地编码 (GB/T 2260), six digits.
    pub area_code: String,
    /// 证照颁发日期.
    #[serde(with = "date")]
    pub issued_on: Date,
    /// First day of validity.
    #[serde(with = "date")]
    pub valid_from: Date,
    /// Last day; none = no end (长期).
    #[serde(with = "optional_date")]
    pub valid_to: Option<Date>,
    /// The holders (持证主体), in the order of the face.
    pub holders: Vec<HolderData>,
    /// 正页 or 副联 of a twin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The ledger's id, 64 hexadecimal digits.
    pub chain: String,
    /// The licence's key on the ledger, 64 hexadecimal digits: a keyed pseudonym.
    pub key: String,
    /// The face fields with their salts, in the order of the catalogue.
    pub fields: Vec<FieldData>,
}

/// A holder.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderData {
    /// Name.
    pub name: String,
    /// Kind of number, three digits (GB/T 36903 annex A).
    pub id_type: String,
    /// The number.
    pub id_number: String,
}

/// A face field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldData {
    /// Key in the catalogue.
    pub key: String,
    /// Chinese label.
    pub label: String,
    /// The value.
    pub value: String,
    /// 16 bytes in hexadecimal.
    pub salt: String,
}

/// Why bytes are no licence data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LicenceDataError {
    /// Longer than [`MAX_LICENCE_JSON`].
    #[error("licence.json has {actual} bytes; at most {MAX_LICENCE_JSON} are read")]
    TooLong {
        /// Bytes given.
        actual: usize,
    },
    /// More fields or holders than a licence on a ledger can have ([`MAX_FIELDS`], [`MAX_HOLDERS`]).
    #[error("licence.json has {actual} {what}; at most {limit} are read, as many as a ledger takes: issue it anew")]
    TooMany {
        /// `fields` or `holders`.
        what: &'static str,
        /// The most.
        limit: usize,
        /// How many there are.
        actual: usize,
    },
    /// A text longer than a field's value on a ledger can be ([`MAX_VALUE_BYTES`]); no other text needs more.
    #[error(
        "licence.json has a text of {actual} bytes; at most {MAX_VALUE_BYTES} are read, as many as a ledger takes: shorten it"
    )]
    LongText {
        /// Bytes of UTF-8.
        actual: usize,
    },
    /// No JSON of this shape.
    #[error("licence.json: {0}")]
    Malformed(String),
    /// A newer or another format.
    #[error("licence.json is of the format {0}; {FORMAT} is known")]
    OtherFormat(String),
    /// A field that no ledger leaf can hold.
    #[error("licence.json, field {key}: {reason}")]
    Field {
        /// The field's key.
        key: String,
        /// Why.
        reason: String,
    },
}

impl LicenceDataError {
    /// Whether only a bound stands in the way: what is beyond it is not read, and no forgery for that.
    #[must_use]
    pub const fn is_bound(&self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::TooMany { .. } | Self::LongText { .. })
    }
}

impl LicenceData {
    /// Reads `licence.json`.
    ///
    /// # Errors
    /// [`LicenceDataError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, LicenceDataError> {
        if bytes.len() > MAX_LICENCE_JSON {
            return Err(LicenceDataError::TooLong { actual: bytes.len() });
        }
        let data: Self =
            serde_json::from_slice(bytes).map_err(|error| LicenceDataError::Malformed(error.to_string()))?;
        if data.format != FORMAT {
            return Err(LicenceDataError::OtherFormat(data.format));
        }
        data.check_bounds()?;
        Ok(data)
    }

    /// Each field is looked for on the pages and in the metadata, so their number and lengths bound what a file may cost.
    fn check_bounds(&self) -> Result<(), LicenceDataError> {
        for (what, limit, actual) in
            [("fields", MAX_FIELDS, self.fields.len()), ("holders", MAX_HOLDERS, self.holders.len())]
        {
            if actual > limit {
                return Err(LicenceDataError::TooMany { what, limit, actual });
            }
        }
        match self.texts().map(str::len).find(|length| *length > MAX_VALUE_BYTES) {
            Some(actual) => Err(LicenceDataError::LongText { actual }),
            None => Ok(()),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let Self { licence_identifier, licence_type_code, licence_type, licence_type_en, licence_number, .. } = self;
        let Self { issuer, issuer_code, area_code, part, chain, key, .. } = self;
        let own = [licence_identifier, licence_type_code, licence_type, licence_type_en, licence_number, issuer];
        let own = own.into_iter().chain([issuer_code, area_code, chain, key]).chain(part);
        let holders = self.holders.iter().flat_map(|one| [&one.name, &one.id_type, &one.id_number]);
        let fields = self.fields.iter().flat_map(|one| [&one.key, &one.label, &one.value, &one.salt]);
        own.chain(holders).chain(fields).map(String::as_str)
    }

    /// The bytes of `licence.json`: two spaces of indent, a line end at the end; the same data give the same bytes.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // A struct of strings and numbers always has a JSON form.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The root over the salted fields, as the ledger holds it.
    ///
    /// # Errors
    /// [`LicenceDataError::Field`] for a field that is no leaf of a ledger.
    pub fn fields_root(&self) -> Result<Digest, LicenceDataError> {
        let leaves = self.fields.iter().map(FieldData::leaf).collect::<Result<Vec<_>, _>>()?;
        Ok(FieldSet::new(leaves).root())
    }

    /// A field's value by its key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.key == key).map(|field| field.value.as_str())
    }
}

impl FieldData {
    fn leaf(&self) -> Result<Field, LicenceDataError> {
        let refused = |reason: String| LicenceDataError::Field { key: self.key.clone(), reason };
        let mut salt = [0; 16];
        hex::decode_to_slice(&self.salt, &mut salt).map_err(|error| refused(format!("salt: {error}")))?;
        Ok(Field {
            key: Text::new(self.key.as_str()).map_err(|error| refused(error.to_string()))?,
            value: Text::new(self.value.as_str()).map_err(|error| refused(error.to_string()))?,
            salt,
        })
    }
}

mod date {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use zhengku_ledger::ids::Date;

    pub(super) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        date.to_text().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::from_text(&text).ok_or_else(|| serde::de::Error::custom("a date is written as 2026-11-21"))
    }
}

mod optional_date {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use zhengku_ledger::ids::Date;

    pub(super) fn serialize<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        date.map(Date::to_text).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        let read = |text: String| {
            Date::from_text(&text).ok_or_else(|| serde::de::Error::custom("a date is written as 2026-11-21"))
        };
        text.map(read).transpose()
    }
}
