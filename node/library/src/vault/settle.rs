//! Batches between the vault and the ledger: confirmed when the ledger committed, withdrawn when it refused, settled at the start
//! when a crash came between. Which records the ledger names is asked, not known here.

use super::Vault;
use super::column::{self, Column, KeyRow, Place, meta};
use super::erase::Scope;
use super::error::{SettleError, VaultError};
use rocksdb::{IteratorMode, WriteBatch};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::EntryKey;

/// A stored batch whose records the ledger does not name yet. Dropped without [`Vault::confirm`], it waits for [`Vault::settle`].
#[must_use = "confirm the batch after the ledger committed, or withdraw it"]
#[derive(Debug)]
pub struct PendingBatch {
    first: Option<u64>,
    live: LiveBatches,
}

/// The batches of this process that are still in somebody's hands: settling leaves them alone.
#[derive(Clone, Default, Debug)]
pub(crate) struct LiveBatches(Arc<Mutex<BTreeSet<u64>>>);

impl LiveBatches {
    pub(crate) fn none(&self) -> PendingBatch {
        PendingBatch { first: None, live: self.clone() }
    }

    pub(crate) fn add(&self, first: u64) -> PendingBatch {
        self.with(|places| places.insert(first));
        PendingBatch { first: Some(first), live: self.clone() }
    }

    fn contains(&self, first: u64) -> bool {
        self.with(|places| places.contains(&first))
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeSet<u64>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for PendingBatch {
    fn drop(&mut self) {
        if let Some(first) = self.first {
            self.live.with(|places| places.remove(&first));
        }
    }
}

/// What settling did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Settled {
    /// Records of unconfirmed batches that the ledger names: they stay.
    pub kept: u64,
    /// Records of unconfirmed batches that it does not name: deleted.
    pub collected: u64,
    /// Files deleted because they were unfinished or no row names them.
    pub swept: u64,
}

impl Vault {
    /// The ledger has committed: the batch needs no settling any more. Not synced: at worst it is settled at the next start.
    ///
    /// # Errors
    /// [`VaultError`]: the database fails.
    pub fn confirm(&self, batch: PendingBatch) -> Result<(), VaultError> {
        let _shared = self.shared_to_write()?;
        let Some(first) = batch.first else { return Ok(()) };
        Ok(self.db.delete_cf(Column::Pending.of(&self.db)?, first.to_be_bytes())?)
    }

    /// The ledger has refused the whole batch: its records are deleted. Their keys leave the disk with the next erasure or start.
    ///
    /// # Errors
    /// [`VaultError`]: the database or a file fails; the rest is then collected at the next start.
    pub fn withdraw(&self, batch: PendingBatch) -> Result<(), VaultError> {
        let _alone = self.alone_to_write()?;
        let Some(first) = batch.first else { return Ok(()) };
        let records = self.pending(first)?;
        self.collect(first, records.iter().map(|(id, _)| id))
    }

    /// Settles every batch that was neither confirmed nor withdrawn and is in nobody's hands: records that `is_named` knows stay,
    /// the others are deleted for good. Then sweeps unfinished files and files that no row names.
    ///
    /// To be called once at the start, before the first [`put`](Vault::put): a batch whose transaction is still on its way is not
    /// named yet. `is_named` must not call the vault.
    ///
    /// # Errors
    /// [`SettleError`]; it can be called again.
    pub fn settle<E>(
        &self,
        mut is_named: impl FnMut(&EntryKey, &Digest) -> Result<bool, E>,
    ) -> Result<Settled, SettleError<E>> {
        let _alone = self.alone_to_write()?;
        let mut settled = Settled::default();
        for first in self.pending_places()? {
            if self.live.contains(first) {
                continue;
            }
            let records = self.pending(first)?;
            let mut orphans = Vec::new();
            for (id, owner) in &records {
                if !is_named(owner, id).map_err(SettleError::Ledger)? {
                    orphans.push(id);
                }
            }
            let (count, collected) = (records.len() as u64, orphans.len() as u64);
            self.collect(first, orphans.into_iter())?;
            settled.kept = settled.kept.saturating_add(count.saturating_sub(collected));
            settled.collected = settled.collected.saturating_add(collected);
        }
        if self.is_purge_due()? {
            self.purge(&Scope::All, None)?;
        }
        settled.swept = self.files.sweep(|id| self.is_file(id))?;
        Ok(settled)
    }

    fn pending_places(&self) -> Result<Vec<u64>, VaultError> {
        let rows = self.db.iterator_cf(Column::Pending.of(&self.db)?, IteratorMode::Start);
        rows.map(|row| column::decode_place("pending row", &row?.0)).collect()
    }

    fn pending(&self, first: u64) -> Result<Vec<(Digest, EntryKey)>, VaultError> {
        let row = self.db.get_pinned_cf(Column::Pending.of(&self.db)?, first.to_be_bytes())?;
        column::decode_pending(&row.ok_or_else(|| VaultError::damaged("pending row", "missing"))?)
    }

    /// Deletes the pending row and the given records of it; their files last: a file without a row is swept later.
    fn collect<'a>(&self, first: u64, orphans: impl Iterator<Item = &'a Digest>) -> Result<(), VaultError> {
        let (keys, rows) = (Column::Key.of(&self.db)?, Column::Record.of(&self.db)?);
        let mut batch = WriteBatch::default();
        let mut files = Vec::new();
        for id in orphans {
            match self.key_row(id)? {
                Some(KeyRow::Kept { place: Place::Row(number), .. }) => batch.delete_cf(rows, number.to_be_bytes()),
                Some(KeyRow::Kept { place: Place::File, .. }) => files.push(id),
                Some(KeyRow::Erased) | None => {}
            }
            batch.delete_cf(keys, id.as_bytes());
        }
        if !batch.is_empty() {
            batch.put_cf(Column::Meta.of(&self.db)?, meta::PURGE, []);
        }
        batch.delete_cf(Column::Pending.of(&self.db)?, first.to_be_bytes());
        self.db.write_opt(batch, &column::synced())?;
        files.into_iter().try_for_each(|id| self.files.remove(id))
    }
}
