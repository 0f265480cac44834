//! What the peers' heights say at the start: a validator whose disk was restored from an old image learns here how far it once was.

use super::members::Member;
use crate::chain::Chain;
use crate::exchange::PeerPicture;
use libp2p::PeerId;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use zhengku_consensus::Guard;
use zhengku_ledger::ids::{ChainId, Height};

/// How long the remaining validators are given once enough have answered for a quorum.
const GRACE: Duration = Duration::from_millis(500);

/// Starts to listen. Without enough answers for a quorum nothing can be decided anyhow: the guard waits for them without a limit.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    chain: &Chain,
    is_validator: bool,
    members: &[Member],
    pictures: watch::Receiver<BTreeMap<PeerId, PeerPicture>>,
) -> Guard {
    let tip = chain.tip();
    let others: Vec<PeerId> = members.iter().filter(|one| one.is_validator).map(|one| one.id).collect();
    if !is_validator || others.is_empty() {
        return Guard::Off;
    }
    let needed = tip.validators().quorum().saturating_sub(1);
    let (told, tips) = watch::channel(None);
    tasks.spawn(listen(tip.header.chain, others, needed, pictures, told));
    Guard::Tips(tips)
}

async fn listen(
    chain: ChainId,
    others: Vec<PeerId>,
    needed: usize,
    mut pictures: watch::Receiver<BTreeMap<PeerId, PeerPicture>>,
    told: watch::Sender<Option<Height>>,
) {
    let heights = |pictures: &BTreeMap<PeerId, PeerPicture>| -> Vec<Height> {
        let status = |id| pictures.get(id).and_then(|picture| picture.status);
        others.iter().filter_map(status).filter(|status| status.chain == chain).map(|status| status.height).collect()
    };
    if pictures.wait_for(|pictures| heights(pictures).len() >= needed).await.is_err() {
        return;
    }
    let all = pictures.wait_for(|pictures| heights(pictures).len() >= others.len());
    // Whether the rest came in time makes no difference to what follows.
    drop(tokio::time::timeout(GRACE, all).await);
    let highest = heights(&pictures.borrow()).into_iter().max().unwrap_or_default();
    tracing::info!(block.height = highest.0, "the highest block that another validator has at this start");
    told.send_replace(Some(highest));
    // Agreement holds the other end for as long as it runs.
    told.closed().await;
}
