//! The receipt of a transaction: what was asked, by whom, and what became of it, provable offline. Specified in docs/spec/receipt.md.

pub mod file;

use crate::block::{Certificate, CertificateError, Header};
use crate::codec::{self, CodecError};
use crate::ids::{ChainId, TransactionId};
use crate::transaction::{Envelope, Outcome};
use crate::validator_set::ValidatorSet;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::merkle::{MerkleError, OutcomeTree, StaticTree, TransactionTree, leaf_hash, verify_inclusion};
use zhengku_crypto::sign::{Signature, SignatureError};

/// The version of [`Receipt`]'s layout.
pub const RECEIPT_VERSION: u8 = 1;
/// The longest receipt in bytes: a certificate of 200 votes takes 13 KB, the rest 2 KB.
pub const MAX_RECEIPT_BYTES: usize = 64 * 1024;

/// A whole receipt.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// [`RECEIPT_VERSION`].
    pub version: u8,
    /// The header of the transaction's block.
    pub header: Header,
    /// The validators' votes for it.
    pub certificate: Certificate,
    /// The transaction's place in the block, and its outcome's.
    pub place: u32,
    /// What was signed; names the payload by its root.
    pub envelope: Envelope,
    /// The submitter's signature.
    pub signature: Signature,
    /// What became of it.
    pub outcome: Outcome,
    /// From the leaf (envelope and signature) to the header's `transaction_root`.
    pub transaction_path: Vec<Digest>,
    /// From the outcome's leaf to the header's `outcome_root`.
    pub outcome_path: Vec<Digest>,
}

/// Why a receipt does not prove what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The header is of another ledger, or the transaction was meant for another.
    #[error("the receipt is of ledger {actual}, not of {expected}")]
    OtherLedger {
        /// The ledger that was asked for.
        expected: ChainId,
        /// The ledger it is of.
        actual: ChainId,
    },
    /// The block was decided by another set.
    #[error("the block was decided by validator set {actual}, not by {expected}")]
    OtherValidators {
        /// The digest of the trusted set.
        expected: Digest,
        /// The header's.
        actual: Digest,
    },
    /// The votes.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The submitter's signature does not verify.
    #[error("the submitter's signature: {0}")]
    Submitter(#[from] SignatureError),
    /// The transaction is not at its place in the block.
    #[error("the transaction is not at this place of the block: {0}")]
    Transaction(MerkleError),
    /// The outcome is not that of the transaction's place.
    #[error("the outcome is not that of this place of the block: {0}")]
    Outcome(MerkleError),
}

impl Receipt {
    /// The receipt of the transaction at `place` of a block, from all of the block's transactions and outcomes in order; none when the
    /// block has no such place.
    #[must_use]
    pub fn of_block<'a>(
        header: Header,
        certificate: Certificate,
        place: u32,
        transactions: impl IntoIterator<Item = (&'a Envelope, &'a Signature)>,
        outcomes: &[Outcome],
    ) -> Option<Self> {
        let index = usize::try_from(place).ok()?;
        let mut found = None;
        let leaves = transactions.into_iter().enumerate().map(|(number, (envelope, signature))| {
            if number == index {
                found = Some((envelope.clone(), *signature));
            }
            leaf_hash::<TransactionTree>(&codec::encode(&(envelope, signature)))
        });
        let transactions = StaticTree::<TransactionTree>::from_leaf_hashes(leaves.collect());
        let leaves = outcomes.iter().map(|outcome| leaf_hash::<OutcomeTree>(&codec::encode(outcome)));
        let outcome_tree = StaticTree::<OutcomeTree>::from_leaf_hashes(leaves.collect());
        let (envelope, signature) = found?;
        Some(Self {
            version: RECEIPT_VERSION,
            header,
            certificate,
            place,
            envelope,
            signature,
            outcome: *outcomes.get(index)?,
            transaction_path: transactions.path(u64::from(place)).ok()?,
            outcome_path: outcome_tree.path(u64::from(place)).ok()?,
        })
    }

    /// Reads a receipt's binary form.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not the canonical encoding of a receipt of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let receipt: Self = codec::decode("receipt", bytes, MAX_RECEIPT_BYTES)?;
        if receipt.version == RECEIPT_VERSION {
            return Ok(receipt);
        }
        let reason = format!("version {} where {RECEIPT_VERSION} is known", receipt.version);
        Err(CodecError::Malformed { what: "receipt", reason })
    }

    /// The binary form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The transaction.
    #[must_use]
    pub fn transaction(&self) -> TransactionId {
        self.envelope.id()
    }

    /// Verifies the whole receipt: `validators` is the set that certified the height.
    ///
    /// # Errors
    /// [`ReceiptError`] naming the first thing that does not fit.
    pub fn verify(&self, chain: ChainId, validators: &ValidatorSet) -> Result<(), ReceiptError> {
        for actual in [self.header.chain, self.envelope.chain] {
            if actual != chain {
                return Err(ReceiptError::OtherLedger { expected: chain, actual });
            }
        }
        let (expected, actual) = (validators.digest(), self.header.validators);
        if expected != actual {
            return Err(ReceiptError::OtherValidators { expected, actual });
        }
        self.certificate.verify(chain, self.header.height, self.header.id(), validators)?;
        self.verify_submitter()?;
        self.verify_transaction().map_err(ReceiptError::Transaction)?;
        self.verify_outcome().map_err(ReceiptError::Outcome)
    }

    /// Verifies that the signer named in the envelope signed it. Whether the key was the organisation's, the ledger has judged.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify_submitter(&self) -> Result<(), SignatureError> {
        self.envelope.signer.verify(Domain::Transaction, &codec::encode(&self.envelope), &self.signature)
    }

    /// Verifies that the transaction is at its place in the block.
    ///
    /// # Errors
    /// [`MerkleError`].
    pub fn verify_transaction(&self) -> Result<(), MerkleError> {
        let leaf = leaf_hash::<TransactionTree>(&codec::encode(&(&self.envelope, &self.signature)));
        let (root, count) = (&self.header.transaction_root, u64::from(self.header.transaction_count));
        verify_inclusion::<TransactionTree>(root, count, u64::from(self.place), &leaf, &self.transaction_path)
    }

    /// Verifies that the outcome is that of the same place.
    ///
    /// # Errors
    /// [`MerkleError`].
    pub fn verify_outcome(&self) -> Result<(), MerkleError> {
        let leaf = leaf_hash::<OutcomeTree>(&codec::encode(&self.outcome));
        let (root, count) = (&self.header.outcome_root, u64::from(self.header.transaction_count));
        verify_inclusion::<OutcomeTree>(root, count, u64::from(self.place), &leaf, &self.outcome_path)
    }
}

#[cfg(test)]
mod tests;
