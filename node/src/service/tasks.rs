//! What a running node does beside agreement: follow the list of nodes, pass on transactions, drop what waits too long.

use super::forward;
use super::members::{self, Member};
use crate::chain::Chain;
use crate::config::PeerOverride;
use crate::exchange::{Exchange, PeerPicture};
use libp2p::PeerId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, watch};
use tokio::task::{AbortHandle, JoinSet};
use zhengku_consensus::Handle;
use zhengku_ledger::entry::Node;
use zhengku_ledger::ids::Height;

/// How often what waits too long is looked for when no blocks come.
const EXPIRE_EVERY: Duration = Duration::from_secs(10);

/// A node that nobody lets in says so after this, and again as often.
const ALONE: Duration = Duration::from_secs(10);
const ALONE_AGAIN: Duration = Duration::from_secs(60);

/// Follows the ledger's list of nodes.
pub(super) struct Follow {
    pub(super) chain: Arc<Chain>,
    pub(super) exchange: Exchange,
    pub(super) agreement: Handle,
    pub(super) members: watch::Sender<Vec<Member>>,
    pub(super) name: String,
    pub(super) overrides: Vec<PeerOverride>,
}

impl Follow {
    /// Passes transactions on to every validator of the list, as it changes, until the task is dropped.
    pub(super) async fn run(self) {
        let mut notices = self.chain.notices();
        let mut forwarding: BTreeMap<PeerId, AbortHandle> = BTreeMap::new();
        let mut forwarders = JoinSet::new();
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            let tip = self.chain.tip();
            if tip.governance.nodes() != nodes {
                nodes = tip.governance.nodes().to_vec();
                let listed = members::others(&tip, &self.name, &self.overrides);
                let is_new = listed != *self.members.borrow();
                if is_new {
                    self.change(listed).await;
                }
                self.forward(&mut forwarding, &mut forwarders);
            }
            match notices.recv().await {
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    async fn change(&self, listed: Vec<Member>) {
        let former = self.members.borrow().clone();
        tracing::info!(nodes = listed.len(), "the list of nodes has changed");
        self.exchange.set_peers(listed.iter().map(Member::peer).collect()).await;
        let addresses = |members: &[Member]| members.iter().map(Member::consensus_peer).collect::<Vec<_>>();
        let (before, after) = (addresses(&former), addresses(&listed));
        for address in before.iter().filter(|address| !after.contains(address)) {
            if let Err(error) = self.agreement.remove_peer(address).await {
                tracing::warn!(%error, "a peer of agreement could not be removed");
            }
        }
        for address in after.iter().filter(|address| !before.contains(address)) {
            if let Err(error) = self.agreement.add_peer(address).await {
                tracing::warn!(%error, "a peer of agreement could not be added");
            }
        }
        self.members.send_replace(listed);
    }

    fn forward(&self, forwarding: &mut BTreeMap<PeerId, AbortHandle>, forwarders: &mut JoinSet<()>) {
        let validators: Vec<PeerId> =
            self.members.borrow().iter().filter(|one| one.is_validator).map(|one| one.id).collect();
        forwarding.retain(|id, task| {
            let stays = validators.contains(id);
            if !stays {
                task.abort();
            }
            stays
        });
        for id in validators {
            forwarding
                .entry(id)
                .or_insert_with(|| forwarders.spawn(forward::run(Arc::clone(&self.chain), self.exchange.clone(), id)));
        }
    }
}

/// Tells agreement how far the peers are: an idle node then does not wait for its own time-out.
pub(super) async fn tell_tips(mut pictures: watch::Receiver<BTreeMap<PeerId, PeerPicture>>, agreement: Handle) {
    let mut told = Height(0);
    loop {
        let highest = {
            let pictures = pictures.borrow_and_update();
            pictures.values().filter_map(|one| one.status).map(|status| status.height).max().unwrap_or_default()
        };
        if highest > told {
            told = highest;
            agreement.peer_tip(highest).await;
        }
        if pictures.changed().await.is_err() {
            return;
        }
    }
}

/// Drops what waits too long, also when no blocks come.
pub(super) async fn expire(chain: Arc<Chain>) {
    let mut every = tokio::time::interval(EXPIRE_EVERY);
    loop {
        every.tick().await;
        let dropped = chain.mempool().expire(chain.height(), Instant::now());
        if dropped > 0 {
            tracing::warn!(dropped, "transactions waited too long and were dropped");
        }
    }
}

/// Says so when no other node is connected: a node that was removed, or whose network key was replaced, learns it from nobody, since
/// nobody talks to it.
pub(super) async fn complain_alone(mut pictures: watch::Receiver<BTreeMap<PeerId, PeerPicture>>) {
    let mut patience = ALONE;
    loop {
        // One that shuts this node out takes its connections and closes them: what counts is an answer.
        let is_alone =
            |all: &BTreeMap<PeerId, PeerPicture>| !all.is_empty() && all.values().all(|one| one.round_trip.is_none());
        let company = tokio::time::timeout(patience, pictures.wait_for(|all| !is_alone(all))).await;
        match company.map(|found| found.is_ok()) {
            Err(_) => {
                tracing::warn!(
                    "no other node is connected: the network is cut, or the others do not let this node in, because it was removed \
                     or its network key was replaced, or it is not on the ledger yet; zhengku doctor asks them"
                );
                patience = ALONE_AGAIN;
            }
            Ok(true) if pictures.wait_for(is_alone).await.is_ok() => patience = ALONE,
            Ok(_) => return,
        }
    }
}
