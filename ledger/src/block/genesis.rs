//! The genesis: what a ledger starts from. Its digest is the chain id, and block 0 follows from it without any vote.

use super::header::{FORMAT_VERSION, Header, SUITE_SHA256_ED25519};
use super::stages::EntryBatch;
use crate::codec::{self, CodecError, Text};
use crate::current::Current;
use crate::entry::Origin;
use crate::entry::organisation::OrganisationStatus;
use crate::entry::{ENTRY_VERSION, Entry, EntryBody, Organisation, Roles};
use crate::ids::{BlockId, ChainId, EntryKey, Height, OrganisationNumber, TimestampMs};
use crate::log::Edge;
use crate::state::{Directory, Tip};
use crate::validator_set::ValidatorSet;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::merkle::{OutcomeTree, TransactionTree, static_root};

/// The longest genesis in bytes.
pub const MAX_GENESIS_BYTES: usize = 256 * 1024;

/// What a ledger starts from.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Genesis {
    /// The layout of headers on this ledger.
    pub format: u16,
    /// Its hash and signature algorithms.
    pub suite: u16,
    /// A name for people.
    pub name: Text<96>,
    /// When it starts.
    pub time: TimestampMs,
    /// Who decides from height 1 on.
    pub validators: ValidatorSet,
    /// Organisation 0, which registers all others.
    pub governor: Organisation,
}

/// Why a genesis is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GenesisError {
    /// Not a genesis.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// Made by a newer program, or not at all.
    #[error(
        "genesis of format {format} and suite {suite}; this program knows format {FORMAT_VERSION} and suite {SUITE_SHA256_ED25519}"
    )]
    Version {
        /// The format offered.
        format: u16,
        /// The suite offered.
        suite: u16,
    },
    /// The governor is not organisation 0, active, with the governor's role.
    #[error("the governor must be organisation 0, active, with the governor's role")]
    Governor,
}

impl Genesis {
    /// A genesis of the format and suite of this program.
    ///
    /// # Errors
    /// [`GenesisError::Governor`].
    pub fn new(
        name: Text<96>,
        time: TimestampMs,
        validators: ValidatorSet,
        governor: Organisation,
    ) -> Result<Self, GenesisError> {
        let genesis = Self { format: FORMAT_VERSION, suite: SUITE_SHA256_ED25519, name, time, validators, governor };
        genesis.check()?;
        Ok(genesis)
    }

    /// Reads a genesis.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisError> {
        let genesis: Self = codec::decode("genesis", bytes, MAX_GENESIS_BYTES)?;
        genesis.check()?;
        Ok(genesis)
    }

    fn check(&self) -> Result<(), GenesisError> {
        if self.format != FORMAT_VERSION || self.suite != SUITE_SHA256_ED25519 {
            return Err(GenesisError::Version { format: self.format, suite: self.suite });
        }
        let governor = &self.governor;
        let fits = governor.number == OrganisationNumber(0)
            && governor.status == OrganisationStatus::Active
            && governor.roles.include(Roles::GOVERNOR);
        if fits { Ok(()) } else { Err(GenesisError::Governor) }
    }

    /// The ledger's id.
    #[must_use]
    pub fn chain_id(&self) -> ChainId {
        ChainId::from_digest(Domain::ChainId.hash(&codec::encode(self)))
    }

    /// Block 0: one entry, the governor; no transactions, no certificate.
    #[must_use]
    pub fn start(&self) -> (EntryBatch, Tip) {
        let entry = Entry {
            version: ENTRY_VERSION,
            key: EntryKey::of_organisation(self.governor.number),
            previous: None,
            origin: Origin { height: Height(0), transaction: 0, item: 0 },
            body: EntryBody::Organisation(self.governor.clone()),
        };
        let mut batch = EntryBatch::default();
        let leaf = batch.push(&entry);
        let mut log = Edge::default();
        log.append(leaf);
        let current = Current::default().advance(1, &[]).unwrap_or_default();
        let header = Header {
            format: self.format,
            suite: self.suite,
            chain: self.chain_id(),
            height: Height(0),
            time: self.time,
            proposer: 0,
            parent: BlockId::from_digest(Digest::ZERO),
            transaction_count: 0,
            transaction_root: static_root::<TransactionTree>(&[]),
            outcome_root: static_root::<OutcomeTree>(&[]),
            log_size: log.size(),
            log_root: log.root(),
            current_root: current.root(),
            keys_root: Digest::ZERO,
            validators: self.validators.digest(),
            next_validators: self.validators.digest(),
        };
        let mut directory = Directory::default();
        directory.apply(&entry.body);
        let tip = Tip { id: header.id(), header, log, current, directory, validators: self.validators.clone() };
        (batch, tip)
    }
}
