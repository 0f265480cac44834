//! The fonts that licences are written with: TrueType outlines (`glyf`) only, because readers of OFD refuse CFF. They come from
//! Debian packages and never from the repository.

use crate::page::{Point, Segment, Um};
use crate::subset::glyph::CutGlyph;
use crate::subset::outline::Grain;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A face of the library.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct FaceId(pub u8);

/// The two hands a licence is written in; each falls back to the same faces for rare characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Style {
    /// 黑体: labels, numbers, seals.
    Hei,
    /// 楷体: what was filled in, titles.
    Kai,
    /// 楷体, bold.
    KaiBold,
}

/// Why the fonts could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FontError {
    /// A file is not there or cannot be read.
    #[error("font {path}: {source}; install the Debian package {package}")]
    Missing {
        /// The file.
        path: PathBuf,
        /// The package it comes from.
        package: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no TrueType font.
    #[error("font {path} is no TrueType font with outlines: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// One font of the library.
pub struct Face {
    name: &'static str,
    bytes: Arc<Vec<u8>>,
    index: u32,
    units_per_em: u16,
    /// Every character of the face with its glyph and advance, in the order of the characters: looking one up parses nothing.
    characters: Vec<(char, u16, u16)>,
    /// How fine its glyphs are in files that cut it.
    grain: Grain,
    /// The glyphs that were cut so far, by number.
    cut: Box<[OnceLock<CutGlyph>]>,
}

/// A character's glyph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glyph {
    /// The face it is in.
    pub face: FaceId,
    /// Its number there.
    pub id: u16,
    /// Its advance in units of that face.
    pub advance: u16,
}

/// Every font a licence may need, in memory. Loading takes about 60 MB and some milliseconds: do it once.
pub struct FontLibrary {
    faces: Vec<Face>,
}

struct Source {
    name: &'static str,
    package: &'static str,
    path: &'static str,
    index: u32,
    grain: Grain,
}

/// Text is at most 5.2 mm high, and watermarks are pale: half a unit is a sixtieth of a millimetre, the tolerance a twenty-fifth, half
/// a dot of a 300 dpi printer.
const TEXT: Grain = Grain { em: 160, tolerance: 1.25 };
/// Titles are up to 15 mm high.
const TITLES: Grain = Grain { em: 256, tolerance: 1.0 };

/// The faces in the order of their [`FaceId`]. `name` is what OFD and PDF call the font.
const SOURCES: [Source; 5] = [
    Source {
        name: "WenQuanYiMicroHei",
        package: "fonts-wqy-microhei",
        path: "wqy/wqy-microhei.ttc",
        index: 0,
        grain: TEXT,
    },
    Source {
        name: "LXGWWenKai-Regular",
        package: "fonts-lxgw-wenkai",
        path: "lxgw-wenkai/LXGWWenKai-Regular.ttf",
        index: 0,
        grain: TEXT,
    },
    Source {
        name: "LXGWWenKai-Bold",
        package: "fonts-lxgw-wenkai",
        path: "lxgw-wenkai/LXGWWenKai-Bold.ttf",
        index: 0,
        grain: TITLES,
    },
    Source { name: "HanaMinA", package: "fonts-hanazono", path: "hanazono/HanaMinA.ttf", index: 0, grain: TEXT },
    Source { name: "HanaMinB", package: "fonts-hanazono", path: "hanazono/HanaMinB.ttf", index: 0, grain: TEXT },
];

const HEI: [FaceId; 4] = [FaceId(0), FaceId(1), FaceId(3), FaceId(4)];
const KAI: [FaceId; 4] = [FaceId(1), FaceId(0), FaceId(3), FaceId(4)];
const KAI_BOLD: [FaceId; 4] = [FaceId(2), FaceId(0), FaceId(3), FaceId(4)];

/// Where Debian puts TrueType fonts.
pub const DEBIAN_FONTS: &str = "/usr/share/fonts/truetype";

impl FontLibrary {
    /// Loads the fonts of the Debian packages `fonts-wqy-microhei`, `fonts-lxgw-wenkai` and `fonts-hanazono`.
    ///
    /// # Errors
    /// [`FontError`] naming the file and its package.
    pub fn load(directory: &Path) -> Result<Self, FontError> {
        let faces = SOURCES.iter().map(|source| Face::load(directory, source)).collect::<Result<_, _>>()?;
        Ok(Self { faces })
    }

    /// The glyph of a character: from the style's own face, or the first fallback that has it. `None`: no font has it.
    #[must_use]
    pub fn find(&self, style: Style, character: char) -> Option<Glyph> {
        let chain = match style {
            Style::Hei => &HEI,
            Style::Kai => &KAI,
            Style::KaiBold => &KAI_BOLD,
        };
        chain.iter().find_map(|&id| self.face(id)?.glyph(id, character))
    }

    /// A face.
    #[must_use]
    pub fn face(&self, id: FaceId) -> Option<&Face> {
        self.faces.get(usize::from(id.0))
    }
}

impl Face {
    fn load(directory: &Path, source: &Source) -> Result<Self, FontError> {
        let path = directory.join(source.path);
        let mut bytes = std::fs::read(&path).map_err(|error| FontError::Missing {
            path: path.clone(),
            package: source.package,
            source: error,
        })?;
        let malformed = |reason: String| FontError::Malformed { path: path.clone(), reason };
        let font = FontRef::from_index(&bytes, source.index).map_err(|error| malformed(error.to_string()))?;
        if font.table_data(skrifa::Tag::new(b"glyf")).is_none() {
            return Err(malformed("it has no glyf table".to_owned()));
        }
        let units_per_em = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
        let characters = characters(&font);
        let cut = (0..font.maxp().map_or(0, |table| table.num_glyphs())).map(|_| OnceLock::new()).collect();
        forget_glyph_names(&mut bytes, source.index);
        Ok(Self {
            name: source.name,
            bytes: Arc::new(bytes),
            index: source.index,
            units_per_em,
            characters,
            grain: source.grain,
            cut,
        })
    }

    /// The name in files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The font file and the face's number in it.
    #[must_use]
    pub fn file(&self) -> (&Arc<Vec<u8>>, u32) {
        (&self.bytes, self.index)
    }

    /// Units of the em square.
    #[must_use]
    pub const fn units_per_em(&self) -> u16 {
        self.units_per_em
    }

    /// A glyph's outline for an em square of `size`, its baseline beginning at the origin, y down.
    #[must_use]
    pub fn outline(&self, glyph: u16, size: Um) -> Vec<Segment> {
        let mut pen =
            Pen { scale: f64::from(size.0) / f64::from(self.units_per_em), path: Vec::new(), last: (0.0, 0.0) };
        self.draw(glyph, &mut pen).map_or_else(Vec::new, |()| pen.path)
    }

    /// Draws a glyph in units of the face; `None`: it has no such glyph.
    pub(crate) fn draw(&self, glyph: u16, pen: &mut impl OutlinePen) -> Option<()> {
        let outline = self.font()?.outline_glyphs().get(GlyphId::from(glyph))?;
        outline.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), pen).ok().map(|_| ())
    }

    /// How fine its glyphs are in files that cut it.
    pub(crate) const fn grain(&self) -> Grain {
        self.grain
    }

    /// A glyph on the coarse square; made once. `None`: it has no such glyph.
    pub(crate) fn cut(&self, glyph: u16) -> Option<&CutGlyph> {
        Some(self.cut.get(usize::from(glyph))?.get_or_init(|| CutGlyph::of(self, glyph, self.grain)))
    }

    /// The number of a character's glyph in this face; `None`: the face does not have it.
    #[must_use]
    pub fn glyph_id(&self, character: char) -> Option<u16> {
        self.character(character).map(|(_, id, _)| id)
    }

    /// A character's advance in units of the face; `None`: the face does not have it.
    pub(crate) fn units(&self, character: char) -> Option<u16> {
        self.character(character).map(|(_, _, advance)| advance)
    }

    /// A character's advance at a size; `None`: the face does not have it.
    #[must_use]
    pub fn advance(&self, character: char, size: Um) -> Option<Um> {
        let (_, _, advance) = self.character(character)?;
        let scaled = i64::from(advance) * i64::from(size.0) / i64::from(self.units_per_em.max(1));
        i32::try_from(scaled).ok().map(Um)
    }

    fn glyph(&self, face: FaceId, character: char) -> Option<Glyph> {
        self.character(character).map(|(_, id, advance)| Glyph { face, id, advance })
    }

    fn character(&self, character: char) -> Option<(char, u16, u16)> {
        let at = self.characters.binary_search_by_key(&character, |entry| entry.0).ok()?;
        self.characters.get(at).copied()
    }

    fn font(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(&self.bytes, self.index).ok()
    }
}

fn characters(font: &FontRef<'_>) -> Vec<(char, u16, u16)> {
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    // Some fonts map a character to an empty outline: 文泉驿微米黑 has none for ℃, Ⅴ, Ⅹ and ǎ. Such a face does not have it.
    let inked = |id: GlyphId| {
        metrics.bounds(id).is_some_and(|bounds| bounds.x_max > bounds.x_min || bounds.y_max > bounds.y_min)
    };
    let entry = |(code, id): (u32, GlyphId)| {
        let character = char::from_u32(code)?;
        let drawable = id.to_u32() != 0 && (character.is_whitespace() || inked(id));
        let advance = metrics.advance_width(id).filter(|_| drawable)?;
        Some((character, u16::try_from(id.to_u32()).ok()?, advance as u16))
    };
    let mut characters: Vec<_> = font.charmap().mappings().filter_map(entry).collect();
    characters.sort_unstable();
    characters.dedup_by_key(|entry| entry.0);
    characters
}

/// Makes `post` a table without glyph names (version 3.0 instead of 2.0, OpenType "post"). Nothing here asks for names, and cutting a
/// font would read the names of all its 50,000 glyphs for every licence. A font whose tables are not as expected stays as it is.
fn forget_glyph_names(bytes: &mut [u8], index: u32) {
    const HEADER_BYTES: u32 = 32;
    const RECORD_BYTES: usize = 16;
    let read = |bytes: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
    };
    let mut forget = || -> Option<()> {
        let directory = if bytes.starts_with(b"ttcf") { read(bytes, 12 + 4 * index as usize)? as usize } else { 0 };
        let tables = read(bytes, directory.checked_add(4)?)? >> 16;
        let mut records = (0..tables as usize).map(|table| directory + 12 + table * RECORD_BYTES);
        let record = records.find(|&at| bytes.get(at..at + 4) == Some(b"post"))?;
        let (table, length) = (read(bytes, record + 8)? as usize, read(bytes, record + 12)?);
        if length >= HEADER_BYTES && read(bytes, table)? == 0x0002_0000 {
            bytes.get_mut(table..table + 4)?.copy_from_slice(&0x0003_0000_u32.to_be_bytes());
            bytes.get_mut(record + 12..record + 16)?.copy_from_slice(&HEADER_BYTES.to_be_bytes());
        }
        Some(())
    };
    let _ = forget();
}

struct Pen {
    scale: f64,
    path: Vec<Segment>,
    last: (f64, f64),
}

impl Pen {
    fn point(&self, x: f64, y: f64) -> Point {
        Point { x: Um((x * self.scale).round() as i32), y: Um((-y * self.scale).round() as i32) }
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.last = (f64::from(x), f64::from(y));
        self.path.push(Segment::Move(self.point(self.last.0, self.last.1)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.last = (f64::from(x), f64::from(y));
        self.path.push(Segment::Line(self.point(self.last.0, self.last.1)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (cx, cy, x, y) = (f64::from(cx), f64::from(cy), f64::from(x), f64::from(y));
        let third = |from: f64, control: f64| from + (control - from) * 2.0 / 3.0;
        let first = self.point(third(self.last.0, cx), third(self.last.1, cy));
        let second = self.point(third(x, cx), third(y, cy));
        self.last = (x, y);
        self.path.push(Segment::Cubic(first, second, self.point(x, y)));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let first = self.point(f64::from(cx0), f64::from(cy0));
        let second = self.point(f64::from(cx1), f64::from(cy1));
        self.last = (f64::from(x), f64::from(y));
        self.path.push(Segment::Cubic(first, second, self.point(self.last.0, self.last.1)));
    }

    fn close(&mut self) {
        self.path.push(Segment::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_with_an_empty_outline_comes_from_another_face() {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        for character in "℃ⅤⅩǎ".chars() {
            let glyph = fonts.find(Style::Hei, character).unwrap();
            assert_ne!(glyph.face, FaceId(0), "{character}");
            assert!(!fonts.face(glyph.face).unwrap().outline(glyph.id, Um(1000)).is_empty(), "{character}");
        }
        assert_eq!(fonts.find(Style::Hei, '样').unwrap().face, FaceId(0));
        assert!(fonts.find(Style::Hei, '\u{3000}').is_some());
    }
}
