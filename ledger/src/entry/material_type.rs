//! A type of electronic material (电子材料) in the catalogue: what people hand in beside licences, what it proves and where it comes from.

use crate::codec::Text;
use crate::ids::{LicenceTypeNumber, MaterialTypeNumber, OrganisationNumber};
use borsh::{BorshDeserialize, BorshSerialize};

/// A material type (材料类型).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct MaterialType {
    /// Its number on this ledger.
    pub number: MaterialTypeNumber,
    /// Its code, no other type's.
    pub code: Text<32>,
    /// Chinese name.
    pub name_zh: Text<96>,
    /// English name.
    pub name_en: Text<96>,
    /// Who defined it.
    pub definer: OrganisationNumber,
    /// What it proves.
    pub kind: MaterialKind,
    /// Where it comes from.
    pub source: MaterialSource,
}

/// What a material proves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum MaterialKind {
    /// 身份: who somebody is.
    Identity = 1,
    /// 资格: what somebody may do.
    Qualification = 2,
    /// 关系: how people belong together.
    Relation = 3,
    /// 权属: what belongs to whom.
    Ownership = 4,
    /// 事实: that something happened.
    Fact = 5,
    /// 申报: what the applicant declares.
    Declaration = 6,
}

/// Where a material comes from. The order is part of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum MaterialSource {
    /// The applicant brings it.
    Applicant,
    /// A licence of this type takes its place: nobody needs to hand it in.
    Licence(LicenceTypeNumber),
    /// A department has it.
    Department(OrganisationNumber),
}

impl MaterialKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Qualification, Self::Relation, Self::Ownership, Self::Fact, Self::Declaration];

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Identity => "身份",
            Self::Qualification => "资格",
            Self::Relation => "关系",
            Self::Ownership => "权属",
            Self::Fact => "事实",
            Self::Declaration => "申报",
        }
    }

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Qualification => "qualification",
            Self::Relation => "relation",
            Self::Ownership => "ownership",
            Self::Fact => "fact",
            Self::Declaration => "declaration",
        }
    }
}
