//! The PDF/A twin of a licence: the same sheets as PDF/A-3a (ISO 19005-3), its fonts as subsets, its text tagged, `licence.json`
//! attached as the data behind it. The library's validator is on: what breaks a rule of the standard is no file but an error.
//!
//! The twin carries no seal signature: the sealed original is the OFD file. The seal's picture on it is a picture.

use crate::font::{FaceId, FontLibrary};
use crate::licence::LicenceData;
use crate::page::{Image, Mark, Point, Rect, Rgb, Segment, Shape, Sheet, TextRun, Um};
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag, Tag, TagGroup, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use std::collections::BTreeMap;
use zhengku_ledger::ids::{Date, TimestampMs};

/// The seal's picture on a page.
#[derive(Clone, Copy, Debug)]
pub struct PdfStamp<'a> {
    /// The page, from 0.
    pub page: usize,
    /// What is drawn, in coordinates of the page: [`SealPicture::placed`](crate::seal_picture::SealPicture::placed), or an image.
    pub marks: &'a [Mark],
}

/// Why there is no PDF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The time is none of the years 0001 to 9999.
    #[error("a PDF cannot be dated {0} milliseconds after 1970")]
    Time(u64),
    /// A page without an area.
    #[error("page {0} has no area")]
    Page(usize),
    /// A font that the PDF library does not take.
    #[error("the font {0} cannot be written into a PDF")]
    Font(&'static str),
    /// An image that is no PNG.
    #[error("a picture on page {page} cannot be written into a PDF: {reason}")]
    Picture {
        /// The page, from 1.
        page: usize,
        /// Why.
        reason: String,
    },
    /// The file would break a rule of PDF/A-3a, or could not be written.
    #[error("the PDF would not be PDF/A-3a: {0}")]
    NotArchival(String),
}

/// Writes the PDF/A-3a of a licence. The same arguments give the same bytes.
///
/// # Errors
/// [`PdfError`].
pub fn write(
    sheets: &[Sheet],
    data: &LicenceData,
    fonts: &FontLibrary,
    created: TimestampMs,
    stamp: Option<PdfStamp<'_>>,
) -> Result<Vec<u8>, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .finish()
        .map_err(|error| PdfError::NotArchival(format!("{error:?}")))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let date = date_time(created)?;
    document.set_metadata(metadata(data, date));
    let mut tags = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
    let mut writer = Writer { fonts, open: BTreeMap::new() };
    for (index, sheet) in sheets.iter().enumerate() {
        let settings =
            PageSettings::from_wh(points(sheet.width), points(sheet.height)).ok_or(PdfError::Page(index + 1))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let drawn = writer.sheet(&mut surface, sheet, &mut tags).and_then(|()| match stamp {
            Some(stamp) if stamp.page == index => writer.stamp(&mut surface, stamp.marks, &mut tags),
            _ => Ok(()),
        });
        surface.finish();
        page.finish();
        drawn.map_err(|error| error.on_page(index + 1))?;
    }
    document.set_tag_tree(tags);
    if document.embed_file(attachment(data, date)).is_none() {
        return Err(PdfError::NotArchival("licence.json was not attached".to_owned()));
    }
    document.finish().map_err(|error| PdfError::NotArchival(format!("{error:?}")))
}

/// The language of a licence (BCP 47).
const LANGUAGE: &str = "zh-CN";
/// The name of the attachment, as inside the OFD package.
const ATTACHMENT: &str = "licence.json";

fn metadata(data: &LicenceData, date: DateTime) -> Metadata {
    Metadata::new()
        .title(format!("{} {}", data.licence_type, data.licence_number))
        .description(format!("证照标识 {}", data.licence_identifier))
        .authors(vec![data.issuer.clone()])
        .language(LANGUAGE.to_owned())
        .creator("证库".to_owned())
        .creation_date(date)
        .document_id(data.licence_identifier.clone())
}

fn attachment(data: &LicenceData, date: DateTime) -> EmbeddedFile {
    EmbeddedFile {
        path: ATTACHMENT.to_owned(),
        mime_type: MimeType::new("application/json"),
        description: Some("证照数据 (fields of the licence with their salts)".to_owned()),
        association_kind: AssociationKind::Data,
        data: data.to_json().into(),
        modification_date: Some(date),
        compress: Some(true),
        location: None,
    }
}

/// In Beijing time.
fn date_time(time: TimestampMs) -> Result<DateTime, PdfError> {
    let refused = PdfError::Time(time.0);
    let seconds = (time.0 / 1000).saturating_add(8 * 3600);
    let days = i32::try_from(seconds / 86_400).map_err(|_| refused.clone())?;
    let date = Date(days);
    if !date.is_four_digit_year() {
        return Err(refused);
    }
    let (year, month, day) = date.civil();
    let second = seconds % 86_400;
    let small = |value: u64| u8::try_from(value).unwrap_or(0);
    let part = |value: i64| u8::try_from(value).unwrap_or(1);
    Ok(DateTime::new(u16::try_from(year).map_err(|_| refused)?)
        .month(part(month))
        .day(part(day))
        .hour(small(second / 3600))
        .minute(small(second / 60 % 60))
        .second(small(second % 60))
        .utc_offset_hour(8)
        .utc_offset_minute(0))
}

struct Writer<'a> {
    fonts: &'a FontLibrary,
    open: BTreeMap<FaceId, Font>,
}

/// What went wrong on a page, before its number is known.
enum Trouble {
    Font(&'static str),
    Picture(String),
}

impl Trouble {
    fn on_page(self, page: usize) -> PdfError {
        match self {
            Self::Font(name) => PdfError::Font(name),
            Self::Picture(reason) => PdfError::Picture { page, reason },
        }
    }
}

impl Writer<'_> {
    fn sheet(&mut self, surface: &mut Surface<'_>, sheet: &Sheet, tags: &mut TagTree) -> Result<(), Trouble> {
        for mark in &sheet.form {
            self.artifact(surface, mark)?;
        }
        for mark in &sheet.marks {
            match mark {
                // Face text; watermarks are turned or pale.
                Mark::Text(run) if run.turn == 0 && run.alpha == 255 => {
                    let spaced = self.is_spaced(run).then_some(run.text.as_str());
                    let tag = SpanTag::empty().with_actual_text(spaced);
                    let id = surface.start_tagged(ContentTag::Span(tag));
                    let drawn = self.text(surface, run);
                    surface.end_tagged();
                    tags.push(TagGroup::with_children(Tag::P, vec![id.into()]));
                    drawn?;
                }
                mark => self.artifact(surface, mark)?,
            }
        }
        Ok(())
    }

    /// The seal's picture, a figure for those who listen; what lies under it stays readable.
    fn stamp(&mut self, surface: &mut Surface<'_>, marks: &[Mark], tags: &mut TagTree) -> Result<(), Trouble> {
        let id = surface.start_tagged(ContentTag::Other);
        surface.push_blend_mode(krilla::blend::BlendMode::Multiply);
        let drawn = marks.iter().try_for_each(|mark| self.mark(surface, mark));
        surface.pop();
        surface.end_tagged();
        tags.push(TagGroup::with_children(Tag::Figure(Some("电子印章图形".to_owned())), vec![id.into()]));
        drawn
    }

    fn artifact(&mut self, surface: &mut Surface<'_>, mark: &Mark) -> Result<(), Trouble> {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
        let drawn = self.mark(surface, mark);
        surface.end_tagged();
        drawn
    }

    fn mark(&mut self, surface: &mut Surface<'_>, mark: &Mark) -> Result<(), Trouble> {
        match mark {
            Mark::Text(run) => self.text(surface, run),
            Mark::Shape(shape) => {
                draw_shape(surface, shape);
                Ok(())
            }
            Mark::Image(image) => draw_image(surface, image),
        }
    }

    fn text(&mut self, surface: &mut Surface<'_>, run: &TextRun) -> Result<(), Trouble> {
        let font = self.font(run.face)?;
        let Some(face) = self.fonts.face(run.face) else { return Err(Trouble::Font("unknown")) };
        let em = run.size.0.max(1) as f32;
        let glyphs: Vec<KrillaGlyph> = run
            .text
            .char_indices()
            .zip(&run.advances)
            .map(|((at, character), advance)| {
                let id = GlyphId::new(face.glyph_id(character).unwrap_or(0).into());
                KrillaGlyph::new(id, advance.0 as f32 / em, 0.0, 0.0, 0.0, at..at + character.len_utf8(), None)
            })
            .collect();
        surface.set_stroke(None);
        surface.set_fill(Some(fill(run.colour, run.alpha)));
        let origin = at(run.origin);
        if run.turn == 0 {
            surface.draw_glyphs(origin, &glyphs, font, &run.text, points(run.size), false);
        } else {
            surface.push_transform(&Transform::from_rotate_at(run.turn as f32 / 1000.0, origin.x, origin.y));
            surface.draw_glyphs(origin, &glyphs, font, &run.text, points(run.size), false);
            surface.pop();
        }
        Ok(())
    }

    /// Whether a run is set wide: readers would put spaces between its characters.
    fn is_spaced(&self, run: &TextRun) -> bool {
        let first = run.text.chars().next();
        let natural = first.and_then(|character| self.fonts.face(run.face)?.advance(character, run.size));
        run.advances.first().zip(natural).is_some_and(|(set, natural)| *set > natural)
    }

    fn font(&mut self, id: FaceId) -> Result<Font, Trouble> {
        if let Some(font) = self.open.get(&id) {
            return Ok(font.clone());
        }
        let face = self.fonts.face(id).ok_or(Trouble::Font("unknown"))?;
        let (bytes, index) = face.file();
        let font = Font::new(bytes.clone().into(), index).ok_or(Trouble::Font(face.name()))?;
        self.open.insert(id, font.clone());
        Ok(font)
    }
}

fn draw_shape(surface: &mut Surface<'_>, shape: &Shape) {
    let mut builder = PathBuilder::new();
    for segment in &shape.path {
        match segment {
            Segment::Move(to) => builder.move_to(points(to.x), points(to.y)),
            Segment::Line(to) => builder.line_to(points(to.x), points(to.y)),
            Segment::Cubic(first, second, to) => builder.cubic_to(
                points(first.x),
                points(first.y),
                points(second.x),
                points(second.y),
                points(to.x),
                points(to.y),
            ),
            Segment::Close => builder.close(),
        }
    }
    let Some(path) = builder.finish() else { return };
    surface.set_fill(shape.fill.map(|colour| fill(colour, shape.alpha)));
    surface.set_stroke(shape.stroke.map(|stroke| Stroke {
        paint: colour(stroke.colour).into(),
        width: points(stroke.width),
        opacity: opacity(shape.alpha),
        ..Stroke::default()
    }));
    surface.draw_path(&path);
}

fn draw_image(surface: &mut Surface<'_>, image: &Image) -> Result<(), Trouble> {
    let Rect { x, y, width, height } = image.place;
    let size = Size::from_wh(points(width), points(height)).ok_or_else(|| Trouble::Picture("no area".to_owned()))?;
    let picture = krilla::image::Image::from_png(image.png.clone().into(), false).map_err(Trouble::Picture)?;
    surface.push_transform(&Transform::from_translate(points(x), points(y)));
    surface.draw_image(picture, size);
    surface.pop();
    Ok(())
}

fn fill(rgb: Rgb, alpha: u8) -> Fill {
    Fill { paint: colour(rgb).into(), opacity: opacity(alpha), rule: FillRule::NonZero }
}

fn colour(rgb: Rgb) -> krilla::color::rgb::Color {
    krilla::color::rgb::Color::new(rgb.0, rgb.1, rgb.2)
}

fn opacity(alpha: u8) -> NormalizedF32 {
    NormalizedF32::new(f32::from(alpha) / 255.0).unwrap_or(NormalizedF32::ONE)
}

fn at(point: Point) -> krilla::geom::Point {
    krilla::geom::Point::from_xy(points(point.x), points(point.y))
}

/// Points of 1/72 inch.
fn points(length: Um) -> f32 {
    (f64::from(length.0) * 72.0 / 25_400.0) as f32
}
