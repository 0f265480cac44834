//! `licence paper`: numbered paper blanks against paper licences, and those against the ledger.

use crate::access::Access;
use crate::cli::PaperArguments;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{Date, EntryKey};
use zhengku_library::catalogue::lookup_number;
use zhengku_library::paper::{BlankRange, Figures, Issue, reconcile};
use zhengku_library::port::Read;
use zhengku_library::register::Part;
use zhengku_store::OpenMode;

/// The largest file: a million issues of 60 bytes.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Gaps, strange and repeated serials that are shown; the JSON output has all.
const MOST_SHOWN: usize = 20;
/// Exit code when something does not add up.
const DIFFERS: u8 = 1;

/// A line of the file of blanks: prefix, first and last number as they are printed.
type BlankLine = (String, String, String);
/// A line of the paper register: serial, licence number, day.
type IssueLine = (String, String, String);

#[derive(Serialize)]
struct Report {
    blanks: u64,
    used: u64,
    unused: u64,
    gaps: Vec<(String, u64, u64)>,
    strange: Vec<String>,
    repeated: Vec<String>,
    paper_only: u64,
    electronic_only: u64,
    median_lag_days: Option<i32>,
    longest_lag_days: Option<i32>,
}

/// 0 when every blank is accounted for and every paper licence has its electronic one; 1 otherwise.
pub(crate) fn paper(arguments: &PaperArguments, console: &Console) -> Result<u8, Failure> {
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Read)?;
    let ranges = lines::<BlankLine>(&arguments.blanks, "前缀,起号,止号", "prefix,first,last")?;
    let mut widths = Widths::default();
    let range = |(line, (prefix, first, last)): &(u64, BlankLine)| {
        widths.see(prefix, first);
        widths.see(prefix, last);
        range_of((prefix, first, last), (arguments.blanks.as_path(), *line))
    };
    let ranges: Vec<BlankRange> = ranges.iter().map(range).collect::<Result<_, _>>()?;
    let issues = lines::<IssueLine>(&arguments.issues, "流水号,证照编号,发放日期", "serial,licence number,date")?;
    let minted = minted_on(&access, &arguments.licence_type, &issues, console)?;
    let mut joined = Vec::with_capacity(issues.len());
    for ((line, (serial, _, day)), electronic_on) in issues.iter().zip(minted) {
        let place = (arguments.issues.as_path(), *line);
        let serial = serial_of(serial, place)?.map(|(prefix, digits, number)| {
            widths.see(&prefix, digits);
            (prefix, number)
        });
        joined.push(Issue { serial, paper_on: Some(day_of(day, place)?), electronic_on });
    }
    let figures = reconcile(&ranges, &joined);
    let report = report(figures, &widths);
    show(&report, &widths, console)?;
    let adds_up =
        report.gaps.is_empty() && report.strange.is_empty() && report.repeated.is_empty() && report.paper_only == 0;
    Ok(if adds_up { 0 } else { DIFFERS })
}

/// The day on which each licence of the register was minted; none for those that the ledger does not have.
fn minted_on(
    access: &Access,
    wanted: &str,
    issues: &[(u64, IssueLine)],
    console: &Console,
) -> Result<Vec<Option<Date>>, Failure> {
    let directory = access.directory();
    let kind = directory.licence_types().find(|kind| kind.name_zh.as_str() == wanted || kind.code.as_str() == wanted);
    let kind = kind.ok_or_else(|| {
        Failure::usage(format!("本账本没有证照类型 {wanted}"), format!("this ledger has no licence type {wanted}"))
    })?;
    let part = kind.twin.then_some(Part::Main);
    let key = |number: &str| {
        EntryKey::from_digest(access.pseudonyms().licence(kind.code.as_str(), &lookup_number(number.trim(), part)))
    };
    let keys: Vec<EntryKey> = issues.iter().map(|(_, (_, number, _))| key(number)).collect();
    let bar = console.progress(keys.len() as u64, "核对", "checking");
    let mut days = Vec::with_capacity(keys.len());
    let mut known: BTreeMap<u64, Date> = BTreeMap::new();
    for some in keys.chunks(1_024) {
        for found in Read::find(access, some)? {
            let minted = found.map(|(_, entry)| first_state(access, entry)).transpose()?;
            days.push(match minted {
                Some(entry) => Some(day_of_block(access, &entry, &mut known)?),
                None => None,
            });
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(days)
}

fn first_state(access: &Access, newest: Entry) -> Result<Entry, Failure> {
    let mut entry = newest;
    while let Some(previous) = entry.previous {
        entry = access.entry(previous)?;
    }
    Ok(entry)
}

/// The day of the block that brought an entry.
fn day_of_block(access: &Access, entry: &Entry, known: &mut BTreeMap<u64, Date>) -> Result<Date, Failure> {
    let height = entry.origin.height;
    if let Some(day) = known.get(&height.0) {
        return Ok(*day);
    }
    let day = access.block_time(height)?.beijing_date();
    known.insert(height.0, day);
    Ok(day)
}

fn report(figures: Figures, widths: &Widths) -> Report {
    let serial = |(prefix, number): (String, u64)| widths.serial(&prefix, number);
    Report {
        blanks: figures.blanks,
        used: figures.used,
        unused: figures.unused,
        gaps: figures.gaps.into_iter().map(|gap| (gap.prefix, gap.first, gap.last)).collect(),
        strange: figures.strange.into_iter().map(serial).collect(),
        repeated: figures.repeated.into_iter().map(serial).collect(),
        paper_only: figures.paper_only,
        electronic_only: figures.electronic_only,
        median_lag_days: figures.median_lag_days,
        longest_lag_days: figures.longest_lag_days,
    }
}

fn show(report: &Report, widths: &Widths, console: &Console) -> Result<(), Failure> {
    let some = |all: &[String]| {
        let more = if all.len() > MOST_SHOWN { format!(" … ({})", all.len()) } else { String::new() };
        format!("{}{more}", all.iter().take(MOST_SHOWN).cloned().collect::<Vec<_>>().join(" "))
    };
    let gap = |(prefix, first, last): &(String, u64, u64)| {
        format!("{}–{}", widths.serial(prefix, *first), widths.serial(prefix, *last))
    };
    let gaps: Vec<String> = report.gaps.iter().map(gap).collect();
    let days = |days: Option<i32>| days.map_or("–".to_owned(), |days| days.to_string());
    let table = [
        ("空白证照", "Blanks", report.blanks.to_string()),
        ("已用", "Used", report.used.to_string()),
        ("未用", "Unused", report.unused.to_string()),
        ("断号", "Gaps", some(&gaps)),
        ("不在领用范围的流水号", "Serials in no range", some(&report.strange)),
        ("重复使用的流水号", "Serials used twice", some(&report.repeated)),
        ("仅有纸质", "Paper without electronic licence", report.paper_only.to_string()),
        ("制证滞后 (天, 中位数)", "Days from paper to electronic, median", days(report.median_lag_days)),
        ("制证滞后 (天, 最长)", "Days from paper to electronic, longest", days(report.longest_lag_days)),
    ];
    console.result(report, &table)
}

/// The lines of a CSV file with a header, with their numbers.
fn lines<T: DeserializeOwned>(path: &Path, zh: &str, en: &str) -> Result<Vec<(u64, T)>, Failure> {
    let name = path.display();
    let metadata = std::fs::metadata(path).map_err(Failure::file(path))?;
    if !metadata.is_file() {
        return Err(Failure::usage(format!("{name}: 不是文件"), format!("{name} is no file")));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(Failure::usage(format!("{name}: 文件超过 64 MB"), format!("{name}: larger than 64 MB")));
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(|error| {
        Failure::usage(format!("{name}: 无法读取 ({error})"), format!("{name}: cannot be read: {error}"))
    })?;
    let header = reader.headers().cloned().unwrap_or_default();
    if header.len() != 3 || header.iter().any(|title| title.starts_with(|first: char| first.is_ascii_digit())) {
        return Err(Failure::usage(
            format!("{name}: 首行须为表头 {zh} (UTF-8)"),
            format!("{name}: the first line must be the header {en} (UTF-8)"),
        ));
    }
    let mut all = Vec::new();
    for (record, line) in reader.deserialize::<T>().zip(2..) {
        let record = record.map_err(|error| {
            Failure::usage(
                format!("{name}: 第 {line} 行须有三列 {zh} ({error})"),
                format!("{name}: line {line} needs the columns {en}: {error}"),
            )
        })?;
        all.push((line, record));
    }
    Ok(all)
}

/// How many digits the numbers behind each prefix have where they are printed with leading zeros: the most that were seen.
#[derive(Default)]
struct Widths(BTreeMap<String, usize>);

impl Widths {
    fn see(&mut self, prefix: &str, digits: &str) {
        if digits.len() > 1 && digits.starts_with('0') {
            let width = self.0.entry(prefix.to_owned()).or_default();
            *width = (*width).max(digits.len());
        }
    }

    /// A serial as it is printed.
    fn serial(&self, prefix: &str, number: u64) -> String {
        let width = self.0.get(prefix).copied().unwrap_or_default();
        format!("{prefix}{number:0width$}")
    }
}

/// A range of blanks.
fn range_of((prefix, first, last): (&str, &str, &str), (path, line): (&Path, u64)) -> Result<BlankRange, Failure> {
    let name = path.display();
    let number = |digits: &str| {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number).ok_or_else(|| {
            Failure::usage(
                format!("{name}: 第 {line} 行的起号与止号须为数字"),
                format!("{name}: the first and the last number on line {line} are not both numbers"),
            )
        })
    };
    let range = BlankRange { prefix: prefix.to_owned(), first: number(first)?, last: number(last)? };
    if range.first > range.last {
        return Err(Failure::usage(
            format!("{name}: 第 {line} 行的起号大于止号"),
            format!("{name}: the range on line {line} ends before it begins"),
        ));
    }
    Ok(range)
}

/// `AB0012` is number 12, printed 0012, with prefix `AB`; a blank is no paper.
fn serial_of<'t>(text: &'t str, (path, line): (&Path, u64)) -> Result<Option<(String, &'t str, u64)>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.chars().rev().take_while(char::is_ascii_digit).count();
    let (prefix, digits) = text.split_at(text.len().saturating_sub(digits));
    let number = digits.parse().map_err(|_| {
        let name = path.display();
        Failure::usage(
            format!("{name}: 第 {line} 行的流水号须以数字结尾, 如 AB0012"),
            format!("{name}: the serial on line {line} does not end in a number such as AB0012"),
        )
    })?;
    Ok(Some((prefix.to_owned(), digits, number)))
}

fn day_of(text: &str, (path, line): (&Path, u64)) -> Result<Date, Failure> {
    Date::from_text(text).ok_or_else(|| {
        let name = path.display();
        Failure::usage(
            format!("{name}: 第 {line} 行的日期须写成 2026-11-22"),
            format!("{name}: the date on line {line} is not of the form 2026-11-22"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_shown_as_they_are_printed() {
        let mut widths = Widths::default();
        widths.see("AB", "0012");
        widths.see("AB", "13");
        widths.see("CD", "12");
        assert_eq!((widths.serial("AB", 7), widths.serial("AB", 10_007)), ("AB0007".to_owned(), "AB10007".to_owned()));
        assert_eq!((widths.serial("CD", 7), widths.serial("", 7)), ("CD7".to_owned(), "7".to_owned()));
        let place = (Path::new("blanks.csv"), 2);
        let range = range_of(("AB", "0001", "0100"), place).unwrap();
        assert_eq!((range.first, range.last), (1, 100));
        for (first, last) in [("2", "1"), ("x", "1"), ("", "1"), ("+1", "2")] {
            assert!(range_of(("AB", first, last), place).is_err(), "{first} {last}");
        }
    }

    #[test]
    fn serials_are_a_prefix_and_a_number() {
        let place = (Path::new("a.csv"), 2);
        assert_eq!(serial_of("AB0012", place).unwrap(), Some(("AB".to_owned(), "0012", 12)));
        assert_eq!(serial_of("2026-7", place).unwrap(), Some(("2026-".to_owned(), "7", 7)));
        assert_eq!(serial_of("", place).unwrap(), None);
        assert!(serial_of("AB", place).is_err());
        assert!(day_of("22.11.2026", place).is_err());
    }
}
