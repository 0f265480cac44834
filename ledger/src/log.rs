//! The append-only log: an RFC 6962 Merkle tree kept as its rightmost edge, in tiles of 256 hashes (C2SP tlog-tiles).
//! Proofs are in `log/proof.rs`. This file must not know what an entry means, nor where tiles are stored.

pub mod proof;

use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::merkle::{LogTree, node_hash};

/// Hashes in a full tile; eight levels of the tree per level of tiles.
pub const TILE_WIDTH: usize = 256;
/// Levels of the tree per level of tiles.
pub const TILE_HEIGHT: u32 = 8;

/// The rightmost, still partial tile of each level: all that appending and the root need.
///
/// Level 0 holds leaf hashes, level `l` the roots of full tiles of level `l - 1`; each list is shorter than [`TILE_WIDTH`].
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Edge {
    levels: Vec<Vec<Digest>>,
}

/// A tile that has become full and will never change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FullTile {
    /// The level of tiles, 0 = leaf hashes.
    pub level: u8,
    /// The tile's place in its level.
    pub index: u64,
    /// Its [`TILE_WIDTH`] hashes.
    pub hashes: Vec<Digest>,
}

impl Edge {
    /// An edge from the partial tiles of each level.
    ///
    /// # Errors
    /// Gives the levels back when one of them is not partial.
    pub fn from_levels(levels: Vec<Vec<Digest>>) -> Result<Self, Vec<Vec<Digest>>> {
        if levels.iter().any(|tile| tile.len() >= TILE_WIDTH) { Err(levels) } else { Ok(Self { levels }) }
    }

    /// The partial tile of each level.
    #[must_use]
    pub fn levels(&self) -> &[Vec<Digest>] {
        &self.levels
    }

    /// The number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        let digit = |size: u64, tile: &Vec<Digest>| (size << TILE_HEIGHT).saturating_add(tile.len() as u64);
        self.levels.iter().rev().fold(0, digit)
    }

    /// Appends one leaf hash; returns the tiles that it filled, lowest level first.
    pub fn append(&mut self, leaf: Digest) -> Vec<FullTile> {
        let mut full = Vec::new();
        let mut carry = leaf;
        for level in 0_u8.. {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::with_capacity(TILE_WIDTH));
            }
            let Some(tile) = self.levels.get_mut(usize::from(level)) else { break };
            tile.push(carry);
            if tile.len() < TILE_WIDTH {
                break;
            }
            let hashes = std::mem::replace(tile, Vec::with_capacity(TILE_WIDTH));
            carry = root_of(&hashes);
            full.push((level, hashes));
        }
        let size = self.size();
        let place =
            |level: u8| (size >> (TILE_HEIGHT.saturating_mul(u32::from(level).saturating_add(1)))).saturating_sub(1);
        full.into_iter().map(|(level, hashes)| FullTile { level, index: place(level), hashes }).collect()
    }

    /// The root over all leaves (RFC 6962 section 2.1); of an empty log the hash of the empty string.
    #[must_use]
    pub fn root(&self) -> Digest {
        let joined = |right: Option<Digest>, tile: &Vec<Digest>| match (tile.is_empty(), right) {
            (true, right) => right,
            (false, None) => Some(root_of(tile)),
            (false, Some(right)) => Some(join_edge(tile, right)),
        };
        self.levels.iter().fold(None, joined).unwrap_or_else(|| sha256(b""))
    }
}

/// RFC 6962 root over hashes of one level.
#[must_use]
pub fn root_of(hashes: &[Digest]) -> Digest {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).filter_map(join_pair).collect();
    }
    level.first().copied().unwrap_or_else(|| sha256(b""))
}

fn join_pair(pair: &[Digest]) -> Option<Digest> {
    match pair {
        [left, right] => Some(node_hash::<LogTree>(left, right)),
        [alone] => Some(*alone),
        _ => None,
    }
}

/// The root over complete subtrees `left`, all of one height, followed by a smaller incomplete tree of root `right`.
fn join_edge(left: &[Digest], right: Digest) -> Digest {
    let mut level = left.to_vec();
    let mut edge = right;
    loop {
        if level.len() % 2 == 1 {
            let Some(last) = level.pop() else { return edge };
            edge = node_hash::<LogTree>(&last, &edge);
        }
        if level.is_empty() {
            return edge;
        }
        level = level.chunks(2).filter_map(join_pair).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_crypto::merkle::{leaf_hash, static_root};

    #[test]
    fn root_and_size_agree_with_the_static_tree_at_every_size() {
        let mut edge = Edge::default();
        let mut leaves = Vec::new();
        let mut tiles = 0_u64;
        assert_eq!(edge.root(), sha256(b""));
        for number in 0..1_100_u32 {
            let leaf = leaf_hash::<LogTree>(&number.to_le_bytes());
            leaves.push(leaf);
            for tile in edge.append(leaf) {
                assert_eq!((tile.level, tile.index, tile.hashes.len()), (0, tiles, TILE_WIDTH));
                tiles += 1;
            }
            assert_eq!(edge.size(), leaves.len() as u64);
            assert_eq!(edge.root(), static_root::<LogTree>(&leaves), "size {}", leaves.len());
        }
    }

    #[test]
    fn the_second_level_fills_at_65536() {
        let mut edge = Edge::default();
        let mut last = Vec::new();
        for _ in 0..65_536 {
            last = edge.append(Digest::ZERO);
        }
        let places: Vec<_> = last.iter().map(|tile| (tile.level, tile.index)).collect();
        assert_eq!(places, [(0, 255), (1, 0)]);
        assert_eq!(edge.size(), 65_536);
    }
}
