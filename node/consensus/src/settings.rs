//! What agreement is started with.

use crate::lie::Lie;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;
use zeroize::Zeroizing;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::ids::{ChainId, Height};

/// How a node takes part in agreement.
#[derive(Clone)]
pub struct Settings {
    /// The ledger.
    pub chain: ChainId,
    /// The consensus key, ed25519. An observer has none and follows.
    pub signer: Option<Arc<dyn Signer>>,
    /// The secret of the network key.
    pub network_secret: Zeroizing<[u8; 32]>,
    /// Where to listen, e.g. `/ip4/0.0.0.0/tcp/26656`. None: no network at all, the sole validator of its ledger.
    pub listen: Option<String>,
    /// The nodes to talk to, and no others: `/ip4/../tcp/../p2p/<id>`, or `/p2p/<id>` for one that dials us.
    pub peers: Vec<String>,
    /// The directory of the write-ahead log.
    pub home: PathBuf,
    /// The node's name in logs and figures.
    pub moniker: String,
    /// How messages spread.
    pub pubsub: PubSub,
    /// True while transactions wait.
    pub work: watch::Receiver<bool>,
    /// What the peers said when the node started.
    pub guard: Guard,
    /// How to lie; only for runs that test the others.
    pub lie: Option<Lie>,
}

/// How messages spread.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PubSub {
    /// Every node passes on what it hears: right where some pairs of nodes cannot talk.
    #[default]
    Gossip,
    /// Every node sends to every other: a third of the work, for a full mesh of at most 17.
    Broadcast,
}

/// What keeps a validator that was restored from an old disk image from signing twice (docs/decisions/0012-consensus.md).
#[derive(Clone, Debug)]
pub enum Guard {
    /// No guard: a sole validator, or a test.
    Off,
    /// The highest tip that any peer reported when the node started. While it is none, nothing is signed; the node sets it once enough
    /// peers have answered or it has waited long enough.
    Tips(watch::Receiver<Option<Height>>),
}
