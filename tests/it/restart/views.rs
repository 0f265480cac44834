//! A view answers for its own height while blocks are committed; every former height can be proven.

use super::{Plan, assert_states, make, open, scratch};
use std::collections::BTreeMap;
use zhengku_ledger::entry::{Licence, Status};
use zhengku_ledger::ids::{EntryKey, Height};
use zhengku_ledger::state::StateView;
use zhengku_ledger::verdict::Verdict;
use zhengku_ledger::verify::{Strictness, Trust, verify_proof};
use zhengku_node::Node;
use zhengku_store::View;

const BLOCKS: usize = 60;

const fn expected(licence: &Licence) -> Verdict {
    match licence.status {
        Status::Valid => Verdict::Valid,
        Status::Suspended => Verdict::Suspended,
        _ => Verdict::Revoked,
    }
}

/// Some keys of a model, spread over it, the changed ones among them.
fn sample(model: &BTreeMap<EntryKey, Licence>) -> Vec<(&EntryKey, &Licence)> {
    let step = (model.len() / 20).max(1);
    let changed = model.iter().filter(|(_, licence)| licence.status != Status::Valid || licence.version > 1);
    model.iter().step_by(step).chain(changed).collect()
}

fn assert_proofs(node: &Node, view: &View<'_>, height: Option<Height>, model: &BTreeMap<EntryKey, Licence>) -> usize {
    let trust = Trust { chain: view.tip().header.chain, validators: node.store().genesis().validators().clone() };
    let strictness = Strictness { now: super::NOW, max_age_ms: None };
    let sample = sample(model);
    for (key, licence) in &sample {
        let proof = view.prove(key, height, Vec::new()).unwrap().unwrap();
        let verification = verify_proof(&proof, &trust, strictness);
        assert_eq!(verification.verdict, expected(licence), "{height:?} {:#?}", verification.checks);
        assert_eq!(verification.as_of.unwrap().0, height.unwrap_or(view.tip().header.height));
    }
    sample.len()
}

#[test]
fn old_views_keep_answering_and_every_height_can_be_proven() {
    let (_scratch, root) = scratch();
    let node = make(&root);
    let mut plan = Plan::new(&node, 3);
    let mut former = Vec::new();
    for _ in 0..BLOCKS {
        let _ = plan.block(&node);
        former.push((node.store().view(), plan.model.clone()));
    }
    let last = plan.model.clone();
    let mut proven = 0;
    for (view, model) in &former {
        assert_states(model, view);
        for key in last.keys().filter(|key| !model.contains_key(*key)).take(50) {
            assert_eq!(view.find(key).unwrap(), None, "minted later");
        }
        proven += assert_proofs(&node, view, None, model);
    }
    let newest = node.store().view();
    for (view, model) in &former {
        proven += assert_proofs(&node, &newest, Some(view.tip().header.height), model);
    }
    assert!(proven > 1_000, "{proven}");
    let heights: Vec<Height> = former.iter().map(|(view, _)| view.tip().header.height).collect();
    let models: Vec<_> = former.iter().map(|(_, model)| model.clone()).collect();
    drop(former);
    drop(newest);
    drop(node);
    let node = open(&root).unwrap();
    for (height, model) in heights.iter().zip(&models).step_by(7) {
        assert_proofs(&node, &node.store().view(), Some(*height), model);
    }
    let beyond = node.store().view().prove(last.keys().next().unwrap(), Some(Height(9_999)), Vec::new());
    assert!(matches!(beyond, Err(zhengku_store::StoreError::NoSuchHeight { .. })));
}
