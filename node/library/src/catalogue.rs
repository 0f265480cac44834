//! The catalogue (证照目录): licence types from data files, from the mappings of registers, and the difference between two versions. Versions
//! on a ledger are the entries of a type's key.

mod built_in;
mod diff;
pub mod export;
mod file;
#[cfg(test)]
mod tests;

pub use built_in::{Catalogue, load};
pub use diff::{Change, diff};
pub use file::{CatalogueMaterial, CatalogueType, parse_materials, parse_type};

use crate::register::{LicenceDraft, Mapping, Part};
use zhengku_ledger::codec::{Bounded, LengthError, Text, TextError};
use zhengku_ledger::entry::{FieldKind, FieldRule, Level, LicenceType, Openness, ValidityRule};
use zhengku_ledger::identifier::{IdentifierError, LicenceIdentifier, LicenceTypeCode, UnifiedCreditCode};
use zhengku_ledger::ids::{LicenceTypeNumber, OrganisationNumber};

/// The kinds of holders (GB/T 36903 appendix A, three digits) that a number alone can stand for, when nobody says which: credit code,
/// citizen number, other organisations' and persons' documents.
pub const HOLDER_KINDS: [&str; 7] = ["001", "111", "099", "112", "113", "114", "115"];
/// The face field that holds the licence identifier of GB/T 36904.
pub const IDENTIFIER_KEY: &str = "licence_identifier";
/// The face field that says which part of a twin this is.
pub const PART_KEY: &str = "part";

/// Why a file or a mapping gives no licence type.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// A text is too long.
    #[error("mapping: {0}")]
    Text(#[from] TextError),
    /// Too many columns.
    #[error("mapping: {0}")]
    Length(#[from] LengthError),
    /// Not the TOML of a catalogue file.
    #[error("catalogue file: {0}")]
    Toml(#[from] toml::de::Error),
    /// A word that means nothing here.
    #[error("catalogue: there is no {what} {value:?}")]
    Unknown {
        /// What it should be.
        what: &'static str,
        /// What stands there.
        value: String,
    },
}

/// The licence type of a mapping: the catalogue's own where it knows the code, and else what the mapping describes, with its keys for
/// English labels.
///
/// # Errors
/// [`CatalogueError`] when the mapping is larger than a licence type can be.
pub fn licence_type(
    mapping: &Mapping,
    number: LicenceTypeNumber,
    definer: OrganisationNumber,
) -> Result<LicenceType, CatalogueError> {
    if let Some(known) = load()?.find(mapping.type_code()) {
        return Ok(LicenceType { number, definer, ..known.licence_type.clone() });
    }
    let twin = mapping.has_parts();
    let mut fields = vec![field(IDENTIFIER_KEY, "证照标识", true)?];
    if twin {
        fields.push(field(PART_KEY, "联次", true)?);
    }
    for column in mapping.columns() {
        // Status and parts are states of the ledger, not fields of a face.
        if mapping.is_face_field(column) {
            fields.push(field(column.key(), column.label(), column.is_mandatory())?);
        }
    }
    let (min_holders, max_holders) = mapping.holder_range();
    Ok(LicenceType {
        number,
        code: Text::new(mapping.type_code())?,
        name_zh: Text::new(mapping.licence_type())?,
        name_en: Text::new(mapping.licence_type_en())?,
        definer,
        issuers: Bounded::new(Vec::new())?,
        holder_kinds: Bounded::new(vec![mapping.holder_kind()])?,
        min_holders,
        max_holders,
        twin,
        validity: if mapping.has_validity() { ValidityRule::MayEnd } else { ValidityRule::NeverEnds },
        fields: Bounded::new(fields)?,
        aliases: Bounded::default(),
        template: Text::new("plain")?,
        openness: Openness::Restricted,
        level: Level::National,
        placeholder: true,
        collection_start: None,
        states: Bounded::default(),
    })
}

fn field(key: &str, label_zh: &str, mandatory: bool) -> Result<FieldRule, CatalogueError> {
    Ok(FieldRule {
        key: Text::new(key)?,
        label_zh: Text::new(label_zh)?,
        label_en: Text::new(key)?,
        kind: FieldKind::Text,
        code: Text::new("")?,
        mandatory,
    })
}

/// The number under which a licence is looked up: the number on its face, and the part of a twin.
#[must_use]
pub fn lookup_number(number: &str, part: Option<Part>) -> String {
    match part {
        None => number.to_owned(),
        Some(part) => format!("{number}#{}", part.name()),
    }
}

/// The licence identifier (GB/T 36904) of a draft as the given version, 1 to 999. The serial is the number on the face where it has the standard's
/// alphabet (with 1 or 2 behind it for the parts of a twin), and else taken from the licence's pseudonym.
///
/// # Errors
/// [`IdentifierError`] when type or issuer code are malformed, or the standard has no such version.
pub fn identifier(
    draft: &LicenceDraft,
    pseudonym: &[u8; 32],
    version: u16,
) -> Result<LicenceIdentifier, IdentifierError> {
    let suffix = match draft.part {
        None => "",
        Some(Part::Main) => "1",
        Some(_) => "2",
    };
    let plain = format!("{}{suffix}", draft.number);
    let fits = plain.len() <= 32 && plain.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let serial = if fits { plain } else { serial_of(pseudonym) };
    let code = LicenceTypeCode::parse(&draft.type_code)?;
    LicenceIdentifier::build(&code, &UnifiedCreditCode::parse(&draft.issuer_code)?, &serial, version)
}

/// Twenty characters of `0-9A-Z` from a pseudonym: 10^31 values, so that two licences never meet.
fn serial_of(pseudonym: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut rest = pseudonym.iter().take(16).fold(0_u128, |rest, byte| rest << 8 | u128::from(*byte));
    let mut serial = String::with_capacity(20);
    for _ in 0..20 {
        let place = usize::try_from(rest % 36).unwrap_or(0);
        serial.push(ALPHABET.get(place).copied().map_or('0', char::from));
        rest /= 36;
    }
    serial
}
