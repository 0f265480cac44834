//! Answers: JSON, octets and text, with what caches need to know.

use crate::interface::Caching;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;
use zhengku_crypto::digest::sha256;

/// A year, the longest time that caches honour: what is certified never changes.
const FIXED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked again each time.
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");

/// Octets of the ledger's canonical encodings.
pub(crate) const OCTETS: &str = "application/octet-stream";

/// Bytes as they are, in the description of the interface.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Octets(());
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
pub(crate) const JSON: &str = "application/json";

/// JSON.
pub(crate) fn json<T: Serialize>(caching: Caching, value: &T) -> Result<Response, Problem> {
    let bytes = to_json(value)?;
    Ok(octets(caching, JSON, bytes))
}

/// JSON with another status, never cached.
pub(crate) fn json_with<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Problem> {
    let mut response = plain(JSON, to_json(value)?.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(error = %error, "answer.not_encoded");
        Problem::new(Code::Internal, "the answer could not be written")
    })
}

/// Octets, with an entity tag over them.
pub(crate) fn octets(caching: Caching, content_type: &'static str, bytes: Vec<u8>) -> Response {
    let tag = entity_tag(&bytes);
    let mut response = plain(content_type, bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, if caching == Caching::Fixed { FIXED } else { FRESH });
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn plain(content_type: &'static str, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A strong entity tag: the first 16 bytes of the content's SHA-256.
fn entity_tag(bytes: &[u8]) -> Option<HeaderValue> {
    let digest = sha256(bytes).to_string();
    HeaderValue::from_str(&format!("\"{}\"", digest.get(..32)?)).ok()
}
