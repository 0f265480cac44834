//! From text to runs: each character placed by itself, split where the face changes, refused where no font can draw it.

use crate::font::{FaceId, FontLibrary, Style};
use crate::page::{Point, Rgb, TextRun, Um};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hand {
    /// The style.
    pub style: Style,
    /// The size of the em square.
    pub size: Um,
    /// The colour.
    pub colour: Rgb,
}

/// Why a text cannot be written completely and legibly. Signing stops: a legal document never shows a box or a gap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// No font has the character.
    #[error("no font has the character U+{:04X} ({character}); write it otherwise, or install a font that has it", *character as u32)]
    NoGlyph {
        /// The character.
        character: char,
    },
    /// The character would need shaping that licences are not written with: combining marks, right-to-left scripts, joiners.
    #[error("the character U+{:04X} joins with others or runs right to left, which licences are not written with", *character as u32)]
    NeedsShaping {
        /// The character.
        character: char,
    },
    /// A control character.
    #[error("the control character U+{:04X} cannot stand on a licence", *character as u32)]
    Control {
        /// The character.
        character: char,
    },
    /// The text has a composed form that readers would compare differently.
    #[error("the text is not in Unicode normal form C; enter the composed characters")]
    NotComposed,
}

impl TextError {
    /// The character that cannot be written; none when it is the text as a whole.
    #[must_use]
    pub const fn character(&self) -> Option<char> {
        match self {
            Self::NoGlyph { character } | Self::NeedsShaping { character } | Self::Control { character } => {
                Some(*character)
            }
            Self::NotComposed => None,
        }
    }
}

/// Checks that a text can be written, character by character.
///
/// # Errors
/// [`TextError`] naming the first character that cannot.
pub fn check(fonts: &FontLibrary, style: Style, text: &str) -> Result<(), TextError> {
    if !text.nfc().eq(text.chars()) {
        return Err(TextError::NotComposed);
    }
    for character in text.chars() {
        if character.is_control() {
            return Err(TextError::Control { character });
        }
        if is_combining_mark(character) || needs_shaping(character) {
            return Err(TextError::NeedsShaping { character });
        }
        if fonts.find(style, character).is_none() {
            return Err(TextError::NoGlyph { character });
        }
    }
    Ok(())
}

/// One line of text from its origin to the right, as runs of one face each; and where it ends.
///
/// # Errors
/// [`TextError`]; see [`check`].
pub fn line(fonts: &FontLibrary, hand: Hand, origin: Point, text: &str) -> Result<(Vec<TextRun>, Um), TextError> {
    check(fonts, hand.style, text)?;
    let mut runs = Runs::new(origin, hand.size, hand.colour);
    for character in text.chars() {
        let Some(glyph) = fonts.find(hand.style, character) else { return Err(TextError::NoGlyph { character }) };
        runs.push(glyph.face, character, advance(fonts, glyph, hand.size));
    }
    Ok(runs.finish())
}

/// Characters set one after the other; those of one face that follow each other are one run.
pub(crate) struct Runs {
    runs: Vec<TextRun>,
    at: Point,
    size: Um,
    colour: Rgb,
}

impl Runs {
    /// An empty line that begins at a place.
    pub(crate) const fn new(origin: Point, size: Um, colour: Rgb) -> Self {
        Self { runs: Vec::new(), at: origin, size, colour }
    }

    /// Sets a character and moves on by its advance.
    pub(crate) fn push(&mut self, face: FaceId, character: char, advance: Um) {
        match self.runs.last_mut() {
            Some(run) if run.face == face => {
                run.text.push(character);
                run.advances.push(advance);
            }
            _ => self.runs.push(TextRun {
                face,
                size: self.size,
                origin: self.at,
                colour: self.colour,
                alpha: 255,
                text: character.to_string(),
                advances: vec![advance],
                turn: 0,
            }),
        }
        self.at.x = self.at.x + advance;
    }

    /// The runs, and where the line ends.
    pub(crate) fn finish(self) -> (Vec<TextRun>, Um) {
        (self.runs, self.at.x)
    }
}

/// The width of a text on one line.
///
/// # Errors
/// [`TextError`]; see [`check`].
pub fn width(fonts: &FontLibrary, style: Style, size: Um, text: &str) -> Result<Um, TextError> {
    let hand = Hand { style, size, colour: Rgb::BLACK };
    line(fonts, hand, Point::default(), text).map(|(_, end)| end)
}

fn advance(fonts: &FontLibrary, glyph: crate::font::Glyph, size: Um) -> Um {
    let units = fonts.face(glyph.face).map_or(1, crate::font::Face::units_per_em);
    let scaled = i64::from(glyph.advance) * i64::from(size.0) / i64::from(units.max(1));
    Um(i32::try_from(scaled).unwrap_or(i32::MAX))
}

/// Scripts and signs that cannot be drawn one character at a time.
const fn needs_shaping(character: char) -> bool {
    matches!(character,
        '\u{0590}'..='\u{08FF}'                         // Hebrew, Arabic, Syriac and the like: right to left
        | '\u{0900}'..='\u{109F}'                       // Indic scripts, Tibetan, Myanmar: clusters
        | '\u{1780}'..='\u{18AF}'                       // Khmer, Mongolian
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' // joiners, directions, the empty Braille cell
        | '\u{FB1D}'..='\u{FDFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE70}'..='\u{FEFF}'
        | '\u{1F3FB}'..='\u{1F3FF}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}'
        | '\u{E0000}'..='\u{E0FFF}')
}
