//! The node's side of agreement: builds, examines and commits blocks. One thread calls it, and nothing is voted for before it is durable.

use super::lie::{self, Dishonest};
use super::{Chain, decode, proposed, room};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use zhengku_consensus::lie::Lie;
use zhengku_consensus::{Application, Candidate, Examined, Stop, Timings, Turn};
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::block::{Certificate, ExecutedBlock, Offence, Proposal};
use zhengku_ledger::entry::Parameters;
use zhengku_ledger::execute::{ExecuteError, execute_block};
use zhengku_ledger::ids::{BlockId, Height, TimestampMs};
use zhengku_ledger::state::Tip;
use zhengku_store::signed_record::{Signed, SignedRecord};
use zhengku_store::{StoreError, View};

/// Executed blocks of one height that are held: the largest takes some 60 MB. Others are executed again from the record.
const KEPT_EXECUTED: usize = 4;
/// The least time between two empty blocks that are made only because an approved change waits for its height.
const WAITING_PACE: Duration = Duration::from_millis(100);

/// What stops a node for good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgreementError {
    /// The store, or the record of candidates.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node's own block is none.
    #[error("building a block: {0}")]
    Execute(#[from] ExecuteError<StoreError>),
    /// A recorded candidate does not give its block again: the program or the store differ from those that recorded it.
    #[error("height {height} was recorded as {recorded}, executing it gives {executed}; this node must not sign")]
    CandidateDiffers {
        /// The height.
        height: Height,
        /// The block that was recorded.
        recorded: BlockId,
        /// What comes out now.
        executed: String,
    },
    /// Agreement decided a block that this node never saw.
    #[error("block {block} of height {height} was decided, and this node does not have it")]
    UnknownBlock {
        /// The height.
        height: Height,
        /// The block.
        block: BlockId,
    },
    /// Agreement decided a block without a quorum.
    #[error(transparent)]
    Certificate(#[from] zhengku_ledger::block::CertificateError),
    /// This node was asked for a block and is no validator.
    #[error("this node is no validator of height {height}")]
    NotValidator {
        /// The height.
        height: Height,
    },
}

/// Builds, examines and commits.
pub struct Agreement {
    chain: Arc<Chain>,
    record: SignedRecord,
    key: Option<PublicKey>,
    /// Takes the place of the ledger's timings: the embedded node decides as fast as it can and makes no empty blocks.
    timings: Option<Timings>,
    offences: mpsc::UnboundedSender<Offence>,
    lie: Option<Lie>,
    executed: Vec<ExecutedBlock>,
    /// What was examined at this height, by the digest of its bytes.
    examined: Vec<(Digest, BlockId)>,
}

impl Agreement {
    /// Over a chain; `key` is this node's consensus key, `offences` takes what others did wrong.
    #[must_use]
    pub const fn new(
        chain: Arc<Chain>,
        record: SignedRecord,
        key: Option<PublicKey>,
        timings: Option<Timings>,
        offences: mpsc::UnboundedSender<Offence>,
    ) -> Self {
        Self { chain, record, key, timings, offences, lie: None, executed: Vec::new(), examined: Vec::new() }
    }

    /// The same with a dishonest conduct, for exercises.
    #[must_use]
    pub const fn lying(mut self, lie: Option<Lie>) -> Self {
        self.lie = lie;
        self
    }

    fn view(&self) -> View<'_> {
        self.chain.store.view()
    }

    /// This node's place among the validators of the next height.
    fn place(&self, tip: &Tip) -> Option<u16> {
        let key = self.key.as_ref()?;
        let place = tip.validators().as_slice().iter().position(|one| one.key == *key)?;
        u16::try_from(place).ok()
    }

    /// A block of this height that this node proposed before, in whatever round: one proposer never has two blocks of a height.
    fn own_candidate(&self, height: Height, place: u16) -> Result<Option<Signed>, StoreError> {
        let mut own = self.record.of_height(height)?;
        own.retain(|signed| decode::proposer(&signed.proposal) == Some(place));
        Ok(own.pop())
    }

    fn build(&self, tip: &Tip, place: u16) -> Proposal {
        let now = self.chain.clock.now();
        let time = TimestampMs(now.0.max(tip.header.time.0.saturating_add(1)));
        let taken = self.chain.mempool.take(proposed(room(tip.governance.parameters())));
        let transactions = taken.into_iter().map(Arc::unwrap_or_clone).collect();
        Proposal { height: tip.header.height.next(), time, proposer: place, parent: tip.id, transactions }
    }

    fn record(&mut self, height: Height, round: u32, block: BlockId, proposal: Vec<u8>) -> Result<(), StoreError> {
        self.record.record(Signed { height, round, block, proposal })
    }

    fn keep(&mut self, executed: ExecutedBlock, bytes: &[u8]) {
        self.examined.push((sha256(bytes), executed.id()));
        if self.executed.len() >= KEPT_EXECUTED {
            self.executed.remove(0);
        }
        self.executed.push(executed);
    }

    /// The executed block of an id: held, or executed again from the record.
    fn executed(&mut self, height: Height, block: BlockId) -> Result<ExecutedBlock, AgreementError> {
        if let Some(place) = self.executed.iter().position(|one| one.id() == block) {
            return Ok(self.executed.swap_remove(place));
        }
        let recorded = self.record.of_height(height)?.into_iter().find(|signed| signed.block == block);
        let recorded = recorded.ok_or(AgreementError::UnknownBlock { height, block })?;
        let differs = |executed: String| AgreementError::CandidateDiffers { height, recorded: block, executed };
        let proposal = decode::decode(&recorded.proposal, &self.chain.mempool);
        let executed = execute_block(&self.view(), proposal.map_err(|error| differs(error.to_string()))?)?;
        if executed.id() == block { Ok(executed) } else { Err(differs(executed.id().to_string())) }
    }

    fn forget(&mut self) {
        self.executed.clear();
        self.examined.clear();
    }

    /// Why bytes are no block of the next height, as far as that can be told before executing them.
    fn read(&self, tip: &Tip, proposer: u16, bytes: &[u8], decided: bool) -> Result<Proposal, String> {
        let parameters = tip.governance.parameters();
        if bytes.len() > usize::try_from(parameters.max_block_bytes).unwrap_or(usize::MAX) {
            return Err(format!("{} bytes, {} are allowed", bytes.len(), parameters.max_block_bytes));
        }
        let proposal = decode::decode(bytes, &self.chain.mempool).map_err(|error| error.to_string())?;
        if !decided && proposal.proposer != proposer {
            return Err(format!("it names proposer {}, {proposer} sent it", proposal.proposer));
        }
        let room = room(parameters);
        let entries = proposal.transactions.iter().map(|one| u64::from(one.payload().entry_count()));
        if proposal.transactions.len() > room.transactions || entries.fold(0, u64::saturating_add) > room.entries {
            return Err("more transactions or entries than the ledger allows".to_owned());
        }
        let latest = self.chain.clock.now().0.saturating_add(u64::from(parameters.max_ahead_ms));
        if !decided && proposal.time.0 > latest {
            return Err(format!("its time {} is more than {} ms ahead", proposal.time, parameters.max_ahead_ms));
        }
        Ok(proposal)
    }
}

impl Application for Agreement {
    fn turn(&mut self) -> Result<Turn, Stop> {
        let tip = self.chain.tip();
        Ok(Turn {
            chain: tip.header.chain,
            height: tip.header.height.next(),
            validators: tip.validators().clone(),
            timings: in_motion(
                self.timings.unwrap_or_else(|| timings(tip.governance.parameters())),
                tip.governance.is_waiting(),
            ),
        })
    }

    fn propose(&mut self, height: Height, round: u32) -> Result<Candidate, Stop> {
        let tip = self.chain.tip();
        let place = self.place(&tip).ok_or(AgreementError::NotValidator { height })?;
        let is_honest = self.lie.is_none();
        if let Some(own) = self.own_candidate(height, place)?.filter(|_| is_honest) {
            return Ok(Candidate { height, round, proposer: place, block: own.block, bytes: own.proposal });
        }
        let honest = self.build(&tip, place);
        let proposal = match self.lie.map(|lie| lie::proposal(lie, honest.clone(), &tip, &self.chain)) {
            None => honest,
            Some(Dishonest::Block(proposal)) => proposal,
            Some(Dishonest::Bytes(block, bytes)) => {
                return Ok(Candidate { height, round, proposer: place, block, bytes });
            }
        };
        let bytes = proposal.encode();
        let executed = execute_block(&self.view(), proposal).map_err(AgreementError::from)?;
        let block = executed.id();
        self.record(height, round, block, bytes.clone())?;
        self.keep(executed, &bytes);
        Ok(Candidate { height, round, proposer: place, block, bytes })
    }

    fn examine(
        &mut self,
        height: Height,
        round: u32,
        proposer: u16,
        bytes: &[u8],
        decided: bool,
    ) -> Result<Examined, Stop> {
        let tip = self.chain.tip();
        if height != tip.header.height.next() {
            return Ok(Examined::Invalid(format!("height {height}, the next is {}", tip.header.height.next())));
        }
        let digest = sha256(bytes);
        if let Some((_, block)) = self.examined.iter().find(|(former, _)| *former == digest) {
            return Ok(Examined::Valid(*block));
        }
        let proposal = match self.read(&tip, proposer, bytes, decided) {
            Ok(proposal) => proposal,
            Err(reason) => return Ok(Examined::Invalid(reason)),
        };
        let executed = match execute_block(&self.view(), proposal) {
            Ok(executed) => executed,
            Err(error @ (ExecuteError::State(_) | ExecuteError::Inconsistent(_))) => {
                return Err(AgreementError::from(error).into());
            }
            Err(error) => return Ok(Examined::Invalid(error.to_string())),
        };
        let block = executed.id();
        self.record(height, round, block, bytes.to_vec())?;
        self.keep(executed, bytes);
        Ok(Examined::Valid(block))
    }

    fn candidates(&mut self, height: Height) -> Result<Vec<Candidate>, Stop> {
        let candidate = |signed: Signed| {
            let proposer = decode::proposer(&signed.proposal)?;
            Some(Candidate { height, round: signed.round, proposer, block: signed.block, bytes: signed.proposal })
        };
        Ok(self.record.of_height(height)?.into_iter().filter_map(candidate).collect())
    }

    fn decide(&mut self, certificate: Certificate) -> Result<(), Stop> {
        let tip = self.chain.tip();
        if certificate.block == tip.id {
            return Ok(());
        }
        let executed = self.executed(certificate.height, certificate.block)?;
        let certified = executed.certify(certificate).map_err(AgreementError::from)?;
        self.chain.commit(certified).map_err(AgreementError::from)?;
        self.forget();
        Ok(())
    }

    fn conclude(&mut self, certificate: Certificate, offences: Vec<Offence>) -> Result<Turn, Stop> {
        self.chain.note_late_votes(&certificate);
        for offence in offences {
            // Nobody takes them when the node is stopping.
            let _ = self.offences.send(offence);
        }
        self.turn()
    }
}

/// While an approved change waits, empty blocks come at the pace of full ones: on a ledger that makes none it would wait for ever, and
/// on a slow one for the delay times `idle_ms`.
fn in_motion(timings: Timings, is_waiting: bool) -> Timings {
    let pace = timings.interval.max(WAITING_PACE);
    let idle = match is_waiting {
        true if timings.idle.is_zero() => pace,
        true => timings.idle.min(pace),
        false => timings.idle,
    };
    Timings { idle, ..timings }
}

/// The timings of the ledger's parameters.
fn timings(parameters: &Parameters) -> Timings {
    let ms = |value: u32| Duration::from_millis(u64::from(value));
    Timings {
        propose: ms(parameters.propose_ms),
        prevote: ms(parameters.prevote_ms),
        precommit: ms(parameters.precommit_ms),
        step: ms(parameters.step_ms),
        rebroadcast: ms(parameters.rebroadcast_ms),
        interval: ms(parameters.interval_ms),
        idle: ms(parameters.idle_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_change_waits_for_no_idle_time() {
        let idle = |idle_ms, interval_ms, is_waiting| {
            let parameters = Parameters { idle_ms, interval_ms, ..Parameters::default() };
            in_motion(timings(&parameters), is_waiting).idle.as_millis()
        };
        assert_eq!([idle(0, 0, false), idle(0, 100, false), idle(5_000, 100, false)], [0, 0, 5_000]);
        assert_eq!([idle(0, 0, true), idle(0, 250, true), idle(5_000, 100, true)], [100, 250, 100]);
        assert_eq!([idle(50, 0, true), idle(10_000, 400, true), idle(10_000, 400, false)], [50, 400, 10_000]);
    }
}
