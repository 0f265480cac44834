//! Reading a proposed block: what waits here already was verified when it came, the rest is verified on both cores.

use crate::mempool::Mempool;
use std::sync::Arc;
use zhengku_ledger::block::stages::MAX_PROPOSAL_BYTES;
use zhengku_ledger::block::{MAX_BLOCK_TRANSACTIONS, Proposal, ProposalError};
use zhengku_ledger::codec::{self, Bounded};
use zhengku_ledger::ids::{BlockId, Height, TimestampMs};
use zhengku_ledger::transaction::{SignedTransaction, TransactionError, VerifiedTransaction};

/// Transactions below which a second thread costs more than it saves: 64 signatures take about 4 ms.
const MIN_SHARE: usize = 64;

type Wire = (Height, TimestampMs, u16, BlockId, Bounded<SignedTransaction, 0, MAX_BLOCK_TRANSACTIONS>);

/// As [`Proposal::decode`], with the same result for the same bytes.
///
/// # Errors
/// [`ProposalError`].
pub(super) fn decode(bytes: &[u8], known: &Mempool) -> Result<Proposal, ProposalError> {
    let (height, time, proposer, parent, signed): Wire = codec::decode("proposal", bytes, MAX_PROPOSAL_BYTES)?;
    let transactions = verify_all(signed.into_vec(), known)?;
    Ok(Proposal { height, time, proposer, parent, transactions })
}

/// Who proposed a block, from the bytes of its proposal.
pub(super) fn proposer(bytes: &[u8]) -> Option<u16> {
    type Head = (Height, TimestampMs, u16, BlockId);
    let head: Head = borsh::BorshDeserialize::deserialize(&mut &*bytes).ok()?;
    Some(head.2)
}

/// The canonical bytes of a committed proposal.
pub(super) fn encode(head: (Height, TimestampMs, u16, BlockId), transactions: &[SignedTransaction]) -> Vec<u8> {
    let mut bytes = codec::encode(&head);
    codec::encode_into(&u32::try_from(transactions.len()).unwrap_or(u32::MAX), &mut bytes);
    for transaction in transactions {
        codec::encode_into(transaction, &mut bytes);
    }
    bytes
}

fn verify_all(signed: Vec<SignedTransaction>, known: &Mempool) -> Result<Vec<VerifiedTransaction>, ProposalError> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = signed.len().div_ceil(threads.max(1)).max(MIN_SHARE);
    let mut shares: Vec<(usize, Vec<SignedTransaction>)> = Vec::new();
    let mut rest = signed.into_iter();
    loop {
        let first = shares.len().saturating_mul(share);
        let part: Vec<SignedTransaction> = rest.by_ref().take(share).collect();
        if part.is_empty() {
            break;
        }
        shares.push((first, part));
    }
    let Some((last_first, last)) = shares.pop() else { return Ok(Vec::new()) };
    let mut verified = Vec::new();
    std::thread::scope(|scope| {
        let running: Vec<_> =
            shares.into_iter().map(|(first, part)| scope.spawn(move || verify_share(first, part, known))).collect();
        let here = verify_share(last_first, last, known);
        for one in running {
            // A panic of that thread is one of this call.
            verified.extend(one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        verified.extend(here?);
        Ok(verified)
    })
}

fn verify_share(
    first: usize,
    signed: Vec<SignedTransaction>,
    known: &Mempool,
) -> Result<Vec<VerifiedTransaction>, ProposalError> {
    let verified = |(place, one): (usize, SignedTransaction)| {
        verify(one, known).map_err(|source| ProposalError::Transaction { place, source })
    };
    (first..).zip(signed).map(verified).collect()
}

fn verify(signed: SignedTransaction, known: &Mempool) -> Result<VerifiedTransaction, TransactionError> {
    let envelope = signed.envelope();
    match known.find(envelope.organisation, &envelope.idempotency) {
        // Equal in every byte to one that was verified: no need to verify it again.
        Some(waiting) if *waiting.signed() == signed => Ok(Arc::unwrap_or_clone(waiting)),
        _ => signed.verify(),
    }
}
