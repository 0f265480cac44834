//! A draft: the form, the preview beside it, and 盖章签发. Nothing is signed that was not shown: when the values differ from what the
//! preview beside the form shows, they are saved and drawn first, and the operator is asked to look again.

use super::Desk;
use super::form::Form;
use super::guard::Seated;
use super::port::{
    DeskError, Draft, FieldChoice, FieldGroup, FieldInput, FieldProblem, FormField, Issuers, LicenceType, Operator,
    PrefillSource, Preview, Severity,
};
use super::show::is_id;
use super::succession::{self, Heading};
use super::trouble::{Trouble, words_of};
use crate::page::frame::{Frame, Place, answer_unkept};
use crate::page::language::{Language, Visitor};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/draft.html")]
struct DraftPage {
    frame: Frame,
    id: String,
    kind: String,
    succession: Option<Heading>,
    revision: u64,
    saved: String,
    groups: Vec<Group>,
    problems: Vec<ProblemLine>,
    blocking: usize,
    notice: Option<Notice>,
    pages: Vec<PageShown>,
    preview_failed: bool,
    prefilled: String,
}

/// Fields that belong together.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<Field>,
}

/// A field of the form.
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) value: String,
    pub(crate) source: Option<&'static str>,
    pub(crate) is_mandatory: bool,
    pub(crate) max_length: u32,
    pub(crate) shape: Shape,
    pub(crate) problem: Option<String>,
    pub(crate) is_blocking: bool,
}

/// How a field is drawn.
pub(crate) enum Shape {
    Line,
    Text,
    Date,
    Number,
    Identifier,
    Fixed,
    Choice(Vec<(String, String)>),
}

struct ProblemLine {
    key: Option<String>,
    label: String,
    words: String,
    is_blocking: bool,
}

struct Notice {
    tone: &'static str,
    title: String,
    words: String,
}

struct PageShown {
    number: usize,
    width: u32,
    height: u32,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let draft = load(&desk, &id).await?;
    page(&desk, (&operator, &visitor), draft, StatusCode::OK, None).await
}

/// What the operator asked for: save, sign, or throw away.
pub(crate) async fn act(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let draft = load(&desk, &id).await?;
    if form.get("action") == "delete" {
        desk.port.delete_draft(&operator, &id).await?;
        desk.previews.forget(&id);
        return Ok(Redirect::to("/").into_response());
    }
    let kind = desk.port.licence_type(&draft.type_code, None).await?.ok_or(Trouble::Port(DeskError::NotFound))?;
    let issuers = desk.port.issuers(&operator, &draft.type_code).await?;
    let (values, reason) = (values(&kind, &issuers, &draft, &form), succession::reason(&draft, &form));
    let shown: u64 = form.get("revision").parse().map_err(|_| Trouble::BadForm)?;
    let is_same_reason = reason.as_ref() == draft.succession.as_ref().map(|one| &one.reason);
    let is_saved = values == draft.values && is_same_reason && shown == draft.revision;
    // A script says so when the button was pressed before the preview of these very values was there to be looked at.
    let is_as_shown = is_saved && form.get("unseen").is_empty();
    let draft = if is_saved {
        draft
    } else {
        match desk.port.update_draft(&operator, &id, shown, values, reason).await {
            Ok(draft) => draft,
            Err(DeskError::Conflict) => {
                let draft = load(&desk, &id).await?;
                return page(
                    &desk,
                    (&operator, &visitor),
                    draft,
                    StatusCode::CONFLICT,
                    Some(failed(t, &DeskError::Conflict)),
                )
                .await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    if form.get("action") != "sign" {
        return page(&desk, (&operator, &visitor), draft, StatusCode::OK, None).await;
    }
    if !is_as_shown {
        let notice = Notice { tone: "warn", title: t.look_again().to_owned(), words: t.look_again_advice().to_owned() };
        return page(&desk, (&operator, &visitor), draft, StatusCode::UNPROCESSABLE_ENTITY, Some(notice)).await;
    }
    match desk.port.sign(&operator, &id, draft.revision).await {
        Ok(issued) => {
            desk.previews.forget(&id);
            Ok(Redirect::to(&format!("/issued/{}?new=1", issued.row.id)).into_response())
        }
        Err(error @ (DeskError::NotFound | DeskError::Failed(_))) => Err(error.into()),
        Err(error) => {
            tracing::warn!(error = %error, "desk.not_signed");
            page(&desk, (&operator, &visitor), draft, StatusCode::UNPROCESSABLE_ENTITY, Some(failed(t, &error))).await
        }
    }
}

/// A page of the preview as a picture. The address names the revision, so that no old picture is taken for a new one.
pub(crate) async fn picture(
    State(desk): State<Arc<Desk>>,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let draft = load(&desk, &id).await?;
    let number: usize = number.trim_end_matches(".png").parse().map_err(|_| Trouble::Nowhere)?;
    let preview = preview(&desk, &draft).await?;
    let page = number.checked_sub(1).and_then(|place| preview.pages.get(place)).ok_or(Trouble::Nowhere)?;
    Ok(([(CONTENT_TYPE, "image/png")], page.png.clone()).into_response())
}

async fn load(desk: &Desk, id: &str) -> Result<Draft, Trouble> {
    let draft = if is_id(id) { desk.port.draft(id).await? } else { None };
    draft.ok_or(Trouble::Port(DeskError::NotFound))
}

async fn preview(desk: &Desk, draft: &Draft) -> Result<Arc<Preview>, DeskError> {
    match desk.previews.find(&draft.id, draft.revision) {
        Some(preview) => Ok(preview),
        None => Ok(desk.previews.keep(&draft.id, desk.port.preview(&draft.id).await?)),
    }
}

/// The values of a form; only what the type has, and nothing that the system fills in.
fn values(kind: &LicenceType, issuers: &Issuers, draft: &Draft, form: &Form) -> BTreeMap<String, String> {
    let own = |field: &FormField| match input_of(field, issuers, draft) {
        FieldInput::Fixed => draft.values.get(&field.key).cloned().unwrap_or_default(),
        _ => form.get(&field.key).chars().take(field.max_length as usize).collect(),
    };
    let pairs = kind.fields.iter().map(|field| (field.key.clone(), own(field)));
    pairs.filter(|(_, value)| !value.is_empty()).collect()
}

fn failed(t: Language, error: &DeskError) -> Notice {
    let (title, words) = words_of(error, t);
    Notice { tone: "bad", title, words }
}

async fn page(
    desk: &Desk,
    (operator, visitor): (&Operator, &Visitor),
    draft: Draft,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let kind = desk.port.licence_type(&draft.type_code, None).await?.ok_or(Trouble::Port(DeskError::NotFound))?;
    let issuers = desk.port.issuers(operator, &draft.type_code).await?;
    let problems = desk.port.check(operator, &draft.id).await?;
    let drawn = preview(desk, &draft).await;
    if let Err(error) = &drawn {
        tracing::warn!(error = %error, "desk.preview_failed");
    }
    let pages = drawn.as_ref().map(|preview| preview.pages.as_slice()).unwrap_or_default();
    let filled = kind.fields.iter().filter(|field| draft.values.contains_key(&field.key)).count();
    let page = DraftPage {
        frame: Frame::new(visitor, Place::Queue),
        kind: t.pick(&kind.row.name_zh, &kind.row.name_en).to_owned(),
        succession: draft.succession.as_ref().map(|one| succession::heading(t, one)),
        revision: draft.revision,
        saved: t.saved_by(&t.time(draft.changed), &draft.changed_by),
        groups: groups(t, &kind, &issuers, (&draft, &problems)),
        problems: problems.iter().map(|problem| problem_line(t, &kind, problem)).collect(),
        blocking: problems.iter().filter(|problem| problem.severity == Severity::Blocks).count(),
        notice,
        pages: (1_usize..)
            .zip(pages)
            .map(|(number, page)| PageShown { number, width: page.width, height: page.height })
            .collect(),
        preview_failed: drawn.is_err(),
        prefilled: t.prefilled_of(draft.prefilled.len(), filled, kind.fields.len()),
        id: draft.id,
    };
    Ok(answer_unkept(visitor, status, &page))
}

fn problem_line(t: Language, kind: &LicenceType, problem: &FieldProblem) -> ProblemLine {
    let field = kind.fields.iter().find(|field| Some(&field.key) == problem.key.as_ref());
    let own = problem.key.as_ref().and_then(|key| succession::label(t, key));
    ProblemLine {
        key: field.map(|field| field.key.clone()).or_else(|| own.and(problem.key.clone())),
        label: match field {
            Some(field) => t.pick(&field.label_zh, &field.label_en).to_owned(),
            None => own.unwrap_or(t.whole_draft()).to_owned(),
        },
        words: t.pick(&problem.zh, &problem.en).to_owned(),
        is_blocking: problem.severity == Severity::Blocks,
    }
}

fn groups(
    t: Language,
    kind: &LicenceType,
    issuers: &Issuers,
    (draft, problems): (&Draft, &[FieldProblem]),
) -> Vec<Group> {
    let names = [
        (FieldGroup::Holder, t.group_holder()),
        (FieldGroup::Face, t.group_face()),
        (FieldGroup::Licence, t.group_licence()),
    ];
    let of = |group| {
        let fields = kind.fields.iter().filter(move |field| field.group == group);
        fields.map(|field| field_of(t, field, issuers, (draft, problems))).collect::<Vec<_>>()
    };
    let reason = draft.succession.as_ref().map(|one| succession::group(t, one, problems));
    let groups = names.into_iter().map(|(group, name)| Group { name, fields: of(group) });
    reason.into_iter().chain(groups).filter(|group| !group.fields.is_empty()).collect()
}

fn field_of(t: Language, field: &FormField, issuers: &Issuers, (draft, problems): (&Draft, &[FieldProblem])) -> Field {
    let input = input_of(field, issuers, draft);
    let (problem, is_blocking) = message_of(t, &field.key, problems);
    Field {
        key: field.key.clone(),
        label: t.pick(&field.label_zh, &field.label_en).to_owned(),
        hint: t.pick(&field.hint_zh, &field.hint_en).to_owned(),
        value: draft.values.get(&field.key).cloned().unwrap_or_default(),
        source: draft.prefilled.get(&field.key).map(|source| source_name(t, *source)),
        is_mandatory: field.is_mandatory,
        max_length: field.max_length,
        shape: shape(t, &input),
        problem,
        is_blocking,
    }
}

/// What is wrong with a field, and whether it keeps the draft from being signed.
pub(crate) fn message_of(t: Language, key: &str, problems: &[FieldProblem]) -> (Option<String>, bool) {
    let problem = problems.iter().find(|problem| problem.key.as_deref() == Some(key));
    let words = problem.map(|problem| t.pick(&problem.zh, &problem.en).to_owned());
    (words, problem.is_some_and(|problem| problem.severity == Severity::Blocks))
}

/// The issuer is chosen among those that the operator signs for; what follows from it is not typed, nor what a successor keeps.
fn input_of(field: &FormField, issuers: &Issuers, draft: &Draft) -> FieldInput {
    let is = |key: &Option<String>| key.as_ref() == Some(&field.key);
    if draft.fixed.contains(&field.key) {
        FieldInput::Fixed
    } else if is(&issuers.key) {
        FieldInput::Choice(issuers.choices.clone())
    } else if is(&issuers.follows) {
        FieldInput::Fixed
    } else {
        field.input.clone()
    }
}

fn shape(t: Language, input: &FieldInput) -> Shape {
    let choice = |choice: &FieldChoice| (choice.value.clone(), t.pick(&choice.zh, &choice.en).to_owned());
    match input {
        FieldInput::Line => Shape::Line,
        FieldInput::Text => Shape::Text,
        FieldInput::Date => Shape::Date,
        FieldInput::Number => Shape::Number,
        FieldInput::Identifier => Shape::Identifier,
        FieldInput::Fixed => Shape::Fixed,
        FieldInput::Choice(choices) => Shape::Choice(choices.iter().map(choice).collect()),
    }
}

const fn source_name(t: Language, source: PrefillSource) -> &'static str {
    match source {
        PrefillSource::Issuer => t.say("本机关", "this department"),
        PrefillSource::Calendar => t.say("按日期规则", "from the calendar"),
        PrefillSource::NextNumber => t.say("自动编号", "next number"),
        PrefillSource::FormerLicence => t.say("取自原证", "from the former licence"),
        PrefillSource::OtherLicence => t.say("取自其他证照", "from another licence"),
    }
}
