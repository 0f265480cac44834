//! The text form of every file that is kept: a head for people, the canonical bytes in base64, a digest line. Every byte of a file is
//! fixed by its content, so that no byte can change unnoticed: reading renders the file again and compares.

use crate::codec::CodecError;
use crate::displayed::displayed;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;
use zhengku_crypto::digest::sha256;

const DIGEST_TAG: &str = "sha256: ";
/// Base64 characters on a line, as in PEM (RFC 7468).
const LINE_WIDTH: usize = 64;
/// The last two lines of every head.
const TAIL: &str = "以上文字由下方数据生成, 以核验结果为准。 The text above is made from the proof below; trust only the verifier.\n\n";

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armour {
    /// What such a file holds, in messages: `proof`.
    pub name: &'static str,
    /// The word in the BEGIN and END lines: `PROOF`.
    pub word: &'static str,
    /// The first line, with the version of the format: `ZHENGKU-PROOF 1`.
    pub first_line: &'static str,
    /// The second line, which says in words what the file is.
    pub title: &'static str,
    /// The line that says how to verify it.
    pub verify: &'static str,
    /// The longest file in bytes.
    pub max_file_bytes: usize,
}

/// Why a file is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It has nothing of a file of this kind.
    #[error("this is not a {name} file: its first line is not \"{expected}\"")]
    OtherKind {
        /// What such a file holds.
        name: &'static str,
        /// The first line of the kind.
        expected: &'static str,
    },
    /// A newer version.
    #[error("the file is of format {found}; this program knows \"{known}\": use a newer zhengku-verify")]
    NewerVersion {
        /// The first line.
        found: String,
        /// The first line that is known.
        known: &'static str,
    },
    /// Longer than any file of this kind.
    #[error("{actual} bytes; such a file has at most {limit}")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
        /// The bytes offered.
        actual: usize,
    },
    /// The digest line is missing or not that of the bytes before it.
    #[error("the digest in the last line is not that of the file")]
    Digest,
    /// The part between the marks is missing or not base64.
    #[error("the part between the BEGIN and END lines is not base64")]
    Base64,
    /// The binary part cannot be read.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The head, or the layout, is not what the content gives.
    #[error("the text of the file is not what its data say")]
    Head,
}

/// The labelled lines of a head.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// Appends `label: value`.
    pub fn push(&mut self, label: &str, value: &str) {
        let _ = writeln!(self.0, "{label}: {}", displayed(value));
    }
}

impl Armour {
    /// The file of `content`, the canonical bytes. Ends with a line break.
    #[must_use]
    pub fn render(&self, lines: &Lines, content: &[u8]) -> String {
        let mut text = format!("{}\n{}\n\n{}\n{}\n{TAIL}", self.first_line, self.title, lines.0, self.verify);
        text.push_str(&self.begin());
        text.push('\n');
        for (place, character) in STANDARD.encode(content).chars().enumerate() {
            if place > 0 && place % LINE_WIDTH == 0 {
                text.push('\n');
            }
            text.push(character);
        }
        let _ = write!(text, "\n{}\n", self.end());
        let digest = sha256(text.as_bytes());
        let _ = writeln!(text, "{DIGEST_TAG}{digest}");
        text
    }

    /// The canonical bytes inside a file. The caller decodes them and compares what [`Armour::render`] gives with the file.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn open(&self, bytes: &[u8]) -> Result<Vec<u8>, FileError> {
        if bytes.len() > self.max_file_bytes {
            return Err(FileError::TooLong { limit: self.max_file_bytes, actual: bytes.len() });
        }
        let tag = bytes.windows(DIGEST_TAG.len()).rposition(|window| window == DIGEST_TAG.as_bytes());
        let signed = tag.and_then(|tag| bytes.split_at_checked(tag));
        let whole = signed.is_some_and(|(body, line)| line == format!("{DIGEST_TAG}{}\n", sha256(body)).as_bytes());
        if !whole {
            return Err(self.not_whole(bytes));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| FileError::Head)?;
        if text.lines().next() != Some(self.first_line) {
            return Err(self.not_whole(bytes));
        }
        // A whole line: a value of the head may end with the same characters.
        let (_, rest) = text.split_once(&format!("\n{}\n", self.begin())).ok_or(FileError::Base64)?;
        let (encoded, _) = rest.split_once(&format!("\n{}\n", self.end())).ok_or(FileError::Base64)?;
        let joined: String = encoded.split('\n').collect();
        STANDARD.decode(joined).map_err(|_| FileError::Base64)
    }

    /// Whether the first line is of this kind, in any version.
    #[must_use]
    pub fn begins(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(self.stem())
    }

    fn begin(&self) -> String {
        format!("-----BEGIN ZHENGKU {}-----", self.word)
    }

    fn end(&self) -> String {
        format!("-----END ZHENGKU {}-----", self.word)
    }

    /// The first line without its version.
    fn stem(&self) -> &'static [u8] {
        self.first_line.trim_end_matches(|last: char| last.is_ascii_digit()).as_bytes()
    }

    /// Tells a damaged file from a newer one and from one that never was of this kind.
    fn not_whole(&self, bytes: &[u8]) -> FileError {
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let begin = self.begin();
        let marked = bytes.windows(begin.len()).any(|window| window == begin.as_bytes());
        if marked && self.is_newer(first) {
            let found = String::from_utf8_lossy(first).into_owned();
            return FileError::NewerVersion { found, known: self.first_line };
        }
        if marked || first == self.first_line.as_bytes() {
            return FileError::Digest;
        }
        FileError::OtherKind { name: self.name, expected: self.first_line }
    }

    /// Whether a first line is of this kind with another version: a decimal number of at most four digits without leading zeros,
    /// from 2 on.
    fn is_newer(&self, first: &[u8]) -> bool {
        match first.strip_prefix(self.stem()) {
            Some(version @ [b'1'..=b'9', ..]) if version.len() <= 4 => {
                version.iter().all(u8::is_ascii_digit) && version != b"1"
            }
            _ => false,
        }
    }
}
