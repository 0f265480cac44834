//! Borders, grounds and rosettes: smooth curves of few segments, because each goes into every file.

use crate::angle::sine_cosine;
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Stroke, Um};

/// Borders stand on a grid of this many micrometres: short numbers in the files, and no eye sees it.
const GRID: f64 = 250.0;
/// The rosette's curves are longer, and pale.
const WIDE_GRID: f64 = 500.0;
/// Kappa of a half wave: where the control points of a cubic stand between two crests, as a part of their distance.
const CREST: f64 = 0.3642;

pub(super) fn fill(rect: Rect, colour: Rgb) -> Mark {
    Mark::Shape(Shape { path: rectangle(rect), fill: Some(colour), stroke: None, alpha: 255 })
}

pub(super) fn outline(rect: Rect, width: Um, colour: Rgb) -> Mark {
    strokes(rectangle(rect), width, colour)
}

pub(super) fn rule(from: Point, to: Point, width: Um, colour: Rgb) -> Mark {
    strokes(vec![Segment::Move(from), Segment::Line(to)], width, colour)
}

pub(super) fn strokes(path: Vec<Segment>, width: Um, colour: Rgb) -> Mark {
    Mark::Shape(Shape { path, fill: None, stroke: Some(Stroke { width, colour }), alpha: 255 })
}

pub(super) const fn inset(rect: Rect, by: Um) -> Rect {
    Rect {
        x: Um(rect.x.0 + by.0),
        y: Um(rect.y.0 + by.0),
        width: Um(rect.width.0 - 2 * by.0),
        height: Um(rect.height.0 - 2 * by.0),
    }
}

/// A border of interlaced waves between `outer` and `outer` less `band`, with a rosette in each corner. Each side and each corner is a
/// mark of its own: a file's coordinates begin at a mark, so opposite sides and all corners are the same text, which deflate stores once.
pub(super) fn guilloche(outer: Rect, band: Um, strong: Rgb, light: Rgb) -> Vec<Mark> {
    let inner = inset(outer, band);
    let (thick, thin) = (Um(500), Um(180));
    let half = f64::from(band.0) / 2.0;
    let (left, top) = (f64::from(outer.x.0), f64::from(outer.y.0));
    let (right, bottom) = (left + f64::from(outer.width.0), top + f64::from(outer.height.0));
    let corner = f64::from(band.0);
    let across = |middle| Side { start: left + corner, end: right - corner, middle, upright: false };
    let down = |middle| Side { start: top + corner, end: bottom - corner, middle, upright: true };
    let sides = [across(top + half), across(bottom - half), down(left + half), down(right - half)];
    let mut marks: Vec<Mark> = sides.iter().map(|side| strokes(waves(side, half), thin, light)).collect();
    for x in [left + half, right - half] {
        for y in [top + half, bottom - half] {
            let corner = [(0.92, 0.42, 0.0), (0.62, 0.2, 22.5)].into_iter().flat_map(|(outer, inner, phase)| {
                Loops::flower(x, y, half * outer, half * inner, phase).path(CORNER_GRID)
            });
            marks.push(strokes(corner.collect(), thin, strong));
        }
    }
    marks.extend([
        outline(outer, thick, strong),
        outline(inner, thin, strong),
        outline(inset(inner, Um(900)), Um(120), light),
    ]);
    marks
}

/// The waves of one side, crossing each other.
fn waves(side: &Side, half: f64) -> Vec<Segment> {
    [0.86, -0.86, 0.4, -0.4].into_iter().flat_map(|amplitude| wave(side, half * amplitude)).collect()
}

/// The pale rosette in the middle of a page.
pub(super) fn rosette(centre: Point, radius: Um, colour: Rgb) -> Mark {
    let (x, y, radius) = (f64::from(centre.x.0), f64::from(centre.y.0), f64::from(radius.0));
    let path = [1.0, 0.55].into_iter().flat_map(|share| {
        // Seven sixteenths of a turn from crest to crest: a wreath of loops that cross each other.
        let loops =
            Loops { x, y, outer: radius * share, inner: radius * share, crests: 16, turn: 157.5, phase: 0.0, arm: 0.5 };
        loops.path(WIDE_GRID)
    });
    strokes(path.collect(), Um(200), colour)
}

struct Side {
    start: f64,
    end: f64,
    middle: f64,
    upright: bool,
}

/// The length of a wave on a border, crest to crest and back, about this much.
const WAVE: f64 = 26_000.0;
/// The small flowers in the corners would look bent on the border's grid.
const CORNER_GRID: f64 = 100.0;

fn wave(side: &Side, reach: f64) -> Vec<Segment> {
    let halves = ((side.end - side.start) / WAVE).round().max(1.0) * 2.0;
    let step = (side.end - side.start) / halves;
    let at =
        |along: f64, across: f64| if side.upright { point(across, along, GRID) } else { point(along, across, GRID) };
    let (mut along, mut across) = (side.start, reach);
    let mut path = vec![Segment::Move(at(along, side.middle + across))];
    for _ in 0..halves as u32 {
        let end = along + step;
        path.push(Segment::Cubic(
            at(along + step * CREST, side.middle + across),
            at(end - step * CREST, side.middle - across),
            at(end, side.middle - across),
        ));
        (along, across) = (end, -across);
    }
    path
}

/// A closed curve around a point, from crest to crest, whose radius swings between two values.
struct Loops {
    x: f64,
    y: f64,
    outer: f64,
    inner: f64,
    crests: u32,
    /// Degrees from one crest to the next.
    turn: f64,
    phase: f64,
    /// How far control points lie from a crest on its tangent, as a part of its radius.
    arm: f64,
}

impl Loops {
    /// A flower: every other crest is the bottom between two petals.
    fn flower(x: f64, y: f64, outer: f64, inner: f64, phase: f64) -> Self {
        const CRESTS: u32 = 16;
        let turn = 360.0 / f64::from(CRESTS);
        Self { x, y, outer, inner, crests: CRESTS, turn, phase, arm: turn * (std::f64::consts::PI / 180.0) * 0.4 }
    }

    fn path(&self, grid: f64) -> Vec<Segment> {
        let crest = |index: u32| {
            let radius = if index.is_multiple_of(2) { self.outer } else { self.inner };
            let (sine, cosine) = sine_cosine(self.phase + f64::from(index) * self.turn);
            let arm = radius * self.arm;
            (self.x + radius * cosine, self.y + radius * sine, -sine * arm, cosine * arm)
        };
        let first = crest(0);
        let mut path = vec![Segment::Move(point(first.0, first.1, grid))];
        for index in 0..self.crests {
            let (from, to) = (crest(index), crest((index + 1) % self.crests));
            path.push(Segment::Cubic(
                point(from.0 + from.2, from.1 + from.3, grid),
                point(to.0 - to.2, to.1 - to.3, grid),
                point(to.0, to.1, grid),
            ));
        }
        path.push(Segment::Close);
        path
    }
}

fn point(x: f64, y: f64, grid: f64) -> Point {
    let snap = |value: f64| Um(((value / grid).round() * grid) as i32);
    Point { x: snap(x), y: snap(y) }
}

fn rectangle(rect: Rect) -> Vec<Segment> {
    let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
    vec![
        Segment::Move(Point { x: rect.x, y: rect.y }),
        Segment::Line(Point { x: right, y: rect.y }),
        Segment::Line(Point { x: right, y: bottom }),
        Segment::Line(Point { x: rect.x, y: bottom }),
        Segment::Close,
    ]
}
