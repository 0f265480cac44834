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
    /// The kind of holder (GB/T 36903 annex A).
    pub holder_kind: u16,
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
    /// Its canonical bytes.
    pub canonical: Octets,
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
    /// Whether every licence must carry it.
    pub mandatory: bool,
}

impl From<&entry::Organisation> for Organisation {
    fn from(organisation: &entry::Organisation) -> Self {
        let known = [
            (entry::Roles::GOVERNOR, Role::Governor),
            (entry::Roles::DEFINER, Role::Definer),
            (entry::Roles::ISSUER, Role::Issuer),
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
            mandatory: rule.mandatory,
        };
        Self {
            number: licence_type.number.0,
            code: licence_type.code.to_string(),
            name_zh: licence_type.name_zh.to_string(),
            name_en: licence_type.name_en.to_string(),
            definer: licence_type.definer.0,
            issuers: licence_type.issuers.iter().map(|issuer| issuer.0).collect(),
            holder_kind: licence_type.holder_kind,
            min_holders: licence_type.min_holders,
            max_holders: licence_type.max_holders,
            twin: licence_type.twin,
            validity: match licence_type.validity {
                entry::ValidityRule::MayEnd => ValidityRule::MayEnd,
                entry::ValidityRule::MustEnd => ValidityRule::MustEnd,
                entry::ValidityRule::NeverEnds => ValidityRule::NeverEnds,
            },
            fields: licence_type.fields.iter().map(field).collect(),
            canonical: Octets(codec::encode(licence_type)),
        }
    }
}
