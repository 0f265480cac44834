//! What a verification of a file found.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was found about a licence file. All checks are made and listed; the worst decides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// The verdict: `VALID`, `NOT_YET_VALID`, `EXPIRED`, `SUSPENDED`, `SUPERSEDED`, `REVOKED`, `NOT_ANCHORED`, `UNVERIFIABLE`, `UNTRUSTED` or
    /// `TAMPERED`.
    #[schema(example = "VALID")]
    pub verdict: String,
    /// The verdict in Chinese.
    #[schema(example = "有效")]
    pub verdict_zh: String,
    /// What the file is, in Chinese.
    pub kind_zh: String,
    /// What the file is, in English.
    pub kind_en: String,
    /// SHA-256 of the file: 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Every check, in the order of the report.
    pub checks: Vec<VerificationCheck>,
    /// What the licence says; empty when it could not be read. Not to be believed when the verdict is `TAMPERED` or `UNTRUSTED`.
    pub face: Vec<VerifiedField>,
    /// The seal; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seal: Option<VerifiedSeal>,
    /// Where the status comes from.
    pub source: StatusSource,
    /// The height it is of, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub height: Option<u64>,
    /// The instant it is of, in ms, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub as_of_ms: Option<u64>,
}

/// One check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerificationCheck {
    /// Its name for programs.
    #[schema(example = "seal_value")]
    pub check: String,
    /// How it ended: `passed`, `failed`, or `not_checked` when it could not be made.
    #[schema(example = "passed")]
    pub state: String,
    /// What it alone says of the licence: one of the verdicts.
    #[schema(example = "VALID")]
    pub verdict: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// A field of a licence's face.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerifiedField {
    /// Its label in Chinese.
    pub label_zh: String,
    /// Its label in English; may be empty.
    pub label_en: String,
    /// Its value.
    pub value: String,
}

/// The seal on a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerifiedSeal {
    /// Its name.
    pub name: String,
    /// Its identifier (GB/T 38540).
    pub id: String,
    /// Subject of the signer's certificate.
    pub signer: String,
    /// When it was signed, in ms, as the signature says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub signed_ms: Option<u64>,
    /// Whether a trusted time stamp or the ledger confirms that time.
    pub is_time_confirmed: bool,
}

/// Where what is known of a status comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusSource {
    /// This node's ledger.
    Ledger,
    /// The proof that came with the file: what happened since is not in it.
    Proof,
    /// Nothing: whether it is still valid is not known.
    Nothing,
}
