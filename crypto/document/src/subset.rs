//! A TrueType font cut down to the characters of one licence file, complete enough for readers that look glyphs up by character:
//! `cmap` (formats 4 and 12), `name`, `OS/2` and `post` beside the outlines. The same characters give the same bytes.

use crate::font::Face;
use skrifa::raw::TableProvider;
use skrifa::{FontRef, Tag};
use std::collections::BTreeSet;
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

/// The face with only these characters, as a TrueType file.
///
/// # Errors
/// [`SubsetError`].
pub fn cut(face: &Face, characters: &BTreeSet<char>) -> Result<Vec<u8>, SubsetError> {
    let malformed = |reason: String| SubsetError::Malformed { face: face.name(), reason };
    let mut glyphs = GlyphRemapper::new();
    let mut mapping = Vec::with_capacity(characters.len());
    for &character in characters {
        let glyph = face.glyph_id(character).ok_or(SubsetError::NoGlyph { face: face.name(), character })?;
        mapping.push((character, GlyphId::from(glyphs.remap(glyph))));
    }
    let (bytes, index) = face.file();
    let outlines = subsetter::subset(bytes, index, &glyphs).map_err(|error| malformed(error.to_string()))?;
    let outlines = FontRef::new(&outlines).map_err(|error| malformed(error.to_string()))?;
    let whole = FontRef::from_index(bytes, index).map_err(|error| malformed(error.to_string()))?;
    let cmap = Cmap::from_mappings(mapping).map_err(|error| malformed(error.to_string()))?;
    let mut font = FontBuilder::new();
    font.add_table(&cmap).map_err(|error| malformed(error.to_string()))?;
    font.add_table(&names(face.name(), &whole)).map_err(|error| malformed(error.to_string()))?;
    let post = Post { is_fixed_pitch: 0, ..Post::default() };
    let mut post = dump_table(&post).map_err(|error| malformed(error.to_string()))?;
    name_no_glyphs(&mut post);
    font.add_raw(Tag::new(b"post"), post);
    font.add_raw(Tag::new(b"OS/2"), windows_metrics(&whole, characters).ok_or_else(|| malformed("OS/2".to_owned()))?);
    for tag in KEPT {
        let Some(data) = outlines.table_data(tag) else { return Err(malformed(format!("no table {tag}"))) };
        font.add_raw(tag, data.as_bytes());
    }
    Ok(font.build())
}

/// What is taken from the cut as it is. Hinting programs (`cvt`, `fpgm`, `prep`) are left out: licences are shown unhinted.
const KEPT: [Tag; 6] =
    [Tag::new(b"glyf"), Tag::new(b"head"), Tag::new(b"hhea"), Tag::new(b"hmtx"), Tag::new(b"loca"), Tag::new(b"maxp")];

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
