//! Checking everything a node holds: the ledger by replay, the vault against the ledger.

pub use zhengku_library::vault::GROUND_VERSION;

use crate::node::Node;
use std::collections::BTreeSet;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::Licence;
use zhengku_ledger::ids::{EntryKey, Height, LogIndex};
use zhengku_ledger::state::StateView;
use zhengku_library::vault::{Vault, VaultError};
use zhengku_store::fsck::{Problem, fsck};

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Blocks replayed.
    pub blocks: u64,
    /// Entries compared.
    pub entries: u64,
    /// Distinct keys.
    pub keys: u64,
    /// Records of the vault that open.
    pub records: u64,
    /// Records that were erased on purpose.
    pub erased: u64,
    /// The first thing that does not fit.
    pub problem: Option<Problem>,
}

/// Replays the ledger and opens every record that an entry names. `progress` is told the entries replayed.
#[must_use]
pub fn audit(node: &Node, progress: impl FnMut(u64)) -> Audit {
    let report = fsck(node.store(), progress);
    let mut audit = Audit {
        blocks: report.blocks,
        entries: report.entries,
        keys: report.keys,
        records: 0,
        erased: 0,
        problem: report.problem,
    };
    if audit.problem.is_none() {
        audit.problem = check_vault(node, &mut audit.records, &mut audit.erased).err();
    }
    audit
}

fn check_vault(node: &Node, records: &mut u64, erased: &mut u64) -> Result<(), Problem> {
    let view = node.store().view();
    let mut named: BTreeSet<Digest> = BTreeSet::new();
    for index in (0..view.tip().header.log_size).map(LogIndex) {
        let bad = |height: Height, what: &dyn std::fmt::Display| Problem {
            height: height.0,
            entry: Some(index.0),
            what: format!("vault: {what}"),
        };
        let entry = view.entry(index).map_err(|error| bad(Height(0), &error))?;
        let Some(licence) = entry.licence() else { continue };
        for (id, version) in records_of(licence).filter(|(id, _)| named.insert(*id)).collect::<Vec<_>>() {
            match open(node.vault(), &id, &entry.key, version) {
                Ok(true) => *records = records.saturating_add(1),
                Ok(false) => *erased = erased.saturating_add(1),
                Err(error) => return Err(bad(entry.origin.height, &error)),
            }
        }
    }
    let counts = node.vault().counts();
    let bad = |what: String| Problem { height: view.tip().header.height.0, entry: None, what };
    let counts = counts.map_err(|error| bad(format!("vault: {error}")))?;
    let kept = counts.records.saturating_add(counts.erased);
    let expected = named.len() as u64;
    // Records of an import that is running, or was stopped, are named by a pending batch and settled at the next start.
    if kept > expected && has_moved(node) {
        // Another process has minted since this view was taken; its records are named by newer entries.
        return Ok(());
    }
    if kept != expected && counts.pending_batches == 0 {
        return Err(bad(format!("vault: {kept} records, the ledger names {expected}")));
    }
    Ok(())
}

/// Whether the ledger on disk is ahead of this node's view.
fn has_moved(node: &Node) -> bool {
    let options = zhengku_store::StoreOptions::default();
    let now = zhengku_store::Store::open(node.store().path(), zhengku_store::OpenMode::Read, &options);
    now.is_ok_and(|store| store.tip().header.height > node.store().tip().header.height)
}

/// The records that one state of a licence names, each with the version it was sealed under.
pub fn records_of(licence: &Licence) -> impl Iterator<Item = (Digest, u16)> {
    std::iter::once((licence.record.sha256, licence.version)).chain(licence.ground.text.map(|id| (id, GROUND_VERSION)))
}

fn open(vault: &Vault, id: &Digest, key: &EntryKey, version: u16) -> Result<bool, VaultError> {
    match vault.open_record(id, key, version) {
        Ok(_) => Ok(true),
        Err(VaultError::Erased { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
