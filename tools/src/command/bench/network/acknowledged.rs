//! The file of acknowledgements: what a client was told is final. Cluster tests look for each of its lines on every node.

use super::client::Acknowledged;
use crate::failure::Failure;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use zhengku_ledger::ids::TimestampMs;

/// An open file of acknowledgements.
pub(super) struct AcknowledgementFile {
    path: PathBuf,
    file: File,
}

impl AcknowledgementFile {
    /// Opens the file to append to it.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).map_err(Failure::file(path))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Appends one line in one write: whoever reads meanwhile sees whole lines, but for the last.
    pub(super) fn append(&mut self, told: &Acknowledged, node: &str, now: TimestampMs) -> Result<(), Failure> {
        let line = format!(
            "{} {} {} {} {} {} {node} {}\n",
            told.organisation, told.idempotency, told.height, told.block, told.first, told.count, now.0
        );
        self.file.write_all(line.as_bytes()).map_err(Failure::file(&self.path))
    }
}
