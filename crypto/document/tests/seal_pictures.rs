//! Pictures of seals: every character drawn, none over another, none outside the ring, small files.

use std::path::Path;
use std::sync::LazyLock;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::page::{Mark, Point, Rect, Segment, Shape, Um};
use zhengku_document::seal_picture::{DOTS_PER_INCH, Ground, SEAL_SIDE, SealPicture, SealPictureError, SealText, draw};
use zhengku_document::text::TextError;

static FONTS: LazyLock<FontLibrary> =
    LazyLock::new(|| FontLibrary::load(Path::new(DEBIAN_FONTS)).expect("the fonts are installed"));

/// Thirty characters with the widest and densest there are.
const NAME: &str = "演示省演示市示范区卫生健康委员会妇幼健康出生医学证明签发中心";

fn picture(name: &str) -> SealPicture {
    draw(&SealText { name, purpose: "行政审批专用章", code: "11999999000000019M" }, &FONTS).expect("it is drawn")
}

fn corners(shape: &Shape) -> Vec<(f64, f64)> {
    let middle = f64::from(SEAL_SIDE.0) / 2.0;
    let at = |point: &Point| (f64::from(point.x.0) - middle, f64::from(point.y.0) - middle);
    let ends = shape.path.iter().filter_map(|segment| match segment {
        Segment::Move(to) | Segment::Line(to) | Segment::Cubic(_, _, to) => Some(at(to)),
        Segment::Close => None,
    });
    ends.collect()
}

/// The angles that a character of the name spans, clockwise from the top, in degrees.
fn span(shape: &Shape) -> (f64, f64) {
    let angles: Vec<f64> = corners(shape).iter().map(|(x, y)| x.atan2(-y).to_degrees()).collect();
    (angles.iter().copied().fold(f64::MAX, f64::min), angles.iter().copied().fold(f64::MIN, f64::max))
}

#[test]
fn every_character_is_drawn_in_its_own_place_within_the_ring() {
    for length in 4..=30 {
        let name: String = NAME.chars().take(length).collect();
        let picture = picture(&name);
        assert_eq!(picture.characters().len(), length + 7 + 18);
        for shape in picture.characters() {
            assert!(!shape.path.is_empty());
            // The ring's inner edge is 19.7 mm from the middle; strokes add 0.1 mm.
            assert!(corners(shape).iter().all(|(x, y)| x.hypot(*y) < 19_550.0), "{length}: outside the ring");
            assert!(corners(shape).iter().all(|(x, y)| x.hypot(*y) > 7_000.0), "{length}: on the star");
        }
        let spans: Vec<(f64, f64)> = picture.characters().iter().take(length).map(span).collect();
        for (index, pair) in spans.windows(2).enumerate() {
            // Ink of neighbours may meet in at most half a degree, 0.13 mm at the characters' feet.
            assert!(pair[0].1 < pair[1].0 + 0.5, "{length}: characters {index} and its neighbour: {pair:?}");
        }
        // The name leaves the lower sixth to the code.
        assert!(spans[0].0 > -135.0 && spans[length - 1].1 < 135.0, "{length}: {:?}", spans[0]);
    }
}

#[test]
fn the_longest_texts_keep_apart() {
    let text = SealText { name: NAME, purpose: "出生医学证明管理专用章一", code: "11999999000000019M01" };
    let picture = draw(&text, &FONTS).expect("it is drawn");
    let boxes: Vec<[f64; 4]> = picture
        .characters()
        .iter()
        .map(|shape| {
            let corners = corners(shape);
            let of = |pick: fn(&(f64, f64)) -> f64, join: fn(f64, f64) -> f64| {
                corners.iter().map(pick).reduce(join).expect("ink")
            };
            [of(|c| c.0, f64::min), of(|c| c.1, f64::min), of(|c| c.0, f64::max), of(|c| c.1, f64::max)]
        })
        .collect();
    let apart = |a: &[f64; 4], b: &[f64; 4]| a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
    for purpose in &boxes[30..42] {
        assert!(boxes[..30].iter().chain(&boxes[42..]).all(|other| apart(purpose, other)));
    }
}

#[test]
fn names_that_cannot_be_drawn_are_refused() {
    let seal = |name: &str| draw(&SealText { name, purpose: "", code: "" }, &FONTS);
    assert_eq!(seal("市局"), Err(SealPictureError::Name { actual: 2 }));
    assert_eq!(seal(&"局".repeat(31)), Err(SealPictureError::Name { actual: 31 }));
    let reason = TextError::NoGlyph { character: '\u{1FAE0}' };
    assert_eq!(seal("演示市\u{1FAE0}"), Err(SealPictureError::Text { part: "name", reason }));
    let reason = TextError::NoGlyph { character: '\u{3000}' };
    assert_eq!(seal("演示\u{3000}局"), Err(SealPictureError::Text { part: "name", reason }));
    let long = SealText { name: "演示市局", purpose: "", code: "123456789012345678901" };
    assert_eq!(draw(&long, &FONTS), Err(SealPictureError::TooLong { part: "code", most: 20, actual: 21 }));
}

#[test]
fn files_are_small_and_the_same_each_time() {
    for ground in [Ground::Transparent, Ground::White] {
        let file = picture(NAME).to_png(DOTS_PER_INCH, ground).expect("a PNG");
        assert!(file.len() <= 8 * 1024, "{} bytes", file.len());
        assert_eq!(picture(NAME).to_png(DOTS_PER_INCH, ground).expect("a PNG"), file);
    }
    assert!(picture(NAME).to_png(0, Ground::White).is_err());
    assert!(picture(NAME).to_png(601, Ground::White).is_err());
    let svg = picture(NAME).to_svg();
    assert_eq!(svg.matches("<path").count(), 2 + 30 + 7 + 18);
}

#[test]
fn seals_are_scaled_into_their_place() {
    let place = Rect { x: Um::mm(100), y: Um::mm(200), width: Um::mm(20), height: Um::mm(20) };
    for mark in picture("演示市局").placed(place) {
        let Mark::Shape(shape) = mark else { panic!("no shape") };
        for (x, y) in corners(&shape) {
            let (x, y) = (x + f64::from(SEAL_SIDE.0) / 2.0, y + f64::from(SEAL_SIDE.0) / 2.0);
            assert!((100_000.0..=120_000.0).contains(&x) && (200_000.0..=220_000.0).contains(&y));
        }
    }
}
