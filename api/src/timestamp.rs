//! A timestamping authority over HTTP (RFC 3161 section 3.4): `POST /` with a request, answered with a token.
//!
//! A server of its own: neither a ledger node nor a desk says when something existed. It knows [`Stamps`] and nothing else. What is no
//! request gets an answer of the protocol, which refuses; only what is no conversation over HTTP gets a status.

use crate::serve::{ServeError, accept};
use crate::settings::Limits;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use zhengku_crypto::timestamp::protocol::{ANSWER_TYPE, MAX_REQUEST_BYTES, REQUEST_TYPE};

/// How long the 100 bytes of a request may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What answers requests. Takes a millisecond; is called on a thread where it may.
pub trait Stamps: Send + Sync + 'static {
    /// The answer (TimeStampResp, DER) to a request; none when the authority itself cannot stamp now.
    fn answer(&self, request: &[u8]) -> Option<Vec<u8>>;
}

/// Serves an authority until `shutdown` completes; then open requests are finished.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    listener: TcpListener,
    authority: Arc<dyn Stamps>,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let stopping = watch::Sender::new(false);
    let stopped = stopping.subscribe();
    let stop = || {
        stopping.send_replace(true);
    };
    accept(listener, router(authority), &Limits::default(), stopped, stop, shutdown).await
}

/// The one route.
pub fn router(authority: Arc<dyn Stamps>) -> Router {
    Router::new().route("/", post(stamp)).with_state(authority)
}

async fn stamp(State(authority): State<Arc<dyn Stamps>>, headers: HeaderMap, body: Body) -> Response {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media_type.is_none_or(|value| !value.eq_ignore_ascii_case(REQUEST_TYPE)) {
        let words = format!("Content-Type 须为 {REQUEST_TYPE}; the content type must be {REQUEST_TYPE}\n");
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, words).into_response();
    }
    let request = match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_REQUEST_BYTES)).await {
        Ok(Ok(request)) => request,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let answered = tokio::task::spawn_blocking(move || authority.answer(&request)).await;
    match answered.ok().flatten() {
        Some(answer) => ([(CONTENT_TYPE, ANSWER_TYPE)], answer).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
