//! The QR code (GB/T 18284, ISO/IEC 18004) of a licence as vector squares. It says the 证照标识 and nothing personal.

use super::ComposeError;
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Stroke, Um};
use qrcode::{Color, EcLevel, QrCode};

/// Modules left white around the code (ISO/IEC 18004, 6.3.8: four).
const QUIET: i32 = 4;
/// Modules are whole multiples of this many micrometres: short numbers in the files.
const GRID: i32 = 50;

/// The code within a square, quiet zone included, on white.
pub(super) fn draw(text: &str, place: Rect) -> Result<Vec<Mark>, ComposeError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| ComposeError::Code { reason: error.to_string() })?;
    let modules = i32::try_from(code.width()).unwrap_or(i32::MAX / 2);
    let module = place.width.0 / (modules + 2 * QUIET) / GRID * GRID;
    let edge = (place.width.0 - module * modules) / 2;
    let mut path = Vec::new();
    for (row, colours) in code.to_colors().chunks(code.width()).enumerate() {
        let y = Um(place.y.0 + edge + module * i32::try_from(row).unwrap_or(0) + module / 2);
        let mut from: Option<Um> = None;
        // One line, as wide as a module, for each stretch of dark modules in a row: half the numbers of rectangles.
        for (column, colour) in colours.iter().copied().chain([Color::Light]).enumerate() {
            let x = Um(place.x.0 + edge + module * i32::try_from(column).unwrap_or(0));
            match (colour, from) {
                (Color::Dark, None) => from = Some(x),
                (Color::Light, Some(start)) => {
                    path.extend([Segment::Move(Point { x: start, y }), Segment::Line(Point { x, y })]);
                    from = None;
                }
                _ => {}
            }
        }
    }
    let stroke = Stroke { width: Um(module), colour: Rgb::BLACK };
    Ok(vec![
        super::ornament::fill(place, Rgb(255, 255, 255)),
        Mark::Shape(Shape { path, fill: None, stroke: Some(stroke), alpha: 255 }),
    ])
}
