//! Stops between signing and committing, and copies of a ledger that are too old.

use super::{Plan, block_id, make, open, scratch};
use std::path::{Path, PathBuf};
use zhengku_node::NodeError;
use zhengku_store::StoreError;
use zhengku_store::fsck::fsck;
use zhengku_tests::files::{copy_tree, replace_tree};

/// A node after some blocks; copies of its ledger as it was before each of the last two.
struct Stopped {
    _scratch: tempfile::TempDir,
    root: PathBuf,
    before_last: PathBuf,
    before_two: PathBuf,
    last: (zhengku_ledger::ids::Height, zhengku_ledger::ids::BlockId),
    plan: Plan,
}

fn stopped(seed: u64) -> Stopped {
    let (scratch, root) = scratch();
    let mut node = make(&root);
    let mut plan = Plan::new(&node, seed);
    for _ in 0..5 {
        let _ = plan.block(&node);
    }
    let copies = ["before-two", "before-last"].map(|name| scratch.path().join(name));
    for copy in &copies {
        // Closed first: a copy of an open database is a crash of its own.
        drop(node);
        copy_tree(&root.join("ledger"), copy);
        node = open(&root).unwrap();
        let _ = plan.block(&node);
    }
    let height = node.store().tip().header.height;
    let last = (height, block_id(&node, height));
    drop(node);
    let [before_two, before_last] = copies;
    Stopped { _scratch: scratch, root, before_last, before_two, last, plan }
}

/// The slots of the signed record, the newest first.
fn slots(root: &Path) -> Vec<PathBuf> {
    let sequence = |path: &PathBuf| std::fs::read(path).unwrap()[8..16].to_vec();
    let files = std::fs::read_dir(root.join("signed")).unwrap();
    let mut slots: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    slots.sort_by_key(|path| std::cmp::Reverse(sequence(path)));
    assert_eq!(slots.len(), 2, "two slots alternate");
    slots
}

fn truncate(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() - 7]).unwrap();
}

#[test]
fn a_block_that_was_signed_and_not_committed_is_finished() {
    for seed in 10..14 {
        let mut stopped = stopped(seed);
        replace_tree(&stopped.before_last, &stopped.root.join("ledger"));
        let node = open(&stopped.root).unwrap();
        let (height, id) = stopped.last;
        assert_eq!(
            (node.store().tip().header.height, node.store().tip().id),
            (height, id),
            "the same block, not another one"
        );
        stopped.plan.assert_state(&node.store().view());
        let _ = stopped.plan.block(&node);
        assert_eq!(fsck(node.store(), |_| ()).problem, None);
    }
}

#[test]
fn a_ledger_two_blocks_behind_what_was_signed_is_refused() {
    let stopped = stopped(20);
    replace_tree(&stopped.before_two, &stopped.root.join("ledger"));
    let refused = open(&stopped.root).err().unwrap();
    assert!(matches!(refused, NodeError::Store(StoreError::RolledBack { .. })), "{refused:?}");
    replace_tree(&stopped.before_last, &stopped.root.join("ledger"));
    assert!(open(&stopped.root).is_ok());
}

#[test]
fn a_torn_record_was_never_signed() {
    // Torn while the next block's record was written: the ledger holds everything that was signed.
    let mut torn = stopped(21);
    replace_tree(&torn.before_last, &torn.root.join("ledger"));
    truncate(&slots(&torn.root)[0]);
    let node = open(&torn.root).unwrap();
    assert_eq!(node.store().tip().header.height.0 + 1, torn.last.0.0, "the last block was never decided");
    assert_eq!(fsck(node.store(), |_| ()).problem, None);
    drop(node);
    let whole = stopped(22);
    truncate(&slots(&whole.root)[0]);
    let node = open(&whole.root).unwrap();
    assert_eq!(node.store().tip().id, whole.last.1);
    torn = whole;
    drop(node);
    truncate(&slots(&torn.root)[1]);
    let refused = open(&torn.root).err().unwrap();
    assert!(matches!(refused, NodeError::Store(StoreError::Damaged { .. })), "{refused:?}");
}

#[test]
fn without_any_record_nothing_is_signed() {
    let stopped = stopped(23);
    std::fs::remove_dir_all(stopped.root.join("signed")).unwrap();
    let refused = open(&stopped.root).err().unwrap();
    assert!(matches!(refused, NodeError::Store(StoreError::SignedRecordMissing { .. })), "{refused:?}");
}
