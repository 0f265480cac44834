//! Counts of one import.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Cause, RowResult};

/// What came of the rows of a register so far. `rows = accepted + refused + repeated`: an exact repeat counts neither as
/// accepted nor as refused, because its licence was counted with the earlier row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Name of the licence type.
    pub licence_type: String,
    /// Rows read, blank ones left out.
    pub rows: u64,
    /// Rows accepted.
    pub accepted: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows that repeat an earlier one exactly.
    pub repeated: u64,
    /// Blank rows, not counted elsewhere.
    pub blank: u64,
    /// Licences made of the accepted rows: two for a birth certificate.
    pub licences: u64,
    /// Licences among them that are imported as no longer in force.
    pub ended: u64,
    /// Refused rows by code of their first cause and by column (blank = the whole row).
    pub refused_by_cause: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Columns of the file that the mapping does not know; their content is not imported.
    pub ignored_columns: Vec<String>,
}

impl Report {
    pub(super) fn new(licence_type: &str, ignored_columns: Vec<String>) -> Self {
        Self {
            licence_type: licence_type.to_owned(),
            rows: 0,
            accepted: 0,
            refused: 0,
            repeated: 0,
            blank: 0,
            licences: 0,
            ended: 0,
            refused_by_cause: BTreeMap::new(),
            ignored_columns,
        }
    }

    pub(super) fn count(&mut self, result: &RowResult) {
        self.rows += 1;
        match result {
            RowResult::Accepted(drafts) => {
                self.accepted += 1;
                self.licences += drafts.len() as u64;
                self.ended += drafts.iter().filter(|draft| draft.status.is_ended()).count() as u64;
            }
            RowResult::Repeated { .. } => self.repeated += 1,
            RowResult::Refused(refusal) => {
                self.refused += 1;
                let columns = self.refused_by_cause.entry(refusal.cause().code()).or_default();
                *columns.entry(refusal.column().unwrap_or_default().to_owned()).or_default() += 1;
            }
        }
    }

    /// Refused rows with this first cause.
    pub fn refused_for(&self, cause: Cause) -> u64 {
        self.refused_by_cause.get(cause.code()).map_or(0, |columns| columns.values().sum())
    }
}
