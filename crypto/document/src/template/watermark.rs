//! The watermark of annotated copies (加注件): what the copy is for and until when, across every page.

use super::measure::{Ink, Paragraph};
use super::{ComposeError, refusal};
use crate::angle::sine_cosine;
use crate::font::{FontLibrary, Style};
use crate::page::{Mark, Point, Rgb, Sheet, Um};

/// How opaque a watermark is: legible on screens and copies, and face text stays legible through it.
const ALPHA: u8 = 40;
/// Upwards to the right, in thousandths of a degree.
const TURN: i32 = -30_000;
/// Lines on a page.
const LINES: i32 = 3;
/// The largest em of a watermark.
const LARGEST: Um = Um(12_000);
/// The smallest that is still legible at [`ALPHA`]; a longer text is refused.
const SMALLEST: Um = Um(1_500);

/// Writes a text across every page, in pale grey.
///
/// # Errors
/// [`ComposeError::Text`] and [`ComposeError::NoRoom`] with the field `watermark`.
pub fn watermark(sheets: &mut [Sheet], text: &str, fonts: &FontLibrary) -> Result<(), ComposeError> {
    let paragraph = Paragraph::new(fonts, Style::Hei, text).map_err(|reason| refusal("watermark", "水印", reason))?;
    let (sine, cosine) = sine_cosine(f64::from(TURN) / 1000.0);
    for sheet in sheets {
        // The first line's middle is a sixth of the height down, and half the line rises from there by a quarter of its length: half
        // the height keeps a line and its em on the page, and so does 80 % of the width.
        let room = Um((f64::from(sheet.height.0) * 0.5).min(f64::from(sheet.width.0) * 0.8) as i32);
        let natural = i64::from(paragraph.width(LARGEST).0).max(1);
        let scaled = i64::from(LARGEST.0) * i64::from(room.0) / natural;
        let size = i32::try_from(scaled).map_or(LARGEST, Um).min(Um(sheet.height.0 / 16)).min(LARGEST);
        if size < SMALLEST {
            return Err(ComposeError::NoRoom { field: "watermark".to_owned(), label: "水印".to_owned() });
        }
        let half = f64::from(paragraph.width(size).0) / 2.0;
        for line in 0..LINES {
            let middle = f64::from(sheet.height.0) * f64::from(2 * line + 1) / f64::from(2 * LINES);
            let (mut x, mut y) = (f64::from(sheet.width.0) / 2.0 - half * cosine, middle - half * sine);
            let ink = Ink { size, colour: Rgb(0x60, 0x60, 0x60), spacing: Um(0) };
            for mut run in paragraph.runs(0..paragraph.len(), Point::default(), ink) {
                let advance: f64 = run.advances.iter().map(|advance| f64::from(advance.0)).sum();
                run.origin = Point { x: Um(x.round() as i32), y: Um(y.round() as i32) };
                (run.alpha, run.turn) = (ALPHA, TURN);
                (x, y) = (x + advance * cosine, y + advance * sine);
                sheet.marks.push(Mark::Text(run));
            }
        }
    }
    Ok(())
}
