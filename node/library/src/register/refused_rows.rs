//! The file of refused rows: the register's own columns with 行号 and 原因 in front, to be mended and imported again.

use std::io::Write;
use std::sync::Arc;

use super::plan::{Plan, REFUSED_HEADERS};
use super::{RawRow, Refusal, Rows};
use crate::spreadsheet;

/// Byte order mark, so that spreadsheets read the file as UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes refused rows as UTF-8 with byte order mark, in the delimiter of the register (comma for a workbook). Nothing is
/// written before the first row.
pub struct RefusedRowsWriter<W: Write> {
    plan: Arc<Plan>,
    delimiter: u8,
    state: State<W>,
}

enum State<W: Write> {
    Untouched(W),
    Begun(Box<csv::Writer<W>>),
    Failed,
}

impl<W: Write> RefusedRowsWriter<W> {
    /// A writer for the rows of one register.
    pub fn new(sink: W, rows: &Rows) -> Self {
        Self { plan: Arc::clone(rows.plan()), delimiter: rows.delimiter(), state: State::Untouched(sink) }
    }

    /// Appends a refused row.
    ///
    /// # Errors
    /// The error of the sink.
    pub fn write(&mut self, refusal: &Refusal, raw: &RawRow) -> Result<(), csv::Error> {
        let plan = Arc::clone(&self.plan);
        let writer = self.begin()?;
        writer.write_field(refusal.row_number.to_string())?;
        writer.write_field(refusal.reasons_zh())?;
        let is_own = |place: &usize| !plan.refused_columns.contains(place);
        for place in (0..raw.len()).filter(is_own) {
            writer.write_field(&*spreadsheet::guarded(plan.entered(raw.field(place))))?;
        }
        writer.write_record(None::<&[u8]>)
    }

    /// Writes out what is buffered; the sink comes back.
    ///
    /// # Errors
    /// The error of the sink.
    pub fn finish(self) -> Result<Option<W>, csv::Error> {
        match self.state {
            State::Untouched(sink) => Ok(Some(sink)),
            State::Begun(writer) => writer.into_inner().map(Some).map_err(|error| csv::Error::from(error.into_error())),
            State::Failed => Ok(None),
        }
    }

    /// The writer, with mark and header written.
    fn begin(&mut self) -> Result<&mut csv::Writer<W>, csv::Error> {
        let state = std::mem::replace(&mut self.state, State::Failed);
        self.state = if let State::Untouched(mut sink) = state {
            sink.write_all(BYTE_ORDER_MARK)?;
            let mut writer = csv::WriterBuilder::new()
                .delimiter(self.delimiter)
                .flexible(true)
                .terminator(csv::Terminator::CRLF)
                .from_writer(sink);
            let own =
                self.plan.headers.iter().enumerate().filter(|(place, _)| !self.plan.refused_columns.contains(place));
            writer.write_record(REFUSED_HEADERS.into_iter().chain(own.map(|(_, header)| &**header)))?;
            State::Begun(Box::new(writer))
        } else {
            state
        };
        match &mut self.state {
            State::Begun(writer) => Ok(writer),
            _ => Err(std::io::Error::other("the refused-rows file could not be begun").into()),
        }
    }
}
