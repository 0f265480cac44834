//! Transactions: what was admitted, what was decided.

use crate::{Certificate, Header, Hex, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_ledger::transaction;

/// What became of a transaction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// All items were applied.
    Applied {
        /// The first entry.
        first: u64,
        /// The entries appended.
        count: u32,
    },
    /// It was decided before; nothing was done again.
    Repeated {
        /// The transaction that was decided.
        original: Hex,
        /// The height of the block with its first outcome.
        height: u64,
        /// Its place in that block.
        place: u32,
    },
    /// Nothing was applied.
    Rejected {
        /// Why, as a stable number (docs/spec/transaction.md).
        code: u16,
        /// The item that broke the rule.
        item: u32,
        /// Why, in Chinese.
        reason_zh: String,
        /// Why, in English.
        reason_en: String,
    },
}

/// A transaction that was admitted and is not decided yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Its id.
    pub transaction: Hex,
    /// Where its receipt will be.
    pub receipt: String,
    /// The height at which it was admitted.
    pub height: u64,
}

/// A transaction that is decided and durable.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Its id.
    pub transaction: Hex,
    /// The height of its block.
    pub height: u64,
    /// Its block.
    pub block: Hex,
    /// The block's time in ms.
    pub time_ms: u64,
    /// Its place in the block.
    pub place: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// Where its receipt is, with the paths that prove it.
    pub receipt: String,
}

/// A decided transaction with everything that proves it offline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The decision.
    pub decision: Decision,
    /// The block's header.
    pub header: Header,
    /// Its certificate.
    pub certificate: Certificate,
    /// The path of the transaction to the header's transaction root.
    pub transaction_path: Vec<Hex>,
    /// The path of the outcome to the header's outcome root.
    pub outcome_path: Vec<Hex>,
}

/// What became of the transactions of a batch, in the order given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResult {
    /// One for each.
    pub items: Vec<BatchItem>,
}

/// What became of one transaction of a batch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BatchItem {
    /// Admitted, not decided yet.
    Accepted(Accepted),
    /// Decided.
    Decided(Decision),
    /// Refused.
    Refused(Problem),
}

impl From<&transaction::Outcome> for Outcome {
    fn from(outcome: &transaction::Outcome) -> Self {
        match outcome {
            transaction::Outcome::Applied { first, count } => Self::Applied { first: first.0, count: *count },
            transaction::Outcome::Repeated { original, height, place } => {
                Self::Repeated { original: original.digest().into(), height: height.0, place: *place }
            }
            transaction::Outcome::Rejected { code, item } => Self::Rejected {
                code: code.number(),
                item: *item,
                reason_zh: code.reason_zh().to_owned(),
                reason_en: code.reason_en().to_owned(),
            },
        }
    }
}
