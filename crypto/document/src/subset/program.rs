//! Hinting programs taken out of glyphs: they call functions of `fpgm`, which a cut font does not carry (OpenType, "glyf").

use skrifa::{FontRef, Tag};

/// `glyf` and `loca` of a font without glyph programs; `None` when a table is not as the standard says.
pub(super) fn without_programs(font: &FontRef<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    const LOCATION_FORMAT: usize = 50;
    let table = |tag: &[u8; 4]| Some(font.table_data(Tag::new(tag))?.as_bytes());
    let (head, glyphs, locations) = (table(b"head")?, table(b"glyf")?, table(b"loca")?);
    let long = read(head, LOCATION_FORMAT)? != 0;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    let places: Vec<usize> = if long {
        locations.chunks_exact(4).map(number).collect()
    } else {
        locations.chunks_exact(2).map(|half| 2 * number(half)).collect()
    };
    let mut out = Vec::with_capacity(glyphs.len());
    let mut found = vec![0];
    for (&from, &to) in places.iter().zip(places.iter().skip(1)) {
        let glyph = glyphs.get(from..to)?;
        out.extend(if glyph.is_empty() { Vec::new() } else { plain(glyph)? });
        out.resize(out.len().next_multiple_of(4), 0);
        found.push(out.len());
    }
    let location = |&place: &usize| -> Option<Vec<u8>> {
        let place = u32::try_from(place).ok()?;
        Some(if long { place.to_be_bytes().to_vec() } else { u16::try_from(place / 2).ok()?.to_be_bytes().to_vec() })
    };
    let locations = found.iter().map(location).collect::<Option<Vec<_>>>()?.concat();
    Some((out, locations))
}

/// The bounding box and the number of contours before it.
const HEADER: usize = 10;

fn plain(glyph: &[u8]) -> Option<Vec<u8>> {
    let contours = read(glyph, 0)?;
    if contours >= 0x8000 {
        return composite(glyph);
    }
    let length_at = HEADER + 2 * usize::from(contours);
    let length = usize::from(read(glyph, length_at)?);
    Some([glyph.get(..length_at)?, &[0, 0], glyph.get(length_at + 2 + length..)?].concat())
}

fn composite(glyph: &[u8]) -> Option<Vec<u8>> {
    const WORDS: u16 = 0x0001;
    const SCALE: u16 = 0x0008;
    const MORE: u16 = 0x0020;
    const TWO_SCALES: u16 = 0x0040;
    const MATRIX: u16 = 0x0080;
    const PROGRAM: u16 = 0x0100;
    let mut out = glyph.to_vec();
    let mut at = HEADER;
    loop {
        let flags = read(&out, at)?;
        out.get_mut(at..at + 2)?.copy_from_slice(&(flags & !PROGRAM).to_be_bytes());
        at += if flags & WORDS != 0 { 8 } else { 6 };
        at += [(SCALE, 2), (TWO_SCALES, 4), (MATRIX, 8)]
            .iter()
            .find(|(flag, _)| flags & flag != 0)
            .map_or(0, |(_, bytes)| *bytes);
        if flags & MORE == 0 {
            out.truncate(at);
            return Some(out);
        }
    }
}

fn read(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}
