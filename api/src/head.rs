//! What every request's head must be, beside being HTTP: not too large, and with one host.

use crate::problem::{Code, Problem};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version, header};

/// The longest head of a request: path and query, and the three headers of a signature.
pub(crate) const MAX_BYTES: usize = 32 * 1024;
/// The most headers.
pub(crate) const MAX_HEADERS: usize = 64;

/// Refuses what the accept loop lets through: it looks at its buffer only while a head is not complete.
pub(crate) fn judge(parts: &Parts) -> Result<(), Problem> {
    if length(parts) > MAX_BYTES {
        return Err(Problem::new(Code::HeadTooLarge, format!("heads have at most {MAX_BYTES} bytes")));
    }
    one_host(parts)
}

/// Bytes of the head as it is usually written: the request line, and each header with a colon, a space and the end of its line.
fn length(parts: &Parts) -> usize {
    const AROUND_LINE: usize = "  HTTP/1.1\r\n".len();
    const AROUND_HEADER: usize = ": \r\n".len();
    const END: usize = "\r\n".len();
    let target = parts.uri.to_string().len();
    let line = parts.method.as_str().len().saturating_add(target).saturating_add(AROUND_LINE);
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len().saturating_add(value.as_bytes().len()).saturating_add(AROUND_HEADER));
    headers.fold(line.saturating_add(END), usize::saturating_add)
}

/// One `Host`, and a valid one (RFC 9112 section 3.2); clients of HTTP/1.0 may leave it out.
fn one_host(parts: &Parts) -> Result<(), Problem> {
    let refused = |detail| Err(Problem::new(Code::BadRequest, detail));
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if parts.version == Version::HTTP_11 => refused("the Host header is missing"),
        (Some(_), Some(_)) => refused("there is more than one Host header"),
        (Some(host), None) if !is_host(host) => refused("the Host header is no host"),
        _ => Ok(()),
    }
}

fn is_host(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else { return false };
    text.is_empty() || (!text.contains('@') && text.parse::<Authority>().is_ok())
}
