//! Receipts: what became of a transaction, with its paths to the certified header.

use crate::error::StoreError;
use crate::row::StoredBlock;
use crate::view::View;
use zhengku_crypto::merkle::{OutcomeTree, StaticTree, TransactionTree, TreeTag, leaf_hash};
use zhengku_ledger::codec;
use zhengku_ledger::ids::{Height, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::receipt::{RECEIPT_VERSION, Receipt};
use zhengku_ledger::state::StateView as _;

/// The receipts of one block. Both trees are built once: a block of 10,000 transactions then gives each receipt in microseconds.
pub struct BlockReceipts {
    block: StoredBlock,
    transactions: StaticTree<TransactionTree>,
    outcomes: StaticTree<OutcomeTree>,
}

impl View<'_> {
    /// The receipts of a block.
    ///
    /// # Errors
    /// [`StoreError::NoSuchHeight`] beyond the newest; [`StoreError::Damaged`].
    pub fn receipts(&self, height: Height) -> Result<BlockReceipts, StoreError> {
        let block = self.block(height)?;
        let signed = block.transactions.iter().map(|one| codec::encode(&(&one.envelope, &one.signature)));
        let transactions = tree(signed);
        let outcomes = tree(block.outcomes.iter().map(codec::encode));
        Ok(BlockReceipts { block, transactions, outcomes })
    }

    /// The receipt of the transaction that took an organisation's idempotency key; none while none did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipt(
        &self,
        organisation: OrganisationNumber,
        key: &IdempotencyKey,
    ) -> Result<Option<Receipt>, StoreError> {
        let Some(at) = self.applied(organisation, key)? else { return Ok(None) };
        self.receipts(at.height)?.receipt(at.place).map(Some)
    }
}

impl BlockReceipts {
    /// The block's height.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.block.header.height
    }

    /// The receipt of the transaction at a place.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the block has no such place, or no certificate.
    pub fn receipt(&self, place: u32) -> Result<Receipt, StoreError> {
        let bad = || StoreError::damaged("block row", format!("no receipt {place} at height {}", self.height()));
        let index = usize::try_from(place).unwrap_or(usize::MAX);
        let transaction = self.block.transactions.get(index).ok_or_else(bad)?;
        Ok(Receipt {
            version: RECEIPT_VERSION,
            header: self.block.header.clone(),
            certificate: self.block.certificate.clone().ok_or_else(bad)?,
            place,
            envelope: transaction.envelope.clone(),
            signature: transaction.signature,
            outcome: *self.block.outcomes.get(index).ok_or_else(bad)?,
            transaction_path: self.transactions.path(u64::from(place)).map_err(|_| bad())?,
            outcome_path: self.outcomes.path(u64::from(place)).map_err(|_| bad())?,
        })
    }
}

fn tree<T: TreeTag>(leaves: impl Iterator<Item = Vec<u8>>) -> StaticTree<T> {
    StaticTree::from_leaf_hashes(leaves.map(|leaf| leaf_hash::<T>(&leaf)).collect())
}
