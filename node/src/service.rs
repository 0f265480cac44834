//! A node of the network while it runs: its store, agreement with the other validators, the exchange of transactions, and the port that
//! the HTTP interface reads and submits through.

mod answers;
mod checkpoints;
mod error;
mod forward;
mod guard;
mod members;
mod offences;
mod own;
mod picture;
mod port;
mod tasks;

pub use error::ServiceError;
pub(crate) use port::history_of;

use crate::chain::{Agreement, Chain};
use crate::clock::Clock;
use crate::config::{self, NodeConfig};
use crate::exchange::flood::Flood;
use crate::exchange::{self, Answers as _, Exchange, PeerPicture};
use crate::keys::KeyStore;
use crate::layout::Layout;
use crate::mempool::Limits;
use crate::public::OwnPublic;
use answers::Desk;
use checkpoints::Checkpoints;
use libp2p::PeerId;
use members::Member;
use own::Own;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use zhengku_api::desk::port::Public;
use zhengku_api::port::Ledger;
use zhengku_consensus::{Ended, Guard, Handle, Picture, PubSub, Settings};
use zhengku_ledger::ids::Height;
use zhengku_store::signed_record::{self, SignedRecord};
use zhengku_store::{BlockReceipts, OpenMode, Store, StoreError, StoreOptions};

/// What the tasks and the port share.
struct Shared {
    name: String,
    chain: Arc<Chain>,
    checkpoints: Arc<Checkpoints>,
    members: watch::Receiver<Vec<Member>>,
    pictures: watch::Receiver<BTreeMap<PeerId, PeerPicture>>,
    agreement: watch::Receiver<Picture>,
    stopping: watch::Receiver<bool>,
    receipts: Mutex<Vec<Arc<BlockReceipts>>>,
    public: Arc<dyn Public>,
}

impl Shared {
    fn deciding(&self) -> (Height, u32) {
        let picture = self.agreement.borrow();
        (picture.height, picture.round)
    }
}

/// Why a node does not go on as it is.
#[derive(Debug)]
pub enum End {
    /// Agreement has ended; anything but [`Ended::Asked`] is a reason to exit with an error.
    Agreement(Ended),
    /// This node's record on the ledger has changed: stopped and started again it votes, or no longer, or with another of its keys. What
    /// keeps a validator from signing twice is settled at a start, so there is no other way to become one.
    Outgrown,
}

/// A running node.
pub struct Service {
    shared: Arc<Shared>,
    exchange: Exchange,
    agreement: Handle,
    ended: oneshot::Receiver<Ended>,
    outgrown: oneshot::Receiver<()>,
    stopping: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Service {
    /// Opens the node's ledger and joins the network. `config.data` must be a path that this process can use as it is.
    ///
    /// # Errors
    /// [`ServiceError`] naming what is missing, locked, taken or contradictory.
    pub async fn start(config: &NodeConfig, keys: &KeyStore, clock: Arc<dyn Clock>) -> Result<Self, ServiceError> {
        let layout = Layout::new(&config.data);
        let options = StoreOptions::default();
        let path = layout.ledger();
        let store = tokio::task::spawn_blocking(move || open(&path, &options)).await;
        let (store, record) = store.map_err(|_| ServiceError::Panicked)??;
        let own = Own::of(&store.tip(), config, keys)?;
        own.tell(&config.name, &store.tip());
        let chain = Arc::new(Chain::new(store, limits(&config.limits), Arc::clone(&clock)));
        let public: Arc<dyn Public> = Arc::new(OwnPublic::new(Arc::clone(&chain), layout.clone(), clock));
        let checkpoints = Arc::new(Checkpoints::new(Arc::clone(&chain), own.signer.clone(), &config.name));
        let members = members::others(&chain.tip(), &config.name, &config.overrides);
        let desk = Desk { chain: Arc::clone(&chain), checkpoints: Arc::clone(&checkpoints) };
        let settings = exchange::Settings {
            secret: keys.ed25519_secret(&own.network)?,
            listen: exchange::address(&config.exchange.listen)?,
            peers: members.iter().map(Member::peer).collect(),
        };
        let mut tasks = JoinSet::new();
        if let Some(flood) = Flood::of(own.lie, desk.status()) {
            tasks.spawn(exchange::flood::run(settings.clone(), flood));
        }
        let exchange = Exchange::start(settings, Arc::new(desk)).await?;
        let (offences, reported) = mpsc::unbounded_channel();
        let key = own.signer.as_ref().map(|signer| signer.public_key());
        let application = Agreement::new(Arc::clone(&chain), record, key, None, offences).lying(own.lie);
        let guard = guard::start(&mut tasks, &chain, own.signer.is_some(), &members, exchange.pictures());
        let settings = agreement_settings(config, &layout, keys, &own, &chain, &members, guard)?;
        let history = Arc::<Chain>::clone(&chain);
        let running = zhengku_consensus::start(settings, application, history).await?;
        let agreement = running.handle();
        let (stopping, is_stopping) = watch::channel(false);
        let (listed, members) = watch::channel(members);
        let shared = Arc::new(Shared {
            name: config.name.clone(),
            chain: Arc::clone(&chain),
            checkpoints: Arc::clone(&checkpoints),
            members: members.clone(),
            pictures: exchange.pictures(),
            agreement: agreement.picture(),
            stopping: is_stopping,
            receipts: Mutex::default(),
            public,
        });
        let (end, ended) = oneshot::channel();
        // Nobody waits when the service was dropped.
        tokio::spawn(async move { drop(end.send(running.ended().await)) });
        let follow = tasks::Follow {
            chain: Arc::clone(&chain),
            exchange: exchange.clone(),
            agreement: agreement.clone(),
            members: listed,
            name: config.name.clone(),
            overrides: config.overrides.clone(),
        };
        tasks.spawn(follow.run());
        tasks.spawn(tasks::tell_tips(exchange.pictures(), agreement.clone()));
        tasks.spawn(tasks::expire(Arc::clone(&chain)));
        tasks.spawn(checkpoints::run(checkpoints, exchange.clone(), members));
        tasks.spawn(tasks::complain_alone(exchange.pictures()));
        tasks.spawn(offences::run(Arc::clone(&chain), keys.clone(), config.name.clone(), reported));
        let (outgrow, outgrown) = oneshot::channel();
        let changes = own::changes(chain, config.clone(), keys.clone(), own);
        tasks.spawn(async move {
            changes.await;
            // Nobody waits when the service was dropped.
            let _ = outgrow.send(());
        });
        Ok(Self { shared, exchange, agreement, ended, outgrown, stopping, tasks })
    }

    /// What the HTTP interface is given.
    #[must_use]
    pub fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::<Shared>::clone(&self.shared)
    }

    /// The chain of this node, for tests and tools.
    #[must_use]
    pub fn chain(&self) -> &Arc<Chain> {
        &self.shared.chain
    }

    /// Where the exchange listens.
    #[must_use]
    pub fn exchange_address(&self) -> String {
        self.exchange.address().to_string()
    }

    /// Waits until there is a reason to stop.
    pub async fn ended(&mut self) -> End {
        let outgrown = async {
            if (&mut self.outgrown).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = &mut self.ended => End::Agreement(ended.unwrap_or(Ended::Engine)),
            () = outgrown => End::Outgrown,
        }
    }

    /// Leaves the network; done when every task has ended and every socket is closed.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        self.agreement.stop().await;
        self.exchange.stop().await;
        self.tasks.shutdown().await;
    }
}

fn open(path: &std::path::Path, options: &StoreOptions) -> Result<(Arc<Store>, SignedRecord), StoreError> {
    let store = Arc::new(Store::open(path, OpenMode::Write, options)?);
    let record = open_record(&store, options.sync)?;
    Ok((store, record))
}

/// The record of candidates beside a store; refuses a store that ends behind it.
pub(crate) fn open_record(store: &Store, sync: bool) -> Result<SignedRecord, StoreError> {
    let record = SignedRecord::open(store.path(), sync)?;
    let tip = store.tip().header.height;
    signed_record::check_not_behind(store.path(), tip)?;
    if record.newest().is_none() && tip > Height(0) {
        return Err(StoreError::SignedRecordMissing { tip });
    }
    Ok(record)
}

fn limits(limits: &config::LimitsConfig) -> Limits {
    Limits { transactions: limits.waiting_transactions, bytes: limits.waiting_bytes, ..Limits::default() }
}

fn agreement_settings(
    config: &NodeConfig,
    layout: &Layout,
    keys: &KeyStore,
    own: &Own,
    chain: &Chain,
    members: &[Member],
    guard: Guard,
) -> Result<Settings, ServiceError> {
    Ok(Settings {
        chain: chain.tip().header.chain,
        signer: own.signer.clone(),
        network_secret: keys.ed25519_secret(&own.network)?,
        listen: Some(config.consensus.listen.clone()),
        peers: members.iter().map(Member::consensus_peer).collect(),
        home: layout.agreement(),
        moniker: config.name.clone(),
        pubsub: match config.consensus.pubsub {
            config::PubSub::Gossip => PubSub::Gossip,
            config::PubSub::Broadcast => PubSub::Broadcast,
        },
        work: chain.mempool().work(),
        guard,
        lie: own.lie,
    })
}

#[cfg(test)]
mod tests;
