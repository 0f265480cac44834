//! Normal form and check of one field.

use zhengku_ledger::identifier::{CitizenNumber, IdentifierError, UnifiedCreditCode};

use crate::register::civil_date::{CivilDate, DateError, parse_moment};
use crate::register::mapping::{Column, ColumnKind};
use crate::register::{Cause, FIELD_BYTES_MAX, normalise};

/// A field in normal form; blank when the row leaves it out.
#[derive(Clone, Default)]
pub(super) struct Value {
    pub(super) text: String,
    /// The day, in date columns.
    pub(super) date: Option<CivilDate>,
}

/// What data base exports write for a missing value.
const BLANKS: [&str; 4] = ["NULL", "null", "(null)", "\\N"];

/// Brings a field into normal form and checks it.
pub(super) fn check(column: &Column, raw: &str, serial_dates: bool) -> Result<Value, Cause> {
    if raw.len() > FIELD_BYTES_MAX {
        return Err(Cause::FieldTooLong);
    }
    let text = match column.kind {
        ColumnKind::CitizenNumber | ColumnKind::CreditCode => normalise::code(raw),
        ColumnKind::Date | ColumnKind::Datetime | ColumnKind::NumberOfLicence | ColumnKind::Quantity => {
            normalise::number(raw)
        }
        _ => normalise::text(raw),
    };
    if text.is_empty() || BLANKS.contains(&text.as_ref()) {
        return match column.kind {
            ColumnKind::NumberOfLicence => Err(Cause::LicenceNumberMissing),
            _ if column.mandatory => Err(Cause::MandatoryMissing),
            _ => Ok(Value::default()),
        };
    }
    check_characters(column.kind, &text)?;
    let mut date = None;
    let text = match column.kind {
        ColumnKind::NumberOfLicence if is_scientific(&text) => return Err(Cause::NumberInScientificNotation),
        ColumnKind::CitizenNumber => citizen_number(&text).map(|()| text.into_owned())?,
        ColumnKind::CreditCode => credit_code(&text).map(|()| text.into_owned())?,
        ColumnKind::Date => {
            let day = day(&text, serial_dates)?;
            date = Some(day);
            day.to_string()
        }
        ColumnKind::Datetime => moment(&text)?,
        ColumnKind::Quantity => quantity(column, &text)?,
        ColumnKind::Enum => column.values.get(&normalise::header(&text)).cloned().ok_or(Cause::ValueUnknown)?,
        _ => text.into_owned(),
    };
    Ok(Value { text, date })
}

/// Refuses control characters, characters that an earlier conversion has lost, and a single quote mark at an edge.
fn check_characters(kind: ColumnKind, text: &str) -> Result<(), Cause> {
    if text.contains('\u{fffd}') || (kind == ColumnKind::Name && text.contains(['?', '？'])) {
        return Err(Cause::LostCharacter);
    }
    let is_allowed = |character: char| match character {
        '\n' => !matches!(kind, ColumnKind::NumberOfLicence | ColumnKind::CitizenNumber | ColumnKind::CreditCode),
        '\t' => kind == ColumnKind::Free,
        _ => !character.is_control(),
    };
    if !text.chars().all(is_allowed) {
        return Err(Cause::ControlCharacter);
    }
    let quotes = text.bytes().filter(|byte| *byte == b'"').count();
    if quotes % 2 == 1 && (text.starts_with('"') || text.ends_with('"')) {
        return Err(Cause::QuoteMalformed);
    }
    Ok(())
}

fn citizen_number(text: &str) -> Result<(), Cause> {
    CitizenNumber::check(text).map_err(|error| match error {
        IdentifierError::FifteenDigits => Cause::CitizenNumberFifteenDigits,
        IdentifierError::CheckCharacter { .. } => Cause::CitizenNumberCheck,
        IdentifierError::CalendarDate => Cause::CitizenNumberDate,
        _ if is_scientific(text) => Cause::NumberInScientificNotation,
        _ => Cause::CitizenNumberMalformed,
    })
}

fn credit_code(text: &str) -> Result<(), Cause> {
    UnifiedCreditCode::check(text).map_err(|error| match error {
        IdentifierError::CheckCharacter { .. } => Cause::CreditCodeCheck,
        _ if is_scientific(text) => Cause::NumberInScientificNotation,
        _ => Cause::CreditCodeMalformed,
    })
}

/// True for 9.99E+17 and its like: what a spreadsheet makes of a long number.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && is_number(whole) && is_number(fraction) && is_number(exponent) && exponent.len() <= 3
}

fn date_cause(error: DateError) -> Cause {
    match error {
        DateError::Malformed => Cause::DateMalformed,
        DateError::Impossible => Cause::DateImpossible,
    }
}

fn day(text: &str, serial_dates: bool) -> Result<CivilDate, Cause> {
    let is_serial = serial_dates && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_serial {
        let serial = text.parse().ok().and_then(CivilDate::from_spreadsheet_serial);
        return serial.ok_or(Cause::DateImpossible);
    }
    CivilDate::parse(text).map_err(date_cause)
}

/// A day with its time: `2024-09-08 18:42`, seconds only when they are not 0; without a time the day alone.
fn moment(text: &str) -> Result<String, Cause> {
    let (date, time) = parse_moment(text).map_err(date_cause)?;
    Ok(match time {
        None => date.to_string(),
        Some((hour, minute, 0)) => format!("{date} {hour:02}:{minute:02}"),
        Some((hour, minute, second)) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    })
}

/// A decimal number, its unit removed.
fn quantity(column: &Column, text: &str) -> Result<String, Cause> {
    let number = column.units.iter().find_map(|unit| text.strip_suffix(unit.as_str())).unwrap_or(text).trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(whole) && is_number(fraction) { Ok(number.to_owned()) } else { Err(Cause::QuantityMalformed) }
}
