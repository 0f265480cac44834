//! A glyph as bytes of the `glyf` table (OpenType, "glyf"): simple, without a program.

use super::outline::{Grain, Pen};
use crate::font::Face;
use skrifa::raw::tables::glyf::CurvePoint;

/// A glyph of a cut font.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CutGlyph {
    /// Its entry in `glyf`, of even length; empty for a glyph without ink.
    pub(super) bytes: Box<[u8]>,
    /// Its extent.
    pub(super) extent: Extent,
    pub(super) points: u16,
    pub(super) contours: u16,
}

/// From the lowest to the highest of both coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Extent {
    pub(super) left: i16,
    pub(super) bottom: i16,
    pub(super) right: i16,
    pub(super) top: i16,
}

impl CutGlyph {
    /// A glyph of a face; empty when the face draws nothing for it.
    pub(crate) fn of(face: &Face, glyph: u16, grain: Grain) -> Self {
        let mut pen = Pen::new(face.units_per_em(), grain);
        if face.draw(glyph, &mut pen).is_none() {
            return Self::default();
        }
        Self::encode(&pen.simplified(grain)).unwrap_or_default()
    }

    /// `None` for no points, or more than a glyph can have.
    fn encode(contours: &[Vec<CurvePoint>]) -> Option<Self> {
        let all = || contours.iter().flatten();
        let extent = Extent {
            left: all().map(|point| point.x).min()?,
            bottom: all().map(|point| point.y).min()?,
            right: all().map(|point| point.x).max()?,
            top: all().map(|point| point.y).max()?,
        };
        let count = u16::try_from(contours.len()).ok().filter(|count| *count <= i16::MAX.unsigned_abs())?;
        let mut bytes: Vec<u8> = Vec::with_capacity(16 + 4 * all().count());
        bytes.extend(count.to_be_bytes());
        for number in [extent.left, extent.bottom, extent.right, extent.top] {
            bytes.extend(number.to_be_bytes());
        }
        let mut points: u16 = 0;
        for contour in contours {
            points = points.checked_add(u16::try_from(contour.len()).ok()?)?;
            bytes.extend(points.checked_sub(1)?.to_be_bytes());
        }
        const NO_PROGRAM: [u8; 2] = [0, 0];
        bytes.extend(NO_PROGRAM);
        let steps = Steps::of(all())?;
        for part in [repeated(&steps.flags), steps.across, steps.up] {
            bytes.extend(part);
        }
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        Some(Self { bytes: bytes.into_boxed_slice(), extent, points, contours: count })
    }
}

const ON_CURVE: u8 = 0x01;
const REPEAT: u8 = 0x08;

/// Flags and steps from point to point.
#[derive(Default)]
struct Steps {
    flags: Vec<u8>,
    across: Vec<u8>,
    up: Vec<u8>,
}

impl Steps {
    fn of<'a>(points: impl Iterator<Item = &'a CurvePoint>) -> Option<Self> {
        /// What says that a step takes one byte; the same two bits further, that it is positive, or none.
        const SHORT: [u8; 2] = [0x02, 0x04];
        const SAME_OR_POSITIVE: [u8; 2] = [0x10, 0x20];
        let mut steps = Self::default();
        let (mut x, mut y) = (0_i16, 0_i16);
        for point in points {
            let mut flags = if point.on_curve { ON_CURVE } else { 0 };
            let both = [(point.x.checked_sub(x)?, &mut steps.across), (point.y.checked_sub(y)?, &mut steps.up)];
            for ((step, into), (short, positive)) in both.into_iter().zip(SHORT.into_iter().zip(SAME_OR_POSITIVE)) {
                match u8::try_from(step.unsigned_abs()) {
                    Ok(0) => flags |= positive,
                    Ok(size) => {
                        flags |= if step > 0 { short | positive } else { short };
                        into.push(size);
                    }
                    Err(_) => into.extend(step.to_be_bytes()),
                }
            }
            steps.flags.push(flags);
            (x, y) = (point.x, point.y);
        }
        Some(steps)
    }
}

/// Flags that follow each other, once with their number; two of the same are as short without.
fn repeated(flags: &[u8]) -> Vec<u8> {
    const SHORTEST: usize = 3;
    const LONGEST: usize = 256;
    let same = flags.chunk_by(|left, right| left == right).flat_map(|run| run.chunks(LONGEST));
    let coded = same.flat_map(|run| match (run.first(), u8::try_from(run.len() - 1)) {
        (Some(&flag), Ok(more)) if run.len() >= SHORTEST => vec![flag | REPEAT, more],
        _ => run.to_vec(),
    });
    coded.collect()
}
