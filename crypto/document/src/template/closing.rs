//! Issuer, date, code and the place of the seal.

use super::form::{Line, SMALLEST_LINE, centre};
use super::item::{Item, Surround};
use super::layout::{Centred, Frame, Layout};
use super::measure::{Ink, Paragraph};
use super::{ComposeError, chinese_date, code, says_validity, validity};
use crate::font::{FontLibrary, Style};
use crate::licence::LicenceData;
use crate::page::{Point, Um};
use std::ops::Range;

/// The block that a licence ends with. The seal covers part of the issuer's name and the date (骑年盖月).
pub(super) fn closing(layout: &Layout, data: &LicenceData, fonts: &FontLibrary) -> Result<Surround, ComposeError> {
    let mut marks = Surround::default();
    let size = layout.issuer_size;
    let leading = Um(size.0 * 15 / 10);
    let middle = Um(layout.issuer.x.0 + layout.issuer.width.0 / 2);
    let (label, value) = ((layout.palette.label, Um(0)), (layout.palette.value, Um(0)));
    let room = layout.issuer.width;
    let mut y = layout.issuer.y + size;
    let write = |line: Line<'_>, size: Um, colour, y: Um, marks: &mut Surround| -> Result<Range<usize>, ComposeError> {
        let measured = line.measure(fonts)?;
        let at = Centred { size, baseline: y };
        centre((&measured, line.lead), middle, at, room, colour, marks).ok_or_else(|| line.too_long())
    };
    // The type's own word for it, if one of its fields is the issuer.
    let heading = Item::Issuer.label(data).unwrap_or("发证机关");
    let heading = Line { name: "issuer", label: "证照颁发机构", style: Style::Hei, text: heading, lead: 0 };
    write(heading, Um(size.0 * 8 / 10), label, y, &mut marks)?;
    y = issuer(layout, data, fonts, y + leading, &mut marks)?;
    y = y + Um(size.0 * 2 / 10);
    let issued = chinese_date(data.issued_on);
    let issued = Line { name: "issued_on", label: "证照颁发日期", style: Style::Kai, text: &issued, lead: 0 };
    let place = write(issued, size, value, y, &mut marks)?;
    marks.items.push((Item::IssuedOn, place));
    if layout.frame == Frame::Card && !says_validity(data) {
        let until = format!("有效期 {}", validity(data));
        let until = Line { name: "valid_to", label: "有效期", style: Style::Kai, text: &until, lead: 0 };
        write(until, size, value, y + leading, &mut marks)?;
    }
    marks.marks.extend(code::draw(&data.licence_identifier, layout.code, layout.palette.ground)?);
    Ok(marks)
}

/// The issuer's name on as many lines as it needs, from this baseline on; gives the next one.
fn issuer(
    layout: &Layout,
    data: &LicenceData,
    fonts: &FontLibrary,
    mut y: Um,
    marks: &mut Surround,
) -> Result<Um, ComposeError> {
    let middle = Um(layout.issuer.x.0 + layout.issuer.width.0 / 2);
    let issuer = Line { name: "issuer", label: "证照颁发机构", style: Style::Kai, text: &data.issuer, lead: 0 };
    let measured = issuer.measure(fonts)?;
    let lines = issuer_lines(&measured, layout.issuer_size, layout.issuer.width);
    let (size, broken) = lines.ok_or_else(|| issuer.too_long())?;
    let first = marks.marks.len();
    for line in broken {
        let ink = Ink { size, colour: layout.palette.value, spacing: Um(0) };
        let runs = measured.runs(line.clone(), Point::default(), ink);
        let width = runs.iter().flat_map(|run| &run.advances).fold(Um(0), |sum, advance| sum + *advance);
        let origin = Point { x: Um(middle.0 - width.0 / 2), y };
        marks.write(measured.runs(line, origin, ink));
        y = y + Um(size.0 * 13 / 10);
    }
    marks.items.push((Item::Issuer, first..marks.marks.len()));
    Ok(y)
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
