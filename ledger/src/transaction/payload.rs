//! What a transaction can ask for. Every payload is a list of items of one kind; the list is applied whole or not at all.

use crate::block::Offence;
use crate::codec::{self, Bounded};
use crate::entry::licence::{Change, Ground};
use crate::entry::{GovernanceChange, Licence, LicenceType, Organisation};
use crate::ids::EntryKey;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{BatchTree, leaf_hash, static_root};

/// Items under one signature: 4,096 licences are about 1 MB, a tenth of the largest block.
pub const MAX_ITEMS: usize = 4096;

/// Changes proposed or approved under one signature: as many as may be pending.
pub const MAX_CHANGES: usize = 64;
/// Offences reported under one signature: each costs the verification of two signatures while a block is executed.
pub const MAX_OFFENCES: usize = 16;

/// The items of a transaction. The order of the kinds is part of the format.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Payload {
    /// Registers organisations (by the governor). The number must be the next free one.
    RegisterOrganisation(Bounded<Organisation, 1, MAX_ITEMS>),
    /// Replaces what is known of organisations: keys, roles, names, status (by the governor).
    UpdateOrganisation(Bounded<Organisation, 1, MAX_ITEMS>),
    /// Defines or redefines licence types (by a definer).
    DefineLicenceType(Bounded<LicenceType, 1, MAX_ITEMS>),
    /// Mints new licences (by an issuer).
    Mint(Bounded<Mint, 1, MAX_ITEMS>),
    /// Suspends, resumes or ends licences (by their issuer).
    ChangeStatus(Bounded<StatusChange, 1, MAX_ITEMS>),
    /// Puts errors of the issuer right, ended licences included (by their issuer).
    Correct(Bounded<Correction, 1, MAX_ITEMS>),
    /// Amends, renews or replaces licences (by their issuer).
    Supersede(Bounded<Supersession, 1, MAX_ITEMS>),
    /// Proposes changes of governance (by the governor, or an organisation that operates a validator).
    ProposeChange(Bounded<GovernanceChange, 1, MAX_CHANGES>),
    /// Approves proposals (by an organisation that operates a validator).
    ApproveChange(Bounded<Approval, 1, MAX_CHANGES>),
    /// Puts offences of validators on record (by any organisation).
    ReportOffence(Bounded<Offence, 1, MAX_OFFENCES>),
}

/// The kind of a payload, as the envelope names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum PayloadKind {
    /// [`Payload::RegisterOrganisation`].
    RegisterOrganisation = 0,
    /// [`Payload::UpdateOrganisation`].
    UpdateOrganisation = 1,
    /// [`Payload::DefineLicenceType`].
    DefineLicenceType = 2,
    /// [`Payload::Mint`].
    Mint = 3,
    /// [`Payload::ChangeStatus`].
    ChangeStatus = 4,
    /// [`Payload::Correct`].
    Correct = 5,
    /// [`Payload::Supersede`].
    Supersede = 6,
    /// [`Payload::ProposeChange`].
    ProposeChange = 7,
    /// [`Payload::ApproveChange`].
    ApproveChange = 8,
    /// [`Payload::ReportOffence`].
    ReportOffence = 9,
}

/// A new licence.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Mint {
    /// Its key.
    pub key: EntryKey,
    /// Its first state. A register import may bring licences that have ended already.
    pub licence: Licence,
}

/// A change of status.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct StatusChange {
    /// The licence.
    pub key: EntryKey,
    /// The change.
    pub change: Change,
    /// Its legal ground.
    pub ground: Ground,
}

/// A new content for a licence that was recorded wrongly; its version stays.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Correction {
    /// The licence.
    pub key: EntryKey,
    /// What should have stood there.
    pub licence: Licence,
}

/// A licence that takes the place of another, under the same number or a new one.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Supersession {
    /// Why.
    pub cause: SupersedeCause,
    /// The licence that is superseded.
    pub old: EntryKey,
    /// The key of the new state: `old` again, or a key never used before for a licence of a new number.
    pub new: EntryKey,
    /// The new state.
    pub licence: Licence,
}

/// An approval of a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Approval {
    /// The proposal's number.
    pub proposal: u32,
    /// The digest of its change ([`GovernanceChange::digest`]).
    pub change: Digest,
}

/// Why a licence is superseded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum SupersedeCause {
    /// 变更: its content changes.
    Amend = 1,
    /// 延续: its validity is extended.
    Renew = 2,
    /// 换发: it gets a new number.
    Reissue = 3,
}

impl Payload {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> PayloadKind {
        match self {
            Self::RegisterOrganisation(_) => PayloadKind::RegisterOrganisation,
            Self::UpdateOrganisation(_) => PayloadKind::UpdateOrganisation,
            Self::DefineLicenceType(_) => PayloadKind::DefineLicenceType,
            Self::Mint(_) => PayloadKind::Mint,
            Self::ChangeStatus(_) => PayloadKind::ChangeStatus,
            Self::Correct(_) => PayloadKind::Correct,
            Self::Supersede(_) => PayloadKind::Supersede,
            Self::ProposeChange(_) => PayloadKind::ProposeChange,
            Self::ApproveChange(_) => PayloadKind::ApproveChange,
            Self::ReportOffence(_) => PayloadKind::ReportOffence,
        }
    }

    /// The number of items.
    #[must_use]
    pub fn count(&self) -> u32 {
        let count = match self {
            Self::RegisterOrganisation(items) | Self::UpdateOrganisation(items) => items.len(),
            Self::DefineLicenceType(items) => items.len(),
            Self::Mint(items) => items.len(),
            Self::ChangeStatus(items) => items.len(),
            Self::Correct(items) => items.len(),
            Self::Supersede(items) => items.len(),
            Self::ProposeChange(items) => items.len(),
            Self::ApproveChange(items) => items.len(),
            Self::ReportOffence(items) => items.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The entries that its items append when they are applied: one each, and two for a reissue.
    #[must_use]
    pub fn entry_count(&self) -> u32 {
        let second = match self {
            Self::Supersede(items) => items.iter().filter(|item| item.cause == SupersedeCause::Reissue).count(),
            _ => 0,
        };
        self.count().saturating_add(u32::try_from(second).unwrap_or(u32::MAX))
    }

    /// The leaf hash of each item (RFC 6962 shape with the batch tree's prefix, over the item's canonical encoding).
    #[must_use]
    pub fn item_hashes(&self) -> Vec<Digest> {
        match self {
            Self::RegisterOrganisation(items) | Self::UpdateOrganisation(items) => hashes(items),
            Self::DefineLicenceType(items) => hashes(items),
            Self::Mint(items) => hashes(items),
            Self::ChangeStatus(items) => hashes(items),
            Self::Correct(items) => hashes(items),
            Self::Supersede(items) => hashes(items),
            Self::ProposeChange(items) => hashes(items),
            Self::ApproveChange(items) => hashes(items),
            Self::ReportOffence(items) => hashes(items),
        }
    }

    /// The batch root: the root over the items.
    #[must_use]
    pub fn items_root(&self) -> Digest {
        static_root::<BatchTree>(&self.item_hashes())
    }
}

fn hashes<T: BorshSerialize>(items: &[T]) -> Vec<Digest> {
    let mut bytes = Vec::with_capacity(512);
    let hash = |item| {
        bytes.clear();
        codec::encode_into(item, &mut bytes);
        leaf_hash::<BatchTree>(&bytes)
    };
    items.iter().map(hash).collect()
}
