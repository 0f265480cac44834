//! The types of agreement, as Malachite's traits want them. They hold no rules of their own: what is signed, what a quorum is and who
//! a validator is stand in the ledger.

mod address;
mod message;
mod part;
mod validators;

pub(crate) use address::Address;
pub(crate) use message::{Bidding, Polling};
pub(crate) use part::{Part, PartInit};
pub(crate) use validators::{Member, Members, proposer_place};

use crate::engine::core::{self, LinearTimeouts, NilOrVal, Round};
use crate::scheme::Scheme;
use zhengku_ledger::ids::{self, BlockId};

/// The context of the engine: our types for each of its roles.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context;

/// A height of the ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Height(pub(crate) ids::Height);

impl std::fmt::Display for Height {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl core::Height for Height {
    const ZERO: Self = Self(ids::Height(0));
    const INITIAL: Self = Self(ids::Height(1));

    fn increment_by(&self, n: u64) -> Self {
        Self(ids::Height(self.0.0.saturating_add(n)))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.0.checked_sub(n).map(ids::Height).map(Self)
    }

    fn as_u64(&self) -> u64 {
        self.0.0
    }
}

/// What is agreed on: the id of a block. The block itself travels in parts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Value(pub(crate) BlockId);

impl core::Value for Value {
    type Id = BlockId;

    fn id(&self) -> BlockId {
        self.0
    }
}

impl core::Context for Context {
    type Address = Address;
    type Height = Height;
    type ProposalPart = Part;
    type Proposal = Bidding;
    type Validator = Member;
    type ValidatorSet = Members;
    type Timeouts = LinearTimeouts;
    type Value = Value;
    type Vote = Polling;
    type Extension = ();
    type SigningScheme = Scheme;

    fn select_proposer<'a>(&self, members: &'a Members, height: Height, round: Round) -> &'a Member {
        members.proposer(height.0, round.as_u32().unwrap_or(0))
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: Value,
        valid_round: Round,
        proposer: Address,
    ) -> Bidding {
        Bidding { height, round, value, valid_round, proposer: proposer.of_anybody() }
    }

    fn new_prevote(&self, height: Height, round: Round, value: NilOrVal<BlockId>, voter: Address) -> Polling {
        Polling { step: core::VoteType::Prevote, height, round, value, voter: voter.of_anybody() }
    }

    fn new_precommit(&self, height: Height, round: Round, value: NilOrVal<BlockId>, voter: Address) -> Polling {
        Polling { step: core::VoteType::Precommit, height, round, value, voter: voter.of_anybody() }
    }
}
