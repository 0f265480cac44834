//! The pages over a ledger in memory.

use crate as api;

mod fake;
mod world;

use super::router;
use crate::page::language::Language;
use axum::body::Body;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, LOCATION, SET_COOKIE,
};
use axum::http::{Request, StatusCode};
use fake::Fake;
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

async fn get(fake: &Arc<Fake>, address: &str) -> Seen {
    let request = Request::builder().uri(address).header(ACCEPT, "text/html").body(Body::empty()).unwrap();
    let answer = router(Arc::<Fake>::clone(fake)).oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Seen { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

fn fake() -> Arc<Fake> {
    Arc::new(Fake::new())
}

/// An address of every kind of page.
const PAGES: [&str; 14] = [
    "/",
    "/live",
    "/blocks",
    "/blocks?from=5",
    "/blocks/0",
    "/blocks/3",
    "/blocks/9",
    "/entries",
    "/entries/0",
    "/entries/20",
    "/nodes",
    "/directory",
    "/governance",
    "/about",
];

#[tokio::test]
async fn every_page_is_there_in_both_languages() {
    let fake = fake();
    for address in PAGES {
        let joint = if address.contains('?') { '&' } else { '?' };
        for language in Language::ALL {
            let seen = get(&fake, &format!("{address}{joint}lang={}", language.word())).await;
            assert_eq!(seen.status, StatusCode::OK, "{address}");
            assert_eq!(seen.headers[CONTENT_TYPE], "text/html; charset=utf-8");
            let policy = seen.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            for forbidden in ["<style", " style=\"", " onclick=", "<script>", "javascript:", "http-equiv"] {
                assert!(!seen.text.contains(forbidden), "{address} has {forbidden}");
            }
            if address != "/live" {
                assert!(seen.text.contains(&format!("<html lang=\"{}\">", language.tag())), "{address}");
                assert!(seen.headers[SET_COOKIE].to_str().unwrap().starts_with("zhengku-lang="));
            }
        }
    }
}

#[tokio::test]
async fn an_english_page_has_chinese_only_where_the_ledger_has() {
    let fake = fake();
    for address in [
        "/",
        "/blocks",
        "/blocks/9",
        "/entries",
        "/directory",
        "/governance",
        "/about",
        "/search?q=nothing",
        "/entries/x",
    ] {
        let joint = if address.contains('?') { '&' } else { '?' };
        let seen = get(&fake, &format!("{address}{joint}lang=en")).await;
        let text = seen.text.replace("中文", "");
        let rest: String = text.chars().filter(|one| matches!(one, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..)).collect();
        assert_eq!(rest, "", "{address}");
    }
}

#[tokio::test]
async fn a_block_tells_outcomes_and_votes() {
    let fake = fake();
    // Block 9 minted a licence that exists; block 10 suspended one that was withdrawn.
    let seen = get(&fake, "/blocks/9").await;
    assert!(seen.text.contains("207 证照已存在"), "{}", seen.text);
    let seen = get(&fake, "/blocks/9?lang=en").await;
    assert!(seen.text.contains("207 the licence exists already (item 0)"));
    assert!(seen.text.contains("pudong-1") && seen.text.contains("signed"));
    assert!(get(&fake, "/blocks/7").await.text.contains("被取代的条目"));
    assert!(get(&fake, "/blocks/12").await.text.contains("重复"));
    assert!(get(&fake, "/blocks/0").await.text.contains("创世块"));
}

#[tokio::test]
async fn an_entry_shows_its_history_and_both_ladders() {
    let fake = fake();
    let newest = get(&fake, &format!("/keys/{}", world::key(4))).await;
    assert_eq!(newest.status, StatusCode::SEE_OTHER);
    let address = newest.headers[LOCATION].to_str().unwrap().to_owned();
    let seen = get(&fake, &address).await;
    assert!(seen.text.contains("历史") && seen.text.contains("暂扣"), "three states of one key");
    assert!(seen.text.contains("data-tree=\"log\"") && seen.text.contains("data-tree=\"current\""));
    assert!(!seen.text.contains("class=\"node bad\""), "all paths lead to their roots");
    // Entry 17 is the first state of licence 4: 5 organisations, 4 nodes, the parameters and 3 types stand before licence 0.
    let first = get(&fake, "/entries/17").await;
    assert!(first.text.contains("已被取代") && first.text.contains(&address), "leads to its successor");
    let older = get(&fake, "/entries/17?height=3").await;
    assert_eq!(older.status, StatusCode::OK);
    assert!(older.text.contains("= <span id=\"bit\">1</span>"), "it was current at height 3");
    assert_eq!(get(&fake, "/entries/17?height=2").await.status, StatusCode::NOT_FOUND);
}

/// The page of the newest entry of a key.
async fn newest_of(fake: &Arc<Fake>, key: &str, language: &str) -> String {
    let found = get(fake, &format!("/keys/{key}")).await;
    let address = found.headers[LOCATION].to_str().unwrap().to_owned();
    get(fake, &format!("{address}?lang={language}")).await.text
}

/// The badges at the head of an entry's page.
fn badges(page: &str) -> &str {
    page.split("class=\"badges\"").nth(1).unwrap().split("</p>").next().unwrap()
}

#[tokio::test]
async fn a_licence_is_valid_on_its_days_only() {
    let fake = fake();
    let cases = [
        (world::OVER, "bad\">已过期<", "bad\">expired<"),
        (world::NOT_YET, "warn\">未生效<", "warn\">not yet valid<"),
        // The last day ends at midnight in Beijing; the newest block is of noon.
        (world::ENDS_TODAY, "good\">有效<", "good\">valid<"),
        (world::OVER - 1_995, "good\">有效<", "good\">valid<"),
    ];
    for (number, zh, en) in cases {
        for (language, badge) in [("zh", zh), ("en", en)] {
            let page = newest_of(&fake, &world::key(number).to_string(), language).await;
            assert!(badges(&page).contains(badge), "{number}: {}", badges(&page));
            let is_good = badge.starts_with("good");
            assert_eq!(badges(&page).contains("good"), is_good, "{number}: {}", badges(&page));
            assert!(page.contains(if language == "zh" { "登记状态" } else { "Registered status" }));
        }
    }
    let page = newest_of(&fake, &world::key(world::OVER).to_string(), "zh").await;
    assert!(page.contains("状态截至第") && !badges(&page).contains("有效"));
    let list = get(&fake, "/entries").await.text;
    assert!(list.contains("bad\">已过期<") && list.contains("warn\">未生效<"), "the list says so too");
}

#[tokio::test]
async fn a_proposal_says_at_once_what_became_of_it_who_proposed_it_and_when_it_takes_effect() {
    use zhengku_ledger::ids::EntryKey;
    let fake = fake();
    let facts = |page: &str| {
        let facts = page.split("class=\"facts\"").nth(1).unwrap();
        facts.split("</dl>").next().unwrap().to_owned()
    };
    let approved = facts(&newest_of(&fake, &EntryKey::of_proposal(0).to_string(), "en").await);
    for part in
        ["Status", "approved, takes effect in block", "Proposed by", "City Data Centre", "Takes effect at", "Block "]
    {
        assert!(approved.contains(part), "{part}: {approved}");
    }
    let open = facts(&newest_of(&fake, &EntryKey::of_proposal(1).to_string(), "zh").await);
    for part in ["待赞成", "提议机构", "黄浦区民政局", "生效块高", "失效块高"] {
        assert!(open.contains(part), "{part}: {open}");
    }
}

#[tokio::test]
async fn a_time_on_a_page_has_its_zone() {
    let fake = fake();
    for address in ["/blocks/3", "/blocks/0", "/entries/20"] {
        assert!(get(&fake, address).await.text.contains("（北京时间）"), "{address}");
        assert!(get(&fake, &format!("{address}?lang=en")).await.text.contains("Beijing time (UTC+8)"), "{address}");
    }
}

#[tokio::test]
async fn the_search_leads_or_lists_or_says_that_there_is_nothing() {
    let fake = fake();
    let at = |seen: &Seen| seen.headers.get(LOCATION).map(|one| one.to_str().unwrap().to_owned());
    let both = get(&fake, "/search?q=7").await;
    assert!(both.text.contains("/blocks/7") && both.text.contains("/entries/7"));
    assert_eq!(at(&get(&fake, "/search?q=1%2C204").await).as_deref(), Some("/entries/1204"));
    let key = get(&fake, &format!("/search?q=0x{}", world::key(0).to_string().to_uppercase())).await;
    assert_eq!(at(&key).as_deref(), Some("/entries/13"));
    let tip = api::port::Ledger::tip(&*fake);
    let block = get(&fake, &format!("/search?q={}", tip.id)).await;
    assert_eq!(at(&block), Some(format!("/blocks/{}", tip.header.height)));
    for nothing in ["999999999", "zz", "%F0%9F", "18446744073709551616", "<script>alert(1)</script>"] {
        let seen = get(&fake, &format!("/search?q={}", super::language::escaped(nothing))).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{nothing}");
        assert!(!seen.text.contains("<script>alert"), "escaped");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_kindly_and_failures_tell_nothing() {
    let fake = fake();
    for address in
        ["/blocks/99999", "/blocks/-1", "/blocks/x", "/entries/99999", "/entries/1e3", "/keys/00", "/keys/zz"]
    {
        for (language, word) in [("zh", "回到首页"), ("en", "To the first page")] {
            let seen = get(&fake, &format!("{address}?lang={language}")).await;
            assert_eq!(seen.status, StatusCode::NOT_FOUND, "{address}");
            assert!(seen.text.contains(word), "{address}");
        }
    }
    let mut broken = Fake::new();
    broken.is_broken = true;
    let broken = Arc::new(broken);
    let seen = get(&broken, "/blocks/1").await;
    assert_eq!(seen.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(seen.text.contains("本节点暂时不能回答") && !seen.text.contains("secret"));
}

#[tokio::test]
async fn below_quorum_the_picture_says_how_many_are_missing() {
    let mut cut = Fake::new();
    (cut.cut, cut.offences) = (vec!["huangpu-1".to_owned(), "xuhui-1".to_owned()], 1);
    let cut = Arc::new(cut);
    let seen = get(&cut, "/").await;
    assert!(seen.text.contains("需 3 个节点, 现 2 个") && seen.text.contains("class=\"cross\""));
    assert!(seen.text.contains("违规证据"));
    let seen = get(&fake(), "/").await;
    assert!(
        !seen.text.contains("现 2 个") && !seen.text.contains("class=\"cross\"") && !seen.text.contains("违规证据")
    );
}

#[tokio::test]
async fn the_newest_block_is_shown_as_soon_as_it_is_there() {
    let fake = fake();
    let before = get(&fake, "/live").await.text;
    assert_eq!(before, get(&fake, "/live").await.text);
    fake.advance();
    let after = get(&fake, "/live").await.text;
    let newest = format!("/blocks/{}\"", api::port::Ledger::tip(&*fake).header.height);
    assert!(!before.contains(&newest) && after.contains(&newest));
}

#[tokio::test]
async fn assets_may_be_kept_for_ever_under_their_version() {
    let fake = fake();
    let page = get(&fake, "/").await.text;
    let start = page.find("/assets/").unwrap();
    let address: String = page[start..].chars().take_while(|one| *one != '"').collect();
    let seen = get(&fake, &address).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.headers[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(get(&fake, "/assets/old/style.css").await.headers[CACHE_CONTROL], "no-cache");
    assert_eq!(get(&fake, "/assets/old/secret.txt").await.status, StatusCode::NOT_FOUND);
}

#[test]
fn the_segments_of_an_entry_are_its_bytes() {
    use zhengku_ledger::state::StateView;
    let world = world::World::filled();
    let directory = &world.tip().directory;
    for (index, bytes) in world.entries.iter().enumerate() {
        let entry = zhengku_ledger::entry::Entry::decode(bytes).unwrap();
        let segments = super::entry::segments::of(Language::English, directory, &entry);
        let joined: String = segments.iter().map(|segment| segment.bytes.as_str()).collect();
        assert_eq!(joined, hex::encode(bytes), "entry {index}");
        assert!(segments.iter().all(|segment| segment.name != "body"), "every field of entry {index} has its line");
    }
}
