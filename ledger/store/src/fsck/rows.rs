//! The derived rows, compared with a replay: every one that must be there is, and no other.

use crate::column::{self, Column};
use crate::error::StoreError;
use crate::open::Store;
use rocksdb::IteratorMode;
use std::collections::HashMap;
use zhengku_ledger::block::Header;
use zhengku_ledger::ids::{Holder, IdempotencyKey, LogIndex, OrganisationNumber};
use zhengku_ledger::log::TILE_HEIGHT;
use zhengku_ledger::state::AppliedAt;

pub(super) fn check_holder_row(store: &Store, holder: &Holder, index: u64) -> Result<(), StoreError> {
    let row = store.db.get_pinned_cf(Column::Holder.of(&store.db)?, column::holder_key(holder.prefix(), index))?;
    row.map(|_| ()).ok_or_else(|| StoreError::damaged("holder row", "missing"))
}

pub(super) fn check_key_rows(store: &Store, newest: &HashMap<[u8; 16], LogIndex>) -> Result<(), StoreError> {
    check_index(store, Column::Key, "key row", newest)
}

pub(super) fn check_file_rows(store: &Store, files: &HashMap<[u8; 16], LogIndex>) -> Result<(), StoreError> {
    check_index(store, Column::File, "file row", files)
}

/// Rows of 16 bytes, each with the place of an entry.
fn check_index(
    store: &Store,
    column: Column,
    what: &'static str,
    expected: &HashMap<[u8; 16], LogIndex>,
) -> Result<(), StoreError> {
    let mut rows = 0_usize;
    for row in store.db.iterator_cf(column.of(&store.db)?, IteratorMode::Start) {
        let (key, value) = row?;
        let key = <[u8; 16]>::try_from(&*key).map_err(|_| StoreError::damaged(what, "not 16 bytes"))?;
        let stored = LogIndex(column::number(what, &value)?);
        if expected.get(&key) != Some(&stored) {
            let text = format!("points to entry {stored}, which is not the one that the blocks give");
            return Err(StoreError::damaged(what, text));
        }
        rows = rows.saturating_add(1);
    }
    expect_rows(what, expected.len() as u64, rows as u64)?;
    // Scanning does not touch the filters that point reads trust.
    for (key, index) in expected {
        let row = store.db.get_pinned_cf(column.of(&store.db)?, key)?;
        if row.is_none_or(|row| *row != index.0.to_be_bytes()) {
            return Err(StoreError::damaged(what, format!("the row of entry {index} is not found by its key")));
        }
    }
    Ok(())
}

pub(super) fn check_applied_rows(
    store: &Store,
    applied: &HashMap<(OrganisationNumber, IdempotencyKey), AppliedAt>,
) -> Result<(), StoreError> {
    for ((organisation, key), at) in applied {
        let row = column::applied_key(organisation.0, key.digest().as_bytes());
        let stored = store.db.get_pinned_cf(Column::Applied.of(&store.db)?, row)?;
        if stored.is_none_or(|stored| *stored != column::applied_row(at)) {
            return Err(StoreError::damaged("applied row", format!("transaction {} is missing", at.transaction)));
        }
    }
    expect_rows("applied rows", applied.len() as u64, count(store, Column::Applied)?)
}

/// Nothing is stored beyond what the log needs.
pub(super) fn check_counts(store: &Store, holders: u64, header: &Header) -> Result<(), StoreError> {
    let (mut tiles, mut full) = (0_u64, header.log_size >> TILE_HEIGHT);
    let bundles = full;
    while full > 0 {
        tiles = tiles.saturating_add(full);
        full >>= TILE_HEIGHT;
    }
    expect_rows("holder rows", holders, count(store, Column::Holder)?)?;
    expect_rows("bundles", bundles, count(store, Column::Bundle)?)?;
    expect_rows("tiles", tiles, count(store, Column::Tile)?)?;
    expect_rows("block rows", header.height.next().0, count(store, Column::Block)?)
}

fn count(store: &Store, column: Column) -> Result<u64, StoreError> {
    let mut rows = 0_u64;
    for row in store.db.iterator_cf(column.of(&store.db)?, IteratorMode::Start) {
        row?;
        rows = rows.saturating_add(1);
    }
    Ok(rows)
}

fn expect_rows(what: &'static str, expected: u64, actual: u64) -> Result<(), StoreError> {
    if expected == actual {
        return Ok(());
    }
    Err(StoreError::damaged(what, format!("{actual} are stored where {expected} follow from the blocks")))
}
