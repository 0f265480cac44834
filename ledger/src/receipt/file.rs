//! The receipt as a text file.

use super::{MAX_RECEIPT_BYTES, Receipt};
use crate::armour::{Armour, FileError, Lines};
use crate::codec;
use crate::transaction::Outcome;

/// The layout of receipt files.
pub const RECEIPT_FILE: Armour = Armour {
    name: "receipt",
    word: "RECEIPT",
    first_line: "ZHENGKU-RECEIPT 1",
    title: "交易回执 Transaction receipt",
    verify: "核验 Verify: zhengku-verify FILE --trust trust.json",
    max_file_bytes: MAX_RECEIPT_BYTES * 2,
};

impl Receipt {
    /// The file. Ends with a line break.
    #[must_use]
    pub fn to_file(&self) -> String {
        RECEIPT_FILE.render(&self.lines(), &self.encode())
    }

    /// Reads a file and requires it to be, byte for byte, what [`Receipt::to_file`] writes.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn from_file(bytes: &[u8]) -> Result<Self, FileError> {
        let receipt = Self::decode(&RECEIPT_FILE.open(bytes)?)?;
        if receipt.to_file().as_bytes() == bytes { Ok(receipt) } else { Err(FileError::Head) }
    }

    /// The head. Numbers only: an older verifier must write the same text for kinds and codes that it has no words for.
    fn lines(&self) -> Lines {
        let (header, envelope) = (&self.header, &self.envelope);
        let mut lines = Lines::default();
        lines.push("交易 Transaction", &self.transaction().to_string());
        lines.push("机构 Organisation", &envelope.organisation.to_string());
        lines.push("幂等键 Idempotency key", &envelope.idempotency.to_string());
        let kind = codec::encode(&envelope.kind).first().copied().unwrap_or_default();
        lines.push("内容 Payload", &format!("类别 kind {kind}, {} 项 items", envelope.count));
        lines.push("结果 Outcome", &outcome_text(&self.outcome));
        let time = header.time.to_utc_text();
        lines.push("区块 Block", &format!("{}, 位置 place {}, {time}", header.height, self.place));
        lines.push("账本 Ledger", &header.chain.to_string());
        lines
    }
}

fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { first, count } => format!("已执行 applied, 首条 first entry {first}, {count} 条 entries"),
        Outcome::Repeated { original, height, place } => {
            format!("重复 repeated, 原交易 original {original}, 区块 block {height}, 位置 place {place}")
        }
        Outcome::Rejected { code, item } => format!("已拒绝 rejected, 代码 code {}, 第 item {item} 项", code.number()),
    }
}
