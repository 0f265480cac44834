//! The proof as a text file: a head for people, the binary proof in base64, a digest line. Every byte of it is fixed by the proof,
//! so that no byte can change unnoticed: reading re-renders the file and compares.

use super::{MAX_PROOF_BYTES, Proof};
use crate::codec::CodecError;
use crate::entry::EntryBody;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;
use zhengku_crypto::digest::sha256;

/// The first line, with the version of the file format.
pub const FIRST_LINE: &str = "ZHENGKU-PROOF 1";
const BEGIN: &str = "-----BEGIN ZHENGKU PROOF-----";
const END: &str = "-----END ZHENGKU PROOF-----";
const DIGEST_TAG: &str = "sha256: ";
/// Base64 characters on a line, as in PEM (RFC 7468).
const LINE_WIDTH: usize = 64;
/// The longest file in bytes: the proof in base64 and the head, which repeats the disclosed values with five bytes for a line feed.
pub const MAX_FILE_BYTES: usize = MAX_PROOF_BYTES * 7;

/// Why a file is not a proof as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// It has nothing of a proof file.
    #[error("this is not a proof file: its first line is not \"{FIRST_LINE}\"")]
    NotAProof,
    /// A newer version.
    #[error("the file is of format {found}; this program knows \"{FIRST_LINE}\": use a newer zhengku-verify")]
    NewerVersion {
        /// The first line.
        found: String,
    },
    /// Longer than any proof.
    #[error("{actual} bytes; a proof file has at most {MAX_FILE_BYTES}")]
    TooLong {
        /// The bytes offered.
        actual: usize,
    },
    /// The digest line is missing or not that of the bytes before it.
    #[error("the digest in the last line is not that of the file")]
    Digest,
    /// The part between the marks is missing or not base64.
    #[error("the part between the BEGIN and END lines is not base64")]
    Base64,
    /// The binary part is no proof.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The head, or the layout, is not what the proof gives.
    #[error("the text of the file is not what its proof says")]
    Head,
}

impl Proof {
    /// The file. Ends with a line break.
    #[must_use]
    pub fn to_file(&self) -> String {
        let mut text = self.head();
        text.push_str(BEGIN);
        text.push('\n');
        for (place, character) in STANDARD.encode(self.encode()).chars().enumerate() {
            if place > 0 && place % LINE_WIDTH == 0 {
                text.push('\n');
            }
            text.push(character);
        }
        let _ = write!(text, "\n{END}\n");
        let digest = sha256(text.as_bytes());
        let _ = writeln!(text, "{DIGEST_TAG}{digest}");
        text
    }

    /// Reads a file and requires it to be, byte for byte, what [`Proof::to_file`] writes.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn from_file(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ProofFileError::TooLong { actual: bytes.len() });
        }
        let tag = bytes.windows(DIGEST_TAG.len()).rposition(|window| window == DIGEST_TAG.as_bytes());
        let signed = tag.and_then(|tag| bytes.split_at_checked(tag));
        let whole = signed.is_some_and(|(body, line)| line == format!("{DIGEST_TAG}{}\n", sha256(body)).as_bytes());
        if !whole {
            return Err(not_whole(bytes));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofFileError::Head)?;
        if text.lines().next() != Some(FIRST_LINE) {
            return Err(not_whole(bytes));
        }
        // A whole line: a disclosed value may end with the same characters.
        let (_, rest) = text.split_once(&format!("\n{BEGIN}\n")).ok_or(ProofFileError::Base64)?;
        let (encoded, _) = rest.split_once(&format!("\n{END}\n")).ok_or(ProofFileError::Base64)?;
        let joined: String = encoded.split('\n').collect();
        let proof = Self::decode(&STANDARD.decode(joined).map_err(|_| ProofFileError::Base64)?)?;
        if proof.to_file().as_bytes() == bytes { Ok(proof) } else { Err(ProofFileError::Head) }
    }

    /// The head: what the proof says, in words.
    fn head(&self) -> String {
        let mut head = format!("{FIRST_LINE}\n证照状态证明 Licence status proof\n\n");
        let mut line = |label: &str, value: String| {
            let _ = writeln!(head, "{label}: {}", displayed(&value));
        };
        if let EntryBody::LicenceType(kind) = &self.licence_type.entry.body {
            line("证照类型 Type", format!("{} {} ({})", kind.name_zh, kind.name_en, kind.code));
        }
        if let EntryBody::Organisation(issuer) = &self.issuer.entry.body {
            line("发证机关 Issuer", format!("{} {} ({})", issuer.name_zh, issuer.name_en, issuer.credit_code));
        }
        if let Some(licence) = self.licence.entry.licence() {
            line("状态 Status", format!("{} {}", licence.status.name_zh(), licence.status.name_en()));
            line("版本 Version", format!("{:03}", licence.version));
            line("颁发日期 Issued", licence.issued_on.to_text());
            let end = licence.valid_to.map_or("长期 no end".to_owned(), |last| last.to_text());
            line("有效期 Valid", format!("{} – {end}", licence.valid_from.to_text()));
        }
        for shown in self.disclosed.iter() {
            line(
                "照面 Field",
                format!("{} ({}) = {}", self.label(shown.field.key.as_str()), shown.field.key, shown.field.value),
            );
        }
        line("截至 As of", format!("{} 区块 block {}", self.header.time.to_utc_text(), self.header.height));
        line("账本 Ledger", self.header.chain.to_string());
        head.push_str("\n核验 Verify: zhengku-verify FILE --trust trust.json\n");
        head.push_str("以上文字由下方数据生成, 以核验结果为准。 The text above is made from the proof below; trust only the verifier.\n\n");
        head
    }

    fn label<'a>(&'a self, key: &'a str) -> &'a str {
        let EntryBody::LicenceType(kind) = &self.licence_type.entry.body else { return key };
        kind.fields.iter().find(|field| field.key.as_str() == key).map_or(key, |field| field.label_zh.as_str())
    }
}

/// A value as the head shows it: a line feed must not look like the next line of the head, and characters that a viewer does not
/// show, or that turn its writing direction, are written as `\u{2028}`.
fn displayed(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\n' => text.push_str(" ⏎ "),
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' => {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(character));
            }
            other => text.push(other),
        }
    }
    text
}

/// Tells a damaged proof from a newer one and from a file that never was one.
fn not_whole(bytes: &[u8]) -> ProofFileError {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let marked = bytes.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes());
    if marked && is_newer(first) {
        return ProofFileError::NewerVersion { found: String::from_utf8_lossy(first).into_owned() };
    }
    let damaged = marked || first == FIRST_LINE.as_bytes();
    if damaged { ProofFileError::Digest } else { ProofFileError::NotAProof }
}

/// Whether a first line is ours with another version: a decimal number of at most four digits without leading zeros, from 2 on.
fn is_newer(first: &[u8]) -> bool {
    let stem = FIRST_LINE.trim_end_matches(|last: char| last.is_ascii_digit()).as_bytes();
    match first.strip_prefix(stem) {
        Some(version @ [b'1'..=b'9', ..]) if version.len() <= 4 => {
            version.iter().all(u8::is_ascii_digit) && version != b"1"
        }
        _ => false,
    }
}
