//! The state of governance: nodes, parameters, pending proposals, offences. Derived from the entries of the log alone.
//!
//! Specified in docs/spec/governance.md. Proposals that are over are not held here: they are read by [`EntryKey::of_proposal`](crate::ids::EntryKey::of_proposal).

pub(crate) mod preview;
pub(crate) mod rules;

use crate::block::OffenceKind;
use crate::codec::Text;
use crate::entry::{Entry, EntryBody, GovernanceProposal, Node, OffenceRecord, Parameters};
use crate::ids::{Height, OrganisationNumber};
use crate::validator_set::{Validator, ValidatorSet, ValidatorSetError};
pub use preview::{Changed, Difference, check, preview};
use std::collections::BTreeMap;
use std::sync::Arc;
use zhengku_crypto::sign::PublicKey;

/// Nodes that were ever on the ledger, removed ones included: a province's validators and their observers with room.
pub const MAX_NODES: usize = 1024;

/// Proposals that may be pending at once: each is held in memory and carried out by one block.
pub const MAX_PENDING_PROPOSALS: usize = 64;
/// Heights after which a proposal without a quorum ends.
pub const PROPOSAL_LIFETIME: u64 = 10_000;
/// Offences that are recorded of one key: more would prove nothing more.
pub const MAX_OFFENCES_OF_A_KEY: usize = 256;

/// What validators decide about, as of one block. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Governance {
    nodes: Arc<Vec<Node>>,
    validators: ValidatorSet,
    terms: Arc<BTreeMap<PublicKey, Vec<Term>>>,
    parameters: Parameters,
    proposals: Arc<BTreeMap<u32, GovernanceProposal>>,
    next_proposal: u32,
    offences: Arc<Vec<KnownOffence>>,
}

/// A time in which a key voted for a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// The node's name.
    pub node: Text<64>,
    /// The first height that the key votes on.
    pub from: Height,
    /// The last one; none while it votes.
    pub until: Option<Height>,
}

/// An offence on the ledger, without its evidence (which is read by [`EntryKey::of_offence`](crate::ids::EntryKey::of_offence)).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownOffence {
    /// Its number.
    pub number: u32,
    /// The node.
    pub node: Text<64>,
    /// The key that signed.
    pub key: PublicKey,
    /// The height of what was signed.
    pub height: Height,
    /// Its round.
    pub round: u32,
    /// What it is.
    pub kind: OffenceKind,
    /// Who reported it.
    pub reporter: OrganisationNumber,
}

impl Governance {
    /// What a ledger starts with.
    ///
    /// # Errors
    /// [`ValidatorSetError`] when the nodes give no validator set.
    pub fn start(nodes: &[Node], parameters: Parameters) -> Result<Self, ValidatorSetError> {
        let mut governance = Self {
            nodes: Arc::default(),
            validators: set_of(nodes)?,
            terms: Arc::default(),
            parameters,
            proposals: Arc::default(),
            next_proposal: 0,
            offences: Arc::default(),
        };
        for node in nodes {
            governance.take_node(node, Height(0));
        }
        governance.validators = set_of(nodes)?;
        Ok(governance)
    }

    /// Takes over an entry's state when it is one of governance. Entries must come in the order of the log.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.body {
            EntryBody::Node(node) => self.take_node(node, entry.origin.height),
            EntryBody::Parameters(parameters) => self.parameters = *parameters,
            EntryBody::Proposal(proposal) => {
                self.next_proposal = self.next_proposal.max(proposal.number.saturating_add(1));
                let proposals = Arc::make_mut(&mut self.proposals);
                if proposal.is_pending() {
                    proposals.insert(proposal.number, proposal.clone());
                } else {
                    proposals.remove(&proposal.number);
                }
            }
            EntryBody::Offence(record) => Arc::make_mut(&mut self.offences).push(KnownOffence::of(record)),
            EntryBody::Organisation(_)
            | EntryBody::LicenceType(_)
            | EntryBody::Licence(_)
            | EntryBody::Seal(_)
            | EntryBody::MaterialType(_)
            | EntryBody::BatchApproval(_) => {}
        }
    }

    fn take_node(&mut self, node: &Node, height: Height) {
        let nodes = Arc::make_mut(&mut self.nodes);
        let known = nodes.iter_mut().find(|one| one.name == node.name);
        let voted = known.as_ref().filter(|one| one.is_validator()).map(|one| one.consensus_key.clone());
        match known {
            Some(known) => *known = node.clone(),
            None => nodes.push(node.clone()),
        }
        let votes = node.is_validator().then(|| node.consensus_key.clone());
        if voted != votes {
            let terms = Arc::make_mut(&mut self.terms);
            let last = voted.and_then(|key| terms.get_mut(&key)).and_then(|terms| terms.last_mut());
            if let Some(last) = last {
                last.until = Some(height);
            }
            if let Some(key) = votes {
                let term = Term { node: node.name.clone(), from: height.next(), until: None };
                terms.entry(key).or_default().push(term);
            }
        }
        // The rules let no entry pass that would leave no set; a genesis is applied node by node and has its set already.
        if let Ok(validators) = set_of(nodes) {
            self.validators = validators;
        }
    }

    /// Every node that was ever on the ledger, in the order of their first entries.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node by its name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|one| one.name.as_str() == name)
    }

    /// A node's place, which its key is made of ([`EntryKey::of_node`](crate::ids::EntryKey::of_node)).
    #[must_use]
    pub fn place_of(&self, name: &str) -> Option<u32> {
        self.nodes.iter().position(|one| one.name.as_str() == name).and_then(|place| u32::try_from(place).ok())
    }

    /// The place that the next new node gets.
    #[must_use]
    pub fn next_place(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// The active validators, in the order of their first entries: the set that votes on the next block.
    #[must_use]
    pub const fn validators(&self) -> &ValidatorSet {
        &self.validators
    }

    /// The parameters of the next block.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The proposals that are open or wait for their height, by number.
    pub fn proposals(&self) -> impl Iterator<Item = &GovernanceProposal> {
        self.proposals.values()
    }

    /// A pending proposal by its number.
    #[must_use]
    pub fn proposal(&self, number: u32) -> Option<&GovernanceProposal> {
        self.proposals.get(&number)
    }

    /// The number of the next proposal: those below it exist.
    #[must_use]
    pub const fn next_proposal(&self) -> u32 {
        self.next_proposal
    }

    /// Every offence on the ledger, by number.
    #[must_use]
    pub fn offences(&self) -> &[KnownOffence] {
        &self.offences
    }

    /// The number of the next offence.
    #[must_use]
    pub fn offence_count(&self) -> u32 {
        u32::try_from(self.offences.len()).unwrap_or(u32::MAX)
    }

    /// The node that a consensus key voted for at a height.
    #[must_use]
    pub fn term_at(&self, key: &PublicKey, height: Height) -> Option<&Term> {
        let covers = |term: &&Term| term.from <= height && term.until.is_none_or(|until| height <= until);
        self.terms(key).iter().find(covers)
    }

    /// Whether an approved change waits for its height: blocks must go on, empty ones too, until it has taken effect.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.proposals.values().any(|one| matches!(one.status, crate::entry::ProposalStatus::Approved { .. }))
    }

    /// When, and for which nodes, a consensus key has voted.
    #[must_use]
    pub fn terms(&self, key: &PublicKey) -> &[Term] {
        self.terms.get(key).map_or(&[], Vec::as_slice)
    }

    /// Every key that ever voted, with its terms.
    pub fn all_terms(&self) -> impl Iterator<Item = (&PublicKey, &[Term])> {
        self.terms.iter().map(|(key, terms)| (key, terms.as_slice()))
    }

    /// The active validators that these organisations operate.
    #[must_use]
    pub fn votes(&self, approvals: &[OrganisationNumber]) -> usize {
        let counts = |node: &&Node| node.is_validator() && approvals.contains(&node.organisation);
        self.nodes.iter().filter(counts).count()
    }

    /// Whether an organisation operates an active validator.
    #[must_use]
    pub fn operates_validator(&self, organisation: OrganisationNumber) -> bool {
        self.votes(&[organisation]) > 0
    }
}

impl KnownOffence {
    fn of(record: &OffenceRecord) -> Self {
        let (height, round) = record.evidence.place();
        Self {
            number: record.number,
            node: record.node.clone(),
            key: record.evidence.validator().clone(),
            height,
            round,
            kind: record.evidence.kind(),
            reporter: record.reporter,
        }
    }
}

/// The active validators of a list of nodes, in its order.
///
/// # Errors
/// [`ValidatorSetError`] when there are none, too many, or two with one key.
pub fn set_of(nodes: &[Node]) -> Result<ValidatorSet, ValidatorSetError> {
    let validator = |node: &Node| Validator { name: node.name.clone(), key: node.consensus_key.clone() };
    ValidatorSet::new(nodes.iter().filter(|node| node.is_validator()).map(validator).collect())
}
