//! Cuts bytes into records: quoted fields with line breaks, CRLF, LF or CR, bounded memory. A quote that is never closed costs
//! its own line only: the record falls back to its first line, and reading goes on with the next one.
//!
//! Works on undecoded UTF-8 and GB18030 alike: no byte of a longer character in either is a quote, comma, semicolon, tab or
//! line end.

use std::io::{self, Read};

use super::{ROW_BYTES_MAX, ROW_LINES_MAX};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// Where a record was found, and whether its quotes are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Line on which it begins, counted from 1.
    pub(super) line: u64,
    /// True when quotes are wrong: the record is one line, its quotes ordinary characters.
    pub(super) malformed: bool,
    start: usize,
    end: usize,
}

/// Why there is no next record.
#[derive(Debug)]
pub(super) enum RecordError {
    Io { byte: u64, source: io::Error },
    TooLong { byte: u64 },
}

/// The records of a file.
pub(super) struct Records<R> {
    source: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// Start of what is not yet given out.
    start: usize,
    /// Offset in the file of `buffer[0]`.
    base: u64,
    line: u64,
    ended: bool,
    skip_line_feed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
    /// Quotes are wrong: up to the line end they are ordinary characters.
    Broken,
}

/// How far the search for the end of a record has come.
struct Scan {
    at: usize,
    state: State,
    /// Line breaks inside quotes.
    breaks: usize,
    first_break: Option<usize>,
    /// Place behind the last carriage return inside quotes.
    behind_return: usize,
}

enum Step {
    /// The record ends before the line end at this place.
    End(usize),
    /// Quotes are wrong and the record has several lines: take the first.
    FirstLine(usize),
    More,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R, delimiter: u8, base: u64) -> Self {
        Self { source, delimiter, buffer: Vec::new(), start: 0, base, line: 1, ended: false, skip_line_feed: false }
    }

    /// The bytes of a record, valid until the next one is asked for.
    pub(super) fn bytes(&self, record: Record) -> &[u8] {
        self.buffer.get(record.start..record.end).unwrap_or_default()
    }

    /// The next record, blank lines included; `None` at the end.
    pub(super) fn next_record(&mut self) -> Result<Option<Record>, RecordError> {
        if !self.begin()? {
            return Ok(None);
        }
        let mut scan = Scan { at: 0, state: State::FieldStart, breaks: 0, first_break: None, behind_return: 0 };
        loop {
            let unread = self.buffer.get(self.start..).unwrap_or_default();
            match scan.advance(unread, self.delimiter) {
                Step::End(end) => return Ok(Some(self.give(end, scan.breaks, scan.state == State::Broken))),
                Step::FirstLine(end) => return Ok(Some(self.give(end, 0, true))),
                Step::More => {}
            }
            if scan.at > ROW_BYTES_MAX {
                match scan.first_break {
                    Some(end) => return Ok(Some(self.give(end, 0, true))),
                    None => return Err(RecordError::TooLong { byte: self.offset() }),
                }
            }
            if !self.fill()? {
                let open = matches!(scan.state, State::Quoted | State::Broken);
                let end = if open { scan.first_break.unwrap_or(scan.at) } else { scan.at };
                return Ok(Some(self.give(end, if open { 0 } else { scan.breaks }, open)));
            }
        }
    }

    /// Makes sure that there is a byte to begin with, behind the line feed of a CRLF.
    fn begin(&mut self) -> Result<bool, RecordError> {
        loop {
            if self.start == self.buffer.len() && !self.fill()? {
                return Ok(false);
            }
            if !self.skip_line_feed {
                return Ok(true);
            }
            self.skip_line_feed = false;
            if self.buffer.get(self.start) != Some(&b'\n') {
                return Ok(true);
            }
            self.start += 1;
        }
    }

    /// Gives out `length` bytes and steps over the line end behind them.
    fn give(&mut self, length: usize, breaks: usize, malformed: bool) -> Record {
        let (start, end) = (self.start, self.start + length);
        let record = Record { line: self.line, malformed, start, end };
        self.skip_line_feed = self.buffer.get(end) == Some(&b'\r');
        self.start = self.buffer.len().min(end + 1);
        self.line += 1 + breaks as u64;
        record
    }

    /// Offset in the file of the next record.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Reads on; false at the end of the file.
    fn fill(&mut self) -> Result<bool, RecordError> {
        if self.ended {
            return Ok(false);
        }
        self.base += self.start as u64;
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + CHUNK, 0);
        let room = self.buffer.get_mut(filled..).unwrap_or_default();
        let read = loop {
            match self.source.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(filled + read.as_ref().map_or(0, |read| *read));
        match read {
            Ok(read) => {
                self.ended = read == 0;
                Ok(read > 0)
            }
            Err(source) => {
                self.ended = true;
                Err(RecordError::Io { byte: self.base + filled as u64, source })
            }
        }
    }
}

impl Scan {
    /// Searches the bytes from where it stopped.
    fn advance(&mut self, bytes: &[u8], delimiter: u8) -> Step {
        while let Some(&byte) = bytes.get(self.at) {
            let at = self.at;
            self.at += 1;
            match self.state {
                State::Quoted => {
                    if byte == b'"' {
                        self.state = State::AfterQuote;
                    } else if matches!(byte, b'\n' | b'\r') && self.line_break(at, byte) > ROW_LINES_MAX {
                        return Step::FirstLine(self.first_break.unwrap_or(at));
                    }
                }
                State::AfterQuote if byte == b'"' => self.state = State::Quoted,
                _ if matches!(byte, b'\n' | b'\r') => return Step::End(at),
                State::Broken => {}
                _ if byte == delimiter => self.state = State::FieldStart,
                State::FieldStart if byte == b'"' => self.state = State::Quoted,
                State::FieldStart | State::Plain => self.state = State::Plain,
                State::AfterQuote => match self.first_break {
                    Some(end) => return Step::FirstLine(end),
                    None => self.state = State::Broken,
                },
            }
        }
        Step::More
    }

    /// Counts a line break inside quotes; CRLF is one.
    fn line_break(&mut self, at: usize, byte: u8) -> usize {
        self.first_break.get_or_insert(at);
        let second_half = byte == b'\n' && at == self.behind_return;
        if byte == b'\r' {
            self.behind_return = at + 1;
        }
        self.breaks += usize::from(!second_half);
        self.breaks
    }
}

#[cfg(test)]
mod tests;
