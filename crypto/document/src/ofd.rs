//! Writing a licence as an OFD package (GB/T 33190-2016) and sealing it (GB/T 38540-2020). Layout: docs/spec/licence-file.md.
//!
//! The same licence, fonts and times give the same bytes on every machine; only the seal's signature is the sealer's.

mod annotation;
mod content;
mod document;
mod extract;
pub(crate) mod metadata;
mod package;
mod resources;
mod seal;
mod turn;
mod xml;

pub use annotation::{Annotation, MAX_CAUSE_CHARACTERS, MAX_MAKER_CHARACTERS};
pub use extract::{PageText, extract_text};
pub use seal::{Provider, SEAL, SIGNATURE, SIGNED_VALUE, SM2_WITH_SM3_OID, SM3_OID, Sealer, SealerError};

use crate::font::FontLibrary;
use crate::licence::LicenceData;
use crate::page::{MAX_PAGES, Mark, Sheet};
use crate::subset::SubsetError;
use crate::text::TextError;
use document::Info;
use package::Entry;
use resources::Resources;
use zhengku_ledger::ids::TimestampMs;

/// The one document of a package.
const DOCUMENT: &str = "Doc_0";
/// The attachment that holds the data for programs.
pub const LICENCE_JSON: &str = "Doc_0/Attachs/licence.json";

/// What is written.
#[derive(Clone, Debug)]
pub struct OfdContent<'a> {
    /// The pages, 1 to [`MAX_PAGES`].
    pub sheets: &'a [Sheet],
    /// The data: the metadata and `licence.json`.
    pub data: &'a LicenceData,
    /// When the file is made.
    pub created: TimestampMs,
    /// The name of the seal it will bear (签章名称).
    pub seal_name: &'a str,
    /// For an annotated copy (加注件): for whom, for what, until when.
    pub annotation: Option<Annotation>,
}

/// Why no OFD was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfdError {
    /// No page, or too many.
    #[error("a licence file has 1 to {MAX_PAGES} pages, not {actual}; split the licence")]
    Sheets {
        /// Pages given.
        actual: usize,
    },
    /// A run of text whose advances do not belong to its characters.
    #[error("a run of {expected} characters has {actual} advances; lay the text out again")]
    Advances {
        /// Characters.
        expected: usize,
        /// Advances.
        actual: usize,
    },
    /// A face that the library does not hold.
    #[error("the font library has no face {number}; lay the text out with the same library")]
    NoFace {
        /// The face's number.
        number: u8,
    },
    /// A character without glyph, or a font that cannot be cut.
    #[error(transparent)]
    Font(#[from] SubsetError),
    /// A picture that is no PNG.
    #[error("a picture of the page is no PNG; convert it")]
    NotPng,
    /// A character that no XML file can hold.
    #[error("{name} holds U+{:04X}, which no XML file can hold; take it out", *character as u32)]
    Unwritable {
        /// The metadata's short name, or the part of the text.
        name: String,
        /// The character.
        character: char,
    },
    /// A text of the annotation cannot be written.
    #[error("{part} of the annotation: {reason}")]
    AnnotationText {
        /// Which text.
        part: &'static str,
        /// Why.
        reason: TextError,
    },
    /// A text of the annotation is empty or too long.
    #[error("{part} of the annotation has {actual} characters; 1 to {limit} are written")]
    AnnotationLength {
        /// Which text.
        part: &'static str,
        /// The most characters.
        limit: usize,
        /// Characters given.
        actual: usize,
    },
    /// The seal stands on a page that is not there.
    #[error("the seal is to stand on page {page} of {pages}, counted from 0; correct the template")]
    SealPage {
        /// The page asked for.
        page: usize,
        /// Pages there are.
        pages: usize,
    },
    /// The sealer refused.
    #[error("the file could not be sealed: {0}")]
    Sealing(#[from] SealerError),
    /// The container could not be written or read.
    #[error("OFD package: {0}")]
    Container(String),
}

/// A written package that waits for its seal.
#[derive(Debug)]
pub struct Unsealed {
    /// Everything but `OFD.xml` and the signatures, in the order of the file.
    entries: Vec<Entry>,
    info: Info,
    /// The numbers of the pages.
    pages: Vec<u32>,
}

/// Writes the package: fonts cut to what is shown, pages, metadata and `licence.json`.
///
/// # Errors
/// [`OfdError`].
pub fn write(content: &OfdContent<'_>, fonts: &FontLibrary) -> Result<Unsealed, OfdError> {
    let sheets = content.sheets;
    if sheets.is_empty() || sheets.len() > MAX_PAGES {
        return Err(OfdError::Sheets { actual: sheets.len() });
    }
    let watermarks = watermarks(content, fonts)?;
    let mut ids = Ids(0);
    let marks =
        sheets.iter().flat_map(|sheet| sheet.form.iter().chain(&sheet.marks)).chain(watermarks.iter().flatten());
    let resources = Resources::collect(marks, fonts, &mut ids)?;
    let (mut templates, mut pages) = (Vec::new(), Vec::new());
    let mut parts: Vec<Entry> = Vec::new();
    for (index, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| !sheet.form.is_empty()) {
        let (id, path) = (ids.number(), format!("{DOCUMENT}/Tpls/Tpl_{index}/Content.xml"));
        parts.push((path, content::template(sheet, &resources, &mut ids)));
        templates.push((index, id));
    }
    for (index, (sheet, watermark)) in sheets.iter().zip(&watermarks).enumerate() {
        let template = templates.iter().find(|(of, _)| *of == index).map(|(_, id)| *id);
        let (id, path) = (ids.number(), format!("{DOCUMENT}/Pages/Page_{index}/Content.xml"));
        parts.push((path, content::page(sheet, watermark, template, &resources, &mut ids)));
        pages.push(id);
    }
    let info = Info::new(content)?;
    let mut entries = vec![(
        format!("{DOCUMENT}/Document.xml"),
        document::document(sheets, &templates, &pages, &resources, ids.last()),
    )];
    entries.extend(resources.public().map(|bytes| (format!("{DOCUMENT}/PublicRes.xml"), bytes)));
    entries.extend(resources.document().map(|bytes| (format!("{DOCUMENT}/DocumentRes.xml"), bytes)));
    entries.extend(parts);
    entries.extend(resources.into_files());
    entries.push((format!("{DOCUMENT}/Attachs/Attachments.xml"), document::attachments(content)));
    entries.push((LICENCE_JSON.to_owned(), content.data.to_json()));
    Ok(Unsealed { entries, info, pages })
}

fn watermarks(content: &OfdContent<'_>, fonts: &FontLibrary) -> Result<Vec<Vec<Mark>>, OfdError> {
    let Some(annotation) = &content.annotation else { return Ok(vec![Vec::new(); content.sheets.len()]) };
    content.sheets.iter().map(|sheet| annotation.watermark(sheet, fonts)).collect()
}

/// The numbers of a document's objects: each once, counted up.
struct Ids(u32);

impl Ids {
    fn number(&mut self) -> u32 {
        self.0 = self.0.saturating_add(1);
        self.0
    }

    fn next(&mut self) -> String {
        self.number().to_string()
    }

    const fn last(&self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests;
