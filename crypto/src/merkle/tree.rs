//! A tree built once from its leaf hashes: `rs_merkle` with our prefixes for paths, a fold over the same hasher for the root alone.

use std::fmt;
use std::marker::PhantomData;

use rs_merkle::{Hasher, MerkleTree};

use super::{MerkleError, TreeTag, leaf_hash, node_hash, path_length};
use crate::digest::{Digest, sha256};

/// `rs_merkle`'s hasher with the prefixes of the tree; it has none of its own. An odd node moves up unchanged, as in RFC 6962.
struct TreeHasher<T>(PhantomData<T>);

impl<T> Clone for TreeHasher<T> {
    fn clone(&self) -> Self {
        TreeHasher(PhantomData)
    }
}

impl<T: TreeTag> Hasher for TreeHasher<T> {
    type Hash = [u8; 32];

    fn hash(leaf: &[u8]) -> [u8; 32] {
        *leaf_hash::<T>(leaf).as_bytes()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        match right {
            Some(right) => *node_hash::<T>(&Digest::from_bytes(*left), &Digest::from_bytes(*right)).as_bytes(),
            None => *left,
        }
    }
}

/// The root of a tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1).
#[must_use]
pub fn empty_root() -> Digest {
    sha256(b"")
}

/// A tree that does not change any more.
pub struct StaticTree<T: TreeTag> {
    tree: MerkleTree<TreeHasher<T>>,
    count: u64,
}

impl<T: TreeTag> StaticTree<T> {
    /// Builds the tree over leaf hashes made by [`leaf_hash`].
    #[must_use]
    pub fn from_leaf_hashes(leaf_hashes: Vec<Digest>) -> Self {
        let hashes: Vec<[u8; 32]> = leaf_hashes.iter().map(|hash| *hash.as_bytes()).collect();
        StaticTree { tree: MerkleTree::from_leaves(&hashes), count: hashes.len() as u64 }
    }

    /// The root; [`empty_root`] without leaves.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.tree.root().map_or_else(empty_root, Digest::from_bytes)
    }

    /// The number of leaves.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The inclusion path of a leaf, from the leaf upwards (RFC 6962 section 2.1.1).
    ///
    /// # Errors
    /// [`MerkleError::IndexOutOfRange`].
    pub fn path(&self, index: u64) -> Result<Vec<Digest>, MerkleError> {
        let out_of_range = MerkleError::IndexOutOfRange { index, count: self.count };
        if index >= self.count {
            return Err(out_of_range);
        }
        let position = usize::try_from(index).map_err(|_| out_of_range)?;
        let path: Vec<Digest> =
            self.tree.proof(&[position]).proof_hashes().iter().copied().map(Digest::from_bytes).collect();
        let expected = path_length(index, self.count);
        if path.len() == expected { Ok(path) } else { Err(MerkleError::PathLength { expected, actual: path.len() }) }
    }
}

impl<T: TreeTag> fmt::Debug for StaticTree<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaticTree({}, {} leaves, {})", T::NAME, self.count, self.root())
    }
}

/// Levels of the fold: enough for every slice that fits in memory.
const LEVELS: usize = usize::BITS as usize;

/// The root alone, without building the tree and without allocating; equal to `StaticTree::root`.
///
/// A leaf closes as many subtrees as its index has trailing ones; what is left open at the end is joined from the right.
#[must_use]
pub fn static_root<T: TreeTag>(leaf_hashes: &[Digest]) -> Digest {
    let mut open = [[0; 32]; LEVELS];
    for (index, leaf) in leaf_hashes.iter().enumerate() {
        let closed = index.trailing_ones() as usize;
        let mut node = *leaf.as_bytes();
        for left in open.iter().take(closed) {
            node = TreeHasher::<T>::concat_and_hash(left, Some(&node));
        }
        if let Some(slot) = open.get_mut(closed) {
            *slot = node;
        }
    }
    let mut root: Option<[u8; 32]> = None;
    let mut remaining = leaf_hashes.len();
    for left in &open {
        if remaining & 1 == 1 {
            root = Some(root.map_or(*left, |right| TreeHasher::<T>::concat_and_hash(left, Some(&right))));
        }
        remaining >>= 1;
    }
    root.map_or_else(empty_root, Digest::from_bytes)
}

#[cfg(test)]
impl<T: TreeTag> StaticTree<T> {
    /// Whether `rs_merkle`'s own, laxer verification accepts the path of this leaf.
    pub(super) fn is_accepted_by_rs_merkle(&self, index: u64, leaf_hash: &Digest) -> bool {
        let position = usize::try_from(index).unwrap();
        let count = usize::try_from(self.count).unwrap();
        self.tree.proof(&[position]).verify(*self.root().as_bytes(), &[position], &[*leaf_hash.as_bytes()], count)
    }
}
