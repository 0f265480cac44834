//! What can go wrong at a desk, as a page that says what to do. A handler answers with a [`Trouble`]; [`layer`] writes the page in
//! the visitor's language.

use super::port::DeskError;
use crate::page::failure::said;
use crate::page::language::{Language, Visitor};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Why a page cannot be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The port did not do it.
    Port(DeskError),
    /// There is no such page.
    Nowhere,
    /// The address is there, the method is not.
    WrongMethod,
    /// Nobody is logged in (any more), and something was sent.
    SessionEnded,
    /// The operator's role does not allow it.
    Role,
    /// The request comes from another site's page.
    ForeignOrigin,
    /// Too many requests.
    TooMany,
    /// The body is longer than so many MiB.
    TooLarge(usize),
    /// The body did not arrive in time or broke off.
    Slow,
    /// The body is no form of this page.
    BadForm,
}

impl From<DeskError> for Trouble {
    fn from(error: DeskError) -> Self {
        Self::Port(error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer: writes the page of a trouble.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&parts);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(trouble) = response.extensions_mut().remove::<Trouble>() else { return response };
    if let Trouble::Port(error) = &trouble {
        tracing::warn!(error = %error, "desk.refused");
    }
    let (title, advice) = trouble.words(visitor.language);
    let mut page = said(&visitor, trouble.status(), &title, &advice);
    page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}

impl Trouble {
    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Port(error) => status_of(error),
            Self::Nowhere => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::SessionEnded => StatusCode::UNAUTHORIZED,
            Self::Role | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::BadForm => StatusCode::BAD_REQUEST,
        }
    }

    /// What is wrong, and what to do.
    pub(crate) fn words(&self, t: Language) -> (String, String) {
        let (title, advice) = match self {
            Self::Port(error) => return words_of(error, t),
            Self::Nowhere => (t.missing_page(), t.missing_page_advice_desk()),
            Self::WrongMethod => (t.wrong_method(), t.missing_page_advice_desk()),
            Self::SessionEnded => (t.session_ended(), t.session_ended_advice()),
            Self::Role => (t.not_your_role(), t.not_your_role_advice()),
            Self::ForeignOrigin => (t.foreign_origin(), t.foreign_origin_advice()),
            Self::TooMany => (t.too_many(), t.too_many_advice()),
            Self::TooLarge(mib) => return (t.too_large().to_owned(), t.too_large_advice(*mib)),
            Self::Slow => (t.too_slow(), t.too_slow_advice()),
            Self::BadForm => (t.bad_form(), t.bad_form_advice()),
        };
        (title.to_owned(), advice.to_owned())
    }
}

fn status_of(error: &DeskError) -> StatusCode {
    match error {
        DeskError::NotFound => StatusCode::NOT_FOUND,
        DeskError::Conflict | DeskError::State { .. } => StatusCode::CONFLICT,
        DeskError::Refused(_) | DeskError::BadFile { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        DeskError::SecondOperator => StatusCode::FORBIDDEN,
        DeskError::KeyLocked
        | DeskError::CertificateEnded
        | DeskError::NodeUnreachable
        | DeskError::Busy
        | DeskError::NotOffered => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What an error of the port is called and what to do about it.
pub(crate) fn words_of(error: &DeskError, t: Language) -> (String, String) {
    let (title, advice) = match error {
        DeskError::State { zh, en } => return (t.not_now().to_owned(), t.pick(zh, en).to_owned()),
        DeskError::BadFile { zh, en } => return (t.bad_file().to_owned(), t.pick(zh, en).to_owned()),
        DeskError::Refused(_) => (t.fields_refused(), t.fields_refused_advice()),
        DeskError::NotFound => (t.not_there(), t.not_there_advice()),
        DeskError::Conflict => (t.changed_meanwhile(), t.changed_meanwhile_advice()),
        DeskError::SecondOperator => (t.second_operator(), t.second_operator_advice()),
        DeskError::KeyLocked => (t.key_locked(), t.key_locked_advice()),
        DeskError::CertificateEnded => (t.certificate_ended(), t.certificate_ended_advice()),
        DeskError::NodeUnreachable => (t.node_away(), t.node_away_advice()),
        DeskError::NotOffered => (t.not_offered(), t.not_offered_advice()),
        DeskError::Busy => (t.busy(), t.busy_advice()),
        _ => (t.desk_trouble(), t.desk_trouble_advice()),
    };
    (title.to_owned(), advice.to_owned())
}
