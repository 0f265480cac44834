//! A ledger in memory: the naive model that tests compare with, and the state that rule tests run on.

use super::{AppliedAt, StateView, Tip};
use crate::block::{CertifiedBlock, ExecutedBlock, Genesis};
use crate::entry::Entry;
use crate::ids::{EntryKey, IdempotencyKey, LogIndex, OrganisationNumber};
use std::collections::BTreeMap;
use std::convert::Infallible;

pub(crate) struct MemoryState {
    tip: Tip,
    entries: Vec<Vec<u8>>,
    newest: BTreeMap<[u8; 16], LogIndex>,
    applied: BTreeMap<(OrganisationNumber, IdempotencyKey), AppliedAt>,
}

impl MemoryState {
    pub(crate) fn new(genesis: &Genesis) -> Self {
        let (batch, tip) = genesis.start();
        let mut state = Self { tip, entries: Vec::new(), newest: BTreeMap::new(), applied: BTreeMap::new() };
        state.append(&batch);
        state
    }

    fn append(&mut self, batch: &crate::block::EntryBatch) {
        for (bytes, row) in batch.encoded().zip(batch.rows()) {
            self.newest.insert(row.key.prefix(), LogIndex(self.entries.len() as u64));
            self.entries.push(bytes.to_vec());
        }
    }

    pub(crate) fn take(&mut self, block: &ExecutedBlock) {
        self.append(block.entries());
        for (place, (transaction, outcome)) in (0..).zip(block.transactions().iter().zip(block.outcomes())) {
            if outcome.takes_key() {
                let envelope = transaction.envelope();
                let at = AppliedAt { transaction: transaction.id(), height: block.header().height, place };
                self.applied.insert((envelope.organisation, envelope.idempotency), at);
            }
        }
        self.tip = block.next().clone();
    }

    pub(crate) fn commit(&mut self, block: CertifiedBlock) {
        self.take(block.executed());
    }

    pub(crate) fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }
}

impl StateView for MemoryState {
    type Error = Infallible;

    fn tip(&self) -> &Tip {
        &self.tip
    }

    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, Infallible> {
        Ok(keys.iter().map(|key| self.newest.get(&key.prefix()).copied()).collect())
    }

    fn entry(&self, index: LogIndex) -> Result<Entry, Infallible> {
        Ok(Entry::decode(&self.entries[index.0 as usize]).unwrap())
    }

    fn applied(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<AppliedAt>, Infallible> {
        Ok(self.applied.get(&(organisation, *key)).copied())
    }
}
