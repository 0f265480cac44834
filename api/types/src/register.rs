//! The registers beside the licences: seals, material types, approvals of mass actions.

use crate::{Hex, Octets};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_ledger::codec;
use zhengku_ledger::entry::{self, MaterialSource};

/// All seals.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Seals {
    /// The height they were read at.
    pub height: u64,
    /// By number.
    pub items: Vec<Seal>,
}

/// An electronic seal (电子印章).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Seal {
    /// Its number on this ledger.
    pub number: u32,
    /// Its identifier (esID of GB/T 38540).
    pub id: String,
    /// The organisation that owns it.
    pub owner: u32,
    /// Its name.
    pub name_zh: String,
    /// What it is for.
    #[schema(example = "licence")]
    pub seal_kind: String,
    /// The same in Chinese.
    pub seal_kind_zh: String,
    /// What was made; none while it is only applied for.
    pub made: Option<MadeSeal>,
    /// Where it stands.
    #[schema(example = "filed")]
    pub status: String,
    /// The same in Chinese.
    pub status_zh: String,
    /// The time of the block that brought this state, ms since 1970 UTC.
    pub changed_ms: u64,
    /// The number of the legal ground of this state.
    pub ground: u8,
    /// Its canonical bytes.
    pub canonical: Octets,
}

/// What a seal maker made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct MadeSeal {
    /// The organisation that made it.
    pub maker: u32,
    /// SHA-256 of the seal structure (DER).
    pub sha256: Hex,
    /// SM3 of the seal structure (DER).
    pub sm3: Hex,
    /// SHA-256 of each certificate that may sign with it.
    pub certificates: Vec<Hex>,
    /// The first day on which it may be used.
    pub valid_from: String,
    /// The last day.
    pub valid_to: String,
}

/// All material types.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct MaterialTypes {
    /// The height they were read at.
    pub height: u64,
    /// By number.
    pub items: Vec<MaterialType>,
}

/// A material type (材料类型).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct MaterialType {
    /// Its number on this ledger.
    pub number: u32,
    /// Its code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Who defined it.
    pub definer: u32,
    /// What it proves.
    #[schema(example = "identity")]
    pub proves: String,
    /// The same in Chinese.
    pub proves_zh: String,
    /// The licence type that takes its place.
    pub from_licence_type: Option<u32>,
    /// The department that has it.
    pub from_department: Option<u32>,
    /// Its canonical bytes.
    pub canonical: Octets,
}

/// A second person's approval of a mass action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchApproval {
    /// The organisation.
    pub organisation: u32,
    /// The root over the items.
    pub items_root: Hex,
    /// Their number.
    pub count: u32,
    /// The number of their payload kind.
    pub payload_kind: u8,
    /// The key that approved, as `ed25519:<hex>` or `sm2:<hex>`.
    pub approver: String,
    /// The transaction that it served.
    pub used_by: Option<Hex>,
}

impl From<&entry::SealRecord> for Seal {
    fn from(seal: &entry::SealRecord) -> Self {
        Self {
            number: seal.number.0,
            id: seal.id.to_string(),
            owner: seal.owner.0,
            name_zh: seal.name_zh.to_string(),
            seal_kind: seal.kind.name_en().to_owned(),
            seal_kind_zh: seal.kind.name_zh().to_owned(),
            made: seal.made.as_ref().map(Into::into),
            status: seal.status.name_en().to_owned(),
            status_zh: seal.status.name_zh().to_owned(),
            changed_ms: seal.changed.0,
            ground: seal.ground.code as u8,
            canonical: Octets(codec::encode(seal)),
        }
    }
}

impl From<&entry::MadeSeal> for MadeSeal {
    fn from(made: &entry::MadeSeal) -> Self {
        Self {
            maker: made.maker.0,
            sha256: made.sha256.into(),
            sm3: made.sm3.into(),
            certificates: made.certificates.iter().map(Hex::from).collect(),
            valid_from: made.valid_from.to_text(),
            valid_to: made.valid_to.to_text(),
        }
    }
}

impl From<&entry::MaterialType> for MaterialType {
    fn from(material: &entry::MaterialType) -> Self {
        let (from_licence_type, from_department) = match material.source {
            MaterialSource::Applicant => (None, None),
            MaterialSource::Licence(number) => (Some(number.0), None),
            MaterialSource::Department(number) => (None, Some(number.0)),
        };
        Self {
            number: material.number.0,
            code: material.code.to_string(),
            name_zh: material.name_zh.to_string(),
            name_en: material.name_en.to_string(),
            definer: material.definer.0,
            proves: material.kind.name_en().to_owned(),
            proves_zh: material.kind.name_zh().to_owned(),
            from_licence_type,
            from_department,
            canonical: Octets(codec::encode(material)),
        }
    }
}

impl From<&entry::BatchApprovalRecord> for BatchApproval {
    fn from(approval: &entry::BatchApprovalRecord) -> Self {
        Self {
            organisation: approval.organisation.0,
            items_root: approval.items_root.into(),
            count: approval.count,
            payload_kind: approval.kind as u8,
            approver: approval.approver.to_string(),
            used_by: approval.used_by.map(|id| id.digest().into()),
        }
    }
}
