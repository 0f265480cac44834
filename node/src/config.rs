//! What a node is told at its start. Unknown keys are refused; everything that all nodes must agree on is on the ledger instead.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The configuration of a node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// The node's name on the ledger.
    pub name: String,
    /// Its directory (see [`crate::layout::Layout`]); relative to the configuration file.
    pub data: PathBuf,
    /// The HTTP interface.
    pub api: ApiConfig,
    /// The agreement with the other validators.
    pub consensus: ConsensusConfig,
    /// The exchange of transactions with the other nodes.
    pub exchange: ExchangeConfig,
    /// Addresses of peers that take the place of those on the ledger, e.g. behind a proxy.
    #[serde(default)]
    pub overrides: Vec<PeerOverride>,
    /// Limits of this node's own.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// A dishonest conduct, for exercises; none = honest.
    #[serde(default)]
    pub lie: Option<String>,
}

/// The HTTP interface.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiConfig {
    /// Where it listens.
    pub listen: SocketAddr,
}

/// The agreement with the other validators.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsensusConfig {
    /// Where it listens: a multiaddress such as `/ip4/0.0.0.0/tcp/7001`.
    pub listen: String,
    /// How votes are spread.
    #[serde(default)]
    pub pubsub: PubSub,
}

/// How votes are spread.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PubSub {
    /// Each node to some others, which pass it on: messages arrive though two nodes cannot reach each other.
    #[default]
    Gossip,
    /// Each node to all others: the least delay where all reach all.
    Broadcast,
}

/// The exchange of transactions with the other nodes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    /// Where it listens: a multiaddress.
    pub listen: String,
}

/// Where a peer is reached from here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerOverride {
    /// The peer's name on the ledger.
    pub name: String,
    /// Its agreement: a multiaddress without the peer's identity.
    pub consensus: String,
    /// Its exchange.
    pub exchange: String,
}

/// Limits of this node's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Transactions that may wait.
    pub waiting_transactions: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
}

impl Default for LimitsConfig {
    /// Two of the largest blocks' worth of batches, or 20 s of single licences at 1,000 a second.
    fn default() -> Self {
        Self { waiting_transactions: 20_000, waiting_bytes: 64 * 1024 * 1024 }
    }
}
