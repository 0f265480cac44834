//! Texts of the desks with numbers and names in them.

use crate::page::language::Language;

impl Language {
    /// A wrong password, with the tries that are left.
    pub(crate) fn wrong_password(self, left: u32) -> String {
        match self {
            Self::Chinese => format!("登录名或口令不对。还可以试 {left} 次。"),
            Self::English => format!("Wrong name or password; {left} more tries."),
        }
    }

    /// A name that rests.
    pub(crate) fn locked_out(self, minutes: u64) -> String {
        match self {
            Self::Chinese => format!("口令连续输错，此登录名已暂停。请 {minutes} 分钟后再试，或联系管理员。"),
            Self::English => {
                format!(
                    "Too many wrong passwords: this name rests. Try again in {minutes} min, or ask the administrator."
                )
            }
        }
    }

    /// A file that is too large.
    pub(crate) fn too_large_advice(self, mib: usize) -> String {
        match self {
            Self::Chinese => format!("最大 {mib} MB。证照文件通常不到 1 MB，请确认选对了文件。"),
            Self::English => format!("At most {mib} MB. A licence file has less than 1 MB: is it the right file?"),
        }
    }

    /// A key that signs.
    pub(crate) fn key_ready(self, days: u32) -> String {
        match self {
            Self::Chinese => format!("可以签章，证书还有 {days} 天到期"),
            Self::English => format!("ready; the certificate ends in {days} days"),
        }
    }

    /// A node that answers.
    pub(crate) fn node_ready(self, height: &str, ago: &str) -> String {
        match self {
            Self::Chinese => format!("在线，块高 {height}，最新块 {ago}前"),
            Self::English => format!("connected at height {height}, newest block {ago} ago"),
        }
    }

    /// When and by whom.
    pub(crate) fn changed_by(self, time: &str, who: &str) -> String {
        format!("{time} · {who}")
    }

    /// When a draft was saved.
    pub(crate) fn saved_by(self, time: &str, who: &str) -> String {
        match self {
            Self::Chinese => format!("{who} 于 {time} 保存"),
            Self::English => format!("saved {time} by {who}"),
        }
    }

    /// How much was filled in by the system.
    pub(crate) fn prefilled_of(self, prefilled: usize, filled: usize, all: usize) -> String {
        match self {
            Self::Chinese => format!("{all} 项，已填 {filled} 项，其中系统预填 {prefilled} 项"),
            Self::English => format!("{filled} of {all} filled in, {prefilled} of them by the system"),
        }
    }

    /// The version of a licence.
    pub(crate) fn version_of(self, version: u16) -> String {
        match self {
            Self::Chinese => format!("第 {version} 版"),
            Self::English => format!("version {version}"),
        }
    }

    /// Problems of a draft.
    pub(crate) fn problem_count(self, count: u32) -> String {
        match self {
            Self::Chinese => format!("{count} 项需要修改"),
            Self::English => format!("{count} to mend"),
        }
    }

    /// Approvals that wait.
    pub(crate) fn waiting_approvals(self, count: usize) -> String {
        match self {
            Self::Chinese => format!("有 {count} 项操作等待复核"),
            Self::English => format!("{count} waiting for approval"),
        }
    }

    /// Seconds with two digits.
    pub(crate) fn seconds(self, ms: u64) -> String {
        let number = format!("{}.{:02}", ms / 1000, ms % 1000 / 10);
        match self {
            Self::Chinese => format!("{number} 秒"),
            Self::English => format!("{number} s"),
        }
    }

    /// The line of a licence that has just been signed.
    pub(crate) fn anchored(self, height: &str, entry: &str, votes: (u32, u32)) -> String {
        let (votes, all) = votes;
        match self {
            Self::Chinese => format!("第 {height} 块，条目 {entry}，{votes}/{all} 节点已签"),
            Self::English => format!("block {height}, entry {entry}, signed by {votes} of {all} nodes"),
        }
    }

    /// What an action did.
    pub(crate) fn changed_count(self, changed: &str, not_changed: usize) -> String {
        match (self, not_changed) {
            (Self::Chinese, 0) => format!("已办理 {changed} 份"),
            (Self::Chinese, _) => format!("已办理 {changed} 份，{not_changed} 份没有办理"),
            (Self::English, 0) => format!("{changed} changed"),
            (Self::English, _) => format!("{changed} changed, {not_changed} not"),
        }
    }

    /// How many licences there are.
    pub(crate) fn in_all(self, total: &str) -> String {
        match self {
            Self::Chinese => format!("共 {total} 份"),
            Self::English => format!("{total} in all"),
        }
    }

    /// The rule of two operators.
    pub(crate) fn mass_rule(self, limit: &str) -> String {
        match self {
            Self::Chinese => format!("一次超过 {limit} 份时，须由另一位复核人员批准后才执行。"),
            Self::English => format!("More than {limit} at once wait for another operator's approval."),
        }
    }

    /// The question before a change that ends licences.
    pub(crate) fn confirm_change(self, change: &str, count: &str) -> String {
        match self {
            Self::Chinese => format!("确认{change} {count} 份证照？"),
            Self::English => format!("{change}: {count} licences?"),
        }
    }

    /// How many licences an action is about.
    pub(crate) fn licences_count(self, count: &str) -> String {
        match self {
            Self::Chinese => format!("{count} 份证照"),
            Self::English => format!("{count} licences"),
        }
    }

    /// The limit of an upload.
    pub(crate) fn at_most(self, mib: usize) -> String {
        match self {
            Self::Chinese => format!("最大 {mib} MB"),
            Self::English => format!("at most {mib} MB"),
        }
    }

    /// Rows done.
    pub(crate) fn rows_done(self, done: &str) -> String {
        match self {
            Self::Chinese => format!("{done} 行"),
            Self::English => format!("{done} rows"),
        }
    }

    /// Rows refused.
    pub(crate) fn rows_refused(self, refused: &str) -> String {
        match self {
            Self::Chinese => format!("未通过 {refused} 行"),
            Self::English => format!("{refused} refused"),
        }
    }

    /// Rows done, the rate and the rest.
    pub(crate) fn rate(self, done: &str, per_second: &str, seconds: u64) -> String {
        let (minutes, rest) = (seconds / 60, seconds % 60);
        match self {
            Self::Chinese if minutes > 0 => format!("{done} 行 · {per_second} 行/秒 · 余 {minutes} 分 {rest} 秒"),
            Self::Chinese => format!("{done} 行 · {per_second} 行/秒 · 余 {rest} 秒"),
            Self::English if minutes > 0 => format!("{done} rows · {per_second}/s · {minutes} min {rest} s left"),
            Self::English => format!("{done} rows · {per_second}/s · {rest} s left"),
        }
    }

    /// The button that starts a batch.
    pub(crate) fn start_rows(self, rows: &str) -> String {
        match self {
            Self::Chinese => format!("开始办理 {rows} 行"),
            Self::English => format!("Start {rows} rows"),
        }
    }

    /// How many checks ended how.
    pub(crate) fn check_counts(self, passed: usize, failed: usize, not_made: usize) -> String {
        match self {
            Self::Chinese => format!("{passed} 项通过，{failed} 项不通过，{not_made} 项未能检查"),
            Self::English => format!("{passed} passed, {failed} did not pass, {not_made} could not be made"),
        }
    }

    /// A status from the ledger.
    pub(crate) fn age_of_ledger(self, height: &str, time: &str) -> String {
        match self {
            Self::Chinese => format!("状态取自账本第 {height} 块，{time}。"),
            Self::English => format!("Status from block {height} of the ledger, {time}."),
        }
    }

    /// A status from a proof.
    pub(crate) fn age_of_proof(self, height: &str, time: &str) -> String {
        match self {
            Self::Chinese => format!("状态取自所附证明：第 {height} 块，{time}。此后的变化不在其中。"),
            Self::English => {
                format!("Status from the proof: block {height}, {time}. What happened since is not in it.")
            }
        }
    }

    /// How many types are shown.
    pub(crate) fn types_shown(self, shown: usize, all: usize) -> String {
        match self {
            Self::Chinese => format!("共 {all} 类，显示 {shown} 类"),
            Self::English => format!("{shown} of {all} types"),
        }
    }

    /// Two versions.
    pub(crate) fn versions_compared(self, from: u32, to: u32) -> String {
        match self {
            Self::Chinese => format!("第 {from} 版 → 第 {to} 版"),
            Self::English => format!("version {from} → version {to}"),
        }
    }
}
