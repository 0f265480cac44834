//! Citizen number, GB 11643.

use core::fmt;

use super::{IdentifierError, NumberKind, check_character, check_length};

/// Weights of characters 1 to 17, GB 11643 (ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by remainder.
const CHECK: &[u8; 11] = b"10X98765432";
/// Characters of a citizen number.
const LENGTH: usize = 18;
const KIND: NumberKind = NumberKind::CitizenNumber;

/// A citizen number (公民身份号码): 18 characters, right check character, birth date in the calendar.
/// The area code is not looked up: areas are abolished, their numbers stay.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenNumber(Box<str>);

impl CitizenNumber {
    /// Checks a number; a closing `x` is taken as `X`.
    ///
    /// # Errors
    /// As [`CitizenNumber::check`].
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        Self::check(text)?;
        Ok(Self(text.to_ascii_uppercase().into_boxed_str()))
    }

    /// Checks without keeping the number.
    ///
    /// # Errors
    /// [`IdentifierError`] `FifteenDigits`, `Length`, `Character`, `CheckCharacter` or `CalendarDate`, in this order.
    pub fn check(text: &str) -> Result<(), IdentifierError> {
        if text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(IdentifierError::FifteenDigits);
        }
        check_length(KIND, text, LENGTH)?;
        for (position, character) in (1_usize..).zip(text.chars()) {
            let closing_x = position == LENGTH && matches!(character, 'X' | 'x');
            if !character.is_ascii_digit() && !closing_x {
                return Err(IdentifierError::Character { kind: KIND, position });
            }
        }
        let expected = check_digit(text);
        let actual = text.bytes().last().unwrap_or(b'?').to_ascii_uppercase();
        if expected != actual {
            return Err(IdentifierError::CheckCharacter {
                kind: KIND,
                expected: char::from(expected),
                actual: char::from(actual),
            });
        }
        let (year, month, day) = birth_date(text);
        if is_calendar_date(year, month, day) { Ok(()) } else { Err(IdentifierError::CalendarDate) }
    }

    /// Completes 17 digits with their check character.
    ///
    /// # Errors
    /// As [`CitizenNumber::check`], for the completed number.
    pub fn complete(body: &str) -> Result<Self, IdentifierError> {
        check_length(KIND, body, LENGTH.saturating_sub(1))?;
        Self::parse(&format!("{body}{}", char::from(check_digit(body))))
    }

    /// The number as text, `X` in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Birth date as (year, month, day).
    pub fn birth_date(&self) -> (u32, u32, u32) {
        birth_date(&self.0)
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenNumber(redacted)")
    }
}

/// Check character over the first 17 characters.
fn check_digit(text: &str) -> u8 {
    let sum = check_character::weighted_sum(text.bytes().map(digit), &WEIGHTS);
    usize::try_from(sum % 11).ok().and_then(|index| CHECK.get(index)).copied().unwrap_or(b'?')
}

/// Value of a digit; any other character counts 0 (the caller has checked).
fn digit(byte: u8) -> u32 {
    if byte.is_ascii_digit() { u32::from(byte.wrapping_sub(b'0')) } else { 0 }
}

/// The decimal number in characters `from..to` of a checked text.
fn decimal(text: &str, from: usize, to: usize) -> u32 {
    let digits = text.bytes().skip(from).take(to.saturating_sub(from));
    digits.fold(0, |value, byte| value.wrapping_mul(10).wrapping_add(digit(byte)))
}

fn birth_date(text: &str) -> (u32, u32, u32) {
    (decimal(text, 6, 10), decimal(text, 10, 12), decimal(text, 12, 14))
}

/// True for a day of the proleptic Gregorian calendar from year 1.
fn is_calendar_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    year >= 1 && (1..=days).contains(&day)
}
