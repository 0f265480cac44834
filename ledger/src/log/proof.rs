//! Making inclusion and consistency proofs (RFC 6962 sections 2.1.1 and 2.1.2; verified as in RFC 9162) for any size the log ever had.

use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, node_hash};

/// Roots of complete subtrees of the log.
pub trait NodeSource {
    /// What can go wrong when a node is read.
    type Error;
    /// The root of the complete subtree over leaves `index * 2^level ..(index + 1) * 2^level`. Asked only within the log.
    ///
    /// # Errors
    /// Whatever the storage meets.
    fn node(&self, level: u32, index: u64) -> Result<Digest, Self::Error>;
}

/// The path of leaf `index` in the tree of the first `size` leaves, from the leaf upwards. Empty when `index >= size`.
///
/// # Errors
/// Those of `source`.
pub fn inclusion<S: NodeSource>(source: &S, index: u64, size: u64) -> Result<Vec<Digest>, S::Error> {
    let mut path = Vec::new();
    if index >= size {
        return Ok(path);
    }
    let (mut start, mut end) = (0_u64, size);
    // Descend from the root and keep, at each split, the sibling's root; then turn the list round.
    while end.saturating_sub(start) > 1 {
        let middle = start.saturating_add(split(end.saturating_sub(start)));
        if index < middle {
            path.push(range_root(source, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(source, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `new_size` leaves extends that of `old_size` leaves. Empty for an empty old tree and for equal sizes.
///
/// # Errors
/// Those of `source`.
pub fn consistency<S: NodeSource>(source: &S, old_size: u64, new_size: u64) -> Result<Vec<Digest>, S::Error> {
    let mut path = Vec::new();
    if old_size == 0 || old_size >= new_size {
        return Ok(path);
    }
    let (mut start, mut end) = (0_u64, new_size);
    // RFC 6962 SUBPROOF(m, D[start..end], b): the old tree ends inside the range until it ends with it.
    while end != old_size {
        let middle = start.saturating_add(split(end.saturating_sub(start)));
        if old_size <= middle {
            path.push(range_root(source, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(source, start, middle)?);
            start = middle;
        }
    }
    if start != 0 {
        path.push(range_root(source, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// The root of the tree over the first `size` leaves.
///
/// # Errors
/// Those of `source`.
pub fn root_at<S: NodeSource>(source: &S, size: u64) -> Result<Digest, S::Error> {
    if size == 0 { Ok(zhengku_crypto::digest::sha256(b"")) } else { range_root(source, 0, size) }
}

/// The largest power of two smaller than `count` (RFC 6962's k), for counts of two and more.
const fn split(count: u64) -> u64 {
    let below = count.saturating_sub(1);
    if below == 0 { 0 } else { 1_u64 << below.ilog2() }
}

/// The root over leaves `start..end`, where `start` is a multiple of the range's next power of two (as all ranges of a descent are).
fn range_root<S: NodeSource>(source: &S, start: u64, end: u64) -> Result<Digest, S::Error> {
    let mut rest = end;
    let mut root: Option<Digest> = None;
    // From the right: complete subtrees of growing height, as the binary digits of the length say.
    while rest > start {
        let level = rest.saturating_sub(start).trailing_zeros();
        let left = rest.saturating_sub(1_u64 << level);
        let node = source.node(level, left >> level)?;
        root = Some(root.map_or(node, |right| node_hash::<LogTree>(&node, &right)));
        rest = left;
    }
    Ok(root.unwrap_or_else(|| zhengku_crypto::digest::sha256(b"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use zhengku_crypto::merkle::{leaf_hash, static_root, verify_consistency, verify_inclusion};

    struct Leaves(Vec<Digest>);

    impl NodeSource for Leaves {
        type Error = Infallible;
        fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
            let start = (index << level) as usize;
            Ok(static_root::<LogTree>(&self.0[start..start + (1 << level)]))
        }
    }

    fn leaves(count: u64) -> Leaves {
        Leaves((0..count).map(|number| leaf_hash::<LogTree>(&number.to_le_bytes())).collect())
    }

    #[test]
    fn every_leaf_of_every_size_is_proven() {
        let source = leaves(70);
        for size in 1..=70_u64 {
            let root = root_at(&source, size).unwrap();
            assert_eq!(root, static_root::<LogTree>(&source.0[..size as usize]));
            for index in 0..size {
                let path = inclusion(&source, index, size).unwrap();
                verify_inclusion::<LogTree>(&root, size, index, &source.0[index as usize], &path).unwrap();
            }
        }
    }

    #[test]
    fn every_pair_of_sizes_is_consistent() {
        let source = leaves(70);
        for new in 0..=70_u64 {
            for old in 0..=new {
                let path = consistency(&source, old, new).unwrap();
                let (old_root, new_root) = (root_at(&source, old).unwrap(), root_at(&source, new).unwrap());
                verify_consistency::<LogTree>(&old_root, old, &new_root, new, &path).unwrap();
            }
        }
    }

    /// The independent implementation as oracle: ct-merkle's tree has the same roots and accepts our paths.
    #[test]
    fn ct_merkle_agrees() {
        use ct_merkle::mem_backed_tree::MemoryBackedTree;
        let source = leaves(70);
        let mut tree = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
        for number in 0..70_u64 {
            tree.push(number.to_le_bytes().to_vec());
            let size = number + 1;
            assert_eq!(tree.root().as_bytes().as_slice(), root_at(&source, size).unwrap().as_bytes());
            let path = inclusion(&source, number / 2, size).unwrap();
            let theirs = tree.prove_inclusion((number / 2) as usize);
            let ours: Vec<u8> = path.iter().flat_map(|hash| *hash.as_bytes()).collect();
            assert_eq!(theirs.as_bytes(), ours.as_slice());
        }
    }
}
