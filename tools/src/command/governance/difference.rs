//! A change as before and after.

use super::change::{State, fields};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use zhengku_ledger::entry::{GovernanceChange, Node, NodeRole, NodeStatus};
use zhengku_ledger::governance::set_of;

#[derive(Serialize)]
struct Line {
    what: String,
    before: String,
    after: String,
}

/// Shows what a change does to the records, and to how many validators may fail.
pub(super) fn show(state: &State, change: &GovernanceChange, console: &Console) -> Result<(), Failure> {
    let mut lines = lines(state, change);
    let after = nodes_after(state, change);
    let tolerated = |nodes: &[Node]| match set_of(nodes) {
        Ok(set) => {
            let (all, quorum) = (set.as_slice().len(), set.quorum());
            format!("{all} / {quorum} / {}", all.saturating_sub(quorum))
        }
        Err(error) => format!("✗ {error}"),
    };
    lines.push(Line {
        what: console.language().pick("验证节点 / 法定数 / 可失", "validators / quorum / may fail").to_owned(),
        before: tolerated(&state.nodes),
        after: tolerated(&after),
    });
    let language = console.language();
    let headings = [language.pick("项", "What"), language.pick("之前", "Before"), language.pick("之后", "After")];
    let row = |line: &Line| vec![line.what.clone(), line.before.clone(), line.after.clone()];
    console.remark_rows(&headings, &lines.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn nodes_after(state: &State, change: &GovernanceChange) -> Vec<Node> {
    let mut nodes = state.nodes.clone();
    match change {
        GovernanceChange::AddNode(node) | GovernanceChange::ReplaceNode(node) => {
            match nodes.iter_mut().find(|known| known.name == node.name) {
                Some(known) => *known = node.clone(),
                None => nodes.push(node.clone()),
            }
        }
        GovernanceChange::RemoveNode(name) => {
            for node in nodes.iter_mut().filter(|node| node.name == *name) {
                node.status = NodeStatus::Removed;
            }
        }
        _ => {}
    }
    nodes
}

fn lines(state: &State, change: &GovernanceChange) -> Vec<Line> {
    match change {
        GovernanceChange::SetParameters(after) => {
            let pairs = fields(&state.parameters).into_iter().zip(fields(after));
            let changed = pairs.filter(|((_, before), (_, after))| before != after);
            changed
                .map(|((name, before), (_, after))| Line {
                    what: name.to_owned(),
                    before: before.to_string(),
                    after: after.to_string(),
                })
                .collect()
        }
        GovernanceChange::AddNode(node) | GovernanceChange::ReplaceNode(node) => {
            let before = state.nodes.iter().find(|known| known.name == node.name).map(facts);
            let pairs = facts(node).into_iter().enumerate().map(|(place, (what, after))| {
                let before = before.as_ref().and_then(|facts| facts.get(place)).map(|(_, text)| text.clone());
                Line { what: format!("{} {what}", node.name), before: before.unwrap_or_default(), after }
            });
            pairs.filter(|line| line.before != line.after).collect()
        }
        GovernanceChange::RemoveNode(name) => {
            vec![Line { what: name.to_string(), before: "active".to_owned(), after: "removed".to_owned() }]
        }
        GovernanceChange::RegisterOrganisation(one) | GovernanceChange::UpdateOrganisation(one) => {
            vec![Line {
                what: format!("organisation {}", one.number),
                before: String::new(),
                after: one.name_zh.to_string(),
            }]
        }
    }
}

fn facts(node: &Node) -> [(&'static str, String); 8] {
    let certificate = zhengku_crypto::digest::sha256(&node.certificate).to_string();
    [
        ("status", if node.status == NodeStatus::Active { "active" } else { "removed" }.to_owned()),
        ("role", if node.role == NodeRole::Validator { "validator" } else { "observer" }.to_owned()),
        ("organisation", node.organisation.to_string()),
        ("consensus key", node.consensus_key.to_string()),
        ("network key", node.network_key.to_string()),
        ("addresses", format!("{} {}", node.consensus_address, node.exchange_address)),
        ("url", node.url.to_string()),
        ("certificate", certificate),
    ]
}
