//! Every message: there and back, frozen bytes, and whatever a peer may send instead.

use super::*;
use crate::context::{Address, Bidding, Context, Height, Part, PartInit, Polling, Value};
use crate::engine::actors::util::streaming::StreamContent;
use crate::engine::consensus::{LivenessMsg, SignedConsensusMsg};
use crate::engine::core::{
    NilOrVal, PolkaCertificate, PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature,
    SignedMessage, SignedVote, ValidatorProof, Validity, VoteType,
};
use crate::engine::streaming::{StreamId, StreamMessage};
use crate::engine::sync::{RawDecidedValue, Request, Response, Status, ValueRequest, ValueResponse};
use crate::engine::types::{PeerId, ProposedValue};
use proptest::prelude::*;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Ed25519Signer, Signature, Signer};
use zhengku_ledger::block::{Certificate, Vote};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::ids::{self, BlockId};

fn signature(seed: u8) -> Signature {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap().sign(Domain::Prevote, b"message").unwrap()
}

fn block(seed: u8) -> BlockId {
    BlockId::from_digest(Digest::from_bytes([seed; 32]))
}

fn height(height: u64) -> Height {
    Height(ids::Height(height))
}

fn a_vote(step: VoteType, value: NilOrVal<BlockId>) -> SignedVote<Context> {
    let vote = Polling { step, height: height(258), round: Round::new(3), value, voter: Address::of_bytes([4; 32]) };
    SignedMessage::new(vote, signature(1))
}

fn votes() -> Vec<SignedVote<Context>> {
    vec![
        a_vote(VoteType::Prevote, NilOrVal::Nil),
        a_vote(VoteType::Prevote, NilOrVal::Val(block(7))),
        a_vote(VoteType::Precommit, NilOrVal::Nil),
        a_vote(VoteType::Precommit, NilOrVal::Val(block(7))),
    ]
}

fn messages() -> Vec<SignedConsensusMsg<Context>> {
    let bid = |valid_round| Bidding {
        height: height(9),
        round: Round::new(2),
        value: Value(block(3)),
        valid_round,
        proposer: Address::of_bytes([5; 32]),
    };
    let bids = [Round::Nil, Round::new(1)].map(|round| SignedMessage::new(bid(round), signature(2)));
    let bids = bids.into_iter().map(SignedConsensusMsg::Proposal);
    votes().into_iter().map(SignedConsensusMsg::Vote).chain(bids).collect()
}

fn polka() -> PolkaCertificate<Context> {
    let one = |seed| PolkaSignature::new(Address::of_bytes([seed; 32]), signature(seed));
    PolkaCertificate {
        height: height(6),
        round: Round::new(0),
        value_id: block(1),
        polka_signatures: (1..=3).map(one).collect(),
    }
}

fn liveness() -> Vec<LivenessMsg<Context>> {
    let one = |vote_type, value_id| RoundSignature::new(vote_type, value_id, Address::of_bytes([8; 32]), signature(8));
    let certificate = |cert_type| RoundCertificate {
        height: height(6),
        round: Round::new(4),
        cert_type,
        round_signatures: vec![
            one(VoteType::Prevote, NilOrVal::Val(block(2))),
            one(VoteType::Precommit, NilOrVal::Nil),
        ],
    };
    vec![
        LivenessMsg::Vote(a_vote(VoteType::Precommit, NilOrVal::Nil)),
        LivenessMsg::PolkaCertificate(polka()),
        LivenessMsg::SkipRoundCertificate(certificate(RoundCertificateType::Skip)),
        LivenessMsg::SkipRoundCertificate(certificate(RoundCertificateType::Precommit)),
    ]
}

fn parts() -> Vec<Part> {
    vec![
        Part::Init(PartInit { height: ids::Height(5), round: 1, length: 70_000 }),
        Part::Data(Bytes::from_static(b"bytes of a block")),
        Part::Fin(signature(3)),
    ]
}

fn streamed() -> Vec<StreamMessage<Part>> {
    let id = StreamId::new(Bytes::from_static(&[6; STREAM_ID_BYTES]));
    (0..).zip(parts()).map(|(number, part)| StreamMessage::new(id.clone(), number, StreamContent::Data(part))).collect()
}

fn values() -> Vec<ProposedValue<Context>> {
    let value = |valid_round, validity| ProposedValue {
        height: height(3),
        round: Round::new(1),
        valid_round,
        proposer: Address::of_bytes([1; 32]),
        value: Value(block(4)),
        validity,
    };
    vec![value(Round::Nil, Validity::Valid), value(Round::new(0), Validity::Invalid)]
}

fn peer() -> PeerId {
    PeerId::from_bytes(&[0, 2, 1, 2]).unwrap()
}

fn response(blocks: u64) -> Response<Context> {
    let vote = |validator| Vote { validator, signature: signature(validator as u8 + 1) };
    let certificate = |height| Certificate {
        height: ids::Height(height),
        round: 1,
        block: block(2),
        votes: Bounded::new((0..3).map(vote).collect()).unwrap(),
    };
    let value = |height| {
        RawDecidedValue::new(Bytes::from(vec![height as u8; 40]), crate::certificate::from_places(&certificate(height)))
    };
    Response::ValueResponse(ValueResponse::new(height(1), (1..=blocks).map(value).collect()))
}

fn proof() -> ValidatorProof<Context> {
    ValidatorProof::new(vec![2; 32], peer().to_bytes(), signature(5))
}

/// There and back, and nothing shorter or longer.
fn survives<T: Wire + PartialEq + std::fmt::Debug>(message: &T) -> Bytes {
    let bytes = PLAIN.encode(message).unwrap();
    assert_eq!(&PLAIN.decode(bytes.clone()).unwrap() as &T, message);
    for length in 0..bytes.len() {
        let short: Result<T, _> = PLAIN.decode(bytes.slice(..length));
        assert!(short.is_err(), "{} cut to {length}", T::WHAT);
    }
    let longer = [&bytes[..], &[0]].concat();
    let longer: Result<T, _> = PLAIN.decode(Bytes::from(longer));
    assert!(longer.is_err(), "{} with a byte more", T::WHAT);
    bytes
}

#[test]
fn every_message_survives_and_no_other_length_does() {
    votes().iter().for_each(|message| _ = survives(message));
    messages().iter().for_each(|message| _ = survives(message));
    liveness().iter().for_each(|message| _ = survives(message));
    parts().iter().for_each(|message| _ = survives(message));
    streamed().iter().for_each(|message| _ = survives(message));
    values().iter().for_each(|message| _ = survives(message));
    survives(&polka());
    survives(&proof());
    survives(&Status::<Context> { peer_id: peer(), tip_height: height(9), history_min_height: height(1) });
    survives(&Request::<Context>::ValueRequest(ValueRequest::new(height(3)..=height(8))));
    survives(&response(0));
    survives(&response(3));
}

/// The bytes are frozen: a change of this digest is a change of the protocol, with a new protocol name.
#[test]
fn the_bytes_are_frozen() {
    let mut all = Vec::new();
    votes().iter().for_each(|message| all.extend(PLAIN.encode(message).unwrap()));
    messages().iter().for_each(|message| all.extend(PLAIN.encode(message).unwrap()));
    liveness().iter().for_each(|message| all.extend(PLAIN.encode(message).unwrap()));
    streamed().iter().for_each(|message| all.extend(PLAIN.encode(message).unwrap()));
    values().iter().for_each(|message| all.extend(PLAIN.encode(message).unwrap()));
    all.extend(PLAIN.encode(&proof()).unwrap());
    all.extend(PLAIN.encode(&response(2)).unwrap());
    assert_eq!(sha256(&all).to_string(), "2856f5ae73b288585a956a4cf5e4b094c64dda274e8a9282e795bb4518d55393");
}

/// A vote by hand, so that the specification can be checked by reading.
#[test]
fn a_vote_is_written_out() {
    let bytes = PLAIN.encode(&SignedConsensusMsg::Vote(a_vote(VoteType::Precommit, NilOrVal::Nil))).unwrap();
    let mut expected = vec![1, 2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 0];
    expected.extend([4; 32]);
    expected.extend(signature(1).as_bytes());
    assert_eq!(bytes, expected);
}

#[test]
fn counts_beyond_the_limits_are_refused_before_anything_is_reserved() {
    let mut bytes = PLAIN.encode(&polka()).unwrap().to_vec();
    // The count stands behind height, round and block.
    bytes[44..46].copy_from_slice(&u16::MAX.to_be_bytes());
    let refused: Result<PolkaCertificate<Context>, _> = PLAIN.decode(Bytes::from(bytes));
    assert!(matches!(refused, Err(CodecError::Range { field: "signatures", .. })));
    let mut bytes = PLAIN.encode(&parts()[1]).unwrap().to_vec();
    bytes[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    let refused: Result<Part, _> = PLAIN.decode(Bytes::from(bytes));
    assert!(matches!(refused, Err(CodecError::Range { field: "bytes", .. })));
}

#[test]
fn a_voter_by_place_does_not_travel_in_votes() {
    let mut vote = a_vote(VoteType::Prevote, NilOrVal::Nil);
    vote.message.voter = Address::of_place(3);
    assert!(matches!(PLAIN.encode(&vote), Err(CodecError::Unspeakable { .. })));
}

fn any_bytes_are_read_or_refused(bytes: &Bytes) {
    let again = |what: &str, sent: Bytes| assert_eq!(&sent, bytes, "{what} has two forms");
    macro_rules! read {
        ($($type:ty),+ $(,)?) => {$(
            let read: Result<$type, _> = PLAIN.decode(bytes.clone());
            if let Ok(message) = read {
                again(stringify!($type), PLAIN.encode(&message).unwrap());
            }
        )+};
    }
    read!(
        SignedConsensusMsg<Context>,
        LivenessMsg<Context>,
        StreamMessage<Part>,
        ProposedValue<Context>,
        ValidatorProof<Context>,
        Status<Context>,
        Request<Context>,
        Response<Context>,
    );
}

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        any_bytes_are_read_or_refused(&Bytes::from(bytes));
    }

    #[test]
    fn changed_messages_are_read_or_refused(which in 0_usize..20, place in any::<proptest::sample::Index>(), value in any::<u8>()) {
        let all: Vec<Bytes> = messages().iter().map(|message| PLAIN.encode(message).unwrap())
            .chain(liveness().iter().map(|message| PLAIN.encode(message).unwrap()))
            .chain(streamed().iter().map(|message| PLAIN.encode(message).unwrap()))
            .chain(values().iter().map(|message| PLAIN.encode(message).unwrap()))
            .chain([PLAIN.encode(&proof()).unwrap(), PLAIN.encode(&response(2)).unwrap()])
            .collect();
        let mut bytes = all[which % all.len()].to_vec();
        let place = place.index(bytes.len());
        bytes[place] = value;
        any_bytes_are_read_or_refused(&Bytes::from(bytes));
    }
}
