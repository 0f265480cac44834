//! A node that keeps to no measure: it connects and asks without a pause, or sends nonsense. For exercises that show how the others
//! withstand a peer on the list; never part of a production configuration.

use super::message::{Protocol, Question, Status};
use super::swarm::{Behaviour, BehaviourEvent, unlimited};
use super::wire::Wire;
use super::{ExchangeError, Peer, Settings};
use bytes::Bytes;
use futures::StreamExt as _;
use libp2p::request_response::{Event, Message};
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{PeerId, Swarm};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::MissedTickBehavior;
use zhengku_consensus::lie::Lie;
use zhengku_crypto::digest::sha256;
use zhengku_ledger::ids::{BlockId, Height};

/// A round of the flood. With what follows, each peer is asked 600 things and dialled 100 times a second.
const EVERY: Duration = Duration::from_millis(10);
/// Questions of each protocol to each peer in a round.
const QUESTIONS: u32 = 2;
/// Questions of one protocol to one peer that wait for an answer: beyond them the flood would only fill its own memory.
const MAX_OPEN: u32 = 64;
/// Transactions in a question, none of them one.
const TRANSACTIONS: u64 = 16;
/// Bytes of such a transaction.
const TRANSACTION_BYTES: usize = 512;

/// What is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flood {
    /// Well-formed questions.
    Questions(Status),
    /// Random bytes in the place of questions.
    Junk(Status),
}

impl Flood {
    /// What the exchange of a liar does, where it lies too.
    pub(crate) const fn of(lie: Option<Lie>, status: Status) -> Option<Self> {
        match lie {
            Some(Lie::Flood) => Some(Self::Questions(status)),
            Some(Lie::Junk) => Some(Self::Junk(status)),
            _ => None,
        }
    }
}

/// Floods the peers until it is dropped.
pub(crate) async fn run(settings: Settings, flood: Flood) {
    let Err(error) = try_run(settings, flood).await;
    tracing::error!(%error, "no flood");
}

async fn try_run(settings: Settings, flood: Flood) -> Result<Infallible, ExchangeError> {
    let (status, junk) = match flood {
        Flood::Questions(status) => (status, false),
        Flood::Junk(status) => (status, true),
    };
    let mut swarm = unlimited(&settings, Wire { junk })?;
    for peer in &settings.peers {
        swarm.behaviour_mut().allowed.allow_peer(peer.id);
    }
    let mut open = BTreeMap::new();
    let mut round = tokio::time::interval(EVERY);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number = 0_u64;
    loop {
        tokio::select! {
            event = swarm.select_next_some() => note(&event, &mut open),
            _ = round.tick() => {
                number = number.saturating_add(1);
                settings.peers.iter().for_each(|peer| press(&mut swarm, peer, (status, number), &mut open));
            }
        }
    }
}

type Open = BTreeMap<(PeerId, Protocol), u32>;

fn press(swarm: &mut Swarm<Behaviour>, peer: &Peer, (status, number): (Status, u64), open: &mut Open) {
    if let Some(address) = &peer.address {
        let dial = DialOpts::peer_id(peer.id).condition(PeerCondition::Always).addresses(vec![address.clone()]).build();
        // One that fails is followed by the next.
        let _ = swarm.dial(dial);
    }
    if !swarm.is_connected(&peer.id) {
        return;
    }
    for question in questions(status, number) {
        let protocol = question.protocol();
        let waiting = open.entry((peer.id, protocol)).or_default();
        if *waiting < MAX_OPEN {
            *waiting = waiting.saturating_add(1);
            swarm.behaviour_mut().questions(protocol).send_request(&peer.id, question);
        }
    }
}

fn questions(status: Status, number: u64) -> Vec<Question> {
    let transaction = |at: u64| {
        let seed = number.wrapping_mul(TRANSACTIONS).wrapping_add(at).to_be_bytes();
        let mut bytes = nonsense(&[seed.as_slice(), &[0; TRANSACTION_BYTES]].concat());
        bytes.truncate(TRANSACTION_BYTES);
        Bytes::from(bytes)
    };
    let block = BlockId::from_digest(sha256(&number.to_be_bytes()));
    let signature = Bytes::from(vec![7; 64]);
    let one = || {
        [
            Question::Transactions((0..TRANSACTIONS).map(transaction).collect()),
            Question::Status(status),
            Question::Checkpoint { height: Height(number), block, signature: signature.clone() },
        ]
    };
    (0..QUESTIONS).flat_map(|_| one()).collect()
}

fn note(event: &SwarmEvent<BehaviourEvent>, open: &mut Open) {
    let SwarmEvent::Behaviour(event) = event else { return };
    let (protocol, event) = match event {
        BehaviourEvent::Transactions(event) => (Protocol::Transactions, event),
        BehaviourEvent::Status(event) => (Protocol::Status, event),
        BehaviourEvent::Checkpoint(event) => (Protocol::Checkpoint, event),
        _ => return,
    };
    let peer = match event {
        Event::Message { peer, message: Message::Response { .. }, .. } | Event::OutboundFailure { peer, .. } => peer,
        _ => return,
    };
    if let Some(waiting) = open.get_mut(&(*peer, protocol)) {
        *waiting = waiting.saturating_sub(1);
    }
}

/// Bytes without a meaning, as many as these: now and then their length is announced truly, mostly it is nonsense too.
pub(super) fn nonsense(bytes: &[u8]) -> Vec<u8> {
    let blocks = bytes.chunks(32).scan(sha256(bytes), |last, _| {
        *last = sha256(last.as_bytes());
        Some(*last.as_bytes())
    });
    let mut made: Vec<u8> = blocks.flatten().take(bytes.len()).collect();
    if made.first().is_some_and(|first| first % 4 == 0)
        && let (Ok(length), Some(head)) = (u32::try_from(made.len().saturating_sub(4)), made.first_chunk_mut::<4>())
    {
        *head = length.to_be_bytes();
    }
    made
}
