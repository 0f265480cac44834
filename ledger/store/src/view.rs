//! Reading at one height: a view keeps its tip while blocks are committed. Rows newer than the tip are walked back through
//! the entries' `previous`.

use crate::bundle::{self, BUNDLE_ENTRIES};
use crate::column::{self, Column};
use crate::error::StoreError;
use crate::log_nodes::LogNodes;
use crate::open::{self, Store};
use crate::row::StoredBlock;
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{EntryKey, Height, Holder, IdempotencyKey, LogIndex, OrganisationNumber};
use zhengku_ledger::log::proof;
use zhengku_ledger::state::{AppliedAt, StateView, Tip};

/// The ledger at one height.
pub struct View<'a> {
    pub(crate) store: &'a Store,
    pub(crate) tip: Arc<Tip>,
}

impl<'a> View<'a> {
    pub(crate) const fn new(store: &'a Store, tip: Arc<Tip>) -> Self {
        Self { store, tip }
    }

    /// The canonical bytes of an entry.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is not there.
    pub fn entry_bytes(&self, index: LogIndex) -> Result<Vec<u8>, StoreError> {
        let missing =
            || StoreError::damaged("entry", format!("entry {index} of {} is missing", self.tip.header.log_size));
        if index.0 >= self.tip.header.log_size {
            return Err(missing());
        }
        let (place, within) = (index.0 / BUNDLE_ENTRIES, usize::try_from(index.0 % BUNDLE_ENTRIES).unwrap_or(0));
        let pick = |bundle: &[u8]| {
            let entry = bundle::entries(bundle).nth(within).ok_or_else(missing)?;
            entry.map(<[u8]>::to_vec)
        };
        {
            let tail = self.store.tail.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if tail.place == place {
                return pick(&tail.bundle);
            }
        }
        let row = self.store.db.get_pinned_cf(Column::Bundle.of(&self.store.db)?, place.to_be_bytes())?;
        pick(&row.ok_or_else(missing)?)
    }

    /// The newest entry of exactly this key at this height.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find(&self, key: &EntryKey) -> Result<Option<(LogIndex, Entry)>, StoreError> {
        let Some(index) = self.newest(&[*key])?.into_iter().next().flatten() else { return Ok(None) };
        let entry = self.entry(index)?;
        Ok((entry.key == *key).then_some((index, entry)))
    }

    /// The newest entry of this key that was in the log when it had `size` entries.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find_at(&self, key: &EntryKey, size: u64) -> Result<Option<(LogIndex, Entry)>, StoreError> {
        let mut found = self.find(key)?;
        while let Some((index, entry)) = found {
            if index.0 < size {
                return Ok(Some((index, entry)));
            }
            found = match entry.previous {
                Some(previous) => Some((previous, self.entry(previous)?)),
                None => None,
            };
        }
        Ok(None)
    }

    /// The newest entry, at this height, of the licence whose file this is; `sha256` is over all bytes of the file. The licence is the first
    /// one that named the file. That the file is one of the newest state's is for the caller to see: an amendment gives out new ones.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find_file(&self, sha256: &Digest) -> Result<Option<(LogIndex, Entry)>, StoreError> {
        let db = &self.store.db;
        let Some(row) = db.get_pinned_cf(Column::File.of(db)?, column::file_key(sha256))? else { return Ok(None) };
        let first = LogIndex(column::number("file row", &row)?);
        if first.0 >= self.tip.header.log_size {
            return Ok(None);
        }
        let entry = self.entry(first)?;
        let names_it = entry.licence().is_some_and(|one| one.files.iter().any(|file| file.sha256 == *sha256));
        if names_it { self.find_at(&entry.key, self.tip.header.log_size) } else { Ok(None) }
    }

    /// The current entries that name a holder, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn entries_of(&self, holder: &Holder, limit: usize) -> Result<Vec<(LogIndex, Entry)>, StoreError> {
        let prefix = holder.prefix();
        let from = column::holder_key(prefix, 0);
        let mode = rocksdb::IteratorMode::From(&from, rocksdb::Direction::Forward);
        let mut found = Vec::new();
        for row in self.store.db.iterator_cf(Column::Holder.of(&self.store.db)?, mode) {
            let (key, _) = row?;
            let Some((_, place)) = key.split_at_checked(16).filter(|(head, _)| *head == prefix) else { break };
            let index = LogIndex(column::number("holder row", place)?);
            if index.0 >= self.tip.header.log_size || found.len() >= limit {
                break;
            }
            if self.tip.current.bit(index) != Some(true) {
                continue;
            }
            let entry = self.entry(index)?;
            if entry.licence().is_some_and(|licence| licence.holders.contains(holder)) {
                found.push((index, entry));
            }
        }
        Ok(found)
    }

    /// A block.
    ///
    /// # Errors
    /// [`StoreError::NoSuchHeight`] beyond the newest.
    pub fn block(&self, height: Height) -> Result<StoredBlock, StoreError> {
        let newest = self.tip.header.height;
        if height > newest {
            return Err(StoreError::NoSuchHeight { asked: height, newest });
        }
        open::read_block(&self.store.db, height)
    }

    /// The path of entry `index` in the log of `size` entries.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn inclusion(&self, index: LogIndex, size: u64) -> Result<Vec<Digest>, StoreError> {
        proof::inclusion(&LogNodes::new(self.store, &self.tip), index.0, size)
    }

    /// The proof that the log of `new_size` entries extends that of `old_size`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn consistency(&self, old_size: u64, new_size: u64) -> Result<Vec<Digest>, StoreError> {
        proof::consistency(&LogNodes::new(self.store, &self.tip), old_size, new_size)
    }
}

impl StateView for View<'_> {
    type Error = StoreError;

    fn tip(&self) -> &Tip {
        &self.tip
    }

    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, StoreError> {
        let prefixes: Vec<[u8; 16]> = keys.iter().map(EntryKey::prefix).collect();
        let rows = self.store.db.batched_multi_get_cf(Column::Key.of(&self.store.db)?, &prefixes, true);
        let mut found = Vec::with_capacity(keys.len());
        for row in rows {
            let Some(row) = row? else {
                found.push(None);
                continue;
            };
            let mut index = Some(LogIndex(column::number("key row", &row)?));
            while let Some(newer) = index.filter(|index| index.0 >= self.tip.header.log_size) {
                // Committed after this view was taken; a view has at most the blocks since then to walk back.
                index = self.store.view().entry(newer)?.previous;
            }
            found.push(index);
        }
        Ok(found)
    }

    fn entry(&self, index: LogIndex) -> Result<Entry, StoreError> {
        Entry::decode(&self.entry_bytes(index)?).map_err(StoreError::codec("entry"))
    }

    fn applied(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<AppliedAt>, StoreError> {
        let row = column::applied_key(organisation.0, key.digest().as_bytes());
        let Some(row) = self.store.db.get_pinned_cf(Column::Applied.of(&self.store.db)?, row)? else { return Ok(None) };
        let at = column::read_applied_row(&row).ok_or_else(|| StoreError::damaged("applied row", "not 44 bytes"))?;
        // A row that was committed after this view was taken is none of its own.
        Ok(Some(at).filter(|at| at.height <= self.tip.header.height))
    }
}
