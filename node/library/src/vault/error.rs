//! What can go wrong with the vault, by culprit: the operator's set-up, the disk, or the stored bytes. Ids are digests of ciphertext.

use crate::random::RandomError;
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::envelope::EnvelopeError;

/// Which part of a stored record is damaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RecordPart {
    /// The row of its key is no key row.
    KeyRow,
    /// The sealed bytes are gone although the key is there.
    Absent,
    /// The sealed bytes have another SHA-256 than the id.
    Digest,
    /// The wrapped key does not open: it was altered, or the record belongs to another licence or version.
    Key,
    /// The sealed bytes do not open with the record's key.
    Tag,
}

impl RecordPart {
    const fn text(self) -> &'static str {
        match self {
            Self::KeyRow => "its key row is malformed",
            Self::Absent => "its sealed bytes are gone",
            Self::Digest => "its sealed bytes have another SHA-256",
            Self::Key => "its key does not open; altered, or the record belongs to another licence or version",
            Self::Tag => "its sealed bytes do not open with its key",
        }
    }
}

impl std::fmt::Display for RecordPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// Why the vault cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Another process, or another handle of this one, has it open.
    #[error("{path}: another process has this vault open; stop it first")]
    Locked {
        /// The vault's directory.
        path: PathBuf,
    },
    /// There is none.
    #[error("{path}: there is no vault here")]
    NoVault {
        /// The vault's directory.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error("{path}: vault format {actual}; this program knows {known}: use a newer program")]
    NewerFormat {
        /// The vault's directory.
        path: PathBuf,
        /// The format found.
        actual: u32,
        /// The format this program writes.
        known: u32,
    },
    /// The wrapping key is not the one this vault was made with.
    #[error("{path}: the wrapping key does not open this vault; give the key file the vault was made with")]
    WrongKey {
        /// The vault's directory.
        path: PathBuf,
    },
    /// The vault is open for reading only.
    #[error("the vault is open for reading only")]
    ReadOnly,
    /// No such record.
    #[error("the vault has no record {id}")]
    Missing {
        /// The record.
        id: Digest,
    },
    /// The record's key was destroyed on purpose.
    #[error("record {id} was erased")]
    Erased {
        /// The record.
        id: Digest,
    },
    /// A record is not what was sealed.
    #[error("record {id} is damaged: {part}; restore the vault from a backup")]
    Damaged {
        /// The record.
        id: Digest,
        /// Where the damage shows.
        part: RecordPart,
    },
    /// The vault's own rows contradict each other, or the database says that its files are damaged.
    #[error("the vault is damaged: {what} ({detail}); restore it from a backup")]
    DamagedVault {
        /// What was read.
        what: &'static str,
        /// What does not fit.
        detail: String,
    },
    /// A file that held erased keys is still on the disk.
    #[error(
        "{path}: the erased keys are still in this file; restart the program: it finishes the erasure when it opens the vault"
    )]
    NotPurged {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("the disk of the vault is full; free space and restart")]
    DiskFull,
    /// The database failed.
    #[error("database of the vault: {0}")]
    Database(rocksdb::Error),
    /// A file failed.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A record cannot be sealed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl VaultError {
    pub(crate) fn damaged(what: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::DamagedVault { what, detail: detail.to_string() }
    }

    /// A failure of the file system on `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::File { path, source },
        }
    }

    /// Whether it is about one record; the vault itself works.
    #[must_use]
    pub const fn is_about_record(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Erased { .. } | Self::Damaged { .. })
    }
}

impl From<rocksdb::Error> for VaultError {
    fn from(error: rocksdb::Error) -> Self {
        let text = error.as_ref();
        if text.contains("No space left") || text.contains("Disk quota exceeded") {
            return Self::DiskFull;
        }
        if error.kind() == rocksdb::ErrorKind::Corruption {
            return Self::damaged("database", text);
        }
        Self::Database(error)
    }
}

/// Why the batches of a former run cannot be settled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError<E> {
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger could not be asked which records it names.
    #[error("the ledger cannot be asked: {0}")]
    Ledger(#[source] E),
}
