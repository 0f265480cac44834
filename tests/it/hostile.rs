//! Bad input and a bad environment: one clear error in the user's language, exit code 2, no panic, and an intact ledger.

mod disk;
mod files;
mod node;

use zhengku_tests::run::Ran;
use zhengku_tests::site::Site;

/// Runs a command in both languages; both must end with code 2 and one error that has its text.
#[track_caller]
fn refused(site: &Site, arguments: &[&str], zh: &str, en: &str) {
    for (language, label, text) in [("zh", "错误:", zh), ("en", "error:", en)] {
        let mut all = arguments.to_vec();
        all.extend(["--lang", language]);
        assert_refusal(&site.on_node(&all), label, text);
    }
}

#[track_caller]
fn assert_refusal(ran: &Ran, label: &str, text: &str) {
    let ran = ran.clone().exits(2);
    assert!(ran.out.is_empty(), "{ran:#?}");
    assert!(ran.err.contains(text), "expected \"{text}\": {ran:#?}");
    assert_eq!(ran.err.matches(label).count(), 1, "one error: {ran:#?}");
    assert!(ran.err.len() < 2_000, "clear means short: {ran:#?}");
    if label == "error:" {
        let is_chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
        let own_words = ran
            .err
            .replace("食品经营许可证", "")
            .replace("居住证", "")
            .replace("结婚证", "")
            .replace("出生医学证明", "");
        let listed = own_words.split("missing:").next().unwrap();
        assert!(
            !listed.contains("错误") && listed.chars().filter(|letter| is_chinese(*letter)).count() < 8,
            "{ran:#?}"
        );
    }
}

/// A site with some entries, and its log size.
fn small_site(seed: u64) -> (Site, u64) {
    let site = Site::imported(seed, 20, true);
    let size = site.fsck()["entries"].as_u64().unwrap();
    (site, size)
}

#[track_caller]
fn assert_intact(site: &Site, size: u64) {
    assert_eq!(site.fsck()["entries"], size);
}
