//! Offences on record: proven, once, for keys that voted at that height.

use super::governance::{changed, operated};
use super::*;
use crate::block::{Ballot, Bid, Offence, OffenceKind, Step};
use crate::entry::{EntryBody, GovernanceChange};
use crate::governance::MAX_OFFENCES_OF_A_KEY;
use crate::ids::{BlockId, ChainId, Height};
use crate::transaction::RejectCode as Code;
use zhengku_crypto::sign::Signer;

pub(super) fn double_vote(chain: ChainId, signer: &dyn Signer, step: Step, height: u64, round: u32) -> Offence {
    let ballot =
        |label| Ballot { step, height: Height(height), round, block: Some(BlockId::from_digest(digest(label))) };
    let signed = |ballot: Ballot| (ballot, ballot.sign(chain, signer).unwrap());
    Offence::DoubleVote {
        validator: signer.public_key(),
        first: signed(ballot("one")),
        second: signed(Ballot { block: None, ..ballot("other") }),
    }
}

fn double_proposal(chain: ChainId, signer: &dyn Signer, height: u64, round: u32) -> Offence {
    let bid = |label| {
        let bid = Bid { height: Height(height), round, block: BlockId::from_digest(digest(label)), valid_round: None };
        (bid, bid.sign(chain, signer).unwrap())
    };
    Offence::DoubleProposal { validator: signer.public_key(), first: bid("one"), second: bid("other") }
}

fn report(items: Vec<Offence>) -> Payload {
    Payload::ReportOffence(list(items))
}

fn rejected(code: Code) -> Outcome {
    Outcome::Rejected { code, item: 0 }
}

#[test]
fn an_offence_is_recorded_once_and_changes_no_set() {
    let mut world = operated();
    let (chain, key) = (world.chain, validator_signer(1));
    let vote = |step, round| double_vote(chain, &key, step, 1, round);
    let before = world.state.tip().validators().clone();
    let first = world.apply(BARRED, report(vec![vote(Step::Prevote, 0)]));
    let entry = world.entry(first);
    assert_eq!(entry.key, crate::ids::EntryKey::of_offence(0));
    let EntryBody::Offence(record) = entry.body else { panic!("{entry:?}") };
    assert_eq!((record.node.as_str(), record.reporter, record.number), ("v1", BARRED, 0));
    assert_eq!(record.evidence.verify(chain), Ok(()));
    let swapped = match vote(Step::Prevote, 0) {
        Offence::DoubleVote { validator, first, second } => {
            Offence::DoubleVote { validator, first: second, second: first }
        }
        other => other,
    };
    assert_eq!(world.submit(GOVERNOR, report(vec![swapped])), rejected(Code::OffenceRecorded));
    world.apply(
        GOVERNOR,
        report(vec![vote(Step::Precommit, 0), vote(Step::Prevote, 1), double_proposal(chain, &key, 1, 0)]),
    );
    let twice = report(vec![vote(Step::Prevote, 7), vote(Step::Prevote, 7)]);
    assert_eq!(world.submit(GOVERNOR, twice), Outcome::Rejected { code: Code::OffenceRecorded, item: 1 });
    let governance = &world.state.tip().governance;
    let kinds: Vec<OffenceKind> = governance.offences().iter().map(|one| one.kind).collect();
    use OffenceKind::{DoublePrecommit, DoublePrevote, DoubleProposal};
    assert_eq!(kinds, [DoublePrevote, DoublePrecommit, DoublePrevote, DoubleProposal]);
    assert_eq!(governance.validators(), &before);
}

#[test]
fn claims_that_prove_nothing_are_refused() {
    let mut world = operated();
    let (chain, key) = (world.chain, validator_signer(1));
    let honest = double_vote(chain, &key, Step::Precommit, 1, 0);
    let Offence::DoubleVote { validator, first, second } = honest.clone() else { panic!() };
    let made = |first, second| Offence::DoubleVote { validator: validator.clone(), first, second };
    let elsewhere = ChainId::from_digest(digest("another ledger"));
    let cases = [
        ("one vote twice", made(first, first), Code::OffenceNotProven),
        ("signatures swapped", made((first.0, second.1), (second.0, first.1)), Code::OffenceNotProven),
        ("another step", made(first, (Ballot { step: Step::Prevote, ..second.0 }, second.1)), Code::OffenceNotProven),
        ("another ledger", double_vote(elsewhere, &key, Step::Precommit, 1, 0), Code::OffenceNotProven),
        ("a stranger", double_vote(chain, &signer(77), Step::Precommit, 1, 0), Code::OffenceKey),
        ("height 0", double_vote(chain, &key, Step::Precommit, 0, 0), Code::OffenceKey),
        ("a height to come", double_vote(chain, &key, Step::Precommit, 1000, 0), Code::OffenceHeight),
    ];
    for (name, evidence, code) in cases {
        assert_eq!(world.submit(GOVERNOR, report(vec![evidence])), rejected(code), "{name}");
    }
    world.apply(GOVERNOR, report(vec![honest]));
}

/// What a validator signed while it voted counts after it has left; what it signed later is nobody's concern.
#[test]
fn keys_of_former_validators_are_known() {
    let mut world = World::new(2);
    let (chain, key) = (world.chain, validator_signer(1));
    world.apply(GOVERNOR, Payload::ProposeChange(list(vec![GovernanceChange::RemoveNode(node(1).name)])));
    while world.state.tip().validators().as_slice().len() == 2 {
        world.block(vec![]);
    }
    let last = world.state.tip().header.height.0;
    world.block(vec![]);
    world.apply(GOVERNOR, report(vec![double_vote(chain, &key, Step::Prevote, last, 0)]));
    let after = double_vote(chain, &key, Step::Prevote, last + 1, 0);
    assert_eq!(world.submit(GOVERNOR, report(vec![after])), rejected(Code::OffenceKey));
    let reused = changed(node(5), |one| one.consensus_key = node(1).consensus_key);
    let reused = Payload::ProposeChange(list(vec![GovernanceChange::AddNode(reused)]));
    assert_eq!(world.submit(GOVERNOR, reused), rejected(Code::NodeKeyTaken));
}

#[test]
fn the_record_of_one_key_is_bounded() {
    let mut world = operated();
    let (chain, key) = (world.chain, validator_signer(1));
    let of = |rounds: std::ops::Range<u32>| {
        report(rounds.map(|round| double_vote(chain, &key, Step::Prevote, 1, round)).collect())
    };
    let most = MAX_OFFENCES_OF_A_KEY as u32;
    (0..most).step_by(16).for_each(|round| {
        world.apply(GOVERNOR, of(round..round + 16));
    });
    assert_eq!(world.submit(GOVERNOR, of(most..most + 1)), rejected(Code::OffenceLimit));
    world.apply(GOVERNOR, report(vec![double_vote(chain, &validator_signer(2), Step::Prevote, 1, 0)]));
}
