//! What agreement needs of the node. Every call of [`Application`] comes from one thread, one at a time, and may block.

use std::time::Duration;
use zhengku_ledger::block::{Certificate, Offence};
use zhengku_ledger::ids::{BlockId, ChainId, Height};
use zhengku_ledger::validator_set::ValidatorSet;

/// Why a node must stop agreeing: a failed write, a disagreement with its own store. Never softened into a retry.
pub type Stop = Box<dyn std::error::Error + Send + Sync>;

/// The height to agree on next, with its rules: a pure function of the state up to the height before.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The ledger.
    pub chain: ChainId,
    /// The height.
    pub height: Height,
    /// Who votes.
    pub validators: ValidatorSet,
    /// How long to wait for whom.
    pub timings: Timings,
}

/// The timings of a height, from the parameters on the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timings {
    /// For the proposer's block.
    pub propose: Duration,
    /// For the other prevotes, once a quorum of them disagrees.
    pub prevote: Duration,
    /// For the other precommits.
    pub precommit: Duration,
    /// Added to each of them per round.
    pub step: Duration,
    /// After which own votes are sent again.
    pub rebroadcast: Duration,
    /// The least time between two blocks.
    pub interval: Duration,
    /// The longest time without a block when there is nothing to decide.
    pub idle: Duration,
}

/// A block that was built or received, executed without fault and made durable, and is not decided yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Its height.
    pub height: Height,
    /// The round it was proposed in.
    pub round: u32,
    /// The place of its proposer in the height's validator set.
    pub proposer: u16,
    /// Its id.
    pub block: BlockId,
    /// The proposal's canonical bytes.
    pub bytes: Vec<u8>,
}

/// What examining a received block found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Examined {
    /// It is a block of this height: executed, durable.
    Valid(BlockId),
    /// It is none. The reason goes to the log.
    Invalid(String),
}

/// A decided block, as a lagging node is given it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// Its certificate.
    pub certificate: Certificate,
    /// The proposal's canonical bytes.
    pub bytes: Vec<u8>,
}

/// The node's side of agreement.
pub trait Application: Send + 'static {
    /// The height after the newest decided one.
    ///
    /// # Errors
    /// [`Stop`].
    fn turn(&mut self) -> Result<Turn, Stop>;

    /// Builds the block of this node for a round: executed and durable when this returns. Asked twice for one (height, round), it
    /// returns the same block.
    ///
    /// # Errors
    /// [`Stop`].
    fn propose(&mut self, height: Height, round: u32) -> Result<Candidate, Stop>;

    /// Decodes, executes and checks a received block. Valid means durable.
    ///
    /// `proposer` is the place of the round's proposer, which has signed these bytes. When `decided` says that a quorum has certified the
    /// block, its time is not checked against the clock, and `round` and `proposer` are those of the decision: a block that was first
    /// proposed in an earlier round, by another, is decided in a later one, so the block's own proposer is then not compared.
    ///
    /// # Errors
    /// [`Stop`] for this node's own failures only, never for anything in `bytes`.
    fn examine(
        &mut self,
        height: Height,
        round: u32,
        proposer: u16,
        bytes: &[u8],
        decided: bool,
    ) -> Result<Examined, Stop>;

    /// The durable candidates of a height, e.g. after a restart.
    ///
    /// # Errors
    /// [`Stop`].
    fn candidates(&mut self, height: Height) -> Result<Vec<Candidate>, Stop>;

    /// Commits the candidate that the certificate names: durable when this returns.
    ///
    /// # Errors
    /// [`Stop`], also when no such candidate is known.
    fn decide(&mut self, certificate: Certificate) -> Result<(), Stop>;

    /// Takes note of later precommits and of offences seen since, and gives the next turn.
    ///
    /// # Errors
    /// [`Stop`].
    fn conclude(&mut self, certificate: Certificate, offences: Vec<Offence>) -> Result<Turn, Stop>;
}

/// Decided blocks for nodes that lag; called beside [`Application`], from other threads.
pub trait History: Send + Sync + 'static {
    /// The lowest height that can be given.
    fn lowest(&self) -> Height;

    /// The decided blocks from `first` to `last`, as many from the start as fit `max_bytes` (one at least).
    ///
    /// # Errors
    /// [`Stop`].
    fn decided(&self, first: Height, last: Height, max_bytes: usize) -> Result<Vec<Decided>, Stop>;
}
