//! Reading and rewriting register files in tests, without the product's own reader.

use std::path::Path;

/// Every row of a register, its header first.
///
/// # Panics
/// When the file is no CSV or TSV of UTF-8 or GB18030.
#[must_use]
pub fn rows(path: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let delimiter = if path.extension().is_some_and(|kind| kind == "tsv") { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Writes rows as CSV in UTF-8.
///
/// # Panics
/// When the file cannot be written.
pub fn write(path: &Path, rows: &[Vec<String>]) {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.flush().unwrap();
}

/// The place of a column.
///
/// # Panics
/// When the header has no such column.
#[must_use]
pub fn column(rows: &[Vec<String>], header: &str) -> usize {
    let found = rows.first().and_then(|first| first.iter().position(|name| name == header));
    found.unwrap_or_else(|| panic!("no column {header} in {:?}", rows.first()))
}
