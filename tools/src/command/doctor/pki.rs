//! What runs out in a directory that seals licences: revocation lists, certificates, seals. Without a fresh list nothing is sealed and
//! every verifier answers UNVERIFIABLE; after the end of a certificate or a seal nothing more is sealed with it.

use super::Finding;
use crate::failure::Failure;
use zhengku_ledger::ids::TimestampMs;
use zhengku_node::layout::Layout;
use zhengku_node::pki::{LIST_DAYS, Pki, PkiError};
use zhengku_node::seals;

const DAY_S: i64 = 86_400;
/// Lists are made for [`LIST_DAYS`] days, and a new one reaches everybody by hand.
const LIST_WARNING_DAYS: i64 = 7;
/// A certificate or seal takes an application and a maker.
pub(super) const CERTIFICATE_WARNING_DAYS: i64 = 30;

/// Judges the authorities, lists and seals of a directory; nothing for one that has no authorities.
pub(super) fn examine(layout: &Layout, now: TimestampMs) -> Vec<Finding> {
    let now_s = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
    match Pki::open(layout).map_err(Failure::from).and_then(|pki| judged(&pki, layout, now_s)) {
        Ok(findings) => findings,
        Err(Failure::Pki(PkiError::None { .. })) => Vec::new(),
        Err(failure) => vec![Finding::of_failure("证书机构", "the certificate authorities", &failure)],
    }
}

fn judged(pki: &Pki, layout: &Layout, now_s: i64) -> Result<Vec<Finding>, Failure> {
    let data = layout.root().display();
    let mut findings = Vec::new();
    let list = (
        format!(
            "zhengku ca crl --data {data}, 再 zhengku seal trust --data {data} 并分发信任文件 (每 {LIST_DAYS} 天之内)"
        ),
        format!(
            "zhengku ca crl --data {data}, then zhengku seal trust --data {data}, and hand the trust file out (within every {LIST_DAYS} days)"
        ),
    );
    let trust = pki.trust()?;
    for (list_of, (zh, en)) in
        trust.lists.iter().zip([("根证书机构", "the root"), ("电子印章证书机构", "the seal authority")])
    {
        let what = (format!("{zh}的吊销列表"), format!("the revocation list of {en}"));
        findings.push(left(&what, (list_of.next_update(), now_s), LIST_WARNING_DAYS, &list));
    }
    let authority = (
        "证书机构不能续期: 请在到期前另建 (在新目录 zhengku ca init), 分发其证书并重新制作印章".to_owned(),
        "an authority is not renewed: make another one before (zhengku ca init in a new directory), hand its certificate out and have the \
         seals made anew"
            .to_owned(),
    );
    for (certificate, (zh, en)) in [
        (pki.root(), ("根证书", "the root certificate")),
        (pki.authority(), ("电子印章证书机构的证书", "the certificate of the seal authority")),
    ] {
        let what = (zh.to_owned(), en.to_owned());
        findings.push(left(&what, (certificate.not_after(), now_s), CERTIFICATE_WARNING_DAYS, &authority));
    }
    for (number, ends) in seals::ends(layout)? {
        let what = (format!("印章 {number} 及签章者证书"), format!("seal {number} with its signer's certificate"));
        let renew = format!("zhengku seal renew {number} --data {data}");
        let remedy = (format!("{renew} (已注销的印章不必)"), format!("{renew} (not for a seal that was cancelled)"));
        findings.push(left(&what, (ends, now_s), CERTIFICATE_WARNING_DAYS, &remedy));
    }
    Ok(findings)
}

/// How long something lasts: wrong when it is past, a warning when fewer than `warning` days are left.
pub(super) fn left(
    what: &(String, String),
    (ends_s, now_s): (i64, i64),
    warning: i64,
    remedy: &(String, String),
) -> Finding {
    let (zh, en) = what;
    let remedy = (remedy.0.as_str(), remedy.1.as_str());
    let seconds = ends_s.saturating_sub(now_s);
    if seconds < 0 {
        return Finding::wrong((format!("{zh}已过期"), format!("{en} is past its last day")), remedy);
    }
    let days = seconds.div_euclid(DAY_S);
    let found = (format!("{zh}剩余 {days} 天"), format!("{en} has {days} days left"));
    if seconds < warning.saturating_mul(DAY_S) {
        Finding::warning(found, remedy)
    } else {
        Finding::fine(found.0, found.1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;
    use zhengku_library::random::Randomness;
    use zhengku_node::keys::KeyStore;

    const MADE_S: i64 = 1_790_000_000;

    fn at(seconds: i64) -> TimestampMs {
        TimestampMs(u64::try_from(seconds).unwrap() * 1000)
    }

    #[test]
    fn lists_and_authorities_that_run_out_are_told_in_time() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path());
        assert!(examine(&layout, at(MADE_S)).is_empty(), "no authorities, nothing to say");
        let keys = KeyStore::new(&layout.keys());
        keys.create().unwrap();
        let pki = Pki::create(&layout, &keys, "样例", 1, MADE_S, &mut Randomness::new()).unwrap();
        let marks = |days: i64, more_s: i64| {
            let found = examine(&layout, at(MADE_S + days * DAY_S + more_s));
            found.iter().map(|one| one.mark).collect::<Vec<_>>()
        };
        use Mark::{Fine, Warning, Wrong};
        assert_eq!(marks(0, 0), [Fine, Fine, Fine, Fine]);
        assert_eq!(marks(23, 0), [Fine, Fine, Fine, Fine]);
        assert_eq!(marks(23, 1), [Warning, Warning, Fine, Fine], "less than seven days");
        assert_eq!(marks(30, 0), [Warning, Warning, Fine, Fine], "the last second");
        assert_eq!(marks(30, 1), [Wrong, Wrong, Fine, Fine]);
        let told = examine(&layout, at(MADE_S + 31 * DAY_S)).swap_remove(0);
        assert!(
            told.remedy_en.starts_with("zhengku ca crl --data ") && told.remedy_en.contains("seal trust"),
            "{told:?}"
        );
        assert!(told.zh.contains("吊销列表已过期"), "{told:?}");

        // New lists, and then the authorities themselves.
        pki.write_lists(&keys, LIST_DAYS, MADE_S + 337 * DAY_S).unwrap();
        assert_eq!(marks(336, 0), [Fine, Fine, Fine, Fine]);
        assert_eq!(marks(337, 0), [Fine, Fine, Warning, Warning]);
        assert_eq!(marks(367, 0), [Warning, Warning, Wrong, Wrong]);

        std::fs::write(layout.pki().join("lists/root.crl"), "no list").unwrap();
        assert_eq!(marks(0, 0), [Wrong]);
    }

    #[test]
    fn seals_are_counted_by_days() {
        let what = ("印章 3".to_owned(), "seal 3".to_owned());
        let remedy = ("zh".to_owned(), "zhengku seal renew 3".to_owned());
        let judge = |ends: i64| left(&what, (ends, 0), CERTIFICATE_WARNING_DAYS, &remedy);
        assert_eq!(judge(30 * DAY_S).mark, Mark::Fine);
        let soon = judge(30 * DAY_S - 1);
        assert_eq!((soon.mark, soon.en.as_str()), (Mark::Warning, "seal 3 has 29 days left"));
        assert_eq!(soon.remedy_en, "zhengku seal renew 3");
        assert_eq!(judge(0).mark, Mark::Warning);
        assert_eq!(judge(-1).mark, Mark::Wrong);
    }
}
