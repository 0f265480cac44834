//! What a row becomes.

use std::sync::Arc;

use serde::Serialize;

use super::{CivilDate, RawRow, Refusal};

/// State of a licence as the department's register has it. Expiry follows from the dates and is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum DraftStatus {
    /// 有效.
    Valid,
    /// 暂扣.
    Suspended,
    /// 已变更, 已换发.
    Superseded,
    /// 注销: ended in the ordinary way.
    Cancelled,
    /// 撤销: issued wrongly and withdrawn.
    Withdrawn,
    /// 吊销: taken away as a penalty.
    Revoked,
}

impl DraftStatus {
    /// Name in mapping files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
            Self::Withdrawn => "withdrawn",
            Self::Revoked => "revoked",
        }
    }

    /// True for 注销, 撤销 and 吊销: the licence is imported as no longer in force.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Withdrawn | Self::Revoked)
    }
}

/// One of the two linked licences of a birth certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum Part {
    /// 正页, kept by the family.
    Main,
    /// 副联, for the household entry.
    Counterfoil,
}

impl Part {
    /// The Chinese name, as in registers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "正页",
            Self::Counterfoil => "副联",
        }
    }
}

/// A holder of a licence.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// Holder code type of GB/T 36903 annex A: 001 credit code, 111 citizen number.
    pub id_type: Arc<str>,
    /// The number, normalised and checked.
    pub id_number: String,
    /// The name, spaces around it removed, otherwise as handed over.
    pub name: String,
}

/// A field of the licence's face.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Key of the mapping, English snake_case.
    pub key: Arc<str>,
    /// Chinese label of the mapping.
    pub label: Arc<str>,
    /// Normalised value, never blank.
    pub value: String,
}

/// A licence read from a register, checked as far as one file allows.
#[derive(Clone, PartialEq, Eq)]
pub struct LicenceDraft {
    /// Licence type code of the mapping, 21 characters.
    pub type_code: Arc<str>,
    /// Name of the licence type.
    pub licence_type: Arc<str>,
    /// Number on the licence's face, normalised.
    pub number: String,
    /// Which of the linked licences, for types that have two.
    pub part: Option<Part>,
    /// Normalised fields in the order of the mapping, without blank ones, the status and the parts.
    pub fields: Vec<Field>,
    /// Holders in the order of the mapping.
    pub holders: Vec<Holder>,
    /// Name of the issuer.
    pub issuer_name: String,
    /// Unified social credit code of the issuer.
    pub issuer_code: String,
    /// Day of issue.
    pub issued_on: Option<CivilDate>,
    /// First day of validity.
    pub valid_from: Option<CivilDate>,
    /// Last day of validity; `None` = no end.
    pub valid_to: Option<CivilDate>,
    /// State in the register.
    pub status: DraftStatus,
}

/// One row of a register and what came of it.
#[derive(Clone, Debug)]
pub struct RowOutcome {
    /// Number of the row, counted from 1 below the header, blank rows left out.
    pub row_number: u64,
    /// Line of the file on which the row begins, counted from 1 (row of the sheet for a workbook).
    pub line: u64,
    /// The fields as handed over.
    pub raw: RawRow,
    /// What came of it.
    pub result: RowResult,
}

/// What came of a row.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RowResult {
    /// One licence, or two linked ones.
    Accepted(Vec<LicenceDraft>),
    /// The same licence with the same content stands in an earlier row.
    Repeated {
        /// Number of that row.
        first_row: u64,
    },
    /// Refused, with reasons.
    Refused(Refusal),
}

// Debug texts end up in logs: they name the licence type and nothing of a person.
impl std::fmt::Debug for LicenceDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LicenceDraft")
            .field("type_code", &self.type_code)
            .field("part", &self.part)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holder").field("id_type", &self.id_type).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field").field("key", &self.key).finish_non_exhaustive()
    }
}
