//! What validators sign while they agree: ballots (prevotes and precommits) and bids (proposals). Anybody can rebuild the bytes, so
//! two contradicting signatures of one validator are evidence for everybody. Specified in docs/spec/consensus.md.

use super::certificate::vote_bytes;
use crate::codec;
use crate::ids::{BlockId, ChainId, Height};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{PublicKey, Signature, SignatureError, Signer};

/// The two votes of a round (Buchman, Kwon, Milosevic: The latest gossip on BFT consensus, 2018).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Step {
    /// The first vote.
    Prevote = 1,
    /// The second vote: more than two thirds of them decide.
    Precommit = 2,
}

/// One vote of one round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Ballot {
    /// Prevote or precommit.
    pub step: Step,
    /// The height that is voted on.
    pub height: Height,
    /// The round.
    pub round: u32,
    /// The block; none when the voter saw no acceptable block in time.
    pub block: Option<BlockId>,
}

/// A proposer's announcement of its block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Bid {
    /// The height.
    pub height: Height,
    /// The round.
    pub round: u32,
    /// The block.
    pub block: BlockId,
    /// The earlier round in which more than two thirds prevoted for this block, when there was one.
    pub valid_round: Option<u32>,
}

impl Ballot {
    /// The domain that it is signed in. A precommit for a block is what certificates hold.
    #[must_use]
    pub const fn domain(&self) -> Domain {
        match (self.step, self.block) {
            (Step::Precommit, Some(_)) => Domain::Precommit,
            (Step::Precommit, None) => Domain::PrecommitNil,
            (Step::Prevote, _) => Domain::Prevote,
        }
    }

    /// The signed message: chain, height, round and block. A nil precommit has no block; a prevote has an option.
    #[must_use]
    pub fn bytes(&self, chain: ChainId) -> Vec<u8> {
        match (self.step, self.block) {
            (Step::Precommit, Some(block)) => vote_bytes(chain, self.height, self.round, block),
            (Step::Precommit, None) => codec::encode(&(chain, self.height, self.round)),
            (Step::Prevote, block) => codec::encode(&(chain, self.height, self.round, block)),
        }
    }

    /// Signs it.
    ///
    /// # Errors
    /// [`SignatureError`] when the key cannot sign.
    pub fn sign(&self, chain: ChainId, signer: &dyn Signer) -> Result<Signature, SignatureError> {
        signer.sign(self.domain(), &self.bytes(chain))
    }

    /// Verifies a signature of it.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, chain: ChainId, key: &PublicKey, signature: &Signature) -> Result<(), SignatureError> {
        key.verify(self.domain(), &self.bytes(chain), signature)
    }
}

impl Bid {
    /// The signed message.
    #[must_use]
    pub fn bytes(&self, chain: ChainId) -> Vec<u8> {
        codec::encode(&(chain, self))
    }

    /// Signs it.
    ///
    /// # Errors
    /// [`SignatureError`] when the key cannot sign.
    pub fn sign(&self, chain: ChainId, signer: &dyn Signer) -> Result<Signature, SignatureError> {
        signer.sign(Domain::Bid, &self.bytes(chain))
    }

    /// Verifies a signature of it.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, chain: ChainId, key: &PublicKey, signature: &Signature) -> Result<(), SignatureError> {
        key.verify(Domain::Bid, &self.bytes(chain), signature)
    }
}
