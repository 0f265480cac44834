//! Reading the state of directory and governance back from the rows, at the newest block and at the one before.

use crate::bundle::{self, BUNDLE_ENTRIES};
use crate::column::{self, Column};
use crate::commit::Tail;
use crate::error::StoreError;
use rocksdb::DB;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::entry::{Entry, EntryBody};
use zhengku_ledger::governance::Governance;
use zhengku_ledger::ids::{
    EntryKey, Height, LicenceTypeNumber, LogIndex, MaterialTypeNumber, OrganisationNumber, SealNumber,
};
use zhengku_ledger::state::Directory;
use zhengku_ledger::validator_set::ValidatorSet;

/// Rows of a database whose state in memory is still being rebuilt.
pub(crate) struct Rows<'a> {
    pub(crate) db: &'a DB,
    pub(crate) tail: &'a Tail,
}

/// Governance as of the newest block, and the set that certified that block.
pub(crate) struct Governed {
    pub(crate) governance: Governance,
    pub(crate) certified_by: ValidatorSet,
}

impl Rows<'_> {
    fn entry(&self, index: LogIndex) -> Result<Entry, StoreError> {
        let missing = || StoreError::damaged("entry", format!("entry {index} is missing"));
        let (place, within) = (index.0 / BUNDLE_ENTRIES, usize::try_from(index.0 % BUNDLE_ENTRIES).unwrap_or(0));
        let decode = |bundle: &[u8]| {
            let bytes = bundle::entries(bundle).nth(within).ok_or_else(missing)??;
            Entry::decode(bytes).map_err(StoreError::codec("entry"))
        };
        if self.tail.place == place {
            return decode(&self.tail.bundle);
        }
        let row = self.db.get_pinned_cf(Column::Bundle.of(self.db)?, place.to_be_bytes())?;
        decode(&row.ok_or_else(missing)?)
    }

    fn newest(&self, key: &EntryKey) -> Result<Option<(LogIndex, Entry)>, StoreError> {
        let Some(row) = self.db.get_pinned_cf(Column::Key.of(self.db)?, key.prefix())? else { return Ok(None) };
        let index = LogIndex(column::number("key row", &row)?);
        let entry = self.entry(index)?;
        if entry.key != *key {
            return Err(StoreError::damaged("key row", format!("entry {index} has another key")));
        }
        Ok(Some((index, entry)))
    }

    /// The newest entries of keys that are numbered without gaps.
    fn numbered(&self, key: impl Fn(u32) -> EntryKey) -> Result<Vec<(LogIndex, Entry)>, StoreError> {
        let mut found = Vec::new();
        for number in 0..=u32::MAX {
            let Some(newest) = self.newest(&key(number))? else { break };
            found.push(newest);
        }
        Ok(found)
    }

    /// The newest state of every organisation, licence type, seal and material type.
    pub(crate) fn directory(&self) -> Result<Directory, StoreError> {
        let organisations = self.numbered(|number| EntryKey::of_organisation(OrganisationNumber(number)))?;
        let licence_types = self.numbered(|number| EntryKey::of_licence_type(LicenceTypeNumber(number)))?;
        let seals = self.numbered(|number| EntryKey::of_seal(SealNumber(number)))?;
        let material_types = self.numbered(|number| EntryKey::of_material_type(MaterialTypeNumber(number)))?;
        let mut directory = Directory::default();
        [organisations, licence_types, seals, material_types]
            .iter()
            .flatten()
            .for_each(|(_, entry)| directory.apply(&entry.body));
        Ok(directory)
    }

    /// Applies the entries of governance in the order of the log. Of nodes every state counts: the keys that voted once are known
    /// for good.
    pub(crate) fn governance(&self, genesis: &Genesis, height: Height) -> Result<Governed, StoreError> {
        let mut entries = self.numbered(EntryKey::of_proposal)?;
        entries.extend(self.numbered(EntryKey::of_offence)?);
        entries.extend(self.newest(&EntryKey::of_parameters())?);
        for (index, entry) in self.numbered(EntryKey::of_node)? {
            let mut previous = entry.previous;
            entries.push((index, entry));
            while let Some(index) = previous {
                let entry = self.entry(index)?;
                previous = entry.previous.filter(|former| *former < index);
                entries.push((index, entry));
            }
        }
        entries.retain(|(_, entry)| entry.origin.height > Height(0));
        entries.sort_unstable_by_key(|(index, _)| *index);
        let (_, start) = genesis.start();
        let mut governance = start.governance;
        let mut certified_by = governance.validators().clone();
        for (_, entry) in &entries {
            governance.apply(entry);
            if entry.origin.height < height && matches!(entry.body, EntryBody::Node(_)) {
                certified_by = governance.validators().clone();
            }
        }
        Ok(Governed { governance, certified_by })
    }
}

#[cfg(test)]
mod tests;
