//! The network as this node sees it, and whether anything new can be decided here.

use super::Shared;
use crate::exchange::PeerPicture;
use std::time::Duration;
use zhengku_api::port::{Network, NodePicture, Role};
use zhengku_ledger::entry::{Node, NodeRole, NodeStatus};
use zhengku_ledger::ids::Height;
use zhengku_ledger::state::StateView as _;
use zhengku_ledger::transaction::VerifiedTransaction;

/// How long something may wait without a block before this node calls itself cut off: several rounds with their time-outs.
const STALLED: Duration = Duration::from_secs(15);

impl Shared {
    /// What the interface shows.
    pub(super) fn picture(&self) -> Network {
        let tip = self.chain.tip();
        let nodes = tip.governance.nodes().iter().filter(|node| node.status == NodeStatus::Active);
        let own = tip.governance.node(&self.name);
        Network {
            name: self.name.clone(),
            role: own.map_or(Role::Observer, role),
            nodes: nodes.map(|node| self.node_picture(node, tip.header.height)).collect(),
            deciding: self.deciding(),
            waiting: self.chain.mempool().waiting(),
            has_quorum: self.has_quorum(),
            committed_ms: self.chain.committed_ms(),
            now_ms: self.chain.clock().now().0,
            offences: tip.governance.offences().len() as u64,
        }
    }

    fn node_picture(&self, node: &Node, own_height: Height) -> NodePicture {
        let name = node.name.as_str();
        let is_own = name == self.name;
        let peer = self.peer_picture(name);
        let certificate = zhengku_crypto::certificate::Certificate::from_der(&node.certificate).ok();
        let height = if is_own { Some(own_height) } else { peer.status.map(|status| status.height) };
        let round_trip_us = peer.round_trip.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        NodePicture {
            name: name.to_owned(),
            organisation: node.organisation,
            role: role(node),
            is_connected: is_own || peer.is_connected,
            height,
            round_trip_us,
            last_vote: self.chain.last_vote(&node.consensus_key),
            certificate_ends_ms: certificate
                .map(|one| u64::try_from(one.not_after()).unwrap_or_default().saturating_mul(1000)),
            url: (!node.url.as_str().is_empty()).then(|| node.url.as_str().to_owned()),
        }
    }

    fn peer_picture(&self, name: &str) -> PeerPicture {
        let members = self.members.borrow();
        let member = members.iter().find(|one| one.name == name);
        let pictures = self.pictures.borrow();
        member.and_then(|member| pictures.get(&member.id)).cloned().unwrap_or_default()
    }

    /// Whether more than two thirds of the validators are connected, this node counted when it is one.
    pub(super) fn has_quorum(&self) -> bool {
        let tip = self.chain.tip();
        let own = tip.governance.node(&self.name).is_some_and(Node::is_validator);
        let members = self.members.borrow();
        let pictures = self.pictures.borrow();
        let is_connected = |id| pictures.get(id).is_some_and(|picture| picture.is_connected);
        let others = members.iter().filter(|one| one.is_validator && is_connected(&one.id)).count();
        others.saturating_add(usize::from(own)) >= tip.validators().quorum()
    }

    /// Whether a transaction that is taken now can be decided: a quorum is there, and blocks come while something waits.
    pub(super) fn can_decide(&self) -> bool {
        let oldest = self.chain.mempool().oldest().map(|since| since.elapsed());
        let is_stalled = oldest.is_some_and(|waited| waited > STALLED) && self.chain.since_commit() > STALLED;
        self.has_quorum() && !is_stalled
    }

    /// Whether there is a receipt already.
    pub(super) fn is_decided(&self, transaction: &VerifiedTransaction) -> bool {
        let envelope = transaction.envelope();
        let view = self.chain.store().view();
        let applied = view.applied(envelope.organisation, &envelope.idempotency);
        matches!(applied, Ok(Some(at)) if at.transaction == transaction.id())
    }
}

fn role(node: &Node) -> Role {
    match node.role {
        NodeRole::Validator => Role::Validator,
        NodeRole::Observer => Role::Observer,
    }
}
