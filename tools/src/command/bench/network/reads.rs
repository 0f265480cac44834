//! Reading proofs of random licences that this load has minted.

use super::client::Nodes;
use super::offer::{Pace, reads};
use super::tally::Figures;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use tokio::sync::watch;
use zhengku_ledger::ids::EntryKey;

/// A random key of those that are final so far.
fn any(minted: &watch::Receiver<Vec<EntryKey>>, random: &mut ChaCha8Rng) -> Option<EntryKey> {
    let keys = minted.borrow();
    let place = random.next_u64().checked_rem(keys.len() as u64)?;
    keys.get(usize::try_from(place).ok()?).copied()
}

/// Reads proofs at a pace from the nodes in turn; begins when the first licence is final.
pub(super) async fn proofs(
    nodes: &Arc<Nodes>,
    mut minted: watch::Receiver<Vec<EntryKey>>,
    pace: Pace,
    seed: u64,
    stop: watch::Receiver<bool>,
) -> Figures {
    // An error says that the writing ended without a licence: every read is then of an unknown key, and counted as 404.
    let _ = minted.wait_for(|keys| !keys.is_empty()).await;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    reads(pace, stop, |number| {
        let key = any(&minted, &mut random).map(|key| key.to_string()).unwrap_or_default();
        let nodes = Arc::clone(nodes);
        async move {
            let node = nodes.turn(number);
            (node, nodes.read(node, &format!("/v1/keys/{key}/proof")).await)
        }
    })
    .await
}

/// A sample of `count` random keys.
pub(super) fn sample(minted: &watch::Receiver<Vec<EntryKey>>, count: usize, seed: u64) -> Vec<EntryKey> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).filter_map(|_| any(minted, &mut random)).collect()
}
