//! Days of the calendar, and the styles in which departments write them.

use std::fmt;

use serde::{Serialize, Serializer};

/// First year accepted in a register: older licences cannot be in force, so it is a slip of the pen.
const FIRST_YEAR: u32 = 1800;
/// Days from 1899-12-30, day 0 of a spreadsheet, to 1970-01-01.
const SPREADSHEET_EPOCH: i32 = 25_569;
/// Days in 400 Gregorian years.
const ERA_DAYS: i64 = 146_097;

/// A day of the proleptic Gregorian calendar, as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(i32);

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// No style of date that is known here.
    #[error("not a date")]
    Malformed,
    /// Written as a date, but there is no such day or time.
    #[error("no such day in the calendar")]
    Impossible,
}

/// Time of day as (hour, minute, second).
pub(super) type TimeOfDay = (u32, u32, u32);

impl CivilDate {
    /// The day that lies `days` after 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The day of a year (1 to 9999), month and day; `None` when the calendar has no such day.
    pub fn from_ymd(year: u32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=days_in_month(year, month)).contains(&day) {
            return None;
        }
        // Years begin in March, so that the leap day comes last.
        let shifted_year = i64::from(year) - i64::from(month <= 2);
        let shifted_month = i64::from((month + 9) % 12);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        i32::try_from(era * ERA_DAYS + day_of_era - 719_468).ok().map(Self)
    }

    /// Year, month (1 to 12) and day (1 to 31).
    pub fn to_ymd(self) -> (i64, u32, u32) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(ERA_DAYS);
        let day_of_era = days.rem_euclid(ERA_DAYS);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (year, u32::try_from(month).unwrap_or(0), u32::try_from(day).unwrap_or(0))
    }

    /// Reads 2025-12-29, 2025-1-9, 2025/12/29, 2025.12.29, 20251229 and 2017年9月6日, with a time of day behind or without.
    ///
    /// # Errors
    /// [`DateError`]: no known style, or no such day.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        parse_moment(text).map(|(date, _)| date)
    }

    /// The day of a spreadsheet's serial number (1 = 1899-12-31, as all spreadsheets count from March 1900 on).
    pub(super) fn from_spreadsheet_serial(serial: i32) -> Option<Self> {
        let date = Self(serial.checked_sub(SPREADSHEET_EPOCH)?);
        (i64::from(FIRST_YEAR)..=9999).contains(&date.to_ymd().0).then_some(date)
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.to_ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CivilDate({self})")
    }
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Days of a month; 0 for a month that does not exist.
pub(super) fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// Reads a date with or without a time of day, in half-width characters.
pub(super) fn parse_moment(text: &str) -> Result<(CivilDate, Option<TimeOfDay>), DateError> {
    let mut cursor = Cursor(text.trim());
    let (year, month, day) = cursor.date().ok_or(DateError::Malformed)?;
    let time = cursor.time().ok_or(DateError::Malformed)?;
    if year < FIRST_YEAR || time.is_some_and(|(hour, minute, second)| hour > 23 || minute > 59 || second > 59) {
        return Err(DateError::Impossible);
    }
    let date = CivilDate::from_ymd(year, month, day).ok_or(DateError::Impossible)?;
    Ok((date, time))
}

/// What is left to read of a date.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn date(&mut self) -> Option<(u32, u32, u32)> {
        match self.0.bytes().take_while(u8::is_ascii_digit).count() {
            8 | 12 | 14 => Some((self.digits(4)?, self.digits(2)?, self.digits(2)?)),
            4 => self.separated_date(),
            _ => None,
        }
    }

    fn separated_date(&mut self) -> Option<(u32, u32, u32)> {
        let year = self.digits(4)?;
        let separator = self.one_of(&['-', '/', '.', '年'])?;
        let month = self.number()?;
        self.one_of(if separator == '年' { &['月'] } else { std::slice::from_ref(&separator) })?;
        let day = self.number()?;
        if separator == '年' {
            let _closing = self.one_of(&['日', '号']);
        }
        Some((year, month, day))
    }

    /// `None` = malformed, `Some(None)` = no time of day.
    fn time(&mut self) -> Option<Option<TimeOfDay>> {
        let _between = self.one_of(&['T', 't']);
        self.0 = self.0.trim_start();
        if self.0.is_empty() {
            return Some(None);
        }
        if self.0.bytes().all(|byte| byte.is_ascii_digit()) && matches!(self.0.len(), 4 | 6) {
            let (hour, minute) = (self.digits(2)?, self.digits(2)?);
            return Some(Some((hour, minute, self.digits(2).unwrap_or(0))));
        }
        let hour = self.number()?;
        self.one_of(&[':', '时', '点'])?;
        let minute = self.number()?;
        let mut second = 0;
        if self.one_of(&[':', '分']).is_some() && !self.0.is_empty() {
            second = self.number()?;
            let _closing = self.one_of(&['秒']);
            if self.one_of(&['.']).is_some() {
                self.0 = self.0.trim_start_matches(|character: char| character.is_ascii_digit());
            }
        }
        self.0.is_empty().then_some(Some((hour, minute, second)))
    }

    /// Exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    /// One or two digits, with spaces around.
    fn number(&mut self) -> Option<u32> {
        self.0 = self.0.trim_start();
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if count > 2 { None } else { self.digits(count) }
    }

    fn one_of(&mut self, characters: &[char]) -> Option<char> {
        let rest = self.0.trim_start();
        let first = rest.chars().next().filter(|first| characters.contains(first))?;
        self.0 = rest.get(first.len_utf8()..)?;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("2000-03-01", 11_017),
            ("1969-12-31", -1),
            ("2024-02-29", 19_782),
            ("1800-01-01", -62_091),
        ] {
            let date = CivilDate::parse(text).expect(text);
            assert_eq!((date.days(), date.to_string().as_str()), (days, text));
        }
        for days in (-1_000_000..2_900_000).step_by(97) {
            let (year, month, day) = CivilDate::from_days(days).to_ymd();
            if let Ok(year @ 1..) = u32::try_from(year) {
                assert_eq!(CivilDate::from_ymd(year, month, day), Some(CivilDate::from_days(days)));
            }
        }
        assert_eq!(CivilDate::from_days(i32::MAX).to_ymd().1, 7);
        assert_eq!(
            CivilDate::from_spreadsheet_serial(45_678).map(|date| date.to_string()).as_deref(),
            Some("2025-01-21")
        );
    }

    #[test]
    fn styles() {
        let same = [
            "2025-01-09",
            "2025-1-9",
            "20250109",
            "2025/1/9",
            "2025.01.09",
            "2025年1月9日",
            "2025 年 1 月 09 日",
            "2025年1月9",
            "2025-01-09 00:00:00",
            "2025-01-09T10:20",
            "20250109102000",
            "2025-01-09 10:20:30.0",
        ];
        for text in same {
            assert_eq!(CivilDate::parse(text).map(|date| date.to_string()), Ok("2025-01-09".to_owned()), "{text}");
        }
        for text in [
            "",
            "长期",
            "2025",
            "2025-01",
            "25-01-09",
            "2025-1/9",
            "2025-001-09",
            "2025-01-09x",
            "2025-01-09 10",
            "45678",
            "2025年1月9日10",
            "２０２５-01-09",
            "2025-01-09 10:20:",
        ] {
            let malformed = CivilDate::parse(text) == Err(DateError::Malformed);
            assert!(malformed || text.ends_with(':'), "{text}");
        }
        for text in [
            "2025-02-29",
            "2025-02-30",
            "2025-13-01",
            "2025-00-10",
            "2025-01-00",
            "20250431",
            "0202-01-01",
            "2025-01-09 24:00",
            "2025年2月30日",
        ] {
            assert_eq!(CivilDate::parse(text), Err(DateError::Impossible), "{text}");
        }
    }
}
