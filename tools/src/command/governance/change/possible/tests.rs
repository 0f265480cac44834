use super::*;
use crate::testnet::Plan;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{EntryBody, NodeStatus, Parameters, ProposalStatus};
use zhengku_ledger::ids::{Height, OrganisationNumber, TimestampMs};
use zhengku_ledger::state::Directory;
use zhengku_store::{OpenMode, Store, StoreOptions};

/// The state of a network of four.
fn state() -> State {
    let directory = tempfile::tempdir().unwrap();
    let plan = Plan::new(4, 0, &["127.0.0.1".to_owned()], 7000).unwrap();
    let made = plan.make(directory.path(), TimestampMs(1_790_000_000_000)).unwrap();
    let ledger = made.nodes[0].directory.join("ledger");
    let store = Store::open(&ledger, OpenMode::Read, &StoreOptions::default()).unwrap();
    let genesis = store.genesis();
    let mut known = Directory::default();
    for one in genesis.organisations() {
        known.apply(&EntryBody::Organisation(one.clone()));
    }
    State { nodes: genesis.nodes().to_vec(), parameters: Parameters::default(), directory: known }
}

fn refused(state: &State, change: &GovernanceChange, words: &[&str]) {
    let failure = possible(state, change, Some(7)).err().unwrap().to_string();
    for word in words.iter().chain(&["proposal 7", "nothing was signed"]) {
        assert!(failure.contains(word), "{failure}");
    }
}

#[test]
fn a_stale_registration_is_no_rename() {
    let mut state = state();
    let next = state.directory.next_organisation();
    let model = state.directory.organisation(OrganisationNumber(0)).unwrap().clone();
    let first = Organisation { number: next, credit_code: Text::new("11999999000000019M").unwrap(), ..model };
    let second = Organisation { credit_code: Text::new("11999999NQD013018U").unwrap(), ..first.clone() };
    let change = GovernanceChange::RegisterOrganisation(second.clone());
    assert!(possible(&state, &change, None).is_ok());
    let pending = Proposal::from(&GovernanceProposal {
        number: 3,
        proposer: OrganisationNumber(3),
        change: GovernanceChange::RegisterOrganisation(first.clone()),
        approvals: Bounded::new(vec![OrganisationNumber(3)]).unwrap(),
        expires: Height(10_000),
        status: ProposalStatus::Open,
    });
    assert_eq!(rivals(std::slice::from_ref(&pending), &change), [3]);
    assert!(rivals(&[pending], &GovernanceChange::RegisterOrganisation(first.clone())).is_empty());
    state.directory.apply(&EntryBody::Organisation(first));
    refused(&state, &GovernanceChange::RegisterOrganisation(second), &["(110)", "11999999000000019M", "anew"]);
}

#[test]
fn what_is_there_is_not_added_and_what_is_gone_not_changed() {
    let mut state = state();
    let known = state.nodes[0].clone();
    refused(&state, &GovernanceChange::AddNode(known.clone()), &["(410)", "replace-node"]);
    refused(&state, &GovernanceChange::ReplaceNode(known.clone()), &["(408)"]);
    refused(&state, &GovernanceChange::SetParameters(Parameters::default()), &["(408)"]);
    assert!(possible(&state, &GovernanceChange::RemoveNode(known.name.clone()), None).is_ok());
    state.nodes[0].status = NodeStatus::Removed;
    refused(&state, &GovernanceChange::RemoveNode(known.name.clone()), &["(411)", "add-node"]);
    refused(&state, &GovernanceChange::ReplaceNode(known), &["(411)"]);
}
