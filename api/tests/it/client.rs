//! A client inside the process: requests go into the router, answers come out whole.

use crate::fake::{Conduct, Fake, PSEUDONYM_KEY, signer_of};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt;
use zhengku_api::port::Ledger;
use zhengku_api::signature::{Outgoing, sign_request};
use zhengku_api::{Interface, Peer, Settings, router};
use zhengku_api_types::Problem;
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::ids::OrganisationNumber;

/// The authority that requests are sent to.
const AUTHORITY: &str = "node.test";

pub(crate) struct Client {
    pub(crate) ledger: Arc<Fake>,
    router: Router,
    peer: Option<SocketAddr>,
    nonce: AtomicU64,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem it is; checks its form.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), "application/problem+json", "{} {}", self.status, self.text());
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.kind, format!("/problems/{}", problem.code));
        assert_eq!(problem.trace_id.len(), 32);
        assert_eq!(self.header("x-trace-id"), problem.trace_id);
        problem
    }

    pub(crate) fn code(&self) -> String {
        self.problem().code
    }
}

impl Client {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(mut settings: Settings) -> Self {
        settings.pseudonyms = Some(Arc::new(PseudonymKey::from_bytes(PSEUDONYM_KEY)));
        Self::exactly(settings)
    }

    pub(crate) fn exactly(settings: Settings) -> Self {
        let ledger = Fake::new(30);
        ledger.offer(Arc::new(crate::desk::fake::Desk::new(false)));
        Self::over(ledger, settings)
    }

    /// A node that shows its ledger only: no catalogue, no verification.
    pub(crate) fn without_public() -> Self {
        Self::over(Fake::new(30), Settings::default())
    }

    fn over(ledger: Arc<Fake>, settings: Settings) -> Self {
        let shared: Arc<dyn Ledger> = ledger.clone();
        let router = router(&Interface::new(shared, settings));
        Self { ledger, router, peer: None, nonce: AtomicU64::new(0) }
    }

    pub(crate) fn seen_from(mut self, peer: SocketAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    pub(crate) fn behave(&self, conduct: Conduct) {
        self.ledger.behave(conduct);
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(Peer(peer));
        }
        if !request.headers().contains_key("host") {
            request.headers_mut().insert("host", HeaderValue::from_static(AUTHORITY));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header("content-length", body.len());
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, &[], vec![]).await
    }

    pub(crate) async fn read<T: DeserializeOwned>(&self, target: &str) -> T {
        let answer = self.get(target).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.text());
        answer.json()
    }

    pub(crate) async fn post_octets(&self, target: &str, body: Vec<u8>) -> Answer {
        self.ask("POST", target, &[("content-type", "application/octet-stream")], body).await
    }

    /// A request signed by an organisation.
    pub(crate) fn signed(
        &self,
        organisation: OrganisationNumber,
        method: &str,
        target: &str,
        body: &[u8],
    ) -> Request<Body> {
        let nonce = format!("nonce-{:016}", self.nonce.fetch_add(1, Ordering::Relaxed));
        self.signed_with(organisation, method, target, body, &nonce)
    }

    pub(crate) fn signed_with(
        &self,
        organisation: OrganisationNumber,
        method: &str,
        target: &str,
        body: &[u8],
        nonce: &str,
    ) -> Request<Body> {
        let signer = signer_of(organisation);
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let outgoing = Outgoing { method, authority: AUTHORITY, path, query, body };
        let created_s = self.ledger.network().now_ms / 1000;
        let sign = |base: &[u8]| signer.danger_sign_without_domain(base);
        let headers = sign_request(&outgoing, organisation, &signer.public_key(), created_s, nonce, sign).unwrap();
        let mut request = Request::builder().method(method).uri(target).body(Body::from(body.to_vec())).unwrap();
        for (name, value) in [
            ("content-type", "application/json"),
            ("content-length", &body.len().to_string()),
            ("content-digest", &headers.content_digest),
            ("signature-input", &headers.signature_input),
            ("signature", &headers.signature),
        ] {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        request
    }

    pub(crate) async fn post_signed(&self, organisation: OrganisationNumber, target: &str, body: &str) -> Answer {
        self.send(self.signed(organisation, "POST", target, body.as_bytes())).await
    }
}
