//! How numbers, times and digests are written for people. One place, so that no page writes them otherwise.

use super::language::Language;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::{Date, TimestampMs};

/// Milliseconds that Beijing is ahead of UTC.
const BEIJING_MS: u64 = 8 * 3_600_000;
/// Digits of a digest that stand before and after the ellipsis.
const HEAD_DIGITS: usize = 8;
const TAIL_DIGITS: usize = 4;

/// `1,204`.
pub(crate) fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `3f9a01c2…77e1`: enough to compare by eye; the whole digest stands in a title or a table beside it.
pub(crate) fn short(digest: &Digest) -> String {
    let text = hex::encode(digest.as_bytes());
    let head = text.get(..HEAD_DIGITS).unwrap_or_default();
    let tail = text.get(text.len().saturating_sub(TAIL_DIGITS)..).unwrap_or_default();
    format!("{head}…{tail}")
}

/// The time of day in Beijing, `12:01:02`.
pub(crate) fn clock(time: TimestampMs) -> String {
    let of_day = time.0.saturating_add(BEIJING_MS) / 1000 % 86_400;
    format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

impl Language {
    /// `2026年11月21日` or `21 Nov 2026`.
    pub(crate) fn date(self, date: Date) -> String {
        let text = date.to_text();
        let (year, rest) = text
            .rsplit_once('-')
            .and_then(|(front, day)| {
                let (year, month) = front.rsplit_once('-')?;
                Some((year, (month, day)))
            })
            .unwrap_or(("", ("", "")));
        let (month, day) = (rest.0.trim_start_matches('0'), rest.1.trim_start_matches('0'));
        match self {
            Self::Chinese => format!("{year}年{month}月{day}日"),
            Self::English => format!("{day} {} {year}", month_en(month)),
        }
    }

    /// The date and the time of day in Beijing.
    pub(crate) fn time(self, time: TimestampMs) -> String {
        format!("{} {}", self.date(time.beijing_date()), clock(time))
    }

    /// The same, with the zone: where a time stands alone.
    pub(crate) fn instant(self, time: TimestampMs) -> String {
        match self {
            Self::Chinese => format!("{}（北京时间）", self.time(time)),
            Self::English => format!("{}, Beijing time (UTC+8)", self.time(time)),
        }
    }

    /// A span of time, in its largest unit: `3 秒`, `12 min`.
    pub(crate) fn span(self, ms: u64) -> String {
        let seconds = ms / 1000;
        let (count, zh, en) = match seconds {
            0 => return format!("{ms} {}", if self == Self::Chinese { "毫秒" } else { "ms" }),
            1..60 => (seconds, "秒", "s"),
            60..3_600 => (seconds / 60, "分钟", "min"),
            3_600..86_400 => (seconds / 3_600, "小时", "h"),
            _ => (seconds / 86_400, "天", "days"),
        };
        format!("{} {}", grouped(count), if self == Self::Chinese { zh } else { en })
    }
}

fn month_en(month: &str) -> &'static str {
    match month {
        "1" => "Jan",
        "2" => "Feb",
        "3" => "Mar",
        "4" => "Apr",
        "5" => "May",
        "6" => "Jun",
        "7" => "Jul",
        "8" => "Aug",
        "9" => "Sep",
        "10" => "Oct",
        "11" => "Nov",
        _ => "Dec",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let texts = [0_u64, 7, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn dates_and_times_are_those_of_beijing() {
        let (zh, en) = (Language::Chinese, Language::English);
        assert_eq!(zh.date(Date(20_778)), "2026年11月21日");
        assert_eq!(en.date(Date(20_778)), "21 Nov 2026");
        assert_eq!(en.date(Date(11_017)), "1 Mar 2000");
        // 2026-11-20T16:00:00Z is midnight in Beijing.
        assert_eq!(zh.time(TimestampMs(1_795_190_400_000)), "2026年11月21日 00:00:00");
        assert_eq!(zh.instant(TimestampMs(1_795_190_400_000)), "2026年11月21日 00:00:00（北京时间）");
        assert_eq!(en.instant(TimestampMs(1_795_190_400_000)), "21 Nov 2026 00:00:00, Beijing time (UTC+8)");
        assert!(!zh.date(Date(-800_000)).is_empty());
    }

    #[test]
    fn spans_take_their_largest_unit() {
        let texts = [0_u64, 999, 1_000, 61_000, 7_200_000, 172_800_000].map(|ms| Language::English.span(ms));
        assert_eq!(texts, ["0 ms", "999 ms", "1 s", "1 min", "2 h", "2 days"]);
    }
}
