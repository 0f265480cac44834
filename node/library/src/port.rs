//! The two ports to the ledger, and the keys that sign for organisations. The node implements them.

use std::sync::Arc;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{ChainId, EntryKey, Height, LogIndex, OrganisationNumber, TimestampMs};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::{Outcome, SignedTransaction};

/// Why the ledger did not answer. The cause is the node's; a caller can only report it.
#[derive(Debug, thiserror::Error)]
#[error("{context}: {source}")]
pub struct PortError {
    /// What was asked.
    pub context: &'static str,
    /// Why it failed.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A decided block.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: TimestampMs,
    /// What became of each transaction, in the order given.
    pub outcomes: Vec<Outcome>,
}

/// Asking the ledger to change.
pub trait Submit {
    /// Submits transactions and waits until they are decided and durable.
    ///
    /// # Errors
    /// [`PortError`]; nothing of them is decided then, unless a later read shows otherwise.
    fn submit(&self, transactions: Vec<SignedTransaction>) -> Result<Receipt, PortError>;
}

/// Reading the ledger.
pub trait Read: Sync {
    /// The ledger's id.
    fn chain(&self) -> ChainId;

    /// Organisations and licence types, as of now.
    fn directory(&self) -> Directory;

    /// The newest entry of each key.
    ///
    /// # Errors
    /// [`PortError`].
    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError>;
}

/// The keys that sign for organisations.
pub trait Keyring {
    /// The signer of an organisation, when its key is held here.
    fn signer(&self, organisation: OrganisationNumber) -> Option<Arc<dyn Signer>>;
}
