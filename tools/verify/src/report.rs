//! How a verification is shown: as JSON and as text.

use crate::language::Language;
use serde::Serialize;
use std::fmt::Write;
use zhengku_document::verify::is_proof_alone_damaged;
use zhengku_ledger::displayed::displayed;
use zhengku_ledger::verdict::{Check, CheckState, Verdict};
use zhengku_ledger::verify::Verification;

/// A verification, for output.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The verdict's code.
    pub verdict: &'static str,
    /// Its Chinese name.
    pub verdict_zh: &'static str,
    /// What the verdict alone does not say, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_zh: Option<&'static str>,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_en: Option<&'static str>,
    /// The height the proof speaks of.
    pub height: Option<u64>,
    /// The time of that height, RFC 3339 in UTC.
    pub time: Option<String>,
    /// How old that is, in seconds.
    pub age_s: Option<u64>,
    /// Every check.
    pub checks: Vec<CheckLine>,
}

/// A check, for output.
#[derive(Debug, Serialize)]
pub struct CheckLine {
    /// What was checked.
    pub check: &'static str,
    /// `passed`, `failed` or `not_checked`.
    pub state: &'static str,
    /// The reason in Chinese.
    pub reason_zh: String,
    /// The reason in English.
    pub reason_en: String,
}

impl Report {
    /// The report of a verification.
    #[must_use]
    pub fn new(verification: &Verification) -> Self {
        let line = |check: &Check| CheckLine {
            check: check.name.code(),
            state: check.state.code(),
            reason_zh: check.reason_zh.clone(),
            reason_en: check.reason_en.clone(),
        };
        let (note_zh, note_en) = note(verification).unzip();
        Self {
            note_zh,
            note_en,
            verdict: verification.verdict.code(),
            verdict_zh: verification.verdict.name_zh(),
            height: verification.as_of.map(|(height, _)| height.0),
            time: verification.as_of.map(|(_, time)| time.to_utc_text()),
            age_s: verification.age_ms.map(|age| age / 1000),
            checks: verification.checks.iter().map(line).collect(),
        }
    }
}

/// What to do where the verdict alone would be misread.
fn note(verification: &Verification) -> Option<(&'static str, &'static str)> {
    is_proof_alone_damaged(verification).then_some((
        "受损的是随附的证明文件, 证照文件本身未发现改动; 请向发证机关或任一节点另取证明, 再核验",
        "the proof beside the file is damaged; nothing was found altered in the licence file itself: get a new proof from the issuer or any node, \
         and verify again",
    ))
}

/// The exit code: 0 for VALID, 1 for any other verdict.
#[must_use]
pub fn exit_code(verdict: Verdict) -> u8 {
    u8::from(verdict != Verdict::Valid)
}

/// The report as text, one line per check.
#[must_use]
pub fn to_text(verification: &Verification, language: Language) -> String {
    let verdict = verification.verdict;
    let mut text = String::new();
    let label = language.pick("结论", "Verdict");
    let _ = writeln!(text, "{label}  {} {}", verdict.name_zh(), verdict.code());
    if let Some((zh, en)) = note(verification) {
        let _ = writeln!(text, "{}  {}", language.pick("说明", "Note"), language.pick(zh, en));
    }
    if let (Some((height, time)), Some(age_ms)) = (verification.as_of, verification.age_ms) {
        let age = age_text(age_ms / 1000, language);
        let _ = match language {
            Language::Zh => writeln!(text, "截至  区块 {height}, {} ({age})", time.to_utc_text()),
            Language::En => writeln!(text, "As of  block {height}, {} ({age})", time.to_utc_text()),
        };
    }
    for check in &verification.checks {
        let mark = match check.state {
            CheckState::Passed => '✓',
            CheckState::Failed => '✗',
            CheckState::NotChecked => '–',
        };
        let (name, reason) = match language {
            Language::Zh => (check.name.name_zh(), &check.reason_zh),
            Language::En => (check.name.code(), &check.reason_en),
        };
        let _ = writeln!(text, " {mark} {name}: {}", displayed(reason));
    }
    text
}

/// How long ago, in the largest unit that fits.
fn age_text(seconds: u64, language: Language) -> String {
    let (count, zh, en) = match seconds {
        0..120 => (seconds, "秒前", "s ago"),
        120..7_200 => (seconds / 60, "分钟前", "min ago"),
        7_200..172_800 => (seconds / 3_600, "小时前", "h ago"),
        _ => (seconds / 86_400, "天前", "days ago"),
    };
    format!("{count} {}", language.pick(zh, en))
}
