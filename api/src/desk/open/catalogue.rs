//! 证照目录: the licence types, found by name, code or pinyin initials; each with its fields, versions and what changed.

use super::Open;
use crate::desk::port::{DeskError, Difference, FieldInput, FormField, LicenceType, TypeRow, ValidityRule};
use crate::desk::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer};
use crate::page::language::{Language, Visitor};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// The longest search and the longest code.
const MAX_ASKED: usize = 80;

#[derive(Template)]
#[template(path = "desk/catalogue.html")]
struct CataloguePage {
    frame: Frame,
    rows: Vec<TypeRow>,
    all: usize,
    asked: String,
}

#[derive(Template)]
#[template(path = "desk/type.html")]
struct TypePage {
    frame: Frame,
    one: LicenceType,
    name: String,
    validity: &'static str,
    since: String,
    issuers: String,
    fields: Vec<FieldRow>,
    versions: Vec<VersionRow>,
    difference: Option<DifferencePart>,
}

struct FieldRow {
    key: String,
    label: String,
    other_label: String,
    kind: &'static str,
    hint: String,
    is_mandatory: bool,
}

struct VersionRow {
    version: u32,
    since: String,
    entry: Option<u64>,
    is_shown: bool,
    older: Option<u32>,
}

struct DifferencePart {
    from: u32,
    to: u32,
    rows: Vec<Difference>,
}

/// The list.
pub(crate) async fn list(State(open): State<Open>, visitor: Visitor) -> Result<Response, Trouble> {
    let types = open.port()?.licence_types().await?;
    let asked: String = visitor.asked("q").unwrap_or_default().trim().chars().take(MAX_ASKED).collect();
    let all = types.len();
    let rows = types.into_iter().filter(|one| fits(one, &asked)).collect();
    let frame = Frame::new(&visitor, Place::Catalogue);
    Ok(answer(&visitor, StatusCode::OK, &CataloguePage { frame, rows, all, asked }))
}

/// Whether a type is meant by a search: part of its name, its pinyin initials (`spjyxkz`), its English name or its code.
pub(crate) fn fits(one: &TypeRow, asked: &str) -> bool {
    let asked = asked.trim().to_lowercase();
    one.name_zh.contains(&asked)
        || one.initials.contains(&asked)
        || one.name_en.to_lowercase().contains(&asked)
        || one.code.to_lowercase().starts_with(&asked)
}

/// One type.
pub(crate) async fn show(
    State(open): State<Open>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Trouble> {
    let (port, t) = (open.port()?, visitor.language);
    let is_code = code.len() <= MAX_ASKED && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let code = is_code.then_some(code).ok_or(Trouble::Nowhere)?;
    let version = number(&visitor, "version");
    let one = port.licence_type(&code, version).await?.ok_or(Trouble::Port(DeskError::NotFound))?;
    let versions = port.type_versions(&code).await?;
    let difference = match (number(&visitor, "from"), number(&visitor, "to")) {
        (Some(from), Some(to)) => {
            let rows = port.type_difference(&code, from, to).await?;
            rows.map(|rows| DifferencePart { from, to, rows })
        }
        _ => None,
    };
    let mut rows = Vec::with_capacity(versions.len());
    for (place, entry) in versions.iter().enumerate() {
        rows.push(VersionRow {
            version: entry.version,
            since: t.date(entry.since),
            entry: entry.entry,
            is_shown: entry.version == one.version,
            older: versions.get(place.saturating_add(1)).map(|older| older.version),
        });
    }
    let page = TypePage {
        frame: Frame::new(&visitor, Place::Catalogue),
        name: t.pick(&one.row.name_zh, &one.row.name_en).to_owned(),
        validity: validity(t, one.validity),
        since: one.collected_since.map_or_else(|| t.not_stated().to_owned(), |day| t.date(day)),
        issuers: one.issuers.join(if t == Language::Chinese { "、" } else { ", " }),
        fields: one.fields.iter().map(|field| field_row(t, field)).collect(),
        versions: rows,
        difference,
        one,
    };
    Ok(answer(&visitor, StatusCode::OK, &page))
}

fn number(visitor: &Visitor, name: &str) -> Option<u32> {
    visitor.asked(name)?.parse().ok()
}

fn field_row(t: Language, field: &FormField) -> FieldRow {
    let (label, other) = match t {
        Language::Chinese => (&field.label_zh, &field.label_en),
        Language::English => (&field.label_en, &field.label_zh),
    };
    FieldRow {
        key: field.key.clone(),
        label: label.clone(),
        other_label: other.clone(),
        kind: kind(t, &field.input),
        hint: t.pick(&field.hint_zh, &field.hint_en).to_owned(),
        is_mandatory: field.is_mandatory,
    }
}

const fn kind(t: Language, input: &FieldInput) -> &'static str {
    match input {
        FieldInput::Line => t.say("文字", "text"),
        FieldInput::Text => t.say("多行文字", "lines of text"),
        FieldInput::Date => t.say("日期", "date"),
        FieldInput::Number => t.say("数字", "number"),
        FieldInput::Identifier => t.say("号码", "identifier"),
        FieldInput::Choice(_) => t.say("代码选择", "choice"),
        FieldInput::Fixed => t.say("系统填写", "filled in by the system"),
    }
}

const fn validity(t: Language, rule: ValidityRule) -> &'static str {
    match rule {
        ValidityRule::MayEnd => t.say("可有截止日期，也可长期", "with or without an end"),
        ValidityRule::MustEnd => t.say("必须有截止日期", "an end is mandatory"),
        ValidityRule::NeverEnds => t.say("长期有效", "never ends"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_by_name_initials_english_and_code() {
        let one = TypeRow {
            code: "11999999000000019M101".to_owned(),
            name_zh: "食品经营许可证".to_owned(),
            name_en: "Food business licence".to_owned(),
            initials: "spjyxkz".to_owned(),
            definer: String::new(),
            holders_zh: String::new(),
            holders_en: String::new(),
            version: 1,
            is_placeholder: true,
            may_issue: true,
        };
        for asked in ["", "食品", "spjy", "SPJYXKZ", "jyxk", "food", "11999999", " 经营 "] {
            assert!(fits(&one, asked), "{asked}");
        }
        for asked in ["驾驶", "jsz", "99999", "x y"] {
            assert!(!fits(&one, asked), "{asked}");
        }
    }
}
