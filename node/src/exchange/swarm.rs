//! The swarm: transport, allow-list, limits, and one question-and-answer behaviour per protocol.

use super::message::Protocol;
use super::wire::Wire;
use super::{ExchangeError, Settings};
use futures::StreamExt as _;
use libp2p::allow_block_list::{self, AllowedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, Swarm, SwarmBuilder, identity, noise, tcp, yamux};
use std::time::Duration;

/// How long a question may take: a batch is verified and admitted well within it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// Questions of one protocol that one connection may have open, each way.
const MAX_STREAMS: usize = 8;
/// Connections with one peer: both may dial at once, and an old one may linger beside a new one.
const MAX_PER_PEER: u32 = 4;
/// Handshakes of strangers at once.
const MAX_PENDING: u32 = 64;
/// All connections: 200 validators with room for observers and those that linger.
const MAX_CONNECTIONS: u32 = 1_024;
/// A connection without questions is closed after this; the status question keeps those of peers.
const IDLE: Duration = Duration::from_secs(60);
/// How long listening may take to begin.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) type QuestionsBehaviour = request_response::Behaviour<Wire>;

/// What the swarm does.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    pub(super) allowed: allow_block_list::Behaviour<AllowedPeers>,
    limits: connection_limits::Behaviour,
    pub(super) transactions: QuestionsBehaviour,
    pub(super) status: QuestionsBehaviour,
    pub(super) checkpoint: QuestionsBehaviour,
}

/// The limits of a node that keeps to them.
fn limits() -> ConnectionLimits {
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(MAX_PENDING))
        .with_max_established(Some(MAX_CONNECTIONS))
        .with_max_established_per_peer(Some(MAX_PER_PEER))
}

impl Behaviour {
    fn new(wire: Wire, limits: ConnectionLimits) -> Self {
        let questions = |protocol| {
            let config = request_response::Config::default()
                .with_request_timeout(ANSWER_TIMEOUT)
                .with_max_concurrent_streams(MAX_STREAMS);
            QuestionsBehaviour::with_codec(wire, [(protocol, ProtocolSupport::Full)], config)
        };
        Self {
            allowed: allow_block_list::Behaviour::default(),
            limits: connection_limits::Behaviour::new(limits),
            transactions: questions(Protocol::Transactions),
            status: questions(Protocol::Status),
            checkpoint: questions(Protocol::Checkpoint),
        }
    }

    pub(super) fn questions(&mut self, protocol: Protocol) -> &mut QuestionsBehaviour {
        match protocol {
            Protocol::Transactions => &mut self.transactions,
            Protocol::Status => &mut self.status,
            Protocol::Checkpoint => &mut self.checkpoint,
        }
    }
}

/// Builds the swarm of a node that floods the others: without limits, and listening nowhere.
pub(super) fn unlimited(settings: &Settings, wire: Wire) -> Result<Swarm<Behaviour>, ExchangeError> {
    build(settings, wire, ConnectionLimits::default())
}

fn build(settings: &Settings, wire: Wire, limits: ConnectionLimits) -> Result<Swarm<Behaviour>, ExchangeError> {
    let mut secret = settings.secret.clone();
    let keypair = identity::Keypair::ed25519_from_bytes(&mut *secret).map_err(|_| ExchangeError::Key)?;
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|error| ExchangeError::Transport(error.to_string()))?
        .with_behaviour(|_| Behaviour::new(wire, limits))
        .map_err(|error| ExchangeError::Transport(error.to_string()))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE))
        .build();
    Ok(swarm)
}

/// Builds the swarm and waits until it listens.
pub(super) async fn start(settings: &Settings) -> Result<(Swarm<Behaviour>, Multiaddr), ExchangeError> {
    let mut swarm = build(settings, Wire::default(), limits())?;
    let refused = |reason: String| ExchangeError::Listen { address: settings.listen.clone(), reason };
    let listener = swarm.listen_on(settings.listen.clone()).map_err(|error| refused(error.to_string()))?;
    let listening = async {
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::NewListenAddr { address, .. } => return Ok(address),
                SwarmEvent::ListenerClosed { listener_id, reason, .. } if listener_id == listener => {
                    return Err(refused(reason.err().map_or_else(|| "closed".to_owned(), |error| error.to_string())));
                }
                SwarmEvent::ListenerError { error, .. } => return Err(refused(error.to_string())),
                _ => {}
            }
        }
    };
    let waited = tokio::time::timeout(LISTEN_TIMEOUT, listening).await;
    let address = waited.map_err(|_| refused("no answer from the system".to_owned()))??;
    Ok((swarm, address))
}
