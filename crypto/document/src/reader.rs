//! An OFD document (GB/T 33190-2016) read for judging: its pages' text, its metadata, its attachments and its signatures. Every XML
//! file of the package is read within bounds, and every place it names must lie in the package (docs/spec/verification.md, section 3).
//!
//! Read first: [`OfdDocument::read`].

mod error;
mod location;
mod scan;
mod signatures;
pub mod xml;

pub use error::ReadError;
pub use signatures::{Reference, SealedBlock, Stamp};

use crate::package::Package;
use crate::page::{MAX_PAGES, Rect, Um};
use location::{folder, is_xml, resolve};
use std::collections::BTreeSet;
use xml::Element;

/// Where every OFD package begins.
pub const ROOT: &str = "OFD.xml";
/// The most signatures that are looked at: an original has one, a copy two.
pub const MAX_SIGNATURES: usize = 8;
/// The most text of all pages in bytes: a licence has 10 kB; each field is looked for in it.
pub const MAX_TEXT_BYTES: usize = 512 * 1024;

/// What a verifier needs of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfdDocument {
    /// CustomDatas: name and value, in the order of the file.
    pub custom: Vec<(String, String)>,
    /// The pages, in order.
    pub pages: Vec<PageText>,
    /// The attachments: name and entry of the package.
    pub attachments: Vec<(String, String)>,
    /// `Signatures.xml`, if there is one.
    pub signature_list: Option<String>,
    /// The signatures, in the order of the list.
    pub signatures: Vec<SealedBlock>,
}

/// A page as far as it is judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageText {
    /// ID in the document.
    pub id: String,
    /// Its area; x and y are those of the physical box.
    pub area: Rect,
    /// The text of its content, without that of its template; runs follow each other as in the file.
    pub text: String,
}

impl OfdDocument {
    /// Reads the document of a package.
    ///
    /// # Errors
    /// [`ReadError`] for the first file that is not as GB/T 33190 and section 3 of the specification have it.
    pub fn read(package: &Package<'_>) -> Result<Self, ReadError> {
        scan::every_xml_file(package)?;
        let files = &mut Files { package, read: BTreeSet::new() };
        let root = files.open(ROOT)?;
        root.named("OFD", ROOT)?;
        let body = root.only("DocBody", ROOT)?;
        let custom = custom_data(body)?;
        let document_path = resolve("", &body.only("DocRoot", ROOT)?.text, ROOT)?;
        let document = files.open(&document_path)?;
        document.named("Document", &document_path)?;
        let pages = pages(files, &document, &document_path)?;
        let attachments = attachments(files, &document, &document_path)?;
        let (signature_list, signatures) = match body.at_most_one("Signatures", ROOT)? {
            None => (None, Vec::new()),
            Some(place) => {
                let path = resolve("", &place.text, ROOT)?;
                let read = signatures::read(files, &path)?;
                (Some(path), read)
            }
        };
        Ok(Self { custom, pages, attachments, signature_list, signatures })
    }

    /// A value of the metadata; none when the name is missing or stands twice.
    #[must_use]
    pub fn custom_value(&self, name: &str) -> Option<&str> {
        let mut values = self.custom.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }

    /// The entry of an attachment by its name; none when it is missing or stands twice.
    #[must_use]
    pub fn attachment(&self, name: &str) -> Option<&str> {
        let mut found = self.attachments.iter().filter(|(known, _)| known == name).map(|(_, path)| path.as_str());
        found.next().filter(|_| found.next().is_none())
    }

    /// A page by its ID.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<&PageText> {
        self.pages.iter().find(|page| page.id == id)
    }
}

/// The package, and which of its XML files were opened. Each has one part in the document and is opened once: with the look of
/// `scan.rs` no file is parsed more than twice, however often a hostile document names it.
struct Files<'a, 'f> {
    package: &'a Package<'f>,
    read: BTreeSet<String>,
}

impl Files<'_, '_> {
    /// Parses an XML entry that the rules of `scan.rs` hold for.
    fn open(&mut self, path: &str) -> Result<Element, ReadError> {
        if !is_xml(path) {
            return Err(ReadError::NotXml { file: path.to_owned() });
        }
        let bytes = self.package.get(path).ok_or_else(|| ReadError::Missing { file: path.to_owned() })?;
        if !self.read.insert(path.to_owned()) {
            return Err(ReadError::NamedTwice { file: path.to_owned() });
        }
        xml::parse(bytes).map_err(|error| ReadError::Xml { file: path.to_owned(), error })
    }
}

fn custom_data(body: &Element) -> Result<Vec<(String, String)>, ReadError> {
    let info = body.only("DocInfo", ROOT)?;
    let Some(list) = info.at_most_one("CustomDatas", ROOT)? else { return Ok(Vec::new()) };
    let datum = |one: &Element| Ok((one.required("Name", ROOT)?.to_owned(), one.text.clone()));
    list.all("CustomData").map(datum).collect()
}

fn pages(files: &mut Files<'_, '_>, document: &Element, path: &str) -> Result<Vec<PageText>, ReadError> {
    let common = document.only("CommonData", path)?;
    let default = area(common.only("PageArea", path)?, path)?;
    let list: Vec<&Element> = document.only("Pages", path)?.all("Page").collect();
    if list.is_empty() || list.len() > MAX_PAGES {
        return Err(ReadError::Pages { actual: list.len() });
    }
    let (mut pages, mut length) = (Vec::<PageText>::with_capacity(list.len()), 0_usize);
    for entry in list {
        let id = entry.required("ID", path)?.to_owned();
        let content_path = resolve(folder(path), entry.required("BaseLoc", path)?, path)?;
        if pages.iter().any(|page| page.id == id) {
            return Err(ReadError::Twice { file: path.to_owned(), what: "a page's ID" });
        }
        let content = files.open(&content_path)?;
        content.named("Page", &content_path)?;
        let own = content.at_most_one("Area", &content_path)?;
        let area = own.map_or(Ok(default), |own| area(own, &content_path))?;
        let mut text = String::new();
        content.collect_text("TextCode", &mut text);
        length = length.saturating_add(text.len());
        if length > MAX_TEXT_BYTES {
            return Err(ReadError::TooMuchText);
        }
        pages.push(PageText { id, area, text });
    }
    Ok(pages)
}

fn area(element: &Element, path: &str) -> Result<Rect, ReadError> {
    rect(&element.only("PhysicalBox", path)?.text, path)
}

/// `x y width height` in millimetres.
fn rect(text: &str, path: &str) -> Result<Rect, ReadError> {
    let refused = || ReadError::Value { file: path.to_owned(), what: "a box of four numbers" };
    let numbers: Option<Vec<Um>> = text.split_ascii_whitespace().map(length).collect();
    match numbers.as_deref() {
        Some(&[x, y, width, height]) if width.0 > 0 && height.0 > 0 => Ok(Rect { x, y, width, height }),
        _ => Err(refused()),
    }
}

/// Millimetres with at most three digits after the point, exactly; none for what is no such number or beyond ten metres.
fn length(text: &str) -> Option<Um> {
    const MAX_MILLIMETRES: i32 = 10_000;
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || part.len() > 3 {
        return None;
    }
    let whole: i32 = whole.parse().ok().filter(|whole| *whole <= MAX_MILLIMETRES)?;
    let part: i32 = format!("{part:0<3}").parse().ok()?;
    let value = whole.checked_mul(1000)?.checked_add(part)?;
    Some(Um(if negative { value.checked_neg()? } else { value }))
}

fn attachments(files: &mut Files<'_, '_>, document: &Element, path: &str) -> Result<Vec<(String, String)>, ReadError> {
    let Some(place) = document.at_most_one("Attachments", path)? else { return Ok(Vec::new()) };
    let list_path = resolve(folder(path), &place.text, path)?;
    let list = files.open(&list_path)?;
    list.named("Attachments", &list_path)?;
    let attachment = |one: &Element| {
        let place = &one.only("FileLoc", &list_path)?.text;
        Ok((one.required("Name", &list_path)?.to_owned(), resolve(folder(&list_path), place, &list_path)?))
    };
    list.all("Attachment").map(attachment).collect()
}

#[cfg(test)]
mod tests;
