//! Columns of the vault's database, their options, and the layout of their rows.
//!
//! ```text
//! default  format          u32 BE
//!          wrapping-check  a wrapped key that is no record's: only the right wrapping key opens it
//!          purge           present while bytes of deleted key rows may still be in the files
//! key      id (32)      -> place u64 BE || wrapped key (60); no bytes at all: the key was destroyed
//! record   place u64 BE -> sealed bytes of a small record
//! pending  place u64 BE -> (id || owner) of every record of one batch; the place is the batch's first
//! ```
//!
//! Records are keyed by their place, not by their random id: the tables are then written in order and never merged again.

use super::error::{RecordPart, VaultError};
use rocksdb::{
    BlockBasedOptions, BottommostLevelCompaction, Cache, ColumnFamily, ColumnFamilyDescriptor, CompactOptions, DB,
    DBCompressionType, DBRecoveryMode, Options, WriteOptions,
};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::envelope::WRAPPED_KEY_LEN;
use zhengku_ledger::ids::EntryKey;

/// A column family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    Meta,
    Key,
    Record,
    Pending,
}

/// Rows of the meta column.
pub(crate) mod meta {
    pub(crate) const FORMAT: &[u8] = b"format";
    pub(crate) const WRAPPING_CHECK: &[u8] = b"wrapping-check";
    pub(crate) const PURGE: &[u8] = b"purge";
}

const CACHE_BYTES: usize = 64 * 1024 * 1024;
/// Random keys: a memtable that stays in the processor's cache (docs/decisions/0002-index.md).
const KEY_MEMTABLE_BYTES: usize = 16 * 1024 * 1024;
/// Rows come in order and are not merged later, so fewer and larger tables cost nothing.
const RECORD_MEMTABLE_BYTES: usize = 64 * 1024 * 1024;
/// An erasure rewrites every table of keys that covers the erased one: small tables make it cheap.
const KEY_TABLE_BYTES: u64 = 8 * 1024 * 1024;
const WAL_BYTES: u64 = 256 * 1024 * 1024;

impl Column {
    pub(crate) const ALL: [Self; 4] = [Self::Meta, Self::Key, Self::Record, Self::Pending];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "default",
            Self::Key => "key",
            Self::Record => "record",
            Self::Pending => "pending",
        }
    }

    /// The handle in an open database.
    pub(crate) fn of(self, db: &DB) -> Result<&ColumnFamily, VaultError> {
        db.cf_handle(self.name()).ok_or_else(|| VaultError::damaged("column family", self.name()))
    }

    fn options(self, cache: &Cache) -> Options {
        let mut options = Options::default();
        options.set_level_compaction_dynamic_level_bytes(true);
        options.set_max_write_buffer_number(4);
        // Ciphertext does not compress.
        options.set_compression_type(DBCompressionType::None);
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(cache);
        table.set_cache_index_and_filter_blocks(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        table.set_format_version(6);
        match self {
            Self::Key => {
                options.set_write_buffer_size(KEY_MEMTABLE_BYTES);
                options.set_target_file_size_base(KEY_TABLE_BYTES);
                table.set_bloom_filter(10.0, false);
            }
            Self::Record => {
                options.set_write_buffer_size(RECORD_MEMTABLE_BYTES);
                table.set_block_size(16 * 1024);
            }
            Self::Meta | Self::Pending => {}
        }
        options.set_block_based_table_factory(&table);
        options
    }
}

pub(crate) fn descriptors() -> Vec<ColumnFamilyDescriptor> {
    let cache = Cache::new_lru_cache(CACHE_BYTES);
    Column::ALL.iter().map(|column| ColumnFamilyDescriptor::new(column.name(), column.options(&cache))).collect()
}

pub(crate) fn database_options(mode: DBRecoveryMode) -> Options {
    let mut options = Options::default();
    options.set_wal_recovery_mode(mode);
    options.set_paranoid_checks(true);
    options.set_track_and_verify_wals_in_manifest(true);
    // A reused log file would keep the wrapped keys of its former life behind its new end.
    options.set_recycle_log_file_num(0);
    options.set_max_background_jobs(2);
    options.set_max_total_wal_size(WAL_BYTES);
    // RocksDB's own diary: two small files; neither keys nor values are written there.
    options.set_keep_log_file_num(2);
    options.set_max_log_file_size(1024 * 1024);
    options
}

pub(crate) fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}

/// Rewrites every table, the lowest level too: what was deleted or overwritten is in none of the new ones.
pub(crate) fn rewriting() -> CompactOptions {
    let mut options = CompactOptions::default();
    options.set_exclusive_manual_compaction(true);
    options.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
    options
}

/// Where the sealed bytes of a record are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// In the record column.
    Row(u64),
    /// In the content-addressed directory.
    File,
}

impl Place {
    /// Above every place that a vault can come to.
    const FILE: u64 = u64::MAX;

    const fn number(self) -> u64 {
        match self {
            Self::Row(place) => place,
            Self::File => Self::FILE,
        }
    }
}

/// A row of the key column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum KeyRow {
    Kept { place: Place, wrapped: [u8; WRAPPED_KEY_LEN] },
    Erased,
}

/// The row of a record whose key was destroyed.
pub(crate) const ERASED: &[u8] = b"";

const PLACE_LEN: usize = 8;

pub(crate) fn key_row(place: Place, wrapped: &[u8; WRAPPED_KEY_LEN]) -> [u8; PLACE_LEN + WRAPPED_KEY_LEN] {
    let mut row = [0; PLACE_LEN + WRAPPED_KEY_LEN];
    let (head, tail) = row.split_at_mut(PLACE_LEN);
    head.copy_from_slice(&place.number().to_be_bytes());
    tail.copy_from_slice(wrapped);
    row
}

impl KeyRow {
    pub(crate) fn decode(id: &Digest, row: &[u8]) -> Result<Self, VaultError> {
        if row.is_empty() {
            return Ok(Self::Erased);
        }
        let (place, wrapped) = row
            .split_first_chunk::<PLACE_LEN>()
            .and_then(|(place, rest)| Some((u64::from_be_bytes(*place), <[u8; WRAPPED_KEY_LEN]>::try_from(rest).ok()?)))
            .ok_or(VaultError::Damaged { id: *id, part: RecordPart::KeyRow })?;
        let place = if place == Place::FILE { Place::File } else { Place::Row(place) };
        Ok(Self::Kept { place, wrapped })
    }
}

/// Bytes of one record in a pending row.
const PENDING_LEN: usize = 2 * Digest::LEN;

pub(crate) fn pending_row<'a>(records: impl ExactSizeIterator<Item = (&'a Digest, &'a EntryKey)>) -> Vec<u8> {
    let mut row = Vec::with_capacity(records.len().saturating_mul(PENDING_LEN));
    for (id, owner) in records {
        row.extend_from_slice(id.as_bytes());
        row.extend_from_slice(owner.digest().as_bytes());
    }
    row
}

pub(crate) fn decode_pending(row: &[u8]) -> Result<Vec<(Digest, EntryKey)>, VaultError> {
    let (digests, rest) = row.as_chunks::<{ Digest::LEN }>();
    let (pairs, odd) = digests.as_chunks::<2>();
    if !rest.is_empty() || !odd.is_empty() {
        return Err(VaultError::damaged("pending row", format!("{} bytes, no multiple of {PENDING_LEN}", row.len())));
    }
    let decoded =
        pairs.iter().map(|[id, owner]| (Digest::from_bytes(*id), EntryKey::from_digest(Digest::from_bytes(*owner))));
    Ok(decoded.collect())
}

/// A place as the key of a row.
pub(crate) fn decode_place(what: &'static str, key: &[u8]) -> Result<u64, VaultError> {
    let bytes =
        key.try_into().map_err(|_| VaultError::damaged(what, format!("a key of {} bytes, 8 expected", key.len())))?;
    Ok(u64::from_be_bytes(bytes))
}
