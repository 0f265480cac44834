//! Histories of changing sets, and every broken link.

use super::*;
use crate::block::Vote;
use crate::fixtures::{START, digest, genesis, list, text, validator_signer};
use crate::validator_set::Validator;
use proptest::prelude::proptest;
use zhengku_crypto::sign::Signer;

fn chain() -> ChainId {
    ChainId::from_digest(digest("chain"))
}

/// The validators with these places of the fixtures.
fn set(members: &[u16]) -> ValidatorSet {
    let one = |place: &u16| Validator { name: text(&format!("v{place}")), key: validator_signer(*place).public_key() };
    ValidatorSet::new(members.iter().map(one).collect()).unwrap()
}

fn header(height: u64, before: &[u16], after: &[u16]) -> Header {
    let start = genesis(1).start().1.header;
    Header {
        chain: chain(),
        height: Height(height),
        time: TimestampMs(START.0 + height),
        validators: set(before).digest(),
        next_validators: set(after).digest(),
        ..start
    }
}

fn certified(header: Header, signers: &[u16], after: &[u16]) -> Handover {
    let vote = |(place, signer): (u16, &u16)| {
        Vote::sign(header.chain, header.height, 0, header.id(), place, &validator_signer(*signer)).unwrap()
    };
    let votes = list((0..).zip(signers).map(vote).collect());
    let certificate = Certificate { height: header.height, round: 0, block: header.id(), votes };
    Handover { header, certificate, next: set(after) }
}

const SETS: [&[u16]; 4] = [&[0, 1, 2, 3], &[0, 1, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5, 6], &[1, 2, 3, 9, 5, 6]];
/// The last height of each set but the last.
const LAST: [u64; 3] = [4, 100, 101];

fn handovers() -> Vec<Handover> {
    (0..3)
        .map(|place| certified(header(LAST[place], SETS[place], SETS[place + 1]), SETS[place], SETS[place + 1]))
        .collect()
}

fn judged(handovers: Vec<Handover>) -> Result<Timeline, HistoryError> {
    History::new(chain(), handovers).unwrap().verify(chain(), &set(SETS[0]))
}

#[test]
fn each_height_has_its_set() {
    let timeline = judged(handovers()).unwrap();
    for (height, place) in [(0, 0), (1, 0), (4, 0), (5, 1), (100, 1), (101, 2), (102, 3), (u64::MAX, 3)] {
        let (found, from, count) = timeline.at(Height(height));
        assert_eq!((found, count), (&set(SETS[place]), place), "height {height}");
        assert_eq!(from.0, place.checked_sub(1).map_or(1, |former| LAST[former] + 1));
    }
    assert_eq!(timeline.newest(), &set(SETS[3]));
    assert_eq!(timeline.handovers(), 3);
    let empty = judged(vec![]).unwrap();
    assert_eq!((empty.newest(), empty.last_change()), (&set(SETS[0]), None));
}

/// A history without its newest handovers is true as far as it goes; one without an older is refused.
#[test]
fn links_cannot_be_left_out() {
    for (length, newest) in SETS.iter().enumerate() {
        assert_eq!(judged(handovers()[..length].to_vec()).unwrap().newest(), &set(newest));
    }
    for missing in 0..2 {
        let mut broken = handovers();
        broken.remove(missing);
        assert!(matches!(judged(broken), Err(HistoryError::OtherValidators { .. })), "without {missing}");
    }
    let mut repeated = handovers();
    repeated.push(repeated[2].clone());
    assert!(matches!(judged(repeated), Err(HistoryError::Order { place: 3, .. })));
    let mut swapped = handovers();
    swapped.swap(0, 1);
    assert!(judged(swapped).is_err());
}

#[test]
fn every_broken_link_has_its_reason() {
    let with = |place: usize, handover: Handover| {
        let mut all = handovers();
        all[place] = handover;
        judged(all)
    };
    let change = |place: usize, change: &dyn Fn(&mut Header)| {
        let mut one = header(LAST[place], SETS[place], SETS[place + 1]);
        change(&mut one);
        with(place, certified(one, SETS[place], SETS[place + 1]))
    };
    assert!(change(1, &|_| {}).is_ok());
    let unknown = change(1, &|one| one.format = 2);
    assert_eq!(unknown, Err(HistoryError::UnknownFormat { place: 1, format: 2, suite: 1 }));
    assert!(matches!(
        change(1, &|one| one.chain = ChainId::from_digest(digest("x"))),
        Err(HistoryError::OtherLedger { .. })
    ));
    assert!(matches!(change(1, &|one| one.height = Height(4)), Err(HistoryError::Order { place: 1, .. })));
    assert!(matches!(change(0, &|one| one.height = Height(0)), Err(HistoryError::Order { place: 0, .. })));
    assert!(matches!(change(1, &|one| one.time = START), Err(HistoryError::Order { place: 1, .. })));
    assert!(matches!(
        change(2, &|one| one.validators = digest("x")),
        Err(HistoryError::OtherValidators { place: 2, .. })
    ));
    assert!(matches!(change(2, &|one| one.next_validators = digest("x")), Err(HistoryError::NextSet { place: 2, .. })));
    let mut other_set = handovers()[2].clone();
    other_set.next = set(&[7]);
    assert!(matches!(with(2, other_set), Err(HistoryError::NextSet { place: 2, .. })));
    let same = certified(header(LAST[2], SETS[2], SETS[2]), SETS[2], SETS[2]);
    assert_eq!(with(2, same), Err(HistoryError::NoChange { place: 2 }));
    // The incoming set elects itself; a minority of the old set; votes for another block.
    let usurped = certified(header(LAST[2], SETS[2], &[7, 8]), &[7, 8], &[7, 8]);
    assert!(matches!(with(2, usurped), Err(HistoryError::Certificate { place: 2, .. })));
    let few = certified(header(LAST[2], SETS[2], SETS[3]), &SETS[2][..4], SETS[3]);
    assert!(matches!(with(2, few), Err(HistoryError::Certificate { place: 2, .. })));
    let mut swapped = handovers()[2].clone();
    swapped.certificate = handovers()[1].certificate.clone();
    assert!(matches!(with(2, swapped), Err(HistoryError::Certificate { place: 2, .. })));
    let history = History::new(chain(), handovers()).unwrap();
    assert!(history.verify(chain(), &set(&[0, 1, 2])).is_err(), "another genesis set");
    assert!(history.verify(ChainId::from_digest(digest("x")), &set(SETS[0])).is_err());
}

#[test]
fn no_byte_of_the_file_can_change() {
    let history = History::new(chain(), handovers()[..1].to_vec()).unwrap();
    let file = history.to_file().into_bytes();
    assert_eq!(History::from_file(&file).as_ref(), Ok(&history));
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(History::from_file(&changed).is_err(), "byte {place}");
    }
    assert!(String::from_utf8(file).unwrap().contains("from block 5, "));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = History::decode(&bytes);
        let _ = History::from_file(&bytes);
    }
}
