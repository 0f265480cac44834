//! 变更, 延续, 换发: a draft that takes the place of an issued licence. It begins on the licence's page; its form has two fields more than
//! that of a new licence, and says at the top what it succeeds.

use super::Desk;
use super::draft::{Field, Group, Shape, message_of};
use super::form::Form;
use super::guard::Seated;
use super::issued;
use super::port::{DOCUMENT_KEY, Draft, FieldProblem, GROUND_KEY, Reason, Succession, SuccessionKind};
use super::show::{self, GROUNDS, SUCCESSIONS, is_id, named};
use super::trouble::Trouble;
use crate::page::language::{Language, Visitor};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// The longest document number or reason, in characters.
const MAX_DOCUMENT: u32 = 120;

/// What a draft succeeds, as its page says it.
pub(crate) struct Heading {
    pub(crate) name: &'static str,
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) version: String,
    pub(crate) outcome: &'static str,
}

/// A way to take the place of a licence, as a button.
pub(crate) struct Offer {
    pub(crate) word: &'static str,
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
}

/// Begins a draft.
pub(crate) async fn begin(
    State(desk): State<Arc<Desk>>,
    Seated(operator): Seated,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let Some(kind) = named(&SUCCESSIONS, form.get("kind")).filter(|_| is_id(&id)) else {
        return issued::show(State(desk), Seated(operator), visitor, Path(id)).await;
    };
    let draft = desk.port.succeed(&operator, &id, kind).await?;
    Ok(Redirect::to(&format!("/drafts/{}", draft.id)).into_response())
}

/// The buttons.
pub(crate) fn offers(t: Language, kinds: &[SuccessionKind]) -> Vec<Offer> {
    let offer = |(kind, word): &(SuccessionKind, &'static str)| Offer {
        word,
        name: show::succession(t, *kind),
        what: match kind {
            SuccessionKind::Amend => t.amend_what(),
            SuccessionKind::Renew => t.renew_what(),
            SuccessionKind::Reissue => t.reissue_what(),
        },
    };
    SUCCESSIONS.iter().filter(|(kind, _)| kinds.contains(kind)).map(offer).collect()
}

/// The top of the form.
pub(crate) fn heading(t: Language, one: &Succession) -> Heading {
    Heading {
        name: show::succession(t, one.kind),
        id: one.former.id.clone(),
        number: one.former.number.clone(),
        version: t.version_of(one.version),
        outcome: match one.kind {
            SuccessionKind::Amend | SuccessionKind::Renew => t.same_number_outcome(),
            SuccessionKind::Reissue => t.new_number_outcome(),
        },
    }
}

/// The reason as it was typed in; none of a draft that succeeds nothing.
pub(crate) fn reason(draft: &Draft, form: &Form) -> Option<Reason> {
    draft.succession.as_ref().map(|_| Reason {
        ground: named(&GROUNDS, form.get(GROUND_KEY)),
        document: form.get(DOCUMENT_KEY).chars().take(MAX_DOCUMENT as usize).collect(),
    })
}

/// The label of a field of the reason; none: it is another field's key.
pub(crate) fn label(t: Language, key: &str) -> Option<&'static str> {
    match key {
        GROUND_KEY => Some(t.legal_ground()),
        DOCUMENT_KEY => Some(t.succession_document()),
        _ => None,
    }
}

/// The fields of the reason, drawn like those of the licence.
pub(crate) fn group(t: Language, one: &Succession, problems: &[FieldProblem]) -> Group {
    let field = |key: &str, value: String, hint: &str, max_length: u32, shape: Shape| {
        let (problem, is_blocking) = message_of(t, key, problems);
        Field {
            key: key.to_owned(),
            label: label(t, key).unwrap_or_default().to_owned(),
            hint: hint.to_owned(),
            value,
            source: None,
            is_mandatory: true,
            max_length,
            shape,
            problem,
            is_blocking,
        }
    };
    let word = GROUNDS.iter().find(|(ground, _)| Some(*ground) == one.reason.ground).map_or("", |(_, word)| *word);
    let choices = GROUNDS.iter().map(|(ground, word)| ((*word).to_owned(), show::ground(t, *ground).to_owned()));
    let ground = field(GROUND_KEY, word.to_owned(), "", 40, Shape::Choice(choices.collect()));
    let document = one.reason.document.clone();
    let document = field(DOCUMENT_KEY, document, t.document_hint(), MAX_DOCUMENT, Shape::Line);
    Group { name: t.succession_reason(), fields: vec![ground, document] }
}
