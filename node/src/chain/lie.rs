//! Dishonest proposals, for exercises that show how the other validators withstand them.

use super::{Chain, decode};
use zhengku_consensus::lie::Lie;
use zhengku_crypto::digest::sha256;
use zhengku_crypto::sign::Signature;
use zhengku_ledger::block::Proposal;
use zhengku_ledger::ids::{BlockId, TimestampMs};
use zhengku_ledger::state::Tip;
use zhengku_ledger::transaction::SignedTransaction;

/// How far a block from the future is ahead: beyond every bound that a ledger can have.
const AHEAD_MS: u64 = 3_600_000;

/// What a liar proposes.
pub(super) enum Dishonest {
    /// A block that execution takes: only the others can tell.
    Block(Proposal),
    /// Bytes that are no block of this height, under a made-up id.
    Bytes(BlockId, Vec<u8>),
}

/// Turns an honest proposal into the lie's.
pub(super) fn proposal(lie: Lie, honest: Proposal, tip: &Tip, chain: &Chain) -> Dishonest {
    let signed = |proposal: &Proposal| -> Vec<SignedTransaction> {
        proposal.transactions.iter().map(|one| one.signed().clone()).collect()
    };
    let bytes = |proposal: &Proposal, transactions: &[SignedTransaction]| {
        let head = (proposal.height, proposal.time, proposal.proposer, proposal.parent);
        let bytes = decode::encode(head, transactions);
        Dishonest::Bytes(BlockId::from_digest(sha256(&bytes)), bytes)
    };
    match lie {
        Lie::Censor => Dishonest::Block(Proposal { transactions: Vec::new(), ..honest }),
        Lie::TimeAhead => {
            let time = TimestampMs(chain.clock().now().0.saturating_add(AHEAD_MS));
            Dishonest::Block(Proposal { time, ..honest })
        }
        Lie::TimeBehind => {
            let time = TimestampMs(tip.header.time.0.saturating_sub(1));
            let transactions = signed(&honest);
            bytes(&Proposal { time, ..honest }, &transactions)
        }
        Lie::WrongRoot => {
            // The roots follow from what a block builds on: on another parent they are other roots.
            let parent = BlockId::from_digest(sha256(tip.id.digest().as_bytes()));
            let transactions = signed(&honest);
            bytes(&Proposal { parent, ..honest }, &transactions)
        }
        Lie::InvalidTransaction => match forged(&honest) {
            Some(transactions) => bytes(&honest, &transactions),
            None => Dishonest::Block(honest),
        },
        _ => Dishonest::Block(honest),
    }
}

/// The transactions, the first under another one's signature or a changed one; none without any.
fn forged(honest: &Proposal) -> Option<Vec<SignedTransaction>> {
    let mut transactions: Vec<SignedTransaction> = honest.transactions.iter().map(|one| one.signed().clone()).collect();
    let first = transactions.first_mut()?;
    let mut bytes = *first.signature().as_bytes();
    let last = bytes.first_mut()?;
    *last ^= 1;
    let signature = Signature::from_parts(first.signature().algorithm(), bytes).ok()?;
    *first = SignedTransaction::danger_from_committed(first.envelope().clone(), signature, first.payload().clone());
    Some(transactions)
}
