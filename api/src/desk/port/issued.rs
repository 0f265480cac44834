//! Issued licences and what is done with them.

use zhengku_ledger::ids::{Date, TimestampMs};

/// Which licences.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IssuedQuery {
    /// A number, an identifier or a holder's number, whole; never a part.
    pub number: Option<String>,
    /// A type code.
    pub type_code: Option<String>,
    /// A state.
    pub state: Option<LicenceState>,
    /// The cursor of the page before.
    pub after: Option<String>,
    /// At most so many rows.
    pub limit: u32,
}

/// A page of licences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuedPage {
    /// The rows.
    pub rows: Vec<IssuedRow>,
    /// The cursor of the next page (an opaque word like an id); none at the end.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
}

/// A licence in the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuedRow {
    /// Its id.
    pub id: String,
    /// Chinese name of the type.
    pub type_zh: String,
    /// English name of the type.
    pub type_en: String,
    /// The number on its face.
    pub number: String,
    /// The holder with middle characters masked.
    pub holder_masked: String,
    /// Its state.
    pub state: LicenceState,
    /// 异议中.
    pub is_disputed: bool,
    /// Day of issue.
    pub issued_on: Date,
    /// Last day; none = no end.
    pub valid_to: Option<Date>,
    /// Version of the number: 1 at first, raised by 变更 and 延续.
    pub version: u16,
}

/// The state of a licence, expiry included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LicenceState {
    /// 有效.
    Valid,
    /// 未生效.
    NotYetValid,
    /// 已过期.
    Expired,
    /// 暂扣.
    Suspended,
    /// 已换发: another number has taken its place. (变更 and 延续 keep the number and its row.)
    Superseded,
    /// 注销.
    Cancelled,
    /// 撤销.
    Rescinded,
    /// 吊销.
    Withdrawn,
    /// 转出.
    TransferredOut,
    /// The ledger, as far as it is known here, does not have it: never shown as valid.
    Unknown,
}

/// A licence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issued {
    /// What stands in the list.
    pub row: IssuedRow,
    /// 证照标识 (GB/T 36904).
    pub identifier: String,
    /// Type code.
    pub type_code: String,
    /// First day of validity.
    pub valid_from: Date,
    /// Its newest entry on the ledger.
    pub entry: u64,
    /// The block of that entry.
    pub height: u64,
    /// Votes on that block, and validators.
    pub votes: (u32, u32),
    /// Files that can be downloaded.
    pub files: Vec<(FileKind, String)>,
    /// How long each step of the signing took; empty when it was signed in an earlier run.
    pub steps: Vec<SigningStep>,
    /// What happened to it, oldest first.
    pub history: Vec<Event>,
    /// The other part of a twin: id and what it is (副联).
    pub twin: Option<(String, String)>,
    /// What may be done with it now.
    pub changes: Vec<StatusChange>,
    /// How its place may be taken now.
    pub successions: Vec<SuccessionKind>,
    /// The licence that it was issued in the place of (换发).
    pub replaces: Option<Related>,
    /// The licence that was issued in its place (换发).
    pub replaced_by: Option<Related>,
}

/// Another licence of the desk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    /// Its id.
    pub id: String,
    /// The number on its face.
    pub number: String,
}

/// How a licence takes the place of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SuccessionKind {
    /// 变更: the content changes, the number stays.
    Amend,
    /// 延续: the last day is later, the number stays.
    Renew,
    /// 换发: a new number.
    Reissue,
}

/// A step of the signing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SigningStep {
    /// Chinese name: 排版, 盖章, 上链.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Milliseconds.
    pub ms: u64,
}

/// Something that happened to a licence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub time: TimestampMs,
    /// What, in Chinese.
    pub zh: String,
    /// What, in English.
    pub en: String,
    /// Who (login or name of the operator).
    pub by: String,
    /// The entry on the ledger.
    pub entry: Option<u64>,
    /// Legal ground and document number, as it was typed in.
    pub ground: String,
}

/// Kinds of file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileKind {
    /// The sealed original.
    Ofd,
    /// The PDF/A twin.
    Pdf,
    /// The proof that travels beside them.
    Proof,
    /// A picture of the first page, for screens.
    Png,
    /// A fresh proof of the version before: that its files are superseded.
    FormerProof,
}

/// A file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LicenceFile {
    /// The name to save it under; without names or numbers of persons.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What can be done with an issued licence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum StatusChange {
    /// 暂扣.
    Suspend,
    /// 发还.
    Resume,
    /// 注销.
    Cancel,
    /// 撤销.
    Rescind,
    /// 吊销.
    Withdraw,
    /// 转出.
    TransferOut,
    /// 标记异议.
    Dispute,
    /// 解除异议.
    Settle,
}

/// Legal grounds (the classes of the ledger).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LegalGround {
    /// 持证人申请.
    HolderRequest,
    /// 行政决定.
    Decision,
    /// 更正.
    Correction,
    /// 法律规定或司法文书.
    Law,
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChangeRequest {
    /// The licences, by id; one at least.
    pub ids: Vec<String>,
    /// What to do.
    pub change: StatusChange,
    /// Why.
    pub ground: LegalGround,
    /// Number of the decision or document.
    pub document: String,
    /// Until when a licence is suspended, when that is known.
    pub until: Option<Date>,
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangeOutcome {
    /// It is done.
    Done {
        /// So many were changed.
        changed: u64,
        /// These were not.
        not_changed: Vec<NotChanged>,
        /// The block; none when nothing was changed.
        height: Option<u64>,
    },
    /// A second operator has to approve it; the approval's id.
    Waits(String),
}

/// A licence that was not changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotChanged {
    /// Its number.
    pub number: String,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// An action that waits for a second operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub change: StatusChange,
    /// How many licences.
    pub count: u64,
    /// Some of their numbers, to look at (at most 20).
    pub sample: Vec<String>,
    /// Why.
    pub ground: LegalGround,
    /// Number of the decision or document.
    pub document: String,
    /// Who asked: login.
    pub asked_by: String,
    /// Who asked: name.
    pub asked_by_name: String,
    /// When.
    pub asked: TimestampMs,
    /// The refusal; none: it waits.
    pub refused: Option<Refusal>,
}

/// How a second operator refused an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Who: name.
    pub by_name: String,
    /// When.
    pub at: TimestampMs,
    /// Why, as it was typed in.
    pub reason: String,
}
