//! The proof as a text file (docs/spec/proof.md section 2).

use super::{MAX_PROOF_BYTES, Proof};
use crate::armour::{Armour, FileError, Lines};
use crate::entry::EntryBody;

/// The longest file in bytes: the proof in base64 and the head, which repeats the disclosed values with five bytes for a line feed.
pub const MAX_FILE_BYTES: usize = MAX_PROOF_BYTES * 7;

/// The layout of proof files.
pub const PROOF_FILE: Armour = Armour {
    name: "proof",
    word: "PROOF",
    first_line: "ZHENGKU-PROOF 1",
    title: "证照状态证明 Licence status proof",
    verify: "核验 Verify: zhengku-verify FILE --trust trust.json",
    max_file_bytes: MAX_FILE_BYTES,
};

impl Proof {
    /// The file. Ends with a line break.
    #[must_use]
    pub fn to_file(&self) -> String {
        PROOF_FILE.render(&self.lines(), &self.encode())
    }

    /// Reads a file and requires it to be, byte for byte, what [`Proof::to_file`] writes.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn from_file(bytes: &[u8]) -> Result<Self, FileError> {
        let proof = Self::decode(&PROOF_FILE.open(bytes)?)?;
        if proof.to_file().as_bytes() == bytes { Ok(proof) } else { Err(FileError::Head) }
    }

    /// The head: what the proof says, in words.
    fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        if let EntryBody::LicenceType(kind) = &self.licence_type.entry.body {
            lines.push("证照类型 Type", &format!("{} {} ({})", kind.name_zh, kind.name_en, kind.code));
        }
        if let EntryBody::Organisation(issuer) = &self.issuer.entry.body {
            lines.push("发证机关 Issuer", &format!("{} {} ({})", issuer.name_zh, issuer.name_en, issuer.credit_code));
        }
        if let Some(licence) = self.licence.entry.licence() {
            let dispute = if licence.disputed { " (异议中 disputed)" } else { "" };
            lines.push("状态 Status", &format!("{} {}{dispute}", licence.status.name_zh(), licence.status.name_en()));
            lines.push("版本 Version", &format!("{:03}", licence.version));
            lines.push("颁发日期 Issued", &licence.issued_on.to_text());
            let end = licence.valid_to.map_or("长期 no end".to_owned(), |last| last.to_text());
            lines.push("有效期 Valid", &format!("{} – {end}", licence.valid_from.to_text()));
        }
        for shown in self.disclosed.iter() {
            let key = shown.field.key.as_str();
            lines.push("照面 Field", &format!("{} ({key}) = {}", self.label(key), shown.field.value));
        }
        lines.push("截至 As of", &format!("{} 区块 block {}", self.header.time.to_utc_text(), self.header.height));
        lines.push("账本 Ledger", &self.header.chain.to_string());
        lines
    }

    fn label<'a>(&'a self, key: &'a str) -> &'a str {
        let EntryBody::LicenceType(kind) = &self.licence_type.entry.body else { return key };
        kind.fields.iter().find(|field| field.key.as_str() == key).map_or(key, |field| field.label_zh.as_str())
    }
}
