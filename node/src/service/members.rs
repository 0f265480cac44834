//! The nodes of the network as the ledger lists them, with the addresses they are reached at from here.

use crate::config::PeerOverride;
use crate::exchange::{self, ExchangeError, Peer};
use libp2p::{Multiaddr, PeerId};
use zhengku_ledger::entry::{Node, NodeStatus};
use zhengku_ledger::state::Tip;

/// A node that takes part now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Member {
    /// Its name on the ledger.
    pub(super) name: String,
    /// Its network identity, in both swarms.
    pub(super) id: PeerId,
    /// Whether it votes.
    pub(super) is_validator: bool,
    /// Where its exchange is dialled; none: it dials.
    pub(super) exchange: Option<Multiaddr>,
    /// Where its agreement is dialled; none: it dials.
    pub(super) consensus: Option<Multiaddr>,
}

impl Member {
    fn of(node: &Node, overrides: &[PeerOverride]) -> Result<Self, ExchangeError> {
        let given = overrides.iter().find(|one| one.name == node.name.as_str());
        let address = |listed: &str, given: Option<&String>| {
            let text = given.map_or(listed, String::as_str);
            if text.is_empty() { Ok(None) } else { exchange::address(text).map(Some) }
        };
        Ok(Self {
            name: node.name.as_str().to_owned(),
            id: exchange::peer_id(&node.network_key)?,
            is_validator: node.is_validator(),
            exchange: address(node.exchange_address.as_str(), given.map(|one| &one.exchange))?,
            consensus: address(node.consensus_address.as_str(), given.map(|one| &one.consensus))?,
        })
    }

    /// As the exchange takes it.
    pub(super) fn peer(&self) -> Peer {
        Peer { id: self.id, address: self.exchange.clone() }
    }

    /// As agreement takes it: `/ip4/../tcp/../p2p/<id>`, or `/p2p/<id>` for one that dials.
    pub(super) fn consensus_peer(&self) -> String {
        let address = self.consensus.as_ref().map_or_else(String::new, ToString::to_string);
        format!("{address}/p2p/{}", self.id)
    }
}

/// Every other node that takes part. One whose record cannot be used is left out and named in the log: a mistake in the record of one
/// node must not stop the others.
pub(super) fn others(tip: &Tip, own: &str, overrides: &[PeerOverride]) -> Vec<Member> {
    let nodes = tip.governance.nodes().iter();
    let active = nodes.filter(|node| node.status == NodeStatus::Active && node.name.as_str() != own);
    let member = |node: &Node| match Member::of(node, overrides) {
        Ok(member) => Some(member),
        Err(error) => {
            tracing::warn!(node = node.name.as_str(), %error, "the record of this node cannot be used");
            None
        }
    };
    active.filter_map(member).collect()
}
