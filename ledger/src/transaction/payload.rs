//! What a transaction can ask for. Every payload is a list of items of one kind; the list is applied whole or not at all.

use crate::block::Offence;
use crate::codec::{self, Bounded, Text};
use crate::entry::licence::{Change, Ground};
use crate::entry::seal::MAX_SEAL_CERTIFICATES;
use crate::entry::{GovernanceChange, Licence, LicenceType, MaterialType, Organisation, SealKind};
use crate::ids::{Date, EntryKey, SealNumber};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{BatchTree, leaf_hash, static_root};

/// Items under one signature: 4,096 licences are about 1 MB, a tenth of the largest block.
pub const MAX_ITEMS: usize = 4096;

/// Changes proposed or approved under one signature: as many as may be pending.
pub const MAX_CHANGES: usize = 64;
/// Offences reported under one signature: each costs the verification of two signatures while a block is executed.
pub const MAX_OFFENCES: usize = 16;
/// Mass actions approved under one signature: two million items.
pub const MAX_BATCH_APPROVALS: usize = 512;
/// The most licences that one person may end, suspend or replace by one transaction; more take a second person's approval. A clerk's day
/// has tens of such decisions, a mistaken query thousands.
pub const MASS_ACTION_ITEMS: u32 = 100;

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
    /// Applies for seals (by an issuer, for itself).
    ApplySeal(Bounded<SealApplication, 1, MAX_ITEMS>),
    /// Makes seals that were applied for (by a seal maker).
    MakeSeal(Bounded<SealMaking, 1, MAX_ITEMS>),
    /// Puts seals on file that were made (by their maker): they may be used from then on.
    FileSeal(Bounded<SealFiling, 1, MAX_ITEMS>),
    /// Makes filed seals again, with renewed certificates (by their maker): they stay on file.
    RemakeSeal(Bounded<SealMaking, 1, MAX_ITEMS>),
    /// Cancels seals (by their owner or their maker).
    CancelSeal(Bounded<SealCancellation, 1, MAX_ITEMS>),
    /// Defines or redefines material types (by a definer).
    DefineMaterialType(Bounded<MaterialType, 1, MAX_ITEMS>),
    /// Approves mass actions that another key of the organisation will submit (by an issuer).
    ApproveBatch(Bounded<BatchApproval, 1, MAX_BATCH_APPROVALS>),
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
    /// [`Payload::ApplySeal`].
    ApplySeal = 10,
    /// [`Payload::MakeSeal`].
    MakeSeal = 11,
    /// [`Payload::FileSeal`].
    FileSeal = 12,
    /// [`Payload::RemakeSeal`].
    RemakeSeal = 13,
    /// [`Payload::CancelSeal`].
    CancelSeal = 14,
    /// [`Payload::DefineMaterialType`].
    DefineMaterialType = 15,
    /// [`Payload::ApproveBatch`].
    ApproveBatch = 16,
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

/// An application for a seal (申请).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SealApplication {
    /// Its number: the next free one.
    pub number: SealNumber,
    /// Its identifier (esID of GB/T 38540).
    pub id: Text<64>,
    /// Its name.
    pub name_zh: Text<192>,
    /// What it is for.
    pub kind: SealKind,
    /// The legal ground.
    pub ground: Ground,
}

/// A seal as it was made (制作), or made again.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SealMaking {
    /// The seal.
    pub number: SealNumber,
    /// SHA-256 of the SESeal in DER.
    pub sha256: Digest,
    /// SM3 of the SESeal in DER.
    pub sm3: Digest,
    /// SHA-256 of each certificate (DER) that may sign with it.
    pub certificates: Bounded<Digest, 1, MAX_SEAL_CERTIFICATES>,
    /// The first day on which it may be used.
    pub valid_from: Date,
    /// The last day.
    pub valid_to: Date,
    /// The legal ground.
    pub ground: Ground,
}

/// The filing (备案) of a seal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SealFiling {
    /// The seal.
    pub number: SealNumber,
    /// SHA-256 of the SESeal that was looked at: nobody files another one.
    pub sha256: Digest,
    /// The legal ground.
    pub ground: Ground,
}

/// The cancellation (注销) of a seal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SealCancellation {
    /// The seal.
    pub number: SealNumber,
    /// The legal ground.
    pub ground: Ground,
}

/// The approval of a mass action that is still to be submitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct BatchApproval {
    /// The root over its items ([`Payload::items_root`]).
    pub items_root: Digest,
    /// Their number.
    pub count: u32,
    /// Their kind: [`PayloadKind::ChangeStatus`] or [`PayloadKind::Supersede`].
    pub kind: PayloadKind,
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
            Self::ApplySeal(_) => PayloadKind::ApplySeal,
            Self::MakeSeal(_) => PayloadKind::MakeSeal,
            Self::FileSeal(_) => PayloadKind::FileSeal,
            Self::RemakeSeal(_) => PayloadKind::RemakeSeal,
            Self::CancelSeal(_) => PayloadKind::CancelSeal,
            Self::DefineMaterialType(_) => PayloadKind::DefineMaterialType,
            Self::ApproveBatch(_) => PayloadKind::ApproveBatch,
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
            Self::ApplySeal(items) => items.len(),
            Self::MakeSeal(items) | Self::RemakeSeal(items) => items.len(),
            Self::FileSeal(items) => items.len(),
            Self::CancelSeal(items) => items.len(),
            Self::DefineMaterialType(items) => items.len(),
            Self::ApproveBatch(items) => items.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The entries that its items append when they are applied: one each, two for a reissue, and one more for the approval that a mass
    /// action uses up.
    #[must_use]
    pub fn entry_count(&self) -> u32 {
        self.count().saturating_add(self.reissues()).saturating_add(u32::from(self.is_mass_action()))
    }

    /// Whether it takes a second person's approval: more than [`MASS_ACTION_ITEMS`] changes of status, corrections (which may change
    /// status and dates as well), or licences that reissues end.
    #[must_use]
    pub fn is_mass_action(&self) -> bool {
        match self {
            Self::ChangeStatus(_) | Self::Correct(_) => self.count() > MASS_ACTION_ITEMS,
            _ => self.reissues() > MASS_ACTION_ITEMS,
        }
    }

    fn reissues(&self) -> u32 {
        let count = match self {
            Self::Supersede(items) => items.iter().filter(|item| item.cause == SupersedeCause::Reissue).count(),
            _ => 0,
        };
        u32::try_from(count).unwrap_or(u32::MAX)
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
            Self::ApplySeal(items) => hashes(items),
            Self::MakeSeal(items) | Self::RemakeSeal(items) => hashes(items),
            Self::FileSeal(items) => hashes(items),
            Self::CancelSeal(items) => hashes(items),
            Self::DefineMaterialType(items) => hashes(items),
            Self::ApproveBatch(items) => hashes(items),
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
