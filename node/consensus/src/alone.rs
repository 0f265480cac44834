//! The sole validator of a ledger: no sockets, and no log of messages that nobody else ever sees.

use crate::context::Context;
use crate::engine::actors::network::{Msg, Multiaddr, NetworkEvent, NetworkRef, PersistentPeerError};
use crate::engine::actors::wal;
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr, async_trait};

/// A network of one: it says that it listens, and swallows the rest.
struct NoNetwork;

#[async_trait]
impl Actor for NoNetwork {
    type Msg = Msg<Context>;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, _: ActorRef<Self::Msg>, message: Self::Msg, (): &mut ()) -> Result<(), ActorProcessingErr> {
        match message {
            Msg::Subscribe(subscriber) => subscriber.send(NetworkEvent::Listening(Multiaddr::empty())),
            Msg::DumpState(reply) => _ = reply.send(None),
            Msg::UpdatePersistentPeers(_, reply) => _ = reply.send(Err(PersistentPeerError::NetworkStopped)),
            _ => {}
        }
        Ok(())
    }
}

/// A log that keeps nothing. The messages of a sole validator never leave its process, and its candidates are durable before it votes:
/// after a crash it proposes and decides the same block again.
struct NoLog;

#[async_trait]
impl Actor for NoLog {
    type Msg = wal::Msg<Context>;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, _: ActorRef<Self::Msg>, message: Self::Msg, (): &mut ()) -> Result<(), ActorProcessingErr> {
        match message {
            wal::Msg::StartedHeight(_, reply) => _ = reply.send(Ok(Vec::new())),
            wal::Msg::Reset(_, reply) | wal::Msg::Append(_, _, reply) | wal::Msg::Flush(reply) => {
                _ = reply.send(Ok(()));
            }
            wal::Msg::Dump => {}
        }
        Ok(())
    }
}

/// Starts the network of one.
pub(crate) async fn network() -> Result<NetworkRef<Context>, SpawnErr> {
    Ok(Actor::spawn(None, NoNetwork, ()).await?.0)
}

/// Starts the log that keeps nothing.
pub(crate) async fn log() -> Result<wal::WalRef<Context>, SpawnErr> {
    Ok(Actor::spawn(None, NoLog, ()).await?.0)
}
