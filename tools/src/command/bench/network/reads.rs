//! Reading proofs of random licences that this load has minted.

use super::client::{Answer, Nodes};
use super::offer::{Minted, Pace, reads};
use super::tally::Figures;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use tokio::sync::watch;

/// A random licence of those that are final so far.
fn any(minted: &watch::Receiver<Vec<Minted>>, random: &mut ChaCha8Rng) -> Option<Minted> {
    let all = minted.borrow();
    let place = random.next_u64().checked_rem(all.len() as u64)?;
    all.get(usize::try_from(place).ok()?).copied()
}

/// Reads proofs at a pace, each from the node that called its licence final; begins when the first licence is final.
pub(super) async fn proofs(
    nodes: &Arc<Nodes>,
    mut minted: watch::Receiver<Vec<Minted>>,
    pace: Pace,
    seed: u64,
    stop: watch::Receiver<bool>,
) -> Figures {
    // An error says that the writing ended without a licence: every read is then of no key, and counted as a failure.
    let _ = minted.wait_for(|all| !all.is_empty()).await;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    reads(pace, stop, |_| {
        let chosen = any(&minted, &mut random);
        let nodes = Arc::clone(nodes);
        async move {
            let Some(Minted { key, node }) = chosen else { return (0, Answer::Nonsense) };
            (node, nodes.read(node, &format!("/v1/keys/{key}/proof")).await)
        }
    })
    .await
}

/// A sample of `count` random licences.
pub(super) fn sample(minted: &watch::Receiver<Vec<Minted>>, count: usize, seed: u64) -> Vec<Minted> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).filter_map(|_| any(minted, &mut random)).collect()
}
