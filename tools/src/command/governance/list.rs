//! `zhengku governance list`: the proposals that wait, each with what it concerns.

use super::change::{State, subject};
use crate::cli::network::NodeUrl;
use crate::failure::Failure;
use crate::output::Console;
use crate::remote::{Client, RemoteError};
use serde::Serialize;
use zhengku_api_types::Proposal;
use zhengku_ledger::codec;
use zhengku_ledger::entry::{GovernanceProposal, MAX_ENTRY_BYTES, ProposalStatus};
use zhengku_verify::language::Language;

/// Characters of a digest that are shown: enough to compare by eye; approvals name all of it.
const SHORT: usize = 12;

/// A proposal with what its canonical bytes say.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    proposal: Proposal,
    subject: String,
    proposer_name: String,
    digest: String,
    /// The code that it would fail with if its height came now.
    refusal: Option<u16>,
}

pub(super) fn run(arguments: &NodeUrl, console: &Console) -> Result<u8, Failure> {
    let client = Client::new(&arguments.node)?;
    let (state, proposals) = crate::command::wait(read(&client))??;
    let language = console.language();
    let all = proposals.items.into_iter().map(|one| listed(one, &state, language)).collect::<Result<Vec<_>, _>>()?;
    let headings = [
        ("编号", "Number"),
        ("变更", "Change"),
        ("对象", "Subject"),
        ("提案机构", "Proposer"),
        ("摘要", "Digest"),
        ("状态", "Status"),
        ("批准", "Approved by"),
        ("生效高度", "Effective"),
        ("失效高度", "Expires"),
    ];
    let rows: Vec<_> = all.iter().map(|one| row(one, language)).collect();
    console.rows(&all, &headings.map(|(zh, en)| language.pick(zh, en)), &rows)?;
    let node = arguments.node.trim_end_matches('/');
    console.remark(
        &format!("已生效、失败 (附代码) 与过期的提案不在此列; 它们是账本上的条目, 见 {node}/entries"),
        &format!(
            "what was applied, failed (with its code) or expired is not listed here: see the entries, {node}/entries"
        ),
    );
    Ok(0)
}

async fn read(client: &Client) -> Result<(State, zhengku_api_types::Proposals), RemoteError> {
    Ok((State::read(client).await?, client.proposals().await?))
}

fn listed(proposal: Proposal, state: &State, language: Language) -> Result<Listed, Failure> {
    let read: GovernanceProposal =
        codec::decode("proposal", &proposal.canonical.0, MAX_ENTRY_BYTES).map_err(|error| {
            Failure::usage(
                format!("提案 {} 无法理解 ({error}); 节点是同版本的吗?", proposal.number),
                format!("proposal {} cannot be read: {error}; is the node of the same version?", proposal.number),
            )
        })?;
    let (zh, en) = subject(&read.change);
    let proposer = state.directory.organisation(read.proposer);
    let name = proposer.map(|one| language.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned());
    Ok(Listed {
        subject: language.pick(&zh, &en).to_owned(),
        proposer_name: name.unwrap_or_default(),
        digest: read.change.digest().to_string(),
        refusal: state.refusal(&read.change).map(zhengku_ledger::transaction::RejectCode::number),
        proposal,
    })
}

fn row(one: &Listed, language: Language) -> Vec<String> {
    let proposal = &one.proposal;
    let approvals: Vec<String> = proposal.approvals.iter().map(ToString::to_string).collect();
    let mut status = status_word(&proposal.status, language).to_owned();
    if let Some(code) = proposal.failure.or(one.refusal) {
        status = format!("{status} ({} {code})", language.pick("现不可能", "impossible now:"));
    }
    vec![
        proposal.number.to_string(),
        command_name(&proposal.change),
        one.subject.clone(),
        format!("{} {}", proposal.proposer, one.proposer_name).trim_end().to_owned(),
        one.digest.chars().take(SHORT).collect::<String>() + "…",
        status,
        approvals.join(","),
        proposal.effective.map_or_else(|| "–".to_owned(), |height| height.to_string()),
        proposal.expires.to_string(),
    ]
}

/// The command that proposes such a change.
fn command_name(change: &str) -> String {
    change.replace('_', "-")
}

/// The word for the status of a proposal, as the interface names it.
pub(super) fn status_word(status: &str, language: Language) -> &str {
    match status {
        "open" => language.pick("开放", "open"),
        "approved" => language.pick("已批准", "approved"),
        "applied" => language.pick("已生效", "applied"),
        "failed" => language.pick("失败", "failed"),
        "expired" => language.pick("过期", "expired"),
        other => other,
    }
}

/// What became of a proposal that is over, with the code of one that failed.
pub(super) fn ended(status: &ProposalStatus) -> Option<(String, String)> {
    let same =
        |word: &str| Some((status_word(word, Language::Zh).to_owned(), status_word(word, Language::En).to_owned()));
    match status {
        ProposalStatus::Open | ProposalStatus::Approved { .. } => None,
        ProposalStatus::Applied => same("applied"),
        ProposalStatus::Expired => same("expired"),
        ProposalStatus::Failed { code } => Some((
            format!("失败: {} ({})", code.reason_zh(), code.number()),
            format!("failed: {} ({})", code.reason_en(), code.number()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_ledger::transaction::RejectCode;

    #[test]
    fn changes_and_states_are_named_as_people_know_them() {
        assert_eq!(command_name("register_organisation"), "register-organisation");
        for status in ["open", "approved", "applied", "failed", "expired"] {
            assert_ne!(status_word(status, Language::Zh), status);
            assert_eq!(status_word(status, Language::En), status);
        }
        assert_eq!(ended(&ProposalStatus::Open), None);
        let (zh, en) = ended(&ProposalStatus::Failed { code: RejectCode::NodeKnown }).unwrap();
        assert!(zh.contains("410") && en.contains("410"), "{zh} {en}");
    }
}
