//! The list of blocks, newest first, by height.

use super::Pages;
use super::failure::Failure;
use super::frame::{Frame, Place, answer};
use super::language::Visitor;
use super::network::recent::{self, Summary};
use super::show::grouped;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use zhengku_ledger::ids::Height;

/// Blocks on a page. Each is read whole, so a page of full blocks is 20 × 1.5 MB at most.
const PAGE: u64 = 20;

#[derive(Template)]
#[template(path = "blocks.html")]
struct BlocksPage {
    frame: Frame,
    rows: Vec<Row>,
    range: String,
    newer: Option<u64>,
    older: Option<u64>,
}

struct Row {
    height: u64,
    height_text: String,
    time: String,
    proposer: String,
    transactions: String,
    entries: String,
    votes: String,
    round: u32,
}

/// The page: `?from=` is the highest height on it.
pub(crate) async fn list(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let tip = pages.ledger.tip().header.height.0;
    let from = visitor.asked("from").and_then(|text| text.parse::<u64>().ok()).map_or(tip, |from| from.min(tip));
    let to = from.saturating_sub(PAGE.saturating_sub(1));
    let read = move |pages: &Pages| {
        let one = |height| recent::summary(&*pages.ledger, &pages.recent, Height(height));
        (to..=from).rev().filter_map(|height| one(height).transpose()).collect::<Result<Vec<_>, Failure>>()
    };
    let blocks = match pages.read(read).await {
        Ok(blocks) => blocks,
        Err(failure) => return failure.page(&visitor),
    };
    let t = visitor.language;
    let row = |block: &Summary| Row {
        height: block.height.0,
        height_text: grouped(block.height.0),
        time: t.time(block.time),
        proposer: if block.height.0 == 0 { t.genesis().to_owned() } else { block.proposer.clone() },
        transactions: grouped(block.transactions),
        entries: grouped(block.entries),
        votes: if block.height.0 == 0 {
            "–".to_owned()
        } else {
            format!("{}/{}", block.voters.len(), block.validators)
        },
        round: block.round,
    };
    let page = BlocksPage {
        frame: Frame::new(&visitor, Place::Blocks),
        rows: blocks.iter().map(row).collect(),
        range: t.block_range(to, from, tip),
        newer: (from < tip).then(|| from.saturating_add(PAGE).min(tip)),
        older: (to > 0).then(|| to.saturating_sub(1)),
    };
    answer(&visitor, StatusCode::OK, &page)
}
