//! Unified social credit code, GB 32100, with the organisation code of GB 11714 inside.

use core::fmt;

use super::{IdentifierError, NumberKind, check_character, check_length};

/// Alphabet of GB 32100: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of characters 1 to 17, GB 32100.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Weights of the eight body characters of an organisation code, GB 11714.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters of an organisation code by 11 minus the remainder (index 0 is never reached).
const ORGANISATION_CHECK: &[u8; 12] = b"?123456789X0";
/// Characters of a credit code.
const LENGTH: usize = 18;
/// Characters before the organisation code.
const ORGANISATION_START: usize = 8;
const KIND: NumberKind = NumberKind::UnifiedCreditCode;

/// A unified social credit code (统一社会信用代码): 18 characters, both check characters right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnifiedCreditCode(Box<str>);

impl UnifiedCreditCode {
    /// Checks a code in capitals.
    ///
    /// # Errors
    /// As [`UnifiedCreditCode::check`].
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        Self::check(text)?;
        Ok(Self(text.into()))
    }

    /// Checks without keeping the code.
    ///
    /// # Errors
    /// [`IdentifierError`] `Length`, `Character`, or `CheckCharacter` of the credit code or of the organisation code in it.
    pub fn check(text: &str) -> Result<(), IdentifierError> {
        check_length(KIND, text, LENGTH)?;
        for (position, character) in (1_usize..).zip(text.chars()) {
            // The first six digits after the class are an area code: GB 32100 clause 5 asks for digits there.
            let allowed = match position {
                3..=8 => character.is_ascii_digit(),
                _ => u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte)),
            };
            if !allowed {
                return Err(IdentifierError::Character { kind: KIND, position });
            }
        }
        compare(KIND, outer_check(text), text.bytes().last().unwrap_or(b'?'))?;
        let organisation_end = text.as_bytes().get(LENGTH.saturating_sub(2)).copied().unwrap_or(b'?');
        compare(NumberKind::OrganisationCode, organisation_check(text), organisation_end)
    }

    /// Completes 16 characters (class, area, body of the organisation code) with both check characters.
    ///
    /// # Errors
    /// As [`UnifiedCreditCode::check`], for the completed code; also for a body whose organisation code cannot stand in it.
    pub fn complete(body: &str) -> Result<Self, IdentifierError> {
        check_length(KIND, body, LENGTH.saturating_sub(2))?;
        let with_organisation = format!("{body}{}", char::from(organisation_check(body)));
        Self::parse(&format!("{with_organisation}{}", char::from(outer_check(&with_organisation))))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnifiedCreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnifiedCreditCode({})", self.0)
    }
}

impl fmt::Display for UnifiedCreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Check character over the first 17 characters.
fn outer_check(text: &str) -> u8 {
    let sum = check_character::weighted_sum(text.bytes().map(value), &WEIGHTS);
    character_at(ALPHABET, 31_u32.wrapping_sub(sum % 31) % 31)
}

/// Check character of the organisation code, over characters 9 to 16 (GB 11714 values letters 10 to 35).
fn organisation_check(text: &str) -> u8 {
    let body = text.bytes().skip(ORGANISATION_START);
    let values = body.map(|byte| check_character::alphanumeric_value(byte).unwrap_or(0));
    let sum = check_character::weighted_sum(values, &ORGANISATION_WEIGHTS);
    character_at(ORGANISATION_CHECK, 11_u32.wrapping_sub(sum % 11))
}

fn compare(kind: NumberKind, expected: u8, actual: u8) -> Result<(), IdentifierError> {
    if expected == actual {
        return Ok(());
    }
    Err(IdentifierError::CheckCharacter { kind, expected: char::from(expected), actual: char::from(actual) })
}

fn value(byte: u8) -> u32 {
    ALPHABET.iter().position(|&letter| letter == byte).and_then(|index| u32::try_from(index).ok()).unwrap_or(0)
}

fn character_at(alphabet: &[u8], index: u32) -> u8 {
    usize::try_from(index).ok().and_then(|index| alphabet.get(index)).copied().unwrap_or(b'?')
}
