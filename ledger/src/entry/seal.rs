//! The register of electronic seals (电子印章): who owns which seal, what was made, and whether it may be used. The duties are those of
//! 电子印章管理办法 (2025): 申请, 制作, 备案, 使用, 注销. The life cycle's rule is [`SealRecord::check_step`] and nowhere else.

use super::licence::Ground;
use crate::codec::{Bounded, Text};
use crate::ids::{Date, OrganisationNumber, SealNumber, TimestampMs};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;

/// The most certificates that a seal admits: one for each signing device of its owner.
pub const MAX_SEAL_CERTIFICATES: usize = 8;

/// A seal of the register after one step of its life.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SealRecord {
    /// Its number on this ledger.
    pub number: SealNumber,
    /// Its identifier (esID of GB/T 38540), no other seal's.
    pub id: Text<64>,
    /// Who applied for it and uses it.
    pub owner: OrganisationNumber,
    /// Its name, e.g. 某某局证照专用章.
    pub name_zh: Text<192>,
    /// What it is for.
    pub kind: SealKind,
    /// What was made; none while it is only applied for.
    pub made: Option<MadeSeal>,
    /// Where it stands.
    pub status: SealStatus,
    /// The time of the block that brought this state.
    pub changed: TimestampMs,
    /// The legal ground of this state.
    pub ground: Ground,
}

/// What a seal maker made (the SESeal structure of GB/T 38540), by its digests.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct MadeSeal {
    /// Who made it (制章机构).
    pub maker: OrganisationNumber,
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
}

/// What a seal is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum SealKind {
    /// 法定名称章: the seal of the organisation's legal name.
    LegalName = 1,
    /// 证照专用章: for licences only.
    Licence = 2,
    /// 其他专用章: another special purpose.
    Special = 3,
    /// 法定代表人名章: of the legal representative.
    Representative = 4,
}

/// Where a seal stands. 使用 is no state: every licence that was sealed names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum SealStatus {
    /// 申请: its owner asked for it.
    Applied = 1,
    /// 制作: it was made and is not on file yet.
    Made = 2,
    /// 备案: it may be used.
    Filed = 3,
    /// 注销: it may not be used any more; what was sealed stays sealed.
    Cancelled = 4,
}

/// A step in the life of a seal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SealStep {
    /// 制作.
    Make,
    /// 备案.
    File,
    /// 换制: the certificates were renewed, the seal is made again and is on file at once.
    Remake,
    /// 注销.
    Cancel,
}

impl SealRecord {
    /// The one place of the life cycle's rule: the status after a step; none when the step is not allowed now.
    #[must_use]
    pub const fn check_step(&self, step: SealStep) -> Option<SealStatus> {
        match (self.status, step) {
            (SealStatus::Applied, SealStep::Make) => Some(SealStatus::Made),
            (SealStatus::Made, SealStep::File) | (SealStatus::Filed, SealStep::Remake) => Some(SealStatus::Filed),
            (SealStatus::Applied | SealStatus::Made | SealStatus::Filed, SealStep::Cancel) => {
                Some(SealStatus::Cancelled)
            }
            _ => None,
        }
    }

    /// Whether licences may be sealed with it on this day.
    #[must_use]
    pub fn may_seal_on(&self, day: Date) -> bool {
        let within = |made: &MadeSeal| made.valid_from <= day && day <= made.valid_to;
        self.status == SealStatus::Filed && self.made.as_ref().is_some_and(within)
    }
}

impl SealKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::LegalName, Self::Licence, Self::Special, Self::Representative];

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::LegalName => "法定名称章",
            Self::Licence => "证照专用章",
            Self::Special => "其他专用章",
            Self::Representative => "法定代表人名章",
        }
    }

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::LegalName => "legal_name",
            Self::Licence => "licence",
            Self::Special => "special",
            Self::Representative => "representative",
        }
    }
}

impl SealStatus {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Applied, Self::Made, Self::Filed, Self::Cancelled];

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Applied => "申请",
            Self::Made => "制作",
            Self::Filed => "备案",
            Self::Cancelled => "注销",
        }
    }

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Made => "made",
            Self::Filed => "filed",
            Self::Cancelled => "cancelled",
        }
    }
}
