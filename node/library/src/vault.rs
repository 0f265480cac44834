//! The vault: the face data of licences, encrypted, off the ledger. The ledger holds digests of what is here, never the bytes.
//!
//! Each record is sealed under a random key of its own, and that key is wrapped (`zhengku_crypto::envelope`). Small records lie in
//! RocksDB, larger ones in a content-addressed directory. Destroying the wrapped key erases the record; proofs about it stay valid.
//! What must not be known here: what a record says, and what the ledger accepts.

mod check;
mod column;
mod erase;
mod error;
mod files;
mod open;
mod settle;

pub use check::{VaultCheck, VaultCounts};
pub use error::{RecordPart, SettleError, VaultError};
pub use open::VaultRecovery;
pub use settle::{PendingBatch, Settled};

use crate::random::Randomness;
use column::{Column, KeyRow, Place};
use files::FileDirectory;
use rocksdb::{DB, WriteBatch};
use settle::LiveBatches;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use zeroize::Zeroizing;
use zhengku_crypto::digest::{Digest, sha256, sm3};
use zhengku_crypto::domain::Domain;
use zhengku_crypto::envelope::{self, EnvelopeError, RecordKey, WRAPPED_KEY_LEN, WrappingKey};
use zhengku_ledger::ids::EntryKey;

/// The version of the layout on disk.
pub const VAULT_FORMAT: u32 = 1;
/// The version under which texts of legal grounds are sealed: licences begin at 1.
pub const GROUND_VERSION: u16 = 0;
/// Longest sealed record in bytes that is stored as a row; longer ones become files. A row passes the write-ahead log and a table,
/// a file is written once.
pub const SMALL_RECORD_BYTES: usize = 64 * 1024;

/// A vault on disk. Threads share it.
pub struct Vault {
    db: DB,
    directory: PathBuf,
    files: FileDirectory,
    wrapping: WrappingKey,
    writable: bool,
    recovery: VaultRecovery,
    /// Everything shares it, except settling and erasing: they need that nobody holds an old table open or writes a file meanwhile.
    gate: RwLock<()>,
    next_place: AtomicU64,
    live: LiveBatches,
}

/// A record, sealed and not yet stored. It is [put](Vault::put) once.
pub struct SealedRecord {
    /// SHA-256 of the sealed bytes: the record's name here and on the ledger.
    pub id: Digest,
    /// SM3 of the sealed bytes (GB/T 32905-2016).
    pub sm3: Digest,
    /// The licence it belongs to.
    pub owner: EntryKey,
    sealed: Vec<u8>,
    wrapped: [u8; WRAPPED_KEY_LEN],
}

impl SealedRecord {
    /// The sealed bytes: what [`id`](Self::id) and [`sm3`](Self::sm3) are digests of.
    #[must_use]
    pub fn sealed(&self) -> &[u8] {
        &self.sealed
    }

    const fn is_large(&self) -> bool {
        self.sealed.len() > SMALL_RECORD_BYTES
    }
}

impl std::fmt::Debug for SealedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedRecord")
            .field("id", &self.id)
            .field("len_bytes", &self.sealed.len())
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens the vault in `directory` for writing; makes one when there is none (the directory above must exist). Erasures that a
    /// crash interrupted are finished.
    ///
    /// # Errors
    /// [`VaultError`]: locked, newer, another wrapping key, damaged; whatever the disk meets.
    pub fn create_or_open(directory: &Path, wrapping: WrappingKey) -> Result<Self, VaultError> {
        let files = FileDirectory::new(directory);
        let (db, recovery) = open::open_to_write(directory, &files, &wrapping)?;
        let vault = Self::assemble(db, directory, files, wrapping, true, recovery)?;
        vault.finish_purge()?;
        Ok(vault)
    }

    /// Opens the vault for reading, beside a writer; sees it as it is now.
    ///
    /// # Errors
    /// [`VaultError`]: none there, newer, another wrapping key, damaged.
    pub fn open_read_only(directory: &Path, wrapping: WrappingKey) -> Result<Self, VaultError> {
        let (db, recovery) = open::open_to_read(directory, &wrapping)?;
        Self::assemble(db, directory, FileDirectory::new(directory), wrapping, false, recovery)
    }

    fn assemble(
        db: DB,
        directory: &Path,
        files: FileDirectory,
        wrapping: WrappingKey,
        writable: bool,
        recovery: VaultRecovery,
    ) -> Result<Self, VaultError> {
        let next_place = AtomicU64::new(open::next_place(&db)?);
        let directory = directory.to_owned();
        let (gate, live) = (RwLock::default(), LiveBatches::default());
        Ok(Self { db, directory, files, wrapping, writable, recovery, gate, next_place, live })
    }

    /// What opening found.
    #[must_use]
    pub const fn recovery(&self) -> VaultRecovery {
        self.recovery
    }

    /// The directory it is in.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Seals a record of version `version` of the licence `owner` under a new random key. Touches no disk.
    ///
    /// # Errors
    /// [`VaultError::Envelope`] when it is too long; [`VaultError::Random`].
    pub fn seal(
        &self,
        owner: &EntryKey,
        version: u16,
        plaintext: &[u8],
        random: &mut Randomness,
    ) -> Result<SealedRecord, VaultError> {
        let binding = binding(owner, version);
        let secret = Zeroizing::new(random.array()?);
        let key = RecordKey::from_bytes(*secret);
        let sealed = envelope::seal_record(&key, &random.array()?, &binding, plaintext)?;
        let wrapped = self.wrapping.wrap(&random.array()?, &binding, &key)?;
        Ok(SealedRecord { id: sha256(&sealed), sm3: sm3(&sealed), owner: *owner, sealed, wrapped })
    }

    /// Stores records durably, in one synced batch; larger ones first, as files. When it returns, an entry may name them.
    /// [Confirm](Self::confirm) the batch after the ledger committed; one that is not is settled at the next start.
    ///
    /// # Errors
    /// [`VaultError`]: read-only, disk full, whatever the disk meets. Nothing is then stored but, perhaps, files that
    /// [`settle`](Self::settle) sweeps.
    pub fn put(&self, records: &[SealedRecord]) -> Result<PendingBatch, VaultError> {
        let _shared = self.shared_to_write()?;
        let Ok(count @ 1..) = u64::try_from(records.len()) else { return Ok(self.live.none()) };
        self.files
            .write(records.iter().filter(|record| record.is_large()).map(|record| (&record.id, record.sealed())))?;
        let first = self.next_place.fetch_add(count, Ordering::Relaxed);
        let batch = self.rows_of(records, first)?;
        self.db.write_opt(batch, &column::synced())?;
        Ok(self.live.add(first))
    }

    fn rows_of(&self, records: &[SealedRecord], first: u64) -> Result<WriteBatch, VaultError> {
        let (keys, rows) = (Column::Key.of(&self.db)?, Column::Record.of(&self.db)?);
        let small_bytes: usize =
            records.iter().filter(|record| !record.is_large()).map(|record| record.sealed.len()).sum();
        let mut batch =
            WriteBatch::with_capacity_bytes(small_bytes.saturating_add(records.len().saturating_mul(BATCH_ROW_BYTES)));
        for (place, record) in (first..).zip(records) {
            let place = if record.is_large() { Place::File } else { Place::Row(place) };
            if let Place::Row(number) = place {
                batch.put_cf(rows, number.to_be_bytes(), &record.sealed);
            }
            batch.put_cf(keys, record.id.as_bytes(), column::key_row(place, &record.wrapped));
        }
        let pending = column::pending_row(records.iter().map(|record| (&record.id, &record.owner)));
        batch.put_cf(Column::Pending.of(&self.db)?, first.to_be_bytes(), pending);
        Ok(batch)
    }

    /// Opens a record. The plaintext is wiped when dropped.
    ///
    /// # Errors
    /// [`VaultError::Missing`], [`VaultError::Erased`], or [`VaultError::Damaged`], which another owner or version is, too.
    pub fn open_record(&self, id: &Digest, owner: &EntryKey, version: u16) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let _shared = self.shared();
        let (place, wrapped) = match self.key_row(id)? {
            None => return Err(VaultError::Missing { id: *id }),
            Some(KeyRow::Erased) => return Err(VaultError::Erased { id: *id }),
            Some(KeyRow::Kept { place, wrapped }) => (place, wrapped),
        };
        let damaged = |part| VaultError::Damaged { id: *id, part };
        let sealed = match place {
            Place::Row(number) => self.db.get_cf(Column::Record.of(&self.db)?, number.to_be_bytes())?,
            Place::File => self.files.read(id)?,
        };
        let sealed = sealed.ok_or_else(|| damaged(RecordPart::Absent))?;
        if sha256(&sealed) != *id {
            return Err(damaged(RecordPart::Digest));
        }
        let binding = binding(owner, version);
        let key = self.wrapping.unwrap(&binding, &wrapped).map_err(|_: EnvelopeError| damaged(RecordPart::Key))?;
        envelope::open_record(&key, &binding, &sealed).map_err(|_: EnvelopeError| damaged(RecordPart::Tag))
    }

    /// Whether the record is stored and not erased.
    ///
    /// # Errors
    /// [`VaultError`]: the database fails.
    pub fn contains(&self, id: &Digest) -> Result<bool, VaultError> {
        let _shared = self.shared();
        Ok(matches!(self.key_row(id)?, Some(KeyRow::Kept { .. })))
    }

    fn key_row(&self, id: &Digest) -> Result<Option<KeyRow>, VaultError> {
        let row = self.db.get_pinned_cf(Column::Key.of(&self.db)?, id.as_bytes())?;
        row.map(|row| KeyRow::decode(id, &row)).transpose()
    }

    /// Whether the record is stored as a file.
    fn is_file(&self, id: &Digest) -> Result<bool, VaultError> {
        Ok(matches!(self.key_row(id)?, Some(KeyRow::Kept { place: Place::File, .. })))
    }

    fn shared(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shared_to_write(&self) -> Result<RwLockReadGuard<'_, ()>, VaultError> {
        if self.writable { Ok(self.shared()) } else { Err(VaultError::ReadOnly) }
    }

    fn alone_to_write(&self) -> Result<RwLockWriteGuard<'_, ()>, VaultError> {
        if self.writable {
            Ok(self.gate.write().unwrap_or_else(PoisonError::into_inner))
        } else {
            Err(VaultError::ReadOnly)
        }
    }
}

/// What a record costs in a batch beside its sealed bytes: two keys, a key row, its part of the pending row, and their headers.
const BATCH_ROW_BYTES: usize = 192;

/// What a record and its key are bound to: a record passed off as another licence's, or as another version, does not open.
fn binding(owner: &EntryKey, version: u16) -> Digest {
    Domain::RecordSeal.hash_parts(&[owner.digest().as_bytes(), &version.to_le_bytes()])
}

#[cfg(test)]
mod tests;
