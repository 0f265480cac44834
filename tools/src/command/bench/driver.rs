//! Deciding blocks on a store without agreement: the benchmark's way to time each step alone.

use std::sync::Arc;
use std::time::{Duration, Instant};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::block::{Certificate, Proposal, Vote};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::execute::execute_block;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::transaction::{Outcome, VerifiedTransaction};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::node::VALIDATOR_KEY;
use zhengku_node::{Node, NodeError};
use zhengku_store::Store;
use zhengku_store::signed_record::{Signed, SignedRecord};

/// Time spent in each step, summed over all blocks.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct StageTimes {
    /// Executing the rules and computing every root.
    pub(super) execute: Duration,
    /// Recording the candidate, and signing.
    pub(super) certify: Duration,
    /// The synced batch.
    pub(super) commit: Duration,
}

/// The sole validator of a node whose own agreement rests.
pub(super) struct Driver<'n> {
    store: &'n Store,
    signer: Arc<dyn Signer>,
    record: SignedRecord,
    times: StageTimes,
}

impl<'n> Driver<'n> {
    /// Over a freshly opened node.
    pub(super) fn new(node: &'n Node, sync: bool) -> Result<Self, NodeError> {
        let store = node.store();
        let record = SignedRecord::open(store.path(), sync)?;
        Ok(Self { store, signer: node.keys().signer(VALIDATOR_KEY)?, record, times: StageTimes::default() })
    }

    /// Time spent so far.
    pub(super) const fn times(&self) -> StageTimes {
        self.times
    }

    /// Decides one block.
    pub(super) fn decide(&mut self, transactions: Vec<VerifiedTransaction>) -> Result<Vec<Outcome>, NodeError> {
        let tip = self.store.tip();
        let time = TimestampMs(SystemClock.now().0.max(tip.header.time.0.saturating_add(1)));
        let proposal = Proposal { height: tip.header.height.next(), time, proposer: 0, parent: tip.id, transactions };
        let bytes = proposal.encode();
        let started = Instant::now();
        let executed = execute_block(&self.store.view(), proposal)?;
        let executed_at = Instant::now();
        let (height, block, chain) = (executed.header().height, executed.id(), executed.header().chain);
        self.record.record(Signed { height, round: 0, block, proposal: bytes })?;
        let votes = Bounded::new(vec![Vote::sign(chain, height, 0, block, 0, &*self.signer)?])?;
        let certified = executed.certify(Certificate { height, round: 0, block, votes })?;
        let certified_at = Instant::now();
        let outcomes = certified.executed().outcomes().to_vec();
        self.store.commit(certified)?;
        self.times.execute += executed_at - started;
        self.times.certify += certified_at - executed_at;
        self.times.commit += certified_at.elapsed();
        Ok(outcomes)
    }
}
