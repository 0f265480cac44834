//! Random histories of governance: whatever is proposed and approved, the invariants hold in every block, and a second execution
//! from the genesis gives the same chain.

use super::*;
use crate::block::{Certificate, Proposal, Vote};
use crate::execute::execute_block;
use crate::fixtures::Sequence;
use crate::state::memory::MemoryState;
use crate::validator_set::MAX_VALIDATORS;
use zhengku_crypto::sign::Ed25519Signer;

/// Seeds of consensus keys; a removed node may come back with a key it had, or try one of another node.
const KEYS: u16 = 40;

struct Walk {
    world: World,
    dice: Sequence,
    blocks: Vec<Proposal>,
    decided: usize,
    failed: usize,
}

fn key_of(public: &zhengku_crypto::sign::PublicKey) -> Ed25519Signer {
    (0..KEYS).map(validator_signer).find(|one| one.public_key() == *public).unwrap()
}

impl Walk {
    fn new(seed: u64) -> Self {
        Self { world: operated(), dice: Sequence(seed), blocks: Vec::new(), decided: 0, failed: 0 }
    }

    fn some_node(&mut self) -> Node {
        let place = self.dice.below(7) as u16;
        let role = if self.dice.one_in(4) { NodeRole::Observer } else { NodeRole::Validator };
        let status = if self.dice.one_in(12) { NodeStatus::Removed } else { NodeStatus::Active };
        let key = validator_signer(if self.dice.one_in(3) { self.dice.below(u64::from(KEYS)) as u16 } else { place });
        let organisation = OrganisationNumber(self.dice.below(6) as u32);
        Node { role, status, organisation, consensus_key: key.public_key(), ..node(place) }
    }

    fn change(&mut self) -> GovernanceChange {
        match self.dice.below(8) {
            0 | 1 => GovernanceChange::AddNode(self.some_node()),
            2 | 3 => GovernanceChange::ReplaceNode(self.some_node()),
            4 | 5 => removal(self.dice.below(7) as u16),
            6 => {
                let number = OrganisationNumber(self.dice.below(6) as u32);
                let roles = if number == GOVERNOR { Roles::GOVERNOR } else { Roles::ISSUER };
                let barred = self.dice.one_in(2);
                GovernanceChange::UpdateOrganisation(changed(organisation(number, roles), |one| {
                    one.status = if barred { OrganisationStatus::Barred } else { OrganisationStatus::Active };
                }))
            }
            _ => GovernanceChange::SetParameters(Parameters {
                governance_delay: 1 + self.dice.below(4) as u32,
                idle_ms: self.dice.below(3) as u32,
                ..Parameters::default()
            }),
        }
    }

    fn payload(&mut self) -> Payload {
        let open: Vec<GovernanceProposal> = self.world.state.tip().governance.proposals().cloned().collect();
        if open.is_empty() || self.dice.one_in(4) {
            let count = 1 + self.dice.below(3);
            return proposals((0..count).map(|_| self.change()).collect());
        }
        let one = &open[self.dice.below(open.len() as u64) as usize];
        approvals(vec![(one.number, &one.change)])
    }

    fn block(&mut self) {
        let count = self.dice.below(5);
        let transactions = (0..count)
            .map(|_| {
                let organisation = OrganisationNumber(self.dice.below(5) as u32);
                let payload = self.payload();
                self.world.transaction(organisation, payload)
            })
            .collect();
        let former = self.world.state.tip().clone();
        let proposal = self.world.proposal(transactions);
        let block = execute_block(&self.world.state, proposal.clone()).unwrap();
        self.check(&former, &block);
        self.blocks.push(proposal);
        self.world.state.take(&block);
    }

    fn check(&mut self, former: &crate::state::Tip, block: &ExecutedBlock) {
        let (header, next) = (block.header(), block.next());
        assert_eq!(header.validators, former.validators().digest());
        assert_eq!(header.next_validators, next.validators().digest());
        assert_eq!(block.validators(), former.validators());
        let set = next.validators().as_slice();
        assert!((1..=MAX_VALIDATORS).contains(&set.len()));
        let acts = |node: &&Node| {
            let organisation = next.directory.organisation(node.organisation).unwrap();
            node.is_validator() && organisation.status == OrganisationStatus::Active
        };
        let acting = next.governance.nodes().iter().filter(acts).count();
        assert!(acting >= next.validators().quorum(), "nobody could approve anything any more");
        for validator in set {
            let terms = next.governance.terms(&validator.key);
            assert_eq!(terms.last().unwrap().node, validator.name);
            assert!(terms.iter().all(|term| term.node == validator.name), "a key has one node for good");
        }
        for entry in block.entries().encoded().map(|bytes| Entry::decode(bytes).unwrap()) {
            if let EntryBody::Proposal(proposal) = entry.body {
                self.check_proposal(former, block, &proposal, entry.origin);
            }
        }
        // A quorum of the block's own set certifies it; the next set, when it differs, does not.
        let vote = |(place, one): (usize, &crate::validator_set::Validator)| {
            let place = u16::try_from(place).unwrap();
            Vote::sign(header.chain, header.height, 0, block.id(), place, &key_of(&one.key)).unwrap()
        };
        let set = former.validators();
        let votes: Vec<Vote> = set.as_slice().iter().enumerate().take(set.quorum()).map(vote).collect();
        let certificate =
            |votes| Certificate { height: header.height, round: 0, block: block.id(), votes: list(votes) };
        assert!(block.clone().certify(certificate(votes.clone())).is_ok());
        if votes.len() > 1 {
            assert!(block.clone().certify(certificate(votes[1..].to_vec())).is_err());
        }
    }

    fn check_proposal(
        &mut self,
        former: &crate::state::Tip,
        block: &ExecutedBlock,
        proposal: &GovernanceProposal,
        origin: Origin,
    ) {
        match proposal.status {
            ProposalStatus::Approved { effective } => {
                assert!(effective > block.header().height);
                self.decided += 1;
            }
            ProposalStatus::Applied | ProposalStatus::Failed { .. } => {
                let known = former.governance.proposal(proposal.number).unwrap();
                assert_eq!(known.status, ProposalStatus::Approved { effective: block.header().height });
                assert_eq!(origin.transaction, Origin::SCHEDULED);
                self.failed += usize::from(proposal.status != ProposalStatus::Applied);
            }
            ProposalStatus::Open | ProposalStatus::Expired => {}
        }
    }
}

#[test]
fn random_histories_keep_the_invariants() {
    let (mut decided, mut failed, mut sets) = (0, 0, BTreeSet::new());
    for seed in 0..12 {
        let mut walk = Walk::new(seed);
        for _ in 0..150 {
            walk.block();
            sets.insert(walk.world.state.tip().header.next_validators.to_string());
        }
        // A second execution from the genesis.
        let mut again = operated().state;
        for proposal in &walk.blocks {
            let block = execute_block(&again, proposal.clone()).unwrap();
            MemoryState::take(&mut again, &block);
        }
        assert_eq!(again.tip().id, walk.world.state.tip().id);
        assert_eq!(again.tip().governance, walk.world.state.tip().governance);
        decided += walk.decided;
        failed += walk.failed;
    }
    assert!(decided > 100 && failed > 5 && sets.len() > 50, "{decided} decided, {failed} failed, {} sets", sets.len());
}
