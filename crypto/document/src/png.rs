//! Pictures of pages: previews for desks, phones and the README. Glyphs are drawn from their outlines, stamps are laid over.

use crate::font::FontLibrary;
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Sheet, TextRun, Um};
use tiny_skia::{BlendMode, FillRule, FilterQuality, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Transform};

/// The most pixels of a picture: an A4 page at 300 dots per inch has 8.7 million, 35 MB in memory.
pub const MAX_PIXELS: u64 = 10_000_000;
/// The most pixels of a picture on a page: it is unpacked in memory.
pub const MAX_STAMP_PIXELS: u64 = 4_000_000;

/// A picture laid over the page: the seal.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Where.
    pub place: Rect,
    /// A PNG file.
    pub png: &'a [u8],
}

/// Why a page cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// Larger than [`MAX_PIXELS`], or nothing at all.
    #[error(
        "a picture of {width} by {height} pixels is not drawn; at most {MAX_PIXELS} pixels are. Ask for fewer dots per inch"
    )]
    Size {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// A stamp or image is no PNG that can be read.
    #[error("a picture on the page is no PNG file that can be read: {0}")]
    Picture(String),
    /// The PNG file could not be written.
    #[error("the PNG file could not be written: {0}")]
    Encoding(String),
}

/// Draws a page at some dots per inch, with its stamps.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    sheet: &Sheet,
    fonts: &FontLibrary,
    dots_per_inch: u16,
    stamps: &[Stamp<'_>],
) -> Result<Vec<u8>, RenderError> {
    let scale = f32::from(dots_per_inch) / 25_400.0;
    let dots = |length: Um| (f64::from(length.0.max(0)) * f64::from(dots_per_inch) / 25_400.0).round() as u64;
    let (width, height) = (dots(sheet.width), dots(sheet.height));
    let size = RenderError::Size { width, height };
    if width * height > MAX_PIXELS {
        return Err(size);
    }
    let (Ok(across), Ok(down)) = (u32::try_from(width), u32::try_from(height)) else { return Err(size) };
    let mut canvas = Canvas { pixels: Pixmap::new(across, down).ok_or(size)?, fonts, scale };
    canvas.pixels.fill(tiny_skia::Color::WHITE);
    for mark in sheet.form.iter().chain(&sheet.marks) {
        match mark {
            Mark::Text(run) => canvas.text(run),
            Mark::Shape(shape) => canvas.shape(shape),
            Mark::Image(image) => canvas.picture(image.place, &image.png, BlendMode::SourceOver)?,
        }
    }
    for stamp in stamps {
        // As ink does: what lies under the seal stays readable.
        canvas.picture(stamp.place, stamp.png, BlendMode::Multiply)?;
    }
    encode(&canvas.pixels)
}

struct Canvas<'a> {
    pixels: Pixmap,
    fonts: &'a FontLibrary,
    /// Pixels per micrometre.
    scale: f32,
}

impl Canvas<'_> {
    fn text(&mut self, run: &TextRun) {
        let Some(face) = self.fonts.face(run.face) else { return };
        let (x, y) = (run.origin.x.0 as f32, run.origin.y.0 as f32);
        let turn = Transform::from_rotate(run.turn as f32 / 1000.0);
        let mut builder = PathBuilder::new();
        let mut along = Um(0);
        for (character, advance) in run.text.chars().zip(&run.advances) {
            if let Some(glyph) = face.glyph_id(character) {
                trace(&mut builder, &face.outline(glyph, run.size), along);
            }
            along = along + *advance;
        }
        let Some(path) = builder.finish() else { return };
        let place = turn.post_translate(x, y).post_scale(self.scale, self.scale);
        self.pixels.fill_path(&path, &paint(run.colour, run.alpha), FillRule::Winding, place, None);
    }

    fn shape(&mut self, shape: &Shape) {
        let Some(path) = path(&shape.path) else { return };
        let place = Transform::from_scale(self.scale, self.scale);
        if let Some(colour) = shape.fill {
            self.pixels.fill_path(&path, &paint(colour, shape.alpha), FillRule::Winding, place, None);
        }
        if let Some(stroke) = shape.stroke {
            let pen = tiny_skia::Stroke { width: stroke.width.0 as f32, ..tiny_skia::Stroke::default() };
            self.pixels.stroke_path(&path, &paint(stroke.colour, shape.alpha), &pen, place, None);
        }
    }

    fn picture(&mut self, place: Rect, png: &[u8], blend_mode: BlendMode) -> Result<(), RenderError> {
        let picture = decode(png)?;
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let (x, y) = (place.x.0 as f32 * self.scale, place.y.0 as f32 * self.scale);
        let across = place.width.0 as f32 * self.scale / width;
        let down = place.height.0 as f32 * self.scale / height;
        let fit = Transform::from_scale(across, down).post_translate(x, y);
        let paint = PixmapPaint { quality: FilterQuality::Bilinear, blend_mode, ..PixmapPaint::default() };
        self.pixels.draw_pixmap(0, 0, picture.as_ref(), &paint, fit, None);
        Ok(())
    }
}

/// A PNG file of any kind as premultiplied pixels, its size bounded before anything is unpacked.
fn decode(bytes: &[u8]) -> Result<Pixmap, RenderError> {
    let refuse = |error: &dyn std::fmt::Display| RenderError::Picture(error.to_string());
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|error| refuse(&error))?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > MAX_STAMP_PIXELS {
        return Err(refuse(&format!("{width} by {height} pixels")));
    }
    let size = reader.output_buffer_size().ok_or_else(|| refuse(&"size"))?;
    let mut data = vec![0; size];
    let frame = reader.next_frame(&mut data).map_err(|error| refuse(&error))?;
    let mut pixels = Pixmap::new(width, height).ok_or_else(|| refuse(&"no pixels"))?;
    let samples = frame.color_type.samples();
    for (pixel, source) in pixels.pixels_mut().iter_mut().zip(data.chunks_exact(samples.max(1))) {
        let (red, green, blue, alpha) = match *source {
            [grey, alpha] => (grey, grey, grey, alpha),
            [red, green, blue, alpha] => (red, green, blue, alpha),
            _ => return Err(refuse(&"samples")),
        };
        *pixel = tiny_skia::ColorU8::from_rgba(red, green, blue, alpha).premultiply();
    }
    Ok(pixels)
}

fn encode(pixels: &Pixmap) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    let failed = |error: png::EncodingError| RenderError::Encoding(error.to_string());
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    // The page is opaque white below everything: no pixel is transparent.
    let data: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect();
    writer.write_image_data(&data).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

pub(crate) fn paint(colour: Rgb, alpha: u8) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(colour.0, colour.1, colour.2, alpha);
    paint
}

pub(crate) fn path(segments: &[Segment]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    trace(&mut builder, segments, Um(0));
    builder.finish()
}

fn trace(builder: &mut PathBuilder, segments: &[Segment], along: Um) {
    let at = |point: &Point| ((point.x + along).0 as f32, point.y.0 as f32);
    for segment in segments {
        match segment {
            Segment::Move(to) => {
                let (x, y) = at(to);
                builder.move_to(x, y);
            }
            Segment::Line(to) => {
                let (x, y) = at(to);
                builder.line_to(x, y);
            }
            Segment::Cubic(first, second, to) => {
                let ((x1, y1), (x2, y2), (x, y)) = (at(first), at(second), at(to));
                builder.cubic_to(x1, y1, x2, y2, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
}
