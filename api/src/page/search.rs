//! Finding a block or an entry from what somebody has in hand: a number, a key or the id of a recent block.

use super::Pages;
use super::failure::{Failure, Missing};
use super::frame::{Frame, Place, answer};
use super::language::Visitor;
use super::network::Recent;
use super::show::grouped;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::{EntryKey, Height, LogIndex};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    hits: Vec<Hit>,
    is_asked: bool,
}

struct Hit {
    address: String,
    name: String,
    note: &'static str,
}

/// The newest entry of a key.
pub(crate) async fn key(State(pages): State<Pages>, Path(key): Path<String>, visitor: Visitor) -> Response {
    match newest_of(&pages, &key).await {
        Ok(Some(index)) => Redirect::to(&format!("/entries/{}", index.0)).into_response(),
        Ok(None) => Failure::Missing(Missing::Key).page(&visitor),
        Err(failure) => failure.page(&visitor),
    }
}

/// The search: one hit leads there, several are listed.
pub(crate) async fn find(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let asked = visitor.asked("q").unwrap_or_default().trim().to_owned();
    match hits(&pages, &visitor, &asked).await {
        Ok(hits) => match hits.as_slice() {
            [only] => Redirect::to(&only.address).into_response(),
            _ => {
                let is_asked = !asked.is_empty();
                let status = if hits.is_empty() && is_asked { StatusCode::NOT_FOUND } else { StatusCode::OK };
                let frame = Frame::new(&visitor, Place::Elsewhere);
                answer(&visitor, status, &SearchPage { frame, hits, is_asked })
            }
        },
        Err(failure) => failure.page(&visitor),
    }
}

async fn hits(pages: &Pages, visitor: &Visitor, asked: &str) -> Result<Vec<Hit>, Failure> {
    let t = visitor.language;
    let mut hits = Vec::new();
    let digits: String = asked.chars().filter(|one| !matches!(one, ',' | ' ' | '#' | '\u{ff0c}')).collect();
    if let Ok(number) = digits.parse::<u64>() {
        let tip = pages.ledger.tip();
        if number <= tip.header.height.0 {
            let name = t.block_number(&grouped(number));
            hits.push(Hit { address: format!("/blocks/{number}"), name, note: t.hit_block() });
        }
        if number < tip.header.log_size {
            let name = t.entry_number(&grouped(number));
            hits.push(Hit { address: format!("/entries/{number}"), name, note: t.hit_entry() });
        }
        return Ok(hits);
    }
    let lower = asked.to_ascii_lowercase();
    let digest = lower.strip_prefix("0x").unwrap_or(&lower);
    if let Some(LogIndex(index)) = newest_of(pages, digest).await? {
        let name = t.entry_number(&grouped(index));
        hits.push(Hit { address: format!("/entries/{index}"), name, note: t.hit_key() });
    }
    let tip = pages.ledger.tip();
    let is_tip = hex::encode(tip.id.digest().as_bytes()) == digest;
    let block = if is_tip { Some(tip.header.height) } else { Recent::height_of(&pages.recent, digest) };
    if let Some(Height(height)) = block {
        let name = t.block_number(&grouped(height));
        hits.push(Hit { address: format!("/blocks/{height}"), name, note: t.hit_id() });
    }
    Ok(hits)
}

async fn newest_of(pages: &Pages, key: &str) -> Result<Option<LogIndex>, Failure> {
    let Some(bytes) = hex::decode(key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) else {
        return Ok(None);
    };
    let key = EntryKey::from_digest(Digest::from_bytes(bytes));
    let found = pages.read(move |pages| Ok(pages.ledger.find(&[key])?)).await?;
    Ok(found.into_iter().next().flatten().map(|(index, _)| index))
}
