//! What waits for a second operator (复核).

use super::Desk;
use super::form::Form;
use super::guard::Seated;
use super::issued_list::outcome_page;
use super::port::{Approval, Operator, Role};
use super::show::{self, is_id};
use super::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer_unkept};
use crate::page::language::{Language, Visitor};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// The longest reason of a refusal, in characters.
const MAX_REASON: usize = 200;

#[derive(Template)]
#[template(path = "desk/approvals.html")]
struct ApprovalsPage {
    frame: Frame,
    is_new: bool,
    rows: Vec<Row>,
    waiting: usize,
    mass_limit: String,
}

struct Row {
    id: String,
    change: &'static str,
    count: String,
    ground: &'static str,
    document: String,
    asked_by: String,
    asked: String,
    sample: String,
    is_own: bool,
    may_decide: bool,
    refused: Option<RefusalShown>,
}

struct RefusalShown {
    by: String,
    at: String,
    reason: String,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let mut approvals = desk.port.approvals(&operator).await?;
    approvals.sort_by_key(|one| one.refused.is_some());
    let page = ApprovalsPage {
        frame: Frame::new(&visitor, Place::Approvals),
        is_new: visitor.asked("new").is_some(),
        waiting: approvals.iter().filter(|one| one.refused.is_none()).count(),
        rows: approvals.into_iter().map(|one| row(t, &operator, one)).collect(),
        mass_limit: grouped(desk.port.desk().mass_limit),
    };
    Ok(answer_unkept(&visitor, StatusCode::OK, &page))
}

fn row(t: Language, operator: &Operator, one: Approval) -> Row {
    let is_own = one.asked_by == operator.login;
    Row {
        change: show::change(t, one.change),
        count: grouped(one.count),
        ground: show::ground(t, one.ground),
        asked: t.time(one.asked),
        sample: one.sample.join(if t == Language::Chinese { "、" } else { ", " }),
        is_own,
        may_decide: !is_own && one.refused.is_none() && operator.role == Role::Reviewer,
        refused: one.refused.map(|refused| RefusalShown {
            by: refused.by_name,
            at: t.time(refused.at),
            reason: if refused.reason.is_empty() { t.not_stated().to_owned() } else { refused.reason },
        }),
        id: one.id,
        document: one.document,
        asked_by: one.asked_by_name,
    }
}

/// Approves or refuses. Who asked may only take it back; who approves is another one, and a reviewer.
pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let known = desk.port.approvals(&operator).await?.into_iter().find(|one| is_id(&id) && one.id == id);
    let one = known.ok_or(Trouble::Port(super::port::DeskError::NotFound))?;
    let is_own = one.asked_by == operator.login;
    match form.get("action") {
        "approve" if is_own => Err(Trouble::Port(super::port::DeskError::SecondOperator)),
        "approve" if operator.role < Role::Reviewer => Err(Trouble::Role),
        "approve" => Ok(outcome_page(&visitor, desk.port.approve(&operator, &id).await?)),
        "refuse" if !is_own && operator.role < Role::Reviewer => Err(Trouble::Role),
        "refuse" => {
            let reason: String = form.get("reason").chars().take(MAX_REASON).collect();
            desk.port.refuse(&operator, &id, &reason).await?;
            Ok(Redirect::to("/approvals").into_response())
        }
        _ => Err(Trouble::BadForm),
    }
}
