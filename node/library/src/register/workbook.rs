//! Rows of an XLSX workbook. A workbook is read whole, within limits of file, unpacked size and text.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::{Mappings, RawRow, WORKBOOK_BYTES_MAX, WORKBOOK_TEXT_MAX};

/// Most bytes that the parts of a workbook may say they unpack to: XML takes about twice its text.
const UNPACKED_MAX: u64 = 2 * WORKBOOK_TEXT_MAX as u64;
/// Bytes that an empty field takes in memory.
const FIELD_COST: usize = size_of::<usize>();
/// Whole numbers from here on have lost digits: a spreadsheet keeps 15.
const EXACT_NUMBERS: f64 = 1e15;

/// A row of a sheet and its number there.
pub(super) type SheetRow = (u64, RawRow);

/// Why a workbook gives no rows.
#[derive(Debug)]
pub(super) enum WorkbookError {
    TooLarge,
    Unreadable(Option<Box<XlsxError>>),
}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        Self::Unreadable(Some(Box::new(error)))
    }
}

/// Rows of the first sheet whose header a mapping recognises, else of the first sheet with rows.
pub(super) fn read(bytes: Vec<u8>, mappings: &Mappings) -> Result<Vec<SheetRow>, WorkbookError> {
    // Without a directory at its end the file was cut off.
    let unpacked = unpacked_size(&bytes).ok_or(WorkbookError::Unreadable(None))?;
    if bytes.len() > WORKBOOK_BYTES_MAX || unpacked > UNPACKED_MAX {
        return Err(WorkbookError::TooLarge);
    }
    // The workbook reader indexes into foreign XML; if it ever panics, this file is refused and the service lives on.
    catch_unwind(AssertUnwindSafe(|| read_sheets(bytes, mappings))).unwrap_or(Err(WorkbookError::Unreadable(None)))
}

fn read_sheets(bytes: Vec<u8>, mappings: &Mappings) -> Result<Vec<SheetRow>, WorkbookError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let mut first = Vec::new();
    for name in workbook.sheet_names() {
        let rows = read_sheet(&mut workbook, &name)?;
        let top = rows.iter().take(super::HEADER_SEARCH_ROWS);
        if top.map(|(_, row)| row.fields().collect::<Vec<_>>()).any(|headers| mappings.recognise(&headers).is_some()) {
            return Ok(rows);
        }
        if first.is_empty() {
            first = rows;
        }
    }
    Ok(first)
}

fn read_sheet(workbook: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<SheetRow>, WorkbookError> {
    let mut cells = workbook.worksheet_cells_reader(name)?;
    let mut rows: Vec<SheetRow> = Vec::new();
    let mut cost = 0;
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let text = cell_text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let line = u64::from(row) + 1;
        if rows.last().is_none_or(|(last, _)| *last != line) {
            rows.push((line, RawRow::default()));
        }
        let Some((_, fields)) = rows.last_mut() else { continue };
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        cost += text.len() + FIELD_COST * (1 + column.saturating_sub(fields.len()));
        if cost > WORKBOOK_TEXT_MAX {
            return Err(WorkbookError::TooLarge);
        }
        while fields.len() < column {
            fields.push("");
        }
        if fields.len() == column {
            fields.push(&text);
        }
    }
    let width = rows.iter().take(super::HEADER_SEARCH_ROWS).map(|(_, row)| row.len()).max().unwrap_or(0);
    if rows.len().saturating_mul(width).saturating_mul(FIELD_COST) > WORKBOOK_TEXT_MAX {
        return Err(WorkbookError::TooLarge);
    }
    // Blank cells at the end of a row are not stored; a sheet has no cut-off rows.
    for (_, row) in &mut rows {
        while row.len() < width {
            row.push("");
        }
    }
    Ok(rows)
}

/// A cell as text. A cell that holds an error becomes U+FFFD, which no field accepts.
fn cell_text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() >= EXACT_NUMBERS => format!("{number:E}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string().to_uppercase(),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => "\u{fffd}".to_owned(),
        DataRef::Empty => String::new(),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// Sum of the unpacked sizes in the central directory of a zip file (APPNOTE 4.3.12); `None` when there is none.
/// The sizes are what the file says, so this keeps out accidents and plain bombs, not a crafted lie.
fn unpacked_size(bytes: &[u8]) -> Option<u64> {
    let tail_start = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
    let tail = bytes.get(tail_start..)?;
    let end = tail_start + tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let number = |at: usize, length: usize| {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)))
    };
    let entries = number(end + 10, 2)?;
    let mut at = usize::try_from(number(end + 16, 4)?).ok()?;
    let mut sum = 0_u64;
    for _ in 0..entries {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        sum = sum.checked_add(number(at + 24, 4)?)?;
        let variable = number(at + 28, 2)? + number(at + 30, 2)? + number(at + 32, 2)?;
        at = at.checked_add(46)?.checked_add(usize::try_from(variable).ok()?)?;
    }
    Some(sum)
}
