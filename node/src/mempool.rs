//! Transactions that wait to be decided: bounded in number and bytes, fair between organisations, in memory only.
//!
//! A transaction stays until a block decides it or it expires; taking some for a proposal removes nothing, because rounds repeat.
//! The submitter is told "admitted", never "done": after a crash of every node that held it, it must be submitted again, and the
//! idempotency key makes that harmless.

mod shares;

use shares::{Queue, fill};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use zhengku_ledger::ids::{Height, IdempotencyKey, OrganisationNumber, TransactionId};
use zhengku_ledger::transaction::{Outcome, VerifiedTransaction};

/// How much may wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Transactions in all.
    pub transactions: usize,
    /// Their canonical bytes in all.
    pub bytes: usize,
    /// The part of both that one organisation may take, in percent: a flood from one department leaves room for the others.
    pub share_percent: usize,
    /// Blocks after which a transaction that no proposer took is dropped.
    pub blocks: u64,
    /// Time after which it is dropped, also when no blocks are made.
    pub age: Duration,
}

impl Default for Limits {
    /// Two of the largest blocks' worth of batches, or 20 s of single licences at 1,000 a second.
    fn default() -> Self {
        Self {
            transactions: 20_000,
            bytes: 64 * 1024 * 1024,
            share_percent: 50,
            blocks: 1_000,
            age: Duration::from_mins(10),
        }
    }
}

/// What one block may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Transactions.
    pub transactions: usize,
    /// Entries that their items append.
    pub entries: u64,
    /// Canonical bytes.
    pub bytes: usize,
}

/// What became of a transaction that was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// It waits now.
    Accepted,
    /// It waited already.
    Known,
    /// Another transaction waits under its idempotency key.
    Conflict,
    /// There is no room, or none left for its organisation.
    Full,
    /// It is larger than a block.
    TooLarge,
}

/// Whose transaction it is to forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It was submitted to this node, which passes it on.
    Here,
    /// Another node passed it on.
    Peer,
}

/// A decided transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decided {
    /// Who signed it.
    pub organisation: OrganisationNumber,
    /// Its idempotency key.
    pub idempotency: IdempotencyKey,
    /// The transaction.
    pub id: TransactionId,
    /// Whether its key is taken now.
    pub takes_key: bool,
}

impl Decided {
    /// Of a transaction and its outcome.
    #[must_use]
    pub fn of(transaction: &VerifiedTransaction, outcome: &Outcome) -> Self {
        let envelope = transaction.envelope();
        Self {
            organisation: envelope.organisation,
            idempotency: envelope.idempotency,
            id: transaction.id(),
            takes_key: outcome.takes_key(),
        }
    }
}

type Key = (OrganisationNumber, IdempotencyKey);

/// The transactions that wait.
#[derive(Debug)]
pub struct Mempool {
    limits: Limits,
    state: Mutex<State>,
    work: watch::Sender<bool>,
    arrivals: watch::Sender<u64>,
}

#[derive(Default, Debug)]
struct State {
    waiting: BTreeMap<Key, Waiting>,
    queues: BTreeMap<OrganisationNumber, Queue>,
    /// Those to pass on, in the order of their arrival.
    outgoing: BTreeMap<u64, Key>,
    bytes: usize,
    sequence: u64,
    /// The organisation that the last block was filled from first.
    last: OrganisationNumber,
}

#[derive(Clone, Debug)]
struct Waiting {
    transaction: Arc<VerifiedTransaction>,
    bytes: usize,
    sequence: u64,
    since: (Height, Instant),
}

impl Mempool {
    /// An empty one.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::default(), work: watch::Sender::new(false), arrivals: watch::Sender::new(0) }
    }

    /// Whether anything waits; told whenever that changes.
    #[must_use]
    pub fn work(&self) -> watch::Receiver<bool> {
        self.work.subscribe()
    }

    /// The sequence number of the newest transaction to pass on.
    #[must_use]
    pub fn arrivals(&self) -> watch::Receiver<u64> {
        self.arrivals.subscribe()
    }

    /// Transactions that wait, and their bytes.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        let state = self.lock();
        (state.waiting.len(), state.bytes)
    }

    /// Since when the one that waits longest has waited.
    #[must_use]
    pub fn oldest(&self) -> Option<Instant> {
        self.lock().waiting.values().map(|one| one.since.1).min()
    }

    /// Offers a transaction. `bytes` is its canonical length, `room` the largest block of the ledger, `now` the newest height and
    /// this instant.
    pub fn admit(
        &self,
        transaction: Arc<VerifiedTransaction>,
        bytes: usize,
        origin: Origin,
        room: Room,
        now: (Height, Instant),
    ) -> Admission {
        self.admit_all(vec![(transaction, bytes)], origin, room, now).into_iter().next().unwrap_or(Admission::Full)
    }

    /// Offers several at once: no block takes some of them before all were offered.
    pub fn admit_all(
        &self,
        offered: Vec<(Arc<VerifiedTransaction>, usize)>,
        origin: Origin,
        room: Room,
        now: (Height, Instant),
    ) -> Vec<Admission> {
        let mut state = self.lock();
        let admissions = offered
            .into_iter()
            .map(|(transaction, bytes)| {
                let entries = u64::from(transaction.payload().entry_count());
                if bytes > room.bytes || entries > room.entries {
                    return Admission::TooLarge;
                }
                state.admit(Waiting { transaction, bytes, sequence: 0, since: now }, origin, &self.limits)
            })
            .collect();
        self.tell(&state);
        admissions
    }

    /// Transactions for a block: organisations take turns by bytes, each in its own order. Nothing is removed.
    #[must_use]
    pub fn take(&self, room: Room) -> Vec<Arc<VerifiedTransaction>> {
        let mut state = self.lock();
        let state = &mut *state;
        let (first, taken) = fill(&state.queues, state.last, room, |key| {
            state.waiting.get(key).map(|one| (Arc::clone(&one.transaction), one.bytes))
        });
        state.last = first;
        taken
    }

    /// Those to pass on after `sequence`, oldest first, with the sequence of each, up to `count` and `bytes` (one at least).
    #[must_use]
    pub fn outgoing(&self, sequence: u64, count: usize, bytes: usize) -> Vec<(u64, Arc<VerifiedTransaction>)> {
        let state = self.lock();
        let mut left = bytes;
        let mut found = Vec::new();
        for (sequence, key) in state.outgoing.range(sequence.saturating_add(1)..).take(count) {
            let Some(one) = state.waiting.get(key) else { continue };
            if one.bytes > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(one.bytes);
            found.push((*sequence, Arc::clone(&one.transaction)));
        }
        found
    }

    /// The transaction that waits under a key.
    #[must_use]
    pub fn find(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Option<Arc<VerifiedTransaction>> {
        self.lock().waiting.get(&(organisation, *key)).map(|one| Arc::clone(&one.transaction))
    }

    /// Drops what a block decided, and whatever else waits under a key that was taken.
    pub fn decided(&self, block: impl IntoIterator<Item = Decided>) {
        let mut state = self.lock();
        for one in block {
            let key = (one.organisation, one.idempotency);
            let waits = state.waiting.get(&key).map(|waiting| waiting.transaction.id());
            if waits.is_some_and(|id| id == one.id || one.takes_key) {
                state.remove(&key);
            }
        }
        self.tell(&state);
    }

    /// Drops what has waited too long; how many.
    pub fn expire(&self, height: Height, now: Instant) -> usize {
        let mut state = self.lock();
        let old = |one: &Waiting| {
            let (since, begun) = one.since;
            height.0.saturating_sub(since.0) > self.limits.blocks
                || now.saturating_duration_since(begun) > self.limits.age
        };
        let keys: Vec<Key> = state.waiting.iter().filter(|(_, one)| old(one)).map(|(key, _)| *key).collect();
        for key in &keys {
            state.remove(key);
        }
        self.tell(&state);
        keys.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, state: &State) {
        let has_work = !state.waiting.is_empty();
        self.work.send_if_modified(|told| std::mem::replace(told, has_work) != has_work);
        let newest = state.outgoing.last_key_value().map(|(sequence, _)| *sequence);
        if let Some(newest) = newest {
            self.arrivals.send_if_modified(|told| std::mem::replace(told, newest) != newest);
        }
        metrics::gauge!("zk_mempool_txs").set(u32::try_from(state.waiting.len()).unwrap_or(u32::MAX));
        metrics::gauge!("zk_mempool_bytes").set(u32::try_from(state.bytes).unwrap_or(u32::MAX));
    }
}

impl State {
    fn admit(&mut self, mut one: Waiting, origin: Origin, limits: &Limits) -> Admission {
        let envelope = one.transaction.envelope();
        let key = (envelope.organisation, envelope.idempotency);
        if let Some(former) = self.waiting.get(&key) {
            // The id is that of the envelope: a copy with another signature is the same transaction.
            let is_same = former.transaction.id() == one.transaction.id();
            return if is_same { Admission::Known } else { Admission::Conflict };
        }
        let share = |all: usize| all.saturating_mul(limits.share_percent) / 100;
        let of_all = (self.waiting.len().saturating_add(1), self.bytes.saturating_add(one.bytes));
        let former = self.queues.get(&key.0).map_or((0, 0), Queue::size);
        let of_organisation = (former.0.saturating_add(1), former.1.saturating_add(one.bytes));
        let is_full = of_all.0 > limits.transactions || of_all.1 > limits.bytes;
        // One transaction may always wait, however small the share.
        let is_over = of_organisation.0 > share(limits.transactions).max(1)
            || (former.0 > 0 && of_organisation.1 > share(limits.bytes));
        if is_full || is_over {
            return Admission::Full;
        }
        self.sequence = self.sequence.saturating_add(1);
        one.sequence = self.sequence;
        self.bytes = of_all.1;
        self.queues.entry(key.0).or_default().push(one.sequence, key.1, one.bytes);
        if origin == Origin::Here {
            self.outgoing.insert(one.sequence, key);
        }
        self.waiting.insert(key, one);
        Admission::Accepted
    }

    fn remove(&mut self, key: &Key) {
        let Some(one) = self.waiting.remove(key) else { return };
        self.bytes = self.bytes.saturating_sub(one.bytes);
        self.outgoing.remove(&one.sequence);
        if let Some(queue) = self.queues.get_mut(&key.0) {
            queue.remove(one.sequence, one.bytes);
            if queue.is_empty() {
                self.queues.remove(&key.0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
