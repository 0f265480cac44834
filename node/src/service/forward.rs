//! Passing transactions on: one task per validator sends what was submitted here, in order, until that validator has it or it is decided.

use crate::chain::Chain;
use crate::exchange::Exchange;
use crate::exchange::message::{Acknowledgement, Answer, MAX_BATCH, MAX_MESSAGE_BYTES, Question};
use bytes::Bytes;
use libp2p::PeerId;
use std::sync::Arc;
use std::time::Duration;

/// After a validator could not be reached or had no room, how long until it is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// After a message, how long the next ones gather: a hundred messages a second to each validator are enough.
const GATHER: Duration = Duration::from_millis(10);
/// Room for the lengths in a message.
const FRAME_BYTES: usize = 8 * 1024;

/// Passes on until the task is dropped.
pub(super) async fn run(chain: Arc<Chain>, exchange: Exchange, peer: PeerId) {
    let mut arrivals = chain.mempool().arrivals();
    let mut sent = 0;
    loop {
        let room = MAX_MESSAGE_BYTES.saturating_sub(FRAME_BYTES);
        let batch = chain.mempool().outgoing(sent, MAX_BATCH, room);
        if batch.is_empty() {
            if arrivals.changed().await.is_err() {
                return;
            }
            continue;
        }
        let (sequences, transactions): (Vec<u64>, Vec<_>) = batch.into_iter().unzip();
        let encoded = transactions.iter().map(|one| Bytes::from(one.signed().encode())).collect();
        match exchange.ask(peer, Question::Transactions(encoded)).await {
            Ok(Answer::Transactions(answers)) => {
                let taken = answers.iter().take_while(|one| **one != Acknowledgement::Full).count();
                sent = taken.checked_sub(1).and_then(|last| sequences.get(last)).copied().unwrap_or(sent);
                let refused = answers.iter().filter(|one| **one == Acknowledgement::Refused).count();
                if refused > 0 {
                    tracing::warn!(%peer, refused, "a validator refused transactions that were admitted here");
                }
                if taken == sequences.len() {
                    tokio::time::sleep(GATHER).await;
                    continue;
                }
            }
            Ok(_) => tracing::debug!(%peer, "an answer of another kind"),
            Err(error) => tracing::debug!(%peer, %error, "transactions wait to be passed on"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
