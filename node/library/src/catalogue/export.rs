//! The catalogue as JSON and as CSV (one row for each field), for other systems and for people.

use super::diff::validity;
use crate::spreadsheet;
use serde_json::{Value, json};
use zhengku_ledger::entry::LicenceType;

/// The types as JSON.
#[must_use]
pub fn json<'t>(types: impl IntoIterator<Item = &'t LicenceType>) -> Value {
    Value::Array(types.into_iter().map(one).collect())
}

fn one(kind: &LicenceType) -> Value {
    let fields: Vec<Value> = kind
        .fields
        .iter()
        .map(|field| {
            json!({
                "key": field.key.as_str(), "label_zh": field.label_zh.as_str(), "label_en": field.label_en.as_str(),
                "kind": field.kind.name_en(), "code": field.code.as_str(), "mandatory": field.mandatory,
            })
        })
        .collect();
    let aliases: Vec<Value> = kind
        .aliases
        .iter()
        .map(|one| json!({ "jurisdiction": one.jurisdiction.as_str(), "code": one.code.as_str() }))
        .collect();
    let states: Vec<Value> = kind
        .states
        .iter()
        .map(|one| json!({ "state": one.state.name_en(), "code": one.code.as_str(), "name_zh": one.name_zh.as_str() }))
        .collect();
    json!({
        "number": kind.number.0, "code": kind.code.as_str(), "placeholder": kind.placeholder,
        "name_zh": kind.name_zh.as_str(), "name_en": kind.name_en.as_str(), "definer": kind.definer.0,
        "issuers": kind.issuers.iter().map(|one| one.0).collect::<Vec<_>>(),
        "holder_kinds": kind.holder_kinds.iter().map(|kind| format!("{kind:03}")).collect::<Vec<_>>(),
        "min_holders": kind.min_holders, "max_holders": kind.max_holders, "twin": kind.twin,
        "validity": validity(kind.validity), "template": kind.template.as_str(), "openness": kind.openness.name_en(),
        "level": kind.level.name_en(), "aliases": aliases, "states": states, "fields": fields,
        "collection_start": kind.collection_start.map(zhengku_ledger::ids::Date::to_text),
    })
}

/// The fields of the types as CSV (RFC 4180), one row for each field, with a byte order mark so that office programs see UTF-8.
#[must_use]
pub fn csv<'t>(types: impl IntoIterator<Item = &'t LicenceType>) -> String {
    let mut text = String::from(
        "\u{feff}证照类型代码 code,证照名称 name,English name,占位 placeholder,字段 key,标签 label,English label,类型 kind,短名 short name,必填 mandatory\r\n",
    );
    for kind in types {
        for field in kind.fields.iter() {
            let cells = [
                kind.code.as_str(),
                kind.name_zh.as_str(),
                kind.name_en.as_str(),
                if kind.placeholder { "yes" } else { "no" },
                field.key.as_str(),
                field.label_zh.as_str(),
                field.label_en.as_str(),
                field.kind.name_en(),
                field.code.as_str(),
                if field.mandatory { "yes" } else { "no" },
            ];
            text.push_str(&cells.map(cell).join(","));
            text.push_str("\r\n");
        }
    }
    text
}

/// A cell that every office program reads as text: quoted where RFC 4180 asks for it, and never a formula.
fn cell(value: &str) -> String {
    let value = spreadsheet::guarded(value);
    if value.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.into_owned()
    }
}
