//! Extractors whose refusals are problems. Handlers use these, never axum's bare ones.

use crate::interface::Interface;
use crate::problem::{Code, Problem};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// The longest body: two of the largest transactions.
pub(crate) const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Parts of the path.
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Interface>> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Interface>) -> Result<Self, Problem> {
        let refused =
            |error: axum::extract::rejection::PathRejection| Problem::new(Code::InvalidPath, error.body_text());
        Path::from_request_parts(parts, state).await.map(|Path(inner)| Self(inner)).map_err(refused)
    }
}

/// The query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Interface>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Interface>) -> Result<Self, Problem> {
        let refused =
            |error: axum::extract::rejection::QueryRejection| Problem::new(Code::InvalidQuery, error.body_text());
        Query::from_request_parts(parts, state).await.map(|Query(inner)| Self(inner)).map_err(refused)
    }
}

/// A whole body in memory, with its share of the memory for bodies.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

/// Bodies are read once; whoever read one leaves it here for the next.
#[derive(Clone)]
pub(crate) struct Read(pub(crate) Arc<Whole>);

impl Whole {
    /// Reads a body: announced, not too long, in time, and only when there is memory for it.
    pub(crate) async fn read(
        interface: &Interface,
        headers: &HeaderMap,
        body: axum::body::Body,
    ) -> Result<Self, Problem> {
        let length = announced(headers)?;
        let too_large = || Problem::new(Code::TooLarge, format!("bodies have at most {MAX_BODY_BYTES} bytes"));
        if length > MAX_BODY_BYTES {
            return Err(too_large());
        }
        let kib = u32::try_from(length.div_ceil(1024)).unwrap_or(u32::MAX);
        let share = Arc::clone(&interface.body_budget)
            .try_acquire_many_owned(kib)
            .map_err(|_| Problem::new(Code::Overloaded, "too many large requests at once").retry_after_ms(1000))?;
        let collected = Limited::new(body, length).collect();
        let collected = tokio::time::timeout(interface.settings.limits.body_timeout, collected)
            .await
            .map_err(|_| Problem::new(Code::RequestTimeout, "the body did not arrive in time"))?;
        let bytes = collected.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => too_large(),
            None => Problem::new(Code::BadRequest, "the body broke off"),
        })?;
        Ok(Self { bytes: bytes.to_bytes(), _share: share })
    }
}

/// The announced length; a request without a body announces nothing.
fn announced(headers: &HeaderMap) -> Result<usize, Problem> {
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => {
            let length = length.to_str().ok().and_then(|text| text.parse().ok());
            length.ok_or_else(|| Problem::new(Code::BadRequest, "Content-Length is no number"))
        }
        None if headers.contains_key(header::TRANSFER_ENCODING) => {
            Err(Problem::new(Code::LengthRequired, "chunked bodies are not taken: announce the length"))
        }
        None => Ok(0),
    }
}

impl FromRequest<Arc<Interface>> for Read {
    type Rejection = Problem;

    async fn from_request(request: Request, interface: &Arc<Interface>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        match parts.extensions.get::<Self>() {
            Some(read) => Ok(read.clone()),
            None => Whole::read(interface, &parts.headers, body).await.map(|whole| Self(Arc::new(whole))),
        }
    }
}

/// A body of `application/octet-stream`.
pub(crate) struct Raw(pub(crate) Arc<Whole>);

impl FromRequest<Arc<Interface>> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, interface: &Arc<Interface>) -> Result<Self, Problem> {
        expect(request.headers(), "application/octet-stream")?;
        Read::from_request(request, interface).await.map(|read| Self(read.0))
    }
}

/// A body of JSON.
pub(crate) struct FromJson<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Interface>> for FromJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, interface: &Arc<Interface>) -> Result<Self, Problem> {
        expect(request.headers(), "application/json")?;
        let read = Read::from_request(request, interface).await?;
        let refused = |error: serde_json::Error| Problem::new(Code::InvalidBody, error.to_string());
        serde_json::from_slice(&read.0.bytes).map(Self).map_err(refused)
    }
}

/// The media type that a body is said to have, without its parameters; empty when nothing is said.
pub(crate) fn essence(headers: &HeaderMap) -> &str {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim()
}

fn expect(headers: &HeaderMap, expected: &'static str) -> Result<(), Problem> {
    if essence(headers).eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType, format!("Content-Type {expected} is expected")))
}
