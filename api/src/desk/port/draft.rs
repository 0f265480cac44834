//! Drafts: what waits to be signed.

use super::{FieldChoice, LegalGround, Related, SuccessionKind};
use std::collections::{BTreeMap, BTreeSet};
use zhengku_ledger::ids::TimestampMs;

/// A draft in the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftRow {
    /// Its id.
    pub id: String,
    /// Type code.
    pub type_code: String,
    /// Chinese name of the type.
    pub type_zh: String,
    /// English name of the type.
    pub type_en: String,
    /// The holder with middle characters masked, 张*明; empty when not filled in.
    pub holder_masked: String,
    /// The number it will have; empty when not filled in.
    pub number: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed: TimestampMs,
    /// Fields that keep it from being signed.
    pub problems: u32,
    /// How it takes the place of a licence; none: a licence of its own.
    pub succession: Option<SuccessionKind>,
}

/// A draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Type code; the form is that of the type's newest version.
    pub type_code: String,
    /// Counts the savings.
    pub revision: u64,
    /// Values by key.
    pub values: BTreeMap<String, String>,
    /// Which were filled in by the system and from what. A value that was changed since is no longer here.
    pub prefilled: BTreeMap<String, PrefillSource>,
    /// Fields that stay as they are, whatever is typed: number and issuer of a licence that another one succeeds.
    pub fixed: BTreeSet<String>,
    /// The licence whose place it takes; none: a licence of its own.
    pub succession: Option<Succession>,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed: TimestampMs,
}

/// What a draft succeeds, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Succession {
    /// 变更, 延续 or 换发.
    pub kind: SuccessionKind,
    /// The former licence.
    pub former: Related,
    /// Its version.
    pub version: u16,
    /// Why.
    pub reason: Reason,
}

/// Why a licence is succeeded, as far as it was filled in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reason {
    /// The class of ground.
    pub ground: Option<LegalGround>,
    /// Number of the application or decision, or the facts. Sealed in the vault when it is signed.
    pub document: String,
}

/// The key of a [`FieldProblem`] with [`Reason::ground`]; no field of a type has a hyphen in its key.
pub const GROUND_KEY: &str = "succession-ground";

/// The key of a [`FieldProblem`] with [`Reason::document`].
pub const DOCUMENT_KEY: &str = "succession-document";

/// For which issuers an operator may sign licences of a type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Issuers {
    /// The field whose value says which; none: the type's form has none.
    pub key: Option<String>,
    /// The field that follows from it and is not typed.
    pub follows: Option<String>,
    /// The issuers, with the values of the field; the first is the default.
    pub choices: Vec<FieldChoice>,
}

/// What can be filled in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Prefill {
    /// The values.
    pub values: Vec<Prefilled>,
}

/// A value that was filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prefilled {
    /// The field's key.
    pub key: String,
    /// The value.
    pub value: String,
    /// Where it comes from.
    pub source: PrefillSource,
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrefillSource {
    /// The department.
    Issuer,
    /// Today's date and the rule of validity.
    Calendar,
    /// The next free number.
    NextNumber,
    /// The holder's former licence of this type.
    FormerLicence,
    /// Another licence of the holder.
    OtherLicence,
}

/// Something wrong with a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldProblem {
    /// The field; none: the draft as a whole.
    pub key: Option<String>,
    /// Whether it keeps the draft from being signed.
    pub severity: Severity,
    /// What, and how to mend it; Chinese. Must not repeat the value, but may name a code point.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// How much a problem matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// It cannot be signed.
    Blocks,
    /// It can, after a look.
    Warns,
}

/// The pages of a draft as pictures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preview {
    /// The draft's revision that is drawn.
    pub revision: u64,
    /// The pages, one at least.
    pub pages: Vec<PagePicture>,
}

/// A page as a picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PagePicture {
    /// PNG.
    pub png: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}
