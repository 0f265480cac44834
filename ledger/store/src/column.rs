//! Column families, their options, and the one way to reach them.

use crate::error::StoreError;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, DataBlockIndexType, Options,
};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::{Height, TransactionId};
use zhengku_ledger::state::AppliedAt;

/// A column family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    Meta,
    Bundle,
    Tile,
    Block,
    Key,
    Holder,
    File,
    Applied,
}

impl Column {
    pub(crate) const ALL: [Self; 8] =
        [Self::Meta, Self::Bundle, Self::Tile, Self::Block, Self::Key, Self::Holder, Self::File, Self::Applied];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "default",
            Self::Bundle => "bundle",
            Self::Tile => "tile",
            Self::Block => "block",
            Self::Key => "key",
            Self::Holder => "holder",
            Self::File => "file",
            Self::Applied => "applied",
        }
    }

    /// The handle in an open database.
    pub(crate) fn of(self, db: &DB) -> Result<&ColumnFamily, StoreError> {
        db.cf_handle(self.name()).ok_or_else(|| StoreError::damaged("column family", self.name()))
    }

    fn options(self, cache: &Cache) -> Options {
        let mut options = Options::default();
        options.set_level_compaction_dynamic_level_bytes(true);
        options.set_write_buffer_size(MEMTABLE_BYTES);
        options.set_max_write_buffer_number(4);
        options.set_compression_type(DBCompressionType::None);
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(cache);
        table.set_cache_index_and_filter_blocks(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        table.set_format_version(6);
        match self {
            Self::Bundle => {
                options.set_compression_type(DBCompressionType::Lz4);
                table.set_block_size(64 * 1024);
            }
            Self::Block => options.set_compression_type(DBCompressionType::Lz4),
            Self::Key => {
                // Absent keys are the common case of minting: whole-key filters in memory and on disk answer them.
                options.set_memtable_whole_key_filtering(true);
                options.set_memtable_prefix_bloom_ratio(0.1);
                table.set_bloom_filter(10.0, false);
                table.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
                table.set_block_size(4 * 1024);
            }
            Self::Applied | Self::File => table.set_bloom_filter(10.0, false),
            Self::Meta | Self::Tile | Self::Holder => {}
        }
        options.set_block_based_table_factory(&table);
        options
    }
}

/// A small memtable stays in the processor's cache: 16 MB costs 8.2 us an entry where 64 MB cost 9.0 (docs/decisions/0002-index.md).
const MEMTABLE_BYTES: usize = 16 * 1024 * 1024;

pub(crate) fn descriptors(cache: &Cache) -> Vec<ColumnFamilyDescriptor> {
    Column::ALL.iter().map(|column| ColumnFamilyDescriptor::new(column.name(), column.options(cache))).collect()
}

/// Rows of the meta column.
pub(crate) mod meta {
    pub(crate) const FORMAT: &[u8] = b"format";
    pub(crate) const GENESIS: &[u8] = b"genesis";
    pub(crate) const TIP: &[u8] = b"tip";
    pub(crate) const TAIL: &[u8] = b"tail";
    pub(crate) const CHECKPOINT: &[u8] = b"checkpoint";
}

pub(crate) fn tile_key(level: u8, place: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = place.to_be_bytes();
    [level, a, b, c, d, e, f, g, h]
}

pub(crate) fn holder_key(prefix: [u8; 16], place: u64) -> [u8; 24] {
    let mut key = [0; 24];
    let (head, tail) = key.split_at_mut(16);
    head.copy_from_slice(&prefix);
    tail.copy_from_slice(&place.to_be_bytes());
    key
}

/// The row of a file: the first 16 bytes of its SHA-256.
pub(crate) fn file_key(sha256: &Digest) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = *sha256.as_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

pub(crate) fn applied_key(organisation: u32, idempotency: &[u8; 32]) -> [u8; 36] {
    let mut key = [0; 36];
    let (head, tail) = key.split_at_mut(4);
    head.copy_from_slice(&organisation.to_be_bytes());
    tail.copy_from_slice(idempotency);
    key
}

pub(crate) fn applied_row(at: &AppliedAt) -> Vec<u8> {
    let mut row = at.transaction.digest().as_bytes().to_vec();
    row.extend_from_slice(&at.height.0.to_be_bytes());
    row.extend_from_slice(&at.place.to_be_bytes());
    row
}

pub(crate) fn read_applied_row(row: &[u8]) -> Option<AppliedAt> {
    let (transaction, rest) = row.split_first_chunk::<32>()?;
    let (height, place) = rest.split_first_chunk::<8>()?;
    Some(AppliedAt {
        transaction: TransactionId::from_digest(Digest::from_bytes(*transaction)),
        height: Height(u64::from_be_bytes(*height)),
        place: u32::from_be_bytes(place.try_into().ok()?),
    })
}

/// A big-endian number that a row holds.
pub(crate) fn number(what: &'static str, bytes: &[u8]) -> Result<u64, StoreError> {
    let bytes =
        bytes.try_into().map_err(|_| StoreError::damaged(what, format!("{} bytes where 8 are stored", bytes.len())))?;
    Ok(u64::from_be_bytes(bytes))
}
