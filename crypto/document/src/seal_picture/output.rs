//! A seal's picture as PNG and SVG files. The PNG goes into every sealed licence: four shades and a palette keep it small.

use super::{SEAL_SIDE, SealPicture};
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Stroke, Um};
use crate::png::{paint, path};
use std::fmt::Write;
use tiny_skia::{FillRule, Pixmap, Transform};

/// The most dots per inch of a seal's PNG: 993 pixels across, more than any printer of an office shows.
pub const MAX_DOTS_PER_INCH: u16 = 600;
/// Shades between ground and red, as alpha.
const SHADES: [u8; 4] = [0, 85, 170, 255];

/// What is behind the seal in a PNG.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// Nothing: the page shines through.
    Transparent,
    /// White, for readers that paint transparency black.
    White,
}

/// Why no PNG was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Zero or more than [`MAX_DOTS_PER_INCH`].
    #[error("a seal is not drawn at {0} dots per inch; 1 to {MAX_DOTS_PER_INCH} are possible")]
    Resolution(u16),
    /// The PNG file could not be written.
    #[error("the PNG file could not be written: {0}")]
    Encoding(String),
}

impl SealPicture {
    /// The picture moved and scaled into a square place on a page.
    #[must_use]
    pub fn placed(&self, place: Rect) -> Vec<Mark> {
        let scaled = |length: Um| {
            let product = i64::from(length.0) * i64::from(place.width.0);
            Um(i32::try_from(product / i64::from(SEAL_SIDE.0)).unwrap_or(0))
        };
        let at = |point: Point| Point { x: place.x + scaled(point.x), y: place.y + scaled(point.y) };
        let step = |segment: &Segment| match *segment {
            Segment::Move(to) => Segment::Move(at(to)),
            Segment::Line(to) => Segment::Line(at(to)),
            Segment::Cubic(first, second, to) => Segment::Cubic(at(first), at(second), at(to)),
            Segment::Close => Segment::Close,
        };
        let shape = |shape: &Shape| Shape {
            path: shape.path.iter().map(step).collect(),
            fill: shape.fill,
            stroke: shape.stroke.map(|stroke| Stroke { width: scaled(stroke.width), ..stroke }),
            alpha: shape.alpha,
        };
        self.shapes().map(|each| Mark::Shape(shape(each))).collect()
    }

    /// A PNG file of four shades. 300 dots per inch give 496 pixels across.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn to_png(&self, dots_per_inch: u16, ground: Ground) -> Result<Vec<u8>, PictureError> {
        let side = (f64::from(SEAL_SIDE.0) * f64::from(dots_per_inch) / 25_400.0).round() as u32;
        let refused = PictureError::Resolution(dots_per_inch);
        if dots_per_inch > MAX_DOTS_PER_INCH {
            return Err(refused);
        }
        let mut pixels = Pixmap::new(side, side).ok_or(refused)?;
        let scale = Transform::from_scale(side as f32 / SEAL_SIDE.0 as f32, side as f32 / SEAL_SIDE.0 as f32);
        let red = paint(Rgb::SEAL_RED, 255);
        for shape in self.shapes() {
            let Some(path) = path(&shape.path) else { continue };
            if shape.fill.is_some() {
                pixels.fill_path(&path, &red, FillRule::Winding, scale, None);
            }
            if let Some(stroke) = shape.stroke {
                let pen = tiny_skia::Stroke { width: stroke.width.0 as f32, ..tiny_skia::Stroke::default() };
                pixels.stroke_path(&path, &red, &pen, scale, None);
            }
        }
        encode(&pixels, ground)
    }

    /// An SVG file of the seal's own size.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let (side, mm) = (SEAL_SIDE.0, SEAL_SIDE.0 / 1000);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{mm}mm\" height=\"{mm}mm\" viewBox=\"0 0 {side} {side}\">\n"
        );
        for shape in self.shapes() {
            let fill = shape.fill.map_or_else(|| "none".to_owned(), hex);
            let (stroke, width) = shape.stroke.map_or(("none".to_owned(), 0), |s| (hex(s.colour), s.width.0));
            let data = path_data(&shape.path);
            // Writing to a string cannot fail.
            let _ = writeln!(svg, "<path d=\"{data}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{width}\"/>");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn hex(colour: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.0, colour.1, colour.2)
}

fn path_data(path: &[Segment]) -> String {
    let mut data = String::new();
    for segment in path {
        let _ = match segment {
            Segment::Move(to) => write!(data, "M{} {}", to.x.0, to.y.0),
            Segment::Line(to) => write!(data, "L{} {}", to.x.0, to.y.0),
            Segment::Cubic(a, b, to) => {
                write!(data, "C{} {} {} {} {} {}", a.x.0, a.y.0, b.x.0, b.y.0, to.x.0, to.y.0)
            }
            Segment::Close => write!(data, "Z"),
        };
    }
    data
}

fn encode(pixels: &Pixmap, ground: Ground) -> Result<Vec<u8>, PictureError> {
    let failed = |error: png::EncodingError| PictureError::Encoding(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Two);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    match ground {
        Ground::Transparent => {
            encoder.set_palette(SHADES.iter().flat_map(|_| [255, 0, 0]).collect::<Vec<u8>>());
            encoder.set_trns(SHADES.as_slice());
        }
        Ground::White => {
            encoder.set_palette(SHADES.iter().flat_map(|shade| [255, 255 - shade, 255 - shade]).collect::<Vec<u8>>())
        }
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&packed(pixels)).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Two bits a pixel, four pixels a byte, each row from a new byte.
fn packed(pixels: &Pixmap) -> Vec<u8> {
    let width = pixels.width() as usize;
    let mut data = Vec::with_capacity(pixels.height() as usize * width.div_ceil(4));
    for row in pixels.pixels().chunks(width.max(1)) {
        for four in row.chunks(4) {
            let byte = four.iter().enumerate().fold(0_u8, |byte, (index, pixel)| {
                let shade = (u16::from(pixel.alpha()) + 42) / 85;
                byte | ((shade as u8) << (6 - 2 * index))
            });
            data.push(byte);
        }
    }
    data
}
