//! One line of the report.

use zhengku_ledger::displayed::displayed;
use zhengku_ledger::verdict::{Check, CheckName, CheckState, Verdict};

pub(super) fn passed(name: CheckName, zh: impl Into<String>, en: impl Into<String>) -> Check {
    line(name, CheckState::Passed, Verdict::Valid, zh.into(), en.into())
}

/// A check that does not hold; with [`Verdict::Unverifiable`] or [`Verdict::NotAnchored`] one that could not be made.
pub(super) fn failed(name: CheckName, verdict: Verdict, zh: impl Into<String>, en: impl Into<String>) -> Check {
    let open = matches!(verdict, Verdict::Unverifiable | Verdict::NotAnchored);
    let state = if open { CheckState::NotChecked } else { CheckState::Failed };
    line(name, state, verdict, zh.into(), en.into())
}

/// A check that could not be made, because of something that has its own line.
pub(super) fn skipped(name: CheckName) -> Check {
    failed(name, Verdict::Unverifiable, "未核对: 前面的内容无法读取", "not checked: what it needs could not be read")
}

/// Nothing of the ledger can be judged without its validators.
pub(super) fn no_ledger() -> Check {
    let en = "no ledger is trusted; give a trust file with its validators";
    failed(CheckName::Ledger, Verdict::Unverifiable, "信任文件中没有账本, 无法核对", en)
}

/// Reasons repeat what the file says, of whoever made it: they stay on their line.
fn line(name: CheckName, state: CheckState, verdict: Verdict, reason_zh: String, reason_en: String) -> Check {
    let shown = |reason: String| displayed(&reason).into_owned();
    Check { name, state, verdict, reason_zh: shown(reason_zh), reason_en: shown(reason_en) }
}
