//! From what a licence says to what it looks like: four templates, one engine. Every face field stands on the sheets completely, or
//! composing is refused with the field named; nothing is cut, shortened or replaced (docs/decisions/0021-appearance.md).

mod closing;
mod code;
mod flow;
mod form;
mod item;
mod layout;
mod measure;
mod ornament;
mod watermark;

use crate::font::{FontLibrary, Style};
use crate::licence::{FieldData, LicenceData};
use crate::page::{MAX_PAGES, Mark, Rect, Sheet};
use crate::text::TextError;
use flow::Row;
use item::{Item, Surround};
use measure::Paragraph;
use std::borrow::Cow;
use std::ops::Range;
pub use watermark::watermark;
use zhengku_ledger::ids::Date;

/// A composed licence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Composed {
    /// The pages.
    pub sheets: Vec<Sheet>,
    /// Where the seal goes.
    pub seal: SealPlace,
    /// Where each face field's characters are, in the order of the face.
    pub fields: Vec<PlacedField>,
}

/// Where the issuer's seal stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealPlace {
    /// The page, from 0.
    pub page: usize,
    /// The place on it.
    pub place: Rect,
}

/// The marks that a face field became. Their texts, joined, are the field's value as [`shown`], without its line ends. A field that
/// says what stands around the fields (identifier, number, part, issuer, date of issue) is there only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacedField {
    /// Key in the catalogue.
    pub key: String,
    /// Page and range in that page's `marks`.
    pub pieces: Vec<(usize, Range<usize>)>,
}

impl Composed {
    /// The text of a face field as it stands on the sheets, without line ends; `None`: no such field.
    #[must_use]
    pub fn field_text(&self, key: &str) -> Option<String> {
        let field = self.fields.iter().find(|field| field.key == key)?;
        let mut text = String::new();
        for (page, range) in &field.pieces {
            for mark in self.sheets.get(*page)?.marks.get(range.clone())? {
                if let Mark::Text(run) = mark {
                    text.push_str(&run.text);
                }
            }
        }
        Some(text)
    }
}

/// Why a licence cannot be composed. Signing stops then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// A text cannot be written with the fonts there are.
    #[error("{label} ({field}): {reason}")]
    Text {
        /// Key of the field, or the name of the item of `licence.json`.
        field: String,
        /// Its Chinese label.
        label: String,
        /// Which character, and why.
        reason: TextError,
    },
    /// A line around the fields would have to be illegibly small.
    #[error("{label} ({field}) is too long for its line; shorten it")]
    NoRoom {
        /// The item of `licence.json`.
        field: String,
        /// Its Chinese label.
        label: String,
    },
    /// More than [`MAX_PAGES`] pages.
    #[error("the licence takes more than {MAX_PAGES} pages; shorten its fields")]
    TooLong,
    /// The identifier is too long for a QR code.
    #[error("证照标识 (licence_identifier) cannot be written as a QR code: {reason}")]
    Code {
        /// Why.
        reason: String,
    },
}

/// Composes a licence by a template (`permit`, `card`, `certificate`, `plain`; an unknown or empty name is `plain`).
///
/// # Errors
/// [`ComposeError`] naming the field.
pub fn compose(data: &LicenceData, template: &str, fonts: &FontLibrary) -> Result<Composed, ComposeError> {
    let layout = layout::of(template);
    let flowed = flow::flow(layout, &rows(data, layout, fonts)?)?;
    let mut pages = flowed.pages;
    let count = pages.len().max(layout.closing_page + 1);
    pages.resize_with(count, Vec::new);
    let mut sheets = Vec::with_capacity(count);
    let (mut fields, mut items) = (flowed.fields, Vec::new());
    for (index, page) in pages.into_iter().enumerate() {
        // In the order in which a page is read.
        let mut marks = Vec::new();
        let mut surround = |part: Surround, marks: &mut Vec<Mark>| {
            let moved = |range: Range<usize>| range.start + marks.len()..range.end + marks.len();
            items.extend(part.items.into_iter().map(|(item, range)| (item, index, moved(range))));
            marks.extend(part.marks);
        };
        surround(form::head(layout, data, fonts, index)?, &mut marks);
        move_on(&mut fields, index, marks.len());
        marks.extend(page);
        if index == layout.closing_page {
            surround(closing::closing(layout, data, fonts)?, &mut marks);
        }
        surround(form::foot(layout, data, fonts, index, count)?, &mut marks);
        sheets.push(Sheet { width: layout.width, height: layout.height, form: form::form(layout, index), marks });
    }
    let seal = SealPlace { page: layout.closing_page, place: layout.seal };
    Ok(Composed { sheets, seal, fields: placed(data, fields, &items) })
}

/// The fields' marks on a page stand behind `marks` others.
fn move_on(fields: &mut [PlacedField], page: usize, marks: usize) {
    for (_, range) in fields.iter_mut().flat_map(|field| &mut field.pieces).filter(|(at, _)| *at == page) {
        *range = range.start + marks..range.end + marks;
    }
}

/// Every field in the order of the face: those that stand around the others where they are said first.
fn placed(data: &LicenceData, mut flowed: Vec<PlacedField>, items: &[(Item, usize, Range<usize>)]) -> Vec<PlacedField> {
    let place = |field: &FieldData| {
        let Some(item) = Item::of(field, data) else {
            let at = flowed.iter().position(|placed| placed.key == field.key)?;
            return Some(flowed.remove(at));
        };
        let said = items.iter().find(|(known, ..)| *known == item);
        let pieces = said.map(|(_, page, range)| (*page, range.clone())).into_iter().collect();
        Some(PlacedField { key: field.key.clone(), pieces })
    };
    data.fields.iter().filter_map(place).collect()
}

/// A face field's value as pages show it: a date of the calendar like `2026-11-22` as `2026年11月22日`, anything else as it is.
#[must_use]
pub fn shown(value: &str) -> Cow<'_, str> {
    Date::from_text(value).map_or(Cow::Borrowed(value), |date| Cow::Owned(chinese_date(date)))
}

/// A date as faces show it: `2026年11月22日`.
#[must_use]
pub fn chinese_date(date: Date) -> String {
    let (year, month, day) = date.civil();
    format!("{year}年{month}月{day}日")
}

/// `长期`, `至 2031年11月21日`, or with its first day when that is not the day of issue.
pub(crate) fn validity(data: &LicenceData) -> String {
    let end = data.valid_to.map_or_else(|| "长期".to_owned(), |date| format!("至 {}", chinese_date(date)));
    if data.valid_from == data.issued_on { end } else { format!("{} {end}", chinese_date(data.valid_from)) }
}

/// Whether face fields say from when and until when the licence is valid.
pub(crate) fn says_validity(data: &LicenceData) -> bool {
    data.fields.iter().any(|field| field.label.contains("有效期"))
}

fn rows(data: &LicenceData, layout: &layout::Layout, fonts: &FontLibrary) -> Result<Vec<Row>, ComposeError> {
    let mut rows = Vec::with_capacity(data.fields.len() + 2);
    // A holder whom no field names is named before the fields.
    for holder in
        data.holders.iter().filter(|holder| data.fields.iter().all(|field| !field.value.contains(&holder.name)))
    {
        rows.push(row(fonts, None, "holder", "持证主体", &holder.name)?);
    }
    for field in data.fields.iter().filter(|field| Item::of(field, data).is_none()) {
        rows.push(row(fonts, Some(field.key.clone()), &field.key, &field.label, &shown(&field.value))?);
    }
    if layout.frame != layout::Frame::Card && !says_validity(data) {
        rows.push(row(fonts, None, "valid_to", "有效期", &validity(data))?);
    }
    Ok(rows)
}

fn row(fonts: &FontLibrary, key: Option<String>, name: &str, label: &str, value: &str) -> Result<Row, ComposeError> {
    let refuse = |reason| refusal(name, label, reason);
    Ok(Row {
        key,
        label: Paragraph::new(fonts, Style::Hei, label).map_err(refuse)?,
        value: Paragraph::all(fonts, Style::Kai, value).map_err(refuse)?,
    })
}

fn refusal(field: &str, label: &str, reason: TextError) -> ComposeError {
    ComposeError::Text { field: field.to_owned(), label: label.to_owned(), reason }
}
