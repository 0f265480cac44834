//! The question before a change that ends licences. It works without scripts: the form comes once more with `confirmed` in it, and the
//! focus is on the way back, so that a key pressed twice ends nothing.

use super::form::Form;
use super::port::ChangeRequest;
use super::show;
use crate::page::frame::{Frame, Place, answer_unkept};
use crate::page::language::Visitor;
use crate::page::show::grouped;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "desk/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    title: String,
    action: String,
    back: String,
    fields: Vec<(&'static str, String)>,
    number: Option<String>,
    ground: &'static str,
    document: String,
}

/// Where the form comes from, and the licence when it is about one.
pub(crate) struct Asked {
    /// The address that takes the form.
    pub(crate) action: String,
    /// The page to go back to.
    pub(crate) back: String,
    /// The number of the licence.
    pub(crate) number: Option<String>,
}

/// The question, when a request needs one that was not answered yet.
pub(crate) fn question(visitor: &Visitor, request: &ChangeRequest, form: &Form, asked: Asked) -> Option<Response> {
    if !show::is_final(request.change) || !form.get("confirmed").is_empty() {
        return None;
    }
    let t = visitor.language;
    let again = ["change", "ground", "document", "until"].map(|name| (name, form.get(name).to_owned()));
    let ids = request.ids.iter().map(|id| ("id", id.clone()));
    let page = ConfirmPage {
        frame: Frame::new(visitor, Place::Issued),
        title: t.confirm_change(show::change(t, request.change), &grouped(request.ids.len() as u64)),
        action: asked.action,
        back: asked.back,
        fields: ids.chain(again).collect(),
        number: asked.number,
        ground: show::ground(t, request.ground),
        document: request.document.clone(),
    };
    Some(answer_unkept(visitor, StatusCode::OK, &page))
}
