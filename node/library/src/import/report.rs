//! The counts of one import.

use super::prepare::Verdict;
use crate::register::{Mapping, Refusal};
use serde::Serialize;
use std::collections::BTreeMap;

/// What came of a register. Every row counts once: `rows = accepted + refused + repeated`.
#[derive(Clone, Debug, Serialize)]
pub struct ImportReport {
    /// Name of the licence type.
    pub licence_type: String,
    /// Rows read.
    pub rows: u64,
    /// Rows whose licences were minted now.
    pub accepted: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows that repeat an earlier row, or a licence that the ledger has already with the same content.
    pub repeated: u64,
    /// Licences minted now: two for a row of birth certificates.
    pub licences: u64,
    /// Refused rows by cause and column.
    pub causes: Vec<RefusedCount>,
    #[serde(skip)]
    counts: BTreeMap<(&'static str, String), (u64, Refusal)>,
}

/// How many rows were refused for one cause in one column.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedCount {
    /// Stable code of the cause.
    pub cause: &'static str,
    /// The column; blank = the whole row.
    pub column: String,
    /// Rows.
    pub rows: u64,
    /// The reason in Chinese.
    pub reason_zh: &'static str,
    /// The reason in English.
    pub reason_en: &'static str,
}

impl ImportReport {
    pub(super) fn new(mapping: &Mapping) -> Self {
        Self {
            licence_type: mapping.licence_type().to_owned(),
            rows: 0,
            accepted: 0,
            refused: 0,
            repeated: 0,
            licences: 0,
            causes: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn count(&mut self, verdict: &Verdict) {
        self.rows = self.rows.saturating_add(1);
        match verdict {
            Verdict::Accepted => self.accepted = self.accepted.saturating_add(1),
            Verdict::Repeated => self.repeated = self.repeated.saturating_add(1),
            Verdict::Refused(refusal) => {
                self.refused = self.refused.saturating_add(1);
                let key = (refusal.cause().code(), refusal.column().unwrap_or_default().to_owned());
                let counted = self.counts.entry(key).or_insert_with(|| (0, refusal.clone()));
                counted.0 = counted.0.saturating_add(1);
                let count =
                    |((cause, column), (rows, refusal)): (&(&'static str, String), &(u64, Refusal))| RefusedCount {
                        cause,
                        column: column.clone(),
                        rows: *rows,
                        reason_zh: refusal.cause().reason_zh(),
                        reason_en: refusal.cause().reason_en(),
                    };
                self.causes = self.counts.iter().map(count).collect();
            }
        }
    }
}
