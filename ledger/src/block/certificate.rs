//! The certificate of a block: votes of more than two thirds of the validators over bytes that anyone can rebuild.

use crate::codec::{self, Bounded};
use crate::ids::{BlockId, ChainId, Height};
use crate::validator_set::{MAX_VALIDATORS, ValidatorSet};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Signature, SignatureError, Signer};

/// Votes for one block.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Certificate {
    /// The block's height.
    pub height: Height,
    /// The round of the decision.
    pub round: u32,
    /// The block.
    pub block: BlockId,
    /// The votes, in the order of the validator set.
    pub votes: Bounded<Vote, 1, MAX_VALIDATORS>,
}

/// One vote.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Vote {
    /// The validator's place in the set.
    pub validator: u16,
    /// Over [`vote_bytes`] in the domain `Precommit`.
    pub signature: Signature,
}

/// Why a certificate does not certify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is for another height.
    #[error("the certificate is for height {actual}, the block has {expected}")]
    Height {
        /// The block's height.
        expected: Height,
        /// The certificate's.
        actual: Height,
    },
    /// It is for another block.
    #[error("the certificate is for block {actual}, the header gives {expected}")]
    Block {
        /// The header's id.
        expected: BlockId,
        /// The certificate's.
        actual: BlockId,
    },
    /// Fewer votes than a quorum.
    #[error("{actual} votes, {quorum} are needed")]
    BelowQuorum {
        /// The votes that are needed.
        quorum: usize,
        /// The votes there are.
        actual: usize,
    },
    /// A validator counted twice, or votes out of order.
    #[error("validator {validator} stands twice or out of order")]
    RepeatedVoter {
        /// The validator's place.
        validator: u16,
    },
    /// No such validator.
    #[error("validator {validator} is not in the set of {size}")]
    UnknownValidator {
        /// The place given.
        validator: u16,
        /// The size of the set.
        size: usize,
    },
    /// A vote's signature does not verify.
    #[error("the vote of validator {validator}: {source}")]
    Vote {
        /// The validator's place.
        validator: u16,
        /// Why.
        source: SignatureError,
    },
}

/// The bytes of a vote: chain, height, round and block, canonically encoded.
#[must_use]
pub fn vote_bytes(chain: ChainId, height: Height, round: u32, block: BlockId) -> Vec<u8> {
    codec::encode(&(chain, height, round, block))
}

impl Vote {
    /// Signs a vote.
    ///
    /// # Errors
    /// [`SignatureError`] when the signer fails.
    pub fn sign(
        chain: ChainId,
        height: Height,
        round: u32,
        block: BlockId,
        validator: u16,
        signer: &dyn Signer,
    ) -> Result<Self, SignatureError> {
        let signature = signer.sign(Domain::Precommit, &vote_bytes(chain, height, round, block))?;
        Ok(Self { validator, signature })
    }
}

impl Certificate {
    /// Verifies that a quorum of `validators` voted for `block` at `height`.
    ///
    /// # Errors
    /// [`CertificateError`] naming the first thing that does not fit.
    pub fn verify(
        &self,
        chain: ChainId,
        height: Height,
        block: BlockId,
        validators: &ValidatorSet,
    ) -> Result<(), CertificateError> {
        if self.height != height {
            return Err(CertificateError::Height { expected: height, actual: self.height });
        }
        if self.block != block {
            return Err(CertificateError::Block { expected: block, actual: self.block });
        }
        let bytes = vote_bytes(chain, height, self.round, block);
        let mut former: Option<u16> = None;
        for vote in self.votes.iter() {
            let validator = vote.validator;
            if former.is_some_and(|former| validator <= former) {
                return Err(CertificateError::RepeatedVoter { validator });
            }
            former = Some(validator);
            let known = validators
                .at(validator)
                .ok_or(CertificateError::UnknownValidator { validator, size: validators.as_slice().len() })?;
            known
                .key
                .verify(Domain::Precommit, &bytes, &vote.signature)
                .map_err(|source| CertificateError::Vote { validator, source })?;
        }
        let (quorum, actual) = (validators.quorum(), self.votes.len());
        if actual < quorum { Err(CertificateError::BelowQuorum { quorum, actual }) } else { Ok(()) }
    }
}
