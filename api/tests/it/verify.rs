//! `POST /v1/verify`: the verification of the page, for programs.

use crate::client::{Answer, Client};
use serde_json::Value;

const FORGED: &[u8] = b"PK verdict=TAMPERED";

async fn ask(client: &Client, media: &str, body: impl Into<Vec<u8>>) -> Answer {
    client.ask("POST", "/v1/verify", &[("content-type", media)], body.into()).await
}

/// A multipart body of these parts; a part with a file name is a file.
fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

#[tokio::test]
async fn a_file_gets_the_report_of_the_page() {
    let client = Client::new();
    for media in ["application/octet-stream", "application/ofd", "Application/PDF; x=y"] {
        let answer = ask(&client, media, FORGED).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{}", answer.text());
        let report: Value = answer.json();
        assert_eq!((&report["verdict"], &report["verdict_zh"]), (&"TAMPERED".into(), &"内容被改动".into()));
        assert_eq!(report["source"], "ledger");
        assert!(report["checks"].as_array().unwrap().iter().any(|check| check["state"] == "failed"));
        assert!(report["seal"]["id"].is_string() && report["face"][0]["label_zh"].is_string());
        assert!(!answer.text().contains("data:image"), "pictures are for people");
    }
    let unknown: Value = ask(&client, "application/ofd", "no licence").await.json();
    assert_eq!((&unknown["verdict"], &unknown["source"]), (&"UNVERIFIABLE".into(), &"nothing".into()));
}

#[tokio::test]
async fn a_proof_comes_beside_the_file() {
    let client = Client::new();
    let both = form(&[("file", Some("a.ofd"), b"PK verdict=VALID"), ("proof", Some("a.proof"), b"proof")]);
    let report: Value = ask(&client, "multipart/form-data; boundary=edge", both).await.json();
    assert_eq!((&report["verdict"], &report["source"]), (&"VALID".into(), &"proof".into()));
    let alone = form(&[("file", Some("a.ofd"), FORGED)]);
    let report: Value = ask(&client, "multipart/form-data; boundary=edge", alone).await.json();
    assert_eq!(report["verdict"], "TAMPERED");
}

#[tokio::test]
async fn what_is_no_file_of_these_kinds_is_refused() {
    let client = Client::new();
    for media in ["text/plain", "application/json", "application/x-www-form-urlencoded", "application/pdfx", ""] {
        assert_eq!(ask(&client, media, FORGED).await.code(), "unsupported-media-type", "{media}");
    }
    let edge = "multipart/form-data; boundary=edge";
    let file: (&str, Option<&str>, &[u8]) = ("file", Some("a.ofd"), FORGED);
    for (media, body) in [
        ("application/ofd", Vec::new()),
        ("multipart/form-data", form(&[file])),
        (edge, b"no form".to_vec()),
        (edge, form(&[])),
        (edge, form(&[("proof", Some("a.proof"), b"x")])),
        (edge, form(&[file, file])),
        (edge, form(&[file, ("other", Some("b"), b"x")])),
        (edge, form(&[file, ("proof", None, b"x")])),
        (edge, form(&[("file", Some("a.ofd"), b"")])),
        (edge, form(&[file])[..60].to_vec()),
    ] {
        let answer = ask(&client, media, body.clone()).await;
        assert_eq!(answer.code(), "invalid-body", "{media} {}", String::from_utf8_lossy(&body));
    }
    assert_eq!(ask(&client, "application/ofd", vec![0; 8 * 1024 * 1024 + 1]).await.code(), "too-large");
    assert_eq!(client.get("/v1/verify").await.code(), "method-not-allowed");
    let strange = client.ask("POST", "/v1/verify?proof=x", &[("content-type", "application/ofd")], FORGED.to_vec());
    assert_eq!(strange.await.code(), "invalid-query");
}

#[tokio::test]
async fn a_node_without_a_verifier_says_so() {
    let answer = ask(&Client::without_public(), "application/ofd", FORGED).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "verification-unavailable"));
}
