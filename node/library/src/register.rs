//! Registers of departments: reads CSV, TSV and XLSX row by row, maps columns to fields, checks every row, and keeps what it
//! refuses in a file that the operator can mend and import again. Knows neither the ledger's entries nor the vault.

mod check;
mod civil_date;
mod draft;
mod encoding;
mod error;
mod form;
mod mapping;
mod normalise;
mod plan;
mod reader;
mod records;
mod refusal;
mod refused_rows;
mod repeats;
mod report;
mod row;
mod workbook;

pub use civil_date::{CivilDate, DateError};
pub use draft::{DraftStatus, Field, Holder, LicenceDraft, Part, RowOutcome, RowResult};
pub use encoding::Encoding;
pub use error::{BinaryKind, RegisterError};
pub use form::check_form;
pub use mapping::{Column, ColumnKind, Mapping, MappingError, Mappings};
pub use reader::{Register, Rows};
pub use refusal::{Cause, Finding, Refusal};
pub use refused_rows::RefusedRowsWriter;
pub use report::Report;
pub use row::RawRow;

/// Longest row, in bytes as handed over. Real rows are below 4 KiB; a longer one is a file without line ends or another format.
pub const ROW_BYTES_MAX: usize = 1 << 20;
/// Most columns in a header. The widest register known here has 60; more means a wrong delimiter or another format.
pub const COLUMNS_MAX: usize = 512;
/// Most lines in one row. Addresses and remarks break into a few lines; more means a quote that was never closed.
pub const ROW_LINES_MAX: usize = 64;
/// Longest field, in bytes of UTF-8. The national directory holds names in varchar(512); business scopes are longer.
pub const FIELD_BYTES_MAX: usize = 8 << 10;
/// Largest workbook file, in bytes: a sheet of 10^6 rows and 13 columns is about 60 MiB, and all of it goes into memory.
pub const WORKBOOK_BYTES_MAX: usize = 64 << 20;
/// Most text in all cells of a sheet, in bytes: a workbook is compressed and could unfold to anything.
pub const WORKBOOK_TEXT_MAX: usize = 256 << 20;
/// Rows above the header that are searched for it: departments put a title or a date of export there.
pub const HEADER_SEARCH_ROWS: usize = 5;

#[cfg(test)]
mod tests;
