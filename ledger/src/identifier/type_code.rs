//! Licence type code: who defines the type, and its sequence number there.

use core::fmt;

use super::{IdentifierError, NumberKind, UnifiedCreditCode, check_length};

/// Characters of a type code: credit code and sequence.
const LENGTH: usize = 21;
/// Characters of the credit code in it.
const AUTHORITY_LENGTH: usize = 18;
const KIND: NumberKind = NumberKind::LicenceTypeCode;

/// A licence type code (证照类型代码, ZWFW C 0123): credit code of the defining authority and 001 to 999.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceTypeCode(Box<str>);

impl LicenceTypeCode {
    /// Checks a type code.
    ///
    /// # Errors
    /// [`IdentifierError`]: wrong length, a wrong credit code of the authority, or a sequence that is not 001 to 999.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        check_length(KIND, text, LENGTH)?;
        let (authority, sequence) = text
            .split_at_checked(AUTHORITY_LENGTH)
            .ok_or(IdentifierError::Character { kind: KIND, position: AUTHORITY_LENGTH })?;
        UnifiedCreditCode::check(authority)?;
        three_digits(KIND, sequence, AUTHORITY_LENGTH)?;
        Ok(Self(text.into()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Credit code of the authority that defines the type.
    pub fn authority(&self) -> &str {
        self.0.get(..AUTHORITY_LENGTH).unwrap_or_default()
    }
}

impl fmt::Debug for LicenceTypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenceTypeCode({})", self.0)
    }
}

impl fmt::Display for LicenceTypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads exactly three digits from 001 to 999; `before` characters stand in front of them.
pub(super) fn three_digits(kind: NumberKind, text: &str, before: usize) -> Result<u16, IdentifierError> {
    check_length(kind, text, 3)?;
    let mut number = 0_u16;
    for (place, character) in (1_usize..).zip(text.chars()) {
        let digit = character.to_digit(10).and_then(|digit| u16::try_from(digit).ok());
        let digit = digit.ok_or(IdentifierError::Character { kind, position: before.saturating_add(place) })?;
        number = number.saturating_mul(10).saturating_add(digit);
    }
    if number == 0 { Err(IdentifierError::OutOfRange { kind, actual: 0 }) } else { Ok(number) }
}
