//! Making licences: from a checked draft to the sealed files that its holder gets.
//!
//! A licence made here is a row like any other ([`import`](crate::import)): the same checks, the same vault, the same mint. What is
//! added are its files: an OFD package under the issuer's e-seal (GB/T 33190, GB/T 38540) and, when asked for, a PDF/A twin. The
//! ledger gets their digests; the vault keeps them with the face data, so that erasing one erases the other.

mod files;
mod form;
mod preview;
mod seals;

pub use files::{StoredFileError, data_of, picture_of};
pub use form::{own_issuer, own_issuers, prefill};
pub use preview::draw_preview;
pub use seals::{SealInUse, SealsInUse};

use crate::face::StoredFile;
use crate::register::LicenceDraft;
use seals::StampedAt;
use std::sync::Arc;
use zhengku_crypto::digest::{sha256, sm3};
use zhengku_crypto::seal::TimestampSource;
use zhengku_document::font::FontLibrary;
use zhengku_document::licence::{FORMAT, FieldData, HolderData, LicenceData};
use zhengku_document::ofd::{self, Annotation, OfdContent, OfdError};
use zhengku_document::page::{Image, Mark};
use zhengku_document::pdf::{self, PdfError, PdfStamp};
use zhengku_document::png::RenderError;
use zhengku_document::template::{self, ComposeError, Composed};
use zhengku_ledger::entry::{Field, FileKind, LicenceFile, LicenceType};
use zhengku_ledger::ids::{ChainId, Date, EntryKey, OrganisationNumber, SealNumber, TimestampMs};

/// Dots per inch of a preview: an A4 page has 1754 by 1240 points, which a phone shows sharply.
pub const PREVIEW_DPI: u16 = 150;

/// What makes the files of licences: fonts, seals, the hour. One for a run; threads share it.
pub struct FileMaker {
    /// The fonts.
    pub fonts: Arc<FontLibrary>,
    /// The e-seals that may be used here, by organisation.
    pub seals: SealsInUse,
    /// The ledger.
    pub chain: ChainId,
    /// The time of signing.
    pub now: TimestampMs,
    /// Whether a PDF is made beside the OFD.
    pub pdf: bool,
    /// Where each seal signature gets its timestamp (GB/T 20520); none: only the ledger says when a file was sealed, and of a copy nobody.
    pub timestamps: Option<Arc<dyn TimestampSource + Send + Sync>>,
}

/// Why a licence's files cannot be made. Nothing was signed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// A field cannot be written as it stands.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// No e-seal of the issuer can be used here.
    #[error(
        "no e-seal of organisation {issuer} is in use here; apply for one, have it made and filed (zhengku seal), or take its key and file into this directory"
    )]
    NoSeal {
        /// The organisation.
        issuer: OrganisationNumber,
    },
    /// The package was not made.
    #[error(transparent)]
    Ofd(#[from] OfdError),
    /// The PDF was not made.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A picture was not made.
    #[error(transparent)]
    Picture(#[from] RenderError),
}

impl IssueError {
    /// The label of the field that cannot be written, and the character if it is one.
    #[must_use]
    pub fn place(&self) -> (Option<String>, Option<char>) {
        match self {
            Self::Compose(ComposeError::Text { label, reason, .. }) => (Some(label.clone()), reason.character()),
            Self::Compose(ComposeError::NoRoom { label, .. }) => (Some(label.clone()), None),
            _ => (None, None),
        }
    }

    /// Whether it is only too long, with nothing wrong in its characters.
    #[must_use]
    pub const fn is_too_long(&self) -> bool {
        let Self::Compose(error) = self else { return false };
        matches!(error, ComposeError::NoRoom { .. } | ComposeError::TooLong | ComposeError::Code { .. })
    }
}

/// The files of one licence, sealed.
pub struct Issued {
    /// What the vault keeps.
    pub stored: Vec<StoredFile>,
    /// What the ledger keeps.
    pub files: Vec<LicenceFile>,
    /// The seal they are under.
    pub seal: SealNumber,
}

/// A licence as it is about to be written.
pub struct Subject<'a> {
    /// The checked draft.
    pub draft: &'a LicenceDraft,
    /// Its type in the catalogue.
    pub licence_type: &'a LicenceType,
    /// Its key on the ledger.
    pub key: &'a EntryKey,
    /// Its version.
    pub version: u16,
    /// Its identifier.
    pub identifier: &'a str,
    /// Its face fields with their salts.
    pub fields: &'a [Field],
    /// Day of issue.
    pub issued_on: Date,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
}

impl FileMaker {
    /// Writes and seals the files of one licence.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn make(&self, subject: &Subject<'_>, issuer: OrganisationNumber) -> Result<Issued, IssueError> {
        let stamp = self.stamp(issuer)?;
        let seal = stamp.seal();
        let data = self.data(subject);
        let composed = self.compose(&data, subject.licence_type)?;
        let ofd = self.ofd(&data, &composed, &stamp, None)?;
        let mut stored = vec![StoredFile { kind: FileKind::Ofd, bytes: ofd }];
        if self.pdf {
            let marks = [Mark::Image(Image { place: composed.seal.place, png: seal.picture.to_vec() })];
            let stamp = PdfStamp { page: composed.seal.page, marks: &marks };
            let pdf = pdf::write(&composed.sheets, &data, &self.fonts, self.now, Some(stamp))?;
            stored.push(StoredFile { kind: FileKind::Pdf, bytes: pdf });
        }
        let files = stored.iter().map(digests).collect();
        Ok(Issued { stored, files, seal: seal.number })
    }

    /// An annotated copy (加注件) of a licence: the same face under a watermark that says for what and until when, sealed anew. It is not
    /// on the ledger itself; its data are.
    ///
    /// # Errors
    /// [`IssueError`]; also for an annotation that is blank, too long or cannot be written.
    pub fn annotate(
        &self,
        data: &LicenceData,
        template: &str,
        issuer: OrganisationNumber,
        annotation: Annotation,
    ) -> Result<Vec<u8>, IssueError> {
        let stamp = self.stamp(issuer)?;
        let composed = template::compose(data, template, &self.fonts)?;
        self.ofd(data, &composed, &stamp, Some(annotation))
    }

    fn stamp(&self, issuer: OrganisationNumber) -> Result<StampedAt<'_>, IssueError> {
        let timestamps = self.timestamps.as_deref().map(|source| source as &dyn TimestampSource);
        self.seals.at(issuer, self.now, timestamps).ok_or(IssueError::NoSeal { issuer })
    }

    fn ofd(
        &self,
        data: &LicenceData,
        composed: &Composed,
        stamp: &StampedAt<'_>,
        annotation: Option<Annotation>,
    ) -> Result<Vec<u8>, IssueError> {
        let seal_name = stamp.seal().seal.name();
        let content = OfdContent { sheets: &composed.sheets, data, created: self.now, seal_name, annotation };
        let unsealed = ofd::write(&content, &self.fonts)?;
        Ok(unsealed.seal(composed.seal.page, composed.seal.place, stamp)?)
    }

    /// Tries whether a licence could be written and sealed. Signs nothing.
    ///
    /// # Errors
    /// [`IssueError`], the same as [`FileMaker::make`] would give.
    pub fn check(&self, subject: &Subject<'_>, issuer: OrganisationNumber) -> Result<(), IssueError> {
        self.seals.of(issuer).ok_or(IssueError::NoSeal { issuer })?;
        self.compose(&self.data(subject), subject.licence_type).map(|_| ())
    }

    /// The pages as the holder will see them, as PNG files; without the seal and with 预览 across them, because nothing is signed.
    ///
    /// # Errors
    /// [`IssueError`], the same as [`FileMaker::make`] would give.
    pub fn preview(&self, subject: &Subject<'_>) -> Result<Vec<Vec<u8>>, IssueError> {
        let data = self.data(subject);
        let composed = self.compose(&data, subject.licence_type)?;
        draw_preview(composed.sheets, &self.fonts)
    }

    fn compose(&self, data: &LicenceData, licence_type: &LicenceType) -> Result<Composed, IssueError> {
        Ok(template::compose(data, licence_type.template.as_str(), &self.fonts)?)
    }

    fn data(&self, subject: &Subject<'_>) -> LicenceData {
        let Subject { draft, licence_type, .. } = subject;
        let label = |key: &str| {
            let rule = licence_type.fields.iter().find(|rule| rule.key.as_str() == key);
            rule.map_or(key, |rule| rule.label_zh.as_str()).to_owned()
        };
        let field = |field: &Field| FieldData {
            key: field.key.as_str().to_owned(),
            label: label(field.key.as_str()),
            value: field.value.as_str().to_owned(),
            salt: hex::encode(field.salt),
        };
        let holder = |one: &crate::register::Holder| HolderData {
            name: one.name.clone(),
            id_type: one.id_type.to_string(),
            id_number: one.id_number.clone(),
        };
        LicenceData {
            format: FORMAT.to_owned(),
            licence_identifier: subject.identifier.to_owned(),
            licence_type_code: licence_type.code.as_str().to_owned(),
            licence_type: licence_type.name_zh.as_str().to_owned(),
            licence_type_en: licence_type.name_en.as_str().to_owned(),
            licence_number: draft.number.clone(),
            version: subject.version,
            issuer: draft.issuer_name.clone(),
            issuer_code: draft.issuer_code.clone(),
            area_code: area_code(&draft.issuer_code),
            issued_on: subject.issued_on,
            valid_from: subject.valid_from,
            valid_to: subject.valid_to,
            holders: draft.holders.iter().map(holder).collect(),
            part: draft.part.map(|part| part.name().to_owned()),
            chain: self.chain.to_string(),
            key: hex::encode(subject.key.digest().as_bytes()),
            fields: subject.fields.iter().map(field).collect(),
        }
    }
}

/// 登记管理机关行政区划码: characters 3 to 8 of a credit code (GB 32100 section 3).
fn area_code(credit_code: &str) -> String {
    credit_code.chars().skip(2).take(6).collect()
}

fn digests(file: &StoredFile) -> LicenceFile {
    LicenceFile { kind: file.kind, sha256: sha256(&file.bytes), sm3: sm3(&file.bytes) }
}
