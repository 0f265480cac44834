//! A Merkle path as a ladder: the leaf below, the siblings beside it, the root above. Every hash on it is computed here from the
//! leaf and the path, so a wrong path shows itself even without the browser's own check.

use crate::page::show::short;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{TreeTag, node_hash, verify_inclusion};

/// Sizes of the drawing, in its own units (a phone shows them as pixels).
const WIDTH: u32 = 344;
const PITCH: u32 = 76;
const BOX_HEIGHT: u32 = 40;
const MARGIN: u32 = 8;
/// Room for the leaf's number below it.
const LABEL: u32 = 20;

/// A ladder, ready for the template.
pub(crate) struct Ladder {
    /// Which tree: `log` or `current`.
    pub(crate) tree: &'static str,
    /// The leaf's place.
    pub(crate) index: u64,
    /// The leaves of the tree.
    pub(crate) count: u64,
    /// The prefixes of leaves and nodes, as two digits each.
    pub(crate) prefixes: (String, String),
    /// The root that the header names.
    pub(crate) root: String,
    /// The path, hashes separated by blanks.
    pub(crate) path: String,
    /// The computed nodes: leaf first, root last.
    pub(crate) nodes: Vec<Node>,
    /// The siblings, lowest first.
    pub(crate) siblings: Vec<Sibling>,
    /// Whether the path leads to the root (checked strictly).
    pub(crate) is_sound: bool,
    /// The size of the drawing.
    pub(crate) width: u32,
    /// The height of the drawing.
    pub(crate) height: u32,
}

/// A node on the way up.
pub(crate) struct Node {
    /// 0 = leaf.
    pub(crate) level: usize,
    /// Its hash.
    pub(crate) hash: String,
    /// Its hash, shortened.
    pub(crate) short: String,
    /// The top of its box.
    pub(crate) y: u32,
    /// The base line of its text.
    pub(crate) text_y: u32,
    /// The line from the node below it, when there is one.
    pub(crate) riser: Option<String>,
}

/// A sibling.
pub(crate) struct Sibling {
    /// The level of its parent.
    pub(crate) parent: usize,
    /// Its hash.
    pub(crate) hash: String,
    /// Its hash, shortened.
    pub(crate) short: String,
    /// Whether it stands left of the way.
    pub(crate) is_left: bool,
    /// The left edge of its box.
    pub(crate) x: u32,
    /// The top of its box.
    pub(crate) y: u32,
    /// The middle and the base line of its text.
    pub(crate) text: (u32, u32),
    /// The line that joins it to its parent.
    pub(crate) joint: String,
}

/// A step of RFC 9162 section 2.1.3.2.
struct Step {
    sibling: Digest,
    is_left: bool,
    node: Digest,
}

impl Ladder {
    /// Computes and draws a path.
    pub(crate) fn new<T: TreeTag>(
        tree: &'static str,
        index: u64,
        count: u64,
        leaf: Digest,
        path: &[Digest],
        root: &Digest,
    ) -> Self {
        let steps = steps::<T>(index, count, leaf, path);
        let levels = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        let top = |level: u32| MARGIN.saturating_add(levels.saturating_sub(level).saturating_mul(PITCH));
        let mut nodes = vec![node(0, &leaf, top(0))];
        let mut siblings = Vec::with_capacity(steps.len());
        for (level, step) in (1_u32..).zip(&steps) {
            siblings.push(sibling(level, step, top(level.saturating_sub(1))));
            nodes.push(node(level, &step.node, top(level)));
        }
        Self {
            tree,
            index,
            count,
            prefixes: (format!("{:02x}", T::LEAF), format!("{:02x}", T::NODE)),
            root: hex::encode(root.as_bytes()),
            path: path.iter().map(|one| hex::encode(one.as_bytes())).collect::<Vec<_>>().join(" "),
            nodes,
            siblings,
            is_sound: verify_inclusion::<T>(root, count, index, &leaf, path).is_ok(),
            width: WIDTH,
            height: top(0).saturating_add(BOX_HEIGHT).saturating_add(LABEL).saturating_add(MARGIN),
        }
    }
}

fn steps<T: TreeTag>(index: u64, count: u64, leaf: Digest, path: &[Digest]) -> Vec<Step> {
    let (mut position, mut last, mut node) = (index, count.saturating_sub(1), leaf);
    let step = |sibling: &Digest| {
        let is_left = position % 2 == 1 || position == last;
        if is_left {
            node = node_hash::<T>(sibling, &node);
            while position % 2 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            node = node_hash::<T>(&node, sibling);
        }
        position >>= 1;
        last >>= 1;
        Step { sibling: *sibling, is_left, node }
    };
    path.iter().map(step).collect()
}

fn node(level: u32, hash: &Digest, y: u32) -> Node {
    let middle = WIDTH / 2;
    // From the top of the box below to the bottom of this one.
    let riser = (level > 0).then(|| format!("M{middle} {}V{}", y.saturating_add(PITCH), y.saturating_add(BOX_HEIGHT)));
    Node {
        level: usize::try_from(level).unwrap_or(usize::MAX),
        hash: hex::encode(hash.as_bytes()),
        short: short(hash),
        y,
        text_y: y.saturating_add(25),
        riser,
    }
}

fn sibling(parent: u32, step: &Step, y: u32) -> Sibling {
    const BOX_WIDTH: u32 = 104;
    let x = if step.is_left { 2 } else { WIDTH.saturating_sub(BOX_WIDTH).saturating_sub(2) };
    let middle = x.saturating_add(BOX_WIDTH / 2);
    let bend = y.saturating_sub(PITCH.saturating_sub(BOX_HEIGHT) / 2);
    Sibling {
        parent: usize::try_from(parent).unwrap_or(usize::MAX),
        hash: hex::encode(step.sibling.as_bytes()),
        short: short(&step.sibling),
        is_left: step.is_left,
        x,
        y,
        text: (middle, y.saturating_add(25)),
        joint: format!("M{middle} {y}V{bend}H{}", WIDTH / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_crypto::merkle::{LogTree, StaticTree, leaf_hash};

    #[test]
    fn every_ladder_ends_at_the_root() {
        for count in 1..40_u64 {
            let leaves: Vec<Digest> = (0..count).map(|leaf| leaf_hash::<LogTree>(&leaf.to_le_bytes())).collect();
            let tree = StaticTree::<LogTree>::from_leaf_hashes(leaves.clone());
            for index in 0..count {
                let path = tree.path(index).unwrap();
                let leaf = leaves[usize::try_from(index).unwrap()];
                let ladder = Ladder::new::<LogTree>("log", index, count, leaf, &path, &tree.root());
                assert!(ladder.is_sound);
                assert_eq!(ladder.nodes.last().unwrap().hash, ladder.root, "{index} of {count}");
                let other = Ladder::new::<LogTree>("log", index, count, Digest::ZERO, &path, &tree.root());
                assert!(!other.is_sound && other.nodes.last().unwrap().hash != other.root);
            }
        }
    }
}
