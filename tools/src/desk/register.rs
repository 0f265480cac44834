//! Registers as the batch desk reads and writes them.

use super::Desk;
use super::batch::Column;
use super::error::Trouble;
use super::prefill::last_day;
use crate::failure::Failure;
use std::io::{Cursor, Write};
use std::sync::Arc;
use zhengku_api::desk::port::DeskError;
use zhengku_ledger::entry::LicenceType;
use zhengku_ledger::ids::Date;
use zhengku_library::import::ImportReport;
use zhengku_library::register::{Mapping, Mappings, Register, RowResult};
use zhengku_library::sample::{Sample, SampleEncoding, SampleKind, generate};

/// Sample rows of a template.
const SAMPLES: u64 = 5;

/// Opens a register of one type.
pub(super) fn opened(file: &str, bytes: Vec<u8>, mapping: &Arc<Mapping>) -> Result<Register, Failure> {
    let mappings = Mappings::none().with(mapping.as_ref().clone());
    Ok(Register::read(file, Cursor::new(bytes), &mappings)?)
}

/// Its rows, counted.
pub(super) fn rows_of(file: &str, bytes: Vec<u8>, mapping: &Arc<Mapping>) -> Result<u64, Failure> {
    let mut count = 0_u64;
    for row in opened(file, bytes, mapping)?.rows() {
        row?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// The file of refused rows while it is written.
#[derive(Default)]
pub(super) struct CsvPieces(Vec<u8>);

impl CsvPieces {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Write for &mut CsvPieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What each column is, and how many of its values were refused, with the most frequent reason.
pub(super) fn columns(
    mapping: &Mapping,
    report: &ImportReport,
    ignored: Vec<String>,
    kind: Option<&LicenceType>,
) -> Vec<Column> {
    let refused = |heading: &str| {
        let of_column = || report.causes.iter().filter(|cause| cause.column == heading);
        let most = of_column().max_by_key(|cause| cause.rows);
        let rows = of_column().map(|cause| cause.rows).sum::<u64>();
        let words = most.map(|cause| (cause.reason_zh.to_owned(), cause.reason_en.to_owned()));
        (rows, words.unwrap_or_default())
    };
    let english = |key: &str| {
        let rule = kind.and_then(|kind| kind.fields.iter().find(|rule| rule.key.as_str() == key));
        rule.map_or_else(|| key.replace('_', " "), |rule| rule.label_en.to_string())
    };
    let mut columns: Vec<Column> = Vec::new();
    for column in mapping.columns() {
        let (refused, (reason_zh, reason_en)) = refused(column.label());
        columns.push(Column {
            heading: column.label().to_owned(),
            field_zh: Some(column.label().to_owned()),
            field_en: Some(english(column.key())),
            refused,
            reason_zh,
            reason_en,
        });
    }
    // Headings that are spelt otherwise than in the standard form, and rows refused as a whole.
    for cause in &report.causes {
        if columns.iter().all(|column| column.heading != cause.column) {
            let (refused, (reason_zh, reason_en)) = refused(&cause.column);
            let heading = cause.column.clone();
            columns.push(Column { heading, field_zh: None, field_en: None, refused, reason_zh, reason_en });
        }
    }
    let plain = |heading| Column {
        heading,
        field_zh: None,
        field_en: None,
        refused: 0,
        reason_zh: String::new(),
        reason_en: String::new(),
    };
    columns.extend(ignored.into_iter().map(plain));
    columns
}

/// A sample's number with the second and the row in its last seven digits: a template must not meet the rows of another one, or of a
/// demonstration.
fn unused_number(number: &str, now_s: u64, place: u64) -> String {
    const DIGITS: usize = 7;
    let kept = number.get(..number.len().saturating_sub(DIGITS)).unwrap_or_default();
    format!("{kept}{:07}", (now_s % 1_000_000) * 10 + place % 10)
}

impl Desk {
    /// The header of the standard form with five invented rows that work here.
    pub(super) fn register_template(&self, code: &str) -> Result<Vec<u8>, Trouble> {
        let mapping = self.mapping(code).ok_or(DeskError::NotFound)?;
        let issuer = self.own_issuer(&mapping);
        let kind = match mapping.licence_type() {
            "食品经营许可证" => Some(SampleKind::FoodOperation),
            "居住证" => Some(SampleKind::ResidencePermit),
            "出生医学证明" => Some(SampleKind::BirthCertificate),
            "结婚证" => Some(SampleKind::MarriageCertificate),
            _ => None,
        };
        let mut text = String::from("\u{feff}");
        line(&mut text, mapping.columns().iter().map(zhengku_library::register::Column::label));
        let Some(kind) = kind else { return Ok(text.into_bytes()) };
        let (encoding, delimiter) = (SampleEncoding::Utf8WithMark, ',');
        let sample = Sample { encoding, delimiter, ..Sample::new(kind, self.now().0, SAMPLES, false) };
        let mut bytes = Vec::new();
        generate(&sample, &mut bytes).map_err(Failure::output)?;
        // Issued today and valid from today: a seal may only be put on what is issued while it is valid, and a sample's own period may be
        // over by now.
        let today = self.now().beijing_date();
        let end = last_day(today).map(Date::to_text).unwrap_or_default();
        let today = today.to_text();
        for (row, place) in opened("sample.csv", bytes, &mapping)?.rows().zip(0..) {
            let RowResult::Accepted(drafts) = row.map_err(Failure::from)?.result else { continue };
            let Some(draft) = drafts.first() else { continue };
            let number = unused_number(&draft.number, self.now().0 / 1000, place);
            let value = |key: &str| {
                let own = issuer.as_ref().and_then(|issuer| match Some(key) {
                    key if key == mapping.issuer_name_key() => Some(issuer.name_zh.as_str()),
                    key if key == mapping.issuer_code_key() => Some(issuer.credit_code.as_str()),
                    key if key == mapping.issued_on_key() || key == mapping.valid_from_key() => Some(today.as_str()),
                    _ => None,
                });
                let given = draft.fields.iter().find(|field| &*field.key == key).map(|field| field.value.as_str());
                let given = given.map(|given| match given {
                    _ if Some(key) == mapping.valid_to_key() => end.as_str(),
                    given if given == draft.number => number.as_str(),
                    given => given,
                });
                own.or(given)
            };
            let cells = mapping.columns().iter().map(|column| match value(column.key()) {
                Some(value) => value,
                None if column.kind() == zhengku_library::register::ColumnKind::Status => "有效",
                None if column.kind() == zhengku_library::register::ColumnKind::Twin => "正页;副联",
                None => "",
            });
            line(&mut text, cells);
        }
        Ok(text.into_bytes())
    }
}

/// A line of CSV (RFC 4180).
fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}
