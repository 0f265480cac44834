//! The profile against the example of RFC 9421, and against everything that must be refused.

use super::base::{Message, content_digest};
use super::{MAX_AGE_S, Outgoing, Unverified, parse, sign_request};
use crate::problem::Code;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zhengku_crypto::sign::{Algorithm, Ed25519Signer, PublicKey, Signature, Signer, Sm2Signer};
use zhengku_ledger::ids::OrganisationNumber;

const NOW_MS: u64 = 1_795_233_600_000;
const NONCE: &str = "0123456789abcdef";

/// RFC 9421 section B.2.6.
#[test]
fn the_standards_ed25519_example_verifies() {
    let components = ["date", "@method", "@path", "@authority", "content-type", "content-length"];
    let parameters = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
                      ;created=1618884473;keyid=\"test-key-ed25519\"";
    let header = |name: &str| {
        let value = match name {
            "date" => "Tue, 20 Apr 2021 02:07:55 GMT",
            "content-type" => "application/json",
            "content-length" => "18",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let message =
        Message { method: "POST", authority: "example.com", path: "/foo", query: Some("param=Value&Pet=dog") };
    let base = message.base(&components, header, parameters).unwrap();
    let spki = STANDARD.decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=").unwrap();
    let key = PublicKey::from_spki_der(&spki).unwrap();
    let signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    let signature: [u8; 64] = STANDARD.decode(signature).unwrap().try_into().unwrap();
    let signature = Signature::from_parts(Algorithm::Ed25519, signature).unwrap();
    key.danger_verify_without_domain(base.as_bytes(), &signature).unwrap();
}

/// RFC 9530's example of a SHA-256 digest.
#[test]
fn the_standards_digest_example_is_made() {
    let expected = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    assert_eq!(content_digest(b"{\"hello\": \"world\"}"), expected);
}

#[test]
fn a_signed_base_is_never_a_domain_message() {
    for domain in zhengku_crypto::domain::Domain::ALL {
        assert!(!domain.signing_bytes(b"").starts_with(b"\"@"), "{domain:?}");
        assert!(domain.name().starts_with("zhengku/"));
    }
}

struct Sent {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sent {
    fn new(key: &PublicKey, created_s: u64, sign: impl FnOnce(&[u8]) -> Signature) -> Self {
        let body = b"{\"keys\":[]}".to_vec();
        let outgoing = Outgoing {
            method: "POST",
            authority: "node.example:8100",
            path: "/v1/entries/find",
            query: Some("a=1"),
            body: &body,
        };
        let signed =
            sign_request(&outgoing, OrganisationNumber(2), key, created_s, NONCE, |base| Ok(sign(base))).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "Node.example:8100"),
            ("content-digest", &signed.content_digest),
            ("signature-input", &signed.signature_input),
            ("signature", &signed.signature),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        Self { method: Method::POST, uri: Uri::from_static("/v1/entries/find?a=1"), headers, body }
    }

    fn ed25519() -> (Self, PublicKey) {
        let signer = Ed25519Signer::from_secret(&[9; 32]).unwrap();
        let key = signer.public_key();
        (Self::new(&key, NOW_MS / 1000, |base| signer.danger_sign_without_domain(base).unwrap()), key)
    }

    fn verify(&self, key: &PublicKey, now_ms: u64) -> Result<(), Code> {
        let read = Unverified::read(&self.method, &self.uri, &self.headers, &self.body);
        read.and_then(|unverified| unverified.verify(key, now_ms)).map(|_| ()).map_err(|problem| problem.code)
    }

    fn replace(&mut self, name: &'static str, change: impl FnOnce(&str) -> String) {
        let changed = change(self.headers[name].to_str().unwrap());
        self.headers.insert(name, HeaderValue::from_str(&changed).unwrap());
    }
}

#[test]
fn both_algorithms_verify() {
    let (sent, key) = Sent::ed25519();
    assert_eq!(sent.verify(&key, NOW_MS), Ok(()));
    let signer = Sm2Signer::from_secret(&[9; 32]).unwrap();
    let key = signer.public_key();
    let sent = Sent::new(&key, NOW_MS / 1000, |base| signer.danger_sign_without_domain(base).unwrap());
    assert_eq!(sent.verify(&key, NOW_MS), Ok(()));
}

#[test]
fn age_is_limited_either_way() {
    let (sent, key) = Sent::ed25519();
    let limit = MAX_AGE_S * 1000;
    assert_eq!(sent.verify(&key, NOW_MS + limit), Ok(()));
    assert_eq!(sent.verify(&key, NOW_MS - limit), Ok(()));
    assert_eq!(sent.verify(&key, NOW_MS + limit + 1000), Err(Code::SignatureRefused));
    assert_eq!(sent.verify(&key, NOW_MS - limit - 1000), Err(Code::SignatureRefused));
}

#[test]
fn every_covered_part_is_covered() {
    /// One change to a request.
    type Change = fn(&mut Sent);
    let changes: [(&str, Change); 12] = [
        ("method", |sent| sent.method = Method::PUT),
        ("path", |sent| sent.uri = Uri::from_static("/v1/entries/fine?a=1")),
        ("query", |sent| sent.uri = Uri::from_static("/v1/entries/find?a=2")),
        ("no query", |sent| sent.uri = Uri::from_static("/v1/entries/find")),
        ("body", |sent| sent.body.push(b' ')),
        ("digest", |sent| sent.replace("content-digest", |_| content_digest(b"other"))),
        ("digest and body", |sent| {
            sent.body = b"other".to_vec();
            sent.replace("content-digest", |_| content_digest(b"other"));
        }),
        ("authority", |sent| sent.replace("host", |_| "other.example:8100".to_owned())),
        ("created", |sent| sent.replace("signature-input", |text| text.replace("created=1", "created=2"))),
        ("nonce", |sent| sent.replace("signature-input", |text| text.replace(NONCE, "fedcba9876543210"))),
        ("organisation", |sent| sent.replace("signature-input", |text| text.replace("\"2:", "\"3:"))),
        ("signature", |sent| {
            sent.replace("signature", |text| text.replacen("zk=:", "zk=:AAAA", 1).replacen("==:", ":", 1))
        }),
    ];
    for (what, change) in changes {
        let (mut sent, key) = Sent::ed25519();
        change(&mut sent);
        assert_eq!(sent.verify(&key, NOW_MS), Err(Code::SignatureRefused), "{what}");
    }
}

#[test]
fn a_signature_that_covers_less_is_refused() {
    for name in super::COMPONENTS {
        let (mut sent, key) = Sent::ed25519();
        sent.replace("signature-input", |text| {
            text.replace(&format!("\"{name}\" "), "").replace(&format!(" \"{name}\""), "")
        });
        assert_eq!(sent.verify(&key, NOW_MS), Err(Code::SignatureRefused), "{name}");
    }
}

#[test]
fn doubled_headers_are_refused() {
    for name in ["host", "content-digest", "signature-input", "signature"] {
        let (mut sent, key) = Sent::ed25519();
        let value = sent.headers[name].clone();
        sent.headers.append(name, value);
        assert_eq!(sent.verify(&key, NOW_MS), Err(Code::SignatureRefused), "{name}");
        sent.headers.remove(name);
        assert_eq!(sent.verify(&key, NOW_MS), Err(Code::SignatureRefused), "{name}");
    }
}

#[test]
fn malformed_inputs_are_refused() {
    let good = "zk=(\"@method\" \"@path\");created=1;nonce=\"n\";keyid=\"k\";alg=\"ed25519\"";
    assert!(parse::input(good).is_ok());
    for text in [
        "",
        "zk",
        "zk=",
        "=()",
        "ZK=(\"@method\");created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\")",
        "zk=(\"@method\");created=1;nonce=\"n\"",
        "zk=(\"@method\");created=x;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\");created=-1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\");created=1;created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\" \"@method\");created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@Method\");created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\"  \"@path\");created=1;nonce=\"n\";keyid=\"k\"",
        "zk=();created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(@method);created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\");created=1;nonce=n;keyid=\"k\"",
        "zk=(\"@method\");created=1;nonce=\"a\\\"b\";keyid=\"k\"",
        "zk=(\"@method\");created=1;nonce=\"n\";keyid=\"k\";tag=\"t\"",
        "zk=(\"@method\");created=1;nonce=\"n\";keyid=\"k\", b=(\"@path\")",
        "zk=(\"@method\")x;created=1;nonce=\"n\";keyid=\"k\"",
        "zk=(\"@method\";sf);created=1;nonce=\"n\";keyid=\"k\"",
    ] {
        assert!(parse::input(text).is_err(), "{text}");
    }
    assert!(parse::input(&format!("zk=(\"{}\");created=1;nonce=\"n\";keyid=\"k\"", "a".repeat(3000))).is_err());
    let many: Vec<String> = (0..17).map(|number| format!("\"h{number}\"")).collect();
    assert!(parse::input(&format!("zk=({});created=1;nonce=\"n\";keyid=\"k\"", many.join(" "))).is_err());
}

#[test]
fn a_line_feed_in_a_header_cannot_forge_a_line() {
    // The base is built of header values; a value with a line feed cannot be a header value at all.
    assert!(HeaderValue::from_str("a\n\"@path\": /b").is_err());
}

#[test]
fn malformed_key_ids_and_nonces_are_refused() {
    let (sent, key) = Sent::ed25519();
    let digits: String = hex::encode(key.as_bytes()).chars().take(16).collect();
    for wrong in ["2", "02:", "+2:", "x:", ":", "2:short", "99999999999:", "2:ABCDEF"] {
        let mut sent = Sent { headers: sent.headers.clone(), ..Sent::ed25519().0 };
        sent.replace("signature-input", |text| text.replace(&format!("2:{digits}"), wrong));
        assert_eq!(sent.verify(&key, NOW_MS), Err(Code::SignatureRefused), "{wrong}");
    }
    for wrong in ["short", "0123456789abcde!", &"a".repeat(65)] {
        let mut sent = Sent { headers: sent.headers.clone(), ..Sent::ed25519().0 };
        sent.replace("signature-input", |text| text.replace(NONCE, wrong));
        assert_eq!(sent.verify(&key, NOW_MS), Err(Code::SignatureRefused), "{wrong}");
    }
}
