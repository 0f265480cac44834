//! The tables of a cut font that hold lengths in units of its em square (OpenType: `glyf`, `loca`, `head`, `hhea`, `hmtx`, `maxp`,
//! `OS/2`).

use super::glyph::CutGlyph;
use skrifa::raw::types::Tag;
use skrifa::{FontRef, raw::TableProvider};
use std::collections::BTreeSet;
use write_fonts::FontBuilder;

/// From units of the whole font to units of the coarse square.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    from: u16,
    to: u16,
}

impl Scale {
    pub(super) fn new(font: &FontRef<'_>, em: u16) -> Option<Self> {
        let from = font.head().ok()?.units_per_em();
        (from > 0).then_some(Self { from, to: em })
    }

    /// The nearest unit; halves go up. Whole numbers, the same on every machine.
    pub(super) fn units(self, units: i32) -> i16 {
        let (from, to) = (i32::from(self.from), i32::from(self.to));
        i16::try_from((2 * units * to + from).div_euclid(2 * from)).unwrap_or(i16::MAX)
    }

    /// Scales the 16-bit numbers at these places of a table.
    fn numbers(self, table: &mut [u8], places: impl IntoIterator<Item = usize>) -> Option<()> {
        for at in places {
            let number: [u8; 2] = table.get(at..at + 2)?.try_into().ok()?;
            put(table, at, self.units(i32::from(i16::from_be_bytes(number))).to_be_bytes())?;
        }
        Some(())
    }
}

/// The glyphs of a cut font in their order, each with its advance on the coarse square. The first is `.notdef`, which no character has.
pub(super) type Glyphs<'a> = [(&'a CutGlyph, i16)];

/// Adds the tables; `None` when one of the whole font is not as the standard says, or the glyphs are too many.
pub(super) fn add(
    whole: &FontRef<'_>,
    scale: Scale,
    glyphs: &Glyphs<'_>,
    characters: &BTreeSet<char>,
    into: &mut FontBuilder<'_>,
) -> Option<()> {
    let (outlines, places, long) = outlines(glyphs)?;
    let (metrics, full) = metrics(glyphs)?;
    let mut head = copy(whole, b"head")?;
    /// The baseline is at 0; nothing else holds for sure.
    const FLAGS: u16 = 1;
    put(&mut head, 16, FLAGS.to_be_bytes())?;
    put(&mut head, 18, scale.to.to_be_bytes())?;
    for (at, number) in (36..).step_by(2).zip(extent(glyphs)) {
        put(&mut head, at, number.to_be_bytes())?;
    }
    put(&mut head, 50, u16::from(long).to_be_bytes())?;
    let mut hhea = copy(whole, b"hhea")?;
    scale.numbers(&mut hhea, (4..18).step_by(2))?;
    put(&mut hhea, 34, full.to_be_bytes())?;
    let tables = [
        (b"glyf", outlines),
        (b"loca", places),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", metrics),
        (b"maxp", profile(glyphs)?),
        (b"OS/2", windows(whole, scale, characters)?),
    ];
    for (tag, table) in tables {
        into.add_raw(Tag::new(tag), table);
    }
    Some(())
}

/// `glyf`, `loca`, and whether the places in it are long.
fn outlines(glyphs: &Glyphs<'_>) -> Option<(Vec<u8>, Vec<u8>, bool)> {
    let ends = glyphs.iter().scan(0, |end, (glyph, _)| {
        *end += glyph.bytes.len();
        Some(*end)
    });
    let places: Vec<u32> = [0].into_iter().chain(ends).map(u32::try_from).collect::<Result<_, _>>().ok()?;
    let outlines: Vec<u8> = glyphs.iter().flat_map(|(glyph, _)| glyph.bytes.iter().copied()).collect();
    let short: Option<Vec<u8>> = places
        .iter()
        .map(|place| Some(u16::try_from(place / 2).ok()?.to_be_bytes()))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat());
    let long = || places.iter().flat_map(|place| place.to_be_bytes()).collect();
    Some(match short {
        Some(short) => (outlines, short, false),
        None => (outlines, long(), true),
    })
}

/// `hmtx`, and how many glyphs have an advance of their own: those at the end that share the last one need none.
fn metrics(glyphs: &Glyphs<'_>) -> Option<(Vec<u8>, u16)> {
    let last = glyphs.last()?.1;
    let shared = glyphs.iter().rev().take_while(|(_, advance)| *advance == last).count();
    let full = glyphs.len() + 1 - shared;
    let mut table = Vec::with_capacity(4 * glyphs.len());
    for (index, (glyph, advance)) in glyphs.iter().enumerate() {
        if index < full {
            table.extend(advance.to_be_bytes());
        }
        table.extend(glyph.extent.left.to_be_bytes());
    }
    Some((table, u16::try_from(full).ok()?))
}

/// Left, bottom, right and top of all glyphs with ink.
fn extent(glyphs: &Glyphs<'_>) -> [i16; 4] {
    let inked = || glyphs.iter().map(|(glyph, _)| *glyph).filter(|glyph| glyph.points > 0).map(|glyph| glyph.extent);
    [
        inked().map(|extent| extent.left).min(),
        inked().map(|extent| extent.bottom).min(),
        inked().map(|extent| extent.right).max(),
        inked().map(|extent| extent.top).max(),
    ]
    .map(Option::unwrap_or_default)
}

/// `maxp` 1.0: no composites, no programs.
fn profile(glyphs: &Glyphs<'_>) -> Option<Vec<u8>> {
    const VERSION: u32 = 0x0001_0000;
    const ONE_ZONE: u16 = 1;
    let count = u16::try_from(glyphs.len()).ok()?;
    let points = glyphs.iter().map(|(glyph, _)| glyph.points).max()?;
    let contours = glyphs.iter().map(|(glyph, _)| glyph.contours).max()?;
    let numbers = [count, points, contours, 0, 0, ONE_ZONE, 0, 0, 0, 0, 0, 0, 0, 0];
    Some(VERSION.to_be_bytes().into_iter().chain(numbers.into_iter().flat_map(u16::to_be_bytes)).collect())
}

/// `OS/2` of the whole font with the first and last character of the cut (65535 stands for any beyond the basic plane).
fn windows(whole: &FontRef<'_>, scale: Scale, characters: &BTreeSet<char>) -> Option<Vec<u8>> {
    const AVERAGE_WIDTH: usize = 2;
    const FIRST_CHARACTER: usize = 64;
    /// x-height and capitals' height, in tables of version 2 and later.
    const HEIGHTS: usize = 86;
    let mut table = copy(whole, b"OS/2")?;
    let version = u16::from_be_bytes(table.get(..2)?.try_into().ok()?);
    let heights = if version >= 2 { HEIGHTS..HEIGHTS + 4 } else { 0..0 };
    // Sub- and superscripts and strikeout; the ascents and descents.
    let lengths = [AVERAGE_WIDTH].into_iter().chain((10..30).step_by(2)).chain((68..78).step_by(2));
    scale.numbers(&mut table, lengths.chain(heights.step_by(2)))?;
    let code = |character: Option<&char>| u16::try_from(character.map_or(0, |&one| u32::from(one))).unwrap_or(u16::MAX);
    put(&mut table, FIRST_CHARACTER, code(characters.first()).to_be_bytes())?;
    put(&mut table, FIRST_CHARACTER + 2, code(characters.last()).to_be_bytes())?;
    Some(table)
}

fn copy(whole: &FontRef<'_>, tag: &[u8; 4]) -> Option<Vec<u8>> {
    Some(whole.table_data(Tag::new(tag))?.as_bytes().to_vec())
}

fn put(table: &mut [u8], at: usize, bytes: [u8; 2]) -> Option<()> {
    table.get_mut(at..at + 2)?.copy_from_slice(&bytes);
    Some(())
}
