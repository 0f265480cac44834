//! Cutting blocks, and putting them together again whatever the order and whoever lies.

use super::*;
use proptest::prelude::*;
use zhengku_crypto::sign::Ed25519Signer;

fn chain() -> ChainId {
    ChainId::from_digest(Digest::from_bytes([9; 32]))
}

fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap()
}

fn peer(number: u8) -> PeerId {
    // An identity multihash of one byte.
    PeerId::from_bytes(&[0, 1, number]).unwrap()
}

fn parcel(length: usize) -> Parcel {
    let bytes: Vec<u8> = (0..length).map(|place| (place % 251) as u8).collect();
    Parcel::sign(chain(), Height(5), 2, Bytes::from(bytes), &signer(1)).unwrap()
}

fn feed(assembler: &mut Assembler, from: PeerId, parts: impl IntoIterator<Item = StreamMessage<Part>>) -> Vec<Taken> {
    parts.into_iter().map(|part| assembler.take(from, part)).collect()
}

proptest! {
    #[test]
    fn a_block_comes_together_in_any_order(length in 0_usize..5 * MAX_PART_BYTES, seed in any::<u64>()) {
        let parcel = parcel(length);
        let mut parts: Vec<_> = parcel.cut(1).collect();
        let mut state = seed;
        for place in (1..parts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            parts.swap(place, (state >> 33) as usize % (place + 1));
        }
        let mut assembler = Assembler::default();
        let taken = feed(&mut assembler, peer(1), parts);
        let (last, former) = taken.split_last().unwrap();
        prop_assert!(former.iter().all(|taken| *taken == Taken::Waiting));
        prop_assert_eq!(last, &Taken::Complete(parcel));
    }
}

#[test]
fn the_signature_is_of_this_block_in_this_round_of_this_ledger() {
    let sent = parcel(1000);
    let key = signer(1).public_key();
    assert!(sent.verify(chain(), &key).is_ok());
    assert!(sent.verify(chain(), &signer(2).public_key()).is_err());
    assert!(sent.verify(ChainId::from_digest(Digest::ZERO), &key).is_err());
    assert!(Parcel { round: 3, ..sent.clone() }.verify(chain(), &key).is_err());
    assert!(Parcel { height: Height(6), ..sent.clone() }.verify(chain(), &key).is_err());
    assert!(Parcel { bytes: sent.bytes.slice(1..), ..sent }.verify(chain(), &key).is_err());
}

#[test]
fn parts_of_two_peers_do_not_mix() {
    let parts: Vec<_> = parcel(3 * MAX_PART_BYTES).cut(1).collect();
    let mut assembler = Assembler::default();
    for (number, part) in parts.into_iter().enumerate() {
        let taken = assembler.take(peer(1 + (number % 2) as u8), part);
        assert_eq!(taken, Taken::Waiting);
    }
}

#[test]
fn a_complete_stream_is_not_opened_again() {
    let parcel = parcel(1000);
    let mut assembler = Assembler::default();
    feed(&mut assembler, peer(1), parcel.cut(1));
    let again = feed(&mut assembler, peer(1), parcel.cut(1));
    assert!(again.iter().all(|taken| *taken == Taken::Waiting));
    assert!(assembler.streams.is_empty());
    // Sent again, it has a new name.
    assert_eq!(feed(&mut assembler, peer(1), parcel.cut(2)).last(), Some(&Taken::Complete(parcel)));
}

#[test]
fn a_peer_keeps_few_streams_open() {
    let mut assembler = Assembler::default();
    for number in 0..100 {
        let part = parcel(3 * MAX_PART_BYTES).cut(number).nth(1).unwrap();
        assembler.take(peer(1), part);
    }
    assert_eq!(assembler.streams.len(), MAX_STREAMS_PER_PEER);
    // The latest are kept: an honest stream after a hundred dead ones comes through.
    let honest = parcel(1000);
    assert_eq!(feed(&mut assembler, peer(1), honest.cut(900)).last(), Some(&Taken::Complete(honest)));
}

#[test]
fn more_than_was_announced_is_refused() {
    let mut assembler = Assembler::default();
    let parts: Vec<_> = parcel(2 * MAX_PART_BYTES).cut(1).collect();
    let init = Part::Init(PartInit { height: Height(5), round: 2, length: 10 });
    let lie = StreamMessage::new(parts[0].stream_id.clone(), 0, StreamContent::Data(init));
    assembler.take(peer(1), lie);
    assert_eq!(assembler.take(peer(1), parts[1].clone()), Taken::Refused("more bytes than were announced"));
    assert!(assembler.streams.is_empty());
}

#[test]
fn a_part_beyond_the_largest_block_closes_the_stream() {
    let mut assembler = Assembler::default();
    let mut part = parcel(10).cut(1).nth(1).unwrap();
    part.sequence = MAX_SEQUENCE + 1;
    assert!(matches!(assembler.take(peer(1), part), Taken::Refused(_)));
    assert!(assembler.streams.is_empty());
}

#[test]
fn parts_out_of_their_place_are_refused() {
    let parts: Vec<_> = parcel(10).cut(1).collect();
    let [init, data, fin] = parts.try_into().unwrap();
    for (mut part, sequence) in [(init, 1), (data, 0), (fin, 0)] {
        part.sequence = sequence;
        assert_eq!(Assembler::default().take(peer(1), part), Taken::Refused("a part out of its place"));
    }
}

#[test]
fn an_endless_stream_is_bounded_in_bytes() {
    let mut assembler = Assembler::default();
    let template = parcel(MAX_PART_BYTES).cut(1).nth(1).unwrap();
    let mut most = 0;
    for sequence in 1..=MAX_SEQUENCE {
        let mut part = template.clone();
        part.sequence = sequence;
        assembler.take(peer(1), part);
        most = most.max(assembler.streams.values().map(|stream| stream.bytes).sum::<usize>());
    }
    assert!(most <= MAX_PROPOSAL_BYTES + MAX_PART_BYTES);
}

#[test]
fn old_heights_are_forgotten() {
    let mut assembler = Assembler::default();
    assembler.take(peer(1), parcel(10).cut(1).next().unwrap());
    assembler.prune(Height(5));
    assert_eq!(assembler.streams.len(), 1);
    assembler.prune(Height(6));
    assert!(assembler.streams.is_empty());
}
