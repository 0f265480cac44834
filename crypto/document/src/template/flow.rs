//! The fields of a face over as many pages as they need: the largest size that lets all stand on the first page, else the smallest
//! one over several.

use super::layout::Layout;
use super::measure::{Ink, Paragraph};
use super::{ComposeError, PlacedField};
use crate::page::{MAX_PAGES, Mark, Point, Rect, Segment, Um};
use std::ops::Range;

/// A label and its value.
pub(super) struct Row {
    /// Key of the field; none for what is no field (validity, holders).
    pub(super) key: Option<String>,
    pub(super) label: Paragraph,
    pub(super) value: Vec<Paragraph>,
}

/// What stands on each page, and where each field's characters are.
pub(super) struct Flowed {
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) fields: Vec<PlacedField>,
}

pub(super) fn flow(layout: &Layout, rows: &[Row]) -> Result<Flowed, ComposeError> {
    let plan = plan(layout, rows);
    let mut writer = Writer::new(layout, rows, &plan);
    for band in &plan.bands {
        writer.band(band)?;
    }
    Ok(writer.finish())
}

/// The largest size at which all stands on the first page with no number torn apart; else the largest at which it stands there;
/// else the smallest.
fn plan(layout: &Layout, rows: &[Row]) -> Plan {
    let mut size = layout.sizes.largest;
    let mut fitting = None;
    loop {
        let plan = Plan::new(layout, rows, size);
        let fits = plan.height() <= layout.first.height;
        if fits && !plan.torn {
            return plan;
        }
        let last = size <= layout.sizes.smallest;
        size = Um((size - layout.sizes.step).0.max(layout.sizes.smallest.0));
        match (fits, last) {
            (_, true) => return fitting.unwrap_or(plan),
            (true, false) => fitting = fitting.or(Some(plan)),
            (false, false) => {}
        }
    }
}

/// Cells beside one another.
struct Band {
    cells: Vec<Cell>,
    lines: usize,
}

struct Cell {
    row: usize,
    /// Left edge from the area's left edge, and whole width.
    x: Um,
    width: Um,
    label: Vec<Range<usize>>,
    /// Paragraph and its characters.
    value: Vec<(usize, Range<usize>)>,
}

struct Plan {
    size: Um,
    leading: Um,
    padding: Um,
    label_width: Um,
    /// Space between the edge of a cell and its text.
    side: Um,
    bands: Vec<Band>,
    /// A word or number had to take the whole width, or to be broken.
    torn: bool,
}

/// Values of more lines than this take the whole width.
const LINES_IN_COLUMN: usize = 2;

impl Plan {
    fn new(layout: &Layout, rows: &[Row], size: Um) -> Self {
        let part = |tenths: i32| Um(size.0.saturating_mul(tenths) / 10);
        let ruled = layout.ruled;
        let mut plan = Self {
            size,
            leading: part(14),
            padding: part(if ruled { 11 } else { 5 }),
            label_width: rows
                .iter()
                .map(|row| row.label.width(size))
                .max()
                .unwrap_or_default()
                .clamp(part(40), part(layout.label_ems)),
            side: if ruled { part(6) } else { Um(0) },
            bands: Vec::new(),
            torn: false,
        };
        let whole = layout.first.width;
        let gap = if ruled { Um(0) } else { part(20) };
        let columns = i32::try_from(layout.columns).unwrap_or(1).max(1);
        let column = Um((whole.0 - gap.0 * (columns - 1)) / columns);
        let mut open: Vec<Cell> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let x = Um((column + gap).0 * i32::try_from(open.len()).unwrap_or(0));
            let cell = plan.cell(index, row, x, column);
            let torn = row.value.iter().any(|text| text.longest_word(size) > plan.room(column));
            plan.torn |= torn;
            if layout.columns > 1 && (torn || cell.lines() > LINES_IN_COLUMN || row.value.len() > 1) {
                plan.close(&mut open, whole);
                let cell = plan.cell(index, row, Um(0), whole);
                plan.bands.push(Band { lines: cell.lines(), cells: vec![cell] });
                continue;
            }
            open.push(cell);
            if open.len() == layout.columns {
                plan.close(&mut open, whole);
            }
        }
        plan.close(&mut open, whole);
        plan
    }

    fn cell(&self, index: usize, row: &Row, x: Um, width: Um) -> Cell {
        let label = row.label.lines(self.size, self.label_width);
        let room = self.room(width);
        let value = row
            .value
            .iter()
            .enumerate()
            .flat_map(|(paragraph, text)| text.lines(self.size, room).into_iter().map(move |line| (paragraph, line)))
            .collect();
        Cell { row: index, x, width, label, value }
    }

    /// Ends a band; a cell alone in it is widened to the whole.
    fn close(&mut self, open: &mut Vec<Cell>, whole: Um) {
        let mut cells = std::mem::take(open);
        if let [only] = cells.as_mut_slice() {
            only.width = whole;
        }
        let lines = cells.iter().map(Cell::lines).max().unwrap_or(0);
        if !cells.is_empty() {
            self.bands.push(Band { cells, lines });
        }
    }

    /// What a value has of a cell's width.
    fn room(&self, width: Um) -> Um {
        width - self.label_width - self.between() - self.side
    }

    /// From a label's room to its value, the cell's left edge included.
    fn between(&self) -> Um {
        if self.side.0 > 0 { Um(self.side.0 * 3) } else { Um(self.size.0) }
    }

    fn height_of(&self, lines: usize) -> Um {
        let lines = i32::try_from(lines).unwrap_or(i32::MAX);
        Um(self.leading.0.saturating_mul(lines).saturating_add(self.padding.0))
    }

    fn height(&self) -> Um {
        self.bands.iter().fold(Um(0), |sum, band| sum + self.height_of(band.lines))
    }
}

impl Cell {
    fn lines(&self) -> usize {
        self.value.len().max(self.label.len()).max(1)
    }

    /// The label beside `count` lines from line `from`: its own lines there, or the whole again beside a value that goes on.
    fn label_at(&self, from: usize, count: usize) -> &[Range<usize>] {
        if from >= self.label.len() {
            return if from < self.value.len() && self.label.len() <= count { &self.label } else { &[] };
        }
        self.label.get(from..self.label.len().min(from + count)).unwrap_or_default()
    }
}

struct Writer<'a> {
    layout: &'a Layout,
    rows: &'a [Row],
    plan: &'a Plan,
    pages: Vec<Vec<Mark>>,
    rules: Vec<Segment>,
    fields: Vec<PlacedField>,
    y: Um,
    /// Added to every band when all stand on the first page.
    extra: Um,
}

/// A band is divided between pages only when it has more lines than [`WHOLE_LINES`] and at least [`FIRST_LINES`] fit.
const WHOLE_LINES: usize = 6;
const FIRST_LINES: usize = 4;

impl<'a> Writer<'a> {
    fn new(layout: &'a Layout, rows: &'a [Row], plan: &'a Plan) -> Self {
        let left = (layout.first.height - plan.height()).0.max(0);
        let bands = i32::try_from(plan.bands.len()).unwrap_or(i32::MAX).max(1);
        let extra = (left / bands).min(layout.sizes.spread.0);
        // What the rows do not take is left below a table and around free rows.
        let above = if layout.ruled { 0 } else { (left - extra * bands) / 3 };
        Self {
            layout,
            rows,
            plan,
            pages: vec![Vec::new()],
            rules: Vec::new(),
            fields: Vec::new(),
            y: layout.first.y + Um(above),
            extra: Um(extra),
        }
    }

    fn area(&self) -> Rect {
        if self.pages.len() == 1 { self.layout.first } else { self.layout.more }
    }

    fn band(&mut self, band: &Band) -> Result<(), ComposeError> {
        let mut from = 0;
        while from < band.lines {
            let area = self.area();
            let room = area.y + area.height - self.y;
            let left = band.lines - from;
            if self.plan.height_of(left) + self.extra <= room {
                self.lines(band, from, left, self.extra);
                return Ok(());
            }
            let fitting = usize::try_from((room - self.plan.padding).0 / self.plan.leading.0.max(1)).unwrap_or(0);
            let fresh = self.y == area.y;
            if fresh || (left > WHOLE_LINES && fitting >= FIRST_LINES) {
                let lines = fitting.clamp(1, left);
                self.lines(band, from, lines, Um(0));
                from += lines;
            }
            if from < band.lines {
                self.next_page()?;
            }
        }
        Ok(())
    }

    fn next_page(&mut self) -> Result<(), ComposeError> {
        self.end_rules();
        if self.pages.len() >= MAX_PAGES {
            return Err(ComposeError::TooLong);
        }
        self.pages.push(Vec::new());
        if self.pages.len() == self.layout.closing_page + 1 {
            // The back of a card is taken by issuer, date and code.
            self.pages.push(Vec::new());
        }
        self.y = self.layout.more.y;
        self.extra = Um(0);
        Ok(())
    }

    /// Writes lines of a band, its rules, and goes on below it.
    fn lines(&mut self, band: &Band, from: usize, count: usize, extra: Um) {
        let height = self.plan.height_of(count) + extra;
        for cell in &band.cells {
            let Some(row) = self.rows.get(cell.row) else { continue };
            let x = self.area().x + cell.x;
            self.rule_cell(cell, x, height);
            let label = cell.label_at(from, count);
            self.label(row, label, Point { x: x + self.plan.side, y: self.middle(height, label.len()) });
            let lines = cell.value.get(from..cell.value.len().min(from + count)).unwrap_or_default();
            let left = x + self.plan.label_width + self.plan.between();
            let baseline = self.middle(height, lines.len());
            self.value(row, lines, Point { x: left, y: baseline });
        }
        self.y = self.y + height;
    }

    /// The first baseline of lines: centred between rules, at the top without.
    fn middle(&self, height: Um, lines: usize) -> Um {
        let text = self.plan.leading.0.saturating_mul(i32::try_from(lines).unwrap_or(0));
        let above = if self.layout.ruled { (height.0 - text) / 2 } else { self.plan.padding.0 / 2 };
        // A character's baseline lies 0.88 em below the top of its em, which stands in the middle of its line.
        self.y + Um(above) + Um((self.plan.leading.0 - self.plan.size.0) / 2 + self.plan.size.0 * 88 / 100)
    }

    fn label(&mut self, row: &Row, lines: &[Range<usize>], mut origin: Point) {
        let ink = Ink { size: self.plan.size, colour: self.layout.palette.label, spacing: Um(0) };
        for line in lines {
            for run in row.label.runs(line.clone(), origin, ink) {
                self.push(Mark::Text(run));
            }
            origin.y = origin.y + self.plan.leading;
        }
    }

    fn value(&mut self, row: &Row, lines: &[(usize, Range<usize>)], mut origin: Point) {
        let ink = Ink { size: self.plan.size, colour: self.layout.palette.value, spacing: Um(0) };
        let first = self.pages.last().map_or(0, Vec::len);
        for (paragraph, line) in lines {
            let Some(text) = row.value.get(*paragraph) else { continue };
            for run in text.runs(line.clone(), origin, ink) {
                self.push(Mark::Text(run));
            }
            origin.y = origin.y + self.plan.leading;
        }
        let Some(key) = &row.key else { return };
        let piece = (self.pages.len() - 1, first..self.pages.last().map_or(0, Vec::len));
        match self.fields.iter_mut().rev().find(|field| field.key == *key) {
            Some(field) => field.pieces.push(piece),
            None => self.fields.push(PlacedField { key: key.clone(), pieces: vec![piece] }),
        }
    }

    fn push(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn rule_cell(&mut self, cell: &Cell, x: Um, height: Um) {
        if !self.layout.ruled {
            return;
        }
        let (right, bottom) = (x + cell.width, self.y + height);
        let split = x + self.plan.label_width + Um(self.plan.side.0 * 2);
        let line = |x0: Um, y0: Um, x1: Um, y1: Um| {
            [Segment::Move(Point { x: x0, y: y0 }), Segment::Line(Point { x: x1, y: y1 })]
        };
        self.rules.extend(line(x, self.y, right, self.y));
        self.rules.extend(line(x, bottom, right, bottom));
        for upright in [x, split, right] {
            self.rules.extend(line(upright, self.y, upright, bottom));
        }
    }

    fn end_rules(&mut self) {
        if !self.rules.is_empty() {
            let rules = std::mem::take(&mut self.rules);
            self.push(super::ornament::strokes(rules, Um(200), self.layout.palette.light));
        }
    }

    fn finish(mut self) -> Flowed {
        self.end_rules();
        Flowed { pages: self.pages, fields: self.fields }
    }
}
