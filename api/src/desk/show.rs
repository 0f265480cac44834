//! How things of the desk are called and coloured on pages.

use super::port::{BatchState, FileKind, LegalGround, LicenceState, Role, SealStatus, StatusChange, SuccessionKind};
use crate::page::language::Language;
use zhengku_ledger::ids::Date;

/// A word with its colour class.
pub(crate) struct Badge {
    /// `good`, `warn`, `bad` or `none`.
    pub(crate) tone: &'static str,
    /// The word.
    pub(crate) word: &'static str,
}

const fn badge(t: Language, tone: &'static str, zh: &'static str, en: &'static str) -> Badge {
    Badge { tone, word: t.say(zh, en) }
}

impl Language {
    /// Chooses between two texts.
    pub(crate) const fn say(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }

    /// The last day of validity.
    pub(crate) fn end_day(self, last: Option<Date>) -> String {
        last.map_or_else(|| self.no_end().to_owned(), |day| self.date(day))
    }
}

/// The state of a licence.
pub(crate) const fn licence_state(t: Language, state: LicenceState) -> Badge {
    match state {
        LicenceState::Valid => badge(t, "good", "有效", "valid"),
        LicenceState::NotYetValid => badge(t, "warn", "未生效", "not yet valid"),
        LicenceState::Expired => badge(t, "warn", "已过期", "expired"),
        LicenceState::Suspended => badge(t, "bad", "已暂扣", "suspended"),
        LicenceState::Superseded => badge(t, "warn", "已换发", "reissued under another number"),
        LicenceState::Cancelled => badge(t, "bad", "已注销", "cancelled"),
        LicenceState::Rescinded => badge(t, "bad", "已撤销", "rescinded"),
        LicenceState::Withdrawn => badge(t, "bad", "已吊销", "withdrawn"),
        LicenceState::TransferredOut => badge(t, "none", "已转出", "transferred out"),
        LicenceState::Unknown => badge(t, "warn", "账本上未查到", "not found on the ledger"),
    }
}

/// All states with their words in addresses.
pub(crate) const LICENCE_STATES: [(LicenceState, &str); 10] = [
    (LicenceState::Valid, "valid"),
    (LicenceState::NotYetValid, "not-yet-valid"),
    (LicenceState::Expired, "expired"),
    (LicenceState::Suspended, "suspended"),
    (LicenceState::Superseded, "superseded"),
    (LicenceState::Cancelled, "cancelled"),
    (LicenceState::Rescinded, "rescinded"),
    (LicenceState::Withdrawn, "withdrawn"),
    (LicenceState::TransferredOut, "transferred-out"),
    (LicenceState::Unknown, "unknown"),
];

/// All changes with their words in forms.
pub(crate) const CHANGES: [(StatusChange, &str); 8] = [
    (StatusChange::Suspend, "suspend"),
    (StatusChange::Resume, "resume"),
    (StatusChange::Cancel, "cancel"),
    (StatusChange::Rescind, "rescind"),
    (StatusChange::Withdraw, "withdraw"),
    (StatusChange::TransferOut, "transfer-out"),
    (StatusChange::Dispute, "dispute"),
    (StatusChange::Settle, "settle"),
];

/// What a change is called.
pub(crate) const fn change(t: Language, change: StatusChange) -> &'static str {
    match change {
        StatusChange::Suspend => t.say("暂扣", "Suspend"),
        StatusChange::Resume => t.say("发还", "Return (end the suspension)"),
        StatusChange::Cancel => t.say("注销", "Cancel"),
        StatusChange::Rescind => t.say("撤销", "Rescind"),
        StatusChange::Withdraw => t.say("吊销", "Withdraw as a penalty"),
        StatusChange::TransferOut => t.say("转出", "Transfer out"),
        StatusChange::Dispute => t.say("标记异议", "Mark as disputed"),
        StatusChange::Settle => t.say("解除异议", "Settle the dispute"),
    }
}

/// Whether a change ends a licence: it is asked about once more.
pub(crate) const fn is_final(change: StatusChange) -> bool {
    match change {
        StatusChange::Cancel | StatusChange::Rescind | StatusChange::Withdraw | StatusChange::TransferOut => true,
        StatusChange::Suspend | StatusChange::Resume | StatusChange::Dispute | StatusChange::Settle => false,
    }
}

/// All grounds with their words in forms.
pub(crate) const GROUNDS: [(LegalGround, &str); 4] = [
    (LegalGround::HolderRequest, "holder-request"),
    (LegalGround::Decision, "decision"),
    (LegalGround::Correction, "correction"),
    (LegalGround::Law, "law"),
];

/// What a ground is called.
pub(crate) const fn ground(t: Language, ground: LegalGround) -> &'static str {
    match ground {
        LegalGround::HolderRequest => t.say("持证人申请", "The holder asked for it"),
        LegalGround::Decision => t.say("行政决定", "A decision of the department"),
        LegalGround::Correction => t.say("更正错误", "Correction of an error"),
        LegalGround::Law => t.say("法律规定或司法文书", "The law or a court"),
    }
}

/// All ways to take the place of a licence, with their words in forms.
pub(crate) const SUCCESSIONS: [(SuccessionKind, &str); 3] =
    [(SuccessionKind::Amend, "amend"), (SuccessionKind::Renew, "renew"), (SuccessionKind::Reissue, "reissue")];

/// What it is called to take the place of a licence.
pub(crate) const fn succession(t: Language, kind: SuccessionKind) -> &'static str {
    match kind {
        SuccessionKind::Amend => t.say("变更", "Amend"),
        SuccessionKind::Renew => t.say("延续", "Renew"),
        SuccessionKind::Reissue => t.say("换发", "Reissue"),
    }
}

/// Where a seal is in its life.
pub(crate) const fn seal_status(t: Language, status: SealStatus) -> Badge {
    match status {
        SealStatus::Applied => badge(t, "none", "已申请", "applied for"),
        SealStatus::Made => badge(t, "warn", "已制作，未备案", "made, not filed"),
        SealStatus::Filed => badge(t, "good", "已备案", "filed"),
        SealStatus::Cancelled => badge(t, "bad", "已注销", "cancelled"),
    }
}

/// Where a batch is.
pub(crate) const fn batch_state(t: Language, state: BatchState) -> Badge {
    match state {
        BatchState::Checking => badge(t, "none", "正在试算", "dry run goes"),
        BatchState::Checked => badge(t, "warn", "待启动", "ready to start"),
        BatchState::Running => badge(t, "none", "进行中", "running"),
        BatchState::Stopped => badge(t, "warn", "已停止", "stopped"),
        BatchState::Done => badge(t, "good", "已完成", "done"),
        BatchState::Failed => badge(t, "bad", "中断", "broke off"),
    }
}

/// A kind of file: its word in addresses, its name, its media type.
pub(crate) const fn file_kind(t: Language, kind: FileKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        FileKind::Ofd => ("ofd", t.say("OFD 原件（已盖章）", "OFD original (sealed)"), "application/ofd"),
        FileKind::Pdf => ("pdf", t.say("PDF/A 副本", "PDF/A copy"), "application/pdf"),
        FileKind::Proof => ("proof", t.say("上链证明", "Proof of the ledger"), "text/plain; charset=utf-8"),
        FileKind::Png => ("png", t.say("图片（仅供查看）", "Picture (for screens only)"), "image/png"),
        FileKind::FormerProof => (
            "former-proof",
            t.say("上一版的新证明（原文件已变更）", "Fresh proof of the former version (superseded)"),
            "text/plain; charset=utf-8",
        ),
    }
}

/// All kinds of file.
pub(crate) const FILE_KINDS: [FileKind; 5] =
    [FileKind::Ofd, FileKind::Pdf, FileKind::Proof, FileKind::Png, FileKind::FormerProof];

/// The thing that a word names.
pub(crate) fn named<T: Copy>(all: &[(T, &str)], word: &str) -> Option<T> {
    all.iter().find(|(_, known)| *known == word).map(|(thing, _)| *thing)
}

/// Whether text is an id of the port's making: what else comes in an address is nowhere.
pub(crate) fn is_id(text: &str) -> bool {
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    !text.is_empty() && text.len() <= super::port::MAX_ID && is_word
}

impl Language {
    /// What a role is called.
    pub(crate) const fn operator_role(self, role: &Role) -> &'static str {
        match role {
            Role::Viewer => self.role_viewer(),
            Role::Clerk => self.role_clerk(),
            Role::Reviewer => self.role_reviewer(),
        }
    }
}
