//! The task that owns the swarm: dials, asks, answers, and keeps the pictures of the peers.

use super::message::{Acknowledgement, Answer, Protocol, Question};
use super::peers::{Peer, PeerPicture, Peers};
use super::swarm::{Behaviour, BehaviourEvent};
use super::{Answers, AskError, Command};
use bytes::Bytes;
use futures::StreamExt as _;
use libp2p::request_response::{Event, Message, OutboundRequestId, ResponseChannel};
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{PeerId, Swarm};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;

/// How often dialling is looked at: the shortest pause.
const TICK: Duration = Duration::from_millis(250);
/// How often each peer is asked where it stands.
const STATUS_EVERY: Duration = Duration::from_secs(1);
/// How long one may take to say so: many times the round trip between cities, and of a busy machine.
const STATUS_PATIENCE: Duration = Duration::from_millis(2500);
/// Questions of one peer that are worked on at once; transactions beyond are answered "full".
const MAX_WORK_PER_PEER: u32 = 4;
/// Finished answers that wait for the swarm.
const QUEUED_ANSWERS: usize = 256;

pub(super) struct Task {
    swarm: Swarm<Behaviour>,
    peers: Peers,
    answers: Arc<dyn Answers>,
    commands: mpsc::Receiver<Command>,
    pictures: watch::Sender<BTreeMap<PeerId, PeerPicture>>,
    asked: BTreeMap<(Protocol, OutboundRequestId), Asked>,
    working: BTreeMap<PeerId, u32>,
    done: (mpsc::Sender<Done>, mpsc::Receiver<Done>),
}

/// Who waits for an answer.
enum Asked {
    Caller(oneshot::Sender<Result<Answer, AskError>>),
    Status(PeerId, Instant),
}

/// An answer that was worked out on another thread.
struct Done {
    peer: PeerId,
    channel: ResponseChannel<Answer>,
    answer: Answer,
}

impl Task {
    pub(super) fn new(
        swarm: Swarm<Behaviour>,
        peers: Vec<Peer>,
        commands: mpsc::Receiver<Command>,
        pictures: watch::Sender<BTreeMap<PeerId, PeerPicture>>,
        answers: Arc<dyn Answers>,
    ) -> Self {
        let mut task = Self {
            swarm,
            peers: Peers::default(),
            answers,
            commands,
            pictures,
            asked: BTreeMap::new(),
            working: BTreeMap::new(),
            done: mpsc::channel(QUEUED_ANSWERS),
        };
        task.set_peers(peers);
        task
    }

    pub(super) async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut status = tokio::time::interval(STATUS_EVERY);
        status.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.commands.recv() => match command {
                    Some(Command::Ask(peer, question, sender)) => self.ask(peer, question, sender),
                    Some(Command::SetPeers(peers)) => self.set_peers(peers),
                    Some(Command::Stop) | None => return,
                },
                Some(done) = self.done.1.recv() => self.finish(done),
                _ = tick.tick() => self.dial(),
                _ = status.tick() => self.ask_status(),
            }
        }
    }

    fn set_peers(&mut self, peers: Vec<Peer>) {
        let own = *self.swarm.local_peer_id();
        let peers = peers.into_iter().filter(|one| one.id != own).collect();
        let changes = self.peers.set(peers, Instant::now());
        for id in &changes.left {
            self.swarm.behaviour_mut().allowed.disallow_peer(*id);
            // Nobody left to answer: a peer that is gone is not connected.
            let _ = self.swarm.disconnect_peer_id(*id);
        }
        for id in &changes.joined {
            self.swarm.behaviour_mut().allowed.allow_peer(*id);
        }
        for id in &changes.moved {
            let _ = self.swarm.disconnect_peer_id(*id);
        }
        self.dial();
        self.publish();
    }

    fn dial(&mut self) {
        for (id, address) in self.peers.due(Instant::now()) {
            let dial = DialOpts::peer_id(id).condition(PeerCondition::NotDialing).addresses(vec![address]).build();
            if let Err(error) = self.swarm.dial(dial) {
                tracing::debug!(peer = %id, %error, "dialling");
            }
        }
    }

    fn ask(&mut self, peer: PeerId, question: Question, sender: oneshot::Sender<Result<Answer, AskError>>) {
        let is_connected = self.peers.get_mut(&peer).is_some_and(|known| known.picture.is_connected);
        if !is_connected {
            // A caller that no longer waits needs no answer.
            let _ = sender.send(Err(AskError::NotConnected));
            return;
        }
        let protocol = question.protocol();
        let id = self.swarm.behaviour_mut().questions(protocol).send_request(&peer, question);
        self.asked.insert((protocol, id), Asked::Caller(sender));
    }

    /// Takes status questions that wait too long for unanswered: the transport's own time-outs add up to several times as much when
    /// a network is cut without a word.
    fn give_up_waiting(&mut self) {
        let late = |asked: &Asked| match asked {
            Asked::Status(peer, since) if since.elapsed() >= STATUS_PATIENCE => Some(*peer),
            _ => None,
        };
        let silent: Vec<PeerId> = self.asked.values().filter_map(late).collect();
        self.asked.retain(|_, asked| late(asked).is_none());
        for peer in silent {
            self.on_silence(peer);
        }
    }

    fn ask_status(&mut self) {
        self.give_up_waiting();
        let status = self.answers.status();
        for peer in self.peers.connected() {
            if self.peers.get_mut(&peer).is_some_and(super::peers::Known::ask) {
                let question = Question::Status(status);
                let id = self.swarm.behaviour_mut().status.send_request(&peer, question);
                self.asked.insert((Protocol::Status, id), Asked::Status(peer, Instant::now()));
            }
        }
    }

    fn on_event(&mut self, event: SwarmEvent<super::swarm::BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                let Some(known) = self.peers.get_mut(&peer_id) else { return };
                if !known.picture.is_connected {
                    tracing::info!(peer = %peer_id, "connected");
                }
                known.connected();
                self.publish();
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
                if let Some(known) = self.peers.get_mut(&peer_id) {
                    tracing::info!(peer = %peer_id, "disconnected");
                    known.disconnected(Instant::now());
                }
                self.publish();
            }
            SwarmEvent::Behaviour(BehaviourEvent::Transactions(event)) => {
                self.on_message(Protocol::Transactions, event)
            }
            SwarmEvent::Behaviour(BehaviourEvent::Status(event)) => self.on_message(Protocol::Status, event),
            SwarmEvent::Behaviour(BehaviourEvent::Checkpoint(event)) => self.on_message(Protocol::Checkpoint, event),
            SwarmEvent::IncomingConnectionError { error, .. } => tracing::debug!(%error, "a connection was refused"),
            _ => {}
        }
    }

    fn on_message(&mut self, protocol: Protocol, event: Event<Question, Answer>) {
        match event {
            Event::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                self.on_question(peer, request, channel);
            }
            Event::Message { peer, message: Message::Response { request_id, response }, .. } => {
                self.on_answer(peer, (protocol, request_id), response);
            }
            Event::OutboundFailure { request_id, error, .. } => {
                tracing::debug!(protocol = protocol.name(), %error, "no answer");
                match self.asked.remove(&(protocol, request_id)) {
                    Some(Asked::Caller(sender)) => {
                        let _ = sender.send(Err(AskError::NoAnswer));
                    }
                    Some(Asked::Status(peer, _)) => self.on_silence(peer),
                    None => {}
                }
            }
            Event::InboundFailure { error, .. } => tracing::debug!(protocol = protocol.name(), %error, "answering"),
            Event::ResponseSent { .. } => {}
        }
    }

    fn on_question(&mut self, peer: PeerId, question: Question, channel: ResponseChannel<Answer>) {
        let Some(known) = self.peers.get_mut(&peer) else { return };
        if !known.may_ask(question.protocol(), Instant::now()) {
            metrics::counter!("zk_p2p_refused_total", "protocol" => question.protocol().name()).increment(1);
            return self.answer_busy(&question, channel);
        }
        if let Question::Status(status) = question {
            known.picture.status = Some(status);
            let answer = Answer::Status(self.answers.status());
            return self.send(Protocol::Status, channel, answer);
        }
        let working = self.working.entry(peer).or_default();
        if *working >= MAX_WORK_PER_PEER {
            return self.answer_busy(&question, channel);
        }
        *working = working.saturating_add(1);
        let (answers, done) = (Arc::clone(&self.answers), self.done.0.clone());
        tokio::task::spawn_blocking(move || {
            let answer = work(&*answers, peer, question);
            // The swarm may have stopped meanwhile.
            let _ = done.blocking_send(Done { peer, channel, answer });
        });
    }

    /// Transactions are sent again later; the other questions are left without an answer.
    fn answer_busy(&mut self, question: &Question, channel: ResponseChannel<Answer>) {
        if let Question::Transactions(all) = question {
            let answer = Answer::Transactions(vec![Acknowledgement::Full; all.len()]);
            self.send(Protocol::Transactions, channel, answer);
        }
    }

    fn finish(&mut self, done: Done) {
        if let Some(working) = self.working.get_mut(&done.peer) {
            *working = working.saturating_sub(1);
            if *working == 0 {
                self.working.remove(&done.peer);
            }
        }
        let protocol = match &done.answer {
            Answer::Transactions(_) => Protocol::Transactions,
            Answer::Status(_) => Protocol::Status,
            Answer::Checkpoint(_) => Protocol::Checkpoint,
        };
        self.send(protocol, done.channel, done.answer);
    }

    fn send(&mut self, protocol: Protocol, channel: ResponseChannel<Answer>, answer: Answer) {
        // An asker that has gone away needs no answer.
        let _ = self.swarm.behaviour_mut().questions(protocol).send_response(channel, answer);
    }

    fn on_answer(&mut self, peer: PeerId, key: (Protocol, OutboundRequestId), answer: Answer) {
        match (self.asked.remove(&key), answer) {
            (Some(Asked::Caller(sender)), answer) => {
                let _ = sender.send(Ok(answer));
            }
            (Some(Asked::Status(_, begun)), Answer::Status(status)) => {
                if let Some(known) = self.peers.get_mut(&peer) {
                    known.answered(status, begun.elapsed());
                }
                self.publish();
            }
            _ => {}
        }
    }

    fn on_silence(&mut self, peer: PeerId) {
        let is_dead = self.peers.get_mut(&peer).is_some_and(|known| known.silent(Instant::now()));
        if is_dead {
            tracing::warn!(peer = %peer, "it does not answer; closing the connection");
            // It may be closed already.
            let _ = self.swarm.disconnect_peer_id(peer);
            self.publish();
        }
    }

    fn publish(&self) {
        let pictures = self.peers.pictures();
        let connected = pictures.values().filter(|one| one.is_connected).count();
        metrics::gauge!("zk_p2p_peers").set(u32::try_from(connected).unwrap_or(u32::MAX));
        self.pictures.send_replace(pictures);
    }
}

/// Works out an answer; may block.
fn work(answers: &dyn Answers, peer: PeerId, question: Question) -> Answer {
    match question {
        Question::Transactions(all) => {
            let count = all.len();
            let mut acknowledgements = answers.take(peer, all);
            acknowledgements.resize(count, Acknowledgement::Refused);
            Answer::Transactions(acknowledgements)
        }
        Question::Status(_) => Answer::Status(answers.status()),
        Question::Checkpoint { height, block, signature } => {
            let own: Bytes = answers.checkpoint(peer, height, block, signature);
            Answer::Checkpoint(own)
        }
    }
}
