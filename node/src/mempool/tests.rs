use super::*;
use proptest::prelude::*;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::sign::Ed25519Signer;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::licence::{Change, Ground, GroundCode};
use zhengku_ledger::ids::{ChainId, EntryKey, LogIndex};
use zhengku_ledger::transaction::{Payload, RejectCode, SignedTransaction, StatusChange};

const ROOM: Room = Room { transactions: 100, entries: 10_000, bytes: 1 << 20 };
const APPLIED: Outcome = Outcome::Applied { first: LogIndex(0), count: 1 };

fn label(text: &str) -> Digest {
    sha256(text.as_bytes())
}

/// A transaction of so many items; `content` makes another one under the same key.
fn transaction(organisation: u32, key: u32, items: u32, content: u32) -> Arc<VerifiedTransaction> {
    let signer = Ed25519Signer::from_secret(&[7; 32]).unwrap();
    let ground = Ground { code: GroundCode::Decision, text: None, operator: None };
    let item = |place| StatusChange {
        key: EntryKey::from_digest(label(&format!("{content} {place}"))),
        change: Change::Suspend,
        ground,
    };
    let payload = Payload::ChangeStatus(Bounded::new((0..items).map(item).collect()).unwrap());
    let idempotency = IdempotencyKey::from_digest(label(&format!("{organisation}/{key}")));
    let chain = ChainId::from_digest(label("chain"));
    let signed = SignedTransaction::sign(chain, OrganisationNumber(organisation), idempotency, payload, &signer);
    Arc::new(signed.unwrap().verify().unwrap())
}

fn limits() -> Limits {
    Limits { transactions: 40, bytes: 64 << 10, share_percent: 50, blocks: 5, age: Duration::from_secs(60) }
}

fn size(transaction: &VerifiedTransaction) -> usize {
    transaction.signed().encode().len()
}

fn offer(pool: &Mempool, transaction: &Arc<VerifiedTransaction>, now: (Height, Instant)) -> Admission {
    pool.admit(Arc::clone(transaction), size(transaction), Origin::Here, ROOM, now)
}

fn organisations(taken: &[Arc<VerifiedTransaction>]) -> Vec<u32> {
    taken.iter().map(|one| one.envelope().organisation.0).collect()
}

#[test]
fn one_key_waits_once() {
    let (pool, now) = (Mempool::new(limits()), (Height(1), Instant::now()));
    let one = transaction(1, 1, 1, 0);
    assert_eq!(offer(&pool, &one, now), Admission::Accepted);
    assert_eq!(offer(&pool, &one, now), Admission::Known);
    assert_eq!(offer(&pool, &transaction(1, 1, 1, 9), now), Admission::Conflict);
    assert_eq!(offer(&pool, &transaction(2, 1, 1, 0), now), Admission::Accepted);
    assert_eq!(pool.waiting().0, 2);
}

#[test]
fn what_no_block_can_hold_does_not_wait() {
    let (pool, now) = (Mempool::new(limits()), (Height(1), Instant::now()));
    let one = transaction(1, 1, 3, 0);
    let small = Room { entries: 2, ..ROOM };
    assert_eq!(pool.admit(Arc::clone(&one), size(&one), Origin::Here, small, now), Admission::TooLarge);
    let short = Room { bytes: size(&one) - 1, ..ROOM };
    assert_eq!(pool.admit(Arc::clone(&one), size(&one), Origin::Here, short, now), Admission::TooLarge);
    assert!(!*pool.work().borrow());
}

#[test]
fn a_flood_of_one_organisation_leaves_room_for_the_others() {
    let (pool, now) = (Mempool::new(limits()), (Height(1), Instant::now()));
    let accepted = (0..100).filter(|key| offer(&pool, &transaction(1, *key, 1, 0), now) == Admission::Accepted).count();
    assert_eq!(accepted, 20);
    for key in 0..20 {
        assert_eq!(offer(&pool, &transaction(2, key, 1, 0), now), Admission::Accepted);
    }
    assert_eq!(offer(&pool, &transaction(3, 0, 1, 0), now), Admission::Full);
}

#[test]
fn organisations_take_turns_by_bytes() {
    let pool = Mempool::new(Limits { bytes: 64 << 20, ..Limits::default() });
    let now = (Height(1), Instant::now());
    for key in 0..4 {
        // Well over one turn's bytes each.
        assert_eq!(offer(&pool, &transaction(1, key, 2_000, key), now), Admission::Accepted);
    }
    for key in 0..50 {
        assert_eq!(offer(&pool, &transaction(2, key, 1, 0), now), Admission::Accepted);
    }
    let bytes = size(&transaction(1, 0, 2_000, 0)) + 30 * size(&transaction(2, 0, 1, 0));
    let taken = organisations(&pool.take(Room { bytes, ..ROOM }));
    let small = taken.iter().filter(|organisation| **organisation == 2).count();
    assert!(small >= 30, "{small} small ones beside {} large ones", taken.len() - small);
}

#[test]
fn another_organisation_begins_each_block() {
    let (pool, now) = (Mempool::new(limits()), (Height(1), Instant::now()));
    for organisation in [1, 2, 5] {
        offer(&pool, &transaction(organisation, 1, 1, 0), now);
    }
    let taken: Vec<Vec<u32>> = (0..4).map(|_| organisations(&pool.take(ROOM))).collect();
    assert_eq!(taken, [[1, 2, 5], [2, 5, 1], [5, 1, 2], [1, 2, 5]]);
}

#[test]
fn the_decided_leave_with_what_conflicts() {
    let (pool, now) = (Mempool::new(limits()), (Height(1), Instant::now()));
    let (one, other) = (transaction(1, 1, 1, 0), transaction(1, 1, 1, 9));
    let stranger = Outcome::Rejected { code: RejectCode::UnknownSigner, item: 0 };
    offer(&pool, &one, now);
    // Another transaction under its key was refused without taking the key: ours still waits.
    pool.decided([Decided::of(&other, &stranger)]);
    assert_eq!(pool.waiting().0, 1);
    pool.decided([Decided::of(&other, &APPLIED)]);
    assert_eq!(pool.waiting(), (0, 0));
    offer(&pool, &one, now);
    pool.decided([Decided::of(&one, &stranger)]);
    assert_eq!(pool.waiting(), (0, 0));
}

#[test]
fn waiting_too_long_ends_by_blocks_and_by_time() {
    let begun = Instant::now();
    let pool = Mempool::new(limits());
    offer(&pool, &transaction(1, 1, 1, 0), (Height(10), begun));
    assert_eq!(pool.expire(Height(15), begun), 0);
    assert_eq!(pool.expire(Height(16), begun), 1);
    offer(&pool, &transaction(1, 1, 1, 0), (Height(10), begun));
    assert_eq!(pool.expire(Height(10), begun + Duration::from_secs(60)), 0);
    assert_eq!(pool.expire(Height(10), begun + Duration::from_secs(61)), 1);
}

#[test]
fn only_what_was_submitted_here_is_passed_on() {
    let (pool, now) = (Mempool::new(limits()), (Height(1), Instant::now()));
    let (here, there) = (transaction(1, 1, 1, 0), transaction(1, 2, 1, 0));
    offer(&pool, &here, now);
    pool.admit(Arc::clone(&there), size(&there), Origin::Peer, ROOM, now);
    let out = pool.outgoing(0, 10, 1 << 20);
    assert_eq!(out.iter().map(|(_, one)| one.id()).collect::<Vec<_>>(), [here.id()]);
    assert_eq!(*pool.arrivals().borrow(), out[0].0);
    assert!(pool.outgoing(out[0].0, 10, 1 << 20).is_empty());
    pool.decided([Decided::of(&here, &APPLIED)]);
    assert!(pool.outgoing(0, 10, 1 << 20).is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Offer { organisation: u32, key: u32, items: u32, content: u32 },
    Take { transactions: usize, bytes: usize },
    Decide { organisation: u32, key: u32 },
    Expire { blocks: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4_u32, 0..30_u32, 1..40_u32, 0..2_u32)
            .prop_map(|(organisation, key, items, content)| Step::Offer { organisation, key, items, content }),
        2 => (0..20_usize, 0..20_000_usize).prop_map(|(transactions, bytes)| Step::Take { transactions, bytes }),
        2 => (0..4_u32, 0..30_u32).prop_map(|(organisation, key)| Step::Decide { organisation, key }),
        1 => (0..3_u64).prop_map(|blocks| Step::Expire { blocks }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes in whatever order: never above the limits, the counts are those of the content, a block holds what fits and
    /// each key once, every organisation in its own order.
    #[test]
    fn the_bounds_hold(steps in proptest::collection::vec(step(), 1..120)) {
        let pool = Mempool::new(limits());
        let begun = Instant::now();
        let mut height = Height(0);
        let mut model: BTreeMap<(u32, u32), (Arc<VerifiedTransaction>, Height, u64)> = BTreeMap::new();
        let mut arrival = 0_u64;
        for step in steps {
            match step {
                Step::Offer { organisation, key, items, content } => {
                    let one = transaction(organisation, key, items, content);
                    let expected = model.get(&(organisation, key)).map(|(former, _, _)| former.id() == one.id());
                    match (offer(&pool, &one, (height, begun)), expected) {
                        (Admission::Accepted, None) => {
                            arrival += 1;
                            model.insert((organisation, key), (one, height, arrival));
                        }
                        (Admission::Known, Some(true)) | (Admission::Conflict, Some(false)) | (Admission::Full, None) => {}
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
                Step::Take { transactions, bytes } => {
                    let room = Room { transactions, bytes, entries: 100 };
                    let taken = pool.take(room);
                    prop_assert!(taken.len() <= transactions);
                    prop_assert!(taken.iter().map(|one| size(one)).sum::<usize>() <= bytes);
                    prop_assert!(taken.iter().map(|one| one.payload().entry_count()).sum::<u32>() <= 100);
                    let mut places: BTreeMap<u32, u64> = BTreeMap::new();
                    for one in &taken {
                        let found = model.values().find(|(waiting, _, _)| waiting.id() == one.id());
                        let (_, _, arrival) = found.expect("only what waits is taken");
                        let former = places.insert(one.envelope().organisation.0, *arrival);
                        prop_assert!(former.is_none_or(|former| former < *arrival));
                    }
                    // As every organisation goes on until its next one does not fit, nothing fits that was left at a head.
                    if taken.is_empty() && transactions > 0 {
                        let heads = |(one, _, _): &(Arc<VerifiedTransaction>, Height, u64)| {
                            let organisation = one.envelope().organisation;
                            let own = model.values().filter(|(other, _, _)| other.envelope().organisation == organisation);
                            let (head, _, _) = own.min_by_key(|(_, _, arrival)| *arrival).unwrap();
                            size(head) > bytes || head.payload().entry_count() > 100
                        };
                        prop_assert!(model.values().all(heads));
                    }
                }
                Step::Decide { organisation, key } => {
                    if let Some((one, _, _)) = model.remove(&(organisation, key)) {
                        pool.decided([Decided::of(&one, &APPLIED)]);
                    }
                }
                Step::Expire { blocks } => {
                    height = Height(height.0 + blocks);
                    pool.expire(height, begun);
                    model.retain(|_, (_, since, _)| height.0 - since.0 <= limits().blocks);
                }
            }
            let bytes: usize = model.values().map(|(one, _, _)| size(one)).sum();
            prop_assert_eq!(pool.waiting(), (model.len(), bytes));
            prop_assert!(model.len() <= limits().transactions && bytes <= limits().bytes);
            prop_assert_eq!(*pool.work().borrow(), !model.is_empty());
        }
    }
}
