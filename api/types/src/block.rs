//! Blocks: header, certificate, transactions.

use crate::{Hex, Octets, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_ledger::{block, codec};

/// A block header.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Header {
    /// The block's id: the digest of the canonical header.
    pub id: Hex,
    /// The layout of the header.
    pub format: u16,
    /// The algorithms.
    pub suite: u16,
    /// The ledger.
    pub chain: Hex,
    /// The height.
    pub height: u64,
    /// The proposer's time in ms.
    pub time_ms: u64,
    /// The proposer's time, as `2026-11-21T02:05:02Z`.
    pub time: String,
    /// The proposer's place in the validator set.
    pub proposer: u16,
    /// The block before.
    pub parent: Hex,
    /// The number of transactions.
    pub transaction_count: u32,
    /// The root over the transactions.
    pub transaction_root: Hex,
    /// The root over the outcomes.
    pub outcome_root: Hex,
    /// Entries in the log after this block.
    pub log_size: u64,
    /// The root of the log.
    pub log_root: Hex,
    /// The root of the currency bitmap.
    pub current_root: Hex,
    /// Reserved.
    pub keys_root: Hex,
    /// The digest of the validator set that certifies this block.
    pub validators: Hex,
    /// The digest of the validator set that certifies the next.
    pub next_validators: Hex,
    /// The canonical bytes.
    pub canonical: Octets,
}

/// A block's certificate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    /// The height.
    pub height: u64,
    /// The round of the decision.
    pub round: u32,
    /// The block.
    pub block: Hex,
    /// The votes, in the order of the validator set.
    pub votes: Vec<Vote>,
    /// The canonical bytes.
    pub canonical: Octets,
}

/// A vote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Vote {
    /// The validator's place in the set.
    pub validator: u16,
    /// The validator's name, where the answer knows the set.
    pub name: Option<String>,
    /// The signature, in hexadecimal.
    pub signature: String,
}

/// A block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Block {
    /// Its header.
    pub header: Header,
    /// Its certificate; none for block 0.
    pub certificate: Option<Certificate>,
    /// Its transactions.
    pub transactions: Vec<TransactionSummary>,
    /// The entries it superseded.
    pub superseded: Vec<u64>,
}

/// A transaction in a block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TransactionSummary {
    /// Its id.
    pub id: Hex,
    /// Its place in the block.
    pub place: u32,
    /// Who signed it.
    pub organisation: u32,
    /// Its idempotency key.
    pub idempotency_key: Hex,
    /// What it asks for.
    #[schema(example = "mint")]
    pub kind: String,
    /// Its items.
    pub items: u32,
    /// What became of it.
    pub outcome: Outcome,
}

/// A block in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockSummary {
    /// The height.
    pub height: u64,
    /// The block's id.
    pub id: Hex,
    /// The proposer's time in ms.
    pub time_ms: u64,
    /// The proposer's place in the validator set.
    pub proposer: u16,
    /// The proposer's name.
    pub proposer_name: Option<String>,
    /// The round of the decision; none for block 0.
    pub round: Option<u32>,
    /// Votes in the certificate.
    pub votes: u32,
    /// Its transactions.
    pub transactions: u32,
    /// Entries in the log after it.
    pub log_size: u64,
    /// Entries it superseded.
    pub superseded: u32,
}

/// A page of blocks, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockList {
    /// The blocks.
    pub items: Vec<BlockSummary>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A block that was committed just now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockNotice {
    /// The height.
    pub height: u64,
    /// The block's id.
    pub id: Hex,
    /// The proposer's time in ms.
    pub time_ms: u64,
    /// The proposer's place in the validator set.
    pub proposer: u16,
    /// The round of the decision.
    pub round: u32,
    /// The places of the validators whose votes certify it.
    pub voters: Vec<u16>,
    /// Its transactions.
    pub transactions: u32,
    /// The entries it appended.
    pub entries: u64,
    /// Entries in the log after it.
    pub log_size: u64,
}

impl From<&block::Header> for Header {
    fn from(header: &block::Header) -> Self {
        Self {
            id: header.id().digest().into(),
            format: header.format,
            suite: header.suite,
            chain: header.chain.digest().into(),
            height: header.height.0,
            time_ms: header.time.0,
            time: header.time.to_utc_text(),
            proposer: header.proposer,
            parent: header.parent.digest().into(),
            transaction_count: header.transaction_count,
            transaction_root: header.transaction_root.into(),
            outcome_root: header.outcome_root.into(),
            log_size: header.log_size,
            log_root: header.log_root.into(),
            current_root: header.current_root.into(),
            keys_root: header.keys_root.into(),
            validators: header.validators.into(),
            next_validators: header.next_validators.into(),
            canonical: Octets(codec::encode(header)),
        }
    }
}

impl From<&block::Certificate> for Certificate {
    fn from(certificate: &block::Certificate) -> Self {
        let vote = |vote: &block::Vote| Vote {
            validator: vote.validator,
            name: None,
            signature: format!("{:?}", vote.signature),
        };
        Self {
            height: certificate.height.0,
            round: certificate.round,
            block: certificate.block.digest().into(),
            votes: certificate.votes.iter().map(vote).collect(),
            canonical: Octets(codec::encode(certificate)),
        }
    }
}
