//! Deciding blocks with a validator set of one: propose, execute, certify, commit.

use crate::clock::Clock;
use crate::error::NodeError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::block::{Certificate, CertifiedBlock, ExecutedBlock, Proposal, Vote};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::execute::execute_block;
use zhengku_ledger::ids::{Height, TimestampMs};
use zhengku_ledger::state::Tip;
use zhengku_ledger::transaction::{Outcome, VerifiedTransaction};
use zhengku_store::Store;
use zhengku_store::signed_record::{Signed, SignedRecord};

/// How far the machine's clock may be behind the newest block before writing is refused: more than any honest correction.
const MAX_CLOCK_LAG_MS: u64 = 60_000;

/// A decided block, as its submitter sees it.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: TimestampMs,
    /// What became of each transaction.
    pub outcomes: Vec<Outcome>,
}

/// Time spent in each step, summed over all blocks: for the benchmark.
#[derive(Clone, Copy, Default, Debug)]
pub struct StageTimes {
    /// Executing the rules and computing every root.
    pub execute: Duration,
    /// Recording what will be signed, and signing.
    pub certify: Duration,
    /// The synced batch.
    pub commit: Duration,
}

/// The engine of a single validator.
pub struct Engine {
    store: Arc<Store>,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    record: SignedRecord,
    times: StageTimes,
}

impl Engine {
    /// Starts on a store; first finishes a block that was signed and not committed.
    ///
    /// # Errors
    /// [`StoreError::RolledBack`](zhengku_store::StoreError::RolledBack) when the store ends behind what was signed;
    /// [`NodeError::SignedDiffers`].
    pub fn start(
        store: Arc<Store>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
        sync: bool,
    ) -> Result<Self, NodeError> {
        let record = SignedRecord::open(store.path(), sync)?;
        let tip = store.tip().header.height;
        zhengku_store::signed_record::check_not_behind(store.path(), tip)?;
        if record.newest().is_none() && tip > Height(0) {
            return Err(NodeError::Store(zhengku_store::StoreError::SignedRecordMissing { tip }));
        }
        let unfinished = record.newest().filter(|signed| signed.height == tip.next()).cloned();
        let engine = Self { store, signer, clock, state: Mutex::new(State { record, times: StageTimes::default() }) };
        if let Some(signed) = unfinished {
            engine.finish(&signed)?;
        }
        Ok(engine)
    }

    /// Decides one block of these transactions. When this returns, the block is certified and durable.
    ///
    /// # Errors
    /// [`NodeError`]; no block is decided then, or (after a crash) it is decided at the next start.
    pub fn decide(&self, transactions: Vec<VerifiedTransaction>) -> Result<Decision, NodeError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let proposal = self.propose(transactions)?;
        let bytes = proposal.encode();
        let started = Instant::now();
        let executed = execute_block(&self.store.view(), proposal)?;
        let executed_at = Instant::now();
        let certified = self.certify(executed, 0, bytes, &mut state.record)?;
        let certified_at = Instant::now();
        let decision = decision(&certified);
        self.store.commit(certified)?;
        state.times.execute += executed_at - started;
        state.times.certify += certified_at - executed_at;
        state.times.commit += certified_at.elapsed();
        Ok(decision)
    }

    /// Time spent in each step so far.
    #[must_use]
    pub fn times(&self) -> StageTimes {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).times
    }

    fn propose(&self, transactions: Vec<VerifiedTransaction>) -> Result<Proposal, NodeError> {
        let tip = self.store.tip();
        let time = self.block_time(&tip)?;
        Ok(Proposal { height: tip.header.height.next(), time, proposer: 0, parent: tip.id, transactions })
    }

    /// The clock's time, but always after the newest block's.
    fn block_time(&self, tip: &Tip) -> Result<TimestampMs, NodeError> {
        let (now, newest) = (self.clock.now(), tip.header.time);
        if now.0.saturating_add(MAX_CLOCK_LAG_MS) < newest.0 {
            return Err(NodeError::clock_behind(now, newest));
        }
        Ok(TimestampMs(now.0.max(newest.0.saturating_add(1))))
    }

    /// Records, then signs: the signature does not exist before the record is durable.
    fn certify(
        &self,
        executed: ExecutedBlock,
        round: u32,
        proposal: Vec<u8>,
        record: &mut SignedRecord,
    ) -> Result<CertifiedBlock, NodeError> {
        let (header, block) = (executed.header(), executed.id());
        record.record(Signed { height: header.height, round, block, proposal })?;
        let vote = Vote::sign(header.chain, header.height, round, block, 0, &*self.signer)?;
        let votes = Bounded::new(vec![vote])?;
        let certificate = Certificate { height: header.height, round, block, votes };
        Ok(executed.certify(certificate)?)
    }

    /// Executes the recorded proposal again: the same block, or none.
    fn finish(&self, signed: &Signed) -> Result<(), NodeError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        tracing::info!(block.height = signed.height.0, "finishing the block that was signed before the stop");
        let executed = execute_block(&self.store.view(), Proposal::decode(&signed.proposal)?)?;
        if executed.id() != signed.block {
            return Err(NodeError::SignedDiffers {
                height: signed.height,
                signed: signed.block.to_string(),
                executed: executed.id().to_string(),
            });
        }
        let certified = self.certify(executed, signed.round, signed.proposal.clone(), &mut state.record)?;
        Ok(self.store.commit(certified)?)
    }
}

fn decision(block: &CertifiedBlock) -> Decision {
    let executed = block.executed();
    Decision { height: executed.header().height, time: executed.header().time, outcomes: executed.outcomes().to_vec() }
}
