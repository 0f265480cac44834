//! A licence file's package as hostile input: a ZIP archive that can be read in one way only, or not at all
//! (docs/spec/verification.md, section 2).
//!
//! The structures are read by hand, and only inflating is a library's: a general ZIP reader looks for the directory from the end,
//! skips what it does not know and believes one of two headers. Each of those freedoms lets a file show one content to the
//! verifier and another to the reader that the citizen opens.
//!
//! Read first: [`Package::read`], [`PackageError`].

mod error;
mod inflate;
mod name;
mod record;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use error::PackageError;
use record::{CentralRecord, Directory};

/// The longest file in bytes: a licence of 40 kB with scanned attachments. What is longer is refused unread.
pub const MAX_FILE_BYTES: usize = 20_000_000;
/// The most entries: a licence has about twenty, a case file of many pages some hundreds.
pub const MAX_ENTRIES: usize = 1_000;
/// The most bytes that all entries have together when inflated: with the file itself 52 MB, under the 64 MiB that a judgement may take.
pub const MAX_INFLATED_BYTES: usize = 32_000_000;
/// The longest entry in bytes that may inflate by any ratio: page text repeats itself.
pub const FREE_RATIO_BYTES: usize = 1024 * 1024;
/// How many times its size a longer entry may inflate to. Deflate reaches 1,032; pictures and fonts stay under 10.
pub const MAX_RATIO: usize = 100;
/// The longest name of an entry in bytes.
pub const MAX_NAME_BYTES: usize = 255;

/// A package that was read whole: its structure holds, and every entry has the length and checksum that it declares.
#[derive(Debug)]
pub struct Package<'file> {
    entries: Vec<Entry<'file>>,
    places: BTreeMap<String, usize>,
}

/// A file of the package.
#[derive(Debug)]
struct Entry<'file> {
    name: String,
    content: Cow<'file, [u8]>,
}

impl<'file> Package<'file> {
    /// Whether bytes begin as a ZIP archive does.
    #[must_use]
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04")
    }

    /// Reads a package.
    ///
    /// # Errors
    /// [`PackageError`] for the first thing that a plain package does not have.
    pub fn read(file: &'file [u8]) -> Result<Self, PackageError> {
        if file.len() > MAX_FILE_BYTES {
            return Err(PackageError::TooLong { actual: file.len() });
        }
        let directory = Directory::find(file)?;
        let records = directory.records(file)?;
        let places = name::check(records.iter().map(|record| record.name.as_str()))?;
        check_budget(&records)?;
        let mut next = 0_usize;
        let mut entries = Vec::with_capacity(records.len());
        for record in records {
            let data = record.data(file, &mut next)?;
            let content = inflate::content(&record, data)?;
            entries.push(Entry { name: record.name, content });
        }
        if next == directory.start {
            Ok(Self { entries, places })
        } else {
            Err(PackageError::Gap { before: "the central directory".to_owned() })
        }
    }

    /// An entry's content.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let place = *self.places.get(name)?;
        self.entries.get(place).map(|entry| entry.content.as_ref())
    }

    /// Every entry, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.entries.iter().map(|entry| (entry.name.as_str(), entry.content.as_ref()))
    }

    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len()
    }
}

/// The bounds on what is declared, before a byte is inflated.
fn check_budget(records: &[CentralRecord]) -> Result<(), PackageError> {
    let mut total = 0_usize;
    for record in records {
        total = total.saturating_add(record.length);
        let allowed = record.stored_length.saturating_mul(MAX_RATIO).max(FREE_RATIO_BYTES);
        if record.length > allowed {
            return Err(PackageError::Ratio { name: record.name.clone() });
        }
    }
    if total > MAX_INFLATED_BYTES { Err(PackageError::InflatedTooLong { actual: total }) } else { Ok(()) }
}
