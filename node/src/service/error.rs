//! Why a node does not join the network.

use crate::error::NodeError;
use crate::exchange::ExchangeError;
use zhengku_consensus::StartError;
use zhengku_store::StoreError;

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The ledger's store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The exchange.
    #[error("the exchange: {0}")]
    Exchange(#[from] ExchangeError),
    /// Agreement.
    #[error("agreement: {0}")]
    Agreement(#[from] StartError),
    /// The configuration names a dishonest conduct that there is not.
    #[error("{0}; remove `lie` from the configuration")]
    Lie(#[from] zhengku_consensus::lie::UnknownLie),
    /// Opening the store panicked: a fault of this program.
    #[error("opening the ledger failed unexpectedly; see the log")]
    Panicked,
}
