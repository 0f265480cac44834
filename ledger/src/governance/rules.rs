//! Whether a change of governance is possible on a state, and the entry that it becomes.

use super::{Governance, MAX_NODES, set_of};
use crate::codec::Text;
use crate::entry::{EntryBody, GovernanceChange, Node, NodeStatus, Organisation, OrganisationStatus, Roles};
use crate::identifier::UnifiedCreditCode;
use crate::ids::{EntryKey, OrganisationNumber};
use crate::state::Directory;
use crate::transaction::RejectCode;
use crate::validator_set::{ValidatorSet, ValidatorSetError};

/// The entry that a change becomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Effect {
    pub(crate) key: EntryKey,
    pub(crate) body: EntryBody,
}

/// The keys that a change reads or writes, as far as they are known before the block is executed.
pub(crate) fn target(governance: &Governance, change: &GovernanceChange) -> Option<EntryKey> {
    match change {
        GovernanceChange::AddNode(node) | GovernanceChange::ReplaceNode(node) => {
            governance.place_of(node.name.as_str()).map(EntryKey::of_node)
        }
        GovernanceChange::RemoveNode(name) => governance.place_of(name.as_str()).map(EntryKey::of_node),
        GovernanceChange::RegisterOrganisation(one) | GovernanceChange::UpdateOrganisation(one) => {
            Some(EntryKey::of_organisation(one.number))
        }
        GovernanceChange::SetParameters(_) => Some(EntryKey::of_parameters()),
    }
}

/// What a change does to this state.
pub(crate) fn effect(
    directory: &Directory,
    governance: &Governance,
    change: &GovernanceChange,
) -> Result<Effect, RejectCode> {
    match change {
        GovernanceChange::AddNode(node) => {
            let known = governance.node(node.name.as_str());
            if known.is_some_and(|one| one.status == NodeStatus::Active) {
                return Err(RejectCode::NodeKnown);
            }
            node_effect(directory, governance, node)
        }
        GovernanceChange::ReplaceNode(node) => {
            if *active_node(governance, &node.name)? == *node {
                return Err(RejectCode::NoChange);
            }
            node_effect(directory, governance, node)
        }
        GovernanceChange::RemoveNode(name) => {
            let removed = Node { status: NodeStatus::Removed, ..active_node(governance, name)?.clone() };
            check_quorum(directory, &nodes_with(governance, &removed), None)?;
            Ok(of_node(governance, removed))
        }
        GovernanceChange::RegisterOrganisation(organisation) => {
            if organisation.number != directory.next_organisation() {
                return Err(RejectCode::OrganisationNumber);
            }
            check_codes(directory, organisation)?;
            Ok(of_organisation(organisation))
        }
        GovernanceChange::UpdateOrganisation(organisation) => {
            let known = directory.organisation(organisation.number).ok_or(RejectCode::OrganisationMissing)?;
            if known == organisation {
                return Err(RejectCode::NoChange);
            }
            check_update(directory, governance, organisation)?;
            Ok(of_organisation(organisation))
        }
        GovernanceChange::SetParameters(parameters) => {
            if parameters == governance.parameters() {
                return Err(RejectCode::NoChange);
            }
            parameters.check().map_err(|_| RejectCode::ParametersBounds)?;
            Ok(Effect { key: EntryKey::of_parameters(), body: EntryBody::Parameters(*parameters) })
        }
    }
}

/// Whether these approvals decide: the organisations that approved, and may act, operate a quorum of the active validators.
pub(crate) fn is_approved(directory: &Directory, governance: &Governance, approvals: &[OrganisationNumber]) -> bool {
    let acts = |number: &&OrganisationNumber| {
        directory.organisation(**number).is_some_and(|one| one.status == OrganisationStatus::Active)
    };
    let acting: Vec<OrganisationNumber> = approvals.iter().filter(acts).copied().collect();
    governance.votes(&acting) >= governance.validators().quorum()
}

/// Whether the governor may update an organisation alone: it operates no validator and is not the governor; or one organisation
/// operates every validator, which would only approve itself.
pub(crate) fn may_update_alone(governance: &Governance, number: OrganisationNumber) -> bool {
    let concerned = number == OrganisationNumber(0) || governance.operates_validator(number);
    let mut operators = governance.nodes().iter().filter(|node| node.is_validator()).map(|node| node.organisation);
    let first = operators.next();
    !concerned || operators.all(|one| Some(one) == first)
}

/// The rules of an update, whoever decides it.
pub(crate) fn check_update(
    directory: &Directory,
    governance: &Governance,
    organisation: &Organisation,
) -> Result<(), RejectCode> {
    let governs = organisation.roles.include(Roles::GOVERNOR) && organisation.status == OrganisationStatus::Active;
    if organisation.number == OrganisationNumber(0) && !governs {
        return Err(RejectCode::GovernorFixed);
    }
    check_codes(directory, organisation)?;
    if organisation.status == OrganisationStatus::Barred && governance.operates_validator(organisation.number) {
        check_quorum(directory, governance.nodes(), Some(organisation.number))?;
    }
    Ok(())
}

/// The credit code is well-formed and no other organisation's.
pub(crate) fn check_codes(directory: &Directory, organisation: &Organisation) -> Result<(), RejectCode> {
    if UnifiedCreditCode::parse(organisation.credit_code.as_str()).is_err() {
        return Err(RejectCode::CreditCodeInvalid);
    }
    let is_taken =
        |other: &Organisation| other.credit_code == organisation.credit_code && other.number != organisation.number;
    if directory.organisations().any(is_taken) { Err(RejectCode::CreditCodeTaken) } else { Ok(()) }
}

fn active_node<'g>(governance: &'g Governance, name: &Text<64>) -> Result<&'g Node, RejectCode> {
    let known = governance.node(name.as_str()).filter(|one| one.status == NodeStatus::Active);
    known.ok_or(RejectCode::NodeUnknown)
}

fn node_effect(directory: &Directory, governance: &Governance, node: &Node) -> Result<Effect, RejectCode> {
    if node.status != NodeStatus::Active || node.check().is_err() {
        return Err(RejectCode::NodeRecord);
    }
    let operator = directory.organisation(node.organisation);
    if !operator.is_some_and(|one| one.status == OrganisationStatus::Active) {
        return Err(RejectCode::NodeOperator);
    }
    check_node_keys(governance, node)?;
    let nodes = nodes_with(governance, node);
    if nodes.len() > MAX_NODES {
        return Err(RejectCode::NodeLimit);
    }
    check_quorum(directory, &nodes, None)?;
    Ok(of_node(governance, node.clone()))
}

/// A key belongs to one node for good: what it signed stays the doing of that node.
fn check_node_keys(governance: &Governance, node: &Node) -> Result<(), RejectCode> {
    let keys = [&node.consensus_key, &node.network_key];
    let others = || governance.nodes().iter().filter(|other| other.name != node.name);
    let is_held = others().any(|other| keys.contains(&&other.consensus_key) || keys.contains(&&other.network_key));
    let has_voted = governance.terms(&node.consensus_key).iter().any(|term| term.node != node.name)
        || !governance.terms(&node.network_key).is_empty();
    if is_held || has_voted { Err(RejectCode::NodeKeyTaken) } else { Ok(()) }
}

/// There is a set, and organisations that may act operate a quorum of it: otherwise nothing could be approved any more.
fn check_quorum(
    directory: &Directory,
    nodes: &[Node],
    barred: Option<OrganisationNumber>,
) -> Result<ValidatorSet, RejectCode> {
    let set = set_of(nodes).map_err(|error| match error {
        ValidatorSetError::Count { actual: 0 } => RejectCode::LastValidator,
        ValidatorSetError::Count { .. } => RejectCode::NodeLimit,
        _ => RejectCode::NodeKeyTaken,
    })?;
    let acts = |number: OrganisationNumber| {
        let organisation = directory.organisation(number);
        organisation.is_some_and(|one| one.status == OrganisationStatus::Active) && barred != Some(number)
    };
    let acting = nodes.iter().filter(|node| node.is_validator() && acts(node.organisation)).count();
    if acting >= set.quorum() { Ok(set) } else { Err(RejectCode::QuorumUnreachable) }
}

fn nodes_with(governance: &Governance, node: &Node) -> Vec<Node> {
    let mut nodes = governance.nodes().to_vec();
    match nodes.iter_mut().find(|one| one.name == node.name) {
        Some(known) => *known = node.clone(),
        None => nodes.push(node.clone()),
    }
    nodes
}

fn of_node(governance: &Governance, node: Node) -> Effect {
    let place = governance.place_of(node.name.as_str()).unwrap_or_else(|| governance.next_place());
    Effect { key: EntryKey::of_node(place), body: EntryBody::Node(node) }
}

fn of_organisation(organisation: &Organisation) -> Effect {
    Effect { key: EntryKey::of_organisation(organisation.number), body: EntryBody::Organisation(organisation.clone()) }
}
