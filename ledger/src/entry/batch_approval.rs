//! The second person's word for a mass action (批量操作双人复核): another key of the same organisation approves the items before they
//! are submitted.

use crate::ids::{OrganisationNumber, TransactionId};
use crate::transaction::PayloadKind;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::PublicKey;

/// An approval. It serves one transaction.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct BatchApprovalRecord {
    /// Whose key approved; the transaction must be the same organisation's.
    pub organisation: OrganisationNumber,
    /// The root over the items.
    pub items_root: Digest,
    /// Their number.
    pub count: u32,
    /// Their kind.
    pub kind: PayloadKind,
    /// The key that approved; the transaction must be signed with another.
    pub approver: PublicKey,
    /// The transaction that it served.
    pub used_by: Option<TransactionId>,
}
