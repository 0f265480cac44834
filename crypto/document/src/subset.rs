//! A TrueType font cut down to the characters of one licence file, complete enough for readers that look glyphs up by character:
//! `cmap` (formats 4 and 12), `name`, `OS/2` and `post` beside the outlines. The same characters give the same bytes.

mod program;

use crate::font::Face;
use skrifa::raw::TableProvider;
use skrifa::{FontRef, Tag};
use std::collections::{BTreeMap, BTreeSet};
use subsetter::GlyphRemapper;
use write_fonts::tables::cmap::Cmap;
use write_fonts::tables::name::{Name, NameRecord};
use write_fonts::tables::post::Post;
use write_fonts::types::{GlyphId, NameId};
use write_fonts::{FontBuilder, dump_table};

/// Why a face could not be cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubsetError {
    /// The face does not have the character; the fallback should have taken another.
    #[error("the font {face} has no glyph for U+{:04X} ({character}); write it otherwise, or install a font that has it", *character as u32)]
    NoGlyph {
        /// The face.
        face: &'static str,
        /// The character.
        character: char,
    },
    /// A table of the font file cannot be read or written.
    #[error("the font {face} cannot be cut: {reason}; reinstall its Debian package")]
    Malformed {
        /// The face.
        face: &'static str,
        /// Why.
        reason: String,
    },
}

/// A cut font.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subset {
    /// The TrueType file.
    pub bytes: Vec<u8>,
    /// The number of each character's glyph in it.
    pub glyphs: BTreeMap<char, u16>,
}

/// The face with only these characters.
///
/// # Errors
/// [`SubsetError`].
pub fn cut(face: &Face, characters: &BTreeSet<char>) -> Result<Subset, SubsetError> {
    let malformed = |reason: String| SubsetError::Malformed { face: face.name(), reason };
    let mut glyphs = GlyphRemapper::new();
    let mut numbers = BTreeMap::new();
    for &character in characters {
        let glyph = face.glyph_id(character).ok_or(SubsetError::NoGlyph { face: face.name(), character })?;
        numbers.insert(character, glyphs.remap(glyph));
    }
    let (bytes, index) = face.file();
    let outlines = subsetter::subset(bytes, index, &glyphs).map_err(|error| malformed(error.to_string()))?;
    let outlines = FontRef::new(&outlines).map_err(|error| malformed(error.to_string()))?;
    let whole = FontRef::from_index(bytes, index).map_err(|error| malformed(error.to_string()))?;
    let mapping = numbers.iter().map(|(&character, &number)| (character, GlyphId::from(number)));
    let cmap = Cmap::from_mappings(mapping).map_err(|error| malformed(error.to_string()))?;
    let mut font = FontBuilder::new();
    font.add_table(&cmap).map_err(|error| malformed(error.to_string()))?;
    font.add_table(&names(face.name(), &whole)).map_err(|error| malformed(error.to_string()))?;
    let post = Post { is_fixed_pitch: 0, ..Post::default() };
    let mut post = dump_table(&post).map_err(|error| malformed(error.to_string()))?;
    name_no_glyphs(&mut post);
    font.add_raw(Tag::new(b"post"), post);
    font.add_raw(Tag::new(b"OS/2"), windows_metrics(&whole, characters).ok_or_else(|| malformed("OS/2".to_owned()))?);
    let (glyf, loca) = program::without_programs(&outlines).ok_or_else(|| malformed("glyf".to_owned()))?;
    font.add_raw(Tag::new(b"glyf"), glyf);
    font.add_raw(Tag::new(b"loca"), loca);
    for tag in KEPT {
        let Some(data) = outlines.table_data(tag) else { return Err(malformed(format!("no table {tag}"))) };
        font.add_raw(tag, data.as_bytes());
    }
    Ok(Subset { bytes: font.build(), glyphs: numbers })
}

/// What is taken from the cut as it is. Hinting (`cvt`, `fpgm`, `prep` and the glyphs' programs) is left out: licences are shown
/// unhinted.
const KEPT: [Tag; 4] = [Tag::new(b"head"), Tag::new(b"hhea"), Tag::new(b"hmtx"), Tag::new(b"maxp")];

/// `post` version 3: glyphs have no names (OpenType, "post").
fn name_no_glyphs(post: &mut Vec<u8>) {
    const HEADER: usize = 32;
    post.truncate(HEADER);
    if let Some(version) = post.get_mut(..4) {
        version.copy_from_slice(&0x0003_0000_u32.to_be_bytes());
    }
}

/// The names that readers and Windows ask for; the makers' copyright line stays, as the fonts' licences demand.
fn names(face: &str, whole: &FontRef<'_>) -> Name {
    const WINDOWS_UNICODE_ENGLISH: (u16, u16, u16) = (3, 1, 0x0409);
    let copyright = whole.name().ok().and_then(|table| {
        let record = table.name_record().iter().find(|record| record.name_id().to_u16() == 0)?;
        Some(record.string(table.string_data()).ok()?.chars().collect::<String>())
    });
    let (platform, encoding, language) = WINDOWS_UNICODE_ENGLISH;
    let texts = [
        (0, copyright.unwrap_or_default()),
        (1, face.to_owned()),
        (2, "Regular".to_owned()),
        (3, format!("{face} subset")),
        (4, face.to_owned()),
        (5, "Version 1.0".to_owned()),
        (6, face.to_owned()),
    ];
    let record =
        |(id, text): (u16, String)| NameRecord::new(platform, encoding, language, NameId::new(id), text.into());
    Name::new(texts.into_iter().filter(|(_, text)| !text.is_empty()).map(record).collect())
}

/// `OS/2` of the whole font with the first and last character of the cut (65535 stands for any beyond the basic plane).
fn windows_metrics(whole: &FontRef<'_>, characters: &BTreeSet<char>) -> Option<Vec<u8>> {
    const FIRST_CHARACTER: usize = 64;
    let mut table = whole.table_data(Tag::new(b"OS/2"))?.as_bytes().to_vec();
    let code = |character: Option<&char>| u16::try_from(character.map_or(0, |&one| u32::from(one))).unwrap_or(u16::MAX);
    let [first, last] = [code(characters.first()), code(characters.last())].map(u16::to_be_bytes);
    table.get_mut(FIRST_CHARACTER..FIRST_CHARACTER + 4)?.copy_from_slice(&[first, last].concat());
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::{DEBIAN_FONTS, FaceId, FontLibrary};
    use skrifa::MetadataProvider;
    use std::path::Path;

    fn characters(text: &str) -> BTreeSet<char> {
        text.chars().collect()
    }

    #[test]
    fn glyphs_are_drawn_as_in_the_whole_font_without_programs() {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        for number in 0..4 {
            let face = fonts.face(FaceId(number)).unwrap();
            let text: BTreeSet<char> =
                "証明書本（Aéë1）一二三国".chars().filter(|&one| face.glyph_id(one).is_some()).collect();
            let subset = cut(face, &text).unwrap();
            let font = FontRef::new(&subset.bytes).unwrap();
            let (whole, index) = face.file();
            let whole = FontRef::from_index(whole, index).unwrap();
            for character in text {
                let paths = [(&font, font.charmap().map(character)), (&whole, whole.charmap().map(character))].map(
                    |(font, glyph)| {
                        let mut pen = skrifa::outline::pen::SvgPen::new();
                        let size = skrifa::instance::Size::unscaled();
                        let settings =
                            skrifa::outline::DrawSettings::unhinted(size, skrifa::instance::LocationRef::default());
                        font.outline_glyphs().get(glyph.unwrap()).unwrap().draw(settings, &mut pen).unwrap();
                        pen.to_string()
                    },
                );
                assert!(!paths[0].is_empty());
                assert_eq!(paths[0], paths[1], "{character} of {}", face.name());
            }
            let again = program::without_programs(&font).unwrap();
            assert_eq!(font.table_data(Tag::new(b"glyf")).unwrap().as_bytes(), again.0);
        }
    }

    #[test]
    fn every_face_is_cut_to_its_characters_with_the_tables_readers_need() {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        let texts = ["证照Ab1·", "证照Ab1·", "证照Ab1·", "証照Ab1", "𠀀𠮷"];
        for (number, text) in (0..).zip(texts) {
            let face = fonts.face(FaceId(number)).unwrap();
            let subset = cut(face, &characters(text)).unwrap();
            assert_eq!(subset, cut(face, &characters(text)).unwrap());
            let bytes = subset.bytes;
            assert!(bytes.len() < 10_000, "{} has {} bytes", face.name(), bytes.len());
            let font = FontRef::new(&bytes).unwrap();
            for character in text.chars() {
                let glyph = font.charmap().map(character).unwrap();
                assert_eq!(glyph.to_u32(), u32::from(subset.glyphs[&character]));
                assert!(glyph.to_u32() != 0 && font.outline_glyphs().get(glyph).is_some(), "{character}");
            }
            assert_eq!(font.charmap().map('无'), None);
            let tags: Vec<String> =
                font.table_directory().table_records().iter().map(|record| record.tag().to_string()).collect();
            assert_eq!(tags, ["OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"]);
            let formats: Vec<u16> = font
                .cmap()
                .unwrap()
                .encoding_records()
                .iter()
                .map(|record| record.subtable(font.cmap().unwrap().offset_data()).unwrap().format())
                .collect();
            assert_eq!(formats.contains(&12), text.contains('𠮷'), "{formats:?}");
            let names = font.localized_strings(skrifa::string::StringId::POSTSCRIPT_NAME).english_or_first().unwrap();
            assert_eq!(names.to_string(), face.name());
        }
    }

    #[test]
    fn a_character_of_no_glyph_is_named() {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        let error = cut(fonts.face(FaceId(1)).unwrap(), &characters("样\u{1F6D7}")).unwrap_err();
        assert_eq!(error, SubsetError::NoGlyph { face: "LXGWWenKai-Regular", character: '\u{1F6D7}' });
        assert!(error.to_string().contains("U+1F6D7"));
    }
}
