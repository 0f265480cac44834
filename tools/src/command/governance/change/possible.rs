//! Whether a change can take effect at all, told before anybody signs it.

use super::State;
use crate::failure::Failure;
use zhengku_api_types::Proposal;
use zhengku_ledger::codec;
use zhengku_ledger::entry::{GovernanceChange, GovernanceProposal, MAX_ENTRY_BYTES, Node, Organisation};
use zhengku_ledger::transaction::RejectCode;

/// Refuses a change that the ledger would reject, or that would fail at its height, with what to do instead.
pub(in crate::command::governance) fn possible(
    state: &State,
    change: &GovernanceChange,
    proposal: Option<u32>,
) -> Result<(), Failure> {
    let Some(code) = state.refusal(change) else { return Ok(()) };
    let (zh, en) = remedy(state, change, code);
    let what = proposal.map_or_else(
        || ("此变更".to_owned(), "this change".to_owned()),
        |number| (format!("提案 {number}"), format!("proposal {number}")),
    );
    let number = code.number();
    Err(Failure::usage(
        format!("{}不能生效: {} ({number}); 未签名。{zh}", what.0, code.reason_zh()),
        format!("{} cannot take effect: {} ({number}); nothing was signed. {en}", what.1, code.reason_en()),
    ))
}

fn remedy(state: &State, change: &GovernanceChange, code: RejectCode) -> (String, String) {
    match (code, change) {
        (RejectCode::OrganisationNumber | RejectCode::CreditCodeTaken, _) => {
            let Some(one) = organisation(change) else { return anew() };
            taken(state, one, code)
        }
        (RejectCode::NodeKnown, GovernanceChange::AddNode(node)) => (
            format!("变更它请用 replace-node {}; 新节点请换一个名称", node.name),
            format!("change it with replace-node {}; a new node takes another name", node.name),
        ),
        (RejectCode::NodeUnknown, _) => (
            "它已被移除或从未加入: 请用 add-node 提出".to_owned(),
            "it was removed, or never joined: propose add-node".to_owned(),
        ),
        (RejectCode::NoChange, _) => ("账本已是如此".to_owned(), "the ledger is like that already".to_owned()),
        _ => anew(),
    }
}

/// Who has the number, or the credit code, by now.
fn taken(state: &State, asked: &Organisation, code: RejectCode) -> (String, String) {
    let has = |one: &&Organisation| match code {
        RejectCode::CreditCodeTaken => one.credit_code == asked.credit_code && one.number != asked.number,
        _ => one.number == asked.number,
    };
    let Some(one) = state.directory.organisations().find(has) else { return anew() };
    let (number, anew) = (one.number, anew());
    (
        format!("机构 {number} 现为 {} ({}); {}", one.name_zh, one.credit_code, anew.0),
        format!("organisation {number} is {} ({}) by now; {}", one.name_en, one.credit_code, anew.1),
    )
}

fn anew() -> (String, String) {
    (
        "请按现状重新提出: zhengku governance propose".to_owned(),
        "propose it anew as things are now: zhengku governance propose".to_owned(),
    )
}

/// The pending proposals that register another organisation under the same number.
pub(in crate::command::governance) fn rivals(pending: &[Proposal], change: &GovernanceChange) -> Vec<u32> {
    let GovernanceChange::RegisterOrganisation(asked) = change else { return Vec::new() };
    let takes = |one: &&Proposal| {
        let read = codec::decode::<GovernanceProposal>("proposal", &one.canonical.0, MAX_ENTRY_BYTES);
        read.is_ok_and(|read| match &read.change {
            GovernanceChange::RegisterOrganisation(other) => other.number == asked.number && other != asked,
            _ => false,
        })
    };
    pending.iter().filter(takes).map(|one| one.number).collect()
}

const fn organisation(change: &GovernanceChange) -> Option<&Organisation> {
    match change {
        GovernanceChange::RegisterOrganisation(one) | GovernanceChange::UpdateOrganisation(one) => Some(one),
        _ => None,
    }
}

/// The node or the organisation that a change concerns.
pub(in crate::command::governance) fn subject(change: &GovernanceChange) -> (String, String) {
    let node = |node: &Node| (node.name.to_string(), node.name.to_string());
    match change {
        GovernanceChange::AddNode(one) | GovernanceChange::ReplaceNode(one) => node(one),
        GovernanceChange::RemoveNode(name) => (name.to_string(), name.to_string()),
        GovernanceChange::RegisterOrganisation(one) | GovernanceChange::UpdateOrganisation(one) => {
            (format!("{} {}", one.number, one.name_zh), format!("{} {}", one.number, one.name_en))
        }
        GovernanceChange::SetParameters(_) => ("–".to_owned(), "–".to_owned()),
    }
}

#[cfg(test)]
mod tests;
