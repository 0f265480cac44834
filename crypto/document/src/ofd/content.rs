//! Page content: marks as OFD objects. Each object has its own coordinates, beginning at the upper left of its boundary.

use super::resources::Resources;
use super::xml::{Xml, mm, mm_list, push_mm};
use super::{Ids, turn};
use crate::page::{Image, Mark, Point, Rect, Rgb, Segment, Shape, Sheet, TextRun, Um};

/// The content of a page: its form through the template, what it says, and a watermark above.
pub(super) fn page(
    sheet: &Sheet,
    watermark: &[Mark],
    template: Option<u32>,
    res: &Resources,
    ids: &mut Ids,
) -> Vec<u8> {
    let mut xml = Xml::document("Page", &[]);
    if let Some(template) = template {
        xml.empty("Template", &[("TemplateID", &template.to_string()), ("ZOrder", "Background")]);
    }
    area(&mut xml, sheet);
    xml.start("Content", &[]);
    layer(&mut xml, "Body", &sheet.marks, res, ids);
    if !watermark.is_empty() {
        layer(&mut xml, "Foreground", watermark, res, ids);
    }
    xml.finish()
}

/// The content of a template page: the form.
pub(super) fn template(sheet: &Sheet, res: &Resources, ids: &mut Ids) -> Vec<u8> {
    let mut xml = Xml::document("Page", &[]);
    area(&mut xml, sheet);
    xml.start("Content", &[]);
    layer(&mut xml, "Body", &sheet.form, res, ids);
    xml.finish()
}

/// The page's rectangle, as `PhysicalBox` has it.
pub(super) fn physical_box(sheet: &Sheet) -> String {
    mm_list([Um(0), Um(0), sheet.width, sheet.height])
}

fn area(xml: &mut Xml, sheet: &Sheet) {
    xml.start("Area", &[]);
    xml.leaf("PhysicalBox", &[], &physical_box(sheet));
    xml.end();
}

fn layer(xml: &mut Xml, kind: &str, marks: &[Mark], res: &Resources, ids: &mut Ids) {
    xml.start("Layer", &[("ID", &ids.next()), ("Type", kind)]);
    for mark in marks {
        match mark {
            Mark::Text(run) => text(xml, run, res, ids),
            Mark::Shape(shape) => path(xml, shape, ids),
            Mark::Image(picture) => image(xml, picture, res, ids),
        }
    }
    xml.end();
}

/// A run as one object; each character beyond the basic plane as an object of its own that names its glyph, because readers count it
/// as one character or as two (UTF-16), and some look no glyph up for it.
fn text(xml: &mut Xml, run: &TextRun, res: &Resources, ids: &mut Ids) {
    let characters: Vec<(char, Um)> = run.text.chars().zip(run.advances.iter().copied()).collect();
    let rare = |character: char| u32::from(character) > u32::from(u16::MAX);
    let mut along = Um(0);
    for piece in characters.chunk_by(|(left, _), (right, _)| !rare(*left) && !rare(*right)) {
        let shift = turn::turned(Point { x: along, y: Um(0) }, run.turn);
        let piece = TextRun {
            origin: Point { x: run.origin.x + shift.x, y: run.origin.y + shift.y },
            text: piece.iter().map(|(character, _)| character).collect(),
            advances: piece.iter().map(|(_, advance)| *advance).collect(),
            ..*run
        };
        along = piece.advances.iter().fold(along, |sum, &advance| sum + advance);
        let glyph = piece.text.chars().find(|&character| rare(character)).map(|one| res.glyph(run.face, one));
        text_object(xml, &piece, glyph, res.font(run.face), ids);
    }
}

fn text_object(xml: &mut Xml, run: &TextRun, glyph: Option<u16>, font: u32, ids: &mut Ids) {
    let place = turn::place(run);
    let Rect { x, y, width, height } = place.boundary;
    let (id, boundary) = (ids.next(), mm_list([x, y, width, height]));
    let (font, size) = (font.to_string(), mm(run.size));
    let mut attributes = vec![("ID", id.as_str()), ("Boundary", &boundary), ("Font", &font), ("Size", &size)];
    if let Some(matrix) = &place.matrix {
        attributes.push(("CTM", matrix));
    }
    xml.start("TextObject", &attributes);
    colour(xml, "FillColor", run.colour, run.alpha);
    if let Some(glyph) = glyph {
        xml.start("CGTransform", &[("CodePosition", "0"), ("CodeCount", "1"), ("GlyphCount", "1")]);
        xml.leaf("Glyphs", &[], &glyph.to_string());
        xml.end();
    }
    let (x, y, gaps) = (mm(place.start.x), mm(place.start.y), gaps(&run.advances));
    let mut attributes = vec![("X", x.as_str()), ("Y", &y)];
    if !gaps.is_empty() {
        attributes.push(("DeltaX", &gaps));
    }
    xml.leaf("TextCode", &attributes, &run.text);
    xml.end();
}

/// `DeltaX`: the advances between characters, so one less than there are characters; `g n d` stands for n times d (GB/T 33190
/// section 11.3).
fn gaps(advances: &[Um]) -> String {
    const SHORTEST_GROUP: usize = 3;
    let between = advances.split_last().map_or(advances, |(_, between)| between);
    let mut text = String::new();
    for group in between.chunk_by(|left, right| left == right) {
        let Some(&step) = group.first() else { continue };
        let (times, grouped) = if group.len() >= SHORTEST_GROUP { (1, true) } else { (group.len(), false) };
        for _ in 0..times {
            if !text.is_empty() {
                text.push(' ');
            }
            if grouped {
                text.push_str(&format!("g {} ", group.len()));
            }
            push_mm(&mut text, step);
        }
    }
    text
}

fn path(xml: &mut Xml, shape: &Shape, ids: &mut Ids) {
    let Some((corner, size)) = bounds(shape) else { return };
    let (id, boundary) = (ids.next(), mm_list([corner.x, corner.y, size.x, size.y]));
    let width = mm(shape.stroke.map_or(Um(0), |stroke| stroke.width));
    let mut attributes = vec![("ID", id.as_str()), ("Boundary", &boundary)];
    attributes.push(("Stroke", if shape.stroke.is_some() { "true" } else { "false" }));
    attributes.push(("Fill", if shape.fill.is_some() { "true" } else { "false" }));
    if shape.stroke.is_some() {
        attributes.push(("LineWidth", &width));
    }
    xml.start("PathObject", &attributes);
    if let Some(fill) = shape.fill {
        colour(xml, "FillColor", fill, shape.alpha);
    }
    if let Some(stroke) = shape.stroke {
        colour(xml, "StrokeColor", stroke.colour, shape.alpha);
    }
    xml.leaf("AbbreviatedData", &[], &abbreviated(shape, corner));
    xml.end();
}

/// The upper left corner and the size of what is drawn, half the line's width around it; `None` for nothing.
fn bounds(shape: &Shape) -> Option<(Point, Point)> {
    let points = shape.path.iter().flat_map(|segment| match *segment {
        Segment::Move(to) | Segment::Line(to) => vec![to],
        Segment::Cubic(first, second, to) => vec![first, second, to],
        Segment::Close => Vec::new(),
    });
    let margin = Um(shape.stroke.map_or(0, |stroke| stroke.width.0 / 2));
    let mut found: Option<(Point, Point)> = None;
    for point in points {
        let (low, high) = found.unwrap_or((point, point));
        let low = Point { x: low.x.min(point.x), y: low.y.min(point.y) };
        found = Some((low, Point { x: high.x.max(point.x), y: high.y.max(point.y) }));
    }
    let (low, high) = found?;
    let size = Point { x: high.x - low.x + margin + margin, y: high.y - low.y + margin + margin };
    Some((Point { x: low.x - margin, y: low.y - margin }, size))
}

/// The steps as text. A stroked contour gets its last line written out before `C`: readers that take `C` for a curve, as in SVG, would
/// leave that side open.
fn abbreviated(shape: &Shape, corner: Point) -> String {
    let mut text = String::with_capacity(shape.path.len() * 12);
    let (mut first, mut last) = (Point::default(), Point::default());
    let mut step = |letter: char, points: &[Point]| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push(letter);
        for point in points {
            text.push(' ');
            push_mm(&mut text, point.x - corner.x);
            text.push(' ');
            push_mm(&mut text, point.y - corner.y);
        }
    };
    for segment in &shape.path {
        match *segment {
            Segment::Move(to) => step('M', &[to]),
            Segment::Line(to) => step('L', &[to]),
            Segment::Cubic(before, after, to) => step('B', &[before, after, to]),
            Segment::Close => {
                if shape.stroke.is_some() && first != last {
                    step('L', &[first]);
                }
                step('C', &[]);
            }
        }
        match *segment {
            Segment::Move(to) => (first, last) = (to, to),
            Segment::Line(to) | Segment::Cubic(_, _, to) => last = to,
            Segment::Close => last = first,
        }
    }
    text
}

fn image(xml: &mut Xml, image: &Image, res: &Resources, ids: &mut Ids) {
    let place = image.place;
    let attributes = [
        ("ID", ids.next()),
        ("Boundary", mm_list([place.x, place.y, place.width, place.height])),
        ("CTM", mm_list([place.width, Um(0), Um(0), place.height, Um(0), Um(0)])),
        ("ResourceID", res.image(&image.png).to_string()),
    ];
    xml.empty("ImageObject", &attributes.each_ref().map(|(key, value)| (*key, value.as_str())));
}

/// A colour; its opacity stands on it and not on the object, where fewer readers look.
fn colour(xml: &mut Xml, element: &'static str, Rgb(red, green, blue): Rgb, alpha: u8) {
    let (value, alpha_text) = (format!("{red} {green} {blue}"), alpha.to_string());
    let attributes = [("Value", value.as_str()), ("Alpha", &alpha_text)];
    xml.empty(element, if alpha == u8::MAX { &attributes[..1] } else { &attributes });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_one_less_than_characters_and_grouped() {
        let advances = |list: &[i32]| list.iter().copied().map(Um).collect::<Vec<_>>();
        let cases: [(&[i32], &str); 6] = [
            (&[], ""),
            (&[4000], ""),
            (&[4000, 2000], "4"),
            (&[4000, 4000, 4000], "4 4"),
            (&[4000, 4000, 4000, 4000], "g 3 4"),
            (&[2100, 4000, 4000, 4000, 2100, 1], "2.1 g 3 4 2.1"),
        ];
        for (list, expected) in cases {
            assert_eq!(gaps(&advances(list)), expected);
        }
    }
}
