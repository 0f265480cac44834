//! Nodes of the log's tree, read from tiles: full ones from the database, partial ones from the edge in memory.

use crate::error::StoreError;
use crate::open::{self, Store};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, node_hash};
use zhengku_ledger::ids::BlockId;
use zhengku_ledger::log::TILE_HEIGHT;
use zhengku_ledger::log::proof::NodeSource;
use zhengku_ledger::state::Tip;

/// Expanded tiles that are kept: 16 KB each, 64 MB in all. When it is full, leaf tiles go first, so that the upper levels of up to
/// 2.6 * 10^8 entries stay.
const KEPT_TILES: usize = 4096;

/// A tile with every complete node above its hashes: `levels[0]` are the hashes themselves.
#[derive(Debug)]
struct Expanded {
    levels: Vec<Vec<Digest>>,
}

impl Expanded {
    fn new(hashes: Vec<Digest>) -> Self {
        let mut levels = vec![hashes];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let joined = |pair: &[Digest; 2]| node_hash::<LogTree>(&pair[0], &pair[1]);
            levels.push(below.as_chunks::<2>().0.iter().map(joined).collect());
        }
        Self { levels }
    }

    /// The node `level` levels above the tile's hashes.
    fn at(&self, level: u32, place: usize) -> Option<Digest> {
        self.levels.get(usize::try_from(level).ok()?)?.get(place).copied()
    }
}

/// Expanded tiles, shared by all readers.
#[derive(Default)]
pub(crate) struct TileCache {
    kept: Mutex<BTreeMap<(u8, u64), Arc<Expanded>>>,
    /// The partial tiles of the newest tip that was asked for, one per level.
    edge: Mutex<Option<(BlockId, Arc<Vec<Expanded>>)>>,
}

impl TileCache {
    fn tile(&self, store: &Store, level: u8, place: u64) -> Result<Arc<Expanded>, StoreError> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tile) = lock().get(&(level, place)) {
            return Ok(Arc::clone(tile));
        }
        let tile = Arc::new(Expanded::new(open::read_tile(&store.db, level, place)?));
        let mut kept = lock();
        if kept.len() >= KEPT_TILES {
            kept.pop_first();
        }
        kept.insert((level, place), Arc::clone(&tile));
        Ok(tile)
    }

    fn edge(&self, tip: &Tip) -> Arc<Vec<Expanded>> {
        let mut kept = self.edge.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_ref() {
            Some((id, edge)) if *id == tip.id => Arc::clone(edge),
            _ => {
                let edge: Arc<Vec<_>> = Arc::new(tip.log.levels().iter().cloned().map(Expanded::new).collect());
                *kept = Some((tip.id, Arc::clone(&edge)));
                edge
            }
        }
    }
}

/// The nodes of the log at one tip.
pub(crate) struct LogNodes<'a> {
    store: &'a Store,
    size: u64,
    edge: Arc<Vec<Expanded>>,
}

impl<'a> LogNodes<'a> {
    pub(crate) fn new(store: &'a Store, tip: &Tip) -> Self {
        Self { store, size: tip.header.log_size, edge: store.tiles.edge(tip) }
    }
}

impl NodeSource for LogNodes<'_> {
    type Error = StoreError;

    fn node(&self, level: u32, index: u64) -> Result<Digest, StoreError> {
        let (tile_level, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let missing = || StoreError::damaged("tile", format!("no node {index} of level {level}"));
        let number = u8::try_from(tile_level).map_err(|_| missing())?;
        let shift = TILE_HEIGHT.saturating_sub(within);
        let place = index >> shift;
        let offset = usize::try_from(index & ((1_u64 << shift).saturating_sub(1))).unwrap_or(usize::MAX);
        let full_tiles = self.size >> TILE_HEIGHT.saturating_mul(tile_level.saturating_add(1));
        let node = if place < full_tiles {
            self.store.tiles.tile(self.store, number, place)?.at(within, offset)
        } else {
            self.edge.get(usize::from(number)).and_then(|tile| tile.at(within, offset))
        };
        node.ok_or_else(missing)
    }
}
