//! Votes and proposals. What is signed of them is a [`Ballot`] or a [`Bid`] of the ledger, byte for byte.

use super::{Address, Context, Height, Value};
use crate::engine::core::{self, NilOrVal, Round, SignedExtension, VoteType};
use zhengku_ledger::block::{Ballot, Bid, Step};
use zhengku_ledger::ids::BlockId;

/// One vote of one validator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Polling {
    /// Prevote or precommit.
    pub(crate) step: VoteType,
    /// The height.
    pub(crate) height: Height,
    /// The round.
    pub(crate) round: Round,
    /// The block or nil.
    pub(crate) value: NilOrVal<BlockId>,
    /// Who votes.
    pub(crate) voter: Address,
}

impl Polling {
    /// What is signed; none for a vote outside of any round.
    #[must_use]
    pub(crate) fn ballot(&self) -> Option<Ballot> {
        let step = match self.step {
            VoteType::Prevote => Step::Prevote,
            VoteType::Precommit => Step::Precommit,
        };
        let block = match self.value {
            NilOrVal::Nil => None,
            NilOrVal::Val(block) => Some(block),
        };
        Some(Ballot { step, height: self.height.0, round: self.round.as_u32()?, block })
    }
}

impl core::Vote<Context> for Polling {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<BlockId> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<BlockId> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.step
    }

    fn validator_address(&self) -> &Address {
        &self.voter
    }

    fn extension(&self) -> Option<&SignedExtension<Context>> {
        None
    }

    fn take_extension(&mut self) -> Option<SignedExtension<Context>> {
        None
    }

    fn extend(self, _: SignedExtension<Context>) -> Self {
        self
    }
}

/// One proposal of one validator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Bidding {
    /// The height.
    pub(crate) height: Height,
    /// The round.
    pub(crate) round: Round,
    /// The block.
    pub(crate) value: Value,
    /// The round in which more than two thirds prevoted for it before, or nil.
    pub(crate) valid_round: Round,
    /// Who proposes.
    pub(crate) proposer: Address,
}

impl Bidding {
    /// What is signed; none for a proposal outside of any round.
    #[must_use]
    pub(crate) fn bid(&self) -> Option<Bid> {
        Some(Bid {
            height: self.height.0,
            round: self.round.as_u32()?,
            block: self.value.0,
            valid_round: self.valid_round.as_u32(),
        })
    }
}

impl core::Proposal<Context> for Bidding {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &Value {
        &self.value
    }

    fn take_value(self) -> Value {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.valid_round
    }

    fn validator_address(&self) -> &Address {
        &self.proposer
    }
}
