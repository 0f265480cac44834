//! What this node is on the ledger, and with which of its keys it acts.

use super::ServiceError;
use crate::chain::Chain;
use crate::config::NodeConfig;
use crate::keys::{KeyStore, NETWORK_KEY};
use std::sync::Arc;
use tokio::sync::broadcast;
use zhengku_consensus::lie::Lie;
use zhengku_crypto::sign::{PublicKey, Signer};
use zhengku_ledger::entry::{Node, NodeStatus};
use zhengku_ledger::state::Tip;

/// What this node is, as of one block.
pub(super) struct Own {
    /// The key that it votes with; none while it does not vote.
    pub(super) signer: Option<Arc<dyn Signer>>,
    /// The file of the key that its connections are known by.
    pub(super) network: String,
    pub(super) lie: Option<Lie>,
    standing: Standing,
}

/// The node's place on the ledger beside its keys. It has one of these reasons not to take part, or none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It votes.
    Votes,
    /// It follows, as the ledger says.
    Observes,
    /// The ledger, as far as this node has it, does not know it (yet).
    Unknown,
    /// It was removed.
    Removed,
    /// The ledger names a consensus key that is not here.
    OtherConsensusKey,
    /// The ledger names a network key that is not here: the others shut it out.
    OtherNetworkKey,
}

/// What a running node cannot change without beginning anew.
#[derive(PartialEq, Eq)]
struct Part {
    votes_with: Option<PublicKey>,
    network: String,
    is_removed: bool,
}

impl Own {
    /// Reads the record of `config.name` and finds the keys that it names, whatever their files are called.
    ///
    /// A ledger that is behind may not know this node yet, or name a former key of it. The node then follows until it does: a new node
    /// begins with block 0.
    pub(super) fn of(tip: &Tip, config: &NodeConfig, keys: &KeyStore) -> Result<Self, ServiceError> {
        let node = tip.governance.node(&config.name);
        let held = |key: Option<&PublicKey>| key.map_or(Ok(None), |key| keys.name_of(key));
        let network = held(node.map(|node| &node.network_key))?;
        let consensus = held(node.map(|node| &node.consensus_key))?;
        let standing = match node {
            None => Standing::Unknown,
            Some(node) if node.status == NodeStatus::Removed => Standing::Removed,
            Some(_) if network.is_none() => Standing::OtherNetworkKey,
            Some(node) if !node.is_validator() => Standing::Observes,
            Some(_) if consensus.is_none() => Standing::OtherConsensusKey,
            Some(_) => Standing::Votes,
        };
        let voting = consensus.filter(|_| node.is_some_and(Node::is_validator));
        let signer = voting.map(|name| keys.signer(&name)).transpose()?;
        let lie = config.lie.as_deref().map(str::parse).transpose()?;
        Ok(Self { signer, network: network.unwrap_or_else(|| NETWORK_KEY.to_owned()), lie, standing })
    }

    /// Says what it is and, when it does not take part, why and what to do.
    pub(super) fn tell(&self, name: &str, tip: &Tip) {
        let height = tip.header.height.0;
        match self.standing {
            Standing::Votes => tracing::info!(node.name = name, block.height = height, "this node votes"),
            Standing::Observes => {
                tracing::info!(node.name = name, block.height = height, "this node follows as an observer")
            }
            Standing::Unknown => tracing::warn!(
                node.name = name,
                block.height = height,
                "the ledger does not know this node as of this height: it follows until it does. If that does not come, set `name` to its name \
                 on the ledger, or have it added by governance; zhengku doctor asks the others"
            ),
            Standing::Removed => tracing::warn!(
                node.name = name,
                block.height = height,
                "this node was removed from the ledger: it does not vote, and the others do not let it in. Stop it, or have it added again by \
                 governance"
            ),
            Standing::OtherConsensusKey => tracing::error!(
                node.name = name,
                block.height = height,
                "the ledger names another consensus key for this node than any that is held here: it follows and does not vote. Bring that key, \
                 or have it replaced by governance"
            ),
            Standing::OtherNetworkKey => tracing::error!(
                node.name = name,
                block.height = height,
                "the ledger names another network key for this node than any that is held here: the others will not let it in, unless the \
                 ledger here is behind. Bring that key, or have it replaced by governance"
            ),
        }
    }

    /// What would differ after a start on the ledger as it is now.
    fn part(&self) -> Part {
        Part {
            votes_with: self.signer.as_ref().map(|signer| signer.public_key()),
            network: self.network.clone(),
            is_removed: self.standing == Standing::Removed,
        }
    }
}

/// Follows this node's own record until the node has to begin anew: it votes from now on, or no longer, or with another key.
pub(super) async fn changes(chain: Arc<Chain>, config: NodeConfig, keys: KeyStore, began_as: Own) {
    let began_as = began_as.part();
    let mut notices = chain.notices();
    let mut record: Option<Node> = None;
    loop {
        let tip = chain.tip();
        let newest = tip.governance.node(&config.name);
        if newest != record.as_ref() {
            record = newest.cloned();
            match Own::of(&tip, &config, &keys) {
                Ok(own) if own.part() != began_as => {
                    own.tell(&config.name, &tip);
                    return;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "this node's record on the ledger has changed, and its keys cannot be read")
                }
            }
        }
        match notices.recv().await {
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}
