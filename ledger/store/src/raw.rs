//! The database's own speed, as the limit beside the ledger's figures.

use crate::error::StoreError;
use rocksdb::{DB, Options, WriteBatch, WriteOptions};
use std::path::Path;
use std::time::Instant;
use zhengku_crypto::digest::sha256;

/// Rows in a synced batch.
const BATCH_ROWS: u64 = 1_000;

/// Writes `rows` rows of 250 bytes under random keys in synced batches of 1,000, in sorted order within a batch; gives rows per
/// second of wall time. `path` must not exist, and is removed.
///
/// # Errors
/// [`StoreError`] of the database or the disk.
pub fn raw_rows_per_second(path: &Path, rows: u64) -> Result<f64, StoreError> {
    let mut options = Options::default();
    options.create_if_missing(true);
    let db = DB::open(&options, path)?;
    let mut synced = WriteOptions::default();
    synced.set_sync(true);
    let value = [0x5a_u8; 218];
    let started = Instant::now();
    for batch_number in 0..rows / BATCH_ROWS {
        let key = |row: u64| *sha256(&(batch_number * BATCH_ROWS + row).to_le_bytes()).as_bytes();
        let mut keys: Vec<[u8; 32]> = (0..BATCH_ROWS).map(key).collect();
        keys.sort_unstable();
        let mut batch = WriteBatch::default();
        keys.iter().for_each(|key| batch.put(key, value));
        db.write_opt(batch, &synced)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(db);
    std::fs::remove_dir_all(path).map_err(|source| StoreError::File { path: path.to_owned(), source })?;
    #[expect(clippy::cast_precision_loss, reason = "a rate for display")]
    let rate = rows as f64 / seconds;
    Ok(rate)
}
