//! Synthetic registers as departments hand them over, with a known number of defects: for demonstrations, tests and load.
//! People, companies and numbers are invented; area code 999999 does not exist. The same seed gives the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use encoding_rs::GB18030;
use serde::Serialize;

mod defect;
mod invent;
mod rows;

use defect::{Case, Defects};
use invent::Dice;

/// Which register to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub enum SampleKind {
    /// 食品经营许可证: UTF-8 with byte order mark, commas, dates as 2025-12-29.
    FoodOperation,
    /// 居住证: GB18030, commas, dates as 20251229.
    ResidencePermit,
    /// 出生医学证明: UTF-8, tabs, times as 2024-09-08 18:42, two licences a row.
    BirthCertificate,
    /// 结婚证: UTF-8, commas, dates as 2017年9月6日, two holders a row.
    MarriageCertificate,
}

/// Encoding of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum SampleEncoding {
    /// UTF-8 without byte order mark.
    Utf8,
    /// UTF-8 with byte order mark.
    Utf8WithMark,
    /// GB18030.
    Gb18030,
}

/// A sample to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which register.
    pub kind: SampleKind,
    /// Seed of everything invented.
    pub seed: u64,
    /// Rows before repeats, conflicts and a cut-off line are appended.
    pub rows: u64,
    /// Whether defects are put in: one of each case per 500 rows, at least one.
    pub defects: bool,
    /// Encoding of the bytes.
    pub encoding: SampleEncoding,
    /// Delimiter: a comma or a tab.
    pub delimiter: char,
}

/// What an import of the sample must find.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Rows in the file.
    pub rows: u64,
    /// Rows that are accepted.
    pub accepted: u64,
    /// Rows that are refused.
    pub refused: u64,
    /// Rows that repeat an earlier one exactly.
    pub repeated: u64,
    /// Licences made of the accepted rows.
    pub licences: u64,
    /// Rows by case, `ok…` or `reject:…`.
    pub by_case: BTreeMap<&'static str, u64>,
}

impl SampleKind {
    /// All registers.
    pub const ALL: [Self; 4] =
        [Self::FoodOperation, Self::ResidencePermit, Self::BirthCertificate, Self::MarriageCertificate];

    /// Name of the licence type.
    pub const fn licence_type(self) -> &'static str {
        match self {
            Self::FoodOperation => "食品经营许可证",
            Self::ResidencePermit => "居住证",
            Self::BirthCertificate => "出生医学证明",
            Self::MarriageCertificate => "结婚证",
        }
    }

    /// Customary file name.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::FoodOperation => "食品经营许可证.csv",
            Self::ResidencePermit => "居住证.csv",
            Self::BirthCertificate => "出生医学证明.tsv",
            Self::MarriageCertificate => "结婚证.csv",
        }
    }

    /// Licences that one row makes.
    pub const fn licences_per_row(self) -> u64 {
        match self {
            Self::BirthCertificate => 2,
            _ => 1,
        }
    }
}

impl Sample {
    /// A sample in the customary encoding and delimiter of its kind.
    pub const fn new(kind: SampleKind, seed: u64, rows: u64, defects: bool) -> Self {
        let (encoding, delimiter) = match kind {
            SampleKind::FoodOperation => (SampleEncoding::Utf8WithMark, ','),
            SampleKind::ResidencePermit => (SampleEncoding::Gb18030, ','),
            SampleKind::BirthCertificate => (SampleEncoding::Utf8, '\t'),
            SampleKind::MarriageCertificate => (SampleEncoding::Utf8, ','),
        };
        Self { kind, seed, rows, defects, encoding, delimiter }
    }
}

/// Writes a sample and says what an import of it must find.
///
/// # Errors
/// The error of the sink.
pub fn generate<W: Write>(sample: &Sample, sink: W) -> io::Result<Expected> {
    let mut writer = SampleWriter { sample, sink, expected: Expected::default() };
    if sample.encoding == SampleEncoding::Utf8WithMark {
        writer.sink.write_all(b"\xef\xbb\xbf")?;
    }
    let header: Vec<String> = rows::header(sample.kind).iter().map(|text| (*text).to_owned()).collect();
    writer.write_line(&header)?;
    let mut dice = Dice::new(sample.seed);
    let mut defects = Defects::new(sample);
    // Repeats and conflicts stand at the end, as in files that were put together from two exports.
    let mut appended = Vec::new();
    for number in 0..sample.rows {
        let mut row = rows::row(sample.kind, number, &mut dice);
        let case = defects.case_of(number, &mut dice);
        if matches!(case, Case::Repeat | Case::Conflict) {
            let mut again = row.clone();
            defect::apply(sample.kind, case, &mut again);
            appended.push((case, again));
            writer.write_row(Case::Plain, &row)?;
        } else {
            defect::apply(sample.kind, case, &mut row);
            writer.write_row(case, &row)?;
        }
    }
    for (case, row) in appended {
        writer.write_row(case, &row)?;
    }
    if sample.defects && sample.kind == SampleKind::FoodOperation {
        writer.write_row(Case::CutOff, &["JY19999990999999".to_owned(), "行尾截断的一行".to_owned()])?;
    }
    writer.sink.flush()?;
    Ok(writer.expected)
}

struct SampleWriter<'a, W: Write> {
    sample: &'a Sample,
    sink: W,
    expected: Expected,
}

impl<W: Write> SampleWriter<'_, W> {
    fn write_row(&mut self, case: Case, row: &[String]) -> io::Result<()> {
        let expected = &mut self.expected;
        expected.rows += 1;
        *expected.by_case.entry(case.name()).or_default() += 1;
        if case == Case::Repeat {
            expected.repeated += 1;
        } else if case.is_refused() {
            expected.refused += 1;
        } else {
            expected.accepted += 1;
            expected.licences += self.sample.kind.licences_per_row();
        }
        self.write_line(row)
    }

    fn write_line(&mut self, fields: &[String]) -> io::Result<()> {
        let delimiter = self.sample.delimiter;
        let mut line = String::new();
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                line.push(delimiter);
            }
            if field.contains([delimiter, '"', '\n', '\r']) {
                line.push('"');
                line.push_str(&field.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(field);
            }
        }
        line.push_str("\r\n");
        match self.sample.encoding {
            SampleEncoding::Gb18030 => self.sink.write_all(&GB18030.encode(&line).0),
            SampleEncoding::Utf8 | SampleEncoding::Utf8WithMark => self.sink.write_all(line.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests;
