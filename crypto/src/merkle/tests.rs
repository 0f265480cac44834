use proptest::prelude::*;

use super::*;
use crate::digest::sha256;

/// Sizes up to which every case is tried: all shapes of seven levels.
const MAX: u64 = 64;

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|index| leaf_hash::<LogTree>(&index.to_be_bytes())).collect()
}

/// MTH of RFC 6962 section 2.1, word for word, as the oracle.
fn naive_root<T: TreeTag>(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            let block = [&[T::NODE], &naive_root::<T>(left).as_bytes()[..], naive_root::<T>(right).as_bytes()].concat();
            sha256(&block)
        }
    }
}

/// The largest power of two smaller than the count.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// PATH of RFC 6962 section 2.1.1.
fn naive_path<T: TreeTag>(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if index < left.len() {
        [naive_path::<T>(index, left), vec![naive_root::<T>(right)]].concat()
    } else {
        [naive_path::<T>(index - left.len(), right), vec![naive_root::<T>(left)]].concat()
    }
}

/// PROOF and SUBPROOF of RFC 6962 section 2.1.2.
fn naive_consistency<T: TreeTag>(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![naive_root::<T>(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if old <= left.len() {
        [naive_consistency::<T>(old, left, whole), vec![naive_root::<T>(right)]].concat()
    } else {
        [naive_consistency::<T>(old - left.len(), right, false), vec![naive_root::<T>(left)]].concat()
    }
}

#[test]
fn prefixes_differ_and_the_log_has_those_of_rfc_6962() {
    let mut bytes: Vec<u8> = TAGS.iter().flat_map(|(_, leaf, node)| [*leaf, *node]).collect();
    bytes.sort_unstable();
    bytes.dedup();
    assert_eq!(bytes.len(), 2 * TAGS.len());
    let mut names: Vec<&str> = TAGS.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TAGS.len());
    assert_eq!(TAGS[0], ("log", 0x00, 0x01));
}

#[test]
fn hashes_are_written_out() {
    assert_eq!(leaf_hash::<LogTree>(b"leaf"), sha256(b"\x00leaf"));
    // The leaf hash of the empty leaf, from the test vectors of certificate-transparency-go.
    let empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(leaf_hash::<LogTree>(b"").to_string(), empty_leaf);
    let (left, right) = (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
    let block = [&[0x0b][..], &[1; 32], &[2; 32]].concat();
    assert_eq!(node_hash::<FieldTree>(&left, &right), sha256(&block));
}

#[test]
fn every_tree_equals_the_oracle() {
    for count in 0..=MAX {
        let hashes = leaves(count);
        let tree = StaticTree::<BatchTree>::from_leaf_hashes(hashes.clone());
        let root = naive_root::<BatchTree>(&hashes);
        assert_eq!(tree.root(), root);
        assert_eq!(static_root::<BatchTree>(&hashes), root);
        assert_eq!(tree.count(), count);
        for index in 0..count {
            let path = tree.path(index).unwrap();
            assert_eq!(path, naive_path::<BatchTree>(usize::try_from(index).unwrap(), &hashes));
            assert_eq!(path.len(), path_length(index, count));
        }
        for index in [count, count + 1, u64::MAX] {
            assert_eq!(tree.path(index), Err(MerkleError::IndexOutOfRange { index, count }));
            assert_eq!(path_length(index, count), 0);
        }
    }
    for count in [127, 128, 129, 4_096, 4_097] {
        let hashes = leaves(count);
        assert_eq!(static_root::<LogTree>(&hashes), naive_root::<LogTree>(&hashes));
        assert_eq!(StaticTree::<LogTree>::from_leaf_hashes(hashes.clone()).root(), naive_root::<LogTree>(&hashes));
    }
}

#[test]
fn the_empty_tree_has_the_root_of_rfc_6962_and_no_leaf() {
    let tree = StaticTree::<LogTree>::from_leaf_hashes(Vec::new());
    assert_eq!(tree.root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(static_root::<LogTree>(&[]), empty_root());
    let refused = MerkleError::IndexOutOfRange { index: 0, count: 0 };
    assert_eq!(verify_inclusion::<LogTree>(&empty_root(), 0, 0, &empty_root(), &[]), Err(refused));
}

#[test]
fn every_leaf_is_included_at_its_own_index_only() {
    for count in 1..=MAX {
        let hashes = leaves(count);
        let tree = StaticTree::<LogTree>::from_leaf_hashes(hashes.clone());
        let root = tree.root();
        for (index, leaf) in (0..).zip(&hashes) {
            let path = tree.path(index).unwrap();
            assert_eq!(verify_inclusion::<LogTree>(&root, count, index, leaf, &path), Ok(()));
            for other in (0..count + 3).chain([u64::MAX]).filter(|other| *other != index) {
                assert!(verify_inclusion::<LogTree>(&root, count, other, leaf, &path).is_err());
            }
            let other_leaf = &hashes[usize::try_from((index + 1) % count).unwrap()];
            assert_eq!(verify_inclusion::<LogTree>(&root, count, index, other_leaf, &path).is_ok(), count == 1);
        }
    }
}

#[test]
fn every_altered_path_is_refused() {
    for count in 1..=MAX {
        let hashes = leaves(count);
        let tree = StaticTree::<LogTree>::from_leaf_hashes(hashes.clone());
        let root = tree.root();
        for (index, leaf) in (0..).zip(&hashes) {
            let path = tree.path(index).unwrap();
            let refused = |path: &[Digest], root: &Digest| {
                verify_inclusion::<LogTree>(root, count, index, leaf, path).unwrap_err()
            };
            let (expected, actual) = (path.len(), path.len() + 1);
            let surplus_behind = [&path[..], &[root]].concat();
            let surplus_before = [&[*leaf], &path[..]].concat();
            for surplus in [surplus_behind, surplus_before] {
                assert_eq!(refused(&surplus, &root), MerkleError::PathLength { expected, actual });
            }
            for position in 0..path.len() {
                let mut missing = path.clone();
                missing.remove(position);
                let actual = path.len() - 1;
                assert_eq!(refused(&missing, &root), MerkleError::PathLength { expected, actual });
                let mut altered = path.clone();
                altered[position] = Digest::ZERO;
                assert!(matches!(refused(&altered, &root), MerkleError::RootMismatch { .. }));
            }
            assert!(matches!(refused(&path, &Digest::ZERO), MerkleError::RootMismatch { expected: Digest::ZERO, .. }));
        }
    }
}

#[test]
fn another_kind_of_tree_is_refused() {
    let hashes = leaves(5);
    let tree = StaticTree::<TransactionTree>::from_leaf_hashes(hashes.clone());
    let path = tree.path(2).unwrap();
    assert!(verify_inclusion::<TransactionTree>(&tree.root(), 5, 2, &hashes[2], &path).is_ok());
    assert!(verify_inclusion::<OutcomeTree>(&tree.root(), 5, 2, &hashes[2], &path).is_err());
    assert_ne!(leaf_hash::<TransactionTree>(b"x"), leaf_hash::<OutcomeTree>(b"x"));
}

/// Why the count must be signed: with a wrong count the same path can lead to the same root, at the same or another index.
#[test]
fn a_wrong_count_is_not_noticed_by_the_path_itself() {
    let hashes = leaves(5);
    let tree = StaticTree::<LogTree>::from_leaf_hashes(hashes.clone());
    let path = tree.path(0).unwrap();
    for count in [5, 6, 7, 8] {
        assert_eq!(verify_inclusion::<LogTree>(&tree.root(), count, 0, &hashes[0], &path), Ok(()));
    }
    assert!(verify_inclusion::<LogTree>(&tree.root(), 9, 0, &hashes[0], &path).is_err());
}

#[test]
fn every_pair_of_sizes_is_consistent_and_nothing_else() {
    for new in 0..=MAX {
        let hashes = leaves(new);
        let new_root = naive_root::<LogTree>(&hashes);
        for old in 0..=new {
            let (old_len, old_hashes) = (usize::try_from(old).unwrap(), leaves(old));
            let old_root = naive_root::<LogTree>(&old_hashes);
            let path = if old == 0 { Vec::new() } else { naive_consistency::<LogTree>(old_len, &hashes, true) };
            let check = verify_consistency::<LogTree>;
            assert_eq!(path.len(), consistency_path_length(old, new), "{old} {new}");
            assert_eq!(check(&old_root, old, &new_root, new, &path), Ok(()), "{old} {new}");
            let (expected, actual) = (path.len(), path.len() + 1);
            let surplus = [&path[..], &[new_root]].concat();
            assert_eq!(
                check(&old_root, old, &new_root, new, &surplus),
                Err(MerkleError::PathLength { expected, actual })
            );
            assert!(check(&Digest::ZERO, old, &new_root, new, &path).is_err(), "{old} {new}");
            if old > 0 {
                assert!(check(&old_root, old, &Digest::ZERO, new, &path).is_err(), "{old} {new}");
            }
            for position in 0..path.len() {
                let mut missing = path.clone();
                missing.remove(position);
                assert!(check(&old_root, old, &new_root, new, &missing).is_err());
                let mut altered = path.clone();
                altered[position] = Digest::ZERO;
                assert!(check(&old_root, old, &new_root, new, &altered).is_err());
            }
            if old < new {
                let reversed = MerkleError::CountsReversed { old_count: new, new_count: old };
                assert_eq!(check(&new_root, new, &old_root, old, &path), Err(reversed));
            }
        }
    }
}

#[test]
fn another_old_count_is_refused() {
    for new in 1..=MAX {
        let hashes = leaves(new);
        let new_root = naive_root::<LogTree>(&hashes);
        for old in 1..new {
            let old_root = naive_root::<LogTree>(&leaves(old));
            let path = naive_consistency::<LogTree>(usize::try_from(old).unwrap(), &hashes, true);
            for other in (0..=new).filter(|other| *other != old) {
                assert!(verify_consistency::<LogTree>(&old_root, other, &new_root, new, &path).is_err());
            }
        }
    }
}

#[test]
fn special_cases_of_consistency() {
    let empty = empty_root();
    let (root, other) = (static_root::<LogTree>(&leaves(3)), static_root::<LogTree>(&leaves(2)));
    let check = verify_consistency::<LogTree>;
    assert_eq!(check(&root, 3, &root, 3, &[]), Ok(()));
    assert_eq!(check(&root, 3, &other, 3, &[]), Err(MerkleError::RootMismatch { expected: other, actual: root }));
    assert_eq!(check(&empty, 0, &root, 3, &[]), Ok(()));
    assert_eq!(check(&empty, 0, &empty, 0, &[]), Ok(()));
    assert!(matches!(check(&empty, 0, &root, 0, &[]), Err(MerkleError::RootMismatch { .. })));
    assert!(matches!(check(&root, 0, &root, 3, &[]), Err(MerkleError::OldRootMismatch { .. })));
    assert_eq!(check(&root, 3, &root, 3, &[root]), Err(MerkleError::PathLength { expected: 0, actual: 1 }));
}

#[test]
fn large_counts_have_bounded_paths() {
    assert_eq!(path_length(u64::MAX - 1, u64::MAX), 63);
    assert_eq!(path_length(0, u64::MAX), 64);
    assert_eq!(path_length(1 << 63, u64::MAX), 64);
    assert_eq!(consistency_path_length(1 << 63, u64::MAX), 1);
    assert_eq!(consistency_path_length(1, u64::MAX), 64);
    let path = [Digest::ZERO; 64];
    assert!(verify_inclusion::<LogTree>(&Digest::ZERO, u64::MAX, 0, &Digest::ZERO, &path).is_err());
    assert!(verify_consistency::<LogTree>(&Digest::ZERO, 1, &Digest::ZERO, u64::MAX, &path).is_err());
}

#[test]
fn rs_merkle_accepts_our_paths() {
    for count in 1..=MAX {
        let hashes = leaves(count);
        let tree = StaticTree::<LogTree>::from_leaf_hashes(hashes.clone());
        for index in 0..count {
            assert!(tree.is_accepted_by_rs_merkle(index, &hashes[usize::try_from(index).unwrap()]));
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_paths_never_panic_and_never_verify(count: u64, index: u64, path in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let path: Vec<Digest> = path.into_iter().map(Digest::from_bytes).collect();
        let zero = Digest::ZERO;
        if count != 1 || index != 0 {
            prop_assert!(verify_inclusion::<LogTree>(&zero, count, index, &zero, &path).is_err());
        }
        if count != index {
            prop_assert!(verify_consistency::<LogTree>(&zero, index, &zero, count, &path).is_err());
        }
    }

    #[test]
    fn any_tree_and_leaf(count in 1_u64..2_000, choice: u64) {
        let hashes = leaves(count);
        let index = choice % count;
        let tree = StaticTree::<OutcomeTree>::from_leaf_hashes(hashes.clone());
        prop_assert_eq!(tree.root(), static_root::<OutcomeTree>(&hashes));
        let leaf = hashes[usize::try_from(index).unwrap()];
        prop_assert_eq!(verify_inclusion::<OutcomeTree>(&tree.root(), count, index, &leaf, &tree.path(index).unwrap()), Ok(()));
    }

    #[test]
    fn any_pair_of_sizes(new in 1_usize..1_500, choice: usize) {
        let (hashes, old) = (leaves(new as u64), choice % new + 1);
        let path = naive_consistency::<LogTree>(old, &hashes, true);
        let (old_root, new_root) = (static_root::<LogTree>(&hashes[..old]), static_root::<LogTree>(&hashes));
        prop_assert_eq!(verify_consistency::<LogTree>(&old_root, old as u64, &new_root, new as u64, &path), Ok(()));
    }
}
