//! One issued licence: the result of a signing, its files, its history, and what may be done with it.

use super::Desk;
use super::confirm::{self, Asked};
use super::form::Form;
use super::guard::Seated;
use super::issued_list::{Row, outcome_page, request, row};
use super::port::{DeskError, FileKind, Issued, Operator, Related, Role};
use super::show::{self, CHANGES, FILE_KINDS, GROUNDS, is_id};
use super::succession::{self, Offer};
use super::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer_unkept};
use crate::page::language::{Language, Visitor, escaped};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/issued.html")]
struct IssuedLicencePage {
    frame: Frame,
    is_new: bool,
    is_clerk: bool,
    row: Row,
    identifier: String,
    valid_from: String,
    entry: String,
    height: String,
    votes: (u32, u32),
    files: Vec<FileRow>,
    steps: Vec<StepRow>,
    total: String,
    history: Vec<EventRow>,
    twin: Option<(String, String)>,
    replaces: Option<Related>,
    replaced_by: Option<Related>,
    is_successor: bool,
    offers: Vec<Offer>,
    changes: Vec<(&'static str, &'static str)>,
    grounds: Vec<(&'static str, &'static str)>,
    problem: Option<&'static str>,
    document: String,
}

struct FileRow {
    word: &'static str,
    name: &'static str,
    file: String,
}

struct StepRow {
    name: String,
    seconds: String,
}

struct EventRow {
    time: String,
    what: String,
    by: String,
    entry: Option<u64>,
    ground: String,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let one = load(&desk, &operator, &id).await?;
    Ok(page(&visitor, operator.role, one, None, String::new()))
}

/// Changes its status.
pub(crate) async fn change(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let one = load(&desk, &operator, &id).await?;
    let here = format!("/issued/{id}");
    let request = match request(visitor.language, vec![id], &form) {
        Err(problem) => {
            return Ok(page(&visitor, operator.role, one, Some(problem), form.get("document").to_owned()));
        }
        Ok(request) => request,
    };
    let asked = Asked { action: here.clone(), back: here, number: Some(one.row.number) };
    match confirm::question(&visitor, &request, &form, asked) {
        Some(question) => Ok(question),
        None => Ok(outcome_page(&visitor, desk.port.change_status(&operator, request).await?)),
    }
}

/// A file of it.
pub(crate) async fn file(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path((id, word)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let kind = FILE_KINDS.into_iter().find(|kind| show::file_kind(visitor.language, *kind).0 == word);
    let kind = kind.ok_or(Trouble::Nowhere)?;
    let file = if is_id(&id) { desk.port.file(&operator, &id, kind).await? } else { None };
    let file = file.ok_or(Trouble::Port(DeskError::NotFound))?;
    let media_type = HeaderValue::from_static(show::file_kind(visitor.language, kind).2);
    let saved_as = HeaderValue::try_from(format!("attachment; filename*=UTF-8''{}", escaped(&file.name)));
    let saved_as = saved_as.unwrap_or(HeaderValue::from_static("attachment"));
    Ok(([(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, saved_as)], file.bytes).into_response())
}

async fn load(desk: &Desk, operator: &Operator, id: &str) -> Result<Issued, Trouble> {
    let one = if is_id(id) { desk.port.issued(operator, id).await? } else { None };
    one.ok_or(Trouble::Port(DeskError::NotFound))
}

fn page(visitor: &Visitor, role: Role, one: Issued, problem: Option<&'static str>, document: String) -> Response {
    let t = visitor.language;
    let total: u64 = one.steps.iter().map(|step| step.ms).sum();
    let change_word = |change| CHANGES.iter().find(|(known, _)| *known == change).map(|(_, word)| *word);
    let page = IssuedLicencePage {
        frame: Frame::new(visitor, Place::Issued),
        is_new: visitor.asked("new").is_some(),
        is_clerk: role >= Role::Clerk,
        valid_from: t.date(one.valid_from),
        entry: grouped(one.entry),
        height: grouped(one.height),
        votes: one.votes,
        files: one.files.iter().map(|(kind, file)| file_row(t, *kind, file)).collect(),
        steps: one.steps.iter().map(|step| step_row(t, t.pick(&step.zh, &step.en), step.ms)).collect(),
        total: t.seconds(total),
        history: one.history.iter().map(|event| event_row(t, event)).collect(),
        twin: one.twin.clone(),
        is_successor: one.replaces.is_some() || one.files.iter().any(|(kind, _)| *kind == FileKind::FormerProof),
        offers: succession::offers(t, &one.successions),
        replaces: one.replaces,
        replaced_by: one.replaced_by,
        changes: one.changes.iter().filter_map(|one| Some((change_word(*one)?, show::change(t, *one)))).collect(),
        grounds: GROUNDS.iter().map(|(ground, word)| (*word, show::ground(t, *ground))).collect(),
        identifier: one.identifier,
        row: row(t, one.row),
        problem,
        document,
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    answer_unkept(visitor, status, &page)
}

fn file_row(t: Language, kind: FileKind, file: &str) -> FileRow {
    let (word, name, _) = show::file_kind(t, kind);
    FileRow { word, name, file: file.to_owned() }
}

fn step_row(t: Language, name: &str, ms: u64) -> StepRow {
    StepRow { name: name.to_owned(), seconds: t.seconds(ms) }
}

fn event_row(t: Language, event: &super::port::Event) -> EventRow {
    EventRow {
        time: t.time(event.time),
        what: t.pick(&event.zh, &event.en).to_owned(),
        by: event.by.clone(),
        entry: event.entry,
        ground: event.ground.clone(),
    }
}
