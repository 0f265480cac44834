//! Where a node stands, and whether it is well.

use crate::{Hex, NodeRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a node stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The ledger: the digest of its genesis.
    pub chain: Hex,
    /// This node's name on the ledger.
    pub name: String,
    /// What this node is.
    pub role: NodeRole,
    /// The version of its program.
    pub version: String,
    /// The newest height.
    pub height: u64,
    /// The newest block.
    pub block: Hex,
    /// The newest block's time in ms.
    pub time_ms: u64,
    /// Entries in the log.
    pub log_size: u64,
    /// Entries that are the newest of their key.
    pub current_entries: u64,
    /// Transactions that wait here.
    pub waiting: u64,
    /// Whether this node reaches a quorum of the validators.
    pub has_quorum: bool,
    /// When this node last committed a block, in ms by its clock.
    pub committed_ms: u64,
    /// This node's clock in ms.
    pub now_ms: u64,
}

/// Whether a node is well.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Whether it is.
    pub is_well: bool,
    /// The newest height.
    pub height: u64,
    /// How long ago it committed a block, in ms.
    pub idle_ms: u64,
    /// Whether it reaches a quorum of the validators.
    pub has_quorum: bool,
    /// Transactions that wait here.
    pub waiting: u64,
}
