//! One batch: the report of its dry run, start and stop, how it goes, and the rows that were refused.

use super::Desk;
use super::batch_start::{csv, percent};
use super::form::Form;
use super::guard::Seated;
use super::port::{Batch, BatchState, ColumnReport, DeskError, DryRun, Operator, Progress, RefusedRow, Role};
use super::show::{Badge, batch_state, is_id};
use super::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer};
use crate::page::language::{Language, Visitor};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use futures::StreamExt;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::WatchStream;

/// Refused rows on the page; all of them are in the file.
const ROWS_SHOWN: u64 = 50;
/// A comment this often keeps proxies from closing an idle stream.
const HEARTBEAT: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "desk/batch.html")]
struct BatchPage {
    frame: Frame,
    is_clerk: bool,
    id: String,
    file_name: String,
    file_size: String,
    kind: String,
    what: &'static str,
    by: String,
    uploaded: String,
    going: Going,
    report: Option<Report>,
    refused: Vec<RefusedLine>,
    is_cut: bool,
    can_start: bool,
    can_stop: bool,
    is_moving: bool,
    start_word: String,
}

/// How a batch goes: on the page, and as an event for its script. Texts are made here, so that there is one way to write them.
struct Going {
    badge: Badge,
    percent: u64,
    line: String,
    refused: String,
}

struct Report {
    rows: String,
    good: String,
    known: String,
    refused: String,
    columns: Vec<ColumnLine>,
}

struct ColumnLine {
    heading: String,
    field: Option<String>,
    refused: u64,
    reason: String,
}

struct RefusedLine {
    row: String,
    column: String,
    reason: String,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let one = load(&desk, &operator, &id).await?;
    let refused = desk.port.refused_rows(&operator, &id, 0, ROWS_SHOWN).await?;
    let state = one.progress.state;
    let page = BatchPage {
        frame: Frame::new(&visitor, Place::Batches),
        is_clerk: operator.role >= Role::Clerk,
        file_size: size(one.file_bytes),
        kind: t.pick(&one.type_zh, &one.type_en).to_owned(),
        what: if one.is_sealed { t.batch_seals() } else { t.batch_indexes() },
        uploaded: t.time(one.uploaded),
        going: going(t, one.progress),
        refused: refused.into_iter().map(|row| refused_line(t, row)).collect(),
        is_cut: one.progress.refused > ROWS_SHOWN,
        can_start: matches!(state, BatchState::Checked | BatchState::Stopped | BatchState::Failed),
        can_stop: state == BatchState::Running,
        is_moving: matches!(state, BatchState::Running | BatchState::Checking),
        start_word: t.start_rows(&grouped(one.progress.total.saturating_sub(one.progress.done))),
        report: one.report.map(|report| report_of(t, report)),
        by: one.by,
        file_name: one.file_name,
        id,
    };
    Ok(answer(&visitor, StatusCode::OK, &page))
}

/// Starts or stops it.
pub(crate) async fn act(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    load(&desk, &operator, &id).await?;
    match form.get("action") {
        "start" => desk.port.start_batch(&operator, &id).await?,
        "stop" => desk.port.cancel_batch(&operator, &id).await?,
        _ => return Err(Trouble::BadForm),
    }
    Ok(Redirect::to(&format!("/batches/{id}")).into_response())
}

/// How it goes, as server-sent events: `progress` with JSON in the visitor's language, and `end` when it has ended.
pub(crate) async fn events(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let known = if is_id(&id) { desk.port.progress(&operator, &id) } else { None };
    let progress = known.ok_or(Trouble::Port(DeskError::NotFound))?;
    let place = Arc::clone(&desk.streams).try_acquire_owned().map_err(|_| Trouble::TooMany)?;
    let mut stopping = desk.stopping.subscribe();
    let stopped = async move {
        // An error means that the desk is gone, which ends the stream as well.
        let _gone = stopping.wait_for(|stopping| *stopping).await.is_err();
    };
    let t = visitor.language;
    let moving = WatchStream::new(progress).map(move |progress| event(t, progress)).take_until(Box::pin(stopped));
    let ended = futures::stream::once(async { Event::default().event("end").data("{}") });
    let held = moving.chain(ended).map(move |event| {
        // The stream keeps its place until it is dropped.
        let _ = &place;
        Ok::<_, Infallible>(event)
    });
    Ok(Sse::new(held).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn event(t: Language, progress: Progress) -> Event {
    let going = going(t, progress);
    let shown = serde_json::json!({
        "tone": going.badge.tone,
        "state": going.badge.word,
        "percent": going.percent,
        "line": going.line,
        "refused": going.refused,
        "moving": matches!(progress.state, BatchState::Running | BatchState::Checking),
    });
    Event::default().event("progress").data(shown.to_string())
}

/// The refused rows as a file.
pub(crate) async fn refused_csv(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    load(&desk, &operator, &id).await?;
    Ok(csv(&format!("{id}-未通过.csv"), desk.port.refused_csv(&operator, &id).await?))
}

async fn load(desk: &Desk, operator: &Operator, id: &str) -> Result<Batch, Trouble> {
    let one = if is_id(id) { desk.port.batch(operator, id).await? } else { None };
    one.ok_or(Trouble::Port(DeskError::NotFound))
}

fn going(t: Language, progress: Progress) -> Going {
    let is_running = progress.state == BatchState::Running;
    let done = format!("{} / {}", grouped(progress.done), grouped(progress.total));
    let line = match progress.remaining_s {
        Some(seconds) if is_running => t.rate(&done, &grouped(progress.per_second), seconds),
        _ => t.rows_done(&done),
    };
    Going {
        badge: batch_state(t, progress.state),
        percent: percent(progress.done, progress.total),
        line,
        refused: t.rows_refused(&grouped(progress.refused)),
    }
}

fn report_of(t: Language, report: DryRun) -> Report {
    Report {
        rows: grouped(report.rows),
        good: grouped(report.good),
        known: grouped(report.known),
        refused: grouped(report.refused),
        columns: report.columns.into_iter().map(|column| column_line(t, column)).collect(),
    }
}

fn column_line(t: Language, column: ColumnReport) -> ColumnLine {
    let field = column.field_zh.map(|zh| t.pick(&zh, column.field_en.as_deref().unwrap_or_default()).to_owned());
    ColumnLine {
        heading: column.heading,
        field,
        refused: column.refused,
        reason: t.pick(&column.reason_zh, &column.reason_en).to_owned(),
    }
}

fn refused_line(t: Language, row: RefusedRow) -> RefusedLine {
    RefusedLine {
        row: grouped(row.row),
        column: if row.column.is_empty() { t.whole_row().to_owned() } else { row.column },
        reason: t.pick(&row.zh, &row.en).to_owned(),
    }
}

/// Bytes in kB or MB.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
