//! What can be seen of agreement from outside: for pages, figures and tests.

use crate::context::{Context, Polling};
use crate::engine::core::VoteType;
use std::collections::BTreeSet;
use zhengku_ledger::ids::Height;
use zhengku_ledger::validator_set::ValidatorSet;

/// Where agreement stands on this node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Picture {
    /// The height that is agreed on.
    pub height: Height,
    /// The round.
    pub round: u32,
    /// The place of the round's proposer.
    pub proposer: u16,
    /// Whether a decided block waits for the next one to be worth while.
    pub idle: bool,
    /// Whether the guard keeps this validator silent.
    pub silent: bool,
    /// The places of the validators whose prevote of this round was seen.
    pub prevotes: BTreeSet<u16>,
    /// The places of the validators whose precommit of this round was seen.
    pub precommits: BTreeSet<u16>,
}

impl Picture {
    /// A new round.
    pub(crate) fn start(&mut self, height: Height, round: u32, proposer: u16, silent: bool) {
        *self = Self { height, round, proposer, silent, ..Self::default() };
    }

    /// A vote was seen, of the engine's set or not.
    pub(crate) fn vote(&mut self, vote: &Polling, validators: &ValidatorSet) {
        if vote.height.0 != self.height || vote.round.as_u32() != Some(self.round) {
            return;
        }
        let Some(place) = crate::certificate::place_of(&vote.voter, validators) else { return };
        match vote.step {
            VoteType::Prevote => self.prevotes.insert(place),
            VoteType::Precommit => self.precommits.insert(place),
        };
    }
}

/// A vote in an event of the engine.
pub(crate) type Event = crate::engine::actors::util::events::Event<Context>;
