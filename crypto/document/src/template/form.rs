//! What surrounds the fields: frame and ground, title, number, small print at the foot.

use super::item::{Item, Surround};
use super::layout::{Centred, Frame, Layout};
use super::measure::{Ink, Paragraph};
use super::{ComposeError, ornament, refusal};
use crate::font::{FontLibrary, Style};
use crate::licence::LicenceData;
use crate::page::{Mark, Point, Rect, Rgb, TextRun, Um};
use std::ops::Range;

/// The parts that every licence of the type has.
pub(super) fn form(layout: &Layout, page: usize) -> Vec<Mark> {
    let palette = &layout.palette;
    let whole = Rect { x: Um(0), y: Um(0), width: layout.width, height: layout.height };
    let middle = Point { x: Um(layout.width.0 / 2), y: Um(layout.height.0 / 2) };
    let mut marks = vec![ornament::fill(whole, palette.ground)];
    match layout.frame {
        Frame::Guilloche => {
            marks.push(ornament::rosette(middle, Um(layout.height.0.min(layout.width.0) * 33 / 100), palette.pale));
            marks.extend(ornament::guilloche(
                ornament::inset(whole, Um(9_000)),
                Um(9_000),
                palette.strong,
                palette.light,
            ));
        }
        Frame::Rules => {
            marks.push(ornament::outline(ornament::inset(whole, Um(12_000)), Um(600), palette.strong));
            marks.push(ornament::outline(ornament::inset(whole, Um(13_600)), Um(200), palette.light));
        }
        Frame::Card => {
            let lower = Point { x: Um(layout.width.0 * 3 / 4), y: Um(layout.height.0 * 6 / 10) };
            marks.push(ornament::rosette(lower, Um(layout.height.0 * 33 / 100), palette.pale));
            marks.push(ornament::outline(ornament::inset(whole, Um(1_500)), Um(250), palette.light));
            if page == 0 {
                let y = Um(layout.english.baseline.0 + 1_200);
                let margin = layout.foot.margin;
                let (from, to) = (Point { x: margin, y }, Point { x: layout.width - margin, y });
                marks.push(ornament::rule(from, to, Um(250), palette.strong));
            }
        }
    }
    marks
}

/// Title, English name, part and number.
pub(super) fn head(
    layout: &Layout,
    data: &LicenceData,
    fonts: &FontLibrary,
    page: usize,
) -> Result<Surround, ComposeError> {
    let mut marks = Surround::default();
    let room = layout.width - Um(2 * (layout.foot.margin.0 + 4_000));
    let title =
        Line {
            name: "licence_type", label: "证照类型名称", style: Style::KaiBold, text: &data.licence_type, lead: 0
        };
    let spread = spread(data.licence_type.chars().count(), layout.title.size);
    title.centred(fonts, layout, layout.title, room, (layout.palette.title, spread), &mut marks)?;
    let english = Line {
        name: "licence_type_en",
        label: "证照类型英文名称",
        style: Style::Hei,
        text: &data.licence_type_en,
        lead: 0,
    };
    english.centred(fonts, layout, layout.english, room, (layout.palette.label, Um(0)), &mut marks)?;
    if let Some(part) = &data.part {
        let part = Line { name: "part", label: "联次", style: Style::KaiBold, text: part, lead: 0 };
        let spacing = Um(layout.part.size.0);
        let ink = (layout.palette.strong, spacing);
        let place = part.centred(fonts, layout, layout.part, room, ink, &mut marks)?;
        marks.items.push((Item::Part, place));
    }
    if page == 0 || layout.frame != Frame::Card {
        number(layout, data, fonts, room, &mut marks)?;
    }
    Ok(marks)
}

/// Short names are set wide.
fn spread(characters: usize, size: Um) -> Um {
    match characters {
        0..=4 => Um(size.0 * 8 / 10),
        5..=6 => Um(size.0 / 3),
        7..=8 => Um(size.0 / 6),
        _ => Um(0),
    }
}

fn number(
    layout: &Layout,
    data: &LicenceData,
    fonts: &FontLibrary,
    room: Um,
    marks: &mut Surround,
) -> Result<(), ComposeError> {
    let place = &layout.number;
    // The type's own word for it, if one of its fields is the number.
    let label = Item::Number.label(data);
    let text = format!("{}：{}", label.unwrap_or("编号"), data.licence_number);
    let lead = label.map_or(0, |label| label.chars().count() + 1);
    let line = Line { name: "licence_number", label: "证照编号", style: Style::Hei, text: &text, lead };
    if place.centred {
        let at = Centred { size: place.size, baseline: place.baseline };
        let place = line.centred(fonts, layout, at, room, (layout.palette.label, Um(0)), marks)?;
        marks.items.push((Item::Number, place));
        return Ok(());
    }
    let measured = line.measure(fonts)?;
    let size = fitted(&measured, place.size, room, Um(0)).ok_or_else(|| line.too_long())?;
    let x = layout.width - layout.first.x - measured.width(size);
    let ink = Ink { size, colour: layout.palette.label, spacing: Um(0) };
    let place = parted(&measured, lead, Point { x, y: place.baseline }, ink, marks);
    marks.items.push((Item::Number, place));
    Ok(())
}

/// The identifier and how to verify, in small print.
pub(super) fn foot(
    layout: &Layout,
    data: &LicenceData,
    fonts: &FontLibrary,
    page: usize,
    pages: usize,
) -> Result<Surround, ComposeError> {
    let mut marks = Surround::default();
    let card = layout.frame == Frame::Card;
    if card && page == 0 {
        return Ok(marks);
    }
    let room = layout.width - Um(2 * layout.foot.margin.0);
    let colour = (layout.palette.label, Um(0));
    const IDENTIFIER: &str = "证照标识 ";
    let lead = Item::Identifier.label(data).map_or(0, |_| IDENTIFIER.chars().count());
    let identifier = format!("{IDENTIFIER}{}", data.licence_identifier);
    let identifier =
        Line { name: "licence_identifier", label: "证照标识", style: Style::Hei, text: &identifier, lead };
    let at = Centred { size: layout.foot.size, baseline: layout.foot.identifier };
    let place = identifier.centred(fonts, layout, at, room, colour, &mut marks)?;
    marks.items.push((Item::Identifier, place));
    let mut notice = "核验：上传本文件至任一核验页面".to_owned();
    if pages > 1 {
        notice = format!("{notice} · 第 {} 页 共 {pages} 页", page + 1);
    }
    let notice = Line { name: "notice", label: "说明", style: Style::Hei, text: &notice, lead: 0 };
    let at = Centred { size: layout.foot.size, baseline: layout.foot.notice };
    notice.centred(fonts, layout, at, room, colour, &mut marks)?;
    Ok(marks)
}

/// One line of what surrounds the fields.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) style: Style,
    pub(super) text: &'a str,
    /// Characters before the value that the line says, when that is to be found again as runs of its own; else 0.
    pub(super) lead: usize,
}

impl Line<'_> {
    pub(super) fn measure(&self, fonts: &FontLibrary) -> Result<Paragraph, ComposeError> {
        Paragraph::new(fonts, self.style, self.text).map_err(|reason| refusal(self.name, self.label, reason))
    }

    /// The line centred on the page, smaller when it is wider than `room`.
    pub(super) fn centred(
        &self,
        fonts: &FontLibrary,
        layout: &Layout,
        at: Centred,
        room: Um,
        (colour, spacing): (Rgb, Um),
        marks: &mut Surround,
    ) -> Result<Range<usize>, ComposeError> {
        let middle = Um(layout.width.0 / 2);
        let text = self.measure(fonts)?;
        centre((&text, self.lead), middle, at, room, (colour, spacing), marks).ok_or_else(|| self.too_long())
    }

    pub(super) fn too_long(&self) -> ComposeError {
        ComposeError::NoRoom { field: self.name.to_owned(), label: self.label.to_owned() }
    }
}

/// Centres a paragraph of one line around `middle`, and gives the place of what follows its lead; `None`: it is too long for that.
pub(super) fn centre(
    (text, lead): (&Paragraph, usize),
    middle: Um,
    at: Centred,
    room: Um,
    (colour, spacing): (Rgb, Um),
    marks: &mut Surround,
) -> Option<Range<usize>> {
    let size = fitted(text, at.size, room, spacing)?;
    let spacing = if size == at.size { spacing } else { Um(0) };
    let origin = Point { x: Um(middle.0 - (text.width(size) + gaps(text, spacing)).0 / 2), y: at.baseline };
    Some(parted(text, lead, origin, Ink { size, colour, spacing }, marks))
}

/// Writes a line with the runs of its first `lead` characters apart from the rest, whose place it gives.
fn parted(text: &Paragraph, lead: usize, origin: Point, ink: Ink, marks: &mut Surround) -> Range<usize> {
    let before = text.runs(0..lead, origin, ink);
    let x = before.iter().flat_map(|run: &TextRun| &run.advances).fold(origin.x, |sum, advance| sum + *advance);
    marks.write(before);
    marks.write(text.runs(lead..text.len(), Point { x, y: origin.y }, ink))
}

/// Lines around the fields are never smaller: 3.4 points, the small print of cards.
pub(super) const SMALLEST_LINE: Um = Um(1_200);

/// The size at which a line is no wider than `room`; one micrometre less than asked when only its spacing is to go.
fn fitted(text: &Paragraph, size: Um, room: Um, spacing: Um) -> Option<Um> {
    let width = text.width(size);
    if width + gaps(text, spacing) <= room {
        return Some(size);
    }
    if width <= room {
        return Some(size - Um(1));
    }
    let scaled = i64::from(size.0) * i64::from(room.0) / i64::from(width.0).max(1) - 1;
    i32::try_from(scaled).ok().map(Um).filter(|size| *size >= SMALLEST_LINE)
}

fn gaps(text: &Paragraph, spacing: Um) -> Um {
    Um(spacing.0.saturating_mul(i32::try_from(text.len().saturating_sub(1)).unwrap_or(0)))
}
