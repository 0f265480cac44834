//! The network as one node sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The network as one node sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Network {
    /// The node that says so.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// All nodes of the ledger's list, itself too.
    pub nodes: Vec<NetworkNode>,
    /// Active validators on the ledger.
    pub validators: u64,
    /// The votes that decide.
    pub quorum: u64,
    /// The height that is being agreed on.
    pub deciding_height: u64,
    /// The round of it.
    pub deciding_round: u32,
    /// Transactions that wait here.
    pub waiting_transactions: u64,
    /// Their bytes.
    pub waiting_bytes: u64,
    /// Whether a quorum is connected, the node itself counted.
    pub has_quorum: bool,
    /// When it last committed a block, in ms by its clock.
    pub committed_ms: u64,
    /// Its clock in ms.
    pub now_ms: u64,
    /// Offences on the ledger so far.
    pub offences: u64,
}

/// A node of the network.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct NetworkNode {
    /// Its name on the ledger.
    pub name: String,
    /// The organisation that runs it.
    pub organisation: u32,
    /// What it is.
    pub role: NodeRole,
    /// Whether the node that answers is connected to it (true for itself).
    pub is_connected: bool,
    /// Its newest height, as it said last.
    pub height: Option<u64>,
    /// The round trip to it in microseconds.
    pub round_trip_us: Option<u64>,
    /// The newest height that holds its vote.
    pub last_vote: Option<u64>,
    /// When its certificate ends, in ms.
    pub certificate_ends_ms: Option<u64>,
    /// The address of its interface, when the ledger names one.
    pub url: Option<String>,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// It votes.
    Validator,
    /// It follows.
    Observer,
}
