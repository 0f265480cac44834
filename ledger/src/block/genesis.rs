//! The genesis: what a ledger starts from. Its digest is the chain id, and block 0 follows from it without any vote.

use super::header::{FORMAT_VERSION, Header, SUITE_SHA256_ED25519};
use super::stages::EntryBatch;
use crate::codec::{self, Bounded, CodecError, LengthError, Text};
use crate::current::Current;
use crate::entry::organisation::OrganisationStatus;
use crate::entry::{
    ENTRY_VERSION, Entry, EntryBody, Node, NodeRefusal, NodeStatus, Organisation, Origin, Parameters,
    ParametersRefusal, Roles,
};
use crate::governance::{Governance, MAX_NODES};
use crate::ids::{BlockId, ChainId, EntryKey, Height, OrganisationNumber, TimestampMs};
use crate::log::Edge;
use crate::state::{Directory, Tip};
use crate::validator_set::{ValidatorSet, ValidatorSetError};
use borsh::BorshSerialize;
use std::collections::BTreeSet;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::merkle::{OutcomeTree, TransactionTree, static_root};

/// The longest genesis in bytes: the most organisations and nodes, each with a certificate of 900 bytes.
pub const MAX_GENESIS_BYTES: usize = 2 * 1024 * 1024;
/// The most organisations that a ledger starts with; more are registered later.
pub const MAX_GENESIS_ORGANISATIONS: usize = 1024;

type Organisations = Bounded<Organisation, 1, MAX_GENESIS_ORGANISATIONS>;
type Nodes = Bounded<Node, 1, MAX_NODES>;

/// What a ledger starts from. A value of this type has kept every rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    name: Text<96>,
    time: TimestampMs,
    organisations: Organisations,
    nodes: Nodes,
    parameters: Parameters,
    governance: Governance,
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
    /// Too few or too many organisations or nodes.
    #[error(transparent)]
    Count(#[from] LengthError),
    /// The governor is not organisation 0, active, with the governor's role.
    #[error("the governor must be organisation 0, active, with the governor's role")]
    Governor,
    /// Organisations are not numbered from 0, or two have one credit code.
    #[error(
        "organisation {place}: organisations are numbered from 0 in their order, each with a credit code of its own"
    )]
    Organisation {
        /// Its place.
        place: usize,
    },
    /// A node's record breaks a rule.
    #[error("node {place}: {source}")]
    Node {
        /// Its place.
        place: usize,
        /// The rule.
        source: NodeRefusal,
    },
    /// A node that is removed, of no organisation, or with a name or key that another has.
    #[error("node {place}: it must be active, of an organisation of this genesis, with a name and keys of its own")]
    NodeConflict {
        /// Its place.
        place: usize,
    },
    /// The parameters.
    #[error("parameters: {0}")]
    Parameters(#[from] ParametersRefusal),
    /// The nodes give no validator set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
}

impl BorshSerialize for Genesis {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        (FORMAT_VERSION, SUITE_SHA256_ED25519).serialize(writer)?;
        (&self.name, self.time, &self.organisations, &self.nodes, self.parameters).serialize(writer)
    }
}

impl Genesis {
    /// A genesis of the format and suite of this program. Organisation 0 is the governor.
    ///
    /// # Errors
    /// [`GenesisError`] naming the rule that it breaks.
    pub fn new(
        name: Text<96>,
        time: TimestampMs,
        organisations: Vec<Organisation>,
        nodes: Vec<Node>,
        parameters: Parameters,
    ) -> Result<Self, GenesisError> {
        let (organisations, nodes) = (Bounded::new(organisations)?, Bounded::new(nodes)?);
        Self::checked(name, time, organisations, nodes, parameters)
    }

    /// Reads a genesis.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisError> {
        let (version, _) = bytes.split_at_checked(4).unwrap_or((bytes, &[]));
        let (format, suite): (u16, u16) = codec::decode("genesis", version, 4)?;
        if bytes.len() <= MAX_GENESIS_BYTES && (format, suite) != (FORMAT_VERSION, SUITE_SHA256_ED25519) {
            return Err(GenesisError::Version { format, suite });
        }
        type Wire = (u16, u16, Text<96>, TimestampMs, Organisations, Nodes, Parameters);
        let (_, _, name, time, organisations, nodes, parameters): Wire =
            codec::decode("genesis", bytes, MAX_GENESIS_BYTES)?;
        Self::checked(name, time, organisations, nodes, parameters)
    }

    fn checked(
        name: Text<96>,
        time: TimestampMs,
        organisations: Organisations,
        nodes: Nodes,
        parameters: Parameters,
    ) -> Result<Self, GenesisError> {
        check_organisations(&organisations)?;
        check_nodes(&nodes, &organisations)?;
        parameters.check()?;
        let governance = Governance::start(&nodes, parameters)?;
        Ok(Self { name, time, organisations, nodes, parameters, governance })
    }

    /// A name for people.
    #[must_use]
    pub const fn name(&self) -> &Text<96> {
        &self.name
    }

    /// When the ledger starts.
    #[must_use]
    pub const fn time(&self) -> TimestampMs {
        self.time
    }

    /// The organisations; the first is the governor.
    #[must_use]
    pub fn organisations(&self) -> &[Organisation] {
        &self.organisations
    }

    /// The nodes.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Who decides from height 1 on: the active validators in the order of the nodes.
    #[must_use]
    pub const fn validators(&self) -> &ValidatorSet {
        self.governance.validators()
    }

    /// The ledger's id.
    #[must_use]
    pub fn chain_id(&self) -> ChainId {
        ChainId::from_digest(Domain::ChainId.hash(&codec::encode(self)))
    }

    /// The entries of block 0: organisations, nodes, parameters, in this order. Items count on through all of them.
    fn entries(&self) -> impl Iterator<Item = Entry> {
        let organisations = self
            .organisations
            .iter()
            .map(|one| (EntryKey::of_organisation(one.number), EntryBody::Organisation(one.clone())));
        let nodes = (0_u32..)
            .zip(self.nodes.iter())
            .map(|(place, one)| (EntryKey::of_node(place), EntryBody::Node(one.clone())));
        let parameters = std::iter::once((EntryKey::of_parameters(), EntryBody::Parameters(self.parameters)));
        let entry = |(item, (key, body))| {
            let origin = Origin { height: Height(0), transaction: 0, item };
            Entry { version: ENTRY_VERSION, key, previous: None, origin, body }
        };
        (0_u32..).zip(organisations.chain(nodes).chain(parameters)).map(entry)
    }

    /// Block 0: no transactions, no certificate.
    #[must_use]
    pub fn start(&self) -> (EntryBatch, Tip) {
        let (mut batch, mut log, mut directory) = (EntryBatch::default(), Edge::default(), Directory::default());
        for entry in self.entries() {
            log.append(batch.push(&entry));
            directory.apply(&entry.body);
        }
        let current = Current::default().advance(log.size(), &[]).unwrap_or_default();
        let validators = self.validators().digest();
        let header = Header {
            format: FORMAT_VERSION,
            suite: SUITE_SHA256_ED25519,
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
            validators,
            next_validators: validators,
        };
        (batch, Tip { id: header.id(), header, log, current, directory, governance: self.governance.clone() })
    }
}

fn check_organisations(organisations: &[Organisation]) -> Result<(), GenesisError> {
    let governs = |one: &Organisation| one.status == OrganisationStatus::Active && one.roles.include(Roles::GOVERNOR);
    if !organisations.first().is_some_and(|one| one.number == OrganisationNumber(0) && governs(one)) {
        return Err(GenesisError::Governor);
    }
    let mut codes = BTreeSet::new();
    for (place, one) in organisations.iter().enumerate() {
        if usize::try_from(one.number.0) != Ok(place) || !codes.insert(one.credit_code.as_str()) {
            return Err(GenesisError::Organisation { place });
        }
    }
    Ok(())
}

fn check_nodes(nodes: &[Node], organisations: &[Organisation]) -> Result<(), GenesisError> {
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for (place, node) in nodes.iter().enumerate() {
        node.check().map_err(|source| GenesisError::Node { place, source })?;
        let operator = organisations.iter().find(|one| one.number == node.organisation);
        let operated = operator.is_some_and(|one| one.status == OrganisationStatus::Active);
        let own =
            names.insert(node.name.as_str()) && keys.insert(&node.consensus_key) && keys.insert(&node.network_key);
        if !operated || !own || node.status != NodeStatus::Active {
            return Err(GenesisError::NodeConflict { place });
        }
    }
    Ok(())
}
