//! Texts about what validators decide: changes, proposals, parameters, offences.

use crate::page::language::Language::{self, Chinese, English};
use crate::page::show::grouped;
use zhengku_ledger::block::OffenceKind;
use zhengku_ledger::entry::Parameters;
use zhengku_ledger::entry::proposal::{GovernanceChange, ProposalStatus};

impl Language {
    /// A change, with the name of what it is about.
    pub(crate) fn governance_change(self, change: &GovernanceChange) -> String {
        let (zh, en, name) = match change {
            GovernanceChange::AddNode(node) => ("加入节点", "add node", node.name.as_str()),
            GovernanceChange::ReplaceNode(node) => ("变更节点", "change node", node.name.as_str()),
            GovernanceChange::RemoveNode(name) => ("移除节点", "remove node", name.as_str()),
            GovernanceChange::RegisterOrganisation(one) => {
                ("登记机构", "register", self.pick(one.name_zh.as_str(), one.name_en.as_str()))
            }
            GovernanceChange::UpdateOrganisation(one) => {
                ("变更机构", "update", self.pick(one.name_zh.as_str(), one.name_en.as_str()))
            }
            GovernanceChange::SetParameters(_) => ("设定账本参数", "set the parameters", ""),
        };
        let what = if self == Chinese { zh } else { en };
        if name.is_empty() { what.to_owned() } else { format!("{what} {name}") }
    }

    /// What became of a proposal.
    pub(crate) fn proposal_status(self, status: ProposalStatus) -> String {
        match (status, self) {
            (ProposalStatus::Open, Chinese) => "待赞成".to_owned(),
            (ProposalStatus::Open, English) => "open".to_owned(),
            (ProposalStatus::Approved { effective }, Chinese) => {
                format!("已通过，第 {} 块生效", grouped(effective.0))
            }
            (ProposalStatus::Approved { effective }, English) => {
                format!("approved, takes effect in block {}", grouped(effective.0))
            }
            (ProposalStatus::Applied, Chinese) => "已生效".to_owned(),
            (ProposalStatus::Applied, English) => "in effect".to_owned(),
            (ProposalStatus::Failed { code }, Chinese) => format!("未能生效：{} {}", code.number(), code.reason_zh()),
            (ProposalStatus::Failed { code }, English) => format!("failed: {} {}", code.number(), code.reason_en()),
            (ProposalStatus::Expired, Chinese) => "已失效".to_owned(),
            (ProposalStatus::Expired, English) => "expired".to_owned(),
        }
    }

    /// A kind of offence.
    pub(crate) const fn offence_kind(self, kind: OffenceKind) -> &'static str {
        match (kind, self) {
            (OffenceKind::DoublePrevote, Chinese) => "预投票重复",
            (OffenceKind::DoublePrevote, English) => "two prevotes",
            (OffenceKind::DoublePrecommit, Chinese) => "提交票重复",
            (OffenceKind::DoublePrecommit, English) => "two precommits",
            (OffenceKind::DoubleProposal, Chinese) => "提议重复",
            (OffenceKind::DoubleProposal, English) => "two proposals",
        }
    }

    /// Where an offence happened, and the two blocks that were signed.
    pub(crate) fn offence_at(self, kind: &str, height: u64, round: u32, first: &str, second: &str) -> String {
        let height = grouped(height);
        match self {
            Chinese => format!("{kind}：第 {height} 块第 {round} 轮，{first} 与 {second}"),
            English => format!("{kind} in block {height}, round {round}: {first} and {second}"),
        }
    }

    /// The parameters in the order of the format: name in the specification, name for people, value.
    pub(crate) fn parameters(self, one: &Parameters) -> [(&'static str, &'static str, u32); 12] {
        let label = |zh, en| if self == Chinese { zh } else { en };
        [
            ("propose_ms", label("等待提议（毫秒）", "wait for a proposal (ms)"), one.propose_ms),
            ("prevote_ms", label("等待预投票（毫秒）", "wait for prevotes (ms)"), one.prevote_ms),
            ("precommit_ms", label("等待提交票（毫秒）", "wait for precommits (ms)"), one.precommit_ms),
            ("step_ms", label("每轮延长（毫秒）", "longer with each round (ms)"), one.step_ms),
            ("rebroadcast_ms", label("重发间隔（毫秒）", "send again after (ms)"), one.rebroadcast_ms),
            ("interval_ms", label("最短出块间隔（毫秒）", "shortest time between blocks (ms)"), one.interval_ms),
            ("idle_ms", label("空闲出块间隔（毫秒）", "time between empty blocks (ms)"), one.idle_ms),
            ("max_ahead_ms", label("时钟最多超前（毫秒）", "a clock may be ahead (ms)"), one.max_ahead_ms),
            ("max_block_bytes", label("每块字节上限", "bytes of a block, at most"), one.max_block_bytes),
            ("max_block_entries", label("每块条目上限", "entries of a block, at most"), one.max_block_entries),
            (
                "max_block_transactions",
                label("每块交易上限", "transactions of a block, at most"),
                one.max_block_transactions,
            ),
            (
                "governance_delay",
                label("治理生效延后（块）", "governance takes effect after (blocks)"),
                one.governance_delay,
            ),
        ]
    }
}
