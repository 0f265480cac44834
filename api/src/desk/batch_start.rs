//! 批量台: the batches, and the upload of a register.

use super::Desk;
use super::form::Upload;
use super::guard::Seated;
use super::open;
use super::port::{Batch, DeskError, NewBatch, Operator, Role, TypeRow};
use super::show::{Badge, batch_state};
use super::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer};
use crate::page::language::{Language, Visitor, escaped};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// The longest register: about 300,000 rows of a workbook. Longer ones are imported with the command line.
const MAX_REGISTER: usize = 48 * 1024 * 1024;

#[derive(Template)]
#[template(path = "desk/batches.html")]
struct BatchesPage {
    frame: Frame,
    is_clerk: bool,
    types: Vec<TypeRow>,
    rows: Vec<Row>,
    limit_mib: usize,
    limit_bytes: usize,
    problem: Option<String>,
}

struct Row {
    id: String,
    file_name: String,
    kind: String,
    rows: String,
    refused: String,
    by: String,
    uploaded: String,
    state: Badge,
    percent: u64,
}

/// The types that this department may issue and that a search means.
pub(crate) async fn issuable(desk: &Desk, asked: &str) -> Result<Vec<TypeRow>, DeskError> {
    let types = desk.port.licence_types().await?;
    Ok(types.into_iter().filter(|one| one.may_issue && open::fits(one, asked)).collect())
}

/// The page.
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    page(&desk, &visitor, &operator, None).await
}

async fn page(
    desk: &Desk,
    visitor: &Visitor,
    operator: &Operator,
    problem: Option<String>,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let batches = desk.port.batches(operator).await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = BatchesPage {
        frame: Frame::new(visitor, Place::Batches),
        is_clerk: operator.role >= Role::Clerk,
        types: issuable(desk, "").await?,
        rows: batches.into_iter().map(|one| row(t, one)).collect(),
        limit_mib: MAX_REGISTER / 1024 / 1024,
        limit_bytes: MAX_REGISTER,
        problem,
    };
    Ok(answer(visitor, status, &page))
}

fn row(t: Language, one: Batch) -> Row {
    Row {
        kind: t.pick(&one.type_zh, &one.type_en).to_owned(),
        rows: grouped(one.progress.total),
        refused: grouped(one.progress.refused),
        uploaded: t.time(one.uploaded),
        state: batch_state(t, one.progress.state),
        percent: percent(one.progress.done, one.progress.total),
        id: one.id,
        file_name: one.file_name,
        by: one.by,
    }
}

/// How much of a whole, from 0 to 100.
pub(crate) const fn percent(done: u64, total: u64) -> u64 {
    match done.saturating_mul(100).checked_div(total) {
        Some(percent) if percent > 100 => 100,
        Some(percent) => percent,
        None => 0,
    }
}

/// Takes a register.
pub(crate) async fn upload(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let mut upload = Upload::read(request, MAX_REGISTER, &desk.bodies).await?;
    let type_code = upload.form.get("type").to_owned();
    let is_sealed = upload.form.get("kind") != "index";
    let Some(file) = upload.take("file") else {
        return page(&desk, &visitor, &operator, Some(t.no_file_chosen().to_owned())).await;
    };
    if !issuable(&desk, "").await?.iter().any(|one| one.code == type_code) {
        return page(&desk, &visitor, &operator, Some(t.choose_a_type().to_owned())).await;
    }
    if !is_register(&file.name, &file.bytes) {
        return page(&desk, &visitor, &operator, Some(t.no_register().to_owned())).await;
    }
    let batch = NewBatch { type_code, file_name: file.name, bytes: file.bytes, is_sealed };
    match desk.port.create_batch(&operator, batch).await {
        Ok(batch) => Ok(Redirect::to(&format!("/batches/{}", batch.id)).into_response()),
        Err(DeskError::BadFile { zh, en }) => page(&desk, &visitor, &operator, Some(t.pick(&zh, &en).to_owned())).await,
        Err(error) => Err(error.into()),
    }
}

/// Whether name and first bytes are those of a workbook or of text. A look only: the port reads it in earnest.
fn is_register(name: &str, bytes: &[u8]) -> bool {
    let name = name.to_lowercase();
    let is_text = !bytes.iter().take(4096).any(|byte| *byte == 0);
    (name.ends_with(".xlsx") && bytes.starts_with(b"PK\x03\x04")) || (name.ends_with(".csv") && is_text)
}

/// A register to begin with.
pub(crate) async fn template(State(desk): State<Arc<Desk>>, Path(code): Path<String>) -> Result<Response, Trouble> {
    let types = issuable(&desk, "").await?;
    let code = code.trim_end_matches(".csv");
    let one = types.iter().find(|one| one.code == code).ok_or(Trouble::Nowhere)?;
    let bytes = desk.port.register_template(&one.code).await?;
    Ok(csv(&format!("{}-模板.csv", one.name_zh), bytes))
}

/// A CSV file to save.
pub(crate) fn csv(name: &str, bytes: Vec<u8>) -> Response {
    let saved_as = format!("attachment; filename*=UTF-8''{}", escaped(name));
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, saved_as)];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_is_text_or_a_workbook() {
        assert!(is_register("a.CSV", "编号,名称\n".as_bytes()) && is_register("a.xlsx", b"PK\x03\x04rest"));
        for (name, bytes) in [
            ("a.xlsx", &b"MZ"[..]),
            ("a.csv", b"PK\x03\x04\x00"),
            ("a.exe", b"x"),
            ("a.xls", b"\xd0\xcf"),
            ("a.csv.html", b"x"),
        ] {
            assert!(!is_register(name, bytes), "{name}");
        }
    }

    #[test]
    fn percents_stay_between_0_and_100() {
        assert_eq!([percent(0, 0), percent(1, 3), percent(9, 3), percent(u64::MAX, 1)], [0, 33, 100, 100]);
    }
}
