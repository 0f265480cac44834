//! Opening a register and reading its rows.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::vec;

use super::check::Checker;
use super::encoding::{RowDecoder, Sniffed, Utf16Reader, sniff};
use super::plan::Plan;
use super::records::{RecordError, Records};
use super::workbook::{self, SheetRow, WorkbookError};
use super::{
    BinaryKind, Cause, Encoding, HEADER_SEARCH_ROWS, Mapping, Mappings, RawRow, RegisterError, Report, RowOutcome,
    WORKBOOK_BYTES_MAX,
};

/// Bytes by which encoding, delimiter and header are told.
const SAMPLE_BYTES: usize = 64 << 10;
/// Delimiters that are tried. None of their bytes occurs inside a longer character of UTF-8 or GB18030.
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

type Source = Box<dyn Read + Send>;

/// An opened register: its header is recognised, no row is read yet.
pub struct Register {
    encoding: Encoding,
    rows: Rows,
}

/// The rows of a register. Ends after the first error: what came before stays right.
pub struct Rows {
    file: String,
    plan: Arc<Plan>,
    input: Input,
    first: Option<InputRow>,
    checker: Checker,
    report: Report,
    row_number: u64,
    ended: bool,
}

/// A row as read, before its fields are checked.
struct InputRow {
    line: u64,
    raw: RawRow,
    flaw: Option<Cause>,
}

enum Input {
    Text { records: Records<Source>, decoder: RowDecoder, delimiter: u8 },
    Sheet(vec::IntoIter<SheetRow>),
}

impl Register {
    /// Opens a file and recognises its encoding, delimiter and header.
    ///
    /// # Errors
    /// [`RegisterError`], every variant.
    pub fn open(path: &Path, mappings: &Mappings) -> Result<Self, RegisterError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        match File::open(path) {
            Ok(file) => Self::read(&name, file, mappings),
            Err(source) => Err(RegisterError::Unreadable { file: name.into_owned(), byte: 0, source }),
        }
    }

    /// Recognises encoding, delimiter and header of bytes from anywhere. `file` names them in messages.
    ///
    /// # Errors
    /// [`RegisterError`], every variant.
    pub fn read(file: &str, source: impl Read + Send + 'static, mappings: &Mappings) -> Result<Self, RegisterError> {
        let mut source: Source = Box::new(source);
        let sample = take_sample(file, &mut source)?;
        if sample.is_empty() {
            return Err(RegisterError::Empty { file: file.to_owned() });
        }
        match sniff(&sample, sample.len() < SAMPLE_BYTES) {
            Sniffed::Zip => Self::from_workbook(file, sample, source, mappings),
            Sniffed::Binary { kind, byte } => {
                Err(RegisterError::Binary { file: file.to_owned(), kind, byte: byte as u64 })
            }
            Sniffed::Undecodable { line, byte } => {
                Err(RegisterError::WrongEncoding { file: file.to_owned(), line, byte: byte as u64 })
            }
            Sniffed::Text { encoding, bom, ascii } => {
                let mut rest: Source =
                    Box::new(Cursor::new(sample.get(bom..).unwrap_or_default().to_vec()).chain(source));
                if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
                    rest = Box::new(Utf16Reader::new(rest, encoding));
                    return Self::from_text(file, rest, 0, RowDecoder::new(Encoding::Utf8, false), mappings)
                        .map(|register| Self { encoding, ..register });
                }
                Self::from_text(file, rest, bom as u64, RowDecoder::new(encoding, ascii), mappings)
            }
        }
    }

    fn from_text(
        file: &str,
        mut source: Source,
        base: u64,
        mut decoder: RowDecoder,
        mappings: &Mappings,
    ) -> Result<Self, RegisterError> {
        let sample = take_sample(file, &mut source)?;
        let layout = Layout::find(&sample, &mut decoder, mappings);
        let source: Source = Box::new(Cursor::new(sample).chain(source));
        let encoding = decoder.encoding();
        let input =
            Input::Text { records: Records::new(source, layout.delimiter, base), decoder, delimiter: layout.delimiter };
        Self::from_input(file, input, layout.header_row, encoding, mappings)
    }

    fn from_workbook(file: &str, sample: Vec<u8>, source: Source, mappings: &Mappings) -> Result<Self, RegisterError> {
        let mut bytes = sample;
        let rest = source.take(WORKBOOK_BYTES_MAX as u64).read_to_end(&mut bytes);
        rest.map_err(|source| RegisterError::Unreadable { file: file.to_owned(), byte: 0, source })?;
        if !contains(&bytes, b"xl/workbook") {
            return Err(RegisterError::Binary { file: file.to_owned(), kind: BinaryKind::Archive, byte: 0 });
        }
        let rows = workbook::read(bytes, mappings).map_err(|error| match error {
            WorkbookError::TooLarge => RegisterError::WorkbookTooLarge { file: file.to_owned() },
            WorkbookError::Unreadable(source) => RegisterError::WorkbookUnreadable { file: file.to_owned(), source },
        })?;
        let scores = rows.iter().take(HEADER_SEARCH_ROWS).map(|(_, row)| score(row, mappings)).collect::<Vec<_>>();
        let header_row = best(&scores);
        Self::from_input(file, Input::Sheet(rows.into_iter()), header_row, Encoding::Workbook, mappings)
    }

    /// Steps to the header, matches it, and makes sure that a row follows.
    fn from_input(
        file: &str,
        mut input: Input,
        header_row: usize,
        encoding: Encoding,
        mappings: &Mappings,
    ) -> Result<Self, RegisterError> {
        let mut header = None;
        for _ in 0..=header_row {
            header = input.next_filled(file, 0, &mut 0)?;
        }
        let header = header.ok_or_else(|| RegisterError::Empty { file: file.to_owned() })?;
        let plan = Arc::new(Plan::new(file, mappings, &header.raw)?);
        let mut blank = 0;
        let first = input.next_filled(file, 1, &mut blank)?;
        if first.is_none() {
            return Err(RegisterError::HeaderOnly { file: file.to_owned() });
        }
        let ignored = plan.ignored.iter().filter_map(|place| plan.header(*place)).map(|header| header.to_string());
        let mut report = Report::new(plan.mapping.licence_type(), ignored.collect());
        report.blank = blank;
        let checker = Checker::new(Arc::clone(&plan), encoding == Encoding::Workbook);
        let rows = Rows { file: file.to_owned(), plan, input, first, checker, report, row_number: 0, ended: false };
        Ok(Self { encoding, rows })
    }

    /// Encoding of the file.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The mapping that its header was recognised by.
    pub fn mapping(&self) -> &Mapping {
        &self.rows.plan.mapping
    }

    /// The rows.
    pub fn rows(self) -> Rows {
        self.rows
    }
}

impl Rows {
    /// Counts of the rows read so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The mapping in use.
    pub fn mapping(&self) -> &Mapping {
        &self.plan.mapping
    }

    pub(super) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Delimiter of the file; a comma for a workbook.
    pub(super) fn delimiter(&self) -> u8 {
        match self.input {
            Input::Text { delimiter, .. } => delimiter,
            Input::Sheet(_) => b',',
        }
    }
}

impl Iterator for Rows {
    type Item = Result<RowOutcome, RegisterError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.input.next_filled(&self.file, self.row_number + 1, &mut self.report.blank),
        };
        let row = match next {
            Ok(Some(row)) => row,
            Ok(None) => {
                self.ended = true;
                return None;
            }
            Err(error) => {
                self.ended = true;
                return Some(Err(error));
            }
        };
        self.row_number += 1;
        let result = self.checker.check(self.row_number, &row.raw, row.flaw);
        self.report.count(&result);
        Some(Ok(RowOutcome { row_number: self.row_number, line: row.line, raw: row.raw, result }))
    }
}

impl Input {
    /// The next row that is not blank; blank ones are counted.
    fn next_filled(&mut self, file: &str, row: u64, blank: &mut u64) -> Result<Option<InputRow>, RegisterError> {
        while let Some(next) = self.next_row().map_err(|error| match error {
            RecordError::Io { byte, source } => RegisterError::Unreadable { file: file.to_owned(), byte, source },
            RecordError::TooLong { byte } => RegisterError::RowTooLong { file: file.to_owned(), row, byte },
        })? {
            if !next.raw.is_blank() {
                return Ok(Some(next));
            }
            *blank += 1;
        }
        Ok(None)
    }

    fn next_row(&mut self) -> Result<Option<InputRow>, RecordError> {
        let (records, decoder, delimiter) = match self {
            Self::Text { records, decoder, delimiter } => (records, decoder, char::from(*delimiter)),
            Self::Sheet(rows) => return Ok(rows.next().map(|(line, raw)| InputRow { line, raw, flaw: None })),
        };
        let Some(record) = records.next_record()? else { return Ok(None) };
        let (text, undecodable) = match decoder.decode(records.bytes(record)) {
            Ok(text) => (text, false),
            Err(lossy) => (lossy.into(), true),
        };
        let flaw = match (undecodable, record.malformed) {
            (true, _) => Some(Cause::UndecodableText),
            (false, true) => Some(Cause::QuoteMalformed),
            (false, false) => None,
        };
        let raw = RawRow::split(&text, delimiter, !record.malformed);
        Ok(Some(InputRow { line: record.line, raw, flaw }))
    }
}

/// Delimiter and place of the header, told by a sample.
struct Layout {
    delimiter: u8,
    header_row: usize,
}

impl Layout {
    /// Tries every delimiter on the first rows; the header that a mapping covers best wins.
    fn find(sample: &[u8], decoder: &mut RowDecoder, mappings: &Mappings) -> Self {
        let first_line =
            sample.split(|byte| *byte == b'\n').find(|line| !line.is_ascii() || !line.trim_ascii().is_empty());
        let count = |delimiter: u8| first_line.unwrap_or_default().iter().filter(|byte| **byte == delimiter).count();
        let mut found = (
            Score::default(),
            DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b','),
            0,
        );
        for delimiter in DELIMITERS {
            let mut records = Records::new(sample, delimiter, 0);
            let mut header_row = 0;
            while header_row < HEADER_SEARCH_ROWS {
                let Ok(Some(record)) = records.next_record() else { break };
                let Ok(text) = decoder.decode(records.bytes(record)) else { break };
                let row = RawRow::split(&text, char::from(delimiter), !record.malformed);
                if row.is_blank() {
                    continue;
                }
                let score = score(&row, mappings);
                if score > found.0 {
                    found = (score, delimiter, header_row);
                }
                header_row += 1;
            }
        }
        Self { delimiter: found.1, header_row: found.2 }
    }
}

/// How well a row fits as a header: whether a mapping recognises it, and how many columns the best mapping covers.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    recognised: bool,
    covered: usize,
}

fn score(row: &RawRow, mappings: &Mappings) -> Score {
    let headers: Vec<String> = row.fields().map(super::normalise::header).collect();
    let covered = mappings.iter().map(|mapping| mapping.compare(&headers).1).max().unwrap_or(0);
    Score { recognised: covered > 0 && mappings.recognise(&headers).is_some(), covered }
}

/// Place of the first of the best scores.
fn best(scores: &[Score]) -> usize {
    scores.iter().enumerate().rev().max_by_key(|(_, score)| **score).map_or(0, |(place, _)| place)
}

/// The first bytes of a source.
fn take_sample(file: &str, source: &mut Source) -> Result<Vec<u8>, RegisterError> {
    let mut sample = Vec::with_capacity(SAMPLE_BYTES);
    let read = source.take(SAMPLE_BYTES as u64).read_to_end(&mut sample);
    let unreadable = |source: io::Error| RegisterError::Unreadable { file: file.to_owned(), byte: 0, source };
    read.map_err(unreadable)?;
    Ok(sample)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
