//! A licence on the ledger: digests, pseudonyms, dates and status; never a name or a number. The life cycle's rules are
//! [`Standing::after`] and nowhere else.

pub use super::life_cycle::{Change, Standing, Status, TransitionRefusal};

use super::file::{LicenceFile, MAX_FILES};
use crate::codec::Bounded;
use crate::ids::{Date, EntryKey, Holder, LicenceTypeNumber, OrganisationNumber, SealNumber, TimestampMs};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;

/// The most holders of one licence: a property title may have many owners, and more are kept in a record of their own.
pub const MAX_HOLDERS: usize = 8;

/// The state of one licence (证照) after one event.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Licence {
    /// What it is a licence of.
    pub licence_type: LicenceTypeNumber,
    /// Who issued it (发证单位).
    pub issuer: OrganisationNumber,
    /// The version in the licence identifier (GB/T 36904): 1 at first, raised by each amendment and renewal.
    pub version: u16,
    /// Who holds it (持证主体), in the order of its face.
    pub holders: Bounded<Holder, 1, MAX_HOLDERS>,
    /// The root over its salted face fields (see [`FieldSet`](super::FieldSet)).
    pub fields_root: Digest,
    /// How many fields that root covers.
    pub field_count: u16,
    /// The encrypted record off the ledger.
    pub record: RecordDigests,
    /// Its files as given out; none for a licence that is kept as data only.
    pub files: Bounded<LicenceFile, 0, MAX_FILES>,
    /// The seal on its files: none when there are no files.
    pub seal: Option<SealNumber>,
    /// Date of issue (证照颁发日期).
    pub issued_on: Date,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity, to its end in Beijing; none = no end (长期).
    pub valid_to: Option<Date>,
    /// The status.
    pub status: Status,
    /// 异议中: the licence, or its end, is contested.
    pub disputed: bool,
    /// The legal ground of the last change.
    pub ground: Ground,
    /// The other part of a twin (出生医学证明 正页 and 副联).
    pub twin: Option<EntryKey>,
    /// The licence this one replaced under another number.
    pub replaces: Option<EntryKey>,
    /// The licence under another number that replaced this one.
    pub replaced_by: Option<EntryKey>,
}

/// Digests of the encrypted record, over its ciphertext: they reveal nothing, and outlive the erasure of its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct RecordDigests {
    /// SHA-256 of the sealed record.
    pub sha256: Digest,
    /// SM3 of the sealed record.
    pub sm3: Digest,
}

/// The legal ground of an event. The text of a decision stays off the ledger (it may name persons): its digest stands here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Ground {
    /// The class of ground.
    pub code: GroundCode,
    /// A keyed digest of the decision's text, when there is one.
    pub text: Option<Digest>,
    /// The keyed pseudonym of the operator (经办人), when the organisation records it.
    pub operator: Option<Digest>,
}

/// Classes of legal ground. The order is part of the format.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum GroundCode {
    /// First issue by the department.
    Issue = 1,
    /// Taken over from a department's register (历史数据).
    RegisterImport = 2,
    /// The holder asked for it.
    HolderRequest = 3,
    /// A decision of the department.
    Decision = 4,
    /// An error of the issuer is put right (更正).
    Correction = 5,
    /// The law or a court.
    Law = 6,
}

impl Licence {
    /// Where it stands: its state and its flag.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        Standing { status: self.status, disputed: self.disputed }
    }

    /// Whether the period of validity has begun, is running or is over at `now`.
    #[must_use]
    pub fn period_at(&self, now: TimestampMs) -> Period {
        let today = now.beijing_date();
        match self.valid_to {
            _ if today < self.valid_from => Period::NotYet,
            Some(last) if today > last => Period::Over,
            _ => Period::Running,
        }
    }
}

/// Where an instant lies relative to the days of validity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Period {
    /// Before the first day.
    NotYet,
    /// Within.
    Running,
    /// After the end of the last day in Beijing.
    Over,
}
