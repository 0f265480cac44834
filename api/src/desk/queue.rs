//! 待签发: the queue of drafts, and the beginning of a new one.

use super::Desk;
use super::batch_start::issuable;
use super::form::Form;
use super::guard::Seated;
use super::port::{DeskState, DraftRow, KeyState, NodeState, TypeRow};
use super::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer};
use crate::page::language::{Language, Visitor};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use zhengku_ledger::ids::TimestampMs;

/// Licences that the queue shows as signed last.
const LAST_SIGNED: u32 = 5;

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct QueuePage {
    frame: Frame,
    is_clerk: bool,
    drafts: Vec<Row>,
    last: Vec<super::issued_list::Row>,
    state: Vec<StateLine>,
    waiting: usize,
}

struct Row {
    id: String,
    kind: String,
    holder: String,
    number: String,
    changed: String,
    problems: u32,
    succession: Option<&'static str>,
}

/// How a part of the desk is.
pub(crate) struct StateLine {
    pub(crate) tone: &'static str,
    pub(crate) name: &'static str,
    pub(crate) words: String,
}

#[derive(Template)]
#[template(path = "desk/new.html")]
struct NewPage {
    frame: Frame,
    types: Vec<TypeRow>,
    chosen: String,
    asked: String,
    problem: Option<&'static str>,
}

/// The queue.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let drafts = desk.port.drafts().await?;
    let query = super::port::IssuedQuery { limit: LAST_SIGNED, ..super::port::IssuedQuery::default() };
    let last = desk.port.issued_list(&operator, query).await?.rows;
    let page = QueuePage {
        frame: Frame::new(&visitor, Place::Queue),
        is_clerk: operator.role >= super::port::Role::Clerk,
        drafts: drafts.into_iter().map(|one| row(t, one)).collect(),
        last: last.into_iter().map(|one| super::issued_list::row(t, one)).collect(),
        state: state_lines(t, &desk.port.desk(), desk.port.now()),
        waiting: desk.port.approvals(&operator).await?.iter().filter(|one| one.refused.is_none()).count(),
    };
    Ok(answer(&visitor, StatusCode::OK, &page))
}

fn row(t: Language, one: DraftRow) -> Row {
    Row {
        kind: t.pick(&one.type_zh, &one.type_en).to_owned(),
        holder: if one.holder_masked.is_empty() { t.not_filled_in().to_owned() } else { one.holder_masked },
        number: one.number,
        changed: t.changed_by(&t.time(one.changed), &one.changed_by),
        problems: one.problems,
        succession: one.succession.map(|kind| super::show::succession(t, kind)),
        id: one.id,
    }
}

/// Key and node, as operators have to know them before they sign.
pub(crate) fn state_lines(t: Language, state: &DeskState, now: TimestampMs) -> Vec<StateLine> {
    let (tone, words) = match state.key {
        KeyState::Ready { days_left } if days_left > 30 => ("good", t.key_ready(days_left)),
        KeyState::Ready { days_left } => ("warn", t.key_ready(days_left)),
        KeyState::Locked => ("bad", t.key_locked_advice().to_owned()),
        KeyState::Ended => ("bad", t.certificate_ended_advice().to_owned()),
        KeyState::Missing => ("bad", t.key_missing().to_owned()),
    };
    let key = StateLine { tone, name: t.seal_key(), words };
    let (tone, words) = match state.node {
        Some(NodeState { height, block_time, has_quorum: true }) => {
            ("good", t.node_ready(&grouped(height), &t.span(now.0.saturating_sub(block_time.0))))
        }
        Some(_) => ("bad", t.node_without_quorum().to_owned()),
        None => ("bad", t.node_away_advice().to_owned()),
    };
    vec![key, StateLine { tone, name: t.ledger_node(), words }]
}

/// The page on which a type is chosen.
pub(crate) async fn new(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Result<Response, Trouble> {
    choose(&desk, &visitor, None).await
}

async fn choose(desk: &Desk, visitor: &Visitor, problem: Option<&'static str>) -> Result<Response, Trouble> {
    let asked: String = visitor.asked("q").unwrap_or_default().chars().take(80).collect();
    let types = issuable(desk, &asked).await?;
    let chosen = visitor.asked("type").map(str::to_owned);
    let chosen = chosen.or_else(|| types.first().map(|one| one.code.clone())).unwrap_or_default();
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = Frame::new(visitor, Place::Queue);
    Ok(answer(visitor, status, &NewPage { frame, types, chosen, asked, problem }))
}

/// Begins a draft, with everything filled in that can be.
pub(crate) async fn create(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let code = form.get("type");
    let types = issuable(&desk, "").await?;
    if !types.iter().any(|one| one.code == code) {
        return choose(&desk, &visitor, Some(visitor.language.choose_a_type())).await;
    }
    let number = form.get("holder");
    let prefill = desk.port.prefill(&operator, code, (!number.is_empty()).then_some(number)).await?;
    let draft = desk.port.create_draft(&operator, code, prefill).await?;
    Ok(Redirect::to(&format!("/drafts/{}", draft.id)).into_response())
}
