//! The stages of a transaction: [`SignedTransaction`] is well-formed, [`VerifiedTransaction`] authentic.

use super::payload::{Payload, PayloadKind};
use crate::codec::{self, CodecError};
use crate::ids::{ChainId, IdempotencyKey, OrganisationNumber, TransactionId};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{PublicKey, Signature, SignatureError, Signer};

/// The version of [`Envelope`]'s layout.
pub const TRANSACTION_VERSION: u8 = 1;

/// The longest transaction in bytes: 4,096 licences with 8 holders each are 2.1 MB.
pub const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

/// What the signature covers.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Envelope {
    /// [`TRANSACTION_VERSION`].
    pub version: u8,
    /// The ledger it is meant for: it has no effect on another.
    pub chain: ChainId,
    /// Who asks.
    pub organisation: OrganisationNumber,
    /// The key it is signed with; must be one of the organisation's when the transaction is executed.
    pub signer: PublicKey,
    /// The ledger applies at most one transaction of this key and organisation.
    pub idempotency: IdempotencyKey,
    /// The kind of the items.
    pub kind: PayloadKind,
    /// The number of items.
    pub count: u32,
    /// The Merkle root of the items.
    pub items_root: Digest,
}

/// A well-formed transaction of unknown origin.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SignedTransaction {
    envelope: Envelope,
    signature: Signature,
    payload: Payload,
}

/// A transaction whose signature and batch root were verified. Made by [`SignedTransaction::verify`] only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifiedTransaction {
    id: TransactionId,
    signed: SignedTransaction,
}

/// Why a transaction never reaches execution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// The bytes are no transaction.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The version is not known.
    #[error("transaction version {actual}, this program knows {TRANSACTION_VERSION}")]
    Version {
        /// The version offered.
        actual: u8,
    },
    /// Kind or count of the envelope are not those of the items.
    #[error("the envelope announces {announced} items of {kind:?}, the payload has {actual} of {actual_kind:?}")]
    PayloadMismatch {
        /// The envelope's count.
        announced: u32,
        /// The envelope's kind.
        kind: PayloadKind,
        /// The payload's count.
        actual: u32,
        /// The payload's kind.
        actual_kind: PayloadKind,
    },
    /// The items are not those that were signed.
    #[error("the items have the root {actual}, {expected} was signed")]
    ItemsRoot {
        /// The root in the envelope.
        expected: Digest,
        /// The root of the items.
        actual: Digest,
    },
    /// The signature does not verify.
    #[error("signature: {0}")]
    Signature(#[from] SignatureError),
}

impl Envelope {
    /// The transaction's id.
    #[must_use]
    pub fn id(&self) -> TransactionId {
        TransactionId::from_digest(Domain::TransactionId.hash(&codec::encode(self)))
    }
}

impl SignedTransaction {
    /// Makes and signs a transaction.
    ///
    /// # Errors
    /// [`SignatureError`] when the signer fails.
    pub fn sign(
        chain: ChainId,
        organisation: OrganisationNumber,
        idempotency: IdempotencyKey,
        payload: Payload,
        signer: &dyn Signer,
    ) -> Result<Self, SignatureError> {
        let envelope = Envelope {
            version: TRANSACTION_VERSION,
            chain,
            organisation,
            signer: signer.public_key(),
            idempotency,
            kind: payload.kind(),
            count: payload.count(),
            items_root: payload.items_root(),
        };
        let signature = signer.sign(Domain::Transaction, &codec::encode(&envelope))?;
        Ok(Self { envelope, signature, payload })
    }

    /// Reads a transaction.
    ///
    /// # Errors
    /// [`TransactionError`] when the bytes are not canonical, too long, of another version, or contradict themselves.
    pub fn decode(bytes: &[u8]) -> Result<Self, TransactionError> {
        let signed: Self = codec::decode("transaction", bytes, MAX_TRANSACTION_BYTES)?;
        signed.check_shape()?;
        Ok(signed)
    }

    fn check_shape(&self) -> Result<(), TransactionError> {
        let envelope = &self.envelope;
        if envelope.version != TRANSACTION_VERSION {
            return Err(TransactionError::Version { actual: envelope.version });
        }
        let (actual, actual_kind) = (self.payload.count(), self.payload.kind());
        if envelope.count != actual || envelope.kind != actual_kind {
            return Err(TransactionError::PayloadMismatch {
                announced: envelope.count,
                kind: envelope.kind,
                actual,
                actual_kind,
            });
        }
        Ok(())
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// What the signature covers.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The signature over the envelope.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The items.
    #[must_use]
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Verifies the batch root and the signature.
    ///
    /// # Errors
    /// [`TransactionError`] naming what does not fit.
    pub fn verify(self) -> Result<VerifiedTransaction, TransactionError> {
        self.check_shape()?;
        let actual = self.payload.items_root();
        if actual != self.envelope.items_root {
            return Err(TransactionError::ItemsRoot { expected: self.envelope.items_root, actual });
        }
        self.envelope.signer.verify(Domain::Transaction, &codec::encode(&self.envelope), &self.signature)?;
        Ok(VerifiedTransaction { id: self.envelope.id(), signed: self })
    }

    /// Puts a transaction together from parts that were stored when it was committed; [`SignedTransaction::verify`] still judges it.
    #[must_use]
    pub const fn danger_from_committed(envelope: Envelope, signature: Signature, payload: Payload) -> Self {
        Self { envelope, signature, payload }
    }
}

impl VerifiedTransaction {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> TransactionId {
        self.id
    }

    /// What the signature covers.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.signed.envelope
    }

    /// The items.
    #[must_use]
    pub const fn payload(&self) -> &Payload {
        &self.signed.payload
    }

    /// The transaction as it was signed.
    #[must_use]
    pub const fn signed(&self) -> &SignedTransaction {
        &self.signed
    }

    /// The leaf of the block's transaction tree: the canonical envelope followed by the signature. The items hang below it by their root.
    #[must_use]
    pub fn block_leaf(&self) -> Vec<u8> {
        codec::encode(&(&self.signed.envelope, &self.signed.signature))
    }
}

#[cfg(test)]
impl VerifiedTransaction {
    /// Takes a transaction as if it had been verified: random walks of many thousands would spend their time on signatures.
    pub(crate) fn danger_unverified(signed: SignedTransaction) -> Self {
        Self { id: signed.envelope.id(), signed }
    }
}
