//! The table of nodes: what the picture of the network shows, in numbers.

use super::Pages;
use super::frame::{Frame, Place, answer};
use super::language::{Language, Visitor};
use super::network::picture::milliseconds;
use super::show::grouped;
use crate::port::{Network, NodePicture, Role};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::state::Tip;

/// A certificate that ends sooner than this is marked: renewing takes days in an office.
const ENDING_SOON_MS: u64 = 30 * 86_400_000;

#[derive(Template)]
#[template(path = "nodes.html")]
struct NodesPage {
    frame: Frame,
    rows: Vec<Row>,
    quorum: String,
    offences: u64,
}

struct Row {
    name: String,
    organisation: String,
    role: &'static str,
    is_self: bool,
    is_connected: bool,
    state: &'static str,
    height: String,
    way: String,
    last_vote: String,
    certificate: String,
    is_ending: bool,
    url: Option<String>,
}

/// The page.
pub(crate) async fn show(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let (tip, network) = (pages.ledger.tip(), pages.ledger.network());
    let t = visitor.language;
    let page = NodesPage {
        frame: Frame::new(&visitor, Place::Nodes),
        rows: network.nodes.iter().map(|node| row(t, &tip, &network, node)).collect(),
        quorum: t.quorum_long(tip.validators().quorum(), tip.validators().as_slice().len()),
        offences: network.offences,
    };
    answer(&visitor, StatusCode::OK, &page)
}

fn row(t: Language, tip: &Tip, network: &Network, node: &NodePicture) -> Row {
    let is_self = node.name == network.name;
    let dash = || "–".to_owned();
    let left = node.certificate_ends_ms.map(|end| end.saturating_sub(network.now_ms));
    let organisation = tip.directory.organisation(node.organisation);
    Row {
        organisation: organisation.map_or_else(
            || node.organisation.to_string(),
            |one| t.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        ),
        role: role(t, node.role),
        is_self,
        is_connected: node.is_connected,
        state: match (is_self, node.is_connected) {
            (true, _) => t.this_node(),
            (false, true) => t.connected(),
            (false, false) => t.not_connected(),
        },
        height: node.height.map_or_else(dash, |height| grouped(height.0)),
        way: node.round_trip_us.map_or_else(dash, milliseconds),
        last_vote: node.last_vote.map_or_else(dash, |height| grouped(height.0)),
        certificate: node.certificate_ends_ms.map_or_else(dash, |end| t.date(TimestampMs(end).beijing_date())),
        is_ending: left.is_some_and(|left| left < ENDING_SOON_MS),
        url: node.url.clone().filter(|url| url.starts_with("http://") || url.starts_with("https://")),
        name: node.name.clone(),
    }
}

fn role(t: Language, role: Role) -> &'static str {
    match role {
        Role::Validator => t.validator(),
        Role::Observer => t.observer(),
    }
}
