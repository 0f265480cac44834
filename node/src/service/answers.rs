//! What this node answers its peers.

use super::checkpoints::Checkpoints;
use crate::chain::{Chain, Offer};
use crate::exchange::Answers;
use crate::exchange::message::{Acknowledgement, Status};
use crate::mempool::Origin;
use bytes::Bytes;
use libp2p::PeerId;
use std::sync::Arc;
use zhengku_ledger::ids::{BlockId, Height};
use zhengku_ledger::transaction::SignedTransaction;

/// The answering side of the exchange.
pub(super) struct Desk {
    pub(super) chain: Arc<Chain>,
    pub(super) checkpoints: Arc<Checkpoints>,
}

impl Answers for Desk {
    fn status(&self) -> Status {
        let tip = self.chain.tip();
        Status { chain: tip.header.chain, height: tip.header.height, block: tip.id, clock: self.chain.clock().now() }
    }

    fn take(&self, from: PeerId, transactions: Vec<Bytes>) -> Vec<Acknowledgement> {
        let answer = |bytes: Bytes| match self.take_one(&bytes) {
            Ok(answer) => answer,
            Err(reason) => {
                tracing::debug!(peer = %from, reason, "a transaction was refused");
                Acknowledgement::Refused
            }
        };
        transactions.into_iter().map(answer).collect()
    }

    fn checkpoint(&self, _: PeerId, height: Height, block: BlockId, _: Bytes) -> Bytes {
        self.checkpoints.own(height, block).unwrap_or_default()
    }
}

impl Desk {
    fn take_one(&self, bytes: &[u8]) -> Result<Acknowledgement, String> {
        let signed = SignedTransaction::decode(bytes).map_err(|error| error.to_string())?;
        let envelope = signed.envelope();
        // A copy of what waits needs no second look at its signature.
        let waiting = self.chain.mempool().find(envelope.organisation, &envelope.idempotency);
        if waiting.is_some_and(|waiting| *waiting.signed() == signed) {
            return Ok(Acknowledgement::Known);
        }
        let verified = signed.verify().map_err(|error| error.to_string())?;
        let offer = self.chain.offer(verified, Origin::Peer).map_err(|error| error.to_string())?;
        Ok(match offer {
            Offer::Accepted => Acknowledgement::Accepted,
            Offer::Known | Offer::Decided => Acknowledgement::Known,
            // A key that this node does not know yet may come with the next block.
            Offer::Full | Offer::UnknownSigner => Acknowledgement::Full,
            Offer::Conflict | Offer::TooLarge | Offer::ForeignChain => Acknowledgement::Refused,
        })
    }
}
