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
    /// The configuration names a node that the ledger does not know.
    #[error(
        "the ledger knows no node named \"{name}\"; set `name` to this node's name on the ledger, or have it added"
    )]
    UnknownNode {
        /// The name in the configuration.
        name: String,
    },
    /// A key of this directory is not the one on the ledger.
    #[error(
        "the key \"{which}\" here is missing or not the one that the ledger names for {name}; bring the right key, or have it replaced"
    )]
    OtherKey {
        /// The node.
        name: String,
        /// The key.
        which: &'static str,
    },
    /// The configuration names a dishonest conduct that there is not.
    #[error("{0}; remove `lie` from the configuration")]
    Lie(#[from] zhengku_consensus::lie::UnknownLie),
    /// Opening the store panicked: a fault of this program.
    #[error("opening the ledger failed unexpectedly; see the log")]
    Panicked,
}
