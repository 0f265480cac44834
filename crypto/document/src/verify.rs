//! What a licence file in hand is worth: package, document, seal, certificates, data, anchoring and current state, each check with a
//! line and a reason of its own, the worst of them deciding (docs/spec/verification.md). Pure: no clock, no network.
//!
//! Read first: [`verify_file`], [`TrustStore`], [`FileReport`].

mod anchoring;
mod attachment;
mod data;
mod line;
mod ofd;
mod pdf;
mod protection;
mod seal;
mod stamp;
mod table;

use crate::licence::LicenceData;
use crate::package::Package;
use zhengku_crypto::certificate::{Certificate, RevocationList, TrustAnchors};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{Check, CheckName, CheckState, Verdict};
use zhengku_ledger::verify::{Strictness, Trust, Verification, verify_document};

/// Everything a verifier takes on trust, had beforehand by a safe way. What is missing is not checked, and then nothing is VALID.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    /// The ledger and its validators.
    pub ledger: Option<Trust>,
    /// The file that leads from those validators to later ones.
    pub history: Option<Vec<u8>>,
    /// The authorities that stand at the head of seal makers' and signers' certificates.
    pub anchors: TrustAnchors,
    /// Certificates between them and the signers; not trusted by themselves.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists with their times.
    pub lists: Vec<RevocationList>,
    /// The register of seals, every made version of a seal a standing of its own.
    pub seals: Vec<SealStanding>,
    /// When the register was so; none: it is as it stands now.
    pub seals_as_of: Option<TimestampMs>,
}

/// What the register says of one made seal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealStanding {
    /// The seal's number (esID).
    pub id: String,
    /// SM3 of the SESeal in DER.
    pub digest: Digest,
    /// Where it stands.
    pub status: SealStatus,
    /// Since when it stands there: for [`SealStatus::Filed`] when this made version came on file, for [`SealStatus::Cancelled`] when
    /// the seal was cancelled.
    pub since: TimestampMs,
    /// The credit code of the organisation that owns it.
    pub organisation_code: String,
}

/// Where a seal of the register stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SealStatus {
    /// 申请 or 制作: not on file yet, so it may not be used.
    Pending,
    /// 备案: it may be used.
    Filed,
    /// 注销: what was sealed before stays sealed.
    Cancelled,
}

/// A file's format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A sealed OFD package.
    Ofd,
    /// A PDF: no seal signature of its own, judged by its digests on the ledger.
    Pdf,
    /// One of the ledger's own text files: a proof, a receipt, a checkpoint.
    Text,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileReport {
    /// The verdict and every check, in order.
    pub verification: Verification,
    /// The format.
    pub kind: Kind,
    /// What the file says, if it could be read; worth no more than the verdict.
    pub data: Option<LicenceData>,
    /// The seal on it, if it could be read; worth no more than the verdict.
    pub seal: Option<SealShown>,
}

/// A seal for showing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealShown {
    /// Its number (esID).
    pub id: String,
    /// Its name.
    pub name: String,
    /// The signer's certificate in words; it may name a person: show it, do not log it.
    pub signer: String,
    /// When it was put on, Unix seconds, by the signer's word.
    pub signed_unix_s: i64,
    /// When it was put on at the latest, Unix seconds, by a timestamp or the ledger; none: nothing but the signer says when.
    pub trusted_unix_s: Option<i64>,
}

impl Kind {
    /// The format that a file's first bytes claim.
    #[must_use]
    pub fn of(file: &[u8]) -> Self {
        if Package::begins(file) {
            Self::Ofd
        } else if file.starts_with(b"%PDF-") {
            Self::Pdf
        } else {
            Self::Text
        }
    }

    /// The code, as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ofd => "ofd",
            Self::Pdf => "pdf",
            Self::Text => "text",
        }
    }
}

impl SealStatus {
    /// The code, as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Filed => "filed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Whether a licence file was judged TAMPERED for nothing but the proof beside it: every check of the file itself passed or could not be
/// made. The verdict stays what it is, for nothing is proven; whoever shows it says which of the two files to replace.
#[must_use]
pub fn is_proof_alone_damaged(verification: &Verification) -> bool {
    let is_of_file = |check: &&Check| check.name <= CheckName::Record;
    let is_open = |check: &Check| {
        check.state == CheckState::Passed || matches!(check.verdict, Verdict::Unverifiable | Verdict::NotAnchored)
    };
    verification.verdict == Verdict::Tampered
        && verification.checks.iter().any(|check| is_of_file(&check))
        && verification.checks.iter().filter(is_of_file).all(is_open)
}

/// Judges a file of any kind. `proof` is the proof that travels beside a licence file; a text file needs none.
///
/// Takes at most one second and 64 MiB for any bytes (docs/spec/verification.md, section 7).
#[must_use]
pub fn verify_file(file: &[u8], proof: Option<&[u8]>, trust: &TrustStore, strictness: Strictness) -> FileReport {
    match Kind::of(file) {
        Kind::Ofd => ofd::judge(file, proof, trust, strictness),
        Kind::Pdf => pdf::judge(file, proof, trust, strictness),
        Kind::Text => {
            let verification = trust.ledger.as_ref().map_or_else(
                || Verification::from_checks(vec![line::no_ledger()], None, None),
                |ledger| verify_document(file, ledger, trust.history.as_deref(), strictness, &[]),
            );
            FileReport { verification, kind: Kind::Text, data: None, seal: None }
        }
    }
}
