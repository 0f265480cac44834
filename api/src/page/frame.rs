//! What all pages have around their content, and the response that carries a page.

use super::assets;
use super::language::{Language, Visitor};
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, SET_COOKIE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};

/// Nothing but this node's own files, no inline script or style, no frame around it, no foreign form.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The frame of one page.
pub(crate) struct Frame {
    /// The language.
    pub(crate) t: Language,
    /// This page in the other language.
    pub(crate) switch: String,
    /// Which item of the menu it belongs to.
    pub(crate) place: Place,
    /// What stands in the search field.
    pub(crate) sought: String,
}

/// The items of the menu.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The network.
    Network,
    /// Blocks.
    Blocks,
    /// Entries.
    Entries,
    /// Nodes.
    Nodes,
    /// Organisations and licence types.
    Directory,
    /// Governance.
    Governance,
    /// About.
    About,
    /// None of them.
    Elsewhere,
}

impl Frame {
    /// The frame of a request's page.
    pub(crate) fn new(visitor: &Visitor, place: Place) -> Self {
        let sought = visitor.asked("q").unwrap_or_default().chars().take(80).collect();
        Self { t: visitor.language, switch: visitor.switch(), place, sought }
    }

    /// The items of the menu: place, address, name.
    pub(crate) fn menu(&self) -> [(Place, &'static str, &'static str); 7] {
        let t = self.t;
        [
            (Place::Network, "/", t.network()),
            (Place::Blocks, "/blocks", t.blocks()),
            (Place::Entries, "/entries", t.entries()),
            (Place::Nodes, "/nodes", t.nodes()),
            (Place::Directory, "/directory", t.directory()),
            (Place::Governance, "/governance", t.governance()),
            (Place::About, "/about", t.about()),
        ]
    }

    /// The address of an asset.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// Answers with a page.
pub(crate) fn answer(visitor: &Visitor, status: StatusCode, page: &impl Template) -> Response {
    let Ok(text) = page.render() else {
        // A template fails only when a value's Display does; there is nothing better to show then.
        return (StatusCode::INTERNAL_SERVER_ERROR, "页面无法生成 the page cannot be made").into_response();
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("cookie"));
    if let Some(cookie) = visitor.cookie().and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}
