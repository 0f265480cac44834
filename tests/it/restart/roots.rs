//! The same transactions give the same roots, wherever the node was restarted.

use super::{Plan, block_id, decide, make, open, scratch};
use zhengku_ledger::ids::Height;
use zhengku_store::fsck::fsck;
use zhengku_tests::dice::Dice;
use zhengku_tests::files::copy_tree;
use zhengku_tests::site::FIRST_ENTRIES;

const BLOCKS: usize = 120;

#[test]
fn restarts_change_no_root() {
    for seed in [1, 2] {
        let (scratch, root) = scratch();
        drop(make(&root));
        let other = scratch.path().join("restarted");
        copy_tree(&root, &other);
        let node = open(&root).unwrap();
        let mut plan = Plan::new(&node, seed);
        let blocks: Vec<_> = (0..BLOCKS).map(|_| plan.block(&node)).collect();
        plan.assert_state(&node.store().view());
        let mut dice = Dice::new(seed + 100);
        let mut restarted = open(&other).unwrap();
        let first = restarted.store().tip().header.height.0;
        let mut restarts = 0;
        for (place, block) in (0..).zip(&blocks) {
            let decision = decide(&restarted, block);
            let height = Height(first + 1 + place);
            assert_eq!(decision.height, height);
            assert_eq!(block_id(&restarted, height), block_id(&node, height), "seed {seed}, after {restarts} restarts");
            if dice.below(4) == 0 {
                drop(restarted);
                restarted = open(&other).unwrap();
                restarts += 1;
                assert_eq!(restarted.store().tip().id, block_id(&node, height));
            }
        }
        assert!(restarts > 15, "{restarts}");
        plan.assert_state(&restarted.store().view());
        let (ours, theirs) = (fsck(node.store(), |_| ()), fsck(restarted.store(), |_| ()));
        assert_eq!(ours.problem, None);
        assert_eq!(ours, theirs);
        assert_eq!(ours.keys, plan.model.len() as u64 + FIRST_ENTRIES);
        // The comparison is able to fail: another transaction gives another block.
        let ((one, _), (other, _)) = (plan.draw(), plan.draw());
        let (a, b) = (decide(&node, &[one]), decide(&restarted, &[other]));
        assert_eq!(a.height, b.height);
        assert_ne!(block_id(&node, a.height), block_id(&restarted, b.height));
    }
}
