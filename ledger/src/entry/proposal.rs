//! A proposed change of the ledger's governance, with who approved it and what became of it.

use crate::codec::{self, Bounded, Text};
use crate::entry::{Node, Organisation, Parameters};
use crate::ids::{Height, OrganisationNumber};
use crate::transaction::RejectCode;
use crate::validator_set::MAX_VALIDATORS;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;

/// A change that validators decide together. The order is part of the format.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum GovernanceChange {
    /// A node joins, or one that was removed comes back.
    AddNode(Node),
    /// A node that takes part gets another key, address, certificate, role or operator.
    ReplaceNode(Node),
    /// A node leaves.
    RemoveNode(Text<64>),
    /// An organisation is registered under the next free number.
    RegisterOrganisation(Organisation),
    /// What is known of an organisation is replaced: keys, roles, names, status.
    UpdateOrganisation(Organisation),
    /// All parameters are set.
    SetParameters(Parameters),
}

impl GovernanceChange {
    /// What an approval names, so that nobody approves another change than the one he looked at.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Domain::GovernanceChange.hash(&codec::encode(self))
    }
}

/// A proposal. Each approval and each change of its status is a new entry of its key.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct GovernanceProposal {
    /// Its place in the order of proposals.
    pub number: u32,
    /// Who proposed it.
    pub proposer: OrganisationNumber,
    /// The change.
    pub change: GovernanceChange,
    /// Who approved it, in the order of the approvals.
    pub approvals: Bounded<OrganisationNumber, 0, MAX_VALIDATORS>,
    /// The height at which it ends without effect when it is not approved before.
    pub expires: Height,
    /// What became of it.
    pub status: ProposalStatus,
}

/// What became of a proposal. The order is part of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum ProposalStatus {
    /// It can be approved.
    Open,
    /// It takes effect at a height.
    Approved {
        /// The block that appends the change, before its transactions.
        effective: Height,
    },
    /// It took effect in the block of this entry.
    Applied,
    /// It had become impossible when its height came.
    Failed {
        /// The rule that it broke.
        code: RejectCode,
    },
    /// It gathered no quorum in time.
    Expired,
}

impl GovernanceProposal {
    /// Whether it can still have an effect.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.status, ProposalStatus::Open | ProposalStatus::Approved { .. })
    }
}
