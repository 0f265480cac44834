//! Blocks.

use super::documents::{Everywhere, Missing};
use crate::cursor;
use crate::extract::{Asked, Segments};
use crate::interface::{Caching, Interface};
use crate::port::Block;
use crate::problem::{Code, Problem};
use crate::respond::{self, Octets};
use crate::show;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use zhengku_api_types as types;
use zhengku_ledger::codec;
use zhengku_ledger::ids::Height;

/// The longest page: each block is read from the disk.
const MAX_PAGE: u64 = 100;
/// A page when nothing is asked.
const PAGE: u64 = 50;
/// The list that cursors are for.
const LIST: &str = "blocks";

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// Blocks of the page.
    #[param(minimum = 1, maximum = 100, required = false, nullable = false, example = 5)]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(required = false, nullable = false)]
    after: Option<String>,
}

/// Blocks, newest first.
#[utoipa::path(get, path = "/v1/blocks", tag = "ledger", params(Page),
    responses((status = 200, description = "A page", body = types::BlockList), Everywhere))]
pub(crate) async fn blocks(
    State(interface): State<Arc<Interface>>,
    Asked(page): Asked<Page>,
) -> Result<Response, Problem> {
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Problem::new(Code::InvalidQuery, format!("limit lies between 1 and {MAX_PAGE}")));
    }
    let key = interface.settings.cursor_key;
    let newest = interface.ledger.tip().header.height;
    let end = match &page.after {
        Some(after) => cursor::open(&key, LIST, after)?.0.min(newest.next().0),
        None => newest.next().0,
    };
    let start = end.saturating_sub(limit);
    let read = move |ledger: &dyn crate::port::Ledger| {
        let one = |height| ledger.block(Height(height));
        Ok((start..end).rev().map(one).collect::<Result<Vec<_>, _>>()?)
    };
    let items = interface.read(read).await?.iter().flatten().map(show::block_summary).collect();
    let next = (start > 0).then(|| cursor::seal(&key, LIST, Height(start)));
    respond::json(Caching::Fresh, &types::BlockList { items, next })
}

async fn read(interface: &Interface, height: u64) -> Result<Block, Problem> {
    let (height, _) = interface.height(Some(height))?;
    let newest = interface.ledger.tip().header.height;
    let block = interface.read(move |ledger| Ok(ledger.block(height)?)).await?;
    block.ok_or_else(|| Problem::beyond(height, newest))
}

/// A block: header, certificate, transactions with their outcomes, and the entries it superseded.
#[utoipa::path(get, path = "/v1/blocks/{height}", tag = "ledger",
    params(("height" = u64, Path, description = "The height", example = 3)),
    responses((status = 200, description = "The block", body = types::Block), Missing, Everywhere))]
pub(crate) async fn block(
    State(interface): State<Arc<Interface>>,
    Segments(height): Segments<u64>,
) -> Result<Response, Problem> {
    respond::json(Caching::Fixed, &show::block(&read(&interface, height).await?))
}

/// A header: as JSON, or as its canonical bytes when `application/octet-stream` is accepted.
#[utoipa::path(get, path = "/v1/blocks/{height}/header", tag = "ledger",
    params(("height" = u64, Path, description = "The height", example = 3)),
    responses((status = 200, description = "The header", content(
        (types::Header = "application/json"), (Octets = "application/octet-stream"))), Missing, Everywhere))]
pub(crate) async fn header(
    State(interface): State<Arc<Interface>>,
    Segments(height): Segments<u64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let header = read(&interface, height).await?.header;
    if accepts_octets(&headers) {
        return Ok(vary(respond::octets(Caching::Fixed, respond::OCTETS, codec::encode(&header))));
    }
    respond::json(Caching::Fixed, &types::Header::from(&header)).map(vary)
}

/// A certificate: as JSON, or as its canonical bytes when `application/octet-stream` is accepted. Block 0 has none.
#[utoipa::path(get, path = "/v1/blocks/{height}/certificate", tag = "ledger",
    params(("height" = u64, Path, description = "The height", example = 3)),
    responses((status = 200, description = "The certificate", content(
        (types::Certificate = "application/json"), (Octets = "application/octet-stream"))), Missing, Everywhere))]
pub(crate) async fn certificate(
    State(interface): State<Arc<Interface>>,
    Segments(height): Segments<u64>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let block = read(&interface, height).await?;
    let none = || Problem::new(Code::NotFound, "block 0 follows from the genesis and has no certificate");
    let certificate = block.certificate.as_ref().ok_or_else(none)?;
    if accepts_octets(&headers) {
        return Ok(vary(respond::octets(Caching::Fixed, respond::OCTETS, codec::encode(certificate))));
    }
    respond::json(Caching::Fixed, &show::certificate(certificate, &block.validators)).map(vary)
}

/// The transactions of a block, with what became of each.
#[utoipa::path(get, path = "/v1/blocks/{height}/transactions", tag = "ledger",
    params(("height" = u64, Path, description = "The height", example = 3)),
    responses((status = 200, description = "In order", body = Vec<types::TransactionSummary>), Missing, Everywhere))]
pub(crate) async fn transactions(
    State(interface): State<Arc<Interface>>,
    Segments(height): Segments<u64>,
) -> Result<Response, Problem> {
    let block = read(&interface, height).await?;
    let all: Vec<_> = block.transactions.iter().enumerate().map(show::transaction).collect();
    respond::json(Caching::Fixed, &all)
}

fn accepts_octets(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == respond::OCTETS)
}

/// The answer depends on `Accept`.
fn vary(mut response: Response) -> Response {
    response.headers_mut().insert(header::VARY, axum::http::HeaderValue::from_static("accept"));
    response
}
