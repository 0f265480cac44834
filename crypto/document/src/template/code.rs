//! The QR code (GB/T 18284, ISO/IEC 18004) of a licence as vector squares. It says the 证照标识 and nothing personal.

use super::ComposeError;
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Um};
use qrcode::{Color, EcLevel, QrCode};

/// Modules left white around the code (ISO/IEC 18004, 6.3.8: four).
const QUIET: i32 = 4;

/// The code within a square, quiet zone included, on white.
pub(super) fn draw(text: &str, place: Rect) -> Result<Vec<Mark>, ComposeError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| ComposeError::Code { reason: error.to_string() })?;
    let modules = i32::try_from(code.width()).unwrap_or(i32::MAX / 2);
    let module = place.width.0 / (modules + 2 * QUIET);
    let edge = (place.width.0 - module * modules) / 2;
    let mut path = Vec::new();
    for (row, colours) in code.to_colors().chunks(code.width()).enumerate() {
        let y = place.y.0 + edge + module * i32::try_from(row).unwrap_or(0);
        let mut from: Option<i32> = None;
        // One rectangle for each stretch of dark modules in a row: fewer segments, and no hairlines between squares.
        for (column, colour) in colours.iter().copied().chain([Color::Light]).enumerate() {
            let x = place.x.0 + edge + module * i32::try_from(column).unwrap_or(0);
            match (colour, from) {
                (Color::Dark, None) => from = Some(x),
                (Color::Light, Some(start)) => {
                    path.extend(square(start, y, x, y + module));
                    from = None;
                }
                _ => {}
            }
        }
    }
    Ok(vec![
        super::ornament::fill(place, Rgb(255, 255, 255)),
        Mark::Shape(Shape { path, fill: Some(Rgb::BLACK), stroke: None, alpha: 255 }),
    ])
}

fn square(left: i32, top: i32, right: i32, bottom: i32) -> [Segment; 5] {
    let point = |x: i32, y: i32| Point { x: Um(x), y: Um(y) };
    [
        Segment::Move(point(left, top)),
        Segment::Line(point(right, top)),
        Segment::Line(point(right, bottom)),
        Segment::Line(point(left, bottom)),
        Segment::Close,
    ]
}
