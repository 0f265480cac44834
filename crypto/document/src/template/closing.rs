//! Issuer, date, code and the place of the seal.

use super::form::{Line, centre};
use super::layout::{Centred, Frame, Layout};
use super::measure::Ink;
use super::{ComposeError, chinese_date, code, validity};
use crate::font::{FontLibrary, Style};
use crate::licence::LicenceData;
use crate::page::{Mark, Point, Um};

/// The block that a licence ends with. The seal covers part of the issuer's name and the date (骑年盖月).
pub(super) fn closing(layout: &Layout, data: &LicenceData, fonts: &FontLibrary) -> Result<Vec<Mark>, ComposeError> {
    let mut marks = Vec::new();
    let size = layout.issuer_size;
    let leading = Um(size.0 * 15 / 10);
    let middle = Um(layout.issuer.x.0 + layout.issuer.width.0 / 2);
    let (label, value) = ((layout.palette.label, Um(0)), (layout.palette.value, Um(0)));
    let room = layout.issuer.width;
    let mut y = layout.issuer.y + size;
    let mut write = |line: Line<'_>, size: Um, colour, y: Um| -> Result<(), ComposeError> {
        centre(&line.measure(fonts)?, middle, Centred { size, baseline: y }, room, colour, &mut marks);
        Ok(())
    };
    let heading = Line { name: "issuer", label: "证照颁发机构", style: Style::Hei, text: "发证机关" };
    write(heading, Um(size.0 * 8 / 10), label, y)?;
    y = y + leading;
    let issuer = Line { name: "issuer", label: "证照颁发机构", style: Style::Kai, text: &data.issuer };
    let measured = issuer.measure(fonts)?;
    let mut lines = Vec::new();
    for line in measured.lines(size, room) {
        let width = measured.runs(line.clone(), Point::default(), Ink { size, colour: value.0, spacing: Um(0) });
        let width = width.iter().flat_map(|run| &run.advances).fold(Um(0), |sum, advance| sum + *advance);
        let origin = Point { x: Um(middle.0 - width.0 / 2), y };
        lines.extend(measured.runs(line, origin, Ink { size, colour: value.0, spacing: Um(0) }));
        y = y + Um(size.0 * 13 / 10);
    }
    y = y + Um(size.0 * 2 / 10);
    let issued = chinese_date(data.issued_on);
    write(Line { name: "issued_on", label: "证照颁发日期", style: Style::Kai, text: &issued }, size, value, y)?;
    if layout.frame == Frame::Card {
        let until = format!("有效期 {}", validity(data));
        write(Line { name: "valid_to", label: "有效期", style: Style::Kai, text: &until }, size, value, y + leading)?;
    }
    marks.extend(lines.into_iter().map(Mark::Text));
    marks.extend(code::draw(&data.licence_identifier, layout.code)?);
    Ok(marks)
}
