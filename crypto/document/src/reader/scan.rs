//! The rules that hold for every XML file of a package, whether the document names it or not.

use super::ReadError;
use super::location::{folder, is_xml, resolve};
use super::xml::{self, Element};
use crate::package::Package;

/// The most XML of a package in bytes: it is all parsed, and a second must do; sixteen dense pages have 1 MB.
const MAX_XML_TOTAL: usize = 4 * 1024 * 1024;

/// Elements that lead out of the document, run something, or hold another document (GB/T 33190, clauses 12, 14, 17 and 19): a
/// licence has none.
const ACTIVE: [&str; 13] = [
    "Action",
    "Actions",
    "CAction",
    "DocVersion",
    "Extension",
    "GotoA",
    "Movie",
    "Multimedia",
    "Sound",
    "URI",
    "Version",
    "Versions",
    "Video",
];
/// Elements whose text is the place of an XML file.
const XML_PLACES: [&str; 9] = [
    "Annotations",
    "Attachments",
    "CustomTags",
    "DocRoot",
    "DocumentRes",
    "Extensions",
    "PublicRes",
    "SchemaLoc",
    "Signatures",
];
/// Elements whose text is the place of another file; `FileLoc` is one in a list of attachments alone.
const OTHER_PLACES: [&str; 6] = ["BaseLoc", "Cover", "FileLoc", "FontFile", "MediaFile", "SignedValue"];

/// Parses every XML file and looks at what it names.
pub(super) fn every_xml_file(package: &Package<'_>) -> Result<(), ReadError> {
    let mut total = 0_usize;
    for (path, bytes) in package.iter().filter(|(path, _)| is_xml(path)) {
        total = total.saturating_add(bytes.len());
        if total > MAX_XML_TOTAL {
            return Err(ReadError::TooMuchXml { limit: MAX_XML_TOTAL });
        }
        let root = xml::parse(bytes).map_err(|error| ReadError::Xml { file: path.to_owned(), error })?;
        let base = resource_folder(&root, path)?;
        let file = File { package, path, base: &base };
        file.look(&root, None)?;
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

/// A file whose elements are looked at.
struct File<'a, 'f> {
    package: &'a Package<'f>,
    path: &'a str,
    /// The folder that its places are relative to.
    base: &'a str,
}

impl File<'_, '_> {
    /// Looks at an element and all within; `parent` is the name of the one that it stands in, none for the root.
    fn look(&self, element: &Element, parent: Option<&str>) -> Result<(), ReadError> {
        let name = element.name.as_str();
        if ACTIVE.contains(&name) {
            return Err(ReadError::Active { file: self.path.to_owned(), element: name.to_owned() });
        }
        if let Some(place) = element.attribute("FileRef") {
            // Whether it is there is for the references' own check to say.
            resolve(self.base, place, self.path)?;
        }
        if let Some(place) = element.attribute("Profile") {
            self.holds(place, false)?;
        }
        if let Some(place) = element.attribute("BaseLoc").filter(|_| name != "Res") {
            self.holds(place, true)?;
        }
        // The root of a list has the name of the element that names the list.
        if let Some(parent) = parent
            && (XML_PLACES.contains(&name) || OTHER_PLACES.contains(&name))
        {
            if !element.children.is_empty() {
                return Err(ReadError::Value { file: self.path.to_owned(), what: "a place, which is text alone" });
            }
            let is_list = name == "FileLoc" && parent != "Attachment";
            self.holds(&element.text, is_list || XML_PLACES.contains(&name))?;
        }
        element.children.iter().try_for_each(|child| self.look(child, Some(name)))
    }

    /// The file that a place names is in the package and, where XML must stand, one that is looked at as XML.
    fn holds(&self, place: &str, must_be_xml: bool) -> Result<(), ReadError> {
        let file = resolve(self.base, place, self.path)?;
        if must_be_xml && !is_xml(&file) {
            return Err(ReadError::NotXml { file });
        }
        if self.package.get(&file).is_some() { Ok(()) } else { Err(ReadError::Missing { file }) }
    }
}
