//! Changes of governance: who may propose and approve, when they take effect, what they must not lead to.

mod walk;

use super::*;
use crate::block::{ExecutedBlock, Genesis};
use crate::entry::{
    Entry, EntryBody, GovernanceChange, GovernanceProposal, Node, NodeRole, NodeStatus, Organisation,
    OrganisationStatus, Origin, Parameters, ProposalStatus, Roles,
};
use crate::governance::{MAX_PENDING_PROPOSALS, PROPOSAL_LIFETIME, preview};
use crate::ids::{Height, LogIndex};
use crate::transaction::{Approval, RejectCode as Code};
use zhengku_crypto::sign::Signer;

/// Heights between approval and effect in these tests.
pub(super) const DELAY: u32 = 2;
/// Who operates the four validators, in their order.
pub(super) const OPERATORS: [OrganisationNumber; 4] = [GOVERNOR, DEFINER, ISSUER, OTHER_ISSUER];

/// Four validators of four organisations; a fifth organisation operates none.
pub(super) fn operated() -> World {
    let roles = [Roles::GOVERNOR, Roles::DEFINER, Roles::ISSUER, Roles::ISSUER, Roles::ISSUER];
    let organisations =
        (0..).zip(roles).map(|(number, roles)| organisation(OrganisationNumber(number), roles)).collect();
    let nodes = (0..).zip(OPERATORS).map(|(place, organisation)| Node { organisation, ..node(place) }).collect();
    let parameters = Parameters { governance_delay: DELAY, ..Parameters::default() };
    World::of(&Genesis::new(text("test"), START, organisations, nodes, parameters).unwrap(), 4)
}

pub(super) fn changed<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

fn proposals(changes: Vec<GovernanceChange>) -> Payload {
    Payload::ProposeChange(list(changes))
}

fn approvals(items: Vec<(u32, &GovernanceChange)>) -> Payload {
    let approval = |(proposal, change): (u32, &GovernanceChange)| Approval { proposal, change: change.digest() };
    Payload::ApproveChange(list(items.into_iter().map(approval).collect()))
}

/// A validator of [`BARRED`], which is active here.
fn fifth() -> Node {
    Node { organisation: BARRED, ..node(4) }
}

fn removal(place: u16) -> GovernanceChange {
    GovernanceChange::RemoveNode(node(place).name)
}

fn rejected(code: Code) -> Outcome {
    Outcome::Rejected { code, item: 0 }
}

/// Proposes by the first operator, approves by two more: decided. The number of the proposal.
fn decide(world: &mut World, change: GovernanceChange) -> u32 {
    let number = world.state.tip().governance.next_proposal();
    world.apply(GOVERNOR, proposals(vec![change.clone()]));
    world.apply(DEFINER, approvals(vec![(number, &change)]));
    world.apply(ISSUER, approvals(vec![(number, &change)]));
    number
}

/// Empty blocks until the scheduled changes have taken effect; the block in which they did.
fn settle(world: &mut World) -> ExecutedBlock {
    loop {
        let block = world.block(vec![]);
        if !world.state.tip().governance.is_waiting() {
            return block;
        }
    }
}

/// The newest state of a proposal on the log.
fn proposal(world: &World, number: u32) -> GovernanceProposal {
    let entry = world.entry(world.index_of(EntryKey::of_proposal(number)).unwrap());
    match entry.body {
        EntryBody::Proposal(proposal) => proposal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_validator_joins_at_its_height() {
    let mut world = operated();
    let change = GovernanceChange::AddNode(fifth());
    let shown = preview(world.state.tip(), &change).unwrap();
    assert_eq!((shown.validators.0.as_slice().len(), shown.validators.1.as_slice().len()), (4, 5));
    assert_eq!(shown.tolerated(), (1, 1));
    assert_eq!(shown.node.as_ref().map(|one| one.before.clone()), Some(None));
    let number = decide(&mut world, change);
    let approved = proposal(&world, number);
    let effective = Height(world.state.tip().header.height.0 + u64::from(DELAY));
    assert_eq!(approved.status, ProposalStatus::Approved { effective });
    assert_eq!(approved.approvals.as_slice(), [GOVERNOR, DEFINER, ISSUER]);
    let (before, size) = (world.state.tip().validators().clone(), world.state.tip().header.log_size);
    let block = settle(&mut world);
    assert_eq!(block.header().height, effective);
    assert_eq!(block.header().validators, before.digest(), "the block itself is certified by the former set");
    assert_eq!(block.header().next_validators, shown.validators.1.digest());
    assert_eq!(block.validators(), &before);
    assert_eq!(world.state.tip().validators(), &shown.validators.1);
    let entries: Vec<Entry> = block.entries().encoded().map(|bytes| Entry::decode(bytes).unwrap()).collect();
    let origin = Origin { height: effective, transaction: Origin::SCHEDULED, item: number };
    assert!(entries.iter().all(|entry| entry.origin == origin));
    assert_eq!(entries[0].body, EntryBody::Node(fifth()));
    assert_eq!(entries[0].key, EntryKey::of_node(4));
    assert_eq!(entries[1].previous, Some(LogIndex(size - 1)));
    assert_eq!(proposal(&world, number).status, ProposalStatus::Applied);
    assert_eq!(world.state.tip().governance.proposals().count(), 0);
    let next = world.block(vec![]);
    assert_eq!(next.header().validators, shown.validators.1.digest());
    assert!(next.entries().is_empty());
}

#[test]
fn a_validator_rotates_its_key_and_leaves() {
    let mut world = operated();
    let rotated = Node { consensus_key: signer(90).public_key(), organisation: ISSUER, ..node(2) };
    decide(&mut world, GovernanceChange::ReplaceNode(rotated.clone()));
    let at = settle(&mut world).header().height;
    let tip = world.state.tip();
    assert_eq!(tip.validators().at(2).unwrap().key, rotated.consensus_key, "the place is kept");
    let old = node(2).consensus_key;
    assert_eq!(tip.governance.term_at(&old, at).unwrap().node, rotated.name);
    assert!(tip.governance.term_at(&old, at.next()).is_none());
    assert!(tip.governance.term_at(&rotated.consensus_key, at).is_none());
    assert!(tip.governance.term_at(&rotated.consensus_key, at.next()).is_some());
    decide(&mut world, removal(3));
    settle(&mut world);
    let governance = &world.state.tip().governance;
    assert_eq!(governance.validators().as_slice().len(), 3);
    assert_eq!(governance.node("v3").unwrap().status, NodeStatus::Removed);
    assert!(!governance.operates_validator(OTHER_ISSUER));
    assert_eq!(world.submit(OTHER_ISSUER, proposals(vec![removal(0)])), rejected(Code::NotAnOperator));
    let back = Node { organisation: OTHER_ISSUER, ..node(3) };
    decide(&mut world, GovernanceChange::AddNode(back));
    settle(&mut world);
    let governance = &world.state.tip().governance;
    assert_eq!((governance.nodes().len(), governance.validators().as_slice().len()), (4, 4));
    assert_eq!(governance.terms(&node(3).consensus_key).len(), 2);
}

#[test]
fn organisations_and_parameters_change_by_approval() {
    let mut world = operated();
    let rotated = changed(organisation(ISSUER, Roles::ISSUER), |one| one.keys = list(vec![signer(91).public_key()]));
    let direct = Payload::UpdateOrganisation(list(vec![rotated.clone()]));
    assert_eq!(world.submit(GOVERNOR, direct), rejected(Code::NeedsApproval));
    let governor = changed(organisation(GOVERNOR, Roles::GOVERNOR), |one| one.name_en = text("renamed"));
    let direct = Payload::UpdateOrganisation(list(vec![governor.clone()]));
    assert_eq!(world.submit(GOVERNOR, direct), rejected(Code::NeedsApproval));
    let free = changed(organisation(BARRED, Roles::ISSUER), |one| one.status = OrganisationStatus::Barred);
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![free])));
    let parameters = Parameters { governance_delay: 7, max_block_transactions: 2, ..Parameters::default() };
    decide(&mut world, GovernanceChange::UpdateOrganisation(governor.clone()));
    decide(&mut world, GovernanceChange::SetParameters(parameters));
    decide(&mut world, GovernanceChange::RegisterOrganisation(organisation(OTHER_DEFINER, Roles::DEFINER)));
    decide(&mut world, GovernanceChange::UpdateOrganisation(rotated.clone()));
    settle(&mut world);
    let tip = world.state.tip();
    assert_eq!(tip.directory.organisation(GOVERNOR), Some(&governor));
    assert_eq!(tip.directory.organisation(ISSUER), Some(&rotated));
    assert!(tip.directory.organisation(OTHER_DEFINER).is_some());
    assert_eq!(tip.governance.parameters(), &parameters);
    let three = (0..3).map(|_| world.transaction(GOVERNOR, proposals(vec![removal(1)]))).collect();
    let refused = crate::execute::execute_block(&world.state, world.proposal(three)).err();
    assert!(matches!(
        refused,
        Some(crate::execute::ExecuteError::TooLarge { what: "transactions", limit: 2, actual: 3 })
    ));
}

/// A change takes effect before the transactions of its height.
#[test]
fn the_transactions_of_the_height_meet_the_change() {
    let mut world = operated();
    let new_key = signer(91);
    let rotated = changed(organisation(ISSUER, Roles::ISSUER), |one| one.keys = list(vec![new_key.public_key()]));
    decide(&mut world, GovernanceChange::UpdateOrganisation(rotated));
    world.block(vec![]);
    let by = |world: &World, signer: &dyn Signer, number| {
        world.signed_by(signer, ISSUER, idempotency(number), proposals(vec![removal(1)]))
    };
    let (old, new) = (by(&world, &signer_of(ISSUER), 1), by(&world, &new_key, 2));
    assert_eq!(world.execute(vec![old.clone(), new.clone()]).outcomes()[0], rejected(Code::UnknownSigner));
    assert!(matches!(world.block(vec![old, new]).outcomes()[1], Outcome::Applied { .. }));
}

#[test]
fn who_may_propose_and_approve() {
    let mut world = operated();
    let change = removal(3);
    assert_eq!(world.submit(BARRED, proposals(vec![change.clone()])), rejected(Code::NotAnOperator));
    assert_eq!(world.submit(DEFINER, approvals(vec![(0, &change)])), rejected(Code::UnknownProposal));
    world.apply(GOVERNOR, proposals(vec![change.clone()]));
    assert_eq!(world.submit(GOVERNOR, approvals(vec![(0, &change)])), rejected(Code::AlreadyApproved));
    assert_eq!(world.submit(BARRED, approvals(vec![(0, &change)])), rejected(Code::NotAnOperator));
    assert_eq!(world.submit(DEFINER, approvals(vec![(0, &removal(2))])), rejected(Code::ChangeMismatch));
    assert_eq!(world.submit(DEFINER, proposals(vec![change.clone()])), rejected(Code::ChangeRepeated));
    let twice = approvals(vec![(0, &change), (0, &change)]);
    assert_eq!(world.submit(DEFINER, twice), Outcome::Rejected { code: Code::KeyRepeated, item: 1 });
    world.apply(DEFINER, approvals(vec![(0, &change)]));
    assert_eq!(proposal(&world, 0).status, ProposalStatus::Open, "two of four are no quorum");
    world.apply(OTHER_ISSUER, approvals(vec![(0, &change)]));
    assert_eq!(world.submit(ISSUER, approvals(vec![(0, &change)])), rejected(Code::ProposalNotOpen));
    settle(&mut world);
    assert_eq!(world.submit(ISSUER, approvals(vec![(0, &change)])), rejected(Code::UnknownProposal));
}

/// Every rule of a node's record and of a change, broken one at a time.
#[test]
fn impossible_changes_are_refused() {
    let mut world = operated();
    let add = |change: fn(&mut Node)| GovernanceChange::AddNode(changed(fifth(), change));
    let replace = |change: fn(&mut Node)| GovernanceChange::ReplaceNode(changed(node(0), change));
    let update = |change: fn(&mut Organisation)| {
        GovernanceChange::UpdateOrganisation(changed(organisation(GOVERNOR, Roles::GOVERNOR), change))
    };
    let cases = [
        (add(|one| one.name = node(1).name), Code::NodeKnown),
        (add(|one| one.name = text("A")), Code::NodeRecord),
        (add(|one| one.status = NodeStatus::Removed), Code::NodeRecord),
        (add(|one| one.organisation = OrganisationNumber(99)), Code::NodeOperator),
        (add(|one| one.consensus_key = node(1).consensus_key), Code::NodeKeyTaken),
        (add(|one| one.network_key = node(1).network_key), Code::NodeKeyTaken),
        (add(|one| one.network_key = node(1).consensus_key), Code::NodeKeyTaken),
        (replace(|_| ()), Code::NoChange),
        (replace(|one| one.name = text("nobody")), Code::NodeUnknown),
        (replace(|one| one.status = NodeStatus::Removed), Code::NodeRecord),
        (replace(|one| one.network_key = one.consensus_key.clone()), Code::NodeRecord),
        (GovernanceChange::RemoveNode(text("nobody")), Code::NodeUnknown),
        (GovernanceChange::RegisterOrganisation(organisation(GOVERNOR, Roles::ISSUER)), Code::OrganisationNumber),
        (
            GovernanceChange::RegisterOrganisation(changed(organisation(OTHER_DEFINER, Roles::ISSUER), |one| {
                one.credit_code = organisation(GOVERNOR, Roles::ISSUER).credit_code;
            })),
            Code::CreditCodeTaken,
        ),
        (update(|_| ()), Code::NoChange),
        (update(|one| one.number = OrganisationNumber(99)), Code::OrganisationMissing),
        (update(|one| one.roles = Roles::ISSUER), Code::GovernorFixed),
        (update(|one| one.credit_code = text("91310000MA1FL0000X")), Code::CreditCodeInvalid),
        (GovernanceChange::SetParameters(*world.state.tip().governance.parameters()), Code::NoChange),
        (
            GovernanceChange::SetParameters(Parameters { governance_delay: 0, ..Parameters::default() }),
            Code::ParametersBounds,
        ),
    ];
    for (change, code) in cases {
        assert_eq!(preview(world.state.tip(), &change), Err(code), "{change:?}");
        assert_eq!(world.submit(GOVERNOR, proposals(vec![change.clone()])), rejected(code), "{change:?}");
    }
}

#[test]
fn the_last_validator_stays() {
    let mut world = World::new(1);
    assert_eq!(world.submit(GOVERNOR, proposals(vec![removal(0)])), rejected(Code::LastValidator));
    let observer = GovernanceChange::ReplaceNode(changed(node(0), |one| one.role = NodeRole::Observer));
    assert_eq!(world.submit(GOVERNOR, proposals(vec![observer])), rejected(Code::LastValidator));
}

#[test]
fn the_set_is_bounded() {
    let mut world = World::new(crate::validator_set::MAX_VALIDATORS as u16);
    let one_more = changed(node(0), |one| {
        (one.name, one.consensus_key) = (text("one-more"), signer(0).public_key());
        one.network_key = signer(255).public_key();
    });
    let observer = changed(one_more.clone(), |one| one.role = NodeRole::Observer);
    assert_eq!(world.submit(GOVERNOR, proposals(vec![GovernanceChange::AddNode(one_more)])), rejected(Code::NodeLimit));
    world.apply(GOVERNOR, proposals(vec![GovernanceChange::AddNode(observer)]));
}

/// Of four validators one may belong to a barred organisation; a second would leave no quorum for any later approval.
#[test]
fn a_quorum_stays_reachable() {
    let mut world = operated();
    let bar = |number| {
        let roles = if number == DEFINER { Roles::DEFINER } else { Roles::ISSUER };
        GovernanceChange::UpdateOrganisation(changed(organisation(number, roles), |one| {
            one.status = OrganisationStatus::Barred;
        }))
    };
    let (first, second) = (bar(OTHER_ISSUER), bar(ISSUER));
    // Both are possible when they are proposed; when the second's height comes, it is not any more.
    let numbers = [decide(&mut world, first), decide(&mut world, second)];
    settle(&mut world);
    assert_eq!(proposal(&world, numbers[0]).status, ProposalStatus::Applied);
    assert_eq!(proposal(&world, numbers[1]).status, ProposalStatus::Failed { code: Code::QuorumUnreachable });
    assert_eq!(world.submit(GOVERNOR, proposals(vec![removal(0)])), rejected(Code::QuorumUnreachable));
    assert_eq!(world.submit(GOVERNOR, proposals(vec![bar(DEFINER)])), rejected(Code::QuorumUnreachable));
    decide(&mut world, removal(3));
    settle(&mut world);
    assert_eq!(world.state.tip().validators().as_slice().len(), 3);
}

#[test]
fn one_operator_decides_alone() {
    let mut world = World::new(3);
    let renamed = changed(organisation(GOVERNOR, Roles::GOVERNOR), |one| one.name_en = text("renamed"));
    world.apply(GOVERNOR, Payload::UpdateOrganisation(list(vec![renamed])));
    world.apply(GOVERNOR, proposals(vec![removal(2)]));
    assert!(matches!(proposal(&world, 0).status, ProposalStatus::Approved { .. }), "its own approval is a quorum");
    settle(&mut world);
    assert_eq!(world.state.tip().validators().as_slice().len(), 2);
}

/// Approvals that were too few become a quorum when the set shrinks.
#[test]
fn approvals_are_counted_again_after_a_change_of_the_set() {
    let mut world = operated();
    let open = GovernanceChange::SetParameters(Parameters { idle_ms: 1, ..Parameters::default() });
    world.apply(GOVERNOR, proposals(vec![open.clone()]));
    world.apply(DEFINER, approvals(vec![(0, &open)]));
    for place in [3, 2] {
        decide(&mut world, removal(place));
        settle(&mut world);
    }
    assert_eq!(world.state.tip().governance.parameters().idle_ms, 1, "two of two");
    assert_eq!(proposal(&world, 0).status, ProposalStatus::Applied);
}

#[test]
fn proposals_are_bounded_and_expire() {
    let mut world = operated();
    let change = |idle_ms: usize| {
        GovernanceChange::SetParameters(Parameters { idle_ms: idle_ms as u32, ..Parameters::default() })
    };
    world.apply(GOVERNOR, proposals((0..MAX_PENDING_PROPOSALS - 1).map(change).collect()));
    let two = proposals(vec![change(900), change(901)]);
    assert_eq!(world.submit(DEFINER, two), Outcome::Rejected { code: Code::ProposalLimit, item: 1 });
    let expires = proposal(&world, 0).expires;
    assert_eq!(expires.0, 1 + PROPOSAL_LIFETIME);
    while world.state.tip().header.height.next() < expires {
        world.block(vec![]);
    }
    assert_eq!(world.state.tip().governance.proposals().count(), MAX_PENDING_PROPOSALS - 1);
    let block = world.block(vec![]);
    assert_eq!(block.entries().len(), MAX_PENDING_PROPOSALS - 1);
    assert_eq!(proposal(&world, 5).status, ProposalStatus::Expired);
    assert_eq!(world.state.tip().governance.proposals().count(), 0);
    world.apply(DEFINER, proposals(vec![change(900)]));
}
