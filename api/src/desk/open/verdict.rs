//! How each verdict is shown: its word, its colour, its picture, what it means, and what to do next.

use crate::page::language::Language;
use zhengku_ledger::verdict::Verdict;

/// How a verdict is shown.
pub(crate) struct VerdictWords {
    /// `good`, `warn`, `bad` or `none`.
    pub(crate) tone: &'static str,
    /// The path of its picture in a square of 48.
    pub(crate) icon: &'static str,
    /// One word.
    pub(crate) word: &'static str,
    /// What it means, in a sentence.
    pub(crate) meaning: &'static str,
    /// What to do next.
    pub(crate) next: Next,
}

/// Two or three things to do.
pub(crate) type Next = Vec<&'static str>;

const TICK: &str = "M13 25l8 8 15-18";
const CROSS: &str = "M15 15l18 18M33 15L15 33";
const CLOCK: &str = "M24 13v11l8 5";
const PAUSE: &str = "M19 15v18M29 15v18";
const BAR: &str = "M13 24h22";
const ROUND: &str = "M33 18a11 11 0 1 0 2 8M34 11v8h-8";
const STRIKE: &str = "M14 34L34 14";
const DOTS: &str = "M15 24h.1M24 24h.1M33 24h.1";
const QUERY: &str = "M18 19a6 6 0 1 1 8 6c-2 1-2 2-2 4M24 34h.1";

/// A verdict in words.
pub(crate) fn of(t: Language, verdict: Verdict) -> VerdictWords {
    let (tone, icon, word) = look(t, verdict);
    let (meaning, next) = words(t, verdict);
    VerdictWords { tone, icon, word, meaning, next }
}

/// A proof that is damaged beside a licence file in which nothing was found altered: the verdict stays, the words say what to replace.
pub(crate) fn of_damaged_proof(t: Language) -> VerdictWords {
    let words = of(t, Verdict::Tampered);
    let meaning = t.say(
        "受损的是随附的证明文件，证照文件本身未发现改动。",
        "It is the proof beside the file that is damaged; nothing was found altered in the licence file itself.",
    );
    let renew = t.say(
        "请向发证机关或任一节点另取一份证明，再核验一次。",
        "Get a new proof from the issuing department or any node, and verify again.",
    );
    let not_yet = t.say("在此之前不要凭此文件办理业务。", "Do not act on this file before.");
    VerdictWords { meaning, next: vec![renew, not_yet], ..words }
}

fn look(t: Language, verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::Valid => ("good", TICK, t.say(verdict.name_zh(), "Valid")),
        Verdict::NotYetValid => ("warn", CLOCK, t.say(verdict.name_zh(), "Not yet valid")),
        Verdict::Expired => ("warn", CLOCK, t.say(verdict.name_zh(), "Expired")),
        Verdict::Suspended => ("bad", PAUSE, t.say(verdict.name_zh(), "Suspended")),
        Verdict::Superseded => ("warn", ROUND, t.say(verdict.name_zh(), "Superseded")),
        Verdict::Revoked => ("bad", STRIKE, t.say(verdict.name_zh(), "Revoked")),
        Verdict::NotAnchored => ("none", DOTS, t.say(verdict.name_zh(), "Not anchored yet")),
        Verdict::Unverifiable => ("none", BAR, t.say(verdict.name_zh(), "Cannot be verified")),
        Verdict::Untrusted => ("bad", QUERY, t.say(verdict.name_zh(), "Issuer not trusted")),
        Verdict::Tampered => ("bad", CROSS, t.say(verdict.name_zh(), "Altered")),
    }
}

fn words(t: Language, verdict: Verdict) -> (&'static str, Next) {
    let compare =
        t.say("把屏幕上的照面信息与手中的证照逐项对照。", "Compare what is shown here with the licence in your hand.");
    let ask_newer = t.say("请持证人出示新的证照文件。", "Ask the holder for the newer file.");
    let ask_issuer = t.say("如有疑问，请向发证机关查询。", "If in doubt, ask the issuing department.");
    let keep_digest = t.say(
        "记下本页的文件摘要，连同文件交给发证机关核查。",
        "Note the file's digest on this page and give it, with the file, to the issuing department.",
    );
    let do_not_accept = t.say("不要凭此文件办理业务。", "Do not act on this file.");
    let again = t.say(
        "稍后再核验一次，或附上随文件发放的证明文件。",
        "Verify again later, or add the proof that came with the file.",
    );
    match verdict {
        Verdict::Valid => (
            t.say("文件完整，印章有效，账本上的状态为有效。", "The file is whole, its seal is good, and the ledger says that it is valid."),
            vec![compare, t.say("需要留存时，请保存文件本身，不要只留截图。", "To keep it, keep the file itself and not a picture of the screen.")],
        ),
        Verdict::NotYetValid => (
            t.say("证照真实，但有效期还没有开始。", "The licence is genuine, but its period has not begun."),
            vec![t.say("请在有效期开始之后再使用。", "Use it once its period has begun."), ask_issuer],
        ),
        Verdict::Expired => (
            t.say("证照真实，但有效期已过。", "The licence is genuine, but its period is over."),
            vec![t.say("请持证人办理延续或换发。", "The holder should renew it."), ask_newer],
        ),
        Verdict::Suspended => (
            t.say("证照真实，但发证机关已将它暂扣。", "The licence is genuine, but the issuing department has suspended it."),
            vec![t.say("暂扣期间不得使用。", "It may not be used meanwhile."), ask_issuer],
        ),
        Verdict::Superseded => (
            t.say("证照真实，但已有更新的版本。", "The licence is genuine, but a newer one has taken its place."),
            vec![ask_newer, ask_issuer],
        ),
        Verdict::Revoked => (
            t.say("证照曾经有效，现已注销、撤销或吊销。", "The licence was valid once; it has been cancelled, rescinded or withdrawn."),
            vec![do_not_accept, ask_issuer],
        ),
        Verdict::NotAnchored => (
            t.say("账本上还没有这份证照。这不等于伪造：可能刚刚签发，或登记在别的账本。", "The ledger does not have this licence yet. That is no sign of a forgery: it may be new, or on another ledger."),
            vec![again, ask_issuer],
        ),
        Verdict::Unverifiable => (
            t.say("有些检查这里做不了，所以不下结论。这不等于文件有问题。", "Some checks cannot be made here, so there is no conclusion. That does not mean that anything is wrong with the file."),
            vec![again, t.say("看下面标有“–”的各行，了解缺了什么。", "Look at the lines marked “–” below to see what is missing.")],
        ),
        Verdict::Untrusted => (
            t.say("文件上的印章、证书或账本不在信任名单内。", "The seal, the certificate or the ledger of this file is not on the list of those that are trusted."),
            vec![do_not_accept, t.say("如果发证机关确属可信，请账本治理机构将它登记。", "If the issuer should be trusted, the ledger's governor can register it.")],
        ),
        Verdict::Tampered => (
            t.say("文件的内容与签发时不一致。", "What the file says is not what was issued."),
            vec![do_not_accept, keep_digest],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_is_green_and_what_was_not_checked_is_never_red() {
        for verdict in Verdict::ALL {
            for t in Language::ALL {
                let words = of(t, verdict);
                assert_eq!(words.tone == "good", verdict == Verdict::Valid);
                assert!(!words.next.is_empty() && !words.meaning.is_empty());
            }
        }
        for grey in [Verdict::NotAnchored, Verdict::Unverifiable] {
            assert_eq!(of(Language::Chinese, grey).tone, "none");
        }
    }
}
