//! An entry of the licence catalogue (证照目录): what a licence of this type must look like and who may issue it.

use super::licence::Licence;
use crate::codec::{Bounded, Text};
use crate::ids::{Date, LicenceTypeNumber, OrganisationNumber};
use borsh::{BorshDeserialize, BorshSerialize};

/// Face fields of one type: the widest form in the catalogue has about forty.
pub const MAX_FIELDS: usize = 64;
/// Issuers of one type: the districts of a province with room; larger circles are given as "any issuer".
pub const MAX_ISSUERS: usize = 1024;
/// Kinds of holder of one type: a property title has people and organisations, each with two kinds of document.
pub const MAX_HOLDER_KINDS: usize = 4;
/// Other codes of one type: the jurisdictions of a region that exchange it.
pub const MAX_ALIASES: usize = 16;
/// Names of states of one type: the widest list found (住建) has eight.
pub const MAX_STATE_NAMES: usize = 16;

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
    /// The kinds of holder (GB/T 36903 annex A), e.g. 111 citizen number, 1 credit code; the first is the usual one.
    pub holder_kinds: Bounded<u16, 1, MAX_HOLDER_KINDS>,
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
    /// Its codes in the catalogues of jurisdictions.
    pub aliases: Bounded<Alias, 0, MAX_ALIASES>,
    /// The layout of its files: `permit`, `card`, `certificate`, `plain`.
    pub template: Text<32>,
    /// Whether its entries may be shown to everybody (公开属性).
    pub openness: Openness,
    /// Whose standard it follows (标准级别).
    pub level: Level,
    /// Whether its code is a placeholder under a synthetic authority: the real one is not known.
    pub placeholder: bool,
    /// Since when its licences are collected (归集起始时间).
    pub collection_start: Option<Date>,
    /// What its own standard calls the states.
    pub states: Bounded<StateName, 0, MAX_STATE_NAMES>,
}

/// The code of a type in the catalogue of one jurisdiction.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Alias {
    /// The jurisdiction by its area code (GB/T 2260), e.g. `310000`.
    pub jurisdiction: Text<12>,
    /// Its code there.
    pub code: Text<32>,
}

/// What the standard of a type calls a state.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct StateName {
    /// The state.
    pub state: NamedState,
    /// Its code in that standard.
    pub code: Text<8>,
    /// Its name in that standard.
    pub name_zh: Text<24>,
}

/// The states that standards name: those on the ledger, and those that follow from dates, flags or the desk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum NamedState {
    /// [`Status::Valid`](super::Status::Valid).
    Valid = 1,
    /// [`Status::Suspended`](super::Status::Suspended).
    Suspended = 2,
    /// [`Status::Cancelled`](super::Status::Cancelled).
    Cancelled = 3,
    /// [`Status::Rescinded`](super::Status::Rescinded).
    Rescinded = 4,
    /// [`Status::Withdrawn`](super::Status::Withdrawn).
    Withdrawn = 5,
    /// [`Status::Replaced`](super::Status::Replaced).
    Replaced = 6,
    /// [`Status::TransferredOut`](super::Status::TransferredOut).
    TransferredOut = 7,
    /// 过期: after the last day.
    Expired = 64,
    /// 待签发: at the desk, not on the ledger.
    Pending = 65,
    /// 异议中: the flag.
    Disputed = 66,
}

/// Who may see the entries of a type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Openness {
    /// 公开.
    Public = 1,
    /// 依申请公开: to those with a reason.
    Restricted = 2,
    /// 不公开: holders and the departments that need it.
    Private = 3,
}

/// Whose standard a type follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Level {
    /// 国家级.
    National = 1,
    /// 省级.
    Provincial = 2,
    /// 市级.
    City = 3,
    /// 区级.
    District = 4,
}

/// One face field.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct FieldRule {
    /// Its key, e.g. `holder_name`.
    pub key: Text<48>,
    /// Chinese label.
    pub label_zh: Text<96>,
    /// English label.
    pub label_en: Text<96>,
    /// What kind of value it holds.
    pub kind: FieldKind,
    /// Its short name or code in the standards: pinyin initials (GB/T 36903, e.g. `ZZBH`) or a national field code; may be empty.
    pub code: Text<16>,
    /// Whether every licence must carry it.
    pub mandatory: bool,
}

/// The kind of a field's value: what a form offers and a check demands. The ledger sees no values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum FieldKind {
    /// Any text.
    Text = 1,
    /// A civil date.
    Date = 2,
    /// A number, with its unit in the label.
    Number = 3,
    /// A citizen number (GB 11643).
    CitizenNumber = 4,
    /// A unified social credit code (GB 32100).
    CreditCode = 5,
    /// A number or code of a department's own.
    Code = 6,
    /// An address.
    Address = 7,
    /// A person's name.
    PersonName = 8,
    /// An organisation's name.
    OrganisationName = 9,
    /// One of a few words, e.g. 男 and 女.
    Choice = 10,
    /// Text of several lines, e.g. a scope of business.
    LongText = 11,
    /// An amount of money in yuan.
    Money = 12,
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

impl NamedState {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Valid,
        Self::Suspended,
        Self::Cancelled,
        Self::Rescinded,
        Self::Withdrawn,
        Self::Replaced,
        Self::TransferredOut,
        Self::Expired,
        Self::Pending,
        Self::Disputed,
    ];

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
            Self::Rescinded => "rescinded",
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "replaced",
            Self::TransferredOut => "transferred_out",
            Self::Expired => "expired",
            Self::Pending => "pending",
            Self::Disputed => "disputed",
        }
    }
}

impl Openness {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Public, Self::Restricted, Self::Private];

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Public => "公开",
            Self::Restricted => "依申请公开",
            Self::Private => "不公开",
        }
    }

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
            Self::Private => "private",
        }
    }
}

impl Level {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::National, Self::Provincial, Self::City, Self::District];

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::National => "国家级",
            Self::Provincial => "省级",
            Self::City => "市级",
            Self::District => "区级",
        }
    }

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Provincial => "provincial",
            Self::City => "city",
            Self::District => "district",
        }
    }
}

impl FieldKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Date,
        Self::Number,
        Self::CitizenNumber,
        Self::CreditCode,
        Self::Code,
        Self::Address,
        Self::PersonName,
        Self::OrganisationName,
        Self::Choice,
        Self::LongText,
        Self::Money,
    ];

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Number => "number",
            Self::CitizenNumber => "citizen_number",
            Self::CreditCode => "credit_code",
            Self::Code => "code",
            Self::Address => "address",
            Self::PersonName => "person_name",
            Self::OrganisationName => "organisation_name",
            Self::Choice => "choice",
            Self::LongText => "long_text",
            Self::Money => "money",
        }
    }
}
