//! Issuer, date, code and the place of the seal.

use super::form::{Line, SMALLEST_LINE, centre};
use super::layout::{Centred, Frame, Layout};
use super::measure::{Ink, Paragraph};
use super::{ComposeError, chinese_date, code, validity};
use crate::font::{FontLibrary, Style};
use crate::licence::LicenceData;
use crate::page::{Mark, Point, Um};
use std::ops::Range;

/// The block that a licence ends with. The seal covers part of the issuer's name and the date (骑年盖月).
pub(super) fn closing(layout: &Layout, data: &LicenceData, fonts: &FontLibrary) -> Result<Vec<Mark>, ComposeError> {
    let mut marks = Vec::new();
    let size = layout.issuer_size;
    let leading = Um(size.0 * 15 / 10);
    let middle = Um(layout.issuer.x.0 + layout.issuer.width.0 / 2);
    let (label, value) = ((layout.palette.label, Um(0)), (layout.palette.value, Um(0)));
    let room = layout.issuer.width;
    let mut y = layout.issuer.y + size;
    let write = |line: Line<'_>, size: Um, colour, y: Um, marks: &mut Vec<Mark>| -> Result<(), ComposeError> {
        let measured = line.measure(fonts)?;
        centre(&measured, middle, Centred { size, baseline: y }, room, colour, marks).ok_or_else(|| line.too_long())
    };
    let heading = Line { name: "issuer", label: "证照颁发机构", style: Style::Hei, text: "发证机关" };
    write(heading, Um(size.0 * 8 / 10), label, y, &mut marks)?;
    y = y + leading;
    let issuer = Line { name: "issuer", label: "证照颁发机构", style: Style::Kai, text: &data.issuer };
    let measured = issuer.measure(fonts)?;
    let (size, broken) = issuer_lines(&measured, size, room).ok_or_else(|| issuer.too_long())?;
    for line in broken {
        let ink = Ink { size, colour: value.0, spacing: Um(0) };
        let runs = measured.runs(line.clone(), Point::default(), ink);
        let width = runs.iter().flat_map(|run| &run.advances).fold(Um(0), |sum, advance| sum + *advance);
        let origin = Point { x: Um(middle.0 - width.0 / 2), y };
        marks.extend(measured.runs(line, origin, ink).into_iter().map(Mark::Text));
        y = y + Um(size.0 * 13 / 10);
    }
    let size = layout.issuer_size;
    y = y + Um(size.0 * 2 / 10);
    let issued = chinese_date(data.issued_on);
    write(
        Line { name: "issued_on", label: "证照颁发日期", style: Style::Kai, text: &issued },
        size,
        value,
        y,
        &mut marks,
    )?;
    if layout.frame == Frame::Card {
        let until = format!("有效期 {}", validity(data));
        write(
            Line { name: "valid_to", label: "有效期", style: Style::Kai, text: &until },
            size,
            value,
            y + leading,
            &mut marks,
        )?;
    }
    marks.extend(code::draw(&data.licence_identifier, layout.code)?);
    Ok(marks)
}

/// The most lines of an issuer's name: more would run into the small print.
const ISSUER_LINES: usize = 3;

/// The largest size at which the name stands on [`ISSUER_LINES`] lines; `None` when it would have to be illegibly small.
fn issuer_lines(name: &Paragraph, largest: Um, room: Um) -> Option<(Um, Vec<Range<usize>>)> {
    let mut size = largest;
    while size >= SMALLEST_LINE {
        let lines = name.lines(size, room);
        if lines.len() <= ISSUER_LINES {
            return Some((size, lines));
        }
        size = Um(size.0 * 9 / 10);
    }
    None
}
