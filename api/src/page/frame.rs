//! What all pages have around their content, and the response that carries a page.

use super::assets;
use super::language::{Language, Visitor};
use crate::desk::port::{DeskState, Operator};
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, SET_COOKIE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Nothing but this node's own files, no inline script or style, no frame around it, no foreign form.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The same, with pictures inside the page: those of a file that was verified are kept nowhere else.
const POLICY_WITH_PICTURES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                                    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

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
    /// Whether it is in elder mode.
    pub(crate) is_elder: bool,
    /// This page in the other mode.
    pub(crate) mode_switch: String,
    /// Which server this is.
    pub(crate) host: Host,
}

/// Which server a page is of.
#[derive(Clone, Default)]
pub(crate) enum Host {
    /// A node of the ledger.
    #[default]
    Node,
    /// The desk of a department.
    Desk(Arc<Seat>),
}

/// The desk, and who sits at it.
pub(crate) struct Seat {
    /// The department and how its desk is.
    pub(crate) state: DeskState,
    /// Who is logged in.
    pub(crate) operator: Option<Operator>,
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
    /// Verification of files.
    Verify,
    /// The catalogue.
    Catalogue,
    /// The seal register.
    Seals,
    /// Drafts of the desk.
    Queue,
    /// Issued licences.
    Issued,
    /// Batches.
    Batches,
    /// What waits for a second operator.
    Approvals,
    /// None of them.
    Elsewhere,
}

impl Frame {
    /// The frame of a request's page.
    pub(crate) fn new(visitor: &Visitor, place: Place) -> Self {
        let sought = visitor.asked("q").unwrap_or_default().chars().take(80).collect();
        Self {
            t: visitor.language,
            switch: visitor.switch(),
            place,
            sought,
            is_elder: visitor.is_elder,
            mode_switch: visitor.mode_switch(),
            host: visitor.host.clone(),
        }
    }

    /// The desk, when this is one.
    pub(crate) fn seat(&self) -> Option<&Seat> {
        match &self.host {
            Host::Node => None,
            Host::Desk(seat) => Some(seat),
        }
    }

    /// Who is logged in.
    pub(crate) fn operator(&self) -> Option<&Operator> {
        self.seat()?.operator.as_ref()
    }

    /// The items of the menu: place, address, name.
    pub(crate) fn menu(&self) -> Vec<(Place, &'static str, &'static str)> {
        let t = self.t;
        let public = [
            (Place::Verify, "/verify", t.verify()),
            (Place::Catalogue, "/catalogue", t.catalogue()),
            (Place::Seals, "/seals", t.seals()),
        ];
        let own = match &self.host {
            Host::Node => return self.node_menu().into_iter().chain(public).collect(),
            Host::Desk(seat) if seat.operator.is_none() => Vec::new(),
            Host::Desk(_) => vec![
                (Place::Queue, "/", t.queue()),
                (Place::Issued, "/issued", t.issued_list()),
                (Place::Batches, "/batches", t.batches()),
                (Place::Approvals, "/approvals", t.approvals_waiting()),
            ],
        };
        own.into_iter().chain(public).collect()
    }

    fn node_menu(&self) -> [(Place, &'static str, &'static str); 7] {
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

/// Answers with a page that holds personal data or pictures of its own: nobody keeps it.
pub(crate) fn answer_unkept(visitor: &Visitor, status: StatusCode, page: &impl Template) -> Response {
    let mut response = answer(visitor, status, page);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_WITH_PICTURES));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
    for cookie in visitor.cookies().into_iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.append(SET_COOKIE, cookie);
    }
    response
}
