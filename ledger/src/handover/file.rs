//! The history as a text file.

use super::{History, MAX_HISTORY_BYTES};
use crate::armour::{Armour, FileError, Lines};

/// The layout of history files.
pub const HISTORY_FILE: Armour = Armour {
    name: "history",
    word: "HISTORY",
    first_line: "ZHENGKU-HISTORY 1",
    title: "节点集合沿革 Validator-set history",
    verify: "核验 Verify: zhengku-verify FILE --trust trust.json",
    max_file_bytes: MAX_HISTORY_BYTES * 2,
};

impl History {
    /// The file. Ends with a line break.
    #[must_use]
    pub fn to_file(&self) -> String {
        HISTORY_FILE.render(&self.lines(), &self.encode())
    }

    /// Reads a file and requires it to be, byte for byte, what [`History::to_file`] writes.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn from_file(bytes: &[u8]) -> Result<Self, FileError> {
        let history = Self::decode(&HISTORY_FILE.open(bytes)?)?;
        if history.to_file().as_bytes() == bytes { Ok(history) } else { Err(FileError::Head) }
    }

    fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for handover in self.handovers.iter() {
            let names: Vec<&str> = handover.next.as_slice().iter().map(|one| one.name.as_str()).collect();
            let (from, time) = (handover.header.height.next(), handover.header.time.to_utc_text());
            lines.push("变更 Change", &format!("自区块 from block {from}, {time}: {}", names.join(", ")));
        }
        lines.push("变更次数 Changes", &self.handovers.len().to_string());
        lines.push("账本 Ledger", &self.chain.to_string());
        lines
    }
}
