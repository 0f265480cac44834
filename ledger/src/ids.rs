//! Identifiers and counters of the ledger, one newtype each, so that none is taken for another.

use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;

macro_rules! digest_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name(Digest);

        impl $name {
            /// Wraps a digest that was computed elsewhere.
            #[must_use]
            pub const fn from_digest(digest: Digest) -> Self {
                Self(digest)
            }

            /// The digest.
            #[must_use]
            pub const fn digest(&self) -> &Digest {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

digest_id! {
    /// A ledger: the digest of its genesis.
    ChainId
}
digest_id! {
    /// A block: the digest of its header.
    BlockId
}
digest_id! {
    /// A transaction: the digest of its envelope, without the signature.
    TransactionId
}
digest_id! {
    /// What an entry is about. For a licence a keyed pseudonym of type and number (never a plain hash: numbers can be enumerated).
    EntryKey
}
digest_id! {
    /// The keyed pseudonym of a holder.
    Holder
}
digest_id! {
    /// Chosen by the submitter: the ledger applies at most one transaction of each.
    IdempotencyKey
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// The place of a block in its chain; the genesis block has height 0.
    Height(u64)
}
number_id! {
    /// The place of an entry in the log, from 0.
    LogIndex(u64)
}
number_id! {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    TimestampMs(u64)
}
number_id! {
    /// An organisation: its place in the order of registration; 0 is the governor of the genesis.
    OrganisationNumber(u32)
}
number_id! {
    /// A licence type: its place in the order of definition.
    LicenceTypeNumber(u32)
}
number_id! {
    /// A seal: its place in the order of applications.
    SealNumber(u32)
}
number_id! {
    /// A material type: its place in the order of definition.
    MaterialTypeNumber(u32)
}
number_id! {
    /// A civil date: days since 1970-01-01 in the proleptic Gregorian calendar, as on the face of the licence (Beijing time).
    Date(i32)
}

impl Height {
    /// The next height.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Milliseconds that Beijing time is ahead of UTC; no summer time since 1991.
const BEIJING_OFFSET_MS: u64 = 8 * 3_600_000;
const DAY_MS: u64 = 24 * 3_600_000;

impl TimestampMs {
    /// The civil date in Beijing at this instant.
    #[must_use]
    pub fn beijing_date(self) -> Date {
        let days = self.0.saturating_add(BEIJING_OFFSET_MS) / DAY_MS;
        Date(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The instant as `2026-11-21T02:05:02Z`.
    #[must_use]
    pub fn to_utc_text(self) -> String {
        let seconds = self.0 / 1000;
        let date = Date(i32::try_from(seconds / 86_400).unwrap_or(i32::MAX));
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", date.to_text())
    }
}

impl Date {
    /// Whether the date lies in the years 0001 to 9999, the ones a face can show.
    #[must_use]
    pub const fn is_four_digit_year(self) -> bool {
        const FIRST: i32 = -719_162;
        const LAST: i32 = 2_932_896;
        FIRST <= self.0 && self.0 <= LAST
    }

    /// The date as `2026-11-21`.
    #[must_use]
    pub fn to_text(self) -> String {
        let (year, month, day) = civil_from_days(i64::from(self.0));
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Year, month and day.
    #[must_use]
    pub fn civil(self) -> (i64, i64, i64) {
        civil_from_days(i64::from(self.0))
    }

    /// Reads a date as [`Date::to_text`] writes it; `None` when it is none of the calendar.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || [year.len(), month.len(), day.len()] != [4, 2, 2] {
            return None;
        }
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
        let (year, month, day) = (number(year)?, number(month)?, number(day)?);
        let date = Self(i32::try_from(days_from_civil(year, month, day)?).ok()?);
        (date.is_four_digit_year() && date.to_text() == text).then_some(date)
    }
}

/// The day number of a Gregorian date; the inverse of [`civil_from_days`].
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let shifted_year = year.checked_sub(i64::from(month <= 2))?;
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let shifted_month = if month > 2 { month.checked_sub(3)? } else { month.checked_add(9)? };
    let day_of_year = shifted_month.checked_mul(153)?.checked_add(2)? / 5;
    let day_of_year = day_of_year.checked_add(day)?.checked_sub(1)?;
    let leap_days = (year_of_era / 4).checked_sub(year_of_era / 100)?;
    let day_of_era = year_of_era.checked_mul(365)?.checked_add(leap_days)?.checked_add(day_of_year)?;
    era.checked_mul(146_097)?.checked_add(day_of_era)?.checked_sub(719_468)
}

/// Gregorian year, month and day of a day number, by eras of 400 years that start on 1 March (H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = day_of_era
        .saturating_sub(day_of_era / 1_460)
        .saturating_add(day_of_era / 36_524)
        .saturating_sub(day_of_era / 146_096)
        / 365;
    let leap_days = (year_of_era / 4).saturating_sub(year_of_era / 100);
    let day_of_year = day_of_era.saturating_sub(year_of_era.saturating_mul(365).saturating_add(leap_days));
    let shifted_month = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let day = day_of_year.saturating_sub(shifted_month.saturating_mul(153).saturating_add(2) / 5).saturating_add(1);
    let month = if shifted_month < 10 { shifted_month.saturating_add(3) } else { shifted_month.saturating_sub(9) };
    let year = year_of_era.saturating_add(era.saturating_mul(400)).saturating_add(i64::from(month <= 2));
    (year, month, day)
}

/// The first bytes of every key that is not a licence's.
const RESERVED: [u8; 8] = *b"zhengku/";

impl EntryKey {
    /// The key of an organisation's entries.
    #[must_use]
    pub fn of_organisation(number: OrganisationNumber) -> Self {
        Self::reserved(&Domain::OrganisationKey.hash(&number.0.to_le_bytes()))
    }

    /// The key of a licence type's entries.
    #[must_use]
    pub fn of_licence_type(number: LicenceTypeNumber) -> Self {
        Self::reserved(&Domain::LicenceTypeKey.hash(&number.0.to_le_bytes()))
    }

    /// The key of a node's entries, by its place in the order of their first entries.
    #[must_use]
    pub fn of_node(place: u32) -> Self {
        Self::reserved(&Domain::NodeKey.hash(&place.to_le_bytes()))
    }

    /// The key of the entries of the parameters.
    #[must_use]
    pub fn of_parameters() -> Self {
        Self::reserved(&Domain::ParametersKey.hash(&[]))
    }

    /// The key of a proposal's entries.
    #[must_use]
    pub fn of_proposal(number: u32) -> Self {
        Self::reserved(&Domain::ProposalKey.hash(&number.to_le_bytes()))
    }

    /// The key of an offence's entry.
    #[must_use]
    pub fn of_offence(number: u32) -> Self {
        Self::reserved(&Domain::OffenceKey.hash(&number.to_le_bytes()))
    }

    /// The key of a seal's entries.
    #[must_use]
    pub fn of_seal(number: SealNumber) -> Self {
        Self::reserved(&Domain::SealKey.hash(&number.0.to_le_bytes()))
    }

    /// The key of a material type's entries.
    #[must_use]
    pub fn of_material_type(number: MaterialTypeNumber) -> Self {
        Self::reserved(&Domain::MaterialTypeKey.hash(&number.0.to_le_bytes()))
    }

    /// The key of the approvals of a mass action, by who asks for it and the root over its items.
    #[must_use]
    pub fn of_batch_approval(organisation: OrganisationNumber, items_root: &Digest) -> Self {
        let message = [&organisation.0.to_le_bytes()[..], items_root.as_bytes()].concat();
        Self::reserved(&Domain::BatchApprovalKey.hash(&message))
    }

    /// Whether the key lies in the range of organisations, licence types, seals and governance. No licence may have such a key: an issuer could
    /// otherwise occupy the key of the next organisation. A keyed pseudonym falls into the range once in 2^64.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0.as_bytes().starts_with(&RESERVED)
    }

    fn reserved(digest: &Digest) -> Self {
        let mut bytes = *digest.as_bytes();
        for (to, from) in bytes.iter_mut().zip(RESERVED) {
            *to = from;
        }
        Self(Digest::from_bytes(bytes))
    }

    /// The first 16 bytes, as the key index stores them. Two keys that share them cannot both be minted
    /// ([`RejectCode::KeyPrefixTaken`](crate::transaction::RejectCode::KeyPrefixTaken)).
    #[must_use]
    pub fn prefix(&self) -> [u8; 16] {
        prefix_of(&self.0)
    }
}

impl Holder {
    /// The first 16 bytes, as the holder index stores them.
    #[must_use]
    pub fn prefix(&self) -> [u8; 16] {
        prefix_of(&self.0)
    }
}

fn prefix_of(digest: &Digest) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = *digest.as_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_gregorian_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_778, "2026-11-21"),
            (2_932_896, "9999-12-31"),
        ] {
            assert_eq!(Date(days).to_text(), text);
        }
    }

    #[test]
    fn a_date_is_read_as_it_is_written() {
        for days in [-719_162, -1, 0, 59, 10_957, 11_016, 20_779, 2_932_896] {
            assert_eq!(Date::from_text(&Date(days).to_text()), Some(Date(days)), "{days}");
        }
        for text in
            ["2026-02-29", "2026-13-01", "2026-1-01", "2026-01-01-", "+026-01-01", "", "0000-01-01", "2026-00-10"]
        {
            assert_eq!(Date::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_ends_at_midnight_in_beijing() {
        // 2026-11-20T15:59:59.999Z is the last millisecond of 20 November in Beijing.
        let last = TimestampMs(1_795_190_399_999);
        assert_eq!(last.beijing_date().to_text(), "2026-11-20");
        assert_eq!(TimestampMs(last.0 + 1).beijing_date().to_text(), "2026-11-21");
        assert_eq!(last.to_utc_text(), "2026-11-20T15:59:59Z");
    }
}
