//! Small working papers of a department, encrypted: drafts, batches, what waits for a second operator. They may name persons, so they
//! lie sealed like the vault's records, one file each; nothing on the ledger names them, and they are thrown away when they are done.

use crate::random::{RandomError, Randomness};
use crate::whole::{self, Readers};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::envelope::{self, EnvelopeError, RecordKey, WRAPPED_KEY_LEN, WrappingKey};

/// The longest paper in bytes: a draft of 64 fields of 8 KiB, as JSON.
pub const MAX_PAPER_BYTES: usize = 4 * 1024 * 1024;
/// The most papers in one directory: beyond it somebody has forgotten to work them off.
pub const MAX_PAPERS: usize = 100_000;
/// The longest name of a paper.
pub const MAX_NAME: usize = 64;
const ENDING: &str = "sealed";

/// A directory of sealed papers.
pub struct Papers {
    directory: PathBuf,
    wrapping: WrappingKey,
}

/// Why a paper was not kept or not found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PaperError {
    /// The disk.
    #[error("{path}: {source}")]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A name that is no word.
    #[error("a paper's name has 1 to {MAX_NAME} characters of a-z, A-Z, 0-9, - and _")]
    Name,
    /// Too long.
    #[error("a paper has at most {MAX_PAPER_BYTES} bytes, this one has {actual}")]
    TooLong {
        /// Bytes given.
        actual: usize,
    },
    /// Too many.
    #[error("there are {MAX_PAPERS} papers already; work some off first")]
    TooMany,
    /// It does not open: another wrapping key, or altered bytes.
    #[error("{path} does not open: another wrapping key, or it was altered")]
    Refused {
        /// The path.
        path: PathBuf,
    },
    /// It is of another form: of another version of this program.
    #[error("{path}: {reason}")]
    Form {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl Papers {
    /// The papers in `directory`, which is made when it is missing, for the owner alone.
    ///
    /// # Errors
    /// [`PaperError::File`].
    pub fn open(directory: &Path, wrapping: WrappingKey) -> Result<Self, PaperError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(file_error(directory))?;
        Ok(Self { directory: directory.to_owned(), wrapping })
    }

    /// Keeps a paper under a name, in place of a former one. Durable when it returns.
    ///
    /// # Errors
    /// [`PaperError`]; the former one then stays.
    pub fn put<T: Serialize>(&self, name: &str, paper: &T, random: &mut Randomness) -> Result<(), PaperError> {
        let path = self.path(name)?;
        let form = |error: serde_json::Error| PaperError::Form { path: path.clone(), reason: error.to_string() };
        let plaintext = Zeroizing::new(serde_json::to_vec(paper).map_err(form)?);
        if plaintext.len() > MAX_PAPER_BYTES {
            return Err(PaperError::TooLong { actual: plaintext.len() });
        }
        if !path.exists() && self.names()?.len() >= MAX_PAPERS {
            return Err(PaperError::TooMany);
        }
        let refused = |_: EnvelopeError| PaperError::Refused { path: path.clone() };
        let binding = binding(name);
        let key = RecordKey::from_bytes(random.array()?);
        let mut bytes = self.wrapping.wrap(&random.array()?, &binding, &key).map_err(refused)?.to_vec();
        bytes.extend(envelope::seal_record(&key, &random.array()?, &binding, &plaintext).map_err(refused)?);
        whole::write(&path, &bytes, Readers::Owner).map_err(file_error(&path))
    }

    /// A paper; none when there is none of this name.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, PaperError> {
        let path = self.path(name)?;
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(file_error(&path))?,
        };
        let refused = |_: EnvelopeError| PaperError::Refused { path: path.clone() };
        let binding = binding(name);
        let Some((wrapped, sealed)) = bytes.split_at_checked(WRAPPED_KEY_LEN) else {
            return Err(PaperError::Refused { path });
        };
        let key = self.wrapping.unwrap(&binding, wrapped).map_err(refused)?;
        let plaintext = envelope::open_record(&key, &binding, sealed).map_err(refused)?;
        let form = |error: serde_json::Error| PaperError::Form { path: path.clone(), reason: error.to_string() };
        serde_json::from_slice(&plaintext).map(Some).map_err(form)
    }

    /// The names of all papers, sorted.
    ///
    /// # Errors
    /// [`PaperError::File`].
    pub fn names(&self) -> Result<Vec<String>, PaperError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(file_error(&self.directory))? {
            let path = entry.map_err(file_error(&self.directory))?.path();
            let stem = path.file_stem().and_then(std::ffi::OsStr::to_str);
            let ours = path.extension().is_some_and(|ending| ending == ENDING);
            names.extend(stem.filter(|stem| ours && is_name(stem)).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// Throws a paper away. One that is not there is no error.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn remove(&self, name: &str) -> Result<(), PaperError> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(&path)(error)),
            _ => File::open(&self.directory).and_then(|directory| directory.sync_all()).map_err(file_error(&path)),
        }
    }

    fn path(&self, name: &str) -> Result<PathBuf, PaperError> {
        if is_name(name) { Ok(self.directory.join(format!("{name}.{ENDING}"))) } else { Err(PaperError::Name) }
    }
}

fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(word)
}

fn binding(name: &str) -> Digest {
    Domain::RecordSeal.hash_parts(&[b"paper/", name.as_bytes()])
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> PaperError + use<> {
    let path = path.to_owned();
    move |source| PaperError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn papers(directory: &Path, key: u8) -> Papers {
        Papers::open(directory, WrappingKey::from_bytes([key; 32])).unwrap()
    }

    #[test]
    fn a_paper_is_kept_replaced_listed_and_thrown_away() {
        let directory = tempfile::tempdir().unwrap();
        let papers = papers(directory.path(), 1);
        let mut random = Randomness::new();
        papers.put("draft-1", &"甲", &mut random).unwrap();
        papers.put("draft-2", &"乙", &mut random).unwrap();
        papers.put("draft-1", &"丙", &mut random).unwrap();
        assert_eq!(papers.get::<String>("draft-1").unwrap().as_deref(), Some("丙"));
        assert_eq!(papers.names().unwrap(), ["draft-1", "draft-2"]);
        papers.remove("draft-1").unwrap();
        papers.remove("draft-1").unwrap();
        assert_eq!(papers.get::<String>("draft-1").unwrap(), None);
        assert_eq!(papers.names().unwrap(), ["draft-2"]);
    }

    #[test]
    fn it_opens_with_its_own_key_under_its_own_name_and_unaltered_only() {
        let directory = tempfile::tempdir().unwrap();
        let papers_of_one = papers(directory.path(), 1);
        papers_of_one.put("a", &"甲", &mut Randomness::new()).unwrap();
        let path = directory.path().join("a.sealed");
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(3).any(|window| window == "甲".as_bytes()));
        assert!(matches!(papers(directory.path(), 2).get::<String>("a"), Err(PaperError::Refused { .. })));
        fs::copy(&path, directory.path().join("b.sealed")).unwrap();
        assert!(matches!(papers_of_one.get::<String>("b"), Err(PaperError::Refused { .. })));
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            fs::write(&path, &altered).unwrap();
            assert!(matches!(papers_of_one.get::<String>("a"), Err(PaperError::Refused { .. })), "byte {place}");
        }
        fs::write(&path, b"short").unwrap();
        assert!(matches!(papers_of_one.get::<String>("a"), Err(PaperError::Refused { .. })));
    }

    #[test]
    fn a_name_is_a_word() {
        let directory = tempfile::tempdir().unwrap();
        let papers = papers(directory.path(), 1);
        for name in ["", "../keys", "a/b", "a.b", "名", &"a".repeat(65)] {
            assert!(matches!(papers.put(name, &1, &mut Randomness::new()), Err(PaperError::Name)), "{name}");
        }
    }
}
