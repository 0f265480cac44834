//! The QR code (GB/T 18284, ISO/IEC 18004) of a licence as vector squares. It says the 证照标识 and nothing personal.

use super::ComposeError;
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Stroke, Um};
use qrcode::{Color, EcLevel, QrCode};
use std::collections::BTreeSet;

/// Modules left white around the code (ISO/IEC 18004, 6.3.8: four).
const QUIET: i32 = 4;
/// Modules are whole multiples of this many micrometres: short numbers in the files.
const GRID: i32 = 100;

/// Dark modules in a row or column: drawn as one line, as wide as a module.
struct Bar {
    column: usize,
    row: usize,
    length: usize,
    upright: bool,
}

/// Bars that together cover every dark module and nothing else: from each one not covered yet, the way that covers more. That is a
/// fifth fewer than rows alone.
fn bars(dark: &[Vec<bool>]) -> Vec<Bar> {
    let is_dark = |column: usize, row: usize| dark.get(row).and_then(|row| row.get(column)).copied().unwrap_or(false);
    let mut covered = BTreeSet::new();
    let mut bars = Vec::new();
    for (row, modules) in dark.iter().enumerate() {
        for column in (0..modules.len()).filter(|&column| is_dark(column, row)) {
            if covered.contains(&(column, row)) {
                continue;
            }
            let across: Vec<_> = (column..).map(|at| (at, row)).take_while(|at| is_dark(at.0, at.1)).collect();
            let down: Vec<_> = (row..).map(|at| (column, at)).take_while(|at| is_dark(at.0, at.1)).collect();
            let fresh = |bar: &[(usize, usize)]| bar.iter().filter(|module| !covered.contains(*module)).count();
            let upright = fresh(&down) > fresh(&across);
            let bar = if upright { down } else { across };
            bars.push(Bar { column, row, length: bar.len(), upright });
            covered.extend(bar);
        }
    }
    bars
}

/// The code within a square, quiet zone included, on the page's pale ground without its ornaments.
pub(super) fn draw(text: &str, place: Rect, ground: Rgb) -> Result<Vec<Mark>, ComposeError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| ComposeError::Code { reason: error.to_string() })?;
    let modules = i32::try_from(code.width()).unwrap_or(i32::MAX / 2);
    let module = place.width.0 / (modules + 2 * QUIET) / GRID * GRID;
    let edge = (place.width.0 - module * modules) / 2;
    let colours = code.to_colors();
    let dark: Vec<Vec<bool>> =
        colours.chunks(code.width()).map(|row| row.iter().map(|one| *one == Color::Dark).collect()).collect();
    let at = |axis: Um, index: usize| axis + Um(edge + module * i32::try_from(index).unwrap_or(0));
    let middle = Um(module / 2);
    let mut path = Vec::new();
    for Bar { column, row, length, upright } in bars(&dark) {
        let (x, y) = (at(place.x, column), at(place.y, row));
        let (from, to) = if upright {
            (Point { x: x + middle, y }, Point { x: x + middle, y: at(place.y, row + length) })
        } else {
            (Point { x, y: y + middle }, Point { x: at(place.x, column + length), y: y + middle })
        };
        path.extend([Segment::Move(from), Segment::Line(to)]);
    }
    let stroke = Stroke { width: Um(module), colour: Rgb::BLACK };
    Ok(vec![
        super::ornament::fill(place, ground),
        Mark::Shape(Shape { path, fill: None, stroke: Some(stroke), alpha: 255 }),
    ])
}
