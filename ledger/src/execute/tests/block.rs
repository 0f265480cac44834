use super::*;
use crate::block::{CertificateError, MAX_BLOCK_ENTRIES, MAX_BLOCK_TRANSACTIONS, Proposal};
use crate::codec;
use crate::entry::Entry;
use crate::execute::{ExecuteError, execute_block, outcome_root, transaction_root};
use crate::ids::{BlockId, ChainId, Height, IdempotencyKey, LogIndex, TimestampMs};
use crate::state::{AppliedAt, Tip};
use crate::transaction::{MAX_ITEMS, SignedTransaction};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{TransactionTree, leaf_hash, static_root};

fn changed(world: &World, change: impl FnOnce(&mut Proposal)) -> Proposal {
    let mut proposal = world.proposal(vec![]);
    change(&mut proposal);
    proposal
}

#[test]
fn an_empty_block_changes_only_height_time_and_parent() {
    let world = scene();
    let (tip, block) = (world.state.tip(), world.execute(vec![]));
    let header = block.header();
    let mut expected = tip.header.clone();
    (expected.height, expected.parent) = (tip.header.height.next(), tip.id);
    expected.time = TimestampMs(tip.header.time.0 + 1000);
    (expected.transaction_count, expected.transaction_root, expected.outcome_root) =
        (0, transaction_root(&[]), outcome_root(&[]));
    assert_eq!(*header, expected);
    assert_eq!(codec::encode(header).len(), 322);
}

#[test]
fn a_proposal_must_follow_the_newest_block() {
    let world = scene();
    let tip = world.state.tip();
    for height in [0, tip.header.height.0, tip.header.height.0 + 2, u64::MAX] {
        let refused = execute_block(&world.state, changed(&world, |one| one.height = Height(height)));
        assert!(matches!(refused, Err(ExecuteError::Height { expected, actual })
            if expected == tip.header.height.next() && actual == Height(height)));
    }
    for parent in [tip.header.parent, BlockId::from_digest(Digest::ZERO)] {
        let refused = execute_block(&world.state, changed(&world, |one| one.parent = parent));
        assert!(
            matches!(refused, Err(ExecuteError::Parent { expected, actual }) if expected == tip.id && actual == parent)
        );
    }
    for time in [0, tip.header.time.0 - 1, tip.header.time.0] {
        let refused = execute_block(&world.state, changed(&world, |one| one.time = TimestampMs(time)));
        assert!(matches!(refused, Err(ExecuteError::Time { former, actual })
            if former == tip.header.time && actual == TimestampMs(time)));
    }
    let next_ms = changed(&world, |one| one.time = TimestampMs(tip.header.time.0 + 1));
    assert!(execute_block(&world.state, next_ms).is_ok());
}

#[test]
fn a_transaction_of_another_ledger_is_no_part_of_a_block() {
    let world = scene();
    let elsewhere = ChainId::from_digest(digest("elsewhere"));
    let payload = mints(vec![mint(key(500), licence(PLAIN))]);
    let foreign =
        SignedTransaction::sign(elsewhere, ISSUER, idempotency(1), payload.clone(), &signer_of(ISSUER)).unwrap();
    let own = world.keyed(ISSUER, idempotency(2), payload);
    let refused = execute_block(&world.state, world.proposal(vec![own, foreign.verify().unwrap()]));
    assert!(matches!(refused, Err(ExecuteError::ForeignTransaction { expected, actual })
        if expected == world.chain && actual == elsewhere));
}

#[test]
fn a_block_has_a_largest_size() {
    let world = scene();
    let small = world.keyed(ISSUER, idempotency(1), changes(vec![change_of(VALID, Change::Suspend)]));
    let refused = execute_block(&world.state, world.proposal(vec![small; MAX_BLOCK_TRANSACTIONS + 1]));
    assert!(matches!(refused, Err(ExecuteError::TooLarge { what: "transactions", limit: 10_000, actual: 10_001 })));
    let full: Vec<StatusChange> =
        (0..MAX_ITEMS as u64).map(|number| change_of(10_000 + number, Change::Suspend)).collect();
    let full = world.keyed(ISSUER, idempotency(2), changes(full));
    let refused = execute_block(&world.state, world.proposal(vec![full.clone(); 11]));
    assert!(matches!(refused, Err(ExecuteError::TooLarge { what: "entries", limit: 40_960, actual: 45_067 })));
    let largest = execute_block(&world.state, world.proposal(vec![full; MAX_BLOCK_ENTRIES / (MAX_ITEMS + 1)])).unwrap();
    assert_eq!(largest.outcomes().len(), 9, "each with the approval that it would use up");
}

/// A reissue appends two entries, and the limit counts entries.
#[test]
fn a_block_of_reissues_stays_below_the_largest_number_of_entries() {
    let world = scene();
    let reissues: Vec<Supersession> =
        (0..MAX_ITEMS as u64).map(|number| reissue(20_000 + number, 30_000 + number)).collect();
    let reissues = world.keyed(ISSUER, idempotency(1), supersessions(reissues));
    let refused = execute_block(&world.state, world.proposal(vec![reissues; 6]));
    assert!(matches!(refused, Err(ExecuteError::TooLarge { what: "entries", limit: 40_960, actual: 49_158 })));
}

/// Rejected and repeated transactions are part of the block: both roots cover every one.
#[test]
fn the_roots_cover_every_transaction_and_outcome() {
    let world = scene();
    let transactions: Vec<_> = (0..5)
        .map(|number| {
            world.keyed(ISSUER, idempotency(number), mints(vec![mint(key(500 + number % 3), licence(PLAIN))]))
        })
        .collect();
    let block = world.execute(transactions.clone());
    let leaves: Vec<Digest> = transactions
        .iter()
        .map(|one| {
            let signature = codec::encode(one.signed().signature());
            leaf_hash::<TransactionTree>(&[codec::encode(one.envelope()), signature].concat())
        })
        .collect();
    assert_eq!(block.header().transaction_root, static_root::<TransactionTree>(&leaves));
    assert_eq!(block.header().transaction_count, 5);
    assert_eq!(block.header().outcome_root, outcome_root(block.outcomes()));
    let mut other = block.outcomes().to_vec();
    other[4] = Outcome::Rejected { code: RejectCode::AlreadyMinted, item: 1 };
    assert_ne!(block.header().outcome_root, outcome_root(&other));
}

#[test]
fn a_block_is_certified_by_its_own_quorum_only() {
    let mut world = World::new(4);
    let block = world.execute(vec![]);
    assert!(block.clone().certify(certificate(&block, 3, [0, 1, 3])).is_ok());
    let below = block.clone().certify(certificate(&block, 0, [0, 2])).unwrap_err();
    assert_eq!(below, CertificateError::BelowQuorum { quorum: 3, actual: 2 });
    let mut other = world.proposal(vec![]);
    other.time = TimestampMs(other.time.0 + 1);
    let other = execute_block(&world.state, other).unwrap();
    let wrong = block.clone().certify(certificate(&other, 0, 0..4)).unwrap_err();
    assert_eq!(wrong, CertificateError::Block { expected: block.id(), actual: other.id() });
    let committed = world.certified(vec![]);
    assert_eq!(committed.executed().id(), block.id());
    assert_eq!(committed.into_next().id, world.state.tip().id);
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the disk is gone")]
struct Gone;

/// A view that fails at one of its lookups, or answers with an older entry than the newest.
struct Faulty<'w> {
    world: &'w World,
    fails: &'static str,
    older: Option<(EntryKey, LogIndex)>,
}

impl StateView for Faulty<'_> {
    type Error = Gone;
    fn tip(&self) -> &Tip {
        self.world.state.tip()
    }
    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, Gone> {
        assert!(
            keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]),
            "the contract of StateView::newest"
        );
        let answer = |key: &EntryKey| match self.older {
            Some((wrong, index)) if wrong == *key => Some(index),
            _ => self.world.state.newest(&[*key]).unwrap()[0],
        };
        if self.fails == "newest" { Err(Gone) } else { Ok(keys.iter().map(answer).collect()) }
    }
    fn entry(&self, index: LogIndex) -> Result<Entry, Gone> {
        if self.fails == "entry" { Err(Gone) } else { Ok(self.world.entry(index)) }
    }
    fn applied(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<AppliedAt>, Gone> {
        if self.fails == "applied" { Err(Gone) } else { Ok(self.world.state.applied(organisation, key).unwrap()) }
    }
}

#[test]
fn a_state_that_cannot_be_read_is_no_rejection() {
    let world = scene();
    let payloads = || {
        vec![
            changes(vec![change_of(SUSPENDED, Change::Resume), change_of(VALID, Change::Suspend)]),
            supersessions(vec![reissue(SUCCESSOR, REPLACED)]),
            mints(vec![mint(key(VALID), licence(PLAIN))]),
        ]
    };
    for fails in ["newest", "entry", "applied"] {
        for payload in payloads() {
            let view = Faulty { world: &world, fails, older: None };
            let transaction = world.keyed(ISSUER, idempotency(1), payload);
            let refused = execute_block(&view, world.proposal(vec![transaction]));
            assert!(matches!(refused, Err(ExecuteError::State(Gone))), "{fails}");
        }
    }
    let sound = Faulty { world: &world, fails: "", older: None };
    let transactions: Vec<_> =
        (0..).zip(payloads()).map(|(number, payload)| world.keyed(ISSUER, idempotency(number), payload)).collect();
    assert!(execute_block(&sound, world.proposal(transactions)).is_ok());
}

#[test]
fn an_index_that_contradicts_the_bitmap_is_found() {
    let world = scene();
    let newest = world.index_of(key(SUSPENDED)).unwrap();
    let former = world.entry(newest).previous.unwrap();
    let view = Faulty { world: &world, fails: "", older: Some((key(SUSPENDED), former)) };
    let transaction = world.keyed(ISSUER, idempotency(1), changes(vec![change_of(SUSPENDED, Change::Suspend)]));
    let refused = execute_block(&view, world.proposal(vec![transaction]));
    assert!(matches!(refused, Err(ExecuteError::Inconsistent(error)) if error.index == former.0));
}
