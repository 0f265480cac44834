//! What the desks of a department need of the department's library (its keys, its vault) and of a node.
//!
//! Two traits: [`Public`] is what anybody may see (catalogue, seal register, verification), and a ledger node offers it too; [`Port`] is
//! what operators do. The pages know nothing else. All functions are asynchronous: whoever implements them moves what blocks to a
//! thread for it.
//!
//! Ids of drafts, licences, batches and approvals are opaque words (`[A-Za-z0-9_-]`, at most [`MAX_ID`] bytes) that the port chooses. They stand in
//! addresses and logs, so they must not hold or follow from a person's name or number.
//!
//! Must not hold a person's data in any [`DeskError`]: errors are logged.

mod batch;
mod catalogue;
mod draft;
mod issued;
mod seal;
mod verification;

pub use batch::{Batch, BatchState, ColumnReport, DryRun, NewBatch, Progress, RefusedRow};
pub use catalogue::{
    Difference, FieldChoice, FieldGroup, FieldInput, FormField, LicenceType, TypeRow, TypeVersion, ValidityRule,
};
pub use draft::{
    DOCUMENT_KEY, Draft, DraftRow, FieldProblem, GROUND_KEY, Issuers, PagePicture, Prefill, PrefillSource, Prefilled,
    Preview, Reason, Severity, Succession,
};
pub use issued::{
    Approval, ChangeOutcome, ChangeRequest, Event, FileKind, Issued, IssuedPage, IssuedQuery, IssuedRow, LegalGround,
    LicenceFile, LicenceState, NotChanged, Refusal, Related, SigningStep, StatusChange, SuccessionKind,
};
pub use seal::{PictureFormat, Seal, SealRow, SealStatus};
pub use verification::{CheckLine, DataAge, DataSource, FaceField, FileToVerify, SealShown, VerificationReport};

use async_trait::async_trait;
use std::collections::BTreeMap;
use tokio::sync::watch;
use zhengku_ledger::ids::TimestampMs;

/// The longest id of the port's making, in bytes.
pub const MAX_ID: usize = 64;

/// What anybody may see. A node gives it to its own pages through [`crate::port::Ledger::public`].
#[async_trait]
pub trait Public: Send + Sync + 'static {
    /// The catalogue: every licence type in its newest version, in the order of the directory.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn licence_types(&self) -> Result<Vec<TypeRow>, DeskError>;

    /// One licence type by its 21-character code, in a version (none: the newest); none when there is no such type or version.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn licence_type(&self, code: &str, version: Option<u32>) -> Result<Option<LicenceType>, DeskError>;

    /// The versions of a type, newest first; empty when there is no such type.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn type_versions(&self, code: &str) -> Result<Vec<TypeVersion>, DeskError>;

    /// What changed between two versions of a type; none when one of them is not there.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn type_difference(&self, code: &str, from: u32, to: u32) -> Result<Option<Vec<Difference>>, DeskError>;

    /// The seal register, in the order of the seals' numbers.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn seals(&self) -> Result<Vec<SealRow>, DeskError>;

    /// One seal by its id (GB/T 38540: the seal's own identifier).
    ///
    /// # Errors
    /// [`DeskError`].
    async fn seal(&self, id: &str) -> Result<Option<Seal>, DeskError>;

    /// The picture of a seal; none when the register has none in this format.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn seal_picture(&self, id: &str, format: PictureFormat) -> Result<Option<Vec<u8>>, DeskError>;

    /// Verifies a file (OFD, PDF or proof file), offline against what this server knows. Every file gets a report, hostile ones too;
    /// nothing of the file is kept.
    ///
    /// # Errors
    /// [`DeskError`] only when the server itself cannot verify now.
    async fn verify(&self, file: FileToVerify) -> Result<VerificationReport, DeskError>;
}

/// What operators of a department do at its desk.
#[async_trait]
pub trait Port: Public {
    /// The desk's clock.
    fn now(&self) -> TimestampMs;

    /// Fresh random bytes from the system, for session tokens.
    ///
    /// # Errors
    /// [`DeskError::Failed`] when the system has none.
    fn random(&self) -> Result<[u8; 32], DeskError>;

    /// The department, its limits, and how key and node are, as of now. Asked for on every page: answer from memory.
    fn desk(&self) -> DeskState;

    /// The account of an operator by the name that is typed in at login; none when there is none or it is barred. Asked for on every
    /// request: answer from memory.
    fn operator(&self, login: &str) -> Option<Account>;

    /// The drafts that wait to be signed (待签发), oldest first.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn drafts(&self) -> Result<Vec<DraftRow>, DeskError>;

    /// One draft.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn draft(&self, id: &str) -> Result<Option<Draft>, DeskError>;

    /// The issuers that an operator may sign licences of a type for, and the field of the form that says which.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn issuers(&self, by: &Operator, type_code: &str) -> Result<Issuers, DeskError>;

    /// What can be filled in without asking: issuer (the first of [`Port::issuers`]), dates, next number, and the values of a former licence of the holder when his
    /// number is given.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn prefill(&self, by: &Operator, type_code: &str, holder_number: Option<&str>) -> Result<Prefill, DeskError>;

    /// Makes a draft.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn create_draft(&self, by: &Operator, type_code: &str, prefill: Prefill) -> Result<Draft, DeskError>;

    /// Begins 变更, 延续 or 换发 of an issued licence: a draft with the face of its newest version, issued today by the issuer's
    /// present name. The draft that somebody has begun for the same is given back.
    ///
    /// # Errors
    /// [`DeskError`]: `State` when the licence cannot be succeeded like this.
    async fn succeed(&self, by: &Operator, id: &str, kind: SuccessionKind) -> Result<Draft, DeskError>;

    /// Replaces the values of a draft. `revision` is the one the form was made from; `reason` is of drafts that succeed a licence.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when somebody else has saved since.
    async fn update_draft(
        &self,
        by: &Operator,
        id: &str,
        revision: u64,
        values: BTreeMap<String, String>,
        reason: Option<Reason>,
    ) -> Result<Draft, DeskError>;

    /// Throws a draft away (撤回).
    ///
    /// # Errors
    /// [`DeskError`].
    async fn delete_draft(&self, by: &Operator, id: &str) -> Result<(), DeskError>;

    /// What keeps this operator from signing a draft; empty = it can be signed. Includes characters that no font has (生僻字).
    ///
    /// # Errors
    /// [`DeskError`].
    async fn check(&self, by: &Operator, id: &str) -> Result<Vec<FieldProblem>, DeskError>;

    /// The pages as the holder will see them, with the watermark 预览 PREVIEW, without a seal or with a faint one. Works for incomplete
    /// drafts: what is missing stays blank.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn preview(&self, id: &str) -> Result<Preview, DeskError>;

    /// 盖章签发: composes, seals, submits and waits for the block. The draft is gone afterwards. One that succeeds a licence takes its
    /// place; signing it again after a lost answer does nothing twice.
    ///
    /// # Errors
    /// [`DeskError`]: `Refused` with the fields, `Conflict` for another revision, `KeyLocked`, `CertificateEnded`, `NodeUnreachable`.
    async fn sign(&self, by: &Operator, id: &str, revision: u64) -> Result<Issued, DeskError>;

    /// Issued licences of this department, newest first. An operator who is bound to some issuers reads what was issued for them only,
    /// here and below.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn issued_list(&self, by: &Operator, query: IssuedQuery) -> Result<IssuedPage, DeskError>;

    /// One issued licence.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn issued(&self, by: &Operator, id: &str) -> Result<Option<Issued>, DeskError>;

    /// A file of an issued licence; none when this licence has no such file.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn file(&self, by: &Operator, id: &str, kind: FileKind) -> Result<Option<LicenceFile>, DeskError>;

    /// Changes the status of licences. More than [`DeskState::mass_limit`] of them wait for a second operator.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn change_status(&self, by: &Operator, request: ChangeRequest) -> Result<ChangeOutcome, DeskError>;

    /// The actions that wait for a second operator, oldest first; those that were refused stay with the reason until whoever asked has
    /// taken them back, a month at most. An operator who is bound to some issuers is shown what he asked for, and what concerns licences
    /// of his issuers alone.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn approvals(&self, by: &Operator) -> Result<Vec<Approval>, DeskError>;

    /// Approves and carries out an action.
    ///
    /// # Errors
    /// [`DeskError::SecondOperator`] when the same operator asked for it; [`DeskError::NotFound`] for what [`Port::approvals`] does not
    /// show him.
    async fn approve(&self, by: &Operator, id: &str) -> Result<ChangeOutcome, DeskError>;

    /// Refuses an action, with the reason that whoever asked for it will read. Whoever asked takes it back: nothing of it is kept.
    ///
    /// # Errors
    /// [`DeskError::State`] when it was refused before; [`DeskError::NotFound`] for what [`Port::approvals`] does not show him.
    async fn refuse(&self, by: &Operator, id: &str, reason: &str) -> Result<(), DeskError>;

    /// The batches, newest first.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn batches(&self, by: &Operator) -> Result<Vec<Batch>, DeskError>;

    /// One batch.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn batch(&self, by: &Operator, id: &str) -> Result<Option<Batch>, DeskError>;

    /// Takes a register (CSV or XLSX) and begins its dry run.
    ///
    /// # Errors
    /// [`DeskError::BadFile`] for bytes that are no register.
    async fn create_batch(&self, by: &Operator, batch: NewBatch) -> Result<Batch, DeskError>;

    /// Mints what the dry run found good.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn start_batch(&self, by: &Operator, id: &str) -> Result<(), DeskError>;

    /// Stops a batch. What is minted stays minted; starting again goes on behind it.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn cancel_batch(&self, by: &Operator, id: &str) -> Result<(), DeskError>;

    /// How a batch goes, now and from now on; none when there is no such batch. The sender is dropped when the batch has ended.
    fn progress(&self, by: &Operator, id: &str) -> Option<watch::Receiver<Progress>>;

    /// Refused rows in the order of the register.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn refused_rows(
        &self,
        by: &Operator,
        id: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<RefusedRow>, DeskError>;

    /// All refused rows as CSV (UTF-8 with a byte order mark), with row, column and reason, to be mended and dropped again.
    ///
    /// # Errors
    /// [`DeskError`].
    async fn refused_csv(&self, by: &Operator, id: &str) -> Result<Vec<u8>, DeskError>;

    /// An empty register of a type with five working sample rows, as CSV (UTF-8 with a byte order mark).
    ///
    /// # Errors
    /// [`DeskError`].
    async fn register_template(&self, type_code: &str) -> Result<Vec<u8>, DeskError>;
}

/// An operator, as the port's records name him.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operator {
    /// The login name: not a person's name or number.
    pub login: String,
    /// The name shown to himself and to colleagues.
    pub name: String,
    /// What he may do.
    pub role: Role,
}

/// An operator's account.
#[derive(Clone)]
pub struct Account {
    /// Who it is.
    pub operator: Operator,
    /// Argon2id hash of the password, in PHC text form.
    pub password_hash: String,
}

/// What operators may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// 查看: sees everything of the department, changes nothing.
    Viewer,
    /// 经办: drafts, signs, imports, asks for changes.
    Clerk,
    /// 复核: the same, and approves what others asked for.
    Reviewer,
}

/// The department and how its desk is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeskState {
    /// The department's Chinese name.
    pub department_zh: String,
    /// Its English name.
    pub department_en: String,
    /// Its unified social credit code.
    pub credit_code: String,
    /// Changes of more licences than this in one action take two operators.
    pub mass_limit: u32,
    /// The signing key.
    pub key: KeyState,
    /// The node it submits to; none: it cannot be reached.
    pub node: Option<NodeState>,
}

/// How the signing key is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyState {
    /// It signs; the seal's certificate ends after so many days.
    Ready {
        /// Whole days from today.
        days_left: u32,
    },
    /// It is not unlocked.
    Locked,
    /// The seal's certificate has ended or is revoked.
    Ended,
    /// There is none.
    Missing,
}

/// How the node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeState {
    /// Its newest height.
    pub height: u64,
    /// When its newest block was made.
    pub block_time: TimestampMs,
    /// Whether it has a quorum: without one nothing new is decided.
    pub has_quorum: bool,
}

/// Why the port did not do it. Must not hold personal data.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// What an id names is not there.
    #[error("there is no such thing")]
    NotFound,
    /// Somebody else has changed it meanwhile.
    #[error("it was changed meanwhile; load it again")]
    Conflict,
    /// The state does not allow it (a licence that ended, a batch that runs).
    #[error("not in this state: {en}")]
    State {
        /// What to do, in Chinese.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// Some fields are wrong.
    #[error("{} fields are refused", .0.len())]
    Refused(Vec<FieldProblem>),
    /// The file is not what it should be.
    #[error("the file: {en}")]
    BadFile {
        /// What is wrong and what to do, in Chinese.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// The operator who asked may not decide.
    #[error("a second operator must decide this")]
    SecondOperator,
    /// The signing key is locked.
    #[error("the signing key is locked; unlock it at the server")]
    KeyLocked,
    /// The seal's certificate has ended or is revoked.
    #[error("the seal's certificate has ended; renew it")]
    CertificateEnded,
    /// The node does not answer, or has no quorum. What was sent may still be decided: trying again is safe.
    #[error("the node cannot be reached or has no quorum; try again, nothing is issued twice")]
    NodeUnreachable,
    /// This server does not offer it.
    #[error("this server does not offer it")]
    NotOffered,
    /// Too much at once.
    #[error("too much at once; try again soon")]
    Busy,
    /// It failed for a reason the operator cannot mend; the cause goes to the log.
    #[error("it failed: {0}")]
    Failed(String),
}
