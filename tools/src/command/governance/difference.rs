//! A change as before and after.

use super::change::{State, fields};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use zhengku_ledger::entry::{GovernanceChange, Node, NodeRole, NodeStatus, Organisation, OrganisationStatus, Roles};
use zhengku_ledger::governance::set_of;
use zhengku_verify::language::Language;

#[derive(Serialize)]
struct Line {
    what: String,
    before: String,
    after: String,
}

/// Something that can be said of a record, in both languages.
type Fact = ((&'static str, &'static str), String);

/// Remarks what a change does to the records, and to how many validators may fail.
pub(super) fn show(state: &State, change: &GovernanceChange, console: &Console) {
    let lines = lines(state, change, console.language());
    console.remark_rows(&headings(console), &rows(&lines));
}

/// The same as the result of a command.
pub(super) fn print(state: &State, change: &GovernanceChange, console: &Console) -> Result<(), Failure> {
    let lines = lines(state, change, console.language());
    console.rows(&lines, &headings(console), &rows(&lines))
}

fn headings(console: &Console) -> [&'static str; 3] {
    [("项", "What"), ("之前", "Before"), ("之后", "After")].map(|(zh, en)| console.language().pick(zh, en))
}

fn rows(lines: &[Line]) -> Vec<Vec<String>> {
    lines.iter().map(|line| vec![line.what.clone(), line.before.clone(), line.after.clone()]).collect()
}

fn lines(state: &State, change: &GovernanceChange, language: Language) -> Vec<Line> {
    let mut lines = match change {
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
            let before = state.nodes.iter().find(|known| known.name == node.name).map(|one| of_node(one, language));
            changed(node.name.as_str(), before, of_node(node, language), language)
        }
        GovernanceChange::RemoveNode(name) => {
            let before = state.nodes.iter().find(|known| known.name == *name);
            let after = before.map(|node| Node { status: NodeStatus::Removed, ..node.clone() });
            let facts = |node: Option<&Node>| node.map(|node| of_node(node, language));
            changed(name.as_str(), facts(before), facts(after.as_ref()).unwrap_or_default(), language)
        }
        GovernanceChange::RegisterOrganisation(one) => {
            changed(&whose(one, language), None, of_organisation(one, language), language)
        }
        GovernanceChange::UpdateOrganisation(one) => {
            let before = state.directory.organisation(one.number).map(|one| of_organisation(one, language));
            changed(&whose(one, language), before, of_organisation(one, language), language)
        }
    };
    lines.push(tolerance(state, change, language));
    lines
}

fn whose(one: &Organisation, language: Language) -> String {
    format!("{} {}", language.pick("机构", "organisation"), one.number)
}

/// How many validators there are, how many decide, and how many may fail.
fn tolerance(state: &State, change: &GovernanceChange, language: Language) -> Line {
    let tolerated = |nodes: &[Node]| match set_of(nodes) {
        Ok(set) => {
            let (all, quorum) = (set.as_slice().len(), set.quorum());
            format!("{all} / {quorum} / {}", all.saturating_sub(quorum))
        }
        Err(error) => format!("✗ {error}"),
    };
    Line {
        what: language.pick("验证节点 / 法定数 / 可失", "validators / quorum / may fail").to_owned(),
        before: tolerated(&state.nodes),
        after: tolerated(&nodes_after(state, change)),
    }
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

/// The facts that differ; all of them for a record that is new. Those that one record has more of than the other come too.
fn changed(whose: &str, before: Option<Vec<Fact>>, after: Vec<Fact>, language: Language) -> Vec<Line> {
    let before = before.unwrap_or_default();
    let all = before.len().max(after.len());
    let line = |place: usize| {
        let ((zh, en), _) = after.get(place).or_else(|| before.get(place))?;
        let text = |facts: &[Fact]| facts.get(place).map(|(_, text)| text.clone()).unwrap_or_default();
        Some(Line { what: format!("{whose} {}", language.pick(zh, en)), before: text(&before), after: text(&after) })
    };
    (0..all).filter_map(line).filter(|line| line.before != line.after).collect()
}

fn of_node(node: &Node, language: Language) -> Vec<Fact> {
    let certificate = zhengku_crypto::digest::sha256(&node.certificate).to_string();
    let status = if node.status == NodeStatus::Active { ("在网", "active") } else { ("已移除", "removed") };
    let role = if node.role == NodeRole::Validator { ("验证", "validator") } else { ("观察", "observer") };
    let pick = |(zh, en): (&'static str, &'static str)| language.pick(zh, en).to_owned();
    vec![
        (("状态", "status"), pick(status)),
        (("角色", "role"), pick(role)),
        (("运营机构", "organisation"), node.organisation.to_string()),
        (("投票公钥", "consensus key"), node.consensus_key.to_string()),
        (("网络公钥", "network key"), node.network_key.to_string()),
        (("地址", "addresses"), format!("{} {}", node.consensus_address, node.exchange_address)),
        (("接口", "url"), node.url.to_string()),
        (("证书摘要", "certificate"), certificate),
    ]
}

fn of_organisation(one: &Organisation, language: Language) -> Vec<Fact> {
    let status = if one.status == OrganisationStatus::Active { ("启用", "active") } else { ("停用", "barred") };
    let mut facts = vec![
        (("状态", "status"), language.pick(status.0, status.1).to_owned()),
        (("信用代码", "credit code"), one.credit_code.to_string()),
        (("中文名称", "Chinese name"), one.name_zh.to_string()),
        (("英文名称", "English name"), one.name_en.to_string()),
        (("角色", "roles"), roles(one.roles, language)),
    ];
    facts.extend(one.keys.iter().map(|key| (("公钥", "key"), key.to_string())));
    facts
}

/// The names of roles.
pub(super) fn roles(roles: Roles, language: Language) -> String {
    let all =
        [(Roles::GOVERNOR, "治理", "governor"), (Roles::DEFINER, "定义", "definer"), (Roles::ISSUER, "签发", "issuer")];
    let names: Vec<&str> =
        all.iter().filter(|(role, _, _)| roles.include(*role)).map(|(_, zh, en)| language.pick(zh, en)).collect();
    names.join(language.pick("、", ", "))
}
