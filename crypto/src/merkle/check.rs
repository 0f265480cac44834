//! The checks of RFC 9162 sections 2.1.3.2 and 2.1.4.2, with the exact path length demanded first.

use super::{MerkleError, TreeTag, empty_root, node_hash};
use crate::digest::Digest;

/// The number of hashes in the inclusion path of a leaf; 0 when no leaf has this index.
#[must_use]
pub fn path_length(index: u64, count: u64) -> usize {
    let Some(last) = count.checked_sub(1).filter(|last| index <= *last) else { return 0 };
    split_length(index, last).0
}

/// The number of hashes in the consistency path between two counts; 0 when the counts are equal, reversed, or the first is 0.
#[must_use]
pub fn consistency_path_length(old_count: u64, new_count: u64) -> usize {
    if old_count == 0 || old_count >= new_count {
        return 0;
    }
    let (Some(index), Some(last)) = (old_count.checked_sub(1), new_count.checked_sub(1)) else { return 0 };
    // The path starts at the largest whole subtree that ends the old tree; its root is left out when it is the old root itself.
    let (total, _) = split_length(index, last);
    let skipped = old_count.trailing_zeros() as usize;
    total.saturating_sub(skipped).saturating_add(usize::from(!old_count.is_power_of_two()))
}

/// Hashes from a leaf up to the root, and how many of them lie below the point where its way meets the way of the last leaf.
fn split_length(index: u64, last: u64) -> (usize, u32) {
    let inner = u64::BITS.saturating_sub((index ^ last).leading_zeros());
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner.saturating_add(border) as usize, inner)
}

/// Verifies that the leaf hash stands at `index` in the tree of `count` leaves with this root (RFC 9162 section 2.1.3.2).
/// The root and the count must come from the same signed place.
///
/// # Errors
/// The index is not below the count, the path has another length than this place needs, or it leads to another root.
pub fn verify_inclusion<T: TreeTag>(
    root: &Digest,
    count: u64,
    index: u64,
    leaf_hash: &Digest,
    path: &[Digest],
) -> Result<(), MerkleError> {
    let Some(mut last) = count.checked_sub(1).filter(|last| index <= *last) else {
        return Err(MerkleError::IndexOutOfRange { index, count });
    };
    check_length(path_length(index, count), path)?;
    let mut node = *leaf_hash;
    let mut position = index;
    for sibling in path {
        if position & 1 == 1 || position == last {
            node = node_hash::<T>(sibling, &node);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            node = node_hash::<T>(&node, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    check_root(root, &node)
}

/// Verifies that the tree of `old_count` leaves is a prefix of the tree of `new_count` leaves (RFC 9162 section 2.1.4.2).
/// Each root must come with its count from a signed place. With equal counts the roots must be equal; an empty old tree must
/// have the root of the empty tree; in both cases the path must be empty.
///
/// # Errors
/// The counts are reversed, the path has another length than these counts need, or it leads to another old or new root.
pub fn verify_consistency<T: TreeTag>(
    old_root: &Digest,
    old_count: u64,
    new_root: &Digest,
    new_count: u64,
    path: &[Digest],
) -> Result<(), MerkleError> {
    if old_count > new_count {
        return Err(MerkleError::CountsReversed { old_count, new_count });
    }
    check_length(consistency_path_length(old_count, new_count), path)?;
    let Some(old_last) = old_count.checked_sub(1) else {
        check_old_root(old_root, &empty_root())?;
        return if new_count == 0 { check_root(new_root, &empty_root()) } else { Ok(()) };
    };
    if old_count == new_count {
        return check_root(new_root, old_root);
    }
    let (seed, rest) = match path.split_first() {
        Some((first, rest)) if !old_count.is_power_of_two() => (first, rest),
        _ => (old_root, path),
    };
    let skipped = old_last.trailing_ones();
    let position = old_last.checked_shr(skipped).unwrap_or(0);
    let last = new_count.saturating_sub(1).checked_shr(skipped).unwrap_or(0);
    let (old, new) = fold_consistency::<T>(seed, rest, position, last);
    check_old_root(old_root, &old)?;
    check_root(new_root, &new)
}

/// The two roots that a consistency path leads to, from the place of the seed in both trees.
fn fold_consistency<T: TreeTag>(seed: &Digest, path: &[Digest], mut position: u64, mut last: u64) -> (Digest, Digest) {
    let (mut old, mut new) = (*seed, *seed);
    for sibling in path {
        if position & 1 == 1 || position == last {
            old = node_hash::<T>(sibling, &old);
            new = node_hash::<T>(sibling, &new);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash::<T>(&new, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (old, new)
}

fn check_length(expected: usize, path: &[Digest]) -> Result<(), MerkleError> {
    let actual = path.len();
    if expected == actual { Ok(()) } else { Err(MerkleError::PathLength { expected, actual }) }
}

fn check_root(expected: &Digest, actual: &Digest) -> Result<(), MerkleError> {
    if expected == actual { Ok(()) } else { Err(MerkleError::RootMismatch { expected: *expected, actual: *actual }) }
}

fn check_old_root(expected: &Digest, actual: &Digest) -> Result<(), MerkleError> {
    if expected == actual { Ok(()) } else { Err(MerkleError::OldRootMismatch { expected: *expected, actual: *actual }) }
}
