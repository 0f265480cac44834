//! What execution reads: the [`Tip`] in memory, and lookups through [`StateView`], which the store implements.

use crate::block::Header;
use crate::current::Current;
use crate::entry::{Entry, EntryBody, LicenceType, MaterialType, Organisation, SealRecord};
use crate::governance::Governance;
use crate::ids::{
    BlockId, EntryKey, Height, IdempotencyKey, LicenceTypeNumber, LogIndex, MaterialTypeNumber, OrganisationNumber,
    SealNumber, TransactionId,
};
use crate::log::Edge;
use crate::validator_set::ValidatorSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The state after one block: cheap to clone, never changed in place, so readers keep the height they started with.
#[derive(Clone, Debug)]
pub struct Tip {
    /// The newest header.
    pub header: Header,
    /// Its id.
    pub id: BlockId,
    /// The log's edge.
    pub log: Edge,
    /// The currency bitmap.
    pub current: Current,
    /// Organisations, the catalogue and the register of seals.
    pub directory: Directory,
    /// Nodes, parameters, proposals and offences.
    pub governance: Governance,
}

impl Tip {
    /// The validators of the next block.
    #[must_use]
    pub fn validators(&self) -> &ValidatorSet {
        self.governance.validators()
    }
}

/// The newest state of every organisation, licence type, material type and seal. Small: hundreds or thousands, held in memory.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Directory {
    organisations: Arc<BTreeMap<OrganisationNumber, Organisation>>,
    licence_types: Arc<BTreeMap<LicenceTypeNumber, LicenceType>>,
    material_types: Arc<BTreeMap<MaterialTypeNumber, MaterialType>>,
    seals: Arc<BTreeMap<SealNumber, SealRecord>>,
}

impl Directory {
    /// Takes over an entry's state when it is of one of these kinds.
    pub fn apply(&mut self, body: &EntryBody) {
        match body {
            EntryBody::Organisation(organisation) => {
                Arc::make_mut(&mut self.organisations).insert(organisation.number, organisation.clone());
            }
            EntryBody::LicenceType(licence_type) => {
                Arc::make_mut(&mut self.licence_types).insert(licence_type.number, licence_type.clone());
            }
            EntryBody::MaterialType(material) => {
                Arc::make_mut(&mut self.material_types).insert(material.number, material.clone());
            }
            EntryBody::Seal(seal) => {
                Arc::make_mut(&mut self.seals).insert(seal.number, seal.clone());
            }
            _ => {}
        }
    }

    /// An organisation by number.
    #[must_use]
    pub fn organisation(&self, number: OrganisationNumber) -> Option<&Organisation> {
        self.organisations.get(&number)
    }

    /// A licence type by number.
    #[must_use]
    pub fn licence_type(&self, number: LicenceTypeNumber) -> Option<&LicenceType> {
        self.licence_types.get(&number)
    }

    /// All organisations, by number.
    pub fn organisations(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.values()
    }

    /// All licence types, by number.
    pub fn licence_types(&self) -> impl Iterator<Item = &LicenceType> {
        self.licence_types.values()
    }

    /// A material type by number.
    #[must_use]
    pub fn material_type(&self, number: MaterialTypeNumber) -> Option<&MaterialType> {
        self.material_types.get(&number)
    }

    /// All material types, by number.
    pub fn material_types(&self) -> impl Iterator<Item = &MaterialType> {
        self.material_types.values()
    }

    /// A seal by number.
    #[must_use]
    pub fn seal(&self, number: SealNumber) -> Option<&SealRecord> {
        self.seals.get(&number)
    }

    /// All seals, by number.
    pub fn seals(&self) -> impl Iterator<Item = &SealRecord> {
        self.seals.values()
    }

    /// The number the next seal gets.
    #[must_use]
    pub fn next_seal(&self) -> SealNumber {
        SealNumber(u32::try_from(self.seals.len()).unwrap_or(u32::MAX))
    }

    /// The number the next material type gets.
    #[must_use]
    pub fn next_material_type(&self) -> MaterialTypeNumber {
        MaterialTypeNumber(u32::try_from(self.material_types.len()).unwrap_or(u32::MAX))
    }

    /// The number the next organisation gets.
    #[must_use]
    pub fn next_organisation(&self) -> OrganisationNumber {
        OrganisationNumber(u32::try_from(self.organisations.len()).unwrap_or(u32::MAX))
    }

    /// The number the next licence type gets.
    #[must_use]
    pub fn next_licence_type(&self) -> LicenceTypeNumber {
        LicenceTypeNumber(u32::try_from(self.licence_types.len()).unwrap_or(u32::MAX))
    }
}

/// Where the transaction that took an idempotency key was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AppliedAt {
    /// The transaction.
    pub transaction: TransactionId,
    /// Its block.
    pub height: Height,
    /// Its place in the block.
    pub place: u32,
}

/// The state a block is executed on.
pub trait StateView {
    /// What can go wrong when the state is read.
    type Error: std::error::Error;

    /// The newest block's state.
    fn tip(&self) -> &Tip;

    /// For each key, the newest entry whose key has the same first 16 bytes. `keys` is sorted and without repeats.
    ///
    /// # Errors
    /// Whatever the storage meets.
    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, Self::Error>;

    /// The entry at a place in the log.
    ///
    /// # Errors
    /// Whatever the storage meets.
    fn entry(&self, index: LogIndex) -> Result<Entry, Self::Error>;

    /// The transaction that took an organisation's idempotency key (see [`Outcome::takes_key`](crate::transaction::Outcome::takes_key)).
    ///
    /// # Errors
    /// Whatever the storage meets.
    fn applied(&self, organisation: OrganisationNumber, key: &IdempotencyKey)
    -> Result<Option<AppliedAt>, Self::Error>;
}

#[cfg(test)]
pub(crate) mod memory;
