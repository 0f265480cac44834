//! A TrueType font cut down to the characters of one licence file, complete enough for readers that look glyphs up by character:
//! `cmap` (formats 4 and 12), `name`, `OS/2` and `post` beside the outlines. The same characters give the same bytes.
//!
//! Outlines stand on a coarse em square with few points (`outline`), unhinted and without composites: they are most of a licence
//! file. A face keeps every glyph that was ever cut.

pub(crate) mod glyph;
pub(crate) mod outline;
mod tables;

use crate::font::Face;
use glyph::CutGlyph;
use skrifa::raw::TableProvider;
use skrifa::{FontRef, Tag};
use std::collections::{BTreeMap, BTreeSet};
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
    let (bytes, index) = face.file();
    let whole = FontRef::from_index(bytes, index).map_err(|error| malformed(error.to_string()))?;
    let scale = tables::Scale::new(&whole, face.grain().em).ok_or_else(|| malformed("head".to_owned()))?;
    let nothing = CutGlyph::default();
    let mut glyphs = vec![(&nothing, 0)];
    let (mut numbers, mut known) = (BTreeMap::new(), BTreeMap::new());
    for &character in characters {
        let refused = SubsetError::NoGlyph { face: face.name(), character };
        let (glyph, advance) = face.glyph_id(character).zip(face.units(character)).ok_or(refused)?;
        let new = u16::try_from(glyphs.len()).map_err(|error| malformed(error.to_string()))?;
        numbers.insert(character, *known.entry(glyph).or_insert(new));
        if known.len() == glyphs.len() {
            let cut = face.cut(glyph).ok_or_else(|| malformed(format!("glyph {glyph}")))?;
            glyphs.push((cut, scale.units(i32::from(advance))));
        }
    }
    let mapping = numbers.iter().map(|(&character, &number)| (character, GlyphId::from(number)));
    let cmap = Cmap::from_mappings(mapping).map_err(|error| malformed(error.to_string()))?;
    let mut font = FontBuilder::new();
    font.add_table(&cmap).map_err(|error| malformed(error.to_string()))?;
    font.add_table(&names(face.name(), &whole)).map_err(|error| malformed(error.to_string()))?;
    let post = Post { is_fixed_pitch: 0, ..Post::default() };
    let mut post = dump_table(&post).map_err(|error| malformed(error.to_string()))?;
    name_no_glyphs(&mut post);
    font.add_raw(Tag::new(b"post"), post);
    tables::add(&whole, scale, &glyphs, characters, &mut font).ok_or_else(|| malformed("its tables".to_owned()))?;
    Ok(Subset { bytes: font.build(), glyphs: numbers })
}

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
        (3, face.to_owned()),
        (4, face.to_owned()),
        (5, "Version 1.0".to_owned()),
        (6, face.to_owned()),
    ];
    let record =
        |(id, text): (u16, String)| NameRecord::new(platform, encoding, language, NameId::new(id), text.into());
    Name::new(texts.into_iter().filter(|(_, text)| !text.is_empty()).map(record).collect())
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

    /// Places along a glyph's outline, close together, in parts of the em.
    fn places(font: &FontRef<'_>, character: char) -> Vec<(f32, f32)> {
        let mut pen = outline::tests::Places::default();
        let glyph = font.outline_glyphs().get(font.charmap().map(character).unwrap()).unwrap();
        let settings = skrifa::outline::DrawSettings::unhinted(
            skrifa::instance::Size::unscaled(),
            skrifa::instance::LocationRef::default(),
        );
        glyph.draw(settings, &mut pen).unwrap();
        let em = f32::from(font.head().unwrap().units_per_em());
        pen.0.into_iter().map(|(x, y)| (x / em, y / em)).collect()
    }

    /// The greatest distance of a place of one outline from the other's.
    fn farthest(from: &[(f32, f32)], to: &[(f32, f32)]) -> f32 {
        let distance = |a: &(f32, f32), b: &(f32, f32)| ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt();
        let nearest = |place| to.iter().map(|other| distance(place, other)).fold(f32::MAX, f32::min);
        from.iter().map(nearest).fold(0.0, f32::max)
    }

    #[test]
    fn glyphs_are_drawn_as_in_the_whole_font_but_for_less_than_an_eye_sees() {
        /// Tolerance and rounding: of a character 5 mm high this is a twelfth of a millimetre, a pixel at 300 dots per inch.
        const MOST: f32 = 0.016;
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        for number in 0..4 {
            let face = fonts.face(FaceId(number)).unwrap();
            let text: BTreeSet<char> =
                "証明書本（Aéë1）一二三国餐饮督食品，".chars().filter(|&one| face.glyph_id(one).is_some()).collect();
            let subset = cut(face, &text).unwrap();
            let font = FontRef::new(&subset.bytes).unwrap();
            let (whole, index) = face.file();
            let whole = FontRef::from_index(whole, index).unwrap();
            for &character in &text {
                let (drawn, original) = (places(&font, character), places(&whole, character));
                assert!(!drawn.is_empty());
                let apart = farthest(&drawn, &original).max(farthest(&original, &drawn));
                assert!(apart < MOST, "{character} of {}: {apart}", face.name());
            }
            // The measure finds another character, and one that is moved by a fortieth of the em.
            let (one, two) = (places(&whole, '一'), places(&whole, '二'));
            assert!(farthest(&two, &one) > MOST);
            let moved: Vec<_> = one.iter().map(|(x, y)| (*x, y + 0.025)).collect();
            assert!(farthest(&moved, &one) > MOST);
        }
    }

    #[test]
    fn a_character_takes_few_bytes() {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        for (number, most) in [(0, 180), (1, 210), (2, 280)] {
            let text = characters("餐饮服务经营者中型馆热食类制售冷自预包装含藏冻销散不熟");
            let face = fonts.face(FaceId(number)).unwrap();
            let bytes = cut(face, &text).unwrap().bytes;
            let glyf = FontRef::new(&bytes).unwrap().table_data(Tag::new(b"glyf")).unwrap().len();
            assert!(glyf / text.len() < most, "{} takes {} bytes a character", face.name(), glyf / text.len());
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
