//! Who may issue what: the organisations and the licence types of the ledger. Public facts only.

use super::Pages;
use super::frame::{Frame, Place, answer};
use super::language::{Language, Visitor};
use super::show::grouped;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use zhengku_ledger::entry::{LicenceType, Organisation, OrganisationStatus, Roles};
use zhengku_ledger::ids::EntryKey;
use zhengku_ledger::state::Directory;

#[derive(Template)]
#[template(path = "directory.html")]
struct DirectoryPage {
    frame: Frame,
    organisations: Vec<OrganisationRow>,
    types: Vec<TypeRow>,
}

struct OrganisationRow {
    number: u32,
    key: String,
    name: String,
    code: String,
    roles: String,
    keys: String,
    is_active: bool,
    state: &'static str,
}

struct TypeRow {
    number: u32,
    key: String,
    name: String,
    code: String,
    definer: String,
    fields: usize,
    mandatory: usize,
    validity: &'static str,
}

/// The page.
pub(crate) async fn show(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let tip = pages.ledger.tip();
    let t = visitor.language;
    let page = DirectoryPage {
        frame: Frame::new(&visitor, Place::Directory),
        organisations: tip.directory.organisations().map(|one| organisation(t, one)).collect(),
        types: tip.directory.licence_types().map(|one| licence_type(t, &tip.directory, one)).collect(),
    };
    answer(&visitor, StatusCode::OK, &page)
}

fn organisation(t: Language, one: &Organisation) -> OrganisationRow {
    let is_active = one.status == OrganisationStatus::Active;
    OrganisationRow {
        number: one.number.0,
        key: hex::encode(EntryKey::of_organisation(one.number).digest().as_bytes()),
        name: t.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        code: one.credit_code.as_str().to_owned(),
        roles: roles(t, one.roles),
        keys: one.keys.iter().map(|key| key.algorithm().name()).collect::<Vec<_>>().join(", "),
        is_active,
        state: if is_active { t.active() } else { t.barred() },
    }
}

/// The roles of an organisation, in words.
pub(crate) fn roles(t: Language, roles: Roles) -> String {
    let all = [
        (Roles::GOVERNOR, t.governor()),
        (Roles::DEFINER, t.definer()),
        (Roles::ISSUER, t.issuer()),
        (Roles::SEAL_MAKER, t.seal_maker()),
    ];
    let names: Vec<&str> = all.into_iter().filter(|(role, _)| roles.include(*role)).map(|(_, name)| name).collect();
    names.join(if t == Language::Chinese { "、" } else { ", " })
}

fn licence_type(t: Language, directory: &Directory, one: &LicenceType) -> TypeRow {
    let definer = directory.organisation(one.definer);
    TypeRow {
        number: one.number.0,
        key: hex::encode(EntryKey::of_licence_type(one.number).digest().as_bytes()),
        name: t.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        code: one.code.as_str().to_owned(),
        definer: definer.map_or_else(
            || grouped(one.definer.0),
            |known| t.pick(known.name_zh.as_str(), known.name_en.as_str()).to_owned(),
        ),
        fields: one.fields.len(),
        mandatory: one.fields.iter().filter(|field| field.mandatory).count(),
        validity: t.validity_rule(one.validity),
    }
}
