//! The only place that prints. Results go to standard output, progress and errors to standard error.

use crate::cli::Output;
use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{IsTerminal, Write};
use unicode_width::UnicodeWidthStr;
use zhengku_ledger::displayed::displayed;
use zhengku_verify::language::Language;

/// Where and how a command prints.
pub(crate) struct Console {
    output: Output,
    language: Language,
}

impl Console {
    pub(crate) const fn new(output: Output, language: Language) -> Self {
        Self { output, language }
    }

    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// Prints one line of JSON, whatever the format.
    pub(crate) fn value<T: Serialize>(&self, value: &T) -> Result<(), Failure> {
        self.line(&serde_json::to_string(value)?)
    }

    /// Prints a result: as one line of JSON, or as a table of labelled values.
    pub(crate) fn result<T: Serialize>(&self, value: &T, table: &[(&str, &str, String)]) -> Result<(), Failure> {
        match self.output {
            Output::Json => self.line(&serde_json::to_string(value)?),
            Output::Table => self.table(table),
        }
    }

    /// Prints rows under headings, or one JSON array.
    pub(crate) fn rows<T: Serialize>(
        &self,
        values: &[T],
        headings: &[&str],
        rows: &[Vec<String>],
    ) -> Result<(), Failure> {
        if self.output == Output::Json {
            return self.line(&serde_json::to_string(values)?);
        }
        for line in columns(headings, rows) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// Prints rows as a remark.
    pub(crate) fn remark_rows(&self, headings: &[&str], rows: &[Vec<String>]) {
        for line in columns(headings, rows) {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    fn table(&self, table: &[(&str, &str, String)]) -> Result<(), Failure> {
        let label = |zh: &str, en: &str| self.language.pick(zh, en).to_owned();
        let width = table.iter().map(|(zh, en, _)| label(zh, en).width()).max().unwrap_or(0);
        for (zh, en, value) in table {
            self.line(&format!("{}  {}", padded(&label(zh, en), width), displayed(value)))?;
        }
        Ok(())
    }

    /// Prints text as it is.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        self.line(text.trim_end())
    }

    fn line(&self, text: &str) -> Result<(), Failure> {
        writeln!(std::io::stdout(), "{text}").map_err(Failure::output)
    }

    /// A remark for people; not part of the result.
    pub(crate) fn remark(&self, zh: &str, en: &str) {
        let _ = writeln!(std::io::stderr(), "{}", lines(self.language.pick(zh, en)));
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        let message = failure.message(self.language);
        let _ = writeln!(std::io::stderr(), "{} {}", self.language.pick("错误:", "error:"), lines(&message));
    }

    /// A progress bar on a terminal; nothing elsewhere.
    pub(crate) fn progress(&self, total: u64, zh: &str, en: &str) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {human_pos}/{human_len} {per_sec} {eta}");
        let bar = ProgressBar::new(total).with_message(self.language.pick(zh, en).to_owned());
        match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

/// A message of ours, which may have several lines; what it repeats of others moves no cursor.
fn lines(text: &str) -> String {
    text.lines().map(displayed).collect::<Vec<_>>().join("\n")
}

/// Pads by the width on the screen: a Chinese character is two columns wide.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Rows under their headings, each column as wide as its widest cell.
fn columns(headings: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let shown = |row: &Vec<String>| row.iter().map(|cell| displayed(cell).into_owned()).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = rows.iter().map(shown).collect();
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.width()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let headings: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    std::iter::once(&headings).chain(&rows).map(line).collect()
}
