//! Nodes, parameters and proposals on the ledger.

use crate::{NodeRole, Octets};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_ledger::{codec, entry};

/// All nodes of the ledger's list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Nodes {
    /// The height they were read at.
    pub height: u64,
    /// In the order of their entries.
    pub items: Vec<Node>,
}

/// A node on the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The organisation that runs it.
    pub organisation: u32,
    /// What it is.
    pub role: NodeRole,
    /// Whether it is active; a removed one stays on the list.
    pub is_active: bool,
    /// The key it votes with.
    pub consensus_key: String,
    /// The key of its connections.
    pub network_key: String,
    /// Where it is reached for agreement.
    pub consensus_address: String,
    /// Where it is reached for transactions.
    pub exchange_address: String,
    /// The address of its interface; may be empty.
    pub url: String,
    /// Its certificate (X.509 DER); may be empty.
    pub certificate: Octets,
    /// Its canonical bytes.
    pub canonical: Octets,
}

/// The parameters of a ledger, and the limits of this node's interface.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Parameters {
    /// The height they were read at.
    pub height: u64,
    /// How long to wait for the proposer's block, in ms.
    pub propose_ms: u32,
    /// How long to wait for the other prevotes.
    pub prevote_ms: u32,
    /// How long to wait for the other precommits.
    pub precommit_ms: u32,
    /// What each round adds to the three.
    pub step_ms: u32,
    /// After which own votes are sent again.
    pub rebroadcast_ms: u32,
    /// The least time between two blocks.
    pub interval_ms: u32,
    /// The longest time without a block when there is nothing to decide; 0: never an empty block.
    pub idle_ms: u32,
    /// How far a proposer's time may be ahead of a voter's clock.
    pub max_ahead_ms: u32,
    /// Bytes of a proposal.
    pub max_block_bytes: u32,
    /// Entries that the transactions of a block may append.
    pub max_block_entries: u32,
    /// Transactions of a block.
    pub max_block_transactions: u32,
    /// Heights between the approval of a change and its effect.
    pub governance_delay: u32,
    /// The canonical bytes of all the above but the height.
    pub canonical: Octets,
    /// The limits of this node's interface.
    pub interface: InterfaceLimits,
}

/// The limits of a node's interface.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct InterfaceLimits {
    /// The longest transaction in bytes.
    pub max_transaction_bytes: u64,
    /// The most items of a transaction.
    pub max_transaction_items: u64,
    /// The most transactions of a batch.
    pub max_batch_transactions: u64,
    /// The longest batch in bytes.
    pub max_batch_bytes: u64,
    /// The most keys of a search.
    pub max_find_keys: u64,
}

/// Proposals that wait for approval or for their effect.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Proposals {
    /// The height they were read at.
    pub height: u64,
    /// By number.
    pub items: Vec<Proposal>,
}

/// A proposed change of governance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// Its number.
    pub number: u32,
    /// Who proposed it.
    pub proposer: u32,
    /// What it changes.
    #[schema(example = "add_node")]
    pub change: String,
    /// The organisations that approved it.
    pub approvals: Vec<u32>,
    /// The height at which it expires when it is not approved.
    pub expires: u64,
    /// What became of it: `open`, `approved`, `applied`, `failed`, `expired`.
    pub status: String,
    /// The height at which it takes effect, once approved.
    pub effective: Option<u64>,
    /// Why it failed, as a stable number.
    pub failure: Option<u16>,
    /// Its canonical bytes, the change in full among them.
    pub canonical: Octets,
}

impl From<&entry::Node> for Node {
    fn from(node: &entry::Node) -> Self {
        Self {
            name: node.name.to_string(),
            organisation: node.organisation.0,
            role: match node.role {
                entry::NodeRole::Validator => NodeRole::Validator,
                entry::NodeRole::Observer => NodeRole::Observer,
            },
            is_active: node.status == entry::NodeStatus::Active,
            consensus_key: node.consensus_key.to_string(),
            network_key: node.network_key.to_string(),
            consensus_address: node.consensus_address.to_string(),
            exchange_address: node.exchange_address.to_string(),
            url: node.url.to_string(),
            certificate: Octets(node.certificate.to_vec()),
            canonical: Octets(codec::encode(node)),
        }
    }
}

impl Parameters {
    /// The parameters at a height, beside the limits of an interface.
    #[must_use]
    pub fn new(height: u64, parameters: &entry::Parameters, interface: InterfaceLimits) -> Self {
        Self {
            height,
            propose_ms: parameters.propose_ms,
            prevote_ms: parameters.prevote_ms,
            precommit_ms: parameters.precommit_ms,
            step_ms: parameters.step_ms,
            rebroadcast_ms: parameters.rebroadcast_ms,
            interval_ms: parameters.interval_ms,
            idle_ms: parameters.idle_ms,
            max_ahead_ms: parameters.max_ahead_ms,
            max_block_bytes: parameters.max_block_bytes,
            max_block_entries: parameters.max_block_entries,
            max_block_transactions: parameters.max_block_transactions,
            governance_delay: parameters.governance_delay,
            canonical: Octets(codec::encode(parameters)),
            interface,
        }
    }
}

impl From<&entry::GovernanceProposal> for Proposal {
    fn from(proposal: &entry::GovernanceProposal) -> Self {
        use entry::{GovernanceChange, ProposalStatus};
        let change = match &proposal.change {
            GovernanceChange::AddNode(_) => "add_node",
            GovernanceChange::ReplaceNode(_) => "replace_node",
            GovernanceChange::RemoveNode(_) => "remove_node",
            GovernanceChange::RegisterOrganisation(_) => "register_organisation",
            GovernanceChange::UpdateOrganisation(_) => "update_organisation",
            GovernanceChange::SetParameters(_) => "set_parameters",
        };
        let (status, effective, failure) = match proposal.status {
            ProposalStatus::Open => ("open", None, None),
            ProposalStatus::Approved { effective } => ("approved", Some(effective.0), None),
            ProposalStatus::Applied => ("applied", None, None),
            ProposalStatus::Failed { code } => ("failed", None, Some(code.number())),
            ProposalStatus::Expired => ("expired", None, None),
        };
        Self {
            number: proposal.number,
            proposer: proposal.proposer.0,
            change: change.to_owned(),
            approvals: proposal.approvals.iter().map(|organisation| organisation.0).collect(),
            expires: proposal.expires.0,
            status: status.to_owned(),
            effective,
            failure,
            canonical: Octets(codec::encode(proposal)),
        }
    }
}
