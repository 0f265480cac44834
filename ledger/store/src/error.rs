//! What can go wrong with a store, by culprit: the operator's set-up, the disk, or the data itself.

use std::path::PathBuf;
use zhengku_ledger::block::GenesisError;
use zhengku_ledger::codec::CodecError;
use zhengku_ledger::ids::{ChainId, Height};

/// Why a store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it open.
    #[error("{path}: another process has this ledger open; stop it first")]
    Locked {
        /// The store's directory.
        path: PathBuf,
    },
    /// There is none.
    #[error(
        "{path}: there is no ledger here; for a node of a network run `zhengku ledger begin --data DIR --genesis genesis.bin`, for one alone `zhengku init`"
    )]
    Missing {
        /// The store's directory.
        path: PathBuf,
    },
    /// There is one already.
    #[error("{path}: there is a ledger here already")]
    Exists {
        /// The store's directory.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error("{path}: storage format {actual}; this program knows {known}: use a newer program")]
    NewerFormat {
        /// The store's directory.
        path: PathBuf,
        /// The format found.
        actual: u32,
        /// The format this program writes.
        known: u32,
    },
    /// A ledger other than the one expected.
    #[error("this is ledger {actual}, expected {expected}")]
    ForeignChain {
        /// The ledger expected.
        expected: ChainId,
        /// The ledger found.
        actual: ChainId,
    },
    /// What is stored contradicts itself or the certified header.
    #[error(
        "the ledger is damaged: {what} ({detail}); restore it from another node or a backup, and run `zhengku ledger fsck`"
    )]
    Damaged {
        /// What was read.
        what: &'static str,
        /// What does not fit.
        detail: String,
    },
    /// The store is behind what this node has signed: an old disk image, or lost writes.
    #[error(
        "the ledger ends at height {tip}, but this node has signed height {signed}: an old copy was restored or writes were lost; this node must not sign. Bring the newer copy back, or resync"
    )]
    RolledBack {
        /// The newest block in the store.
        tip: Height,
        /// The newest height this node has signed.
        signed: Height,
    },
    /// A stop or damage left the end of the write-ahead log unreadable, and a block that was signed is not in the store.
    #[error(
        "the ledger's write-ahead log is unreadable after height {tip}, and this node has signed height {signed}; any command that writes (the interrupted import again) finishes that block. Nothing is read before that: the answers would be those of an older ledger"
    )]
    Unfinished {
        /// The newest block in the store.
        tip: Height,
        /// The newest height this node has signed.
        signed: Height,
    },
    /// Nothing tells what this node has signed.
    #[error(
        "the record of what this node signed is missing beside a ledger of height {tip}; this node must not sign. Bring the `signed` directory back"
    )]
    SignedRecordMissing {
        /// The newest block in the store.
        tip: Height,
    },
    /// A former write failed; nothing more is written until a restart.
    #[error("a former write failed; restart after mending the disk")]
    Stopped,
    /// A block that does not follow the newest one.
    #[error("block {actual} does not follow the newest block {tip}")]
    OutOfOrder {
        /// The newest block in the store.
        tip: Height,
        /// The block offered.
        actual: Height,
    },
    /// No such block.
    #[error("there is no block of height {asked}; the newest is {newest}")]
    NoSuchHeight {
        /// The height asked for.
        asked: Height,
        /// The newest height.
        newest: Height,
    },
    /// The genesis is none.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] rocksdb::Error),
    /// A file failed.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl StoreError {
    pub(crate) fn damaged(what: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Damaged { what, detail: detail.to_string() }
    }

    pub(crate) fn codec(what: &'static str) -> impl FnOnce(CodecError) -> Self {
        move |error| Self::damaged(what, error)
    }

    /// Whether the disk is full.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Database(error) => error.to_string().contains("No space left"),
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
