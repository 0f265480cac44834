//! The log as C2SP tlog-tiles, and the bitmap.

use super::documents::{Everywhere, Missing};
use crate::extract::{Asked, Segments};
use crate::interface::{Caching, Interface};
use crate::problem::{Code, Problem};
use crate::respond::{self, Octets};
use crate::show;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use zhengku_api_types as types;
use zhengku_ledger::ids::Height;

/// Heights of one answer of changes: each block between is read.
const MAX_SPAN: u64 = 10_000;
/// Levels of tiles: 8 levels of 8 bits cover every u64 size.
const MAX_LEVEL: u8 = 7;
/// Entries of a full tile or bundle.
const TILE_WIDTH: u16 = 256;

/// As of which height.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// The height; the newest when it is not given.
    #[param(minimum = 0, required = false, nullable = false, example = 20)]
    height: Option<u64>,
}

/// From where to where.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Between {
    /// After this one.
    #[param(minimum = 0, example = 10)]
    from: u64,
    /// Up to this one.
    #[param(minimum = 0, example = 20)]
    to: u64,
}

/// The currency bitmap of a height: bit i, least significant first, says whether entry i was the newest of its key.
#[utoipa::path(get, path = "/v1/bitmap", tag = "log", params(AsOf),
    responses((status = 200, description = "Octets", body = Octets, content_type = "application/octet-stream"), Missing, Everywhere))]
pub(crate) async fn bitmap(
    State(interface): State<Arc<Interface>>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Response, Problem> {
    let (height, caching) = interface.height(as_of.height)?;
    let found = interface.read(move |ledger| Ok(ledger.bitmap(height)?)).await?;
    let bytes =
        found.ok_or_else(|| Problem::new(Code::NotFound, "this node does not keep the bitmap of that height"))?;
    Ok(respond::octets(caching, respond::OCTETS, bytes))
}

/// The entries whose bit went from 1 to 0 in the blocks after `from` up to `to`, at most 10,000 heights.
#[utoipa::path(get, path = "/v1/bitmap/changes", tag = "log", params(Between),
    responses((status = 200, description = "Ascending", body = types::BitmapChanges), Missing, Everywhere))]
pub(crate) async fn bitmap_changes(
    State(interface): State<Arc<Interface>>,
    Asked(between): Asked<Between>,
) -> Result<Response, Problem> {
    if between.from > between.to || between.to.saturating_sub(between.from) > MAX_SPAN {
        return Err(Problem::new(
            Code::InvalidQuery,
            format!("from <= to and at most {MAX_SPAN} heights between them"),
        ));
    }
    let ((to, _), from) = (interface.height(Some(between.to))?, Height(between.from));
    let newest = interface.ledger.tip().header.height;
    let changes = interface.read(move |ledger| {
        let beyond = |asked| move || Problem::beyond(asked, newest);
        let (first, last) = (ledger.block(from)?.ok_or_else(beyond(from))?, ledger.block(to)?.ok_or_else(beyond(to))?);
        Ok(types::BitmapChanges {
            from: from.0,
            to: to.0,
            log_size_from: first.header.log_size,
            log_size_to: last.header.log_size,
            current_root: last.header.current_root.into(),
            superseded: ledger.superseded(from, to)?.iter().map(|index| index.0).collect(),
        })
    });
    respond::json(Caching::Fixed, &changes.await?)
}

/// The proof that the log of `to` entries extends the log of `from` entries.
#[utoipa::path(get, path = "/v1/consistency", tag = "log", params(Between),
    responses((status = 200, description = "The path", body = types::Consistency), Missing, Everywhere))]
pub(crate) async fn consistency(
    State(interface): State<Arc<Interface>>,
    Asked(between): Asked<Between>,
) -> Result<Response, Problem> {
    let (from, to) = (between.from, between.to);
    let size = interface.ledger.tip().header.log_size;
    if from > to {
        return Err(Problem::new(Code::InvalidQuery, "from must not be above to"));
    }
    if to > size {
        return Err(Problem::new(Code::NotFound, format!("the log has {size} entries")));
    }
    let path = interface.read(move |ledger| Ok(ledger.consistency(from, to)?)).await?;
    respond::json(Caching::Fixed, &types::Consistency { from, to, path: show::path(&path) })
}

/// The newest checkpoint that a quorum of validators signed (C2SP tlog-checkpoint, signed note).
#[utoipa::path(get, path = "/checkpoint", tag = "log",
    responses((status = 200, description = "A signed note", body = String, content_type = "text/plain"), Missing, Everywhere))]
pub(crate) async fn checkpoint(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let found = interface.read(|ledger| Ok(ledger.checkpoint()?)).await?;
    let note = found.ok_or_else(|| Problem::new(Code::NotFound, "no checkpoint is signed by a quorum yet"))?;
    Ok(respond::octets(Caching::Fresh, respond::TEXT, note.into_bytes()))
}

/// A tile of the log's tree (C2SP tlog-tiles): hashes of 32 bytes. `path` is the tile's number as the format writes it, for example
/// `000` or `x001/234`, with `.p/<width>` for a partial tile.
#[utoipa::path(get, path = "/tile/{level}/{path}", tag = "log", params(
        ("level" = u8, Path, description = "The level", minimum = 0, maximum = 7, example = 0),
        ("path" = String, Path, description = "The number, in thousands", example = "000.p/8")),
    responses((status = 200, description = "Hashes", body = Octets, content_type = "application/octet-stream"), Missing, Everywhere))]
pub(crate) async fn tile(
    State(interface): State<Arc<Interface>>,
    Segments((level, path)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let refused = || Problem::new(Code::InvalidPath, format!("levels are 0 to {MAX_LEVEL}"));
    let is_plain = level.len() == 1;
    let level: u8 = level.parse().ok().filter(|level| is_plain && *level <= MAX_LEVEL).ok_or_else(refused)?;
    let (place, width) = number(&path)?;
    let found = interface.read(move |ledger| Ok(ledger.tile(level, place, width)?)).await?;
    let bytes = found.ok_or_else(|| Problem::new(Code::NotFound, "the log has no such tile yet"))?;
    Ok(respond::octets(Caching::Fixed, respond::OCTETS, bytes))
}

/// A bundle of entries (C2SP tlog-tiles): each entry with a u16 length before it. `path` as for tiles.
#[utoipa::path(get, path = "/tile/entries/{path}", tag = "log",
    params(("path" = String, Path, description = "The number, in thousands", example = "000.p/8")),
    responses((status = 200, description = "Entries", body = Octets, content_type = "application/octet-stream"), Missing, Everywhere))]
pub(crate) async fn bundle(
    State(interface): State<Arc<Interface>>,
    Segments(path): Segments<String>,
) -> Result<Response, Problem> {
    let (place, width) = number(&path)?;
    let found = interface.read(move |ledger| Ok(ledger.bundle(place, width)?)).await?;
    let bytes = found.ok_or_else(|| Problem::new(Code::NotFound, "the log has no such bundle yet"))?;
    Ok(respond::octets(Caching::Fixed, respond::OCTETS, bytes))
}

/// Reads `x001/x234/067` or `x001/x234/067.p/12`: groups of three digits, all but the last behind an `x`; each number in one spelling.
fn number(path: &str) -> Result<(u64, u16), Problem> {
    let refused = || Problem::new(Code::InvalidPath, "a tile's number is written as in x001/234 or x001/234.p/12");
    let (digits, width) = match path.split_once(".p/") {
        Some((digits, width)) => (digits, partial_width(width).ok_or_else(refused)?),
        None => (path, TILE_WIDTH),
    };
    let groups: Vec<&str> = digits.split('/').collect();
    let mut number = 0_u64;
    for (place, group) in groups.iter().enumerate() {
        let is_last = place.saturating_add(1) == groups.len();
        let digits = if is_last { Some(*group) } else { group.strip_prefix('x') };
        let digits = digits.filter(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        let value: u64 = digits.and_then(|digits| digits.parse().ok()).ok_or_else(refused)?;
        if place == 0 && value == 0 && !is_last {
            return Err(refused());
        }
        number = number.checked_mul(1000).and_then(|number| number.checked_add(value)).ok_or_else(refused)?;
    }
    Ok((number, width))
}

fn partial_width(text: &str) -> Option<u16> {
    let width: u16 = text.parse().ok()?;
    ((1..TILE_WIDTH).contains(&width) && width.to_string() == text).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_format_writes_them() {
        for (path, place, width) in [
            ("000", 0, 256),
            ("067", 67, 256),
            ("x001/234", 1234, 256),
            ("x001/x234/067", 1_234_067, 256),
            ("x001/x234/067.p/1", 1_234_067, 1),
            ("999.p/255", 999, 255),
        ] {
            assert_eq!(number(path), Ok((place, width)), "{path}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "",
            "0",
            "00",
            "0000",
            "1234",
            "x000/001",
            "001/002",
            "x001",
            "x001/x002",
            "000.p/0",
            "000.p/256",
            "000.p/01",
            "000.p/",
            "000.p/+1",
            "+01",
            "-01",
            "x018/x446/x744/x073/x709/x551/616",
            "000/",
            "/000",
            "x001/234.p/1/2",
        ] {
            assert!(number(path).is_err(), "{path}");
        }
    }
}
