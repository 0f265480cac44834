//! The stages of a block: [`Proposal`] (authentic transactions), [`ExecutedBlock`] (every root computed), [`CertifiedBlock`] (agreed).

use super::MAX_BLOCK_TRANSACTIONS;
use super::certificate::{Certificate, CertificateError};
use super::header::Header;
use crate::codec::{self, Bounded, CodecError};
use crate::entry::{Entry, EntryBody};
use crate::ids::{BlockId, EntryKey, Height, Holder, LogIndex, TimestampMs};
use crate::log::FullTile;
use crate::state::Tip;
use crate::transaction::{Outcome, SignedTransaction, TransactionError, VerifiedTransaction};
use crate::validator_set::ValidatorSet;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash};

/// A block as proposed: nothing is computed yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// Its height.
    pub height: Height,
    /// The proposer's time.
    pub time: TimestampMs,
    /// The proposer's place in the validator set.
    pub proposer: u16,
    /// The block it follows.
    pub parent: BlockId,
    /// Its transactions.
    pub transactions: Vec<VerifiedTransaction>,
}

/// The longest proposal in bytes: ten full batches of licences with eight holders each.
pub const MAX_PROPOSAL_BYTES: usize = 48 * 1024 * 1024;

/// Why bytes are no proposal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProposalError {
    /// Not the canonical encoding of a proposal.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// One of its transactions is not authentic.
    #[error("transaction {place}: {source}")]
    Transaction {
        /// Its place.
        place: usize,
        /// Why.
        source: TransactionError,
    },
}

impl Proposal {
    /// The canonical bytes: height, time, proposer, parent, signed transactions.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = codec::encode(&(self.height, self.time, self.proposer, self.parent));
        codec::encode_into(&u32::try_from(self.transactions.len()).unwrap_or(u32::MAX), &mut bytes);
        for transaction in &self.transactions {
            codec::encode_into(transaction.signed(), &mut bytes);
        }
        bytes
    }

    /// The length of [`Proposal::encode`]'s bytes, without making them.
    #[must_use]
    pub fn encoded_len(&self) -> u64 {
        const HEAD_BYTES: u64 = 8 + 8 + 2 + 32 + 4;
        // Counting fails only where writing to memory does: never for our bounded types.
        let length =
            |one: &VerifiedTransaction| borsh::object_length(one.signed()).map_or(u64::MAX, |size| size as u64);
        self.transactions.iter().map(length).fold(HEAD_BYTES, u64::saturating_add)
    }

    /// Reads a proposal and verifies every transaction.
    ///
    /// # Errors
    /// [`ProposalError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ProposalError> {
        type Wire = (Height, TimestampMs, u16, BlockId, Bounded<SignedTransaction, 0, MAX_BLOCK_TRANSACTIONS>);
        let (height, time, proposer, parent, signed): Wire = codec::decode("proposal", bytes, MAX_PROPOSAL_BYTES)?;
        let verified = |(place, one): (usize, SignedTransaction)| {
            one.verify().map_err(|source| ProposalError::Transaction { place, source })
        };
        let transactions = signed.into_vec().into_iter().enumerate().map(verified).collect::<Result<_, _>>()?;
        Ok(Self { height, time, proposer, parent, transactions })
    }
}

/// Encoded entries of one block with what the indexes need of them.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct EntryBatch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    rows: Vec<IndexRow>,
}

/// The index rows of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// The entry's key.
    pub key: EntryKey,
    /// Its holders.
    pub holders: Vec<Holder>,
    /// SHA-256 of its files.
    pub files: Vec<Digest>,
}

impl EntryBatch {
    /// Appends an entry; returns its leaf hash in the log.
    pub fn push(&mut self, entry: &Entry) -> Digest {
        let start = self.bytes.len();
        codec::encode_into(entry, &mut self.bytes);
        self.ends.push(self.bytes.len());
        let (holders, files) = match &entry.body {
            EntryBody::Licence(licence) => {
                (licence.holders.to_vec(), licence.files.iter().map(|file| file.sha256).collect())
            }
            _ => (Vec::new(), Vec::new()),
        };
        self.rows.push(IndexRow { key: entry.key, holders, files });
        leaf_hash::<LogTree>(self.bytes.get(start..).unwrap_or_default())
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The canonical encodings, in order.
    pub fn encoded(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(start..*end).unwrap_or_default())
    }

    /// The entry at `place`, read back.
    pub(crate) fn entry(&self, place: usize) -> Option<Entry> {
        let start = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        Entry::decode(self.bytes.get(start..*self.ends.get(place)?)?).ok()
    }

    /// The index rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[IndexRow] {
        &self.rows
    }
}

/// A block that was executed on the view it extends. Made by [`execute_block`](crate::execute::execute_block) only.
#[derive(Debug, Clone)]
pub struct ExecutedBlock {
    pub(crate) transactions: Vec<VerifiedTransaction>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) entries: EntryBatch,
    pub(crate) superseded: Vec<LogIndex>,
    pub(crate) tiles: Vec<FullTile>,
    pub(crate) first: LogIndex,
    /// The set that certifies this block: the former block named it.
    pub(crate) validators: ValidatorSet,
    pub(crate) next: Tip,
}

impl ExecutedBlock {
    /// The header to vote for.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.next.header
    }

    /// The block's id.
    #[must_use]
    pub const fn id(&self) -> BlockId {
        self.next.id
    }

    /// The transactions.
    #[must_use]
    pub fn transactions(&self) -> &[VerifiedTransaction] {
        &self.transactions
    }

    /// What became of each transaction.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The entries appended.
    #[must_use]
    pub const fn entries(&self) -> &EntryBatch {
        &self.entries
    }

    /// The place of the first entry appended.
    #[must_use]
    pub const fn first(&self) -> LogIndex {
        self.first
    }

    /// The entries that are no longer the newest of their key.
    #[must_use]
    pub fn superseded(&self) -> &[LogIndex] {
        &self.superseded
    }

    /// The log tiles that became full.
    #[must_use]
    pub fn tiles(&self) -> &[FullTile] {
        &self.tiles
    }

    /// The validators that certify this block.
    #[must_use]
    pub const fn validators(&self) -> &ValidatorSet {
        &self.validators
    }

    /// The state after this block.
    #[must_use]
    pub const fn next(&self) -> &Tip {
        &self.next
    }

    /// Agrees on the block.
    ///
    /// # Errors
    /// [`CertificateError`] when the certificate is not a quorum of the block's own validator set for this very block.
    pub fn certify(self, certificate: Certificate) -> Result<CertifiedBlock, CertificateError> {
        let header = self.header();
        certificate.verify(header.chain, header.height, self.id(), &self.validators)?;
        Ok(CertifiedBlock { executed: self, certificate })
    }
}

/// A block that a quorum agreed on. Made by [`ExecutedBlock::certify`] only; the store takes nothing else.
#[derive(Debug, Clone)]
pub struct CertifiedBlock {
    executed: ExecutedBlock,
    certificate: Certificate,
}

impl CertifiedBlock {
    /// The executed block.
    #[must_use]
    pub const fn executed(&self) -> &ExecutedBlock {
        &self.executed
    }

    /// Its certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The state after this block, for the next one.
    #[must_use]
    pub fn into_next(self) -> Tip {
        self.executed.next
    }
}
