//! Nodes of the log's tree, read from tiles: full ones from the database, partial ones from the edge in memory.

use crate::error::StoreError;
use crate::open::{self, Store};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, node_hash};
use zhengku_ledger::log::proof::NodeSource;
use zhengku_ledger::log::{TILE_HEIGHT, root_of};
use zhengku_ledger::state::Tip;

/// Expanded tiles that are kept: 16 KB each, 64 MB in all. When it is full, leaf tiles go first, so that the upper levels of up to
/// 2.6 * 10^8 entries stay.
const KEPT_TILES: usize = 4096;

/// A full tile with every node above its hashes: 256, then 128, ... then 1.
#[derive(Debug)]
struct Expanded(Vec<Digest>);

impl Expanded {
    fn new(hashes: Vec<Digest>) -> Self {
        let mut nodes = hashes;
        let (mut start, mut width) = (0_usize, nodes.len());
        while width > 1 {
            for pair in (start..start.saturating_add(width)).step_by(2) {
                if let (Some(left), Some(right)) = (nodes.get(pair), nodes.get(pair.saturating_add(1))) {
                    let node = node_hash::<LogTree>(left, right);
                    nodes.push(node);
                }
            }
            start = start.saturating_add(width);
            width /= 2;
        }
        Self(nodes)
    }

    /// The node `level` levels above the tile's hashes.
    fn at(&self, level: u32, place: usize) -> Option<Digest> {
        // Levels below hold 256 + 128 + ... = 512 - 512 / 2^level nodes.
        let before = 512_usize.saturating_sub(512 >> level);
        self.0.get(before.saturating_add(place)).copied()
    }
}

/// Expanded tiles, shared by all readers.
#[derive(Default)]
pub(crate) struct TileCache {
    kept: Mutex<BTreeMap<(u8, u64), Arc<Expanded>>>,
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
}

/// The nodes of the log at one tip.
pub(crate) struct LogNodes<'a> {
    store: &'a Store,
    tip: &'a Tip,
}

impl<'a> LogNodes<'a> {
    pub(crate) const fn new(store: &'a Store, tip: &'a Tip) -> Self {
        Self { store, tip }
    }
}

impl NodeSource for LogNodes<'_> {
    type Error = StoreError;

    fn node(&self, level: u32, index: u64) -> Result<Digest, StoreError> {
        let (tile_level, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let level_number = u8::try_from(tile_level).map_err(|_| StoreError::damaged("tile", "beyond the tree"))?;
        let shift = TILE_HEIGHT.saturating_sub(within);
        let place = index >> shift;
        let offset = usize::try_from(index & ((1_u64 << shift).saturating_sub(1))).unwrap_or(usize::MAX);
        let full_tiles = self.tip.header.log_size >> TILE_HEIGHT.saturating_mul(tile_level.saturating_add(1));
        let missing = || StoreError::damaged("tile", format!("no node {index} of level {level}"));
        if place < full_tiles {
            return self.store.tiles.tile(self.store, level_number, place)?.at(within, offset).ok_or_else(missing);
        }
        let partial = self.tip.log.levels().get(usize::from(level_number)).ok_or_else(missing)?;
        let start = offset << within;
        let hashes = partial.get(start..start.saturating_add(1_usize << within)).ok_or_else(missing)?;
        Ok(root_of(hashes))
    }
}
