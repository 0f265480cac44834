//! The loop between the engine and the application: one task that answers the engine's questions, one at a time.

mod peers;
mod propose;
mod turn;

use crate::application::{Application, History, Stop, Turn};
use crate::blocks::Blocks;
use crate::context::{Context, Height};
use crate::engine::actors::host::Next;
use crate::engine::channel::{AppMsg, Channels, NetworkMsg, NetworkRequest, Reply};
use crate::engine::consensus::SignedConsensusMsg;
use crate::engine::core::HeightParams;
use crate::guard::Watch;
use crate::liar::Heard;
use crate::parts::Assembler;
use crate::picture::{Event, Picture};
use crate::serve;
use crate::settings::{Guard, Settings};
use crate::worker::Worker;
use std::sync::{Arc, PoisonError};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use zhengku_ledger::ids;

/// What others may ask of a running driver.
#[derive(Debug)]
pub(crate) enum Request {
    /// Stop.
    Stop,
    /// A peer has this tip: there is no point in waiting for work.
    PeerTip(ids::Height),
    /// Let a peer in.
    AddPeer(String, oneshot::Sender<Result<(), String>>),
    /// Shut a peer out.
    RemovePeer(String, oneshot::Sender<Result<(), String>>),
}

/// Why the driver ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It was asked to.
    Asked,
    /// The application must stop.
    Application(Stop),
    /// The engine is gone.
    Engine,
    /// The engine must start anew, since this validator may speak from now on in the height in force.
    Restart,
}

/// A decided height whose successor waits for a reason to start.
struct Held {
    turn: Turn,
    reply: Reply<Next<Context>>,
    until: Option<Instant>,
}

pub(crate) struct Driver<A> {
    settings: Settings,
    worker: Worker<A>,
    history: Arc<dyn History>,
    turn: Turn,
    blocks: Blocks,
    assembler: Assembler,
    held: Option<Held>,
    /// The engine waits for the peers' tips.
    starting: Option<Reply<(Height, HeightParams<Context>)>>,
    /// None for an observer and for a sole validator.
    guard: Option<Watch>,
    /// Streams of parts that this node has sent: their names must differ.
    streams: u32,
    network: Option<mpsc::Sender<NetworkMsg<Context>>>,
    picture: watch::Sender<Picture>,
    decided_at: Instant,
    /// The highest height that somebody agrees on or has decided, as far as this node was told.
    highest: ids::Height,
    heard: Heard,
}

impl<A: Application> Driver<A> {
    pub(crate) fn new(
        settings: Settings,
        worker: Worker<A>,
        history: Arc<dyn History>,
        turn: Turn,
        guard: Option<Watch>,
        picture: watch::Sender<Picture>,
        heard: Heard,
    ) -> Self {
        Self {
            settings,
            worker,
            history,
            turn,
            blocks: Blocks::default(),
            assembler: Assembler::default(),
            held: None,
            starting: None,
            guard,
            streams: 0,
            network: None,
            picture,
            decided_at: Instant::now(),
            highest: ids::Height(0),
            heard,
        }
    }

    /// How agreement is set up by now.
    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Lets go of an engine that is to end; its successor asks for the height in force.
    pub(crate) fn detach(&mut self) {
        self.network = None;
        self.starting = None;
        if let Some(held) = self.held.take() {
            self.turn = held.turn;
            self.blocks.advance(self.turn.height);
        }
    }

    /// Ends the application's thread.
    pub(crate) async fn close(self) {
        self.worker.end().await;
    }

    /// Runs until something ends it.
    pub(crate) async fn run(
        &mut self,
        channels: &mut Channels<Context>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> End {
        let mut events = channels.events.subscribe();
        let mut work = self.settings.work.clone();
        self.network = Some(channels.network.clone());
        loop {
            let answered = tokio::select! {
                message = channels.consensus.recv() => match message {
                    Some(message) => self.answer(message).await,
                    None => return End::Engine,
                },
                event = events.recv() => match event {
                    Ok(event) => self.observe(&event),
                    // A few lost events do no harm: votes that matter are sent again.
                    Err(broadcast::error::RecvError::Lagged(_)) => Ok(()),
                    Err(broadcast::error::RecvError::Closed) => return End::Engine,
                },
                request = requests.recv() => match request {
                    Some(Request::Stop) | None => return End::Asked,
                    Some(request) => self.serve(request, &channels.net_requests),
                },
                tip = peers_tip(&self.settings.guard), if self.starting.is_some() => self.begin(tip).await,
                () = at(self.patience_ends()) => match self.speak() {
                    Ok(()) => return End::Restart,
                    Err(stop) => Err(stop),
                },
                () = reason_to_start(self.held.as_ref(), &mut work) => self.start_next(),
            };
            if let Err(stop) = answered {
                return End::Application(stop);
            }
        }
    }

    fn serve(&mut self, request: Request, network: &mpsc::Sender<NetworkRequest>) -> Result<(), Stop> {
        match request {
            Request::Stop => {}
            Request::PeerTip(tip) => self.hear_of(tip)?,
            Request::AddPeer(address, reply) => {
                if !self.settings.peers.contains(&address) {
                    self.settings.peers.push(address.clone());
                }
                peers::change(network.clone(), address, peers::Change::Add, reply);
            }
            Request::RemovePeer(address, reply) => {
                self.settings.peers.retain(|peer| *peer != address);
                peers::change(network.clone(), address, peers::Change::Remove, reply);
            }
        }
        Ok(())
    }

    fn patience_ends(&self) -> Option<Instant> {
        self.guard.as_ref().and_then(|guard| guard.patience_ends(self.turn.height))
    }

    fn speak(&mut self) -> Result<(), Stop> {
        let height = self.turn.height;
        self.guard.as_mut().map_or(Ok(()), |guard| guard.speak(height).map_err(Stop::from))
    }

    async fn answer(&mut self, message: AppMsg<Context>) -> Result<(), Stop> {
        match message {
            AppMsg::ConsensusReady { reply } => {
                self.starting = Some(reply);
                Ok(())
            }
            AppMsg::StartedRound { height, round, reply_value, .. } => {
                self.start_round(height, round, reply_value).await
            }
            AppMsg::GetValue { height, round, reply, .. } => self.propose(height, round, reply).await,
            AppMsg::ReceivedProposalPart { from, published_by, part, reply } => {
                self.take_part(published_by.unwrap_or(from), part, reply).await
            }
            AppMsg::RestreamProposal { value_id, .. } => {
                self.send_again(&value_id).await;
                Ok(())
            }
            AppMsg::ProcessSyncedValue { height, round, value_bytes, reply, .. } => {
                self.take_fetched(height, round, value_bytes, reply).await
            }
            AppMsg::Decided { certificate, reply, .. } => self.decide(&certificate, reply).await,
            AppMsg::Finalized { certificate, evidence, reply, .. } => {
                self.conclude(&certificate, &evidence, reply).await
            }
            AppMsg::GetDecidedValues { range, reply } => {
                serve::decided(self.history.clone(), range, reply);
                Ok(())
            }
            AppMsg::GetHistoryMinHeight { reply } => {
                _ = reply.send(Height(self.history.lowest()));
                Ok(())
            }
            // The policy of every height is to have no extensions, so these two are never asked.
            AppMsg::ExtendVote { reply, .. } => {
                _ = reply.send(None);
                Ok(())
            }
            AppMsg::VerifyVoteExtensions { extensions, reply, .. } => {
                let accepted = extensions.into_iter().map(|(address, ())| (address, Ok(()))).collect();
                _ = reply.send(accepted);
                Ok(())
            }
        }
    }

    fn observe(&mut self, event: &Event) -> Result<(), Stop> {
        let message = match event {
            Event::Received(message) | Event::Published(message) => message,
            _ => return Ok(()),
        };
        if let SignedConsensusMsg::Vote(vote) = message {
            let validators = &self.turn.validators;
            self.picture.send_modify(|picture| picture.vote(&vote.message, validators));
            if let Some(guard) = &mut self.guard {
                guard.see_vote(&vote.message, self.turn.height);
            }
        }
        if let (Some(_), SignedConsensusMsg::Proposal(proposal)) = (self.settings.lie, message) {
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = proposal.message.bid();
        }
        // Somebody agrees on a later height: this node should too.
        self.hear_of(message.height().0)
    }

    /// Some validator agrees on `height`, or has decided it. One that stands where this node stands is no reason to hurry.
    fn hear_of(&mut self, height: ids::Height) -> Result<(), Stop> {
        self.highest = self.highest.max(height);
        let waiting = self.held.as_ref().is_some_and(|held| height >= held.turn.height);
        if waiting { self.start_next() } else { Ok(()) }
    }
}

/// Resolves when a decided height need not wait any longer for its successor.
async fn reason_to_start(held: Option<&Held>, work: &mut watch::Receiver<bool>) {
    let Some(held) = held else { return std::future::pending().await };
    let work = async {
        if work.wait_for(|waits| *waits).await.is_err() {
            // Nobody tells any more: only time is left.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = at(held.until) => {}
        () = work => {}
    }
}

/// Resolves at an instant, if there is one.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// Waits until the guard knows the peers' tips.
async fn peers_tip(guard: &Guard) -> ids::Height {
    let Guard::Tips(tips) = guard else { return ids::Height(0) };
    let mut tips = tips.clone();
    // A node that is gone before it has set the tips has nobody who starts it either.
    match tips.wait_for(Option::is_some).await {
        Ok(tip) => tip.unwrap_or_default(),
        Err(_) => ids::Height(0),
    }
}
