//! The page model: what is drawn where, before any file format. Origin at the top left, x to the right, y down, micrometres.

/// The most pages of a licence file, for composing, writing and reading alike. A licence has one or two; 64 hold about 250 KiB of
/// Chinese text, and a reader's work stays bounded.
pub const MAX_PAGES: usize = 64;

/// A length or coordinate in micrometres: whole numbers, so that every machine writes the same digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Um(pub i32);

impl Um {
    /// Millimetres.
    #[must_use]
    pub const fn mm(millimetres: i32) -> Self {
        Self(millimetres.saturating_mul(1000))
    }

    /// As millimetres, for libraries that draw with floating point.
    #[must_use]
    pub fn as_mm(self) -> f32 {
        // Exact up to 16 metres: 2^24 micrometres.
        self.0 as f32 / 1000.0
    }
}

impl std::ops::Add for Um {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Um {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// A point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: Um,
    /// Down.
    pub y: Um,
}

/// A rectangle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rect {
    /// Left edge.
    pub x: Um,
    /// Upper edge.
    pub y: Um,
    /// Width.
    pub width: Um,
    /// Height.
    pub height: Um,
}

/// A colour, opaque sRGB.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Ink.
    pub const BLACK: Self = Self(0, 0, 0);
    /// The red of a seal (GB/T 38540 leaves it open; seals are 255,0,0 in practice).
    pub const SEAL_RED: Self = Self(255, 0, 0);
}

/// One page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// Width.
    pub width: Um,
    /// Height.
    pub height: Um,
    /// What belongs to the form and is the same on every licence of the type (OFD: a template page).
    pub form: Vec<Mark>,
    /// What this licence says.
    pub marks: Vec<Mark>,
}

/// Something drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Characters of one font face on one line.
    Text(TextRun),
    /// A filled or stroked outline.
    Shape(Shape),
    /// A picture.
    Image(Image),
}

/// Characters of one face, one size and one colour on one baseline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextRun {
    /// The face in the [`FontLibrary`](crate::font::FontLibrary).
    pub face: crate::font::FaceId,
    /// Height of the em square.
    pub size: Um,
    /// Where the baseline of the first character begins.
    pub origin: Point,
    /// The colour.
    pub colour: Rgb,
    /// 255 = opaque; less for watermarks.
    pub alpha: u8,
    /// The characters.
    pub text: String,
    /// The advance of each character, as many as `text` has.
    pub advances: Vec<Um>,
    /// Rotation clockwise in thousandths of a degree around the origin (watermarks, seal texts); 0 for all face text.
    pub turn: i32,
}

/// An outline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Its segments; the first is [`Segment::Move`].
    pub path: Vec<Segment>,
    /// Fill colour (non-zero winding).
    pub fill: Option<Rgb>,
    /// Stroke.
    pub stroke: Option<Stroke>,
    /// 255 = opaque.
    pub alpha: u8,
}

/// How an outline is stroked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stroke {
    /// Line width.
    pub width: Um,
    /// Colour.
    pub colour: Rgb,
}

/// A step of an outline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Segment {
    /// Begin a contour.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Cubic(Point, Point, Point),
    /// Close the contour.
    Close,
}

/// A picture as a PNG file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image {
    /// Where it stands.
    pub place: Rect,
    /// The file.
    pub png: Vec<u8>,
}
