//! Paper blanks against mints (空白证照与制证核对): which numbered blanks became licences, which are left, which are missing between, and how
//! far the electronic licence lags behind the paper one. Pure: ranges and uses in, figures out.

use std::collections::BTreeMap;
use zhengku_ledger::ids::Date;

/// A range of blanks given to a department: serials with one prefix, both ends included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlankRange {
    /// What stands before the number, e.g. `AB`.
    pub prefix: String,
    /// The first number.
    pub first: u64,
    /// The last number.
    pub last: u64,
}

/// One licence as paper, as electronic record, or as both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// The serial of its paper: prefix and number; none when there is no paper.
    pub serial: Option<(String, u64)>,
    /// The day on which the paper was given out.
    pub paper_on: Option<Date>,
    /// The day on which the electronic licence was minted.
    pub electronic_on: Option<Date>,
}

/// Serials that are missing between used ones.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Gap {
    /// The prefix.
    pub prefix: String,
    /// The first number missing.
    pub first: u64,
    /// The last number missing.
    pub last: u64,
}

/// What a reconciliation found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// Blanks in all ranges; a serial in two ranges counts once.
    pub blanks: u64,
    /// Blanks that became paper licences.
    pub used: u64,
    /// Blanks that did not.
    pub unused: u64,
    /// Runs of unused blanks below the highest used one of their range: lost, spoilt, or not reported.
    pub gaps: Vec<Gap>,
    /// Serials that lie in no range.
    pub strange: Vec<(String, u64)>,
    /// Serials that were used more than once.
    pub repeated: Vec<(String, u64)>,
    /// Paper licences without an electronic one.
    pub paper_only: u64,
    /// Electronic licences without paper.
    pub electronic_only: u64,
    /// Days from paper to electronic licence, for those that have both: the median, rounded down; negative when electronic came first.
    pub median_lag_days: Option<i32>,
    /// The longest.
    pub longest_lag_days: Option<i32>,
}

/// Compares blanks with issues.
#[must_use]
pub fn reconcile(ranges: &[BlankRange], issues: &[Issue]) -> Figures {
    let merged = merge(ranges);
    let mut figures = Figures { blanks: merged.iter().map(size).fold(0, u64::saturating_add), ..Figures::default() };
    let mut uses: BTreeMap<(&str, u64), u64> = BTreeMap::new();
    let mut lags = Vec::new();
    for issue in issues {
        if let Some((prefix, number)) = &issue.serial {
            let count = uses.entry((prefix.as_str(), *number)).or_default();
            *count = count.saturating_add(1);
        }
        match (issue.paper_on, issue.electronic_on) {
            (Some(paper), Some(electronic)) => lags.push(electronic.0.saturating_sub(paper.0)),
            (Some(_), None) => figures.paper_only = figures.paper_only.saturating_add(1),
            (None, Some(_)) => figures.electronic_only = figures.electronic_only.saturating_add(1),
            (None, None) => {}
        }
    }
    for ((prefix, number), count) in &uses {
        let serial = || ((*prefix).to_owned(), *number);
        if *count > 1 {
            figures.repeated.push(serial());
        }
        if merged.iter().any(|range| contains(range, prefix, *number)) {
            figures.used = figures.used.saturating_add(1);
        } else {
            figures.strange.push(serial());
        }
    }
    figures.unused = figures.blanks.saturating_sub(figures.used);
    figures.gaps = merged.iter().flat_map(|range| gaps(range, &uses)).collect();
    lags.sort_unstable();
    figures.median_lag_days = lags.get(lags.len().saturating_sub(1) / 2).copied();
    figures.longest_lag_days = lags.last().copied();
    figures
}

/// The ranges without overlaps, in order; those that end before they begin are left out.
fn merge(ranges: &[BlankRange]) -> Vec<BlankRange> {
    let mut sorted: Vec<BlankRange> = ranges.iter().filter(|range| range.first <= range.last).cloned().collect();
    sorted.sort_by(|one, other| (&one.prefix, one.first).cmp(&(&other.prefix, other.first)));
    let mut merged: Vec<BlankRange> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match merged.last_mut() {
            Some(last) if last.prefix == range.prefix && range.first <= last.last => {
                last.last = last.last.max(range.last)
            }
            _ => merged.push(range),
        }
    }
    merged
}

fn size(range: &BlankRange) -> u64 {
    range.last.saturating_sub(range.first).saturating_add(1)
}

fn contains(range: &BlankRange, prefix: &str, number: u64) -> bool {
    range.prefix == prefix && range.first <= number && number <= range.last
}

fn gaps(range: &BlankRange, uses: &BTreeMap<(&str, u64), u64>) -> Vec<Gap> {
    let mut found = Vec::new();
    let mut next = range.first;
    for (_, number) in
        uses.range((range.prefix.as_str(), range.first)..=(range.prefix.as_str(), range.last)).map(|(key, _)| key)
    {
        if next < *number {
            found.push(Gap { prefix: range.prefix.clone(), first: next, last: number.saturating_sub(1) });
        }
        next = number.saturating_add(1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(prefix: &str, first: u64, last: u64) -> BlankRange {
        BlankRange { prefix: prefix.to_owned(), first, last }
    }

    fn issue(serial: Option<(&str, u64)>, paper: Option<i32>, electronic: Option<i32>) -> Issue {
        let serial = serial.map(|(prefix, number)| (prefix.to_owned(), number));
        Issue { serial, paper_on: paper.map(Date), electronic_on: electronic.map(Date) }
    }

    #[test]
    fn figures_of_a_department() {
        let ranges = [range("AB", 1, 10), range("AB", 8, 12), range("CD", 100, 104), range("EF", 9, 1)];
        let issues = [
            issue(Some(("AB", 2)), Some(10), Some(10)),
            issue(Some(("AB", 5)), Some(10), Some(13)),
            issue(Some(("AB", 5)), Some(11), None),
            issue(Some(("CD", 100)), Some(11), Some(12)),
            issue(Some(("CD", 999)), Some(11), Some(41)),
            issue(None, None, Some(12)),
        ];
        let figures = reconcile(&ranges, &issues);
        let gap = |first, last| Gap { prefix: "AB".to_owned(), first, last };
        assert_eq!((figures.blanks, figures.used, figures.unused), (17, 3, 14));
        assert_eq!(figures.gaps, [gap(1, 1), gap(3, 4)]);
        assert_eq!(figures.strange, [("CD".to_owned(), 999)]);
        assert_eq!(figures.repeated, [("AB".to_owned(), 5)]);
        assert_eq!((figures.paper_only, figures.electronic_only), (1, 1));
        assert_eq!((figures.median_lag_days, figures.longest_lag_days), (Some(1), Some(30)));
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(reconcile(&[], &[]), Figures::default());
        let all = reconcile(&[range("A", 0, u64::MAX)], &[]);
        assert_eq!((all.blanks, all.gaps.len()), (u64::MAX, 0), "counting stops at the largest number");
    }
}
