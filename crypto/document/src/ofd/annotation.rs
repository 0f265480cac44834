//! Annotated copies (加注件): a copy made for one use bears, across every page, what it is for, who made it and until when.

use super::metadata::readable_time;
use super::{OfdError, turn};
use crate::font::{FontLibrary, Style};
use crate::page::{Mark, Point, Rgb, Sheet, TextRun, Um};
use crate::text::{self, Hand};
use zhengku_ledger::ids::TimestampMs;

/// The longest cause: what the national sharing service takes (申请事由).
pub const MAX_CAUSE_CHARACTERS: usize = 200;
/// The longest name of a maker.
pub const MAX_MAKER_CHARACTERS: usize = 60;

/// For whom, for what and until when a copy was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Annotation {
    /// 制作者: who made the copy.
    pub maker: String,
    /// 事由: what it is for.
    pub cause: String,
    /// 有效期截止.
    pub expires: TimestampMs,
    /// 制作时间.
    pub created: TimestampMs,
}

/// Rising to the right by 30°.
const TURN: i32 = -30_000;
/// Light enough to read the face through.
const ALPHA: u8 = 64;
const GREY: Rgb = Rgb(90, 90, 90);
/// The sizes tried until the block fits the page, largest first.
const SIZES: [Um; 5] = [Um(4200), Um(3600), Um(3000), Um(2500), Um(2000)];
/// Characters on a line of the watermark.
const LINE_CHARACTERS: usize = 24;
const MARGIN: Um = Um(6000);
/// White between two blocks.
const GAP: Point = Point { x: Um(14_000), y: Um(8000) };
const FOOT_SIZE: Um = Um(2400);
const FOOT_MARGIN: Um = Um(8000);

impl Annotation {
    /// The watermark of a page: as many whole blocks as fit, and a line at the foot.
    pub(super) fn watermark(&self, sheet: &Sheet, fonts: &FontLibrary) -> Result<Vec<Mark>, OfdError> {
        self.check()?;
        let mut lines = vec![format!("事由：{}", self.cause), format!("制作：{}", self.maker)];
        lines.push(format!("有效期至：{}", readable_time(self.expires)));
        let lines: Vec<String> = lines.iter().flat_map(|line| wrap(line)).collect();
        let block = SIZES.iter().map(|&size| Block::lay_out(&lines, size, fonts));
        let mut smallest = None;
        for block in block {
            let block = block?;
            let fits = block.fits(sheet);
            smallest = Some(block);
            if fits {
                break;
            }
        }
        let mut marks = smallest.map(|block| block.tile(sheet)).unwrap_or_default();
        marks.extend(self.foot(sheet, fonts)?);
        Ok(marks)
    }

    fn check(&self) -> Result<(), OfdError> {
        let parts =
            [("the cause", &self.cause, MAX_CAUSE_CHARACTERS), ("the maker", &self.maker, MAX_MAKER_CHARACTERS)];
        for (part, text, limit) in parts {
            let actual = text.chars().count();
            if text.trim().is_empty() || actual > limit {
                return Err(OfdError::AnnotationLength { part, limit, actual });
            }
        }
        Ok(())
    }

    /// The same in a plain line at the foot, broken where the page ends, the last line lowest.
    fn foot(&self, sheet: &Sheet, fonts: &FontLibrary) -> Result<Vec<Mark>, OfdError> {
        let (created, expires) = (readable_time(self.created), readable_time(self.expires));
        let line = format!(
            "加注件 Annotated copy  制作：{}  事由：{}  制作时间：{created}  有效期至：{expires}",
            self.maker, self.cause
        );
        let room = sheet.width - FOOT_MARGIN - FOOT_MARGIN;
        let mut rows: Vec<(String, Um)> = vec![(String::new(), Um(0))];
        for character in line.chars() {
            let width =
                text::width(fonts, Style::Hei, FOOT_SIZE, character.encode_utf8(&mut [0; 4])).map_err(refused)?;
            match rows.last_mut() {
                Some((row, end)) if end.0 + width.0 <= room.0 => {
                    row.push(character);
                    *end = *end + width;
                }
                _ => rows.push((character.to_string(), width)),
            }
        }
        let mut y = sheet.height - Um(4000);
        let mut marks = Vec::new();
        for (row, _) in rows.iter().rev() {
            let hand = Hand { style: Style::Hei, size: FOOT_SIZE, colour: Rgb::BLACK };
            let (runs, _) = text::line(fonts, hand, Point { x: FOOT_MARGIN, y }, row).map_err(refused)?;
            marks.extend(runs.into_iter().map(Mark::Text));
            y = y - Um(FOOT_SIZE.0 * 13 / 10);
        }
        Ok(marks)
    }
}

fn refused(reason: text::TextError) -> OfdError {
    OfdError::AnnotationText { part: "the cause or the maker", reason }
}

fn wrap(line: &str) -> Vec<String> {
    let characters: Vec<char> = line.chars().collect();
    characters.chunks(LINE_CHARACTERS).map(|chunk| chunk.iter().collect()).collect()
}

/// The turned lines of one watermark, as if its box began at the page's upper left corner.
struct Block {
    runs: Vec<TextRun>,
    width: Um,
    height: Um,
}

impl Block {
    fn lay_out(lines: &[String], size: Um, fonts: &FontLibrary) -> Result<Self, OfdError> {
        let mut runs = Vec::new();
        let hand = Hand { style: Style::Hei, size, colour: GREY };
        for (row, line) in (0..).zip(lines) {
            let baseline = Point { x: Um(0), y: Um(size.0.saturating_mul(14 * row) / 10) };
            let (straight, _) = text::line(fonts, hand, baseline, line).map_err(refused)?;
            for mut run in straight {
                run.origin = turn::turned(run.origin, TURN);
                run.turn = TURN;
                run.alpha = ALPHA;
                runs.push(run);
            }
        }
        let places: Vec<_> = runs.iter().map(|run| turn::place(run).boundary).collect();
        let left = places.iter().map(|place| place.x).min().unwrap_or_default();
        let top = places.iter().map(|place| place.y).min().unwrap_or_default();
        let right = places.iter().map(|place| place.x + place.width).max().unwrap_or_default();
        let bottom = places.iter().map(|place| place.y + place.height).max().unwrap_or_default();
        for run in &mut runs {
            run.origin = Point { x: run.origin.x - left, y: run.origin.y - top };
        }
        Ok(Self { runs, width: right - left, height: bottom - top })
    }

    fn fits(&self, sheet: &Sheet) -> bool {
        self.width <= sheet.width - MARGIN - MARGIN && self.height <= sheet.height - MARGIN - MARGIN
    }

    /// Rows and columns of whole blocks, spread evenly over the page.
    fn tile(&self, sheet: &Sheet) -> Vec<Mark> {
        let mut marks = Vec::new();
        for y in spread(sheet.height, self.height, GAP.y) {
            for x in spread(sheet.width, self.width, GAP.x) {
                marks.extend(self.runs.iter().map(|run| {
                    let origin = Point { x: run.origin.x + x, y: run.origin.y + y };
                    Mark::Text(TextRun { origin, ..run.clone() })
                }));
            }
        }
        marks
    }
}

/// Where blocks of a length begin on a page of a length.
fn spread(page: Um, block: Um, gap: Um) -> Vec<Um> {
    let room = page.0 - 2 * MARGIN.0 - block.0;
    let count = if room <= 0 { 1 } else { 1 + room / (block.0 + gap.0).max(1) };
    let rest = page.0 - count * block.0;
    // The white left over, in equal parts before, between and after.
    let white = rest / (count + 1);
    (0..count).map(|index| Um(white + index * (block.0 + white))).collect()
}
