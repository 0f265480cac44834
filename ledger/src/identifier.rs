//! Numbers that stand on licences: citizen number (GB 11643), unified social credit code (GB 32100), licence type code
//! and licence identifier (GB/T 36904). Pure checks over text: no catalogue, no register, no clock.

use core::fmt;

mod check_character;
mod citizen_number;
mod credit_code;
mod licence_identifier;
mod type_code;

pub use citizen_number::CitizenNumber;
pub use credit_code::UnifiedCreditCode;
pub use licence_identifier::{LicenceIdentifier, RecognisedIdentifier};
pub use type_code::LicenceTypeCode;

/// Which kind of number an [`IdentifierError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberKind {
    /// 公民身份号码, GB 11643.
    CitizenNumber,
    /// 统一社会信用代码, GB 32100.
    UnifiedCreditCode,
    /// 组织机构代码, GB 11714: characters 9 to 17 of a credit code.
    OrganisationCode,
    /// 证照类型代码: the defining authority's credit code and three digits.
    LicenceTypeCode,
    /// 证照标识, GB/T 36904.
    LicenceIdentifier,
}

impl fmt::Display for NumberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CitizenNumber => "citizen number (GB 11643)",
            Self::UnifiedCreditCode => "unified social credit code (GB 32100)",
            Self::OrganisationCode => "organisation code (GB 11714)",
            Self::LicenceTypeCode => "licence type code",
            Self::LicenceIdentifier => "licence identifier (GB/T 36904)",
        })
    }
}

/// Why a text is not the number it claims to be. Never carries the number itself: it may be a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Wrong number of characters.
    #[error("{kind}: {expected} characters expected, {actual} found")]
    Length {
        /// The kind of number.
        kind: NumberKind,
        /// Characters the standard asks for.
        expected: usize,
        /// Characters found.
        actual: usize,
    },
    /// A character outside the alphabet of its place.
    #[error("{kind}: character {position} is not allowed there")]
    Character {
        /// The kind of number.
        kind: NumberKind,
        /// Place of the character, counted from 1.
        position: usize,
    },
    /// The check character does not follow from the others.
    #[error("{kind}: check character {expected} expected, {actual} found")]
    CheckCharacter {
        /// The kind of number.
        kind: NumberKind,
        /// The character that the standard gives.
        expected: char,
        /// The character found.
        actual: char,
    },
    /// A citizen number of 15 digits, the form that GB 11643-1999 replaced.
    #[error("citizen number: 15 digits, the form before GB 11643-1999")]
    FifteenDigits,
    /// The birth date in a citizen number is no day of the calendar.
    #[error("citizen number: the birth date is not a calendar date")]
    CalendarDate,
    /// Not six parts after the root.
    #[error("licence identifier: {expected} parts after the root expected, {actual} found")]
    Parts {
        /// Parts of the grammar: type, issuer, serial, version, check.
        expected: usize,
        /// Parts found.
        actual: usize,
    },
    /// The text does not begin with the root 1.2.156.3005.2.
    #[error("licence identifier: it does not begin with 1.2.156.3005.2")]
    Root,
    /// Serial empty or longer than 32 characters.
    #[error("licence identifier: a serial of 1 to {maximum} characters expected, {actual} found")]
    Serial {
        /// Longest serial.
        maximum: usize,
        /// Characters found.
        actual: usize,
    },
    /// Issuer of an imported identifier that is no code of 6 to 18 characters.
    #[error("licence identifier: an issuer of {minimum} to {maximum} characters expected, {actual} found")]
    Issuer {
        /// Shortest issuer accepted on import (an area code).
        minimum: usize,
        /// Longest issuer accepted on import.
        maximum: usize,
        /// Characters found.
        actual: usize,
    },
    /// A version or sequence outside 001 to 999.
    #[error("{kind}: a number from 001 to 999 expected, {actual} found")]
    OutOfRange {
        /// The kind of number.
        kind: NumberKind,
        /// Number found.
        actual: u16,
    },
}

/// Refuses a text that has not exactly `expected` characters.
fn check_length(kind: NumberKind, text: &str, expected: usize) -> Result<(), IdentifierError> {
    let actual = text.chars().count();
    if actual == expected { Ok(()) } else { Err(IdentifierError::Length { kind, expected, actual }) }
}

#[cfg(test)]
mod tests;
