//! Filling a block fairly: deficit round robin over organisations (Shreedhar and Varghese, 1995).

use super::{Key, Room};
use std::collections::BTreeMap;
use std::sync::Arc;
use zhengku_ledger::ids::{IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::VerifiedTransaction;

/// Bytes an organisation may place per turn: some hundred single licences, a sixteenth of a full batch.
const QUANTUM_BYTES: usize = 64 * 1024;

/// What waits of one organisation, in the order of arrival.
#[derive(Default, Debug)]
pub(super) struct Queue {
    order: BTreeMap<u64, IdempotencyKey>,
    bytes: usize,
}

impl Queue {
    pub(super) fn push(&mut self, sequence: u64, key: IdempotencyKey, bytes: usize) {
        self.order.insert(sequence, key);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn remove(&mut self, sequence: u64, bytes: usize) {
        if self.order.remove(&sequence).is_some() {
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Transactions and bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.order.len(), self.bytes)
    }
}

/// One organisation while a block is filled.
struct Turn<'q> {
    organisation: OrganisationNumber,
    order: std::iter::Peekable<std::collections::btree_map::Values<'q, u64, IdempotencyKey>>,
    credit: usize,
}

/// Transactions for a block that begins with the organisation after `last`; also the organisation it began with.
///
/// An organisation whose next transaction does not fit is done: its later ones may build on it.
pub(super) fn fill(
    queues: &BTreeMap<OrganisationNumber, Queue>,
    last: OrganisationNumber,
    room: Room,
    find: impl Fn(&Key) -> Option<(Arc<VerifiedTransaction>, usize)>,
) -> (OrganisationNumber, Vec<Arc<VerifiedTransaction>>) {
    let after = OrganisationNumber(last.0.saturating_add(1));
    let ring = queues.range(after..).chain(queues.range(..after));
    let mut turns: Vec<Turn<'_>> = ring
        .map(|(organisation, queue)| Turn {
            organisation: *organisation,
            order: queue.order.values().peekable(),
            credit: 0,
        })
        .collect();
    let first = turns.first().map_or(last, |turn| turn.organisation);
    let (mut left, mut taken) = (room, Vec::new());
    while !turns.is_empty() {
        turns.retain_mut(|turn| turn.serve(&mut left, &mut taken, &find));
    }
    (first, taken)
}

impl Turn<'_> {
    /// Takes what the credit allows; whether anything is left that may fit.
    fn serve(
        &mut self,
        left: &mut Room,
        taken: &mut Vec<Arc<VerifiedTransaction>>,
        find: &impl Fn(&Key) -> Option<(Arc<VerifiedTransaction>, usize)>,
    ) -> bool {
        self.credit = self.credit.saturating_add(QUANTUM_BYTES);
        while let Some(key) = self.order.peek() {
            let Some((transaction, bytes)) = find(&(self.organisation, **key)) else {
                self.order.next();
                continue;
            };
            let entries = u64::from(transaction.payload().entry_count());
            if left.transactions == 0 || bytes > left.bytes || entries > left.entries {
                return false;
            }
            if bytes > self.credit {
                return true;
            }
            self.credit = self.credit.saturating_sub(bytes);
            left.transactions = left.transactions.saturating_sub(1);
            left.bytes = left.bytes.saturating_sub(bytes);
            left.entries = left.entries.saturating_sub(entries);
            taken.push(transaction);
            self.order.next();
        }
        false
    }
}
