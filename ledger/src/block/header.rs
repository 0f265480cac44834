//! The block header: every root of the ledger at one height, 322 bytes.

use crate::codec;
use crate::ids::{BlockId, ChainId, Height, TimestampMs};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;

/// The version of [`Header`]'s layout.
pub const FORMAT_VERSION: u16 = 1;
/// Suite 1: SHA-256 for all ledger hashing, ed25519 for validators.
pub const SUITE_SHA256_ED25519: u16 = 1;
/// The longest header in bytes.
pub const MAX_HEADER_BYTES: usize = 1024;

/// What validators vote for. They execute before they vote, so a wrong root gets no quorum.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Header {
    /// [`FORMAT_VERSION`].
    pub format: u16,
    /// The hash and signature algorithms of this ledger.
    pub suite: u16,
    /// The ledger.
    pub chain: ChainId,
    /// The place of the block.
    pub height: Height,
    /// The proposer's time, strictly rising.
    pub time: TimestampMs,
    /// The proposer's place in the validator set.
    pub proposer: u16,
    /// The block before.
    pub parent: BlockId,
    /// The number of transactions.
    pub transaction_count: u32,
    /// The root over the transactions (envelope and signature).
    pub transaction_root: Digest,
    /// The root over the outcomes.
    pub outcome_root: Digest,
    /// The entries in the log after this block.
    pub log_size: u64,
    /// The root of the log.
    pub log_root: Digest,
    /// The root of the currency bitmap.
    pub current_root: Digest,
    /// Reserved for a root over the sorted keys (proofs of absence); zero in format 1.
    pub keys_root: Digest,
    /// The digest of the validator set that certifies this block.
    pub validators: Digest,
    /// The digest of the validator set that certifies the next block.
    pub next_validators: Digest,
}

impl Header {
    /// The block's id: the digest of the canonical header.
    #[must_use]
    pub fn id(&self) -> BlockId {
        BlockId::from_digest(Domain::BlockId.hash(&codec::encode(self)))
    }
}
