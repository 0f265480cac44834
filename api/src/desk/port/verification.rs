//! What a verification finds.

use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{CheckState, Verdict};

/// A file to verify, with its proof when there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct FileToVerify {
    /// OFD, PDF, or a proof file alone.
    pub bytes: Vec<u8>,
    /// The proof that came with it.
    pub proof: Option<Vec<u8>>,
    /// Whether the page and the seal are to be drawn, which takes longer than all checks.
    pub is_drawn: bool,
}

/// What was found. The report is shown to whoever holds the file, so it may repeat the face; it is not kept and not logged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerificationReport {
    /// The verdict: the worst check decides.
    pub verdict: Verdict,
    /// Whether it is [`Verdict::Tampered`] for the proof beside the file alone.
    pub is_proof_alone_damaged: bool,
    /// What the file is: `OFD 1.2`, `PDF/A-3`, a proof file, unknown; Chinese.
    pub kind_zh: String,
    /// The same in English.
    pub kind_en: String,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub file_digest: String,
    /// Every check, in the order of the report.
    pub checks: Vec<CheckLine>,
    /// What the licence says; empty when it could not be read.
    pub face: Vec<FaceField>,
    /// The seal, when there is one.
    pub seal: Option<SealShown>,
    /// How old what is known of its status is.
    pub age: DataAge,
    /// The first page as a PNG, drawn from the file; none when it could not be drawn.
    pub picture: Option<Vec<u8>>,
    /// How the issuer can be reached, when the ledger says so.
    pub contact: Option<String>,
}

/// One check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckLine {
    /// Its code, as in JSON.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// How it ended.
    pub state: CheckState,
    /// What it alone says of the licence.
    pub verdict: Verdict,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// A field of the licence's face.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaceField {
    /// Chinese label.
    pub label_zh: String,
    /// English label; may be empty.
    pub label_en: String,
    /// The value.
    pub value: String,
}

/// The seal on a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealShown {
    /// The seal's name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Subject of the signer's certificate.
    pub signer: String,
    /// When it was signed, as the signature says.
    pub signed: Option<TimestampMs>,
    /// Whether a trusted time stamp or the ledger confirms that time.
    pub is_time_confirmed: bool,
    /// The seal's picture as PNG.
    pub picture: Option<Vec<u8>>,
}

/// How old what is known of the status is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataAge {
    /// Where it comes from.
    pub source: DataSource,
    /// The block it is known up to.
    pub height: Option<u64>,
    /// The time of that block.
    pub as_of: Option<TimestampMs>,
}

/// Where the status comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DataSource {
    /// This server's ledger, now.
    Ledger,
    /// The proof file: the status is as old as the proof.
    Proof,
    /// Nowhere: the status is not known.
    Nothing,
}
