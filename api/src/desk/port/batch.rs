//! Batches: registers that are minted or collected as a whole.

use zhengku_ledger::ids::TimestampMs;

/// A register as it was uploaded.
#[derive(Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// Type code.
    pub type_code: String,
    /// The file's name, without directories.
    pub file_name: String,
    /// CSV (UTF-8 or GB18030) or XLSX.
    pub bytes: Vec<u8>,
    /// Whether each row becomes a sealed file (制证), or only an entry of the index (历史数据归集).
    pub is_sealed: bool,
}

/// A batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Its id.
    pub id: String,
    /// Type code.
    pub type_code: String,
    /// Chinese name of the type.
    pub type_zh: String,
    /// English name of the type.
    pub type_en: String,
    /// The file's name.
    pub file_name: String,
    /// Its length in bytes.
    pub file_bytes: u64,
    /// Sealed files, or the index only.
    pub is_sealed: bool,
    /// Who uploaded it.
    pub by: String,
    /// When.
    pub uploaded: TimestampMs,
    /// Where it is.
    pub state: BatchState,
    /// What the dry run found; none before it ends.
    pub report: Option<DryRun>,
    /// How it goes.
    pub progress: Progress,
}

/// Where a batch is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BatchState {
    /// The dry run goes.
    Checking,
    /// The dry run has ended; it can be started.
    Checked,
    /// It goes.
    Running,
    /// An operator stopped it; it can be started again.
    Stopped,
    /// Everything is minted.
    Done,
    /// It broke off (node, key); it can be started again.
    Failed,
}

/// What a dry run found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DryRun {
    /// Rows of the register.
    pub rows: u64,
    /// Rows that can be minted.
    pub good: u64,
    /// Rows that are on the ledger already, with the same content: they are skipped.
    pub known: u64,
    /// Rows that are refused.
    pub refused: u64,
    /// What each column is and how many of its values are refused.
    pub columns: Vec<ColumnReport>,
}

/// A column of a register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnReport {
    /// Its heading in the file.
    pub heading: String,
    /// The field it fills, in Chinese; none: it is left out.
    pub field_zh: Option<String>,
    /// The same in English.
    pub field_en: Option<String>,
    /// Values that are refused.
    pub refused: u64,
    /// The most frequent reason, in Chinese; empty when none is refused.
    pub reason_zh: String,
    /// The same in English.
    pub reason_en: String,
}

/// How a batch goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Where it is.
    pub state: BatchState,
    /// Rows done (minted, known or refused).
    pub done: u64,
    /// Rows to do in all.
    pub total: u64,
    /// Rows refused, those of the dry run too.
    pub refused: u64,
    /// Rows per second, over the last seconds.
    pub per_second: u64,
    /// Seconds until the end at this rate; none when it cannot be said.
    pub remaining_s: Option<u64>,
}

/// A row that was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedRow {
    /// Its number in the file, as spreadsheets count (the heading is row 1).
    pub row: u64,
    /// The column's heading; empty: the row as a whole.
    pub column: String,
    /// Why, in Chinese. Must not repeat the value.
    pub zh: String,
    /// The same in English.
    pub en: String,
}
