//! What this is, what it keeps and what it does not, and how to check it without believing it.

use super::Pages;
use super::frame::{Frame, Place, answer};
use super::language::Visitor;
use super::show::grouped;
use crate::port::Role;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: Frame,
    version: &'static str,
    node: String,
    role: &'static str,
    chain: String,
    height: String,
    entries: String,
}

/// The page.
pub(crate) async fn show(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let (tip, network) = (pages.ledger.tip(), pages.ledger.network());
    let t = visitor.language;
    let page = AboutPage {
        frame: Frame::new(&visitor, Place::About),
        version: env!("CARGO_PKG_VERSION"),
        role: if network.role == Role::Validator { t.validator() } else { t.observer() },
        node: network.name,
        chain: hex::encode(tip.header.chain.digest().as_bytes()),
        height: grouped(tip.header.height.0),
        entries: grouped(tip.header.log_size),
    };
    answer(&visitor, StatusCode::OK, &page)
}
