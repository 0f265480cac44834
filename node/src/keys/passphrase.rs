//! The passphrase of encrypted key files, and where it comes from.

use super::secret_file::{self, SecretFileError};
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Names a file that holds the passphrase: the form for services, which get it as a credential of the service manager.
pub const PASSPHRASE_FILE_VARIABLE: &str = "ZK_KEY_PASSPHRASE_FILE";
/// Holds the passphrase itself: for a shell, where other processes of the same user may read it.
pub const PASSPHRASE_VARIABLE: &str = "ZK_KEY_PASSPHRASE";
/// The shortest passphrase in bytes: shorter ones fall to guessing whatever the derivation costs.
pub const MIN_PASSPHRASE_BYTES: usize = 10;
/// The longest passphrase in bytes: more adds nothing to 256 bits.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be opened, or others than its owner get at it.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
    /// Too short or too long.
    #[error("a passphrase has {MIN_PASSPHRASE_BYTES} to {MAX_PASSPHRASE_BYTES} bytes, this one has {actual}")]
    Length {
        /// Its bytes.
        actual: usize,
    },
    /// Not UTF-8.
    #[error("the passphrase is not UTF-8")]
    Encoding,
}

/// A passphrase; wiped when dropped, never shown.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes a passphrase without the line end that an editor or a terminal leaves.
    ///
    /// # Errors
    /// [`PassphraseError::Length`].
    pub fn new(text: &str) -> Result<Self, PassphraseError> {
        let text = text.trim_end_matches(['\r', '\n']);
        if !(MIN_PASSPHRASE_BYTES..=MAX_PASSPHRASE_BYTES).contains(&text.len()) {
            return Err(PassphraseError::Length { actual: text.len() });
        }
        Ok(Self(Zeroizing::new(text.as_bytes().to_vec())))
    }

    /// Reads the first line of a file that is its owner's alone.
    ///
    /// # Errors
    /// [`PassphraseError`].
    pub fn from_file(path: &Path) -> Result<Self, PassphraseError> {
        let file = |source| PassphraseError::File { path: path.to_owned(), source };
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PASSPHRASE_BYTES));
        let limit = u64::try_from(MAX_PASSPHRASE_BYTES).unwrap_or(u64::MAX).saturating_add(2);
        secret_file::open(path)?.take(limit).read_to_end(&mut bytes).map_err(file)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| PassphraseError::Encoding)?;
        Self::new(text.lines().next().unwrap_or_default())
    }

    /// The passphrase that the environment names: a file first, else the text itself; none when it names neither.
    ///
    /// # Errors
    /// [`PassphraseError`].
    pub fn from_environment() -> Result<Option<Self>, PassphraseError> {
        if let Some(path) = std::env::var_os(PASSPHRASE_FILE_VARIABLE) {
            return Self::from_file(Path::new(&path)).map(Some);
        }
        match std::env::var(PASSPHRASE_VARIABLE) {
            Ok(text) => Self::new(&Zeroizing::new(text)).map(Some),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(PassphraseError::Encoding),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([REDACTED])")
    }
}
