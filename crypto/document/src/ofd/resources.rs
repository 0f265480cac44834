//! What pages share: the cut fonts and the pictures, each once in the package.

use super::package::Entry;
use super::xml::Xml;
use super::{DOCUMENT, Ids, OfdError};
use crate::font::{FaceId, FontLibrary};
use crate::page::Mark;
use crate::subset;
use std::collections::{BTreeMap, BTreeSet};
use zhengku_crypto::digest::{Digest, sha256};

/// A resource's number and its file in `Res`.
struct Resource {
    id: u32,
    file: String,
}

/// A cut font as a resource.
struct Font {
    resource: Resource,
    glyphs: BTreeMap<char, u16>,
}

/// Fonts and pictures of a document.
pub(super) struct Resources {
    fonts: BTreeMap<FaceId, Font>,
    images: BTreeMap<Digest, Resource>,
    files: Vec<Entry>,
}

impl Resources {
    /// Cuts the fonts to the characters of the marks and takes in their pictures.
    pub(super) fn collect<'a>(
        marks: impl Iterator<Item = &'a Mark>,
        fonts: &FontLibrary,
        ids: &mut Ids,
    ) -> Result<Self, OfdError> {
        let mut characters: BTreeMap<FaceId, BTreeSet<char>> = BTreeMap::new();
        let mut res = Self { fonts: BTreeMap::new(), images: BTreeMap::new(), files: Vec::new() };
        let mut pictures = Vec::new();
        for mark in marks {
            match mark {
                Mark::Text(run) if run.text.is_empty() => {}
                Mark::Text(run) => {
                    let actual = run.text.chars().count();
                    if run.advances.len() != actual {
                        return Err(OfdError::Advances { expected: actual, actual: run.advances.len() });
                    }
                    characters.entry(run.face).or_default().extend(run.text.chars());
                }
                Mark::Image(image) => pictures.push(&image.png),
                Mark::Shape(_) => {}
            }
        }
        for (id, characters) in characters {
            let face = fonts.face(id).ok_or(OfdError::NoFace { number: id.0 })?;
            let file = format!("{}.ttf", face.name());
            let subset = subset::cut(face, &characters)?;
            res.files.push((format!("{DOCUMENT}/Res/{file}"), subset.bytes));
            res.fonts.insert(id, Font { resource: Resource { id: ids.number(), file }, glyphs: subset.glyphs });
        }
        for png in pictures {
            res.take_in(png, ids)?;
        }
        Ok(res)
    }

    fn take_in(&mut self, png: &[u8], ids: &mut Ids) -> Result<(), OfdError> {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        if !png.starts_with(PNG) {
            return Err(OfdError::NotPng);
        }
        let digest = sha256(png);
        if !self.images.contains_key(&digest) {
            let file = format!("image_{}.png", self.images.len());
            self.files.push((format!("{DOCUMENT}/Res/{file}"), png.to_vec()));
            self.images.insert(digest, Resource { id: ids.number(), file });
        }
        Ok(())
    }

    /// The number of a face; 0, which no resource has, for a face that no mark names.
    pub(super) fn font(&self, face: FaceId) -> u32 {
        self.fonts.get(&face).map_or(0, |font| font.resource.id)
    }

    /// The number of a character's glyph in the cut font.
    pub(super) fn glyph(&self, face: FaceId, character: char) -> u16 {
        self.fonts.get(&face).and_then(|font| font.glyphs.get(&character)).copied().unwrap_or_default()
    }

    /// The number of a picture.
    pub(super) fn image(&self, png: &[u8]) -> u32 {
        self.images.get(&sha256(png)).map_or(0, |image| image.id)
    }

    /// `PublicRes.xml`; `None` without fonts.
    pub(super) fn public(&self) -> Option<Vec<u8>> {
        if self.fonts.is_empty() {
            return None;
        }
        let mut xml = Xml::document("Res", &[("BaseLoc", "Res")]);
        xml.start("Fonts", &[]);
        for Font { resource: font, .. } in self.fonts.values() {
            let name = font.file.trim_end_matches(".ttf");
            let id = font.id.to_string();
            xml.start("Font", &[("ID", &id), ("FontName", name), ("FamilyName", name), ("Charset", "unicode")]);
            xml.leaf("FontFile", &[], &font.file);
            xml.end();
        }
        Some(xml.finish())
    }

    /// `DocumentRes.xml`; `None` without pictures.
    pub(super) fn document(&self) -> Option<Vec<u8>> {
        if self.images.is_empty() {
            return None;
        }
        let mut xml = Xml::document("Res", &[("BaseLoc", "Res")]);
        xml.start("MultiMedias", &[]);
        let mut images: Vec<_> = self.images.values().collect();
        images.sort_by_key(|image| image.id);
        for image in images {
            xml.start("MultiMedia", &[("ID", &image.id.to_string()), ("Type", "Image"), ("Format", "PNG")]);
            xml.leaf("MediaFile", &[], &image.file);
            xml.end();
        }
        Some(xml.finish())
    }

    /// The files of `Res`.
    pub(super) fn into_files(self) -> Vec<Entry> {
        self.files
    }
}
