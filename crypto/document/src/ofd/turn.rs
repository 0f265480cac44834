//! Where a run of text stands, also when it is turned: boundary, matrix and start, in whole numbers.

use crate::page::{Point, Rect, TextRun, Um};
use std::fmt::Write;

/// A run's place on the page.
pub(super) struct Place {
    /// What readers may clip to.
    pub(super) boundary: Rect,
    /// The CTM of a turned run.
    pub(super) matrix: Option<String>,
    /// Where the first character begins, in the object's coordinates.
    pub(super) start: Point,
}

/// Room below the baseline, in tenths of the size: descenders of Latin letters and of 楷体 need about 0.25.
const BELOW: i32 = 3;

/// The place of a run.
pub(super) fn place(run: &TextRun) -> Place {
    let width = run.advances.iter().fold(Um(0), |sum, &advance| sum + advance);
    let below = Um(run.size.0.saturating_mul(BELOW) / 10);
    if run.turn.rem_euclid(FULL_TURN) == 0 {
        let boundary = Rect { x: run.origin.x, y: run.origin.y - run.size, width, height: run.size + below };
        return Place { boundary, matrix: None, start: Point { x: Um(0), y: run.size } };
    }
    let (cosine, sine) = factors(run.turn);
    let above = Um(0) - run.size;
    let corners = [(Um(0), above), (width, above), (Um(0), below), (width, below)];
    let corners = corners.map(|(x, y)| turned(Point { x, y }, run.turn));
    let of = |pick: fn(&Point) -> Um| {
        let values = corners.iter().map(pick);
        let low = values.clone().min().unwrap_or_default();
        (low, values.max().unwrap_or_default() - low)
    };
    let ((left, across), (top, down)) = (of(|point| point.x), of(|point| point.y));
    let mut matrix = String::new();
    for factor in [cosine, sine, -sine, cosine] {
        push_factor(&mut matrix, factor);
    }
    let _ = write!(matrix, "{}", super::xml::mm_list([Um(0) - left, Um(0) - top]));
    let boundary = Rect { x: run.origin.x + left, y: run.origin.y + top, width: across, height: down };
    Place { boundary, matrix: Some(matrix), start: Point::default() }
}

/// A point turned clockwise around the origin.
pub(super) fn turned(point: Point, turn: i32) -> Point {
    let (cosine, sine) = factors(turn);
    let (x, y) = (i128::from(point.x.0), i128::from(point.y.0));
    Point { x: scaled(x * cosine - y * sine), y: scaled(x * sine + y * cosine) }
}

fn factors(turn: i32) -> (i128, i128) {
    let turn = turn.rem_euclid(FULL_TURN);
    (unit(turn + FULL_TURN / 4), unit(turn))
}

/// A full turn in thousandths of a degree.
const FULL_TURN: i32 = 360_000;
/// Factors are whole numbers of this part of one; with a circle's thousandths of a degree nothing is lost on a page.
const ONE: i128 = 1_000_000_000_000;

fn scaled(product: i128) -> Um {
    Um(i32::try_from((product + ONE / 2).div_euclid(ONE)).unwrap_or(i32::MAX))
}

/// The sine of an angle in thousandths of a degree, in parts of [`ONE`]: the series of Taylor up to the 25th power, which is exact to
/// the last place within a quarter turn. Whole numbers, because the sine of a machine's library may differ from another's.
fn unit(turn: i32) -> i128 {
    const QUARTER: i32 = FULL_TURN / 4;
    /// π in parts of [`ONE`].
    const PI: i128 = 3_141_592_653_590;
    let turn = turn.rem_euclid(FULL_TURN);
    let (within, sign) = if turn < 2 * QUARTER { (turn, 1) } else { (turn - 2 * QUARTER, -1) };
    let within = if within > QUARTER { 2 * QUARTER - within } else { within };
    let angle = i128::from(within) * PI / i128::from(2 * QUARTER);
    let (mut term, mut sum) = (angle, angle);
    for power in (3..=25).step_by(2) {
        term = -term * angle / ONE * angle / ONE / (power * (power - 1));
        sum += term;
    }
    sign * sum
}

/// Six decimals and a space.
fn push_factor(text: &mut String, factor: i128) {
    const MILLIONTH: i128 = ONE / 1_000_000;
    let rounded = (factor + MILLIONTH / 2).div_euclid(MILLIONTH);
    let sign = if rounded < 0 { "-" } else { "" };
    let (whole, part) = (rounded.unsigned_abs() / 1_000_000, rounded.unsigned_abs() % 1_000_000);
    let _ = write!(text, "{sign}{whole}.{part:06} ");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::FaceId;
    use crate::page::Rgb;

    #[test]
    fn the_sine_agrees_with_the_library() {
        for turn in (-720_000..720_000).step_by(617) {
            let expected = (f64::from(turn) / 1000.0).to_radians().sin();
            assert!((unit(turn) as f64 / ONE as f64 - expected).abs() < 1e-10, "{turn}");
        }
    }

    #[test]
    fn a_quarter_turn_runs_downwards() {
        let run = TextRun {
            face: FaceId(0),
            size: Um::mm(10),
            origin: Point { x: Um::mm(50), y: Um::mm(60) },
            colour: Rgb::BLACK,
            alpha: 255,
            text: "甲乙".to_owned(),
            advances: vec![Um::mm(10); 2],
            turn: 90_000,
        };
        let place = place(&run);
        assert_eq!(place.matrix.as_deref(), Some("0.000000 1.000000 -1.000000 0.000000 3 0"));
        let Rect { x, y, width, height } = place.boundary;
        assert_eq!([x, y, width, height], [Um::mm(47), Um::mm(60), Um::mm(13), Um::mm(20)]);
    }
}
