//! Organisations, licence types and parameters of a ledger.

use crate::Octets;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_ledger::codec;
use zhengku_ledger::entry;

/// All organisations.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Organisations {
    /// The height they were read at.
    pub height: u64,
    /// By number.
    pub items: Vec<Organisation>,
}

/// An organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    /// Its number on this ledger.
    pub number: u32,
    /// Its unified social credit code (GB 32100).
    pub credit_code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The keys it signs with, as `ed25519:<hex>` or `sm2:<hex>`.
    pub keys: Vec<String>,
    /// Whether it may act.
    pub status: OrganisationStatus,
    /// Its canonical bytes.
    pub canonical: Octets,
}

/// A role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registers organisations.
    Governor,
    /// Defines licence types.
    Definer,
    /// Issues licences.
    Issuer,
    /// Makes electronic seals.
    SealMaker,
}

/// Whether an organisation may act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationStatus {
    /// It may.
    Active,
    /// It may not.
    Barred,
}

/// All licence types.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceTypes {
    /// The height they were read at.
    pub height: u64,
    /// By number.
    pub items: Vec<LicenceType>,
}

/// A licence type (证照类型).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceType {
    /// Its number on this ledger.
    pub number: u32,
    /// Its code (GB/T 36904).
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Who defined it.
    pub definer: u32,
    /// Who may issue it; empty: every issuer.
    pub issuers: Vec<u32>,
    /// The kinds of holder (GB/T 36903 annex A), the usual one first.
    pub holder_kinds: Vec<u16>,
    /// The fewest holders.
    pub min_holders: u8,
    /// The most holders.
    pub max_holders: u8,
    /// Whether it is issued as two linked parts.
    pub twin: bool,
    /// What its dates must look like.
    pub validity: ValidityRule,
    /// Its face fields, in order.
    pub fields: Vec<FieldRule>,
    /// Its codes in the catalogues of jurisdictions.
    pub aliases: Vec<Alias>,
    /// The layout of its files.
    #[schema(example = "permit")]
    pub template: String,
    /// Whether its entries may be shown to everybody (公开属性): `public`, `restricted`, `private`.
    #[schema(example = "restricted")]
    pub openness: String,
    /// Whose standard it follows (标准级别): `national`, `provincial`, `city`, `district`.
    #[schema(example = "national")]
    pub level: String,
    /// Whether its code is a placeholder: the real one is not known.
    pub placeholder: bool,
    /// Since when its licences are collected.
    pub collection_start: Option<String>,
    /// What its own standard calls the states.
    pub states: Vec<StateName>,
    /// Its canonical bytes.
    pub canonical: Octets,
}

/// A code of a licence type in the catalogue of a jurisdiction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Alias {
    /// The jurisdiction by its area code (GB/T 2260).
    #[schema(example = "310000")]
    pub jurisdiction: String,
    /// The code.
    pub code: String,
}

/// What a standard calls a state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct StateName {
    /// The state.
    #[schema(example = "valid")]
    pub state: String,
    /// Its code in that standard.
    pub code: String,
    /// Its name in that standard.
    pub name_zh: String,
}

/// What the dates of a licence must look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValidityRule {
    /// With or without an end.
    MayEnd,
    /// An end is mandatory.
    MustEnd,
    /// It never ends.
    NeverEnds,
}

/// A face field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldRule {
    /// Its key.
    pub key: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// The kind of its value.
    #[schema(example = "text")]
    pub kind: String,
    /// Its short name or code in the standards; may be empty.
    pub code: String,
    /// Whether every licence must carry it.
    pub mandatory: bool,
}

impl From<&entry::Organisation> for Organisation {
    fn from(organisation: &entry::Organisation) -> Self {
        let known = [
            (entry::Roles::GOVERNOR, Role::Governor),
            (entry::Roles::DEFINER, Role::Definer),
            (entry::Roles::ISSUER, Role::Issuer),
            (entry::Roles::SEAL_MAKER, Role::SealMaker),
        ];
        let has = |(bit, role)| organisation.roles.include(bit).then_some(role);
        Self {
            number: organisation.number.0,
            credit_code: organisation.credit_code.to_string(),
            name_zh: organisation.name_zh.to_string(),
            name_en: organisation.name_en.to_string(),
            roles: known.into_iter().filter_map(has).collect(),
            keys: organisation.keys.iter().map(ToString::to_string).collect(),
            status: match organisation.status {
                entry::OrganisationStatus::Active => OrganisationStatus::Active,
                entry::OrganisationStatus::Barred => OrganisationStatus::Barred,
            },
            canonical: Octets(codec::encode(organisation)),
        }
    }
}

impl From<&entry::LicenceType> for LicenceType {
    fn from(licence_type: &entry::LicenceType) -> Self {
        let field = |rule: &entry::FieldRule| FieldRule {
            key: rule.key.to_string(),
            label_zh: rule.label_zh.to_string(),
            label_en: rule.label_en.to_string(),
            kind: rule.kind.name_en().to_owned(),
            code: rule.code.to_string(),
            mandatory: rule.mandatory,
        };
        let alias =
            |one: &entry::Alias| Alias { jurisdiction: one.jurisdiction.to_string(), code: one.code.to_string() };
        let state = |one: &entry::StateName| StateName {
            state: one.state.name_en().to_owned(),
            code: one.code.to_string(),
            name_zh: one.name_zh.to_string(),
        };
        Self {
            number: licence_type.number.0,
            code: licence_type.code.to_string(),
            name_zh: licence_type.name_zh.to_string(),
            name_en: licence_type.name_en.to_string(),
            definer: licence_type.definer.0,
            issuers: licence_type.issuers.iter().map(|issuer| issuer.0).collect(),
            holder_kinds: licence_type.holder_kinds.to_vec(),
            min_holders: licence_type.min_holders,
            max_holders: licence_type.max_holders,
            twin: licence_type.twin,
            validity: match licence_type.validity {
                entry::ValidityRule::MayEnd => ValidityRule::MayEnd,
                entry::ValidityRule::MustEnd => ValidityRule::MustEnd,
                entry::ValidityRule::NeverEnds => ValidityRule::NeverEnds,
            },
            fields: licence_type.fields.iter().map(field).collect(),
            aliases: licence_type.aliases.iter().map(alias).collect(),
            template: licence_type.template.to_string(),
            openness: licence_type.openness.name_en().to_owned(),
            level: licence_type.level.name_en().to_owned(),
            placeholder: licence_type.placeholder,
            collection_start: licence_type.collection_start.map(zhengku_ledger::ids::Date::to_text),
            states: licence_type.states.iter().map(state).collect(),
            canonical: Octets(codec::encode(licence_type)),
        }
    }
}
