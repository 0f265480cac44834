//! Looking after the vault: every record that the ledger names, opened and compared; and what there is of each kind.

use super::Vault;
use super::column::{Column, ERASED};
use super::error::VaultError;
use rocksdb::IteratorMode;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::EntryKey;

/// Problems that a check lists; it counts all. Beyond this number the vault as a whole is to be restored.
const MAX_LISTED: usize = 100;

/// What a check found.
#[derive(Debug, Default)]
pub struct VaultCheck {
    /// Records that are there, have the right digest and open.
    pub intact: u64,
    /// Records whose key was destroyed on purpose.
    pub erased: u64,
    /// Records that are neither.
    pub problems: u64,
    /// The first hundred problems.
    pub listed: Vec<VaultError>,
}

impl VaultCheck {
    /// Whether every record is intact or erased.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems == 0
    }
}

/// How much there is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct VaultCounts {
    /// Records that can be opened.
    pub records: u64,
    /// Records that were erased.
    pub erased: u64,
    /// Batches neither confirmed nor withdrawn.
    pub pending_batches: u64,
}

impl Vault {
    /// Checks records by id, owner and version: each is there, has its digest, and opens or was erased. Damage is not an error
    /// but a problem in the report: a check that cannot read something has found something.
    pub fn check(&self, records: impl IntoIterator<Item = (Digest, EntryKey, u16)>) -> VaultCheck {
        let mut check = VaultCheck::default();
        for (id, owner, version) in records {
            match self.open_record(&id, &owner, version) {
                Ok(_) => check.intact = check.intact.saturating_add(1),
                Err(VaultError::Erased { .. }) => check.erased = check.erased.saturating_add(1),
                Err(problem) => {
                    check.problems = check.problems.saturating_add(1);
                    if check.listed.len() < MAX_LISTED {
                        check.listed.push(problem);
                    }
                }
            }
        }
        check
    }

    /// Counts everything by reading the whole key table: about a second for a million records.
    ///
    /// # Errors
    /// [`VaultError`]: the database fails.
    pub fn counts(&self) -> Result<VaultCounts, VaultError> {
        let _shared = self.shared();
        let mut counts = VaultCounts::default();
        for row in self.db.iterator_cf(Column::Key.of(&self.db)?, IteratorMode::Start) {
            let (_, value) = row?;
            let counted = if *value == *ERASED { &mut counts.erased } else { &mut counts.records };
            *counted = counted.saturating_add(1);
        }
        for row in self.db.iterator_cf(Column::Pending.of(&self.db)?, IteratorMode::Start) {
            row?;
            counts.pending_batches = counts.pending_batches.saturating_add(1);
        }
        Ok(counts)
    }

    /// About how many records there are, from the database's statistics: for displays.
    #[must_use]
    pub fn estimated_records(&self) -> u64 {
        let estimate =
            || self.db.property_int_value_cf(Column::Key.of(&self.db).ok()?, "rocksdb.estimate-num-keys").ok()?;
        estimate().unwrap_or_default()
    }
}
