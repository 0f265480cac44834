//! An entry of the licence catalogue (证照目录): what a licence of this type must look like and who may issue it.

use super::licence::Licence;
use crate::codec::{Bounded, Text};
use crate::ids::{LicenceTypeNumber, OrganisationNumber};
use borsh::{BorshDeserialize, BorshSerialize};

/// Face fields of one type: the widest form in the catalogue has about forty.
pub const MAX_FIELDS: usize = 64;
/// Issuers of one type: the districts of a province with room; larger circles are given as "any issuer".
pub const MAX_ISSUERS: usize = 1024;

/// A licence type (证照类型).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct LicenceType {
    /// Its number on this ledger.
    pub number: LicenceTypeNumber,
    /// The licence type code (GB/T 36904): credit code of the defining authority and three digits.
    pub code: Text<21>,
    /// Chinese name.
    pub name_zh: Text<96>,
    /// English name.
    pub name_en: Text<96>,
    /// Who defined it (证照定义机构).
    pub definer: OrganisationNumber,
    /// Who may issue it; an empty list = every organisation with the issuer role.
    pub issuers: Bounded<OrganisationNumber, 0, MAX_ISSUERS>,
    /// The kind of holder (GB/T 36903 annex A), e.g. 111 citizen number, 1 credit code.
    pub holder_kind: u16,
    /// The fewest holders.
    pub min_holders: u8,
    /// The most holders.
    pub max_holders: u8,
    /// Whether it is issued as two linked parts (正页 and 副联).
    pub twin: bool,
    /// What the dates must look like.
    pub validity: ValidityRule,
    /// The face fields (照面信息), in order.
    pub fields: Bounded<FieldRule, 1, MAX_FIELDS>,
}

/// One face field.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct FieldRule {
    /// Its key, e.g. `holder_name`.
    pub key: Text<48>,
    /// Chinese label.
    pub label_zh: Text<96>,
    /// Whether every licence must carry it.
    pub mandatory: bool,
}

/// What the dates of a licence must look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ValidityRule {
    /// With or without an end.
    MayEnd = 1,
    /// An end is mandatory.
    MustEnd = 2,
    /// It never ends (出生医学证明).
    NeverEnds = 3,
}

/// Which rule of its type a licence breaks. Each becomes a reject code of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeRefusal {
    /// This organisation may not issue this type.
    IssuerNotNamed,
    /// Fewer or more holders than the type has, or one of them twice.
    HolderCount,
    /// The dates break the validity rule, or end before they start.
    Validity,
    /// A number of fields that the type cannot have.
    FieldCount,
    /// A twin without its other part, or a part where the type has none.
    Twin,
}

impl LicenceType {
    /// Checks what the type demands of a licence.
    ///
    /// # Errors
    /// The first [`TypeRefusal`].
    pub fn check(&self, licence: &Licence) -> Result<(), TypeRefusal> {
        if !self.issuers.is_empty() && !self.issuers.contains(&licence.issuer) {
            return Err(TypeRefusal::IssuerNotNamed);
        }
        if licence.holders.len() < usize::from(self.min_holders)
            || licence.holders.len() > usize::from(self.max_holders)
        {
            return Err(TypeRefusal::HolderCount);
        }
        let holders = licence.holders.iter().enumerate();
        if holders.into_iter().any(|(place, holder)| licence.holders.iter().take(place).any(|other| other == holder)) {
            return Err(TypeRefusal::HolderCount);
        }
        let in_calendar = [Some(licence.issued_on), Some(licence.valid_from), licence.valid_to];
        if !in_calendar.iter().flatten().all(|date| date.is_four_digit_year()) {
            return Err(TypeRefusal::Validity);
        }
        let end_fits = match self.validity {
            ValidityRule::MayEnd => true,
            ValidityRule::MustEnd => licence.valid_to.is_some(),
            ValidityRule::NeverEnds => licence.valid_to.is_none(),
        };
        if !end_fits || licence.valid_to.is_some_and(|last| last < licence.valid_from) {
            return Err(TypeRefusal::Validity);
        }
        let mandatory = self.fields.iter().filter(|field| field.mandatory).count();
        let fields = usize::from(licence.field_count);
        if fields < mandatory || fields > self.fields.len() {
            return Err(TypeRefusal::FieldCount);
        }
        if self.twin != licence.twin.is_some() {
            return Err(TypeRefusal::Twin);
        }
        Ok(())
    }
}
