//! What can go wrong with a node.

use std::path::PathBuf;
use zhengku_ledger::block::{CertificateError, GenesisError};
use zhengku_ledger::codec::{LengthError, TextError};
use zhengku_ledger::execute::ExecuteError;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::transaction::{RejectCode, TransactionError};
use zhengku_ledger::validator_set::ValidatorSetError;
use zhengku_library::catalogue::CatalogueError;
use zhengku_library::random::RandomError;
use zhengku_library::vault::{SettleError, VaultError};
use zhengku_store::StoreError;

/// Why a node cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The ledger's store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Settling the vault at the start.
    #[error("settling the vault: {0}")]
    Settle(#[from] SettleError<StoreError>),
    /// The machine's clock is behind the ledger.
    #[error("the clock says {now}, the newest block is of {newest}: set the clock right before writing")]
    ClockBehind {
        /// The machine's clock.
        now: String,
        /// The newest block's time.
        newest: String,
    },
    /// The proposal is no block.
    #[error(transparent)]
    Execute(#[from] ExecuteError<StoreError>),
    /// The certificate is none.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A transaction is not authentic.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// Agreement does not start.
    #[error("agreement: {0}")]
    AgreementStart(#[from] zhengku_consensus::StartError),
    /// Agreement had to stop.
    #[error(transparent)]
    Agreement(crate::chain::AgreementError),
    /// Agreement has ended for a reason of its own.
    #[error("agreement has ended: {reason}")]
    Ended {
        /// Why.
        reason: String,
    },
    /// The certificate authorities of the directory.
    #[error(transparent)]
    Pki(Box<crate::pki::PkiError>),
    /// Signing failed.
    #[error("signing: {0}")]
    Signing(#[from] zhengku_crypto::sign::SignatureError),
    /// A key file.
    #[error("{path}: {reason}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The ledger rejected what the node itself submitted.
    #[error("the ledger rejected it: {} ({})", code.reason_en(), code.number())]
    Rejected {
        /// Why.
        code: RejectCode,
    },
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// A name is too long for the ledger.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A list is too long for the ledger.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// The genesis.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The validators.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The ledger names a record that the vault does not have.
    #[error("entry {entry} names a record that the vault does not have; restore the vault from its backup")]
    RecordMissing {
        /// The entry.
        entry: u64,
    },
    /// Nobody on this ledger may define licence types.
    #[error("no organisation on this ledger may define licence types")]
    NoDefiner,
    /// The directory was opened for reading.
    #[error("this node was opened for reading only")]
    ReadOnly,
}

impl NodeError {
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(crate) fn clock_behind(now: TimestampMs, newest: TimestampMs) -> Self {
        Self::ClockBehind { now: now.to_utc_text(), newest: newest.to_utc_text() }
    }
}

impl From<crate::pki::PkiError> for NodeError {
    fn from(error: crate::pki::PkiError) -> Self {
        Self::Pki(Box::new(error))
    }
}
