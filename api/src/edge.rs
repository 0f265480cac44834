//! The outermost layer of every request: trace id, deadline, panics, heads, problems, caching, security headers, metrics and the access log.

use crate::access;
use crate::head;
use crate::interface::Interface;
use crate::page;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::time::Instant;

/// The longest time a client may ask to wait for a decision.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(60);

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                                       form-action 'self'; frame-ancestors 'none'";
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const TRACE: HeaderName = HeaderName::from_static("x-trace-id");

/// The layer.
pub(crate) async fn layer(State(interface): State<Arc<Interface>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let row = route.and_then(|route| access::row(request.method(), route.as_str()));
    let wait = if row.is_some_and(|row| row.is_envelope) { MAX_WAIT } else { Duration::ZERO };
    let limit = interface.settings.limits.answer_timeout.saturating_add(wait);
    answered(limit, request, next).await
}

/// Answers within a time, and writes what happened.
pub(crate) async fn answered(limit: Duration, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let trace = trace_id(request.headers());
    let method = request.method().clone();
    let instance = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let condition = request.headers().get(header::IF_NONE_MATCH).cloned();
    let (parts, body) = request.into_parts();
    let judged = head::judge(&parts);
    let browser = page::wants_page(&parts.headers).then(|| parts.clone());
    let request = Request::from_parts(parts, body);
    let answer = async {
        match judged {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        }
    };
    let answered = AssertUnwindSafe(tokio::time::timeout(limit, answer)).catch_unwind().await;
    let failed = |problem: Problem| browser.as_ref().map_or_else(|| problem.into_response(), page::trouble);
    let response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => failed(Problem::new(Code::Deadline, "no answer in time").retry_after_ms(1000)),
        Err(_) => {
            tracing::error!(trace.id = %trace, "handler.panicked");
            failed(Problem::new(Code::Internal, "the node failed while it answered"))
        }
    };
    let mut response = unchanged(written(response, &instance, &trace), condition.as_ref());
    secure(response.headers_mut(), &trace);
    record(&method, route.as_ref(), response.status(), started.elapsed(), &trace);
    response
}

/// Writes problems out, and turns bare refusals of other layers into problems.
fn written(mut response: Response, instance: &str, trace: &str) -> Response {
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_refusal(&response) => Problem::of_status(status),
        None => return response,
    };
    let Ok(body) = serde_json::to_vec(&problem.to_json(instance, trace)) else { return response };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}

/// A refusal that is no page: pages write their own.
fn is_bare_refusal(response: &Response) -> bool {
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    is_refusal && !kind.starts_with("text/html")
}

/// 304 for what the client has already.
fn unchanged(mut response: Response, condition: Option<&HeaderValue>) -> Response {
    let (Some(condition), Some(tag)) = (condition, response.headers().get(header::ETAG)) else { return response };
    let listed = |given: &HeaderValue| {
        let given = given.to_str().unwrap_or_default();
        given.split(',').any(|one| one.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes())
    };
    if response.status() == StatusCode::OK && listed(condition) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

/// Headers of every answer; a page's own policy stands.
fn secure(headers: &mut HeaderMap, trace: &str) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(trace) = HeaderValue::from_str(trace) {
        headers.insert(TRACE, trace);
    }
}

/// One line and one measurement for each answer: the route as the router knows it, never the path or query as it was sent.
fn record(method: &Method, route: Option<&MatchedPath>, status: StatusCode, took: Duration, trace: &str) {
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let method = if is_known(method) { method.as_str().to_owned() } else { "other".to_owned() };
    let (code, took_us) = (status.as_u16(), u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    if status.is_server_error() {
        tracing::warn!(http.method = %method, http.route = %route, http.status = code, took_us, trace.id = %trace, "http.failed");
    } else {
        tracing::debug!(http.method = %method, http.route = %route, http.status = code, took_us, trace.id = %trace, "http.answered");
    }
    let labels = [("route", route), ("method", method), ("code", status.as_str().to_owned())];
    metrics::histogram!("zk_http_request_seconds", &labels).record(took.as_secs_f64());
}

/// Unknown methods count as one: labels must not grow with what strangers send.
fn is_known(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH]
        .contains(method)
}

/// The id of the caller's trace (W3C `traceparent`), or a new one.
fn trace_id(headers: &HeaderMap) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let given =
        headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(|text| text.split('-').nth(1));
    let is_id = |id: &&str| id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match given.filter(is_id) {
        Some(id) => id.to_owned(),
        None => {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            format!("{:016x}{:016x}", HASHER.hash_one(number), HASHER.hash_one((number, "trace")))
        }
    }
}
