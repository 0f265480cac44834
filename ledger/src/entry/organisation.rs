//! An organisation on the ledger: who may sign, and in which role. Public facts only.

use crate::codec::{Bounded, Text};
use crate::ids::OrganisationNumber;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::sign::PublicKey;

/// Keys an organisation may hold at once: the current one, the next one, one per signing device.
pub const MAX_KEYS: usize = 8;

/// An organisation (发证单位, 证照定义机构 or the governor of the ledger).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Organisation {
    /// Its number on this ledger.
    pub number: OrganisationNumber,
    /// Its unified social credit code (GB 32100), 18 characters.
    pub credit_code: Text<18>,
    /// Chinese name.
    pub name_zh: Text<192>,
    /// English name.
    pub name_en: Text<192>,
    /// What it may do.
    pub roles: Roles,
    /// The keys it signs transactions with.
    pub keys: Bounded<PublicKey, 1, MAX_KEYS>,
    /// Whether it may act now.
    pub status: OrganisationStatus,
}

/// Whether an organisation may act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum OrganisationStatus {
    /// It may.
    Active = 1,
    /// It may not; what it issued stays as it is.
    Barred = 2,
}

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Roles(u8);

impl Roles {
    /// Registers organisations.
    pub const GOVERNOR: Self = Self(1);
    /// Defines licence types.
    pub const DEFINER: Self = Self(2);
    /// Issues licences of the types that name it.
    pub const ISSUER: Self = Self(4);
    /// Makes and files electronic seals (制章机构).
    pub const SEAL_MAKER: Self = Self(8);
    const ALL_BITS: u8 = 15;

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all roles of `other` are in this set.
    #[must_use]
    pub const fn include(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BorshSerialize for Roles {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.0.serialize(writer)
    }
}

impl BorshDeserialize for Roles {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        match u8::deserialize_reader(reader)? {
            0 => Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "an organisation without a role")),
            bits if bits & !Self::ALL_BITS != 0 => {
                Err(std::io::Error::new(std::io::ErrorKind::InvalidData, format!("unknown roles {bits:#010b}")))
            }
            bits => Ok(Self(bits)),
        }
    }
}
