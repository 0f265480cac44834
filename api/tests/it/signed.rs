//! Signed requests as a whole.

use crate::client::Client;
use crate::fake::{ISSUER, OTHER_ISSUER};
use axum::body::Body;
use axum::http::HeaderValue;

const FIND: &str = "/v1/entries/find";

fn body() -> String {
    format!("{{\"keys\":[\"{}\"]}}", "0".repeat(64))
}

#[tokio::test]
async fn a_signed_request_works_once() {
    let client = Client::new();
    let request = || client.signed_with(ISSUER, "POST", FIND, body().as_bytes(), "the-same-nonce-0");
    assert_eq!(client.send(request()).await.status.as_u16(), 200);
    let again = client.send(request()).await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (401, "signature-refused"));
    assert_eq!(again.header("www-authenticate"), "Signature realm=\"zhengku\"");
    let other = client.signed_with(OTHER_ISSUER, "POST", FIND, body().as_bytes(), "the-same-nonce-0");
    assert_eq!(client.send(other).await.status.as_u16(), 200, "nonces are each organisation's own");
}

#[tokio::test]
async fn the_body_that_arrives_is_the_body_that_was_signed() {
    let client = Client::new();
    let mut request = client.signed(ISSUER, "POST", FIND, body().as_bytes());
    *request.body_mut() = Body::from(body().replacen('0', "1", 1));
    assert_eq!(client.send(request).await.code(), "signature-refused");
}

#[tokio::test]
async fn a_signature_without_its_input_is_refused_not_ignored() {
    let client = Client::new();
    for header in ["signature", "signature-input", "content-digest"] {
        let mut request = client.signed(ISSUER, "POST", FIND, body().as_bytes());
        request.headers_mut().remove(header);
        assert_eq!(client.send(request).await.code(), "signature-refused", "{header}");
    }
    let mut public = client.signed(ISSUER, "GET", "/v1/status", b"");
    public.headers_mut().insert("signature", HeaderValue::from_static("zk=:AAAA:"));
    assert_eq!(client.send(public).await.code(), "signature-refused", "on public routes too");
}

#[tokio::test]
async fn a_key_of_another_organisation_is_no_key() {
    let client = Client::new();
    let mut request = client.signed(ISSUER, "POST", FIND, body().as_bytes());
    let input = request.headers()["signature-input"].to_str().unwrap().replace("keyid=\"2:", "keyid=\"3:");
    request.headers_mut().insert("signature-input", HeaderValue::from_str(&input).unwrap());
    assert_eq!(client.send(request).await.code(), "unknown-signer");
}
