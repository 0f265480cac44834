//! 印章备案: the register of seals, with their pictures.

use super::Open;
use crate::desk::port::{DeskError, PictureFormat, Seal, SealRow};
use crate::desk::show::{Badge, is_id, seal_status};
use crate::desk::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer};
use crate::page::language::{Language, Visitor};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use zhengku_ledger::ids::Date;

/// A picture may draw and nothing else: SVG opened on its own could otherwise run scripts.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

#[derive(Template)]
#[template(path = "desk/seals.html")]
struct SealsPage {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    owner: String,
    kind: String,
    status: Badge,
    period: String,
}

#[derive(Template)]
#[template(path = "desk/seal.html")]
struct SealPage {
    frame: Frame,
    row: Row,
    one: Seal,
    life: Vec<Step>,
    signers: Vec<(String, String)>,
    uses: String,
}

/// A step of a seal's life.
struct Step {
    name: &'static str,
    day: Option<String>,
}

/// The list.
pub(crate) async fn list(State(open): State<Open>, visitor: Visitor) -> Result<Response, Trouble> {
    let t = visitor.language;
    let rows = open.port()?.seals().await?.into_iter().map(|one| row(t, one)).collect();
    Ok(answer(&visitor, StatusCode::OK, &SealsPage { frame: Frame::new(&visitor, Place::Seals), rows }))
}

/// One seal.
pub(crate) async fn show(
    State(open): State<Open>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let one = if is_id(&id) { open.port()?.seal(&id).await? } else { None };
    let one = one.ok_or(Trouble::Port(DeskError::NotFound))?;
    let step = |name, day: Option<Date>| Step { name, day: day.map(|day| t.date(day)) };
    let mut life = vec![
        step(t.say("申请", "Applied for"), one.applied),
        step(t.say("制作", "Made"), one.made),
        step(t.say("备案", "Filed"), one.filed),
    ];
    if one.cancelled.is_some() {
        life.push(step(t.say("注销", "Cancelled"), one.cancelled));
    }
    let page = SealPage {
        frame: Frame::new(&visitor, Place::Seals),
        row: row(t, one.row.clone()),
        life,
        signers: one.signers.iter().map(|(subject, last)| (subject.clone(), t.date(*last))).collect(),
        uses: grouped(one.uses),
        one,
    };
    Ok(answer(&visitor, StatusCode::OK, &page))
}

/// The picture: `picture.svg` or `picture.png`.
pub(crate) async fn picture(
    State(open): State<Open>,
    Path((id, picture)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let (format, kind) = match picture.as_str() {
        "picture.svg" => (PictureFormat::Svg, "image/svg+xml"),
        "picture.png" => (PictureFormat::Png, "image/png"),
        _ => return Err(Trouble::Nowhere),
    };
    let bytes = if is_id(&id) { open.port()?.seal_picture(&id, format).await? } else { None };
    let bytes = bytes.ok_or(Trouble::Port(DeskError::NotFound))?;
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, bytes).into_response())
}

fn row(t: Language, one: SealRow) -> Row {
    Row {
        status: seal_status(t, one.status),
        period: format!("{} – {}", t.date(one.valid_from), t.date(one.valid_to)),
        kind: t.pick(&one.kind_zh, &one.kind_en).to_owned(),
        id: one.id,
        name: one.name,
        owner: one.owner,
    }
}
