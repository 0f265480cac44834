//! An offence of a validator on the ledger, with both signatures: anybody can check it again.

use crate::block::Offence;
use crate::codec::Text;
use crate::ids::OrganisationNumber;
use borsh::{BorshDeserialize, BorshSerialize};

/// A proven offence. It has no consequence by itself: what follows is for the validators to decide.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OffenceRecord {
    /// Its place in the order of offences.
    pub number: u32,
    /// The node whose key signed.
    pub node: Text<64>,
    /// Who reported it.
    pub reporter: OrganisationNumber,
    /// What was signed.
    pub evidence: Offence,
}
