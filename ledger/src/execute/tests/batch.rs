use super::*;
use crate::ids::LogIndex;
use crate::transaction::{MAX_ITEMS, Mint, RejectCode as Code};

type Spoil = fn(&mut Mint);

fn batch(bad: Option<(usize, Spoil)>) -> Payload {
    let mut items: Vec<Mint> = (0..MAX_ITEMS as u64).map(|number| mint(key(10_000 + number), licence(PLAIN))).collect();
    if let Some((place, change)) = bad {
        change(&mut items[place]);
    }
    mints(items)
}

#[test]
fn a_full_batch_is_applied_in_order() {
    let mut world = super::batch_approval::world_with_many();
    let first = world.apply(ISSUER, batch(None));
    assert_eq!(world.state.tip().header.log_size, first.0 + 4096);
    for offset in [0, 1, 2047, 2048, 4095_u64] {
        let entry = world.entry(LogIndex(first.0 + offset));
        assert_eq!((entry.key, entry.origin.item), (key(10_000 + offset), offset as u32));
        assert!(is_current(&world, entry.key));
    }
    let suspended: Vec<StatusChange> =
        (0..4096).map(|number| StatusChange { key: key(10_000 + number), ..change_of(0, Change::Suspend) }).collect();
    let payload = changes(suspended);
    super::batch_approval::approve_by_second(&mut world, &payload);
    let transaction = world.transaction(ISSUER, payload);
    let block = world.block(vec![transaction]);
    let expected: Vec<LogIndex> = (first.0..=first.0 + 4096).map(LogIndex).collect();
    assert_eq!(block.superseded(), expected, "the approval among them, right after the licences");
}

/// One bad item in 4,096: nothing is applied, the item's number is reported, and the rest of the block goes on.
#[test]
fn one_bad_item_stops_the_whole_batch() {
    let world = scene();
    let bad: [(usize, Spoil, Code); 4] = [
        (0, |one| one.licence.version = 7, Code::NotANewLicence),
        (2048, |one| one.key = key(VALID), Code::AlreadyMinted),
        (4095, |one| one.licence.field_count = 0, Code::FieldCount),
        (4095, |one| one.key = colliding(&key(10_000)), Code::KeyPrefixTaken),
    ];
    for (place, change, code) in bad {
        let before = world.keyed(ISSUER, idempotency(1), mints(vec![mint(key(500), licence(PLAIN))]));
        let batch = world.keyed(ISSUER, idempotency(2), batch(Some((place, change))));
        let after = world.keyed(ISSUER, idempotency(3), mints(vec![mint(key(10_001), licence(PLAIN))]));
        let block = world.execute(vec![before, batch, after]);
        assert_eq!(block.outcomes()[1], Outcome::Rejected { code, item: place as u32 });
        assert_eq!(block.entries().len(), 2);
        assert_eq!(block.outcomes()[2], Outcome::Applied { first: LogIndex(block.first().0 + 1), count: 1 });
    }
}

#[test]
fn the_first_bad_item_is_reported() {
    let world = scene();
    let mut items: Vec<Mint> = (0..64).map(|number| mint(key(500 + number), licence(PLAIN))).collect();
    items[40].licence.field_count = 0;
    items[9].licence.version = 2;
    items[50].key = key(VALID);
    let block = world.execute(vec![world.keyed(ISSUER, idempotency(1), mints(items))]);
    assert_eq!(block.outcomes(), [Outcome::Rejected { code: Code::NotANewLicence, item: 9 }]);
}
