//! Erasure: afterwards the wrapped key is in no file of the vault. Deleting a row only hides it, so every file that held it is
//! rewritten or dropped, and that these very files are gone is looked up on the disk before an erasure counts as done.
//!
//! Out of reach from here: backups and copies of the vault, and what the disk itself keeps of deleted files. That is why keys are
//! wrapped: without the wrapping key such a remainder is worth nothing.

use super::Vault;
use super::column::{self, Column, ERASED, KeyRow, Place, meta};
use super::error::VaultError;
use super::files::sync_directory;
use super::open::rows_directory;
use rocksdb::{FlushOptions, LiveFile, WaitForCompactOptions, WriteBatch};
use std::path::PathBuf;
use zhengku_crypto::digest::Digest;

/// More keys than this are erased by rewriting the whole key table: each alone rewrites a table or two of every level.
const MAX_SINGLE_KEYS: usize = 64;

/// Which key rows a purge removes from the disk.
pub(crate) enum Scope<'a> {
    /// The former rows of these records.
    Keys(&'a [Digest]),
    /// Every row that was ever deleted.
    All,
}

impl Scope<'_> {
    /// Whether a table may hold a row of the scope.
    fn covers(&self, table: &LiveFile) -> bool {
        let (Some(first), Some(last)) = (&table.start_key, &table.end_key) else { return true };
        match self {
            Self::All => true,
            Self::Keys(ids) => ids.iter().any(|id| (first.as_slice()..=last).contains(&id.as_bytes().as_slice())),
        }
    }
}

impl Vault {
    /// Erases a record: destroys its key, and deletes its sealed bytes. Erasing twice is fine.
    ///
    /// # Errors
    /// As [`erase_all`](Self::erase_all).
    pub fn erase(&self, id: &Digest) -> Result<(), VaultError> {
        self.erase_all(std::slice::from_ref(id))
    }

    /// Erases records; cheaper than one after the other. Everything else waits meanwhile: the tables of keys are rewritten.
    ///
    /// # Errors
    /// [`VaultError::Missing`]: nothing is then erased. [`VaultError::NotPurged`] and whatever the database meets: the records
    /// no longer open, and the erasure is finished by the next one or at the next start.
    pub fn erase_all(&self, ids: &[Digest]) -> Result<(), VaultError> {
        let _alone = self.alone_to_write()?;
        let (keys, rows) = (Column::Key.of(&self.db)?, Column::Record.of(&self.db)?);
        let mut batch = WriteBatch::default();
        let mut files = Vec::new();
        for id in ids {
            match self.key_row(id)?.ok_or(VaultError::Missing { id: *id })? {
                KeyRow::Kept { place: Place::Row(number), .. } => batch.delete_cf(rows, number.to_be_bytes()),
                KeyRow::Kept { place: Place::File, .. } => files.push(id),
                KeyRow::Erased => continue,
            }
            batch.put_cf(keys, id.as_bytes(), ERASED);
        }
        let is_due = self.is_purge_due()?;
        if batch.is_empty() && !is_due {
            return Ok(());
        }
        batch.put_cf(Column::Meta.of(&self.db)?, meta::PURGE, []);
        let scope = if is_due || ids.len() > MAX_SINGLE_KEYS { Scope::All } else { Scope::Keys(ids) };
        self.purge(&scope, Some(batch))?;
        files.into_iter().try_for_each(|id| self.files.remove(id))
    }

    /// Finishes what a crash interrupted.
    pub(crate) fn finish_purge(&self) -> Result<(), VaultError> {
        let _alone = self.alone_to_write()?;
        if !self.is_purge_due()? {
            return Ok(());
        }
        tracing::info!("finishing an erasure in the vault");
        self.purge(&Scope::All, None)
    }

    /// Whether bytes of deleted key rows may still be in the files.
    pub(crate) fn is_purge_due(&self) -> Result<bool, VaultError> {
        Ok(self.db.get_pinned_cf(Column::Meta.of(&self.db)?, meta::PURGE)?.is_some())
    }

    /// Writes `deletions`, then removes what they and former ones deleted from the disk. The gate must be held alone: an old table
    /// stays while anybody reads it.
    pub(crate) fn purge(&self, scope: &Scope<'_>, deletions: Option<WriteBatch>) -> Result<(), VaultError> {
        self.flush()?;
        // Everything that is about to be deleted lies in these files now, and nothing written from here on repeats it.
        let old = self.files_with_keys(scope)?;
        if let Some(batch) = deletions {
            self.db.write_opt(batch, &column::synced())?;
            self.flush()?;
        }
        let keys = Column::Key.of(&self.db)?;
        match scope {
            Scope::All => self.db.compact_range_cf_opt(keys, None::<&[u8]>, None::<&[u8]>, &column::rewriting()),
            Scope::Keys(ids) => {
                for id in ids.iter().map(Digest::as_bytes) {
                    self.db.compact_range_cf_opt(keys, Some(id), Some(id), &column::rewriting());
                }
            }
        }
        self.db.wait_for_compact(&WaitForCompactOptions::default())?;
        // Switching deletions off and on makes RocksDB look through the directory and delete everything obsolete before it returns.
        self.db.disable_file_deletions()?;
        self.db.enable_file_deletions()?;
        sync_directory(&rows_directory(&self.directory))?;
        // A compaction reports no failure, so the files themselves are asked.
        if let Some(path) = old.into_iter().find(|path| path.exists()) {
            return Err(VaultError::NotPurged { path });
        }
        Ok(self.db.delete_cf(Column::Meta.of(&self.db)?, meta::PURGE)?)
    }

    /// Writes every memory table out: the write-ahead logs up to here are then obsolete.
    fn flush(&self) -> Result<(), VaultError> {
        let columns = Column::ALL.iter().map(|column| column.of(&self.db)).collect::<Result<Vec<_>, _>>()?;
        let columns: Vec<_> = columns.iter().collect();
        Ok(self.db.flush_cfs_opt(&columns, &FlushOptions::default())?)
    }

    /// The tables that may hold rows of the scope, and the write-ahead logs that are not empty.
    fn files_with_keys(&self, scope: &Scope<'_>) -> Result<Vec<PathBuf>, VaultError> {
        let directory = rows_directory(&self.directory);
        let tables = self.db.live_files()?;
        let of_keys =
            tables.iter().filter(|table| table.column_family_name == Column::Key.name() && scope.covers(table));
        let mut old: Vec<_> = of_keys.map(|table| directory.join(table.name.trim_start_matches('/'))).collect();
        for entry in std::fs::read_dir(&directory).map_err(VaultError::file(&directory))? {
            let entry = entry.map_err(VaultError::file(&directory))?;
            let path = entry.path();
            let is_log = path.extension().is_some_and(|extension| extension == "log");
            // RocksDB may delete it between the listing and the question.
            if is_log && entry.metadata().is_ok_and(|metadata| metadata.len() > 0) {
                old.push(path);
            }
        }
        Ok(old)
    }
}
