//! Texts with numbers or names in them, and names that follow from a number of the format.

use crate::page::language::Language::{self, Chinese, English};
use crate::page::show::grouped;
use zhengku_ledger::entry::ValidityRule;
use zhengku_ledger::entry::licence::GroundCode;

/// Chinese and English names of payload kinds, in the order of their numbers.
const PAYLOADS: [(&str, &str); 17] = [
    ("登记机构", "register organisations"),
    ("变更机构", "update organisations"),
    ("定义证照类型", "define licence types"),
    ("新发证照", "mint licences"),
    ("变更状态", "change status"),
    ("更正", "correct"),
    ("变更、延续或换发", "amend, renew or reissue"),
    ("提议治理变更", "propose a change"),
    ("赞成治理变更", "approve a change"),
    ("报告违规", "report an offence"),
    ("申请印章", "apply for seals"),
    ("制作印章", "make seals"),
    ("备案印章", "file seals"),
    ("换制印章", "make seals again"),
    ("注销印章", "cancel seals"),
    ("定义材料类型", "define material types"),
    ("复核批量操作", "approve mass actions"),
];

/// Chinese and English names of entry kinds, in the order of their numbers.
const KINDS: [(&str, &str); 10] = [
    ("机构", "organisation"),
    ("证照类型", "licence type"),
    ("证照", "licence"),
    ("节点", "node"),
    ("账本参数", "parameters"),
    ("治理提案", "proposal"),
    ("违规证据", "offence"),
    ("电子印章", "seal"),
    ("材料类型", "material type"),
    ("批量操作复核", "batch approval"),
];

impl Language {
    fn of(self, pair: Option<&(&'static str, &'static str)>) -> &'static str {
        let (zh, en) = pair.copied().unwrap_or(("其他", "other"));
        if self == Chinese { zh } else { en }
    }

    /// The name of a payload kind.
    pub(crate) fn payload_kind(self, number: u8) -> &'static str {
        self.of(PAYLOADS.get(usize::from(number)))
    }

    /// The name of an entry kind.
    pub(crate) fn entry_kind(self, number: u8) -> &'static str {
        self.of(KINDS.get(usize::from(number)))
    }

    /// How long ago.
    pub(crate) fn ago(self, ms: u64) -> String {
        match self {
            Chinese => format!("{}前", self.span(ms)),
            English => format!("{} ago", self.span(ms)),
        }
    }

    /// The quorum, in short.
    pub(crate) fn quorum_of(self, quorum: usize) -> String {
        match self {
            Chinese => format!("出块需 {quorum} 个"),
            English => format!("{quorum} are needed"),
        }
    }

    /// The quorum, in a sentence.
    pub(crate) fn quorum_long(self, quorum: usize, validators: usize) -> String {
        match self {
            Chinese => {
                format!("共 {validators} 个验证节点，任意 {quorum} 个同意即可出块；少于 {quorum} 个则停止出块。")
            }
            English => {
                format!("{validators} validators; any {quorum} of them decide a block, with fewer there is none.")
            }
        }
    }

    /// What waits, in octets.
    pub(crate) fn waiting_note(self, octets: usize) -> String {
        let size =
            if octets < 10_240 { format!("{octets} B") } else { format!("{} KiB", grouped(octets as u64 / 1024)) };
        match self {
            Chinese => format!("共 {size}"),
            English => format!("{size} in all"),
        }
    }

    /// The network makes blocks.
    pub(crate) fn going_well(self, connected: usize, quorum: usize) -> String {
        match self {
            Chinese => format!("正常出块：{connected} 个验证节点在线，需 {quorum} 个"),
            English => format!("Making blocks: {connected} validators connected, {quorum} needed"),
        }
    }

    /// The network could make blocks, and has not for a while.
    pub(crate) fn resting(self, ms: u64) -> String {
        match self {
            Chinese => format!("已 {}没有新块", self.span(ms)),
            English => format!("No new block for {}", self.span(ms)),
        }
    }

    /// Too few validators.
    pub(crate) fn below_quorum(self, needed: usize, connected: usize) -> String {
        match self {
            Chinese => format!("已停止出块：需 {needed} 个节点, 现 {connected} 个"),
            English => format!("No blocks are made: {needed} nodes are needed, {connected} are connected"),
        }
    }

    /// Too few validators, inside the picture.
    pub(crate) fn needs_nodes(self, needed: usize, connected: usize) -> String {
        match self {
            Chinese => format!("需 {needed} 个节点, 现 {connected} 个"),
            English => format!("needs {needed} nodes, has {connected}"),
        }
    }

    /// What is being agreed on.
    pub(crate) fn deciding(self, height: u64, round: u32) -> String {
        let height = grouped(height);
        match self {
            Chinese => format!("正在商定第 {height} 块，第 {round} 轮"),
            English => format!("Agreeing on block {height}, round {round}"),
        }
    }

    /// The picture of the network in words.
    pub(crate) fn picture_words(self, height: u64, votes: usize, of: usize, connected: usize, nodes: usize) -> String {
        let height = grouped(height);
        match self {
            Chinese => format!(
                "网络图：最新为第 {height} 块，{of} 个验证节点中 {votes} 个已签；共 {nodes} 个节点，其中在线的验证节点 {connected} 个。"
            ),
            English => format!(
                "Picture of the network: block {height} is the newest, {votes} of {of} validators signed it; \
                 {nodes} nodes, {connected} validators connected."
            ),
        }
    }

    /// Which blocks are listed.
    pub(crate) fn block_range(self, first: u64, last: u64, tip: u64) -> String {
        let [first, last, tip] = [first, last, tip].map(grouped);
        match self {
            Chinese => format!("第 {first} 至 {last} 块，最新为第 {tip} 块"),
            English => format!("Blocks {first} to {last}; the newest is {tip}"),
        }
    }

    /// Which entries are listed.
    pub(crate) fn entry_range(self, first: u64, last: u64, size: u64) -> String {
        let [first, last, size] = [first, last, size].map(grouped);
        match self {
            Chinese => format!("第 {first} 至 {last} 条，共 {size} 条"),
            English => format!("Entries {first} to {last} of {size}"),
        }
    }

    /// Which transactions are listed.
    pub(crate) fn transaction_range(self, first: usize, end: usize, all: usize) -> String {
        let shown = (grouped(first as u64), grouped((end as u64).saturating_sub(1)), grouped(all as u64));
        match self {
            Chinese if end.saturating_sub(first) == all => format!("共 {} 笔", shown.2),
            English if end.saturating_sub(first) == all => format!("{} in all", shown.2),
            Chinese => format!("第 {} 至 {} 笔，共 {} 笔", shown.0, shown.1, shown.2),
            English => format!("{} to {} of {}", shown.0, shown.1, shown.2),
        }
    }

    /// More than are listed.
    pub(crate) fn and_more(self, more: usize) -> String {
        let more = grouped(more as u64);
        match self {
            Chinese => format!("另有 {more} 条"),
            English => format!("and {more} more"),
        }
    }

    /// A block by its number.
    pub(crate) fn block_number(self, height: &str) -> String {
        match self {
            Chinese => format!("第 {height} 块"),
            English => format!("Block {height}"),
        }
    }

    /// An entry by its number.
    pub(crate) fn entry_number(self, index: &str) -> String {
        match self {
            Chinese => format!("第 {index} 条"),
            English => format!("Entry {index}"),
        }
    }

    /// Of which moment a licence's status is.
    pub(crate) fn as_of(self, height: &str, instant: &str) -> String {
        match self {
            Chinese => format!("状态截至第 {height} 块：{instant}。"),
            English => format!("Status as of block {height}: {instant}."),
        }
    }

    /// How many voted.
    pub(crate) fn votes_heading(self, votes: usize, of: usize, quorum: usize) -> String {
        match self {
            Chinese => format!("{of} 个验证节点中 {votes} 个已签，需 {quorum} 个"),
            English => format!("{votes} of {of} validators signed, {quorum} are needed"),
        }
    }

    /// In place of votes.
    pub(crate) fn genesis_proof(self, height: &str) -> String {
        match self {
            Chinese => format!("第 {height} 块是创世块，没有投票"),
            English => format!("Block {height} is the genesis and has no votes"),
        }
    }

    /// The entries of an applied transaction.
    pub(crate) fn applied_entries(self, first: u64, count: u32) -> String {
        let (first, count) = (grouped(first), grouped(count));
        match self {
            Chinese => format!("自第 {first} 条起 {count} 条"),
            English => format!("{count} entries from {first} on"),
        }
    }

    /// The transaction that was decided before.
    pub(crate) fn repeated_original(self, original: &str, height: u64, place: u32) -> String {
        let (height, place) = (grouped(height), grouped(place));
        match self {
            Chinese => format!("已在第 {height} 块第 {place} 笔处理（{original}）"),
            English => format!("decided before in block {height} at {place} ({original})"),
        }
    }

    /// Why a transaction was rejected.
    pub(crate) fn rejected_reason(self, code: u16, item: u32, reason: &str) -> String {
        match self {
            Chinese => format!("{code} {reason}（第 {item} 项）"),
            English => format!("{code} {reason} (item {item})"),
        }
    }

    /// Holders are not named.
    pub(crate) fn pseudonyms(self, count: usize) -> String {
        match self {
            Chinese => format!("{count} 个密钥化假名"),
            English => format!("{count} keyed pseudonyms"),
        }
    }

    /// A length.
    pub(crate) fn bytes_count(self, count: usize) -> String {
        match self {
            Chinese => format!("{} 字节", grouped(count as u64)),
            English => format!("{} bytes", grouped(count as u64)),
        }
    }

    /// Yes or no.
    pub(crate) const fn yes_no(self, yes: bool) -> &'static str {
        match (self, yes) {
            (Chinese, true) => "是",
            (Chinese, false) => "否",
            (English, true) => "yes",
            (English, false) => "no",
        }
    }

    /// A validity rule.
    pub(crate) const fn validity_rule(self, rule: ValidityRule) -> &'static str {
        match (rule, self) {
            (ValidityRule::MayEnd, Chinese) => "可有止期",
            (ValidityRule::MayEnd, English) => "may end",
            (ValidityRule::MustEnd, Chinese) => "须有止期",
            (ValidityRule::MustEnd, English) => "must end",
            (ValidityRule::NeverEnds, Chinese) => "长期有效",
            (ValidityRule::NeverEnds, English) => "never ends",
        }
    }

    /// A class of legal ground.
    pub(crate) const fn ground_code(self, code: GroundCode) -> &'static str {
        match (code, self) {
            (GroundCode::Issue, Chinese) => "签发",
            (GroundCode::Issue, English) => "issue",
            (GroundCode::RegisterImport, Chinese) => "历史数据导入",
            (GroundCode::RegisterImport, English) => "register import",
            (GroundCode::HolderRequest, Chinese) => "持证人申请",
            (GroundCode::HolderRequest, English) => "holder request",
            (GroundCode::Decision, Chinese) => "行政决定",
            (GroundCode::Decision, English) => "decision",
            (GroundCode::Correction, Chinese) => "更正",
            (GroundCode::Correction, English) => "correction",
            (GroundCode::Law, Chinese) => "法律或法院",
            (GroundCode::Law, English) => "law or court",
        }
    }
}
