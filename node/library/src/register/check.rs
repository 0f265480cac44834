//! Checks of a row, and the licence drafts that it makes.

use std::sync::Arc;

use super::mapping::{ColumnKind, HolderColumns, IssuerText};
use super::plan::Plan;
use super::repeats::{Claim, Repeats};
use super::{
    Cause, CivilDate, DraftStatus, Field, Finding, Holder, LicenceDraft, Part, RawRow, Refusal, RowResult, normalise,
};

mod field;

use field::Value;

/// Text of a validity without end, in the field of the draft.
const OPEN_ENDED: &str = "长期";
/// Characters that stand between 正页 and 副联.
const PART_SEPARATORS: [char; 9] = [';', ',', '、', '/', '|', '+', '\n', ' ', '。'];

/// Checks rows one after the other.
pub(super) struct Checker {
    plan: Arc<Plan>,
    repeats: Repeats,
    /// Whether numbers in date columns are serials of a spreadsheet.
    serial_dates: bool,
    /// Content of the row under check, for its digest.
    content: Vec<u8>,
}

/// A row whose fields are right.
struct CheckedRow {
    values: Vec<Value>,
    parts: u8,
    status: DraftStatus,
}

impl Checker {
    pub(super) fn new(plan: Arc<Plan>, serial_dates: bool) -> Self {
        Self { plan, repeats: Repeats::default(), serial_dates, content: Vec::new() }
    }

    /// Checks a row; `flaw` is what reading has already found.
    pub(super) fn check(&mut self, row_number: u64, raw: &RawRow, flaw: Option<Cause>) -> RowResult {
        let flaw = flaw.or_else(|| self.check_width(raw));
        let checked = match flaw {
            Some(cause) => Err(vec![Finding { cause, column: None, other_row: None, character: None }]),
            None => self.check_fields(raw),
        };
        let row = match checked {
            Ok(row) => row,
            Err(findings) => return refused(row_number, findings),
        };
        let number_column = self.plan.mapping.number;
        self.write_content(&row.values);
        let number = row.values.get(number_column).map(|value| value.text.as_str()).unwrap_or_default();
        match self.repeats.claim(number, &self.content, row.parts, row_number) {
            Claim::New(parts) => RowResult::Accepted(self.drafts(&CheckedRow { parts, ..row })),
            Claim::Repeated { first_row } => RowResult::Repeated { first_row },
            Claim::Conflict { first_row } => {
                let column = self.plan.column_header(number_column);
                refused(
                    row_number,
                    vec![Finding { cause: Cause::NumberConflict, column, other_row: Some(first_row), character: None }],
                )
            }
        }
    }

    /// Blank fields behind the last column (a trailing delimiter) are no fault.
    fn check_width(&self, raw: &RawRow) -> Option<Cause> {
        let width = self.plan.headers.len();
        if raw.len() < width {
            return Some(Cause::TooFewColumns);
        }
        let surplus = raw.fields().skip(width).any(|field| !normalise::trimmed(field).is_empty());
        surplus.then_some(Cause::TooManyColumns)
    }

    fn check_fields(&self, raw: &RawRow) -> Result<CheckedRow, Vec<Finding>> {
        let mapping = &self.plan.mapping;
        let mut findings = Vec::new();
        let mut values = Vec::with_capacity(mapping.columns.len());
        for (index, (column, place)) in mapping.columns.iter().zip(&self.plan.positions).enumerate() {
            let text = place.map(|place| self.plan.entered(raw.field(place))).unwrap_or_default();
            let is_open = Some(index) == mapping.valid_to && self.is_open_ended(text);
            let value = match is_open {
                true => Ok(Value {
                    text: if normalise::trimmed(text).is_empty() { String::new() } else { OPEN_ENDED.to_owned() },
                    date: None,
                }),
                false => field::check(column, text, self.serial_dates),
            };
            values.push(value.unwrap_or_else(|cause| {
                findings.push(self.finding(cause, index));
                Value::default()
            }));
        }
        self.check_holders(&values, &mut findings);
        self.check_validity(&values, &mut findings);
        self.check_order(&values, &mut findings);
        let status = self.check_status(&values, &mut findings);
        let parts = self.check_parts(&values, &mut findings);
        if findings.is_empty() {
            return Ok(CheckedRow { values, parts, status });
        }
        findings.sort_by_key(|finding| finding.cause != Cause::LicenceNumberMissing);
        Err(findings)
    }

    fn finding(&self, cause: Cause, column: usize) -> Finding {
        Finding { cause, column: self.plan.column_header(column), other_row: None, character: None }
    }

    fn is_open_ended(&self, text: &str) -> bool {
        let mapping = &self.plan.mapping;
        if normalise::trimmed(text).is_empty() {
            return mapping.blank_is_open_ended;
        }
        let text = normalise::header(text);
        let as_date = || CivilDate::parse(&text).map(|date| date.to_string()).unwrap_or_default();
        mapping.open_ended.contains(&text) || (text.starts_with("9999") && mapping.open_ended.contains(&as_date()))
    }

    /// A holder has both name and number, or, when the mapping allows, neither.
    fn check_holders(&self, values: &[Value], findings: &mut Vec<Finding>) {
        for holder in &self.plan.mapping.holders {
            let is_blank = |column: usize| values.get(column).is_none_or(|value| value.text.is_empty());
            let (name, number) = (is_blank(holder.name), is_blank(holder.number));
            let both_may_miss = holder.optional && name && number;
            for column in [(name, holder.name), (number, holder.number)]
                .into_iter()
                .filter_map(|(blank, column)| blank.then_some(column))
            {
                let header = self.plan.column_header(column);
                let is_known = findings.iter().any(|finding| finding.column == header);
                if !both_may_miss && !is_known {
                    findings.push(self.finding(Cause::MandatoryMissing, column));
                }
            }
        }
    }

    fn check_validity(&self, values: &[Value], findings: &mut Vec<Finding>) {
        let mapping = &self.plan.mapping;
        let date = |column: Option<usize>| column.and_then(|column| values.get(column)).and_then(|value| value.date);
        if let (Some(from), Some(to), Some(column)) =
            (date(mapping.valid_from), date(mapping.valid_to), mapping.valid_to)
            && to < from
        {
            findings.push(self.finding(Cause::ValidityReversed, column));
        }
    }

    /// What a licence tells of has happened when it is issued, and whom it names is born.
    fn check_order(&self, values: &[Value], findings: &mut Vec<Finding>) {
        let mapping = &self.plan.mapping;
        let Some(issued) = mapping.issued_on.and_then(|column| values.get(column)?.date).map(|day| day.to_string())
        else {
            return;
        };
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).take(8).collect::<Vec<_>>();
        let issued = digits(&issued);
        for (index, (column, value)) in mapping.columns.iter().zip(values).enumerate() {
            let day = match column.kind {
                ColumnKind::Datetime => value.text.as_str(),
                ColumnKind::CitizenNumber => value.text.get(6..14).unwrap_or_default(),
                _ => continue,
            };
            if digits(day) > issued {
                findings.push(self.finding(Cause::AfterIssue, index));
            }
        }
    }

    fn check_status(&self, values: &[Value], findings: &mut Vec<Finding>) -> DraftStatus {
        let mapping = &self.plan.mapping;
        let Some((column, text)) = mapping.status.and_then(|column| Some((column, &values.get(column)?.text))) else {
            return DraftStatus::Valid;
        };
        let status = mapping.statuses.get(&normalise::header(text)).copied();
        if status.is_none() && !text.is_empty() {
            findings.push(self.finding(Cause::StatusUnknown, column));
        }
        status.unwrap_or(DraftStatus::Valid)
    }

    /// The parts of a row as bits; 0 for a licence type without parts.
    fn check_parts(&self, values: &[Value], findings: &mut Vec<Finding>) -> u8 {
        let Some((column, text)) = self.plan.mapping.twin.and_then(|column| Some((column, &values.get(column)?.text)))
        else {
            return WHOLE;
        };
        let mut bits = 0;
        let text = normalise::half_width(text);
        for name in text.split(PART_SEPARATORS).map(normalise::trimmed).filter(|name| !name.is_empty()) {
            match PARTS.iter().find(|(part, _)| part.name() == name) {
                Some((_, bit)) => bits |= bit,
                None => {
                    findings.push(self.finding(Cause::PartUnknown, column));
                    return bits;
                }
            }
        }
        if bits == 0 && !text.is_empty() {
            findings.push(self.finding(Cause::PartUnknown, column));
        }
        if bits == 0 { PARTS.iter().fold(0, |all, (_, bit)| all | bit) } else { bits }
    }

    /// Writes the normalised row, with the length of each field, but without the parts.
    fn write_content(&mut self, values: &[Value]) {
        self.content.clear();
        for (index, value) in values.iter().enumerate() {
            if Some(index) != self.plan.mapping.twin {
                self.content.extend_from_slice(&(value.text.len() as u64).to_le_bytes());
                self.content.extend_from_slice(value.text.as_bytes());
            }
        }
    }

    fn drafts(&self, row: &CheckedRow) -> Vec<LicenceDraft> {
        if self.plan.mapping.twin.is_none() {
            return vec![self.draft(row, None)];
        }
        PARTS.iter().filter(|(_, bit)| row.parts & bit != 0).map(|(part, _)| self.draft(row, Some(*part))).collect()
    }

    fn draft(&self, row: &CheckedRow, part: Option<Part>) -> LicenceDraft {
        let mapping = &self.plan.mapping;
        let text = |column: usize| row.values.get(column).map(|value| value.text.clone()).unwrap_or_default();
        let date =
            |column: Option<usize>| column.and_then(|column| row.values.get(column)).and_then(|value| value.date);
        let issuer = |source: &IssuerText| match source {
            IssuerText::Column(column) => text(*column),
            IssuerText::Fixed(text) => text.clone(),
        };
        let holder = |columns: &HolderColumns| Holder {
            id_type: Arc::clone(&columns.id_type),
            id_number: text(columns.number),
            name: text(columns.name),
        };
        LicenceDraft {
            type_code: Arc::clone(&mapping.type_code),
            licence_type: Arc::clone(&mapping.licence_type),
            number: text(mapping.number),
            part,
            fields: self.fields(row),
            holders: mapping.holders.iter().map(holder).filter(|holder| !holder.id_number.is_empty()).collect(),
            issuer_name: issuer(&mapping.issuer_name),
            issuer_code: issuer(&mapping.issuer_code),
            issued_on: date(mapping.issued_on),
            valid_from: date(mapping.valid_from),
            valid_to: date(mapping.valid_to),
            status: row.status,
        }
    }

    fn fields(&self, row: &CheckedRow) -> Vec<Field> {
        let mapping = &self.plan.mapping;
        let mut fields = Vec::with_capacity(mapping.columns.len());
        for (index, (column, value)) in mapping.columns.iter().zip(&row.values).enumerate() {
            let stands_elsewhere = Some(index) == mapping.status || Some(index) == mapping.twin;
            if !stands_elsewhere && !value.text.is_empty() {
                fields.push(Field {
                    key: Arc::clone(&column.key),
                    label: Arc::clone(&column.label),
                    value: value.text.clone(),
                });
            }
        }
        fields
    }
}

/// The bit of each part.
const PARTS: [(Part, u8); 2] = [(Part::Main, 1), (Part::Counterfoil, 2)];
/// The bit of a licence that has no parts.
const WHOLE: u8 = 1;

fn refused(row_number: u64, findings: Vec<Finding>) -> RowResult {
    let mut findings = findings.into_iter();
    let first = findings.next().unwrap_or(Finding {
        cause: Cause::MandatoryMissing,
        column: None,
        other_row: None,
        character: None,
    });
    RowResult::Refused(Refusal { row_number, first, further: findings.collect() })
}
