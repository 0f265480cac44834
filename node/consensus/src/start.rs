//! Starting the engine: its configuration, its identity on the network, its actors.

use crate::alone;
use crate::codec::{JUNK, PLAIN};
use crate::context::{Address, Context};
use crate::engine::channel::spawn::spawn_network_actor;
use crate::engine::channel::{
    Channels, ConsensusContext, EngineBuilder, EngineHandle, NetworkIdentity, RequestContext, SyncContext, WalContext,
};
use crate::engine::codec::Codec;
use crate::engine::config::{
    ConsensusConfig, DiscoveryConfig, NodeConfig, P2pConfig, PubSubProtocol, ValuePayload, ValueSyncConfig,
};
use crate::engine::core::ValidatorProof;
use crate::engine::metrics::SharedRegistry;
use crate::engine::signing::Signer as _;
use crate::liar::{self, Heard, Liar};
use crate::lie::{Lie, Teller};
use crate::limits::{MAX_GOSSIP_BYTES, MAX_SYNC_BYTES};
use crate::scheme::{BallotSigner, BallotVerifier};
use crate::settings::{PubSub, Settings};
use bytes::Bytes;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use std::net::{IpAddr, TcpListener};
use std::time::Duration;
use zhengku_crypto::sign::{Algorithm, PublicKey};

/// How often nodes tell each other their tips.
const STATUS_INTERVAL: Duration = Duration::from_secs(1);
/// How long a peer may take to send decided blocks before another is asked. Asking one that is frozen costs all of it, and agreement
/// may need this node meanwhile; the largest block takes a second and a half at 50 Mbit/s.
const SYNC_PATIENCE: Duration = Duration::from_secs(3);
/// Dials in a row with growing pauses (2 s, 3 s), after which they begin anew: a peer that comes back after a long absence is dialled
/// within three seconds, not within eight.
const DIALS: usize = 2;
/// Heights that messages may run ahead of this node, and messages of each: rounds of a full set of 17 and more.
const QUEUE_HEIGHTS: usize = 10;
const QUEUE_PER_HEIGHT: usize = 1_000;
/// The largest set of validators, and their observers.
const MAX_PEERS: usize = 256;
/// Connections from one address: the whole network of a province behind one, each pair dialling both ways at once. Strangers are
/// refused once they have said who they are, so this is what one of their addresses can hold open until then.
const MAX_CONNECTIONS_PER_ADDRESS: usize = 64;
/// How soon an address may connect again that no peer of ours is known to have: observers that dial us.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// Requests of our own to the engine that may wait.
const REQUESTS: usize = 64;

/// Why agreement did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The consensus key is not ed25519.
    #[error("the consensus key is for {algorithm}; validators sign with ed25519")]
    ConsensusKey {
        /// The key's algorithm.
        algorithm: Algorithm,
    },
    /// The network secret is no key.
    #[error("the network secret is no ed25519 key")]
    NetworkKey,
    /// An address of the settings cannot be read.
    #[error("the address {address} is not of the form /ip4/<address>/tcp/<port>, for peers with /p2p/<id> behind it")]
    Address {
        /// The address.
        address: String,
    },
    /// The address is taken, or is not of this machine.
    #[error("cannot listen on {address}: {source}; another process may have the port")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// A validator could not sign the proof that binds its two keys.
    #[error("the consensus key could not sign: {reason}")]
    Proof {
        /// Why.
        reason: String,
    },
    /// Without a network there is nobody to follow.
    #[error(
        "a node without a network must be the validator of its ledger; give it a consensus key, or an address to listen on"
    )]
    Nobody,
    /// The application must stop before it has begun.
    #[error("the application did not start: {source}")]
    Application {
        /// Why.
        source: crate::application::Stop,
    },
    /// The engine did not start, e.g. because its port or its log is in use.
    #[error("agreement did not start: {reason}; the port or the write-ahead log may be in use by another process")]
    Engine {
        /// Why.
        reason: String,
    },
}

impl StartError {
    fn engine(error: impl std::fmt::Display) -> Self {
        Self::Engine { reason: format!("{error:#}") }
    }
}

struct EngineConfig {
    moniker: String,
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl NodeConfig for EngineConfig {
    fn moniker(&self) -> &str {
        &self.moniker
    }

    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }

    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}

/// Numbers of bytes for the engine, whose type for them has no name here.
fn size<T: std::str::FromStr + Default>(bytes: usize) -> T {
    format!("{bytes} B").parse().unwrap_or_default()
}

fn config(settings: &Settings) -> Result<EngineConfig, StartError> {
    let address =
        |text: &String| text.parse::<libp2p::Multiaddr>().map_err(|_| StartError::Address { address: text.clone() });
    let p2p = P2pConfig {
        listen_addr: settings.listen.as_ref().map(address).transpose()?.unwrap_or_else(libp2p::Multiaddr::empty),
        persistent_peers: settings.peers.iter().map(address).collect::<Result<_, _>>()?,
        persistent_peers_only: true,
        protocol: match settings.pubsub {
            PubSub::Gossip => PubSubProtocol::default(),
            PubSub::Broadcast => PubSubProtocol::Broadcast,
        },
        pubsub_max_size: size(MAX_GOSSIP_BYTES),
        // The frame of an answer is counted as well.
        rpc_max_size: size(MAX_SYNC_BYTES.saturating_add(MAX_GOSSIP_BYTES)),
        discovery: DiscoveryConfig {
            enabled: false,
            num_inbound_peers: MAX_PEERS,
            num_outbound_peers: MAX_PEERS,
            max_connections_per_ip: MAX_CONNECTIONS_PER_ADDRESS,
            ip_throttle_duration: RECONNECT_PAUSE,
            dial_max_retries: DIALS,
            ..DiscoveryConfig::default()
        },
        ..P2pConfig::default()
    };
    let consensus = ConsensusConfig {
        enabled: true,
        p2p,
        value_payload: ValuePayload::ProposalAndParts,
        queue_capacity: QUEUE_HEIGHTS,
        queue_per_height_capacity: QUEUE_PER_HEIGHT,
    };
    let sync = ValueSyncConfig {
        status_update_interval: STATUS_INTERVAL,
        request_timeout: SYNC_PATIENCE,
        enabled: settings.listen.is_some(),
        max_response_size: size(MAX_SYNC_BYTES),
        ..ValueSyncConfig::default()
    };
    Ok(EngineConfig { moniker: settings.moniker.clone(), consensus, sync })
}

/// The name of a network key in libp2p.
#[must_use]
pub fn peer_id(key: &PublicKey) -> String {
    let key = libp2p::identity::ed25519::PublicKey::try_from_bytes(key.as_bytes());
    key.map_or_else(|_| String::new(), |key| libp2p::PeerId::from_public_key(&key.into()).to_string())
}

/// Refuses an address that cannot be listened on. The engine would only log it and go on, reached by nobody and deciding nothing.
fn require_free(listen: &libp2p::Multiaddr) -> Result<(), StartError> {
    let (mut ip, mut port) = (None, None);
    for part in listen {
        match part {
            Protocol::Ip4(address) => ip = Some(IpAddr::V4(address)),
            Protocol::Ip6(address) => ip = Some(IpAddr::V6(address)),
            Protocol::Tcp(number) => port = Some(number),
            _ => {}
        }
    }
    let (Some(ip), Some(port)) = (ip, port) else { return Ok(()) };
    let refused = |source| StartError::Listen { address: listen.to_string(), source };
    TcpListener::bind((ip, port)).map(drop).map_err(refused)
}

async fn identity(
    settings: &Settings,
    signer: Option<&BallotSigner>,
    address: &Address,
) -> Result<NetworkIdentity, StartError> {
    let mut secret = settings.network_secret.clone();
    let keypair = Keypair::ed25519_from_bytes(&mut *secret).map_err(|_| StartError::NetworkKey)?;
    let moniker = settings.moniker.clone();
    let Some(signer) = signer else { return Ok(NetworkIdentity::new(moniker, keypair, None)) };
    let refused = |reason: String| StartError::Proof { reason };
    let key = signer.signer().public_key().as_bytes().to_vec();
    let peer = keypair.public().to_peer_id().to_bytes();
    let proof: ValidatorProof<Context> =
        signer.sign_validator_proof(key, peer).await.map_err(|error| refused(error.to_string()))?;
    let proof: Bytes = PLAIN.encode(&proof).map_err(|error| refused(error.to_string()))?;
    Ok(NetworkIdentity::new_validator(moniker, keypair, address.to_string(), proof))
}

/// The engine with its channels.
pub(crate) async fn engine(
    settings: &Settings,
    heard: &Heard,
) -> Result<(Channels<Context>, EngineHandle), StartError> {
    let signer = match &settings.signer {
        None => None,
        Some(signer) if signer.public_key().algorithm() == Algorithm::Ed25519 => {
            Some(BallotSigner::new(settings.chain, signer.clone()))
        }
        Some(signer) => return Err(StartError::ConsensusKey { algorithm: signer.public_key().algorithm() }),
    };
    let address = own_address(settings);
    let verifier = Box::new(BallotVerifier::new(settings.chain));
    let consensus = match &signer {
        Some(signer) => ConsensusContext::new_validator(address.of_self(), verifier, Box::new(signer.clone())),
        None => ConsensusContext::new_full_node(address.of_self(), verifier),
    };
    let config = config(settings)?;
    let (network, outgoing) = match (&settings.listen, &signer) {
        (Some(_), _) => {
            require_free(&config.consensus.p2p.listen_addr)?;
            let identity = identity(settings, signer.as_ref(), &address).await?;
            let registry = SharedRegistry::global().with_moniker(&settings.moniker);
            let codec = if settings.lie == Some(Lie::Junk) { JUNK } else { PLAIN };
            let (network, outgoing) = spawn_network_actor(identity, &config.consensus, &config.sync, &registry, codec)
                .await
                .map_err(StartError::engine)?;
            match (settings.lie, &settings.signer) {
                (Some(lie), Some(signer)) if lie.teller() == Teller::Agreement => {
                    let (chain, signer) = (settings.chain, signer.clone());
                    let liar = Liar { lie, chain, signer, heard: heard.clone(), network };
                    liar::spawn(liar).await.map_err(StartError::engine)?
                }
                _ => (network, outgoing),
            }
        }
        (None, Some(_)) => (alone::network().await.map_err(StartError::engine)?, tokio::sync::mpsc::channel(1).0),
        (None, None) => return Err(StartError::Nobody),
    };
    let builder = EngineBuilder::new(Context, config)
        .with_default_consensus(consensus)
        .with_default_request(RequestContext::new(REQUESTS))
        .with_custom_network(network.clone(), outgoing)
        .with_default_sync(SyncContext::new(PLAIN));
    let built = if settings.listen.is_some() {
        builder.with_default_wal(WalContext::new(settings.home.join("consensus.wal"), PLAIN)).build().await
    } else {
        builder.with_custom_wal(alone::log().await.map_err(StartError::engine)?).build().await
    };
    built.map_err(|error| {
        network.stop(None);
        StartError::engine(error)
    })
}

/// The address of this node: an observer has one that no validator can have.
pub(crate) fn own_address(settings: &Settings) -> Address {
    settings.signer.as_ref().map_or(Address::of_bytes([0; 32]), |signer| Address::of_key(&signer.public_key()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_an_error_and_a_free_one_is_not() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let required = |port: u16| require_free(&format!("/ip4/127.0.0.1/tcp/{port}").parse().unwrap());
        assert!(matches!(required(held.local_addr().unwrap().port()), Err(StartError::Listen { .. })));
        required(0).unwrap();
    }
}
