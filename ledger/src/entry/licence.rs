//! A licence on the ledger: digests, pseudonyms, dates and status; never a name or a number. The life cycle's rules are
//! [`Status::check_change`] and nowhere else.

use crate::codec::Bounded;
use crate::ids::{Date, EntryKey, Holder, LicenceTypeNumber, OrganisationNumber, TimestampMs};
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
    /// Date of issue (证照颁发日期).
    pub issued_on: Date,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity, to its end in Beijing; none = no end (长期).
    pub valid_to: Option<Date>,
    /// The status.
    pub status: Status,
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

/// The states of a licence. Expiry is not among them: it follows from the dates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Status {
    /// 有效.
    Valid = 1,
    /// 暂扣.
    Suspended = 2,
    /// 注销: ended at the holder's request or by its purpose.
    Cancelled = 3,
    /// 撤销: it should not have been issued.
    Rescinded = 4,
    /// 吊销: taken away as a penalty.
    Withdrawn = 5,
    /// 已换发: replaced by a licence of another number.
    Replaced = 6,
}

/// A change of status (the target of a transition).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Change {
    /// 暂扣: valid to suspended.
    Suspend = 1,
    /// 发还: suspended to valid.
    Resume = 2,
    /// 注销.
    Cancel = 3,
    /// 撤销.
    Rescind = 4,
    /// 吊销.
    Withdraw = 5,
}

/// Why a change of status is not allowed. Each becomes a reject code of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransitionRefusal {
    /// Only a valid licence can be suspended, and this one is suspended already.
    AlreadySuspended,
    /// Only a suspended licence can be resumed.
    NotSuspended,
    /// The licence has ended (注销, 撤销, 吊销).
    Ended,
    /// The licence was replaced by another number.
    Replaced,
}

impl Status {
    /// All statuses, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Valid, Self::Suspended, Self::Cancelled, Self::Rescinded, Self::Withdrawn, Self::Replaced];

    /// Whether the licence has come to an end that only a correction can undo.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Rescinded | Self::Withdrawn)
    }

    /// The one place of the life cycle's rule: the status after `change`.
    ///
    /// # Errors
    /// [`TransitionRefusal`] for every pair that the law does not know.
    pub const fn check_change(self, change: Change) -> Result<Self, TransitionRefusal> {
        match (self, change) {
            (Self::Replaced, _) => Err(TransitionRefusal::Replaced),
            (Self::Cancelled | Self::Rescinded | Self::Withdrawn, _) => Err(TransitionRefusal::Ended),
            (Self::Valid, Change::Suspend) => Ok(Self::Suspended),
            (Self::Suspended, Change::Suspend) => Err(TransitionRefusal::AlreadySuspended),
            (Self::Suspended, Change::Resume) => Ok(Self::Valid),
            (Self::Valid, Change::Resume) => Err(TransitionRefusal::NotSuspended),
            (_, Change::Cancel) => Ok(Self::Cancelled),
            (_, Change::Rescind) => Ok(Self::Rescinded),
            (_, Change::Withdraw) => Ok(Self::Withdrawn),
        }
    }

    /// Whether amending, renewing or replacing is allowed in this status.
    ///
    /// # Errors
    /// [`TransitionRefusal`] for a licence that has ended or was replaced; a suspended one may be amended.
    pub const fn check_supersede(self) -> Result<(), TransitionRefusal> {
        match self {
            Self::Valid | Self::Suspended => Ok(()),
            Self::Replaced => Err(TransitionRefusal::Replaced),
            Self::Cancelled | Self::Rescinded | Self::Withdrawn => Err(TransitionRefusal::Ended),
        }
    }

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Valid => "有效",
            Self::Suspended => "暂扣",
            Self::Cancelled => "注销",
            Self::Rescinded => "撤销",
            Self::Withdrawn => "吊销",
            Self::Replaced => "已换发",
        }
    }

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
        }
    }
}

/// The legal ground of an event. The text of a decision stays off the ledger (it may name persons): its digest stands here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Ground {
    /// The class of ground.
    pub code: GroundCode,
    /// A keyed digest of the decision's text, when there is one.
    pub text: Option<Digest>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use Change::{Cancel, Rescind, Resume, Suspend, Withdraw};
    use TransitionRefusal as No;

    #[test]
    fn life_cycle_table() {
        let expected = |status: Status| -> [Result<Status, No>; 5] {
            use Status::{Cancelled, Rescinded, Suspended, Valid, Withdrawn};
            match status {
                Valid => [Ok(Suspended), Err(No::NotSuspended), Ok(Cancelled), Ok(Rescinded), Ok(Withdrawn)],
                Suspended => [Err(No::AlreadySuspended), Ok(Valid), Ok(Cancelled), Ok(Rescinded), Ok(Withdrawn)],
                Cancelled | Rescinded | Withdrawn => [Err(No::Ended); 5],
                Status::Replaced => [Err(No::Replaced); 5],
            }
        };
        for status in Status::ALL {
            let actual = [Suspend, Resume, Cancel, Rescind, Withdraw].map(|change| status.check_change(change));
            assert_eq!(actual, expected(status), "{status:?}");
            assert_eq!(status.check_supersede().is_ok(), matches!(status, Status::Valid | Status::Suspended));
        }
    }
}
