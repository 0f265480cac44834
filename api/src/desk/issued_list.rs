//! The licences of the department, and one action for many of them.

use super::Desk;
use super::confirm::{self, Asked};
use super::form::Form;
use super::guard::Seated;
use super::port::{ChangeOutcome, ChangeRequest, IssuedPage, IssuedQuery, IssuedRow, LicenceState, NotChanged};
use super::show::{Badge, CHANGES, GROUNDS, LICENCE_STATES, is_id, licence_state, named};
use super::trouble::Trouble;
use super::{port::Role, show};
use crate::page::frame::{Frame, Place, answer_unkept};
use crate::page::language::{Language, Visitor};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use zhengku_ledger::ids::Date;

/// Licences on one page: what can be looked through and ticked.
const PAGE: u32 = 50;
/// The longest document number, in characters.
const MAX_DOCUMENT: usize = 120;

#[derive(Template)]
#[template(path = "desk/issued_list.html")]
struct IssuedListPage {
    frame: Frame,
    rows: Vec<Row>,
    total: String,
    sought: bool,
    state: String,
    states: Vec<(&'static str, &'static str)>,
    next: Option<String>,
    is_clerk: bool,
    changes: Vec<(&'static str, &'static str)>,
    grounds: Vec<(&'static str, &'static str)>,
    mass_limit: String,
    problem: Option<String>,
}

/// A licence in a list.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) number: String,
    pub(crate) holder: String,
    pub(crate) state: Badge,
    pub(crate) is_disputed: bool,
    pub(crate) issued_on: String,
    pub(crate) valid_to: String,
    /// The version, of a licence that was amended or renewed.
    pub(crate) version: Option<String>,
}

/// What became of an action.
#[derive(Template)]
#[template(path = "desk/changed.html")]
struct ChangedPage {
    frame: Frame,
    title: String,
    tone: &'static str,
    height: Option<String>,
    not_changed: Vec<(String, String)>,
}

/// A licence as lists show it.
pub(crate) fn row(t: Language, one: IssuedRow) -> Row {
    Row {
        kind: t.pick(&one.type_zh, &one.type_en).to_owned(),
        state: licence_state(t, one.state),
        issued_on: t.date(one.issued_on),
        valid_to: t.end_day(one.valid_to),
        version: (one.version > 1).then(|| t.version_of(one.version)),
        id: one.id,
        number: one.number,
        holder: one.holder_masked,
        is_disputed: one.is_disputed,
    }
}

/// The list.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    let state = visitor.asked("state").and_then(|word| named(&LICENCE_STATES, word));
    let after = visitor.asked("after").filter(|word| is_id(word)).map(str::to_owned);
    let query = IssuedQuery { state, after, limit: PAGE, ..IssuedQuery::default() };
    let found = desk.port.issued_list(&operator, query).await?;
    Ok(page(&desk, &visitor, operator.role, found, state, false, None))
}

/// A search by number: sent as a form, so that numbers of persons stay out of addresses and of the browser's history.
pub(crate) async fn find(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let number = form.get("number");
    if number.is_empty() {
        return Ok(Redirect::to("/issued").into_response());
    }
    let query = IssuedQuery { number: Some(number.to_owned()), limit: PAGE, ..IssuedQuery::default() };
    let found = desk.port.issued_list(&operator, query).await?;
    Ok(page(&desk, &visitor, operator.role, found, None, true, None))
}

fn page(
    desk: &Desk,
    visitor: &Visitor,
    role: Role,
    found: IssuedPage,
    state: Option<LicenceState>,
    sought: bool,
    problem: Option<String>,
) -> Response {
    let t = visitor.language;
    let word = state.and_then(|state| LICENCE_STATES.iter().find(|(known, _)| *known == state));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = IssuedListPage {
        frame: Frame::new(visitor, Place::Issued),
        rows: found.rows.into_iter().map(|one| row(t, one)).collect(),
        total: grouped(found.total),
        sought,
        state: word.map_or("", |(_, word)| word).to_owned(),
        states: LICENCE_STATES.iter().map(|(state, word)| (*word, licence_state(t, *state).word)).collect(),
        next: found.next,
        is_clerk: role >= Role::Clerk,
        changes: CHANGES.iter().map(|(change, word)| (*word, show::change(t, *change))).collect(),
        grounds: GROUNDS.iter().map(|(ground, word)| (*word, show::ground(t, *ground))).collect(),
        mass_limit: grouped(desk.port.desk().mass_limit),
        problem,
    };
    answer_unkept(visitor, status, &page)
}

/// One action for the licences that are ticked.
pub(crate) async fn change(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let ids: Vec<String> = form.all("id").into_iter().filter(|id| is_id(id)).take(PAGE as usize).collect();
    let request = match request(visitor.language, ids, &form) {
        Ok(request) => request,
        Err(problem) => {
            let found = desk.port.issued_list(&operator, IssuedQuery { limit: PAGE, ..IssuedQuery::default() }).await?;
            return Ok(page(&desk, &visitor, operator.role, found, None, false, Some(problem.to_owned())));
        }
    };
    let asked = Asked { action: "/changes".to_owned(), back: "/issued".to_owned(), number: None };
    if let Some(question) = confirm::question(&visitor, &request, &form, asked) {
        return Ok(question);
    }
    let outcome = desk.port.change_status(&operator, request).await?;
    Ok(outcome_page(&visitor, outcome))
}

/// The request of a form, or what is missing in it.
pub(crate) fn request(t: Language, ids: Vec<String>, form: &Form) -> Result<ChangeRequest, &'static str> {
    if ids.is_empty() {
        return Err(t.choose_licences());
    }
    let change = named(&CHANGES, form.get("change")).ok_or(t.choose_change())?;
    let ground = named(&GROUNDS, form.get("ground")).ok_or(t.choose_ground())?;
    let document: String = form.get("document").chars().take(MAX_DOCUMENT).collect();
    if document.is_empty() {
        return Err(t.document_missing());
    }
    let until = form.get("until");
    let until = if until.is_empty() { None } else { Some(Date::from_text(until).ok_or(t.date_malformed())?) };
    Ok(ChangeRequest { ids, change, ground, document, until })
}

/// The page that tells what became of an action.
pub(crate) fn outcome_page(visitor: &Visitor, outcome: ChangeOutcome) -> Response {
    let t = visitor.language;
    let reason = |one: NotChanged| (one.number, t.pick(&one.zh, &one.en).to_owned());
    let (title, tone, height, not_changed) = match outcome {
        ChangeOutcome::Waits(_) => return Redirect::to("/approvals?new=1").into_response(),
        ChangeOutcome::Done { changed, not_changed, height } => {
            let tone = if not_changed.is_empty() { "good" } else { "warn" };
            let title = t.changed_count(&grouped(changed), not_changed.len());
            (title, tone, height.map(grouped), not_changed.into_iter().map(reason).collect())
        }
    };
    let frame = Frame::new(visitor, Place::Issued);
    answer_unkept(visitor, StatusCode::OK, &ChangedPage { frame, title, tone, height, not_changed })
}
