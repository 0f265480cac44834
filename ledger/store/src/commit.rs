//! Writing: one certified block is one synced write batch. After a failed write nothing more is written until a restart.

use crate::bundle::{self, BUNDLE_ENTRIES};
use crate::column::{self, Column, meta};
use crate::error::StoreError;
use crate::open::Store;
use crate::row::StoredBlock;
use rocksdb::{DB, WriteBatch};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use zhengku_ledger::block::{CertifiedBlock, EntryBatch};
use zhengku_ledger::codec;
use zhengku_ledger::ids::Height;
use zhengku_ledger::state::{AppliedAt, Tip};

/// The bitmap is written out every so many blocks: 1.25 MB at 10^7 entries; a start replays the blocks since (0.1 s).
const CHECKPOINT_BLOCKS: u64 = 1_000;

/// The last, partial bundle.
#[derive(Clone, Default, Debug)]
pub(crate) struct Tail {
    pub(crate) place: u64,
    pub(crate) bundle: Vec<u8>,
    pub(crate) entries: u64,
}

impl Store {
    /// Writes a certified block. When this returns, the block is on the disk, and readers see it.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`] for a block that does not follow the newest; after any other error the store is
    /// [`StoreError::Stopped`] until it is opened again.
    pub fn commit(&self, block: CertifiedBlock) -> Result<(), StoreError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(StoreError::Stopped);
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let header = block.executed().header();
        let tip = self.tip();
        if header.height != tip.header.height.next() || header.parent != tip.id {
            return Err(StoreError::OutOfOrder { tip: tip.header.height, actual: header.height });
        }
        let mut next = tail.clone();
        let written =
            self.batch(&block, &mut next).and_then(|batch| Ok(self.db.write_opt(batch, &self.write_options)?));
        if let Err(error) = written {
            // The state of the disk is unknown now: a retry could acknowledge what a power cut would lose.
            self.stopped.store(true, Ordering::Release);
            return Err(error);
        }
        *tail = next;
        *self.certificate.write().unwrap_or_else(PoisonError::into_inner) = Some(block.certificate().clone());
        self.publish(block.into_next());
        Ok(())
    }

    fn batch(&self, block: &CertifiedBlock, tail: &mut Tail) -> Result<WriteBatch, StoreError> {
        let executed = block.executed();
        let mut batch = WriteBatch::default();
        put_entries(&self.db, &mut batch, executed.entries(), executed.first().0, tail)?;
        let tiles = Column::Tile.of(&self.db)?;
        for tile in executed.tiles() {
            let hashes: Vec<u8> = tile.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
            batch.put_cf(tiles, column::tile_key(tile.level, tile.index), hashes);
        }
        let applied = Column::Applied.of(&self.db)?;
        let height = executed.header().height;
        for (place, (transaction, outcome)) in (0..).zip(executed.transactions().iter().zip(executed.outcomes())) {
            if outcome.takes_key() {
                let envelope = transaction.envelope();
                let key = column::applied_key(envelope.organisation.0, envelope.idempotency.digest().as_bytes());
                batch.put_cf(
                    applied,
                    key,
                    column::applied_row(&AppliedAt { transaction: transaction.id(), height, place }),
                );
            }
        }
        let row = StoredBlock::new(executed, Some(block.certificate().clone()));
        put_block(&self.db, &mut batch, &row, executed.next(), tail)?;
        if executed.header().height.0.is_multiple_of(CHECKPOINT_BLOCKS) {
            put_checkpoint(&self.db, &mut batch, executed.next())?;
        }
        Ok(batch)
    }
}

/// Bundles, key rows, holder rows and file rows. Rows go in sorted: RocksDB's skip list then finds its place from the last insert.
pub(crate) fn put_entries(
    db: &DB,
    batch: &mut WriteBatch,
    entries: &EntryBatch,
    first: u64,
    tail: &mut Tail,
) -> Result<(), StoreError> {
    let bundles = Column::Bundle.of(db)?;
    for (index, entry) in (first..).zip(entries.encoded()) {
        bundle::push(&mut tail.bundle, entry)?;
        tail.entries = tail.entries.saturating_add(1);
        if tail.entries == BUNDLE_ENTRIES {
            batch.put_cf(bundles, (index / BUNDLE_ENTRIES).to_be_bytes(), &tail.bundle);
            *tail = Tail { place: tail.place.saturating_add(1), ..Tail::default() };
        }
    }
    let mut keys: Vec<([u8; 16], u64)> =
        (first..).zip(entries.rows()).map(|(index, row)| (row.key.prefix(), index)).collect();
    // Stable order by key, then place: of two entries of one key in a block the later row wins.
    keys.sort_unstable();
    let column = Column::Key.of(db)?;
    for (key, index) in keys {
        batch.put_cf(column, key, index.to_be_bytes());
    }
    let holder_rows = |(index, row): (u64, &zhengku_ledger::block::IndexRow)| {
        row.holders.iter().map(|holder| column::holder_key(holder.prefix(), index)).collect::<Vec<_>>()
    };
    let mut holders: Vec<[u8; 24]> = (first..).zip(entries.rows()).flat_map(holder_rows).collect();
    holders.sort_unstable();
    let column = Column::Holder.of(db)?;
    for key in holders {
        batch.put_cf(column, key, []);
    }
    put_files(db, batch, entries, first)
}

/// Rows of files. The first entry that names a file keeps its row: nobody takes the file of another's licence over by naming it later.
fn put_files(db: &DB, batch: &mut WriteBatch, entries: &EntryBatch, first: u64) -> Result<(), StoreError> {
    let mut files: BTreeMap<[u8; 16], u64> = BTreeMap::new();
    for (index, row) in (first..).zip(entries.rows()) {
        for file in &row.files {
            files.entry(column::file_key(file)).or_insert(index);
        }
    }
    let column = Column::File.of(db)?;
    for (key, index) in files {
        if db.get_pinned_cf(column, key)?.is_none() {
            batch.put_cf(column, key, index.to_be_bytes());
        }
    }
    Ok(())
}

/// The block row, the tip and the tail.
pub(crate) fn put_block(
    db: &DB,
    batch: &mut WriteBatch,
    row: &StoredBlock,
    tip: &Tip,
    tail: &Tail,
) -> Result<(), StoreError> {
    let Height(height) = tip.header.height;
    batch.put_cf(Column::Block.of(db)?, height.to_be_bytes(), codec::encode(row));
    let default = Column::Meta.of(db)?;
    batch.put_cf(default, meta::TIP, height.to_be_bytes());
    batch.put_cf(default, meta::TAIL, &tail.bundle);
    Ok(())
}

/// The bitmap as of `tip`.
pub(crate) fn put_checkpoint(db: &DB, batch: &mut WriteBatch, tip: &Tip) -> Result<(), StoreError> {
    let mut row = tip.header.height.0.to_be_bytes().to_vec();
    row.extend_from_slice(&tip.current.to_bytes());
    batch.put_cf(Column::Meta.of(db)?, meta::CHECKPOINT, row);
    Ok(())
}
