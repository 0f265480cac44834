//! Outlines on a coarser em square with as few points as a tolerance allows. The whole fonts draw a stroke's end with ten points and
//! more, a hundred for a character: on paper and screen half of them say nothing, and each costs two bytes in every licence file.
//!
//! Only the four basic operations, rounding and the square root are used, whose results IEEE 754 fixes: the same font gives the same
//! glyphs on every machine.

use skrifa::outline::OutlinePen;
use skrifa::raw::tables::glyf::CurvePoint;

/// How fine a cut font is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Grain {
    /// Units of the em square.
    pub(crate) em: u16,
    /// How far a curve may lie from the whole font's, in those units.
    pub(crate) tolerance: f64,
}

/// A place in units of the coarse square, before it is rounded.
type Place = (f64, f64);

/// A line, or a curve with its control point.
#[derive(Clone, Copy)]
struct Piece {
    from: Place,
    control: Option<Place>,
    to: Place,
}

/// The contours of a glyph as it is drawn.
pub(super) struct Pen {
    scale: f64,
    last: Place,
    first: Place,
    contours: Vec<Vec<Piece>>,
}

impl Pen {
    pub(super) fn new(units_per_em: u16, grain: Grain) -> Self {
        let scale = f64::from(grain.em) / f64::from(units_per_em.max(1));
        Self { scale, last: (0.0, 0.0), first: (0.0, 0.0), contours: Vec::new() }
    }

    /// The contours with few points, each beginning on its curve; those that have no extent on the square are left out.
    pub(super) fn simplified(&self, grain: Grain) -> Vec<Vec<CurvePoint>> {
        let contours = self.contours.iter().map(|pieces| simplified(pieces, grain.tolerance));
        contours.filter(|points| points.len() > 2).collect()
    }

    fn place(&self, x: f32, y: f32) -> Place {
        (f64::from(x) * self.scale, f64::from(y) * self.scale)
    }

    fn piece(&mut self, control: Option<Place>, to: Place) {
        let piece = Piece { from: self.last, control, to };
        self.last = to;
        if let Some(contour) = self.contours.last_mut().filter(|_| piece.from != to) {
            contour.push(piece);
        }
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.first = self.place(x, y);
        self.last = self.first;
        self.contours.push(Vec::new());
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.piece(None, self.place(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.piece(Some(self.place(cx, cy)), self.place(x, y));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        // `glyf` has none; the nearest quadratic curve should one come.
        let (first, second, to) = (self.place(cx0, cy0), self.place(cx1, cy1), self.place(x, y));
        let middle = |first: f64, second: f64, from: f64, to: f64| (3.0 * (first + second) - from - to) / 4.0;
        let control = (middle(first.0, second.0, self.last.0, to.0), middle(first.1, second.1, self.last.1, to.1));
        self.piece(Some(control), to);
    }

    fn close(&mut self) {
        self.piece(None, self.first);
    }
}

/// Pieces that one line or curve may stand for: more are never near enough, and the work stays bounded.
const LONGEST: usize = 10;
/// Places looked at on each piece.
const SAMPLES: u8 = 4;
/// How much farther a fitted curve may lie from the lines between the places of the run, squared.
const SLACK: f64 = 3.0;
/// Lines that stand for a curve when distances to it are measured.
const CHORDS: u8 = 8;

/// What stands between two corners: its control point, if it is a curve.
type Step = (usize, Option<Place>);

/// The contour of fewest points (a line is one, a curve two) that keeps within the tolerance: the shortest way from its sharpest
/// corner around to it.
fn simplified(pieces: &[Piece], tolerance: f64) -> Vec<CurvePoint> {
    let mut pieces = pieces.to_vec();
    let start = sharpest(&pieces);
    pieces.rotate_left(start);
    let count = pieces.len();
    let corners: Vec<Place> =
        pieces.iter().map(|piece| piece.from).chain(pieces.first().map(|piece| piece.from)).map(rounded).collect();
    let mut ways: Vec<Option<(usize, Step)>> = vec![None; count + 1];
    if let Some(first) = ways.first_mut() {
        *first = Some((0, (0, None)));
    }
    for from in 0..count {
        let Some((cost, _)) = ways.get(from).copied().flatten() else { continue };
        for to in from + 1..=count.min(from + LONGEST) {
            let (Some(run), Some(&begin), Some(&end)) = (pieces.get(from..to), corners.get(from), corners.get(to))
            else {
                break;
            };
            let Some((points, control)) = fitted(run, begin, end, tolerance) else { continue };
            let Some(way) = ways.get_mut(to) else { break };
            if way.is_none_or(|(known, _)| cost + points < known) {
                *way = Some((cost + points, (from, control)));
            }
        }
    }
    let mut points = Vec::new();
    let mut at = count;
    while at > 0 {
        let (Some(&end), Some(Some((_, (from, control))))) = (corners.get(at), ways.get(at)) else { break };
        points.push(point(end, true));
        points.extend(control.map(|control| point(control, false)));
        at = *from;
    }
    points.reverse();
    plain(points)
}

/// The corner at which the contour turns most; a way around it begins there, since no piece can reach over its beginning.
fn sharpest(pieces: &[Piece]) -> usize {
    let before = pieces.iter().cycle().skip(pieces.len().saturating_sub(1));
    let cosine = |(last, next): (&Piece, &Piece)| {
        let (inward, outward) = (last.direction_at_end(), next.direction_at_start());
        let lengths = length(inward) * length(outward);
        if lengths > 0.0 { (inward.0 * outward.0 + inward.1 * outward.1) / lengths } else { 1.0 }
    };
    let turns = before.zip(pieces).map(cosine).enumerate();
    turns.min_by(|left, right| left.1.total_cmp(&right.1)).map_or(0, |(place, _)| place)
}

/// The line or curve that stands for a run of pieces, and how many points it takes. A single piece always has one: itself, rounded.
fn fitted(run: &[Piece], begin: Place, end: Place, tolerance: f64) -> Option<(usize, Option<Place>)> {
    let places: Vec<Place> = run.iter().flat_map(Piece::samples).collect();
    let near = |distance: f64| distance <= tolerance * tolerance;
    let whole_contour = begin == end;
    if !whole_contour && places.iter().all(|&place| near(to_line(place, begin, end))) {
        return Some((1, None));
    }
    let controls = [tangents_meet(run), least_squares(run, &places, begin, end)];
    for control in controls.into_iter().flatten().map(rounded).filter(|_| !whole_contour) {
        let curve = Piece { from: begin, control: Some(control), to: end };
        let chords: Vec<(Place, Place)> =
            (0..CHORDS).map(|at| (curve.at(at, CHORDS), curve.at(at + 1, CHORDS))).collect();
        let close = |place: &Place| chords.iter().any(|&(from, to)| near(to_line(*place, from, to)));
        // And the other way round: no loop or hook between the places. They are farther apart than the chords, hence the slack.
        let on_run =
            |&(_, place): &(Place, Place)| lines(run, &places).any(|(from, to)| near(to_line(place, from, to) / SLACK));
        if places.iter().all(close) && chords.iter().all(on_run) {
            return Some((2, Some(control)));
        }
    }
    match run {
        [only] => Some((1 + usize::from(only.control.is_some()), only.control.map(rounded))),
        _ => None,
    }
}

/// The lines from place to place of a run.
fn lines(run: &[Piece], places: &[Place]) -> impl Iterator<Item = (Place, Place)> {
    let begins = run.first().map(|piece| piece.from).into_iter().chain(places.iter().copied());
    begins.zip(places.iter().copied())
}

/// Where the tangents at both ends of a run meet, if that is between them.
fn tangents_meet(run: &[Piece]) -> Option<Place> {
    let (first, last) = (run.first()?, run.last()?);
    let (out, back) = (first.direction_at_start(), last.direction_at_end());
    let cross = out.0 * back.1 - out.1 * back.0;
    let chord = (last.to.0 - first.from.0, last.to.1 - first.from.1);
    let along = (chord.0 * back.1 - chord.1 * back.0) / cross;
    let against = (chord.0 * out.1 - chord.1 * out.0) / cross;
    let between = cross != 0.0 && along > 0.0 && against < 0.0;
    between.then_some((first.from.0 + along * out.0, first.from.1 + along * out.1))
}

/// The control point of the curve that lies nearest to the places in the sense of least squares, each at its share of the way.
fn least_squares(run: &[Piece], places: &[Place], begin: Place, end: Place) -> Option<Place> {
    let (mut way, mut last, mut ways) = (0.0, run.first()?.from, Vec::with_capacity(places.len()));
    for &place in places {
        way += length((place.0 - last.0, place.1 - last.1));
        last = place;
        ways.push(way);
    }
    let (mut sum, mut weights) = ((0.0, 0.0), 0.0);
    for (place, so_far) in places.iter().zip(ways) {
        let share = so_far / way;
        let (rest, weight) = (1.0 - share, 2.0 * share * (1.0 - share));
        weights += weight * weight;
        sum.0 += weight * (place.0 - rest * rest * begin.0 - share * share * end.0);
        sum.1 += weight * (place.1 - rest * rest * begin.1 - share * share * end.1);
    }
    (weights > 0.0).then(|| (sum.0 / weights, sum.1 / weights))
}

impl Piece {
    fn samples(&self) -> impl Iterator<Item = Place> {
        let piece = *self;
        (1..=SAMPLES).map(move |at| piece.at(at, SAMPLES))
    }

    /// The place at `at` of `of` equal steps of its parameter.
    fn at(&self, at: u8, of: u8) -> Place {
        let share = f64::from(at) / f64::from(of);
        let rest = 1.0 - share;
        let between = |from: f64, to: f64| from * rest + to * share;
        let Some(control) = self.control else {
            return (between(self.from.0, self.to.0), between(self.from.1, self.to.1));
        };
        let on = |from: f64, control: f64, to: f64| between(between(from, control), between(control, to));
        (on(self.from.0, control.0, self.to.0), on(self.from.1, control.1, self.to.1))
    }

    fn direction_at_start(&self) -> Place {
        let towards = self.control.filter(|control| *control != self.from).unwrap_or(self.to);
        (towards.0 - self.from.0, towards.1 - self.from.1)
    }

    fn direction_at_end(&self) -> Place {
        let away = self.control.filter(|control| *control != self.to).unwrap_or(self.from);
        (self.to.0 - away.0, self.to.1 - away.1)
    }
}

fn length((x, y): Place) -> f64 {
    (x * x + y * y).sqrt()
}

/// The square of a place's distance from a stretch of a line.
fn to_line(place: Place, from: Place, to: Place) -> f64 {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let square = x * x + y * y;
    let along = ((place.0 - from.0) * x + (place.1 - from.1) * y) / square;
    let along = if square > 0.0 { along.clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (place.0 - from.0 - along * x, place.1 - from.1 - along * y);
    x * x + y * y
}

/// To the nearest unit; halves go up.
fn rounded((x, y): Place) -> Place {
    ((x + 0.5).floor(), (y + 0.5).floor())
}

fn point((x, y): Place, on_curve: bool) -> CurvePoint {
    // Whole units of a square of a few hundred: a glyph does not reach 32,767.
    CurvePoint::new(x as i16, y as i16, on_curve)
}

/// A contour beginning on its curve, without repeated points and without those in the middle between two control points, which readers
/// supply (OpenType, "glyf").
fn plain(mut points: Vec<CurvePoint>) -> Vec<CurvePoint> {
    points.dedup_by(|next, last| next.on_curve && last.on_curve && (next.x, next.y) == (last.x, last.y));
    // Each step ends on the curve, the last one where the first begins.
    let last = usize::from(!points.is_empty());
    points.rotate_right(last);
    if let (Some(first), Some(last)) = (points.first(), points.last())
        && points.len() > 1
        && last.on_curve
        && (first.x, first.y) == (last.x, last.y)
    {
        points.pop();
    }
    let middle = |one: i16, before: i16, after: i16| 2 * i32::from(one) == i32::from(before) + i32::from(after);
    let supplied = |before: &CurvePoint, point: &CurvePoint, after: &CurvePoint| {
        let between = middle(point.x, before.x, after.x) && middle(point.y, before.y, after.y);
        point.on_curve && !before.on_curve && !after.on_curve && between
    };
    let mut kept: Vec<CurvePoint> = points.first().copied().into_iter().collect();
    for three in points.windows(3) {
        if let [before, point, after] = three
            && !supplied(before, point, after)
        {
            kept.push(*point);
        }
    }
    kept.extend(points.get(1..).and_then(<[CurvePoint]>::last));
    kept
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Places along what is drawn, close together.
    #[derive(Default)]
    pub(in super::super) struct Places(pub(in super::super) Vec<(f32, f32)>, (f32, f32), (f32, f32));

    impl Places {
        fn go(&mut self, control: Option<(f32, f32)>, to: (f32, f32)) {
            const STEPS: u16 = 64;
            let control = control.unwrap_or(((self.1.0 + to.0) / 2.0, (self.1.1 + to.1) / 2.0));
            for step in 0..=STEPS {
                let (share, from) = (f32::from(step) / f32::from(STEPS), self.1);
                let rest = 1.0 - share;
                let on =
                    |from: f32, by: f32, to: f32| rest * rest * from + 2.0 * rest * share * by + share * share * to;
                self.0.push((on(from.0, control.0, to.0), on(from.1, control.1, to.1)));
            }
            self.1 = to;
        }
    }

    impl OutlinePen for Places {
        fn move_to(&mut self, x: f32, y: f32) {
            (self.1, self.2) = ((x, y), (x, y));
        }

        fn line_to(&mut self, x: f32, y: f32) {
            self.go(None, (x, y));
        }

        fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
            self.go(Some((cx, cy)), (x, y));
        }

        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
            panic!("glyf has no cubic curves");
        }

        fn close(&mut self) {
            self.go(None, self.2);
        }
    }

    const GRAIN: Grain = Grain { em: 200, tolerance: 1.0 };

    fn drawn(steps: impl Fn(&mut Pen)) -> Vec<Vec<CurvePoint>> {
        let mut pen = Pen::new(200, GRAIN);
        steps(&mut pen);
        pen.simplified(GRAIN)
    }

    #[test]
    fn a_square_with_points_on_its_sides_keeps_its_corners() {
        let contours = drawn(|pen| {
            pen.move_to(0.0, 0.0);
            for (x, y) in [(50.0, 0.4), (100.0, 0.0), (100.0, 100.0), (40.0, 100.0), (0.0, 100.0), (0.0, 30.0)] {
                pen.line_to(x, y);
            }
            pen.close();
        });
        let mut corners: Vec<_> = contours[0].iter().map(|point| (point.x, point.y, point.on_curve)).collect();
        corners.sort_unstable();
        assert_eq!(corners, [(0, 0, true), (0, 100, true), (100, 0, true), (100, 100, true)]);
    }

    #[test]
    fn a_curve_in_many_pieces_becomes_two_at_most() {
        let whole = Piece { from: (0.0, 0.0), control: Some((100.0, 0.0)), to: (100.0, 100.0) };
        let contours = drawn(|pen| {
            pen.move_to(0.0, 0.0);
            for step in 1..=8 {
                let (x, y) = whole.at(step, 8);
                pen.line_to(x as f32, y as f32);
            }
            pen.line_to(0.0, 100.0);
            pen.close();
        });
        assert!(contours[0].len() <= 6, "{:?}", contours[0]);
        assert!(contours[0].iter().any(|point| !point.on_curve));
    }

    #[test]
    fn what_has_no_extent_is_left_out_and_a_round_dot_stays() {
        let contours = drawn(|pen| {
            pen.move_to(10.0, 10.0);
            pen.line_to(10.2, 10.0);
            pen.line_to(10.2, 10.2);
            pen.close();
            pen.move_to(100.0, 50.0);
            pen.quad_to(100.0, 100.0, 50.0, 100.0);
            pen.quad_to(0.0, 100.0, 0.0, 50.0);
            pen.quad_to(0.0, 0.0, 50.0, 0.0);
            pen.quad_to(100.0, 0.0, 100.0, 50.0);
            pen.close();
        });
        // The points between the four control points are supplied by readers, but for the first.
        assert_eq!(contours.len(), 1);
        assert_eq!(contours[0].len(), 5, "{:?}", contours[0]);
    }
}
