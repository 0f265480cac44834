//! What caches and browsers are told.

use crate::client::Client;

const FIXED: &str = "public, max-age=31536000, immutable";

#[tokio::test]
async fn what_never_changes_says_so() {
    let client = Client::new();
    for target in [
        "/v1/blocks/3",
        "/v1/blocks/3/header",
        "/v1/blocks/3/certificate",
        "/v1/blocks/3/transactions",
        "/v1/entries/14",
        "/v1/entries/14/proof?height=20",
        "/v1/bitmap?height=20",
        "/v1/bitmap/changes?from=1&to=20",
        "/v1/consistency?from=1&to=20",
        "/tile/0/000",
        "/tile/0/000.p/8",
        "/tile/entries/000",
        "/v1/organisations/0/transactions/87780fa5de684e87cb92b279f0bc07b14f572851e73b8943a097c1770a5f38e6/receipt.txt",
    ] {
        let answer = client.get(target).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, FIXED), "{target}");
        let tag = answer.header("etag").to_owned();
        for condition in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let unchanged = client.ask("GET", target, &[("if-none-match", &condition)], vec![]).await;
            assert_eq!((unchanged.status.as_u16(), unchanged.body.len()), (304, 0), "{target}");
            assert_eq!(unchanged.header("etag"), tag);
        }
        let changed = client.ask("GET", target, &[("if-none-match", "\"other\"")], vec![]).await;
        assert_eq!(changed.status.as_u16(), 200);
        client.ledger.mine_sample();
        assert_eq!(client.get(target).await.body, answer.body, "{target} changed with a block");
    }
}

#[tokio::test]
async fn what_changes_is_asked_again() {
    let client = Client::new();
    for target in [
        "/v1/organisations",
        "/v1/blocks",
        "/v1/entries/14/proof",
        "/checkpoint",
        "/v1/bitmap",
        "/v1/validators/history.txt",
    ] {
        assert_eq!(client.get(target).await.header("cache-control"), "no-cache", "{target}");
    }
    for target in ["/v1/status", "/v1/network", "/v1/nothing", "/v1/blocks/99"] {
        assert_eq!(client.get(target).await.header("cache-control"), "no-store", "{target}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let client = Client::new();
    for target in ["/v1/status", "/nowhere", "/docs/", "/v1/blocks/x"] {
        let answer = client.get(target).await;
        assert!(answer.header("content-security-policy").starts_with("default-src 'self'"), "{target}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn a_callers_trace_goes_on() {
    let client = Client::new();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let header = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = client.ask("GET", "/nowhere", &[("traceparent", &header)], vec![]).await;
    assert_eq!(answer.problem().trace_id, trace);
    let forged = client.ask("GET", "/nowhere", &[("traceparent", "00-<script>-0-0")], vec![]).await;
    assert_ne!(forged.problem().trace_id, "<script>");
}
