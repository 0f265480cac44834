//! The picture of an electronic seal (电子印章图形): ring, star, the office's name around it, purpose and code. Every character is
//! placed by itself with its own rotation and drawn from its outline; none can fall off the end of an arc.

mod output;

use crate::angle::sine_cosine;
use crate::font::{FaceId, FontLibrary, Style};
use crate::page::{Mark, Point, Rgb, Segment, Shape, Stroke, Um};
use crate::text::TextError;
pub use output::{Ground, MAX_DOTS_PER_INCH, PictureError};

/// The side of the square that a department's seal stands in. 国发〔1999〕25号 gives 42 mm for the seals of bureaus of prefectures
/// and counties and 45 mm above; licences are issued by the former.
pub const SEAL_SIDE: Um = Um::mm(42);
/// Dots per inch of the picture inside a seal: 198 pixels across, about 3 kB. It stands twice in each sealed file, in the seal and in
/// its signature, and four shades keep the strokes smooth.
pub const DOTS_PER_INCH: u16 = 120;
/// The fewest and most characters of a name: shorter is no office, longer is not legible on 42 mm.
pub const NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=30;
/// The most characters of a purpose text below the star: 22 mm at the smallest legible size.
pub const MAX_PURPOSE: usize = 12;
/// The longest code at the lower edge: 印章编码 has 13 digits, a 统一社会信用代码 18 characters.
pub const MAX_CODE: usize = 20;

/// What a seal says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealText<'a> {
    /// 印章名称, around the star.
    pub name: &'a str,
    /// Such as 行政审批专用章, below the star; may be empty.
    pub purpose: &'a str,
    /// 印章编码, along the lower edge; may be empty.
    pub code: &'a str,
}

/// Why a seal cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealPictureError {
    /// The name has too few or too many characters.
    #[error("a seal's name has {} to {} characters; this one has {actual}", NAME_CHARACTERS.start(), NAME_CHARACTERS.end())]
    Name {
        /// Characters given.
        actual: usize,
    },
    /// The name has characters that no office's name has.
    #[error("a seal's name is written with letters, digits and brackets")]
    NotWritten,
    /// The purpose or the code is too long.
    #[error("the {part} of a seal has at most {most} characters; this one has {actual}")]
    TooLong {
        /// `purpose` or `code`.
        part: &'static str,
        /// Characters allowed.
        most: usize,
        /// Characters given.
        actual: usize,
    },
    /// A character cannot be drawn.
    #[error("{part} of the seal: {reason}")]
    Text {
        /// `name`, `purpose` or `code`.
        part: &'static str,
        /// Which, and why.
        reason: TextError,
    },
}

/// A seal's picture within a square of [`SEAL_SIDE`], its ground transparent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealPicture {
    /// The ring and the star.
    frame: Vec<Shape>,
    /// Each character in the order of name, purpose, code.
    characters: Vec<Shape>,
}

/// Whether a seal can be drawn as far as that can be told without fonts: the length of its name, and that it is of letters.
///
/// # Errors
/// [`SealPictureError`].
pub fn check(text: &SealText<'_>) -> Result<(), SealPictureError> {
    let actual = text.name.chars().count();
    if !NAME_CHARACTERS.contains(&actual) {
        return Err(SealPictureError::Name { actual });
    }
    let is_written = |character: char| character.is_alphanumeric() || "()（）·".contains(character);
    if text.name.chars().all(is_written) { Ok(()) } else { Err(SealPictureError::NotWritten) }
}

/// Draws a seal.
///
/// # Errors
/// [`SealPictureError`] naming the part and the character.
pub fn draw(text: &SealText<'_>, fonts: &FontLibrary) -> Result<SealPicture, SealPictureError> {
    let actual = text.name.chars().count();
    if !NAME_CHARACTERS.contains(&actual) {
        return Err(SealPictureError::Name { actual });
    }
    let mut characters = name(text.name, fonts)?;
    characters.extend(purpose(text.purpose, fonts)?);
    characters.extend(code(text.code, fonts)?);
    Ok(SealPicture { frame: vec![ring(), star()], characters })
}

impl SealPicture {
    /// Everything drawn, in micrometres from the upper left corner of the square.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        self.shapes().cloned().map(Mark::Shape).collect()
    }

    /// The characters alone, one shape each, in the order of name, purpose and code.
    #[must_use]
    pub fn characters(&self) -> &[Shape] {
        &self.characters
    }

    fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.frame.iter().chain(&self.characters)
    }
}

const CENTRE: f64 = SEAL_SIDE.0 as f64 / 2.0;
/// Width of the ring: 1.2 mm (the same rule gives the border of round seals).
const RING: f64 = 1_200.0;
/// Middle of the ring, its outer edge 100 µm within the square so that smoothing is not cut.
const RING_RADIUS: f64 = CENTRE - 100.0 - RING / 2.0;
/// Where the tops of the name's characters stand.
const NAME_RADIUS: f64 = 19_200.0;
/// The name ends this far on either side of the top; below it are purpose and code.
const NAME_REACH: f64 = 124.0;
/// From the star's centre to its points: a third of the seal, 14 mm across.
const STAR_RADIUS: f64 = 7_000.0;
/// Characters are drawn this much bolder: thin strokes of a Ming face (宋体) vanish on screens.
const WEIGHT: Um = Um(180);

fn ring() -> Shape {
    // Four cubics; 0.5523 is the arm of a quarter circle.
    let arm = RING_RADIUS * 0.552_284_75;
    let at = |x: f64, y: f64| point(CENTRE + x, CENTRE + y);
    let r = RING_RADIUS;
    let path = vec![
        Segment::Move(at(0.0, -r)),
        Segment::Cubic(at(arm, -r), at(r, -arm), at(r, 0.0)),
        Segment::Cubic(at(r, arm), at(arm, r), at(0.0, r)),
        Segment::Cubic(at(-arm, r), at(-r, arm), at(-r, 0.0)),
        Segment::Cubic(at(-r, -arm), at(-arm, -r), at(0.0, -r)),
        Segment::Close,
    ];
    let stroke = Stroke { width: Um(RING as i32), colour: Rgb::SEAL_RED };
    Shape { path, fill: None, stroke: Some(stroke), alpha: 255 }
}

fn star() -> Shape {
    let corner = |index: u32| {
        // The inner corners of a regular five-pointed star: 0.382 of the radius.
        let radius = if index.is_multiple_of(2) { STAR_RADIUS } else { STAR_RADIUS * 0.381_966 };
        let (sine, cosine) = sine_cosine(f64::from(index) * 36.0);
        point(CENTRE + radius * sine, CENTRE - radius * cosine)
    };
    let mut path = vec![Segment::Move(corner(0))];
    path.extend((1..10).map(|index| Segment::Line(corner(index))));
    path.push(Segment::Close);
    Shape { path, fill: Some(Rgb::SEAL_RED), stroke: None, alpha: 255 }
}

/// The name on the upper arc: as high as its length allows, narrowed when it is long, as the characters of cut seals are.
fn name(text: &str, fonts: &FontLibrary) -> Result<Vec<Shape>, SealPictureError> {
    let count = text.chars().count();
    let height = match count {
        0..=8 => 6_000.0,
        9..=12 => 5_400.0,
        13..=16 => 4_800.0,
        17..=22 => 4_300.0,
        _ => 3_900.0,
    };
    let inner = NAME_RADIUS - height;
    let degrees = 180.0 / std::f64::consts::PI;
    let natural = height * 1.2 / inner * degrees;
    let half = height / 2.0 / inner * degrees;
    let pitch = natural.min(2.0 * (NAME_REACH - half.min(6.0)) / (count as f64 - 1.0));
    // Neighbours are closest at their feet: there they keep 6 % of the pitch.
    let width = height.min(pitch / degrees * inner * 0.94);
    let first = -pitch * (count as f64 - 1.0) / 2.0;
    let frame = Frame { part: "name", height, width, radius: NAME_RADIUS - height / 2.0 };
    characters(
        text,
        fonts,
        |index, glyph| {
            let angle = first + pitch * index as f64;
            let (sine, cosine) = sine_cosine(angle);
            let at = (CENTRE + frame.radius * sine, CENTRE - frame.radius * cosine);
            glyph.place(&frame, at, (sine, cosine))
        },
        frame.part,
    )
}

/// The purpose, straight below the star.
fn purpose(text: &str, fonts: &FontLibrary) -> Result<Vec<Shape>, SealPictureError> {
    let count = limited("purpose", text, MAX_PURPOSE)?;
    let size = 3_200.0_f64.min(22_000.0 / count.max(1) as f64);
    let frame = Frame { part: "purpose", height: size.max(2_400.0), width: size * 0.96, radius: 0.0 };
    let first = CENTRE - size * (count as f64 - 1.0) / 2.0;
    characters(
        text,
        fonts,
        |index, glyph| glyph.place(&frame, (first + size * index as f64, CENTRE + 11_000.0), (0.0, 1.0)),
        frame.part,
    )
}

/// The code along the lower edge, read from left to right.
fn code(text: &str, fonts: &FontLibrary) -> Result<Vec<Shape>, SealPictureError> {
    let count = limited("code", text, MAX_CODE)?;
    let pitch = 4.6_f64.min(72.0 / count.max(1) as f64);
    let first = -pitch * (count as f64 - 1.0) / 2.0;
    let frame = Frame { part: "code", height: 2_000.0, width: 2_000.0_f64.min(pitch * 600.0), radius: 18_000.0 };
    characters(
        text,
        fonts,
        |index, glyph| {
            let (sine, cosine) = sine_cosine(first + pitch * index as f64);
            glyph.place(&frame, (CENTRE + frame.radius * sine, CENTRE + frame.radius * cosine), (-sine, cosine))
        },
        frame.part,
    )
}

fn limited(part: &'static str, text: &str, most: usize) -> Result<usize, SealPictureError> {
    let actual = text.chars().count();
    if actual > most { Err(SealPictureError::TooLong { part, most, actual }) } else { Ok(actual) }
}

/// The box of a character on the seal.
struct Frame {
    part: &'static str,
    height: f64,
    width: f64,
    /// Distance of its middle from the seal's.
    radius: f64,
}

struct Outline {
    path: Vec<Segment>,
    /// Of the ink, in micrometres at [`DESIGN`].
    left: f64,
    right: f64,
}

/// Outlines are taken at this size and scaled from there.
const DESIGN: Um = Um(10_000);
/// The Ming face; the characters it lacks are looked for in the others.
const MING: FaceId = FaceId(3);

fn characters(
    text: &str,
    fonts: &FontLibrary,
    mut place: impl FnMut(usize, &Outline) -> Shape,
    part: &'static str,
) -> Result<Vec<Shape>, SealPictureError> {
    let refuse = |reason| SealPictureError::Text { part, reason };
    crate::text::check(fonts, Style::Hei, text).map_err(refuse)?;
    text.chars()
        .enumerate()
        .map(|(index, character)| {
            let outline = Outline::of(character, fonts).ok_or_else(|| refuse(TextError::NoGlyph { character }))?;
            Ok(place(index, &outline))
        })
        .collect()
}

impl Outline {
    /// `None`: no font draws it, or it is blank, which on a seal is a gap.
    fn of(character: char, fonts: &FontLibrary) -> Option<Self> {
        let ming = fonts.face(MING).and_then(|face| Some(face.outline(face.glyph_id(character)?, DESIGN)));
        let path = match ming.filter(|path| !path.is_empty()) {
            Some(path) => path,
            None => {
                let glyph = fonts.find(Style::Hei, character)?;
                fonts.face(glyph.face)?.outline(glyph.id, DESIGN)
            }
        };
        let xs = || points(&path).map(|point| f64::from(point.x.0));
        let (left, right) = (xs().reduce(f64::min)?, xs().reduce(f64::max)?);
        Some(Self { path, left, right })
    }

    /// The outline in its box, the box's middle at `at`, turned by the angle of this sine and cosine.
    fn place(&self, frame: &Frame, at: (f64, f64), (sine, cosine): (f64, f64)) -> Shape {
        let design = f64::from(DESIGN.0);
        let tall = frame.height / design;
        // A letter or digit is narrower than its box and stays so; a Chinese character fills it.
        let wide = (frame.width / design).min(frame.width / (self.right - self.left).max(1.0));
        let middle = (self.left + self.right) / 2.0;
        let move_point = |point: Point| {
            // The middle of the em square lies 0.38 em above the baseline.
            let (x, y) = ((f64::from(point.x.0) - middle) * wide, (f64::from(point.y.0) + design * 0.38) * tall);
            self::point(at.0 + x * cosine - y * sine, at.1 + x * sine + y * cosine)
        };
        let path = self
            .path
            .iter()
            .map(|segment| match *segment {
                Segment::Move(to) => Segment::Move(move_point(to)),
                Segment::Line(to) => Segment::Line(move_point(to)),
                Segment::Cubic(a, b, to) => Segment::Cubic(move_point(a), move_point(b), move_point(to)),
                Segment::Close => Segment::Close,
            })
            .collect();
        let stroke = Stroke { width: WEIGHT, colour: Rgb::SEAL_RED };
        Shape { path, fill: Some(Rgb::SEAL_RED), stroke: Some(stroke), alpha: 255 }
    }
}

fn points(path: &[Segment]) -> impl Iterator<Item = Point> + '_ {
    path.iter().filter_map(|segment| match segment {
        Segment::Move(to) | Segment::Line(to) | Segment::Cubic(_, _, to) => Some(*to),
        Segment::Close => None,
    })
}

fn point(x: f64, y: f64) -> Point {
    Point { x: Um(x.round() as i32), y: Um(y.round() as i32) }
}
