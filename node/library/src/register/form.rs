//! A form that a clerk filled in, checked as a register of one row: the same normal forms, the same checks, the same reasons.

use super::check::Checker;
use super::plan::Plan;
use super::{Mapping, RawRow, RowOutcome};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Checks the values of a form, by the keys of the mapping's columns. A key that the mapping does not know is passed over; a missing
/// one counts as blank.
#[must_use]
pub fn check_form(mapping: &Arc<Mapping>, values: &BTreeMap<String, String>) -> RowOutcome {
    let headers: Vec<Arc<str>> = mapping.columns.iter().map(|column| Arc::clone(&column.label)).collect();
    let plan = Plan {
        mapping: Arc::clone(mapping),
        positions: (0..headers.len()).map(Some).collect(),
        headers,
        refused_columns: Vec::new(),
        ignored: Vec::new(),
    };
    let mut raw = RawRow::with_capacity(256, mapping.columns.len());
    for column in &mapping.columns {
        raw.push(values.get(&*column.key).map_or("", String::as_str));
    }
    let result = Checker::new(Arc::new(plan), false).check(1, &raw, None);
    RowOutcome { row_number: 1, line: 1, raw, result }
}
