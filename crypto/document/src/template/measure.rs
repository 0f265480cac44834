//! Text measured once and laid out at any size: lines are broken between characters, and no character is dropped or added.

use crate::font::{FaceId, FontLibrary, Style};
use crate::page::{Point, Rgb, TextRun, Um};
use crate::text::{self, Runs, TextError};
use std::ops::Range;

/// A paragraph: a text without line ends, its characters with their faces and advances.
pub(super) struct Paragraph {
    characters: Vec<Character>,
}

#[derive(Clone, Copy)]
struct Character {
    character: char,
    face: FaceId,
    advance: u16,
    units_per_em: u16,
}

/// How a line is written.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    /// Height of the em square.
    pub(super) size: Um,
    pub(super) colour: Rgb,
    /// Added behind every character but the last.
    pub(super) spacing: Um,
}

impl Paragraph {
    pub(super) fn new(fonts: &FontLibrary, style: Style, text: &str) -> Result<Self, TextError> {
        text::check(fonts, style, text)?;
        let characters = text
            .chars()
            .map(|character| {
                let glyph = fonts.find(style, character).ok_or(TextError::NoGlyph { character })?;
                let units_per_em = fonts.face(glyph.face).map_or(1, crate::font::Face::units_per_em).max(1);
                Ok(Character { character, face: glyph.face, advance: glyph.advance, units_per_em })
            })
            .collect::<Result<_, TextError>>()?;
        Ok(Self { characters })
    }

    /// The paragraphs of a text: explicit line ends begin new ones.
    pub(super) fn all(fonts: &FontLibrary, style: Style, text: &str) -> Result<Vec<Self>, TextError> {
        text.split('\n').map(|line| Self::new(fonts, style, line)).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.characters.len()
    }

    pub(super) fn width(&self, size: Um) -> Um {
        self.characters.iter().fold(Um(0), |sum, character| sum + character.width(size))
    }

    /// The width of the longest stretch that no line should end within.
    pub(super) fn longest_word(&self, size: Um) -> Um {
        let (mut longest, mut word) = (Um(0), Um(0));
        for (index, character) in self.characters.iter().enumerate() {
            word = if self.may_break(index) { character.width(size) } else { word + character.width(size) };
            longest = longest.max(word);
        }
        longest
    }

    /// The lines of at most `width`, as ranges of characters that together are the whole paragraph; at least one.
    pub(super) fn lines(&self, size: Um, width: Um) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut used, mut good) = (0, Um(0), None);
        for (index, character) in self.characters.iter().enumerate() {
            if index > start && self.may_break(index) {
                good = Some((index, used));
            }
            let advance = character.width(size);
            if used + advance > width && index > start {
                // No break within the line that a reader would like: break before this character.
                let (at, before) = good.take().unwrap_or((index, used));
                lines.push(start..at);
                start = at;
                used = used - before;
            }
            used = used + advance;
        }
        lines.push(start..self.characters.len());
        lines
    }

    /// The runs of a line from its origin; characters of one face that follow one another are one run.
    pub(super) fn runs(&self, line: Range<usize>, origin: Point, ink: Ink) -> Vec<TextRun> {
        let mut runs = Runs::new(origin, ink.size, ink.colour);
        for character in self.characters.get(line).unwrap_or_default() {
            runs.push(character.face, character.character, character.width(ink.size) + ink.spacing);
        }
        runs.finish().0
    }

    /// Whether a line may end before the character: not inside a word or number, not before closing nor after opening marks.
    fn may_break(&self, index: usize) -> bool {
        let at = |index: usize| self.characters.get(index).map(|character| character.character);
        let (Some(next), Some(last)) = (at(index), index.checked_sub(1).and_then(at)) else { return true };
        !(in_word(last) && in_word(next) || CLOSING.contains(next) || OPENING.contains(last) || next == ' ')
    }
}

impl Character {
    fn width(&self, size: Um) -> Um {
        // Both factors fit in 32 bits and a size is below a metre: the quotient fits as well.
        let scaled = i64::from(self.advance) * i64::from(size.0) / i64::from(self.units_per_em);
        Um(i32::try_from(scaled).unwrap_or(i32::MAX))
    }
}

/// Marks that stand at no beginning of a line (GB/T 15834-2011, 5.1).
const CLOSING: &str = "，。、；：？！）》〉】』」”’％·,.;:?!)]}%";
/// Marks that stand at no end of a line.
const OPENING: &str = "（《〈【『「“‘([{";

fn in_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '/' | '_' | '@' | '\'' | '\u{C0}'..='\u{24F}')
}
