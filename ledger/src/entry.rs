//! An entry of the log: one state of one thing. What it means is in `entry/`, one file per kind.

pub mod batch_approval;
pub mod fields;
pub mod file;
pub mod licence;
pub mod licence_type;
pub mod life_cycle;
pub mod material_type;
pub mod node;
pub mod offence;
pub mod organisation;
pub mod parameters;
pub mod proposal;
pub mod seal;

use crate::codec::{self, CodecError};
use crate::ids::{EntryKey, Height, LogIndex};
pub use batch_approval::BatchApprovalRecord;
use borsh::{BorshDeserialize, BorshSerialize};
pub use fields::{DisclosedField, Field, FieldSet};
pub use file::{FileKind, LicenceFile};
pub use licence::{Ground, Licence, RecordDigests};
pub use licence_type::{
    Alias, FieldKind, FieldRule, Level, LicenceType, NamedState, Openness, StateName, ValidityRule,
};
pub use life_cycle::{Change, Standing, Status, TransitionRefusal};
pub use material_type::{MaterialKind, MaterialSource, MaterialType};
pub use node::{Node, NodeRefusal, NodeRole, NodeStatus};
pub use offence::OffenceRecord;
pub use organisation::{Organisation, OrganisationStatus, Roles};
pub use parameters::{Parameters, ParametersRefusal};
pub use proposal::{GovernanceChange, GovernanceProposal, ProposalStatus};
pub use seal::{MadeSeal, SealKind, SealRecord, SealStatus, SealStep};

/// The version of [`Entry`]'s layout.
pub const ENTRY_VERSION: u8 = 1;

/// The longest entry in bytes. The largest kind is a licence type with 64 fields of 4 texts and 1,024 issuers (24 KB); entry bundles store lengths as u16.
pub const MAX_ENTRY_BYTES: usize = 32 * 1024;

/// One entry of the log, as it is hashed (RFC 6962 leaf over its canonical encoding).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Entry {
    /// [`ENTRY_VERSION`].
    pub version: u8,
    /// What the entry is about.
    pub key: EntryKey,
    /// The entry of the same key that this one supersedes.
    pub previous: Option<LogIndex>,
    /// Where it came from.
    pub origin: Origin,
    /// The state itself.
    pub body: EntryBody,
}

/// The transaction that made an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Origin {
    /// The block.
    pub height: Height,
    /// The transaction's place in the block; [`Origin::SCHEDULED`] when the entry follows from a proposal that was decided before.
    pub transaction: u32,
    /// The item's place in the transaction; the proposal's number when the entry is scheduled.
    pub item: u32,
}

impl Origin {
    /// The place of entries that no transaction of their block made: a block first carries out what governance has scheduled for it.
    pub const SCHEDULED: u32 = u32::MAX;
}

/// The kinds of entry. The order is part of the format.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum EntryBody {
    /// An organisation and its keys.
    Organisation(Organisation),
    /// A licence type of the catalogue.
    LicenceType(LicenceType),
    /// A licence.
    Licence(Licence),
    /// A node of the network.
    Node(Node),
    /// The parameters of the ledger.
    Parameters(Parameters),
    /// A proposed change of governance.
    Proposal(GovernanceProposal),
    /// A validator's offence.
    Offence(OffenceRecord),
    /// A seal of the register.
    Seal(SealRecord),
    /// A material type of the catalogue.
    MaterialType(MaterialType),
    /// A second person's approval of a mass action.
    BatchApproval(BatchApprovalRecord),
}

impl Entry {
    /// Reads an entry.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not the canonical encoding of an entry of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let entry: Self = codec::decode("entry", bytes, MAX_ENTRY_BYTES)?;
        if entry.version != ENTRY_VERSION {
            let reason = format!("version {} where {ENTRY_VERSION} is known", entry.version);
            return Err(CodecError::Malformed { what: "entry", reason });
        }
        Ok(entry)
    }

    /// The licence in it, when it is one.
    #[must_use]
    pub fn licence(&self) -> Option<&Licence> {
        match &self.body {
            EntryBody::Licence(licence) => Some(licence),
            _ => None,
        }
    }
}
