//! The container: a ZIP whose bytes follow from its files and one time, on every machine.

use super::OfdError;
use std::io::{Cursor, Write};
use zhengku_ledger::ids::TimestampMs;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// A file of the package: its path without a leading slash, and its bytes.
pub(super) type Entry = (String, Vec<u8>);

/// Packs the files in their order: deflate at a fixed level, what is compressed already stored, one DOS time, no extra fields, no
/// directories.
pub(super) fn pack(entries: &[Entry], created: TimestampMs) -> Result<Vec<u8>, OfdError> {
    let options =
        SimpleFileOptions::default().system(System::Unix).unix_permissions(0o644).last_modified_time(dos_time(created));
    let container = |error: String| OfdError::Container(error);
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(64 * 1024)));
    for (path, bytes) in entries {
        let stored = STORED.iter().any(|ending| path.ends_with(ending));
        let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(path.as_str(), options.compression_method(method).compression_level((!stored).then_some(LEVEL)))
            .map_err(|error| container(error.to_string()))?;
        zip.write_all(bytes).map_err(|error| container(error.to_string()))?;
    }
    Ok(zip.finish().map_err(|error| container(error.to_string()))?.into_inner())
}

/// Pictures: deflate would not make them smaller. The seal is deflated for its certificates.
const STORED: [&str; 1] = [".png"];
/// The usual level of zlib: level 9 saves under one byte in a thousand here.
const LEVEL: i64 = 6;

/// Beijing time in the form of DOS, which has two-second steps and the years 1980 to 2107; outside them its first day.
fn dos_time(created: TimestampMs) -> DateTime {
    let (year, month, day) = created.beijing_date().civil();
    let [hour, minute, second] = super::metadata::beijing_clock(created);
    let narrow = |number: i64| u8::try_from(number).ok();
    let time = u16::try_from(year).ok().zip(narrow(month)).zip(narrow(day));
    time.and_then(|((year, month), day)| DateTime::from_date_and_time(year, month, day, hour, minute, second).ok())
        .unwrap_or_default()
}
