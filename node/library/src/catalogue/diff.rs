//! What changed between two versions of a licence type.

use std::collections::BTreeSet;
use zhengku_ledger::entry::{FieldRule, LicenceType, ValidityRule};

/// One change, with both values in words; none where the thing is missing in that version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// What changed: a name of docs/spec/proof.md, or `field <key>`.
    pub what: String,
    /// The value before.
    pub old: Option<String>,
    /// The value after.
    pub new: Option<String>,
}

/// The changes from `old` to `new`, in the order of the format; empty when both say the same. Number and definer are the ledger's and
/// not compared.
#[must_use]
pub fn diff(old: &LicenceType, new: &LicenceType) -> Vec<Change> {
    let plain = plain(old).into_iter().zip(plain(new)).filter(|((_, old), (_, new))| old != new);
    let mut changes: Vec<Change> =
        plain.map(|((what, old), (_, new))| Change { what: what.to_owned(), old: Some(old), new: Some(new) }).collect();
    let find = |one: &LicenceType, key: &str| one.fields.iter().find(|field| field.key.as_str() == key).map(field);
    let mut keys = BTreeSet::new();
    for rule in old.fields.iter().chain(new.fields.iter()) {
        let key = rule.key.as_str();
        let (before, after) = (find(old, key), find(new, key));
        if keys.insert(key) && before != after {
            changes.push(Change { what: format!("field {key}"), old: before, new: after });
        }
    }
    if changes.is_empty() && order(old) != order(new) {
        changes.push(Change { what: "order of fields".to_owned(), old: Some(order(old)), new: Some(order(new)) });
    }
    changes
}

fn plain(one: &LicenceType) -> [(&'static str, String); 16] {
    let listed = |items: Vec<String>| items.join(", ");
    [
        ("code", one.code.to_string()),
        ("name_zh", one.name_zh.to_string()),
        ("name_en", one.name_en.to_string()),
        ("issuers", listed(one.issuers.iter().map(ToString::to_string).collect())),
        ("holder_kinds", listed(one.holder_kinds.iter().map(|kind| format!("{kind:03}")).collect())),
        ("min_holders", one.min_holders.to_string()),
        ("max_holders", one.max_holders.to_string()),
        ("twin", one.twin.to_string()),
        ("validity", validity(one.validity).to_owned()),
        ("aliases", listed(one.aliases.iter().map(|one| format!("{} {}", one.jurisdiction, one.code)).collect())),
        ("template", one.template.to_string()),
        ("openness", one.openness.name_en().to_owned()),
        ("level", one.level.name_en().to_owned()),
        ("placeholder", one.placeholder.to_string()),
        ("collection_start", one.collection_start.map(zhengku_ledger::ids::Date::to_text).unwrap_or_default()),
        (
            "states",
            listed(
                one.states.iter().map(|one| format!("{} {} {}", one.state.name_en(), one.code, one.name_zh)).collect(),
            ),
        ),
    ]
}

fn field(rule: &FieldRule) -> String {
    let mandatory = if rule.mandatory { "mandatory" } else { "optional" };
    format!("{} / {} / {} / {} / {mandatory}", rule.label_zh, rule.label_en, rule.kind.name_en(), rule.code)
}

fn order(one: &LicenceType) -> String {
    one.fields.iter().map(|field| field.key.as_str()).collect::<Vec<_>>().join(", ")
}

/// The name of a validity rule, as in the catalogue's files.
pub(super) const fn validity(rule: ValidityRule) -> &'static str {
    match rule {
        ValidityRule::MayEnd => "may_end",
        ValidityRule::MustEnd => "must_end",
        ValidityRule::NeverEnds => "never_ends",
    }
}
