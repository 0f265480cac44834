//! The network of a liar: it stands between the engine and the real network and alters what leaves the node.

use crate::certificate::from_places;
use crate::context::{Bidding, Context, Height, Part, PartInit, Polling, Value};
use crate::engine::actors::network::{Msg, NetworkRef, Status};
use crate::engine::actors::util::streaming::StreamContent;
use crate::engine::channel::NetworkMsg;
use crate::engine::consensus::{LivenessMsg, SignedConsensusMsg};
use crate::engine::core::{NilOrVal, Round, SignedMessage, SignedProposal, SignedVote, VoteType};
use crate::engine::streaming::{StreamId, StreamMessage};
use crate::engine::sync::{RawDecidedValue, Response};
use crate::lie::Lie;
use crate::parts::MAX_PART_BYTES;
use bytes::{Bytes, BytesMut};
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr, async_trait};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::block::stages::MAX_PROPOSAL_BYTES;
use zhengku_ledger::block::{Ballot, Bid, Step};
use zhengku_ledger::ids::{BlockId, ChainId};

/// Parts that a liar sends beyond its block: 8 MiB.
const SURPLUS_PARTS: u64 = 64;
/// Votes beside each own one in a flood: a validator alone then sends what a network of a hundred would.
const FLOOD_VOTES: u32 = 100;
/// Streams of parts beside each own one in a flood: more than a peer may have open.
const FLOOD_STREAMS: u8 = 16;
/// What a liar adds to its tip.
const CLAIMED_HEIGHTS: u64 = 1_000;
/// How long the real network may take to end.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// The last bid that was heard, for a liar that forgets its locks.
pub(crate) type Heard = Arc<Mutex<Option<Bid>>>;

/// A liar.
pub(crate) struct Liar {
    pub(crate) lie: Lie,
    pub(crate) chain: ChainId,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) heard: Heard,
    pub(crate) network: NetworkRef<Context>,
}

/// Puts a liar before a network; parts go through it as well.
pub(crate) async fn spawn(liar: Liar) -> Result<(NetworkRef<Context>, mpsc::Sender<NetworkMsg<Context>>), SpawnErr> {
    let (liar, _) = Actor::spawn(None, liar, ()).await?;
    let (outgoing, mut parts) = mpsc::channel::<NetworkMsg<Context>>(1);
    let to = liar.clone();
    tokio::spawn(async move {
        while let Some(part) = parts.recv().await {
            if to.cast(part.into()).is_err() {
                break;
            }
        }
    });
    Ok((liar, outgoing))
}

#[async_trait]
impl Actor for Liar {
    type Msg = Msg<Context>;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<(), ActorProcessingErr> {
        tracing::warn!(lie = self.lie.name(), "this node lies on purpose");
        Ok(())
    }

    async fn handle(&self, _: ActorRef<Self::Msg>, message: Self::Msg, (): &mut ()) -> Result<(), ActorProcessingErr> {
        for message in self.alter(message) {
            self.network.cast(message)?;
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Self::Msg>, (): &mut ()) -> Result<(), ActorProcessingErr> {
        // It only fails for a network that is gone already.
        _ = self.network.stop_and_wait(None, Some(STOP_PATIENCE)).await;
        Ok(())
    }
}

impl Liar {
    fn alter(&self, message: Msg<Context>) -> Vec<Msg<Context>> {
        match message {
            Msg::PublishConsensusMsg(SignedConsensusMsg::Vote(vote)) => {
                self.votes(vote).into_iter().map(SignedConsensusMsg::Vote).map(Msg::PublishConsensusMsg).collect()
            }
            Msg::PublishConsensusMsg(SignedConsensusMsg::Proposal(proposal)) => self
                .proposals(proposal)
                .into_iter()
                .map(SignedConsensusMsg::Proposal)
                .map(Msg::PublishConsensusMsg)
                .collect(),
            Msg::PublishLivenessMsg(LivenessMsg::Vote(vote)) => {
                self.votes(vote).into_iter().map(LivenessMsg::Vote).map(Msg::PublishLivenessMsg).collect()
            }
            Msg::PublishLivenessMsg(_) if self.lie == Lie::WithholdVotes => Vec::new(),
            Msg::PublishProposalPart(part) => self.parts(part).into_iter().map(Msg::PublishProposalPart).collect(),
            Msg::BroadcastStatus(status) if self.lie == Lie::LyingSync => {
                let tip = status.tip_height.0.0.saturating_add(CLAIMED_HEIGHTS);
                let claimed = Height(zhengku_ledger::ids::Height(tip));
                vec![Msg::BroadcastStatus(Status::new(claimed, status.history_min_height))]
            }
            Msg::OutgoingResponse(id, Response::ValueResponse(mut response)) => {
                response.values = response.values.into_iter().map(|value| self.decided(value)).collect();
                vec![Msg::OutgoingResponse(id, Response::ValueResponse(response))]
            }
            other => vec![other],
        }
    }

    fn votes(&self, vote: SignedVote<Context>) -> Vec<SignedVote<Context>> {
        let Some(ballot) = vote.message.ballot() else { return vec![vote] };
        match self.lie {
            Lie::WithholdVotes => Vec::new(),
            Lie::Flood => {
                let ahead = |step: u32| {
                    let height = zhengku_ledger::ids::Height(ballot.height.0.saturating_add(u64::from(step % 2)));
                    Ballot { height, round: ballot.round.saturating_add(step), block: None, ..ballot }
                };
                let more = (1..=FLOOD_VOTES).filter_map(|step| self.vote(ahead(step), &vote));
                std::iter::once(vote.clone()).chain(more).collect()
            }
            Lie::DoubleVote => {
                let block = if ballot.block.is_some() { None } else { Some(no_block(ballot.height.0)) };
                let second = self.vote(Ballot { block, ..ballot }, &vote);
                std::iter::once(vote).chain(second).collect()
            }
            Lie::Amnesia if vote.message.step == VoteType::Prevote => {
                let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
                let heard = heard.filter(|bid| bid.height == ballot.height && bid.round == ballot.round);
                let forgetful = heard
                    .and_then(|bid| self.vote(Ballot { block: Some(bid.block), step: Step::Prevote, ..ballot }, &vote));
                vec![forgetful.unwrap_or(vote)]
            }
            _ => vec![vote],
        }
    }

    fn vote(&self, ballot: Ballot, like: &SignedVote<Context>) -> Option<SignedVote<Context>> {
        let signature = ballot.sign(self.chain, self.signer.as_ref()).ok()?;
        let value = ballot.block.map_or(NilOrVal::Nil, NilOrVal::Val);
        let (height, round) = (Height(ballot.height), Round::new(ballot.round));
        Some(SignedMessage::new(Polling { height, round, value, ..like.message.clone() }, signature))
    }

    fn proposals(&self, proposal: SignedProposal<Context>) -> Vec<SignedProposal<Context>> {
        match self.lie {
            Lie::WithholdProposal => Vec::new(),
            Lie::DoubleProposal => {
                let second =
                    Bidding { value: Value(no_block(proposal.message.height.0.0)), ..proposal.message.clone() };
                let signed = second.bid().and_then(|bid| bid.sign(self.chain, self.signer.as_ref()).ok());
                let second = signed.map(|signature| SignedMessage::new(second, signature));
                std::iter::once(proposal).chain(second).collect()
            }
            _ => vec![proposal],
        }
    }

    fn parts(&self, message: StreamMessage<Part>) -> Vec<StreamMessage<Part>> {
        let part = message.content.as_data();
        match (self.lie, part) {
            (Lie::WithholdProposal, _) | (Lie::WithholdParts, Some(Part::Data(_))) => Vec::new(),
            (Lie::WrongParts, Some(Part::Data(bytes))) => {
                let changed = Part::Data(changed(bytes));
                vec![StreamMessage::new(message.stream_id, message.sequence, StreamContent::Data(changed))]
            }
            (Lie::OversizedBlock, Some(Part::Init(init))) => {
                let length = u32::try_from(MAX_PROPOSAL_BYTES).unwrap_or(u32::MAX);
                let init = Part::Init(PartInit { length, ..*init });
                let junk = Part::Data(Bytes::from(vec![0; MAX_PART_BYTES]));
                let parts = std::iter::once(init).chain(std::iter::repeat_n(junk, SURPLUS_PARTS as usize));
                let id = message.stream_id;
                (0..)
                    .zip(parts)
                    .map(|(at, part)| StreamMessage::new(id.clone(), at, StreamContent::Data(part)))
                    .collect()
            }
            (Lie::OversizedBlock, _) => Vec::new(),
            (Lie::Flood, Some(Part::Init(init))) => {
                let init = PartInit { length: u32::try_from(MAX_PROPOSAL_BYTES).unwrap_or(u32::MAX), ..*init };
                let more = (1..=FLOOD_STREAMS).flat_map(|number| {
                    let id = StreamId::new([message.stream_id.to_bytes().as_ref(), &[number]].concat().into());
                    let parts = [Part::Init(init), Part::Data(Bytes::from(vec![number; MAX_PART_BYTES]))];
                    (0..)
                        .zip(parts)
                        .map(move |(at, part)| StreamMessage::new(id.clone(), at, StreamContent::Data(part)))
                });
                let more: Vec<_> = more.collect();
                std::iter::once(message).chain(more).collect()
            }
            _ => vec![message],
        }
    }

    fn decided(&self, mut value: RawDecidedValue<Context>) -> RawDecidedValue<Context> {
        match self.lie {
            Lie::LyingSync => value.value_bytes = changed(&value.value_bytes),
            Lie::BadCertificates => self.spoil(&mut value),
            _ => {}
        }
        value
    }

    /// Four kinds of bad certificates, by height.
    fn spoil(&self, value: &mut RawDecidedValue<Context>) {
        let Some(mut certificate) = crate::certificate::to_places(&value.certificate) else { return };
        let mut votes = certificate.votes.into_vec();
        match certificate.height.0 % 4 {
            0 => votes.truncate(1),
            1 => {
                let repeated: Vec<_> = votes.first().into_iter().cycle().take(votes.len()).cloned().collect();
                votes = repeated;
            }
            2 => votes.iter_mut().for_each(|vote| vote.validator = vote.validator.saturating_add(100)),
            _ => {
                let other = ChainId::from_digest(Digest::ZERO);
                let ballot = Ballot {
                    step: Step::Precommit,
                    height: certificate.height,
                    round: certificate.round,
                    block: Some(certificate.block),
                };
                if let Ok(signature) = ballot.sign(other, self.signer.as_ref()) {
                    votes.iter_mut().for_each(|vote| vote.signature = signature);
                }
            }
        }
        if let Ok(votes) = zhengku_ledger::codec::Bounded::new(votes) {
            certificate.votes = votes;
            value.certificate = from_places(&certificate);
        }
    }
}

/// A block that nobody has.
fn no_block(height: u64) -> BlockId {
    BlockId::from_digest(zhengku_crypto::digest::sha256(&height.to_be_bytes()))
}

fn changed(bytes: &Bytes) -> Bytes {
    let mut changed = BytesMut::from(&bytes[..]);
    if let Some(byte) = changed.last_mut() {
        *byte = !*byte;
    }
    changed.freeze()
}
