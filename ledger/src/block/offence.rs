//! Offences that anybody can check: two contradicting signatures of one validator.

use super::ballot::{Ballot, Bid, Step};
use crate::ids::{ChainId, Height};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::sign::{PublicKey, Signature, SignatureError};

/// What a validator did, with both signatures.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Offence {
    /// Two different ballots of one step, height and round.
    DoubleVote {
        /// The validator's key.
        validator: PublicKey,
        /// One ballot.
        first: (Ballot, Signature),
        /// The other.
        second: (Ballot, Signature),
    },
    /// Two bids for different blocks (or valid rounds) in one height and round.
    DoubleProposal {
        /// The validator's key.
        validator: PublicKey,
        /// One bid.
        first: (Bid, Signature),
        /// The other.
        second: (Bid, Signature),
    },
}

/// The kinds of offence: at most one of each is recorded for a validator, height and round.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OffenceKind {
    /// Two prevotes.
    DoublePrevote,
    /// Two precommits.
    DoublePrecommit,
    /// Two proposals.
    DoubleProposal,
}

/// Why a claim proves no offence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OffenceError {
    /// The two do not contradict each other.
    #[error("the two signed messages do not contradict each other")]
    NoContradiction,
    /// A signature is not the validator's.
    #[error("signature {place} of the claim: {source}")]
    Signature {
        /// 1 or 2.
        place: u8,
        /// Why.
        source: SignatureError,
    },
}

impl Offence {
    /// The validator's key.
    #[must_use]
    pub const fn validator(&self) -> &PublicKey {
        match self {
            Self::DoubleVote { validator, .. } | Self::DoubleProposal { validator, .. } => validator,
        }
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> OffenceKind {
        match self {
            Self::DoubleVote { first: (Ballot { step: Step::Prevote, .. }, _), .. } => OffenceKind::DoublePrevote,
            Self::DoubleVote { .. } => OffenceKind::DoublePrecommit,
            Self::DoubleProposal { .. } => OffenceKind::DoubleProposal,
        }
    }

    /// The height and round of it.
    #[must_use]
    pub const fn place(&self) -> (Height, u32) {
        match self {
            Self::DoubleVote { first, .. } => (first.0.height, first.0.round),
            Self::DoubleProposal { first, .. } => (first.0.height, first.0.round),
        }
    }

    /// Checks both signatures and the contradiction. Whether the key was a validator's is for the ledger to say.
    ///
    /// # Errors
    /// [`OffenceError`].
    pub fn verify(&self, chain: ChainId) -> Result<(), OffenceError> {
        let at = |place| move |source| OffenceError::Signature { place, source };
        match self {
            Self::DoubleVote { validator, first: (one, first), second: (other, second) } => {
                let same_place = (one.step, one.height, one.round) == (other.step, other.height, other.round);
                if !same_place || one.block == other.block {
                    return Err(OffenceError::NoContradiction);
                }
                one.verify(chain, validator, first).map_err(at(1))?;
                other.verify(chain, validator, second).map_err(at(2))
            }
            Self::DoubleProposal { validator, first: (one, first), second: (other, second) } => {
                if (one.height, one.round) != (other.height, other.round) || one == other {
                    return Err(OffenceError::NoContradiction);
                }
                one.verify(chain, validator, first).map_err(at(1))?;
                other.verify(chain, validator, second).map_err(at(2))
            }
        }
    }
}
