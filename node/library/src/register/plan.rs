//! How a file's columns stand to the columns of its mapping.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{COLUMNS_MAX, Mapping, Mappings, RawRow, RegisterError, normalise};
use crate::spreadsheet;

/// Headers of the two columns that the refused-rows file has in front.
pub(super) const REFUSED_HEADERS: [&str; 2] = ["行号", "原因"];

/// The header of a file, matched with a mapping.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) mapping: Arc<Mapping>,
    /// For each column of the mapping: the column of the file.
    pub(super) positions: Vec<Option<usize>>,
    /// The file's headers, spaces removed, without blank ones at the end.
    pub(super) headers: Vec<Arc<str>>,
    /// Columns that a refused-rows file has in front.
    pub(super) refused_columns: Vec<usize>,
    /// Columns that the mapping does not know.
    pub(super) ignored: Vec<usize>,
}

impl Plan {
    pub(super) fn new(file: &str, mappings: &Mappings, header: &RawRow) -> Result<Self, RegisterError> {
        let width = (0..header.len())
            .rev()
            .find(|place| !normalise::trimmed(header.field(*place)).is_empty())
            .map_or(0, |place| place + 1);
        if width > COLUMNS_MAX {
            return Err(RegisterError::TooManyColumns { file: file.to_owned(), actual: width });
        }
        let headers: Vec<Arc<str>> =
            header.fields().take(width).map(|text| Arc::from(normalise::trimmed(text))).collect();
        let normal: Vec<String> = headers.iter().map(|text| normalise::header(text)).collect();
        let duplicate = |(first, second): (usize, usize)| RegisterError::DuplicateHeader {
            file: file.to_owned(),
            header: headers.get(second).map(ToString::to_string).unwrap_or_default(),
            first: first + 1,
            second: second + 1,
        };
        let nearest = mappings.nearest(&normal);
        // Of a heading that no form knows a word of nothing is repeated: it is a row of data, and an error that quotes it would tell it.
        if let Some(places) = find_duplicate(&normal).filter(|_| nearest.is_some()) {
            return Err(duplicate(places));
        }
        let Some(mapping) = mappings.recognise(&normal) else {
            let (nearest, missing) = nearest.unzip();
            let nearest = nearest.map(|mapping| mapping.licence_type().to_owned());
            return Err(RegisterError::UnknownHeader {
                file: file.to_owned(),
                nearest,
                missing: missing.unwrap_or_default(),
            });
        };
        let positions = mapping.locate(&normal).map_err(duplicate)?;
        let unclaimed = (0..width).filter(|place| !positions.contains(&Some(*place)));
        let (refused_columns, others): (Vec<_>, Vec<_>) = unclaimed
            .partition(|place| normal.get(*place).is_some_and(|header| REFUSED_HEADERS.contains(&header.as_str())));
        let ignored =
            others.into_iter().filter(|place| normal.get(*place).is_some_and(|header| !header.is_empty())).collect();
        Ok(Self { mapping: Arc::clone(mapping), positions, headers, refused_columns, ignored })
    }

    /// The text of a cell: without what was put before formulas, in a file of refused rows.
    pub(super) fn entered<'a>(&self, cell: &'a str) -> &'a str {
        if self.refused_columns.is_empty() { cell } else { spreadsheet::unguarded(cell) }
    }

    /// Header of a file's column, for messages.
    pub(super) fn header(&self, place: usize) -> Option<Arc<str>> {
        self.headers.get(place).cloned()
    }

    /// Header of a mapping's column: the file's own when the file has it.
    pub(super) fn column_header(&self, column: usize) -> Option<String> {
        let own = self.positions.get(column).copied().flatten().and_then(|place| self.header(place));
        own.or_else(|| self.mapping.columns.get(column).map(|column| Arc::clone(&column.label)))
            .map(|header| header.to_string())
    }
}

fn find_duplicate(headers: &[String]) -> Option<(usize, usize)> {
    let mut seen = BTreeMap::new();
    let named = headers.iter().enumerate().filter(|(_, header)| !header.is_empty());
    named.map(|(place, header)| (seen.insert(header, place), place)).find_map(|(first, second)| Some((first?, second)))
}
