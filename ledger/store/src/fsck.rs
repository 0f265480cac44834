//! Checking everything: replays every block from genesis with the ledger's own rules, and compares each root, certificate, entry,
//! tile and index row with what is stored. Names the first thing that does not fit.
//!
//! Memory: the replay keeps one row per distinct key and file (about 60 bytes), because uniqueness is what it audits.

mod rows;

use crate::error::StoreError;
use crate::open::Store;
use crate::row::StoredBlock;
use crate::view::View;
use std::collections::HashMap;
use zhengku_ledger::block::{EntryBatch, Proposal};
use zhengku_ledger::entry::Entry;
use zhengku_ledger::execute::execute_block;
use zhengku_ledger::ids::{EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber};
use zhengku_ledger::log::FullTile;
use zhengku_ledger::state::{AppliedAt, StateView, Tip};
use zhengku_ledger::transaction::Outcome;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FsckReport {
    /// Blocks replayed.
    pub blocks: u64,
    /// Entries compared.
    pub entries: u64,
    /// Distinct keys: the ones of the bitmap.
    pub keys: u64,
    /// The first thing that does not fit; none when everything does.
    pub problem: Option<Problem>,
}

/// The first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The block.
    pub height: u64,
    /// The entry, when one can be named.
    pub entry: Option<u64>,
    /// What does not fit.
    pub what: String,
}

impl Problem {
    fn at(height: Height, entry: Option<u64>, what: impl std::fmt::Display) -> Self {
        Self { height: height.0, entry, what: what.to_string() }
    }
}

/// Replays the whole ledger. `progress` is told the entries replayed so far.
///
/// Damage is a [`Problem`] in the report, not an error: a check that cannot read something has found something.
#[must_use]
pub fn fsck(store: &Store, mut progress: impl FnMut(u64)) -> FsckReport {
    let view = store.view();
    let mut replay = Replay::new(store, &view);
    let newest = view.tip.header.height;
    let mut problem = replay.start().err();
    let mut height = Height(1);
    while problem.is_none() && height <= newest {
        problem = replay.block(height).err();
        progress(replay.tip.header.log_size);
        height = height.next();
    }
    let problem = problem.or_else(|| replay.finish().err());
    FsckReport {
        blocks: replay.tip.header.height.0,
        entries: replay.tip.header.log_size,
        keys: replay.tip.current.ones(),
        problem,
    }
}

/// The state that the replay builds, independent of every derived row of the store.
struct Replay<'a> {
    store: &'a Store,
    view: &'a View<'a>,
    tip: Tip,
    newest: HashMap<[u8; 16], LogIndex>,
    applied: HashMap<(OrganisationNumber, IdempotencyKey), AppliedAt>,
    holders: u64,
    files: HashMap<[u8; 16], LogIndex>,
}

impl<'a> Replay<'a> {
    fn new(store: &'a Store, view: &'a View<'a>) -> Self {
        let (_, tip) = store.genesis.start();
        Self { store, view, tip, newest: HashMap::new(), applied: HashMap::new(), holders: 0, files: HashMap::new() }
    }

    fn start(&mut self) -> Result<(), Problem> {
        let (entries, tip) = self.store.genesis.start();
        let stored = self.stored(Height(0))?;
        if stored.header != tip.header {
            return Err(Problem::at(Height(0), None, "block 0 does not follow from the genesis"));
        }
        self.compare_entries(Height(0), 0, &entries)
    }

    fn stored(&self, height: Height) -> Result<StoredBlock, Problem> {
        self.view.block(height).map_err(|error| Problem::at(height, None, error))
    }

    /// Executes a stored block again and compares everything it gives.
    fn block(&mut self, height: Height) -> Result<(), Problem> {
        let stored = self.stored(height)?;
        let bad = |what: &dyn std::fmt::Display| Problem::at(height, None, what);
        let header = &stored.header;
        let mut transactions = Vec::with_capacity(stored.transactions.len());
        for (transaction, outcome) in stored.transactions.iter().zip(&stored.outcomes) {
            let signed = transaction
                .danger_from_committed(outcome, |index| self.view.entry(index))
                .map_err(|error| Problem::at(height, damaged_entry(outcome), error))?;
            transactions.push(signed.verify().map_err(|error| Problem::at(height, damaged_entry(outcome), error))?);
        }
        let proposal =
            Proposal { height, time: header.time, proposer: header.proposer, parent: header.parent, transactions };
        let executed = execute_block(self, proposal).map_err(|error| bad(&error))?;
        self.compare_entries(height, executed.first().0, executed.entries())?;
        if executed.outcomes() != stored.outcomes {
            return Err(bad(&"the outcomes are not those of executing it"));
        }
        if executed.superseded() != stored.superseded {
            return Err(bad(&"the superseded entries are not those of executing it"));
        }
        if executed.header() != header {
            return Err(bad(&"the header is not that of executing the block"));
        }
        executed.tiles().iter().try_for_each(|tile| self.compare_tile(height, tile))?;
        for (place, (transaction, outcome)) in (0..).zip(executed.transactions().iter().zip(executed.outcomes())) {
            if outcome.takes_key() {
                let envelope = transaction.envelope();
                let at = AppliedAt { transaction: transaction.id(), height, place };
                self.applied.insert((envelope.organisation, envelope.idempotency), at);
            }
        }
        let certificate = stored.certificate.ok_or_else(|| bad(&"the certificate is missing"))?;
        self.tip = executed.certify(certificate).map_err(|error| bad(&error))?.into_next();
        Ok(())
    }

    fn compare_entries(&mut self, height: Height, first: u64, entries: &EntryBatch) -> Result<(), Problem> {
        for ((index, expected), row) in (first..).zip(entries.encoded()).zip(entries.rows()) {
            let stored =
                self.view.entry_bytes(LogIndex(index)).map_err(|error| Problem::at(height, Some(index), error))?;
            if stored != expected {
                return Err(Problem::at(height, Some(index), "the entry is not what executing the block gives"));
            }
            self.newest.insert(row.key.prefix(), LogIndex(index));
            for file in &row.files {
                self.files.entry(crate::column::file_key(file)).or_insert(LogIndex(index));
            }
            let distinct: std::collections::BTreeSet<_> = row.holders.iter().map(|holder| holder.prefix()).collect();
            self.holders = self.holders.saturating_add(distinct.len() as u64);
            for holder in &row.holders {
                rows::check_holder_row(self.store, holder, index)
                    .map_err(|error| Problem::at(height, Some(index), error))?;
            }
        }
        Ok(())
    }

    fn compare_tile(&self, height: Height, tile: &FullTile) -> Result<(), Problem> {
        let stored = crate::open::read_tile(&self.store.db, tile.level, tile.index);
        let first = tile.index << (8_u32.saturating_mul(u32::from(tile.level).saturating_add(1)));
        let bad = |what: &dyn std::fmt::Display| Problem::at(height, Some(first), what);
        match stored {
            Ok(hashes) if hashes == tile.hashes => Ok(()),
            Ok(_) => Err(bad(&format!("tile {} of level {} is not that of its entries", tile.index, tile.level))),
            Err(error) => Err(bad(&error)),
        }
    }

    /// A block is recorded before it is signed: a record that ends before the store has lost its newest part.
    fn check_signed(&self) -> Result<(), StoreError> {
        let tip = self.tip.header.height;
        match crate::signed_record::newest_height(&self.store.path)? {
            Some(signed) if signed < tip => {
                Err(StoreError::damaged("signed record", format!("it ends at height {signed}, the ledger at {tip}")))
            }
            _ => Ok(()),
        }
    }

    /// After the last block: the state in memory and every index row are those of the replay.
    fn finish(&self) -> Result<(), Problem> {
        let height = self.tip.header.height;
        let bad = |what: &dyn std::fmt::Display| Problem::at(height, None, what);
        let kept = &self.view.tip;
        if kept.header != self.tip.header
            || kept.directory != self.tip.directory
            || kept.governance != self.tip.governance
        {
            return Err(bad(&"the newest state is not that of the replay"));
        }
        if kept.log.root() != self.tip.log.root() || kept.current.to_bytes() != self.tip.current.to_bytes() {
            return Err(bad(&"the log or the bitmap in memory is not that of the replay"));
        }
        let (ones, keys) = (self.tip.current.ones(), self.newest.len() as u64);
        if ones != keys {
            return Err(bad(&format!("the bitmap has {ones} ones for {keys} distinct keys")));
        }
        if let Some(index) = self.newest.values().find(|index| self.tip.current.bit(**index) != Some(true)) {
            return Err(Problem::at(height, Some(index.0), "the newest entry of its key is not marked current"));
        }
        rows::check_key_rows(self.store, &self.newest).map_err(|error| bad(&error))?;
        rows::check_file_rows(self.store, &self.files).map_err(|error| bad(&error))?;
        rows::check_applied_rows(self.store, &self.applied).map_err(|error| bad(&error))?;
        rows::check_counts(self.store, self.holders, &self.tip.header).map_err(|error| bad(&error))?;
        self.check_signed().map_err(|error| bad(&error))
    }
}

/// The first entry of a transaction that could not be put together again.
fn damaged_entry(outcome: &Outcome) -> Option<u64> {
    match outcome {
        Outcome::Applied { first, .. } => Some(first.0),
        _ => None,
    }
}

impl StateView for Replay<'_> {
    type Error = StoreError;

    fn tip(&self) -> &Tip {
        &self.tip
    }

    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, StoreError> {
        Ok(keys.iter().map(|key| self.newest.get(&key.prefix()).copied()).collect())
    }

    fn entry(&self, index: LogIndex) -> Result<Entry, StoreError> {
        self.view.entry(index)
    }

    fn applied(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<AppliedAt>, StoreError> {
        Ok(self.applied.get(&(organisation, *key)).copied())
    }
}
