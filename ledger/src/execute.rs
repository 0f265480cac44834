//! Executing a block: a pure function of the view and the proposal. The rules stand in `execute/`, one file per payload kind.

mod batch_approval;
mod correct;
mod governance;
mod licence_type;
mod material_type;
mod mint;
mod offence;
mod organisation;
mod overlay;
mod seal;
mod status;
mod supersede;

use crate::block::{ExecutedBlock, Header, Proposal};
use crate::codec;
use crate::current::ClearError;
use crate::entry::SealStep;
use crate::ids::{BlockId, ChainId, Height, LogIndex, TimestampMs};
use crate::state::{StateView, Tip};
use crate::transaction::{Outcome, Payload, RejectCode, VerifiedTransaction};
use overlay::{Draft, Overlay, Stop};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{OutcomeTree, TransactionTree, leaf_hash, static_root};

/// Why a proposal is no block. A rejected transaction is not among these: it stays in the block with its code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<E: std::error::Error> {
    /// The proposal is for another height.
    #[error("proposal for height {actual}, the next is {expected}")]
    Height {
        /// The next height.
        expected: Height,
        /// The proposal's.
        actual: Height,
    },
    /// The proposal follows another block.
    #[error("proposal follows block {actual}, the newest is {expected}")]
    Parent {
        /// The newest block.
        expected: BlockId,
        /// The proposal's parent.
        actual: BlockId,
    },
    /// The proposer's time does not rise.
    #[error("block time {actual} ms does not follow {former} ms")]
    Time {
        /// The parent's time.
        former: TimestampMs,
        /// The proposal's.
        actual: TimestampMs,
    },
    /// There is no such validator.
    #[error("proposer {actual} of {validators} validators")]
    Proposer {
        /// The size of the set.
        validators: usize,
        /// The place given.
        actual: u16,
    },
    /// More than a block takes.
    #[error("{actual} {what}; by the ledger's parameters a block takes {limit}")]
    TooLarge {
        /// What there is too much of: transactions, entries or bytes.
        what: &'static str,
        /// What the parameters allow.
        limit: u32,
        /// What was proposed.
        actual: u64,
    },
    /// A transaction for another ledger.
    #[error("a transaction for ledger {actual}, this one is {expected}")]
    ForeignTransaction {
        /// This ledger.
        expected: ChainId,
        /// The transaction's.
        actual: ChainId,
    },
    /// The key index points to an entry that is not current: the store is damaged.
    #[error("the index contradicts the bitmap: {0}")]
    Inconsistent(#[from] ClearError),
    /// The state could not be read.
    #[error("reading the state: {0}")]
    State(E),
}

/// Executes `proposal` on `view`. Nothing is written; the result carries every root and every row to store.
///
/// # Errors
/// [`ExecuteError`] when the proposal cannot be a block, or the state cannot be read.
pub fn execute_block<V: StateView>(view: &V, proposal: Proposal) -> Result<ExecutedBlock, ExecuteError<V::Error>> {
    let tip = view.tip();
    check_proposal(tip, &proposal)?;
    let mut overlay = Overlay::new(view, &proposal).map_err(ExecuteError::State)?;
    governance::carry_out(&mut overlay);
    let mut outcomes = Vec::with_capacity(proposal.transactions.len());
    for (place, transaction) in (0_u32..).zip(&proposal.transactions) {
        outcomes.push(execute_transaction(&mut overlay, place, transaction).map_err(ExecuteError::State)?);
    }
    let written = overlay.finish();
    let mut log = tip.log.clone();
    let tiles = written.leaves.iter().flat_map(|leaf| log.append(*leaf)).collect();
    let current = tip.current.advance(written.leaves.len() as u64, &written.superseded)?;
    let header = Header {
        height: proposal.height,
        time: proposal.time,
        proposer: proposal.proposer,
        parent: proposal.parent,
        transaction_count: u32::try_from(proposal.transactions.len()).unwrap_or(u32::MAX),
        transaction_root: transaction_root(&proposal.transactions),
        outcome_root: outcome_root(&outcomes),
        log_size: log.size(),
        log_root: log.root(),
        current_root: current.root(),
        keys_root: Digest::ZERO,
        validators: tip.header.next_validators,
        next_validators: written.governance.validators().digest(),
        ..tip.header.clone()
    };
    let (directory, governance) = (written.directory, written.governance);
    let next = Tip { id: header.id(), header, log, current, directory, governance };
    Ok(ExecutedBlock {
        transactions: proposal.transactions,
        outcomes,
        entries: written.entries,
        superseded: written.superseded,
        tiles,
        first: LogIndex(tip.header.log_size),
        validators: tip.validators().clone(),
        next,
    })
}

/// The root over a block's transactions.
#[must_use]
pub fn transaction_root(transactions: &[VerifiedTransaction]) -> Digest {
    let leaves: Vec<_> = transactions.iter().map(|one| leaf_hash::<TransactionTree>(&one.block_leaf())).collect();
    static_root::<TransactionTree>(&leaves)
}

/// The root over a block's outcomes.
#[must_use]
pub fn outcome_root(outcomes: &[Outcome]) -> Digest {
    let leaves: Vec<_> = outcomes.iter().map(|one| leaf_hash::<OutcomeTree>(&codec::encode(one))).collect();
    static_root::<OutcomeTree>(&leaves)
}

fn check_proposal<E: std::error::Error>(tip: &Tip, proposal: &Proposal) -> Result<(), ExecuteError<E>> {
    let header = &tip.header;
    if proposal.height != header.height.next() {
        return Err(ExecuteError::Height { expected: header.height.next(), actual: proposal.height });
    }
    if proposal.parent != tip.id {
        return Err(ExecuteError::Parent { expected: tip.id, actual: proposal.parent });
    }
    if proposal.time <= header.time {
        return Err(ExecuteError::Time { former: header.time, actual: proposal.time });
    }
    if tip.validators().at(proposal.proposer).is_none() {
        let validators = tip.validators().as_slice().len();
        return Err(ExecuteError::Proposer { validators, actual: proposal.proposer });
    }
    check_size(tip, proposal)?;
    let foreign = proposal.transactions.iter().find(|one| one.envelope().chain != header.chain);
    match foreign {
        Some(one) => Err(ExecuteError::ForeignTransaction { expected: header.chain, actual: one.envelope().chain }),
        None => Ok(()),
    }
}

/// The limits of the parameters. Entries are those that the items would append if all were applied.
fn check_size<E: std::error::Error>(tip: &Tip, proposal: &Proposal) -> Result<(), ExecuteError<E>> {
    let parameters = tip.governance.parameters();
    let entries = proposal.transactions.iter().map(|one| u64::from(one.payload().entry_count()));
    let sizes = [
        ("transactions", proposal.transactions.len() as u64, parameters.max_block_transactions),
        ("entries", entries.fold(0, u64::saturating_add), parameters.max_block_entries),
        ("bytes", proposal.encoded_len(), parameters.max_block_bytes),
    ];
    match sizes.into_iter().find(|(_, actual, limit)| *actual > u64::from(*limit)) {
        Some((what, actual, limit)) => Err(ExecuteError::TooLarge { what, limit, actual }),
        None => Ok(()),
    }
}

fn execute_transaction<V: StateView>(
    overlay: &mut Overlay<'_, V>,
    place: u32,
    transaction: &VerifiedTransaction,
) -> Result<Outcome, V::Error> {
    let envelope = transaction.envelope();
    if let Some(former) = overlay.applied(envelope.organisation, &envelope.idempotency)? {
        return Ok(if former.transaction == transaction.id() {
            Outcome::Repeated { original: former.transaction, height: former.height, place: former.place }
        } else {
            Outcome::Rejected { code: RejectCode::IdempotencyConflict, item: 0 }
        });
    }
    let outcome = match draft(overlay, transaction) {
        Ok(drafts) => overlay.apply(place, drafts),
        Err(Rejection { item, stop: Stop::Reject(code) }) => Outcome::Rejected { code, item },
        Err(Rejection { stop: Stop::State(error), .. }) => return Err(error),
    };
    if outcome.takes_key() {
        overlay.remember(place, transaction);
    }
    Ok(outcome)
}

/// Why a transaction ended at an item.
struct Rejection<E> {
    item: u32,
    stop: Stop<E>,
}

/// Checks every rule; the drafts are the entries to append, with the item each came from.
fn draft<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    transaction: &'t VerifiedTransaction,
) -> Result<Vec<(u32, Draft<'t>)>, Rejection<V::Error>> {
    let actor =
        overlay.actor(transaction.envelope()).map_err(|code| Rejection { item: 0, stop: Stop::Reject(code) })?;
    let used = batch_approval::use_up(overlay, actor, transaction)?;
    let mut drafts = match transaction.payload() {
        Payload::RegisterOrganisation(items) => organisation::register(overlay, actor, items),
        Payload::UpdateOrganisation(items) => organisation::update(overlay, actor, items),
        Payload::DefineLicenceType(items) => licence_type::define(overlay, actor, items),
        Payload::Mint(items) => mint::mint(overlay, actor, items),
        Payload::ChangeStatus(items) => status::change(overlay, actor, items),
        Payload::Correct(items) => correct::correct(overlay, actor, items),
        Payload::Supersede(items) => supersede::supersede(overlay, actor, items),
        Payload::ProposeChange(items) => governance::propose(overlay, actor, items),
        Payload::ApproveChange(items) => governance::approve(overlay, actor, items),
        Payload::ReportOffence(items) => offence::report(overlay, actor, items),
        Payload::ApplySeal(items) => seal::apply(overlay, actor, items),
        Payload::MakeSeal(items) => seal::make(overlay, actor, items, SealStep::Make),
        Payload::FileSeal(items) => seal::file(overlay, actor, items),
        Payload::RemakeSeal(items) => seal::make(overlay, actor, items, SealStep::Remake),
        Payload::CancelSeal(items) => seal::cancel(overlay, actor, items),
        Payload::DefineMaterialType(items) => material_type::define(overlay, actor, items),
        Payload::ApproveBatch(items) => batch_approval::approve(overlay, actor, &transaction.envelope().signer, items),
    }?;
    // Its entry is the last one.
    drafts.extend(used);
    Ok(drafts)
}

/// The drafts of one transaction, or why there are none.
type Drafts<'t, E> = Result<Vec<(u32, Draft<'t>)>, Rejection<E>>;

/// Applies one rule to every item and stops at the first that breaks it.
fn each<'t, T, E>(items: &'t [T], mut rule: impl FnMut(&'t T) -> Result<Draft<'t>, Stop<E>>) -> Drafts<'t, E> {
    let one = |(item, value)| rule(value).map(|draft| (item, draft)).map_err(|stop| Rejection { item, stop });
    (0_u32..).zip(items).map(one).collect()
}

/// Refuses two items with one key, or with keys of one prefix: items of a transaction are judged on the state before it.
fn distinct<E>(keys: impl Iterator<Item = (crate::ids::EntryKey, u32)>) -> Result<(), Rejection<E>> {
    let mut sorted: Vec<_> = keys.collect();
    sorted.sort_unstable();
    let repeated = sorted.windows(2).find_map(|pair| match pair {
        [(first, _), (second, item)] if first == second => Some((RejectCode::KeyRepeated, *item)),
        [(first, one), (second, other)] if first.prefix() == second.prefix() => {
            Some((RejectCode::KeyPrefixTaken, *one.max(other)))
        }
        _ => None,
    });
    match repeated {
        Some((code, item)) => Err(Rejection { item, stop: Stop::Reject(code) }),
        None => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
