//! Static Merkle trees of the RFC 6962 shape, and strict checks of inclusion and consistency paths. The growing log is the ledger's.
//!
//! Every kind of tree has its own two prefix bytes, so that a node of one tree is never a node or leaf of another.
//! A path does not say how many leaves its tree has: the count must come from a signed place, such as a certified header. With
//! another count than the true one, a path may lead to the true root for another index; with the true count it cannot.

mod check;
mod tree;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use self::check::{consistency_path_length, path_length, verify_consistency, verify_inclusion};
pub use self::tree::{StaticTree, empty_root, static_root};
use crate::digest::Digest;

/// A kind of tree, with its own two prefix bytes.
pub trait TreeTag {
    /// What the tree holds.
    const NAME: &'static str;
    /// The byte before a leaf when it is hashed.
    const LEAF: u8;
    /// The byte before two nodes when they are hashed.
    const NODE: u8;
}

macro_rules! tree_tags {
    ($($(#[$doc:meta])* $tag:ident: $name:literal, $leaf:literal, $node:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $tag;

            impl TreeTag for $tag {
                const NAME: &'static str = $name;
                const LEAF: u8 = $leaf;
                const NODE: u8 = $node;
            }
        )+

        #[cfg(test)]
        const TAGS: &[(&str, u8, u8)] = &[$(($tag::NAME, $tag::LEAF, $tag::NODE)),+];
    };
}

tree_tags! {
    /// The append-only log of entries: the prefixes of RFC 6962 section 2.1 exactly.
    LogTree: "log", 0x00, 0x01;
    /// The chunks of the currency bitmap.
    CurrentTree: "current", 0x02, 0x03;
    /// The transactions of a block.
    TransactionTree: "transactions", 0x04, 0x05;
    /// The outcomes of a block's transactions.
    OutcomeTree: "outcomes", 0x06, 0x07;
    /// The entries of a minting batch.
    BatchTree: "batch", 0x08, 0x09;
    /// The salted fields of a licence.
    FieldTree: "fields", 0x0a, 0x0b;
}

/// Why a path is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum MerkleError {
    /// The tree cannot have been larger before than it is now.
    #[error("a tree of {old_count} leaves cannot be an earlier state of a tree of {new_count}")]
    CountsReversed {
        /// Leaves of the earlier tree.
        old_count: u64,
        /// Leaves of the later tree.
        new_count: u64,
    },
    /// No leaf has this index.
    #[error("the tree has {count} leaves, so no leaf has the index {index}")]
    IndexOutOfRange {
        /// Index asked for, from 0.
        index: u64,
        /// Leaves of the tree.
        count: u64,
    },
    /// The path leads to another root of the earlier tree.
    #[error("the path leads to the earlier root {actual}, not to {expected}")]
    OldRootMismatch {
        /// Root given.
        expected: Digest,
        /// Root computed.
        actual: Digest,
    },
    /// The path has another number of hashes than this place in the tree needs.
    #[error("the path needs {expected} hashes, this one has {actual}")]
    PathLength {
        /// Hashes needed.
        expected: usize,
        /// Hashes given.
        actual: usize,
    },
    /// The path leads to another root.
    #[error("the path leads to the root {actual}, not to {expected}")]
    RootMismatch {
        /// Root given.
        expected: Digest,
        /// Root computed.
        actual: Digest,
    },
}

/// The hash of a leaf: SHA-256 over `LEAF || leaf` (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash<T: TreeTag>(leaf: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::new_with_prefix([T::LEAF]).chain_update(leaf).finalize().into())
}

/// The hash of an inner node: SHA-256 over `NODE || left || right` (RFC 6962 section 2.1).
#[must_use]
pub fn node_hash<T: TreeTag>(left: &Digest, right: &Digest) -> Digest {
    let mut block = [T::NODE; 65];
    block[1..33].copy_from_slice(left.as_bytes());
    block[33..].copy_from_slice(right.as_bytes());
    Digest::from_bytes(Sha256::digest(block).into())
}

#[cfg(test)]
mod tests;
