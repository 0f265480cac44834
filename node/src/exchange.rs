//! The node's own network beside agreement: transactions, where each node stands, and checkpoint signatures.
//!
//! A swarm of its own (TCP, noise, yamux) with question and answer only: no gossip, no relaying, no discovery. Who may connect stands
//! on the ledger; everybody else is refused when the handshake has named it.
//!
//! Deliberately absent: what a transaction means (see [`Answers`], which the node implements), and blocks and votes, which travel in
//! the network of agreement.

pub(crate) mod flood;
pub mod message;
mod peers;
mod swarm;
mod task;
mod wire;

pub use peers::{Peer, PeerPicture};

use bytes::Bytes;
use libp2p::{Multiaddr, PeerId, identity};
use message::{Acknowledgement, Answer, Question, Status};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use zeroize::Zeroizing;
use zhengku_crypto::sign::{Algorithm, PublicKey};
use zhengku_ledger::ids::{BlockId, Height};

/// Questions of this node that wait for the swarm: a few per peer.
const QUEUED_QUESTIONS: usize = 1_024;

/// How the exchange is started.
#[derive(Clone)]
pub struct Settings {
    /// The secret of the node's network identity.
    pub secret: Zeroizing<[u8; 32]>,
    /// Where to listen.
    pub listen: Multiaddr,
    /// Whom to talk to.
    pub peers: Vec<Peer>,
}

/// What the node answers. Called on threads that may block, except [`Answers::status`].
pub trait Answers: Send + Sync + 'static {
    /// Where this node stands; answers at once.
    fn status(&self) -> Status;

    /// Takes transactions that a peer passes on; one acknowledgement for each.
    fn take(&self, from: PeerId, transactions: Vec<Bytes>) -> Vec<Acknowledgement>;

    /// Takes note of a peer's signature under the checkpoint of a block; this node's own, or nothing.
    fn checkpoint(&self, from: PeerId, height: Height, block: BlockId, signature: Bytes) -> Bytes;
}

/// Why a question has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The peer is not connected.
    #[error("the node is not connected")]
    NotConnected,
    /// No answer came, in time or at all.
    #[error("the node did not answer")]
    NoAnswer,
    /// This node is stopping.
    #[error("the exchange has stopped")]
    Stopped,
}

/// Why the exchange does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The network key is none.
    #[error("the network key is no ed25519 key")]
    Key,
    /// Not an address.
    #[error("\"{text}\" is no multiaddr like /ip4/10.0.0.1/tcp/4001: {reason}")]
    Address {
        /// What was given.
        text: String,
        /// Why.
        reason: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}; is another node running here?")]
    Listen {
        /// The address.
        address: Multiaddr,
        /// Why.
        reason: String,
    },
    /// The transport cannot be built.
    #[error("the transport: {0}")]
    Transport(String),
}

/// A command to the swarm.
enum Command {
    Ask(PeerId, Question, oneshot::Sender<Result<Answer, AskError>>),
    SetPeers(Vec<Peer>),
    Stop,
}

/// The running exchange: a handle that may be cloned.
#[derive(Clone)]
pub struct Exchange {
    id: PeerId,
    address: Multiaddr,
    commands: mpsc::Sender<Command>,
    pictures: watch::Receiver<BTreeMap<PeerId, PeerPicture>>,
}

/// The network identity of a key.
///
/// # Errors
/// [`ExchangeError::Key`] when it is no ed25519 key.
pub fn peer_id(key: &PublicKey) -> Result<PeerId, ExchangeError> {
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(ExchangeError::Key);
    }
    let key = identity::ed25519::PublicKey::try_from_bytes(key.as_bytes()).map_err(|_| ExchangeError::Key)?;
    Ok(identity::PublicKey::from(key).to_peer_id())
}

/// An address from its text.
///
/// # Errors
/// [`ExchangeError::Address`].
pub fn address(text: &str) -> Result<Multiaddr, ExchangeError> {
    text.parse().map_err(|error: libp2p::multiaddr::Error| ExchangeError::Address {
        text: text.to_owned(),
        reason: error.to_string(),
    })
}

impl Exchange {
    /// Starts listening and dialling.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn start(settings: Settings, answers: Arc<dyn Answers>) -> Result<Self, ExchangeError> {
        let (swarm, address) = swarm::start(&settings).await?;
        let (sender, commands) = mpsc::channel(QUEUED_QUESTIONS);
        let (pictures, seen) = watch::channel(BTreeMap::new());
        let id = *swarm.local_peer_id();
        tokio::spawn(task::Task::new(swarm, settings.peers, commands, pictures, answers).run());
        Ok(Self { id, address, commands: sender, pictures: seen })
    }

    /// This node's network identity.
    #[must_use]
    pub const fn id(&self) -> PeerId {
        self.id
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> &Multiaddr {
        &self.address
    }

    /// What is known of every peer, as it changes.
    #[must_use]
    pub fn pictures(&self) -> watch::Receiver<BTreeMap<PeerId, PeerPicture>> {
        self.pictures.clone()
    }

    /// Asks a peer.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, peer: PeerId, question: Question) -> Result<Answer, AskError> {
        let (sender, answer) = oneshot::channel();
        self.commands.send(Command::Ask(peer, question, sender)).await.map_err(|_| AskError::Stopped)?;
        answer.await.unwrap_or(Err(AskError::Stopped))
    }

    /// Takes over a new list of peers: new ones are dialled, those that are gone are disconnected.
    pub async fn set_peers(&self, peers: Vec<Peer>) {
        // A closed channel means that the exchange has stopped: then there is nothing to change.
        let _ = self.commands.send(Command::SetPeers(peers)).await;
    }

    /// Stops; done when the sockets are closed.
    pub async fn stop(&self) {
        if self.commands.send(Command::Stop).await.is_ok() {
            self.commands.closed().await;
        }
    }
}

#[cfg(test)]
mod tests;
