//! Licence identifier, GB/T 36904: grammar, building, strict parsing, and recognition of what other provinces hand over.

use core::fmt;

use super::check_character::{ALPHANUMERIC, CheckRule, check_character};
use super::type_code::three_digits;
use super::{IdentifierError, LicenceTypeCode, NumberKind, UnifiedCreditCode};

/// Object identifier under which all licence identifiers stand, with its closing dot.
const ROOT: &str = "1.2.156.3005.2.";
/// Parts after the root: type, issuer, serial, version, check.
const PARTS: usize = 5;
/// Longest serial (a UUID without hyphens).
const SERIAL_LENGTH: usize = 32;
/// Shortest issuer seen in other provinces: an area code of GB/T 2260.
const ISSUER_MINIMUM: usize = 6;
/// Longest issuer: a credit code, or a pseudo code of its length.
const ISSUER_MAXIMUM: usize = 18;
const KIND: NumberKind = NumberKind::LicenceIdentifier;

/// A licence identifier (证照标识) that we would issue ourselves:
/// `1.2.156.3005.2.<type 21>.<issuer 18>.<serial 1..32>.<version 3>.<check 1>`, check character ISO 7064 MOD 37,36
/// over the four middle parts without dots, issuer with a right credit code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceIdentifier {
    text: Box<str>,
}

impl LicenceIdentifier {
    /// Builds an identifier and computes its check character. `version` counts from 1; a reissue or change raises it.
    ///
    /// # Errors
    /// [`IdentifierError`] `Serial` or `Character` for a serial outside `[0-9A-Z]{1,32}`, `OutOfRange` for a version outside 1..=999.
    pub fn build(
        type_code: &LicenceTypeCode,
        issuer: &UnifiedCreditCode,
        serial: &str,
        version: u16,
    ) -> Result<Self, IdentifierError> {
        check_serial(serial)?;
        if !(1..=999).contains(&version) {
            return Err(IdentifierError::OutOfRange { kind: KIND, actual: version });
        }
        let version = format!("{version:03}");
        let check = check_character(&[type_code.as_str(), issuer.as_str(), serial, &version], CheckRule::Standard);
        let check = char::from(check.ok_or(IdentifierError::Character { kind: KIND, position: 1 })?);
        Ok(Self { text: format!("{ROOT}{type_code}.{issuer}.{serial}.{version}.{check}").into_boxed_str() })
    }

    /// Parses strictly: only what [`LicenceIdentifier::build`] can make.
    ///
    /// # Errors
    /// [`IdentifierError`]: grammar, type code, issuer credit code, or check character. The letter-offset variant fails with
    /// `CheckCharacter`; [`RecognisedIdentifier::parse`] accepts it for import.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let parts = Parts::split(text)?;
        UnifiedCreditCode::check(parts.issuer)?;
        match parts.rule()? {
            CheckRule::Standard => Ok(Self { text: text.into() }),
            CheckRule::LetterOffset => Err(parts.check_error()),
        }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The licence type code in it.
    pub fn type_code(&self) -> &str {
        self.part(0)
    }

    /// The credit code of the issuer.
    pub fn issuer(&self) -> &str {
        self.part(1)
    }

    /// The serial that the issuer chose.
    pub fn serial(&self) -> &str {
        self.part(2)
    }

    /// The version, 1 to 999.
    pub fn version(&self) -> u16 {
        self.part(3).parse().unwrap_or(0)
    }

    fn part(&self, index: usize) -> &str {
        self.text.strip_prefix(ROOT).and_then(|rest| rest.split('.').nth(index)).unwrap_or_default()
    }
}

impl fmt::Debug for LicenceIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenceIdentifier({})", self.text)
    }
}

impl fmt::Display for LicenceIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An identifier handed over by somebody else: right enough to import, with what is wrong about it as quality flags.
/// It has no way to a new version; only [`RecognisedIdentifier::conformant`] gives a type that we issue under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecognisedIdentifier {
    text: Box<str>,
    letter_offset: bool,
    foreign_issuer: bool,
}

impl RecognisedIdentifier {
    /// Parses for import.
    ///
    /// # Errors
    /// [`IdentifierError`]: grammar, type code, or a check character that neither the standard nor the letter-offset variant gives.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let parts = Parts::split(text)?;
        let letter_offset = parts.rule()? == CheckRule::LetterOffset;
        let foreign_issuer = UnifiedCreditCode::check(parts.issuer).is_err();
        Ok(Self { text: text.into(), letter_offset, foreign_issuer })
    }

    /// The identifier as handed over.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when the check character comes from the widely copied routine that counts letters as 11 to 36, not from ISO 7064.
    pub fn has_letter_offset(&self) -> bool {
        self.letter_offset
    }

    /// True when the issuer is no credit code: an area code or a pseudo code.
    pub fn has_foreign_issuer(&self) -> bool {
        self.foreign_issuer
    }

    /// The identifier under which we would issue, when there is no flag.
    pub fn conformant(&self) -> Option<LicenceIdentifier> {
        let clean = !self.letter_offset && !self.foreign_issuer;
        clean.then(|| LicenceIdentifier { text: self.text.clone() })
    }
}

/// The checked parts of an identifier.
struct Parts<'a> {
    type_code: &'a str,
    issuer: &'a str,
    serial: &'a str,
    version: &'a str,
    check: u8,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, IdentifierError> {
        let rest = text.strip_prefix(ROOT).ok_or(IdentifierError::Root)?;
        let actual = rest.split('.').count();
        let wrong = IdentifierError::Parts { expected: PARTS, actual };
        if actual != PARTS {
            return Err(wrong);
        }
        let mut parts = rest.split('.');
        let mut next = || parts.next().ok_or(wrong);
        let (type_code, issuer, serial, version, check) = (next()?, next()?, next()?, next()?, next()?);
        LicenceTypeCode::parse(type_code)?;
        check_issuer(issuer)?;
        check_serial(serial)?;
        three_digits(KIND, version, 0)?;
        let &[check] = check.as_bytes() else {
            return Err(IdentifierError::Length { kind: KIND, expected: 1, actual: check.chars().count() });
        };
        if !ALPHANUMERIC.contains(&check) {
            return Err(IdentifierError::Character { kind: KIND, position: text.chars().count() });
        }
        Ok(Self { type_code, issuer, serial, version, check })
    }

    fn expected(&self, rule: CheckRule) -> Option<u8> {
        check_character(&[self.type_code, self.issuer, self.serial, self.version], rule)
    }

    /// Under which rule the check character is right; the standard wins when both give the same.
    fn rule(&self) -> Result<CheckRule, IdentifierError> {
        [CheckRule::Standard, CheckRule::LetterOffset]
            .into_iter()
            .find(|&rule| self.expected(rule) == Some(self.check))
            .ok_or_else(|| self.check_error())
    }

    fn check_error(&self) -> IdentifierError {
        let expected = char::from(self.expected(CheckRule::Standard).unwrap_or(b'?'));
        IdentifierError::CheckCharacter { kind: KIND, expected, actual: char::from(self.check) }
    }
}

fn check_serial(serial: &str) -> Result<(), IdentifierError> {
    let actual = serial.chars().count();
    if !(1..=SERIAL_LENGTH).contains(&actual) {
        return Err(IdentifierError::Serial { maximum: SERIAL_LENGTH, actual });
    }
    check_alphabet(serial)
}

fn check_issuer(issuer: &str) -> Result<(), IdentifierError> {
    let actual = issuer.chars().count();
    if !(ISSUER_MINIMUM..=ISSUER_MAXIMUM).contains(&actual) {
        return Err(IdentifierError::Issuer { minimum: ISSUER_MINIMUM, maximum: ISSUER_MAXIMUM, actual });
    }
    check_alphabet(issuer)
}

fn check_alphabet(part: &str) -> Result<(), IdentifierError> {
    let allowed = |character: char| u8::try_from(character).is_ok_and(|byte| ALPHANUMERIC.contains(&byte));
    match (1_usize..).zip(part.chars()).find(|(_, character)| !allowed(*character)) {
        Some((position, _)) => Err(IdentifierError::Character { kind: KIND, position }),
        None => Ok(()),
    }
}
