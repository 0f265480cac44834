//! The rules that hold for every XML file of a package, whether the document names it or not.

use super::ReadError;
use super::location::{folder, resolve};
use super::xml::{self, Element};
use crate::package::Package;

/// The most XML of a package in bytes: it is all parsed, and a second must do; sixteen dense pages have 1 MB.
const MAX_XML_TOTAL: usize = 4 * 1024 * 1024;

/// Elements that lead out of the document or run something (GB/T 33190, clauses 14 and 12): a licence has none.
const ACTIVE: [&str; 10] =
    ["Action", "Actions", "CAction", "GotoA", "Movie", "Multimedia", "Sound", "URI", "Video", "Extension"];
/// Elements whose text is the place of a file.
const PLACES: [&str; 14] = [
    "Annotations",
    "Attachments",
    "BaseLoc",
    "CustomTags",
    "DocRoot",
    "DocumentRes",
    "Extensions",
    "FileLoc",
    "FontFile",
    "MediaFile",
    "PublicRes",
    "SchemaLoc",
    "Signatures",
    "SignedValue",
];

/// Parses every XML file and looks at what it names.
pub(super) fn every_xml_file(package: &Package<'_>) -> Result<(), ReadError> {
    let is_xml = |name: &str| name.len() >= 4 && name.to_ascii_lowercase().ends_with(".xml");
    let mut total = 0_usize;
    for (path, bytes) in package.iter().filter(|(path, _)| is_xml(path)) {
        total = total.saturating_add(bytes.len());
        if total > MAX_XML_TOTAL {
            return Err(ReadError::TooMuchXml { limit: MAX_XML_TOTAL });
        }
        let root = xml::parse(bytes).map_err(|error| ReadError::Xml { file: path.to_owned(), error })?;
        let base = resource_folder(&root, path)?;
        look(package, &root, path, &base)?;
    }
    Ok(())
}

/// The folder that places in a file are relative to: its own, or the one that a resource file names.
fn resource_folder(root: &Element, path: &str) -> Result<String, ReadError> {
    match root.attribute("BaseLoc") {
        Some(base) if root.name == "Res" => resolve(folder(path), base, path),
        _ => Ok(folder(path).to_owned()),
    }
}

fn look(package: &Package<'_>, element: &Element, path: &str, base: &str) -> Result<(), ReadError> {
    if ACTIVE.contains(&element.name.as_str()) {
        return Err(ReadError::Active { file: path.to_owned(), element: element.name.clone() });
    }
    if let Some(place) = element.attribute("FileRef") {
        // Whether it is there is for the references' own check to say.
        resolve(base, place, path)?;
    }
    let attribute = element.attribute("BaseLoc").filter(|_| element.name != "Res");
    let is_place = PLACES.contains(&element.name.as_str()) && element.children.is_empty();
    for place in attribute.into_iter().chain(is_place.then_some(element.text.as_str())) {
        let place = resolve(base, place, path)?;
        if package.get(&place).is_none() {
            return Err(ReadError::Missing { file: place });
        }
    }
    element.children.iter().try_for_each(|child| look(package, child, path, base))
}
