//! Pages that say what went wrong, in words a visitor can act on. Causes are logged, never shown.

use super::frame::{Frame, Place, answer};
use super::language::Visitor;
use crate::port::PortError;
use askama::Template;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What the address names is not there.
    #[error("not found")]
    Missing(Missing),
    /// The ledger did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A read broke off.
    #[error("the read broke off")]
    Broken,
}

/// What is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Missing {
    /// No page of this address.
    Page,
    /// No block of this height yet.
    Block,
    /// No entry at this place yet.
    Entry,
    /// No entry of this key.
    Key,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'p> {
    frame: Frame,
    number: u16,
    title: &'p str,
    advice: &'p str,
}

impl Failure {
    /// The page.
    pub(crate) fn page(self, visitor: &Visitor) -> Response {
        let t = visitor.language;
        let (status, title, advice) = match &self {
            Self::Missing(Missing::Page) => (StatusCode::NOT_FOUND, t.missing_page(), t.missing_page_advice()),
            Self::Missing(Missing::Block) => (StatusCode::NOT_FOUND, t.missing_block(), t.missing_block_advice()),
            Self::Missing(Missing::Entry) => (StatusCode::NOT_FOUND, t.missing_entry(), t.missing_entry_advice()),
            Self::Missing(Missing::Key) => (StatusCode::NOT_FOUND, t.missing_key(), t.missing_key_advice()),
            Self::Port(_) | Self::Broken => {
                tracing::error!(error = %self, "a page could not be shown");
                (StatusCode::INTERNAL_SERVER_ERROR, t.trouble(), t.trouble_advice())
            }
        };
        said(visitor, status, title, advice)
    }
}

/// A page that says what is wrong and what to do.
pub(crate) fn said(visitor: &Visitor, status: StatusCode, title: &str, advice: &str) -> Response {
    let frame = Frame::new(visitor, Place::Elsewhere);
    answer(visitor, status, &FailurePage { frame, number: status.as_u16(), title, advice })
}

/// Whether a client would rather have a page than JSON: browsers name `text/html`, programs do not.
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|kind| kind.trim().starts_with("text/html"))
}

/// The page for an address that is none.
#[must_use]
pub fn not_found(parts: &Parts) -> Response {
    Failure::Missing(Missing::Page).page(&Visitor::of(parts))
}

/// The page for a failure of this node.
#[must_use]
pub fn trouble(parts: &Parts) -> Response {
    Failure::Broken.page(&Visitor::of(parts))
}
