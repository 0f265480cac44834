//! Opening a store: format, lock, write-ahead log, and the comparison of everything derived with the certified header.

use crate::beside::look_again;
use crate::bundle;
use crate::column::{self, Column, meta};
use crate::commit::Tail;
use crate::error::StoreError;
use crate::load::{Governed, Rows};
use crate::log_nodes::TileCache;
use crate::row::StoredBlock;
use crate::view::View;
use rocksdb::{Cache, DB, DBRecoveryMode, Options, WriteBatch, WriteOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash};
use zhengku_ledger::block::{Certificate, Genesis};
use zhengku_ledger::codec;
use zhengku_ledger::current::Current;
use zhengku_ledger::ids::{Height, LogIndex};
use zhengku_ledger::log::{Edge, TILE_HEIGHT, root_of};
use zhengku_ledger::state::Tip;

/// The version of the layout in the crate's header.
pub(crate) const STORAGE_FORMAT: u32 = 1;

/// How a store is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenMode {
    /// To write: one process at a time.
    Write,
    /// To read, beside a writer; sees the ledger as it is now.
    Read,
}

/// Settings of a store.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Memory for cached blocks of the database, in bytes.
    pub cache_bytes: usize,
    /// Whether each block is synced to the disk before it is acknowledged. Only the power-loss test's control switches it off.
    pub sync: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { cache_bytes: 256 * 1024 * 1024, sync: true }
    }
}

/// What opening found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recovery {
    /// Every write was whole.
    Clean,
    /// The write-ahead log ended in the middle of a record. The writer must show that nothing acknowledged is missing
    /// (see [`signed_record`](crate::signed_record)).
    TornTail,
}

/// A ledger on disk.
pub struct Store {
    pub(crate) db: DB,
    pub(crate) path: PathBuf,
    pub(crate) genesis: Genesis,
    pub(crate) tip: RwLock<Arc<Tip>>,
    pub(crate) tail: Mutex<Tail>,
    pub(crate) tiles: TileCache,
    pub(crate) historic: Mutex<Vec<(Height, Current)>>,
    /// The newest certificate: every fresh proof carries it.
    pub(crate) certificate: RwLock<Option<Certificate>>,
    pub(crate) stopped: AtomicBool,
    pub(crate) write_options: WriteOptions,
    recovery: Recovery,
}

impl Store {
    /// Makes an empty ledger in `path`.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one; whatever the database meets.
    pub fn create(path: &Path, genesis: &Genesis, options: &StoreOptions) -> Result<Self, StoreError> {
        if path.join("CURRENT").exists() {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        private_directory(path).map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        let mut database = database_options(DBRecoveryMode::AbsoluteConsistency);
        database.create_if_missing(true);
        database.create_missing_column_families(true);
        let cache = Cache::new_lru_cache(options.cache_bytes);
        let db = DB::open_cf_descriptors(&database, path, column::descriptors(&cache))
            .map_err(|error| opening_error(path, error))?;
        let (entries, tip) = genesis.start();
        let mut batch = WriteBatch::default();
        let default = Column::Meta.of(&db)?;
        batch.put_cf(default, meta::FORMAT, STORAGE_FORMAT.to_be_bytes());
        batch.put_cf(default, meta::GENESIS, codec::encode(genesis));
        let mut tail = Tail::default();
        crate::commit::put_entries(&db, &mut batch, &entries, 0, &mut tail)?;
        let row = StoredBlock {
            header: tip.header.clone(),
            certificate: None,
            transactions: Vec::new(),
            outcomes: Vec::new(),
            superseded: Vec::new(),
        };
        crate::commit::put_block(&db, &mut batch, &row, &tip, &tail)?;
        crate::commit::put_checkpoint(&db, &mut batch, &tip)?;
        let mut synced = WriteOptions::default();
        synced.set_sync(true);
        db.write_opt(batch, &synced)?;
        Self::assemble(db, path, genesis.clone(), tip, tail, options, Recovery::Clean)
    }

    /// Opens a ledger and compares everything derived with its newest certified header.
    ///
    /// # Errors
    /// [`StoreError`]: missing, locked, newer, or damaged.
    pub fn open(path: &Path, mode: OpenMode, options: &StoreOptions) -> Result<Self, StoreError> {
        if !path.join("CURRENT").exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        let cache = Cache::new_lru_cache(options.cache_bytes);
        let (db, recovery) = open_database(path, mode, &cache)?;
        let genesis = check_format(&db, path)?;
        let (tip, tail) = rebuild(&db, &genesis)?;
        Self::assemble(db, path, genesis, tip, tail, options, recovery)
    }

    fn assemble(
        db: DB,
        path: &Path,
        genesis: Genesis,
        tip: Tip,
        tail: Tail,
        options: &StoreOptions,
        recovery: Recovery,
    ) -> Result<Self, StoreError> {
        let mut write_options = WriteOptions::default();
        write_options.set_sync(options.sync);
        Ok(Self {
            db,
            path: path.to_owned(),
            genesis,
            tip: RwLock::new(Arc::new(tip)),
            tail: Mutex::new(tail),
            tiles: TileCache::default(),
            historic: Mutex::default(),
            certificate: RwLock::default(),
            stopped: AtomicBool::new(false),
            write_options,
            recovery,
        })
    }

    /// The ledger's genesis.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The directory it is in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What opening found.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// The newest state.
    #[must_use]
    pub fn tip(&self) -> Arc<Tip> {
        Arc::clone(&self.tip.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// A view of the newest state; it does not change while blocks are committed.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::new(self, self.tip())
    }

    pub(crate) fn publish(&self, tip: Tip) {
        *self.tip.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(tip);
    }

    /// The bytes of the store's files on disk.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        let files = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
    }

    /// Waits until background merging has caught up with everything written.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn wait_for_compaction(&self) -> Result<(), StoreError> {
        let mut options = rocksdb::WaitForCompactOptions::default();
        options.set_flush(true);
        Ok(self.db.wait_for_compact(&options)?)
    }

    /// Writes memory tables out and merges every level: for benchmarks that report bytes on disk.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn compact(&self) -> Result<(), StoreError> {
        for column in Column::ALL {
            let handle = column.of(&self.db)?;
            self.db.flush_cf(handle)?;
            self.db.compact_range_cf(handle, None::<&[u8]>, None::<&[u8]>);
        }
        Ok(())
    }
}

/// A directory of the owner's alone, whatever the files in it allow.
pub(crate) fn private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn database_options(mode: DBRecoveryMode) -> Options {
    let mut options = Options::default();
    options.set_wal_recovery_mode(mode);
    options.set_paranoid_checks(true);
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_max_background_jobs(2);
    options.set_max_total_wal_size(256 * 1024 * 1024);
    // RocksDB's own diary: two small files, no personal data (keys are pseudonyms and are not written there).
    options.set_keep_log_file_num(2);
    options.set_max_log_file_size(1024 * 1024);
    options
}

/// Opens in the mode that hides no damage of the write-ahead log. When that refuses, a read-only look tells whether it is only the
/// unfinished last record of a power cut; the decision about signing is the caller's.
fn open_database(path: &Path, mode: OpenMode, cache: &Cache) -> Result<(DB, Recovery), StoreError> {
    if mode == OpenMode::Read {
        return open_to_read(path, cache);
    }
    let absolute = DBRecoveryMode::AbsoluteConsistency;
    let error = match DB::open_cf_descriptors(&database_options(absolute), path, column::descriptors(cache)) {
        Ok(db) => return Ok((db, Recovery::Clean)),
        Err(error) if error.kind() == rocksdb::ErrorKind::Corruption => error,
        Err(error) => return Err(opening_error(path, error)),
    };
    let lenient = DBRecoveryMode::PointInTime;
    let looked = look(path, lenient, cache).map_err(|_| StoreError::damaged("database", &error))?;
    let genesis = check_format(&looked, path)?;
    let (tip, _) = rebuild(&looked, &genesis)?;
    tracing::warn!(block.height = tip.header.height.0, "the write-ahead log ends in a torn record");
    drop(looked);
    crate::signed_record::require(path, tip.header.height)?;
    crate::signed_record::check_not_behind(path, tip.header.height)?;
    let db = DB::open_cf_descriptors(&database_options(lenient), path, column::descriptors(cache))
        .map_err(|error| opening_error(path, error))?;
    Ok((db, Recovery::TornTail))
}

/// Opens to read, beside a writer. What was signed is read first: a writer that goes on meanwhile can only add to the store. A store
/// that ends behind it would give the answers of an older ledger.
fn open_to_read(path: &Path, cache: &Cache) -> Result<(DB, Recovery), StoreError> {
    // A writer that starts moves its log into a table: a look in that moment can miss both and seem rolled back.
    let may_pass = |error: &_| {
        matches!(
            error,
            StoreError::Unfinished { .. }
                | StoreError::RolledBack { .. }
                | StoreError::Damaged { .. }
                | StoreError::Database(_)
        )
    };
    look_again(|| look_at_whole(path, cache), may_pass)
}

fn look_at_whole(path: &Path, cache: &Cache) -> Result<(DB, Recovery), StoreError> {
    let signed = crate::signed_record::newest_height(path)?.unwrap_or_default();
    let (db, recovery) = match look(path, DBRecoveryMode::AbsoluteConsistency, cache) {
        Ok(db) => (db, Recovery::Clean),
        Err(error) if error.kind() == rocksdb::ErrorKind::Corruption => {
            let looked = look(path, DBRecoveryMode::PointInTime, cache);
            (looked.map_err(|_| StoreError::damaged("database", &error))?, Recovery::TornTail)
        }
        Err(error) => return Err(opening_error(path, error)),
    };
    check_format(&db, path)?;
    let tip = tip_height(&db)?;
    if recovery == Recovery::TornTail {
        crate::signed_record::require(path, tip)?;
    }
    if signed > tip.next() {
        return Err(StoreError::RolledBack { tip, signed });
    }
    if signed > tip && recovery == Recovery::TornTail {
        return Err(StoreError::Unfinished { tip, signed });
    }
    Ok((db, recovery))
}

fn look(path: &Path, mode: DBRecoveryMode, cache: &Cache) -> Result<DB, rocksdb::Error> {
    DB::open_cf_descriptors_read_only(&database_options(mode), path, column::descriptors(cache), false)
}

fn opening_error(path: &Path, error: rocksdb::Error) -> StoreError {
    let text = error.to_string();
    if text.contains("lock hold by current process")
        || text.contains("While lock file")
        || text.contains("Resource temporarily")
    {
        return StoreError::Locked { path: path.to_owned() };
    }
    if error.kind() == rocksdb::ErrorKind::Corruption {
        return StoreError::damaged("database", text);
    }
    StoreError::Database(error)
}

fn check_format(db: &DB, path: &Path) -> Result<Genesis, StoreError> {
    let row = |key| db.get_cf(Column::Meta.of(db)?, key).map_err(StoreError::from);
    let format = row(meta::FORMAT)?.ok_or_else(|| StoreError::damaged("format row", "missing"))?;
    let format =
        <[u8; 4]>::try_from(format.as_slice()).map_err(|_| StoreError::damaged("format row", "not 4 bytes"))?;
    let actual = u32::from_be_bytes(format);
    if actual != STORAGE_FORMAT {
        return Err(StoreError::NewerFormat { path: path.to_owned(), actual, known: STORAGE_FORMAT });
    }
    let genesis = row(meta::GENESIS)?.ok_or_else(|| StoreError::damaged("genesis row", "missing"))?;
    Ok(Genesis::decode(&genesis)?)
}

/// Rebuilds the state in memory from rows, and compares it with the newest certified header.
fn rebuild(db: &DB, genesis: &Genesis) -> Result<(Tip, Tail), StoreError> {
    let height = tip_height(db)?;
    let block = read_block(db, height)?;
    let header = block.header;
    let expected = genesis.chain_id();
    if header.chain != expected {
        return Err(StoreError::ForeignChain { expected, actual: header.chain });
    }
    let tail = read_tail(db, header.log_size)?;
    let rows = Rows { db, tail: &tail };
    let Governed { governance, certified_by } = rows.governance(genesis, height)?;
    let (validators, next) = (certified_by.digest(), governance.validators().digest());
    if (validators, next) != (header.validators, header.next_validators) {
        return Err(StoreError::damaged("nodes", "their validator sets are not the certified ones"));
    }
    let id = header.id();
    match &block.certificate {
        Some(certificate) => certificate
            .verify(header.chain, height, id, &certified_by)
            .map_err(|error| StoreError::damaged("certificate", error))?,
        None if height == Height(0) => {}
        None => return Err(StoreError::damaged("certificate", "missing")),
    }
    let directory = rows.directory()?;
    let log = read_edge(db, header.log_size, &tail)?;
    if log.root() != header.log_root {
        return Err(StoreError::damaged("log", "its root is not the certified one"));
    }
    let current = read_current(db, height, header.log_size)?;
    if current.root() != header.current_root {
        return Err(StoreError::damaged("bitmap", "its root is not the certified one"));
    }
    Ok((Tip { header, id, log, current, directory, governance }, tail))
}

fn tip_height(db: &DB) -> Result<Height, StoreError> {
    let height =
        db.get_cf(Column::Meta.of(db)?, meta::TIP)?.ok_or_else(|| StoreError::damaged("tip row", "missing"))?;
    Ok(Height(column::number("tip row", &height)?))
}

pub(crate) fn read_block(db: &DB, height: Height) -> Result<StoredBlock, StoreError> {
    let row = db.get_pinned_cf(Column::Block.of(db)?, height.0.to_be_bytes())?;
    StoredBlock::decode(&row.ok_or_else(|| StoreError::damaged("block row", format!("height {height} is missing")))?)
}

fn read_tail(db: &DB, size: u64) -> Result<Tail, StoreError> {
    let bundle =
        db.get_cf(Column::Meta.of(db)?, meta::TAIL)?.ok_or_else(|| StoreError::damaged("tail row", "missing"))?;
    let entries = bundle::entries(&bundle).collect::<Result<Vec<_>, _>>()?.len() as u64;
    if entries != size % bundle::BUNDLE_ENTRIES {
        return Err(StoreError::damaged("tail row", format!("{entries} entries in a log of {size}")));
    }
    Ok(Tail { place: size / bundle::BUNDLE_ENTRIES, bundle, entries })
}

/// The rightmost partial tiles: leaf hashes of the tail, above them the roots of full tiles.
fn read_edge(db: &DB, size: u64, tail: &Tail) -> Result<Edge, StoreError> {
    let leaves = bundle::entries(&tail.bundle).map(|entry| Ok(leaf_hash::<LogTree>(entry?)));
    let mut levels = vec![leaves.collect::<Result<Vec<_>, StoreError>>()?];
    let mut full = size >> TILE_HEIGHT;
    for level in 0_u8.. {
        if full == 0 {
            break;
        }
        let partial = full / bundle::BUNDLE_ENTRIES * bundle::BUNDLE_ENTRIES..full;
        levels.push(
            partial.map(|place| Ok(root_of(&read_tile(db, level, place)?))).collect::<Result<Vec<_>, StoreError>>()?,
        );
        full >>= TILE_HEIGHT;
    }
    Edge::from_levels(levels).map_err(|_| StoreError::damaged("log", "its edge has a full tile"))
}

pub(crate) fn read_tile(db: &DB, level: u8, place: u64) -> Result<Vec<Digest>, StoreError> {
    let row = db.get_pinned_cf(Column::Tile.of(db)?, column::tile_key(level, place))?;
    let row = row.ok_or_else(|| StoreError::damaged("tile", format!("level {level}, place {place} is missing")))?;
    let (hashes, rest) = row.as_chunks::<32>();
    if hashes.len() != zhengku_ledger::log::TILE_WIDTH || !rest.is_empty() {
        return Err(StoreError::damaged("tile", format!("level {level}, place {place} has {} bytes", row.len())));
    }
    Ok(hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
}

/// The bitmap: the newest checkpoint, and what the blocks since then changed.
fn read_current(db: &DB, height: Height, size: u64) -> Result<Current, StoreError> {
    let row = db.get_cf(Column::Meta.of(db)?, meta::CHECKPOINT)?;
    let row = row.ok_or_else(|| StoreError::damaged("bitmap checkpoint", "missing"))?;
    let (from, bits) =
        row.split_first_chunk::<8>().ok_or_else(|| StoreError::damaged("bitmap checkpoint", "cut short"))?;
    let from = u64::from_be_bytes(*from);
    if from > height.0 {
        return Err(StoreError::damaged("bitmap checkpoint", format!("of height {from}, above {height}")));
    }
    let old_size = read_block(db, Height(from))?.header.log_size;
    let mut bytes = bits.to_vec();
    let mut superseded = Vec::new();
    for height in from.saturating_add(1)..=height.0 {
        superseded.extend(read_block(db, Height(height))?.superseded);
    }
    let appended = size.checked_sub(old_size).ok_or_else(|| StoreError::damaged("log", "shorter than its bitmap"))?;
    set_ones(&mut bytes, old_size, appended);
    for LogIndex(index) in superseded {
        let byte = usize::try_from(index / 8).ok().and_then(|place| bytes.get_mut(place));
        let byte =
            byte.ok_or_else(|| StoreError::damaged("block row", format!("supersedes entry {index} of {size}")))?;
        *byte &= !(1 << (index % 8));
    }
    Ok(Current::from_bytes(size, &bytes))
}

fn set_ones(bytes: &mut Vec<u8>, from: u64, count: u64) {
    let end = from.saturating_add(count);
    bytes.resize(usize::try_from(end.div_ceil(8)).unwrap_or(usize::MAX), 0);
    for index in from..end {
        if let Some(byte) = usize::try_from(index / 8).ok().and_then(|place| bytes.get_mut(place)) {
            *byte |= 1 << (index % 8);
        }
    }
}
