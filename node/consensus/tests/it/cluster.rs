//! Several nodes in one process.

use crate::ledger::{Disk, Ledger, Plan};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use zeroize::Zeroizing;
use zhengku_consensus::{Guard, PubSub, Running, Settings, peer_id, start};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::{Ed25519Signer, Signer};
use zhengku_ledger::codec::Text;
use zhengku_ledger::ids::{BlockId, ChainId};
use zhengku_ledger::validator_set::{Validator, ValidatorSet};

/// Nobody waits longer for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn consensus_key(node: usize) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[node as u8 + 1; 32]).unwrap()
}

pub(crate) fn network_secret(node: usize) -> [u8; 32] {
    [node as u8 + 101; 32]
}

pub(crate) fn set(nodes: impl IntoIterator<Item = usize>) -> ValidatorSet {
    let validator =
        |node| Validator { name: Text::new(format!("v{node}")).unwrap(), key: consensus_key(node).public_key() };
    ValidatorSet::new(nodes.into_iter().map(validator).collect()).unwrap()
}

pub(crate) fn chain() -> ChainId {
    ChainId::from_digest(Digest::from_bytes([7; 32]))
}

pub(crate) struct Node {
    pub(crate) ledger: Ledger,
    pub(crate) settings: Settings,
    pub(crate) running: Option<Running>,
    pub(crate) work: watch::Sender<bool>,
    _home: tempfile::TempDir,
}

pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
}

/// Ports that are free now, below those that outgoing connections take: a node that is started again finds its own free.
fn ports(count: usize) -> Vec<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + u16::try_from(std::process::id() % 190).unwrap() * 100;
    let next = || first + NEXT.fetch_add(1, Ordering::Relaxed);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(next).filter(is_free).take(count).collect()
}

impl Cluster {
    /// Nodes that know each other, not started yet. The first `validators` have consensus keys.
    pub(crate) fn new(count: usize, validators: usize, plan: &Plan) -> Self {
        let ports = ports(count);
        let id = |node| peer_id(&Ed25519Signer::from_secret(&network_secret(node)).unwrap().public_key());
        let address = |node: usize| format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", ports[node], id(node));
        let node = |node: usize| {
            let home = tempfile::tempdir().unwrap();
            let (work, waits) = watch::channel(true);
            let signer = || -> Arc<dyn Signer> { Arc::new(consensus_key(node)) };
            let settings = Settings {
                chain: chain(),
                signer: (node < validators).then(signer),
                network_secret: Zeroizing::new(network_secret(node)),
                listen: Some(format!("/ip4/127.0.0.1/tcp/{}", ports[node])),
                peers: (0..count).filter(|other| *other != node).map(address).collect(),
                home: home.path().to_owned(),
                moniker: format!("node-{node}"),
                pubsub: PubSub::Gossip,
                work: waits,
                guard: Guard::Off,
                lie: None,
            };
            Node { ledger: Ledger::new(chain(), plan.clone()), settings, running: None, work, _home: home }
        };
        Self { nodes: (0..count).map(node).collect() }
    }

    pub(crate) async fn start_all(&mut self) {
        for node in 0..self.nodes.len() {
            self.start(node).await;
        }
    }

    pub(crate) async fn start(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        // A node of this process that has just stopped may still be closing its listener.
        let listen = node.settings.listen.as_ref().map(ToString::to_string).unwrap_or_default();
        let port: Option<u16> = listen.rsplit('/').next().and_then(|port| port.parse().ok());
        let freed = async {
            while port.is_some_and(|port| std::net::TcpListener::bind(("127.0.0.1", port)).is_err()) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let freed = tokio::time::timeout(std::time::Duration::from_secs(10), freed).await;
        freed.expect("the port of agreement stays taken");
        let history = Arc::new(node.ledger.clone());
        node.running = Some(start(node.settings.clone(), node.ledger.clone(), history).await.unwrap());
    }

    pub(crate) async fn stop(&mut self, node: usize) {
        let running = self.nodes[node].running.take().unwrap();
        running.handle().stop().await;
    }

    pub(crate) async fn stop_all(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].running.is_some() {
                self.stop(node).await;
            }
        }
    }

    /// Waits until a node has decided a height.
    pub(crate) async fn reach(&self, node: usize, height: u64) {
        let mut tip = self.nodes[node].ledger.tip.subscribe();
        let reached = tokio::time::timeout(PATIENCE, tip.wait_for(|tip| *tip >= height)).await;
        assert!(reached.is_ok(), "node {node} is at {} and not at {height}", *self.nodes[node].ledger.tip.borrow());
    }

    pub(crate) async fn all_reach(&self, height: u64) {
        for node in 0..self.nodes.len() {
            self.reach(node, height).await;
        }
    }

    pub(crate) fn tip(&self, node: usize) -> u64 {
        *self.nodes[node].ledger.tip.borrow()
    }

    pub(crate) fn highest(&self) -> u64 {
        (0..self.nodes.len()).map(|node| self.tip(node)).max().unwrap_or(0)
    }

    /// What is on the disks of a node: files of its home, and the ledger.
    pub(crate) fn image(&self, node: usize) -> (Vec<(PathBuf, Vec<u8>)>, Disk) {
        let files = std::fs::read_dir(&self.nodes[node].settings.home).unwrap();
        let files = files.map(|file| file.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap()));
        (files.collect(), self.nodes[node].ledger.disk().clone())
    }

    /// Puts an image back in the place of all that came later.
    pub(crate) fn restore(&mut self, node: usize, files: Vec<(PathBuf, Vec<u8>)>, disk: Disk) {
        let node = &mut self.nodes[node];
        for file in std::fs::read_dir(&node.settings.home).unwrap() {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
        for (path, bytes) in files {
            std::fs::write(path, bytes).unwrap();
        }
        node.ledger.tip.send_replace(disk.decided.len() as u64);
        *node.ledger.disk() = disk;
    }

    pub(crate) fn assert_no_offence(&self) {
        for (node, this) in self.nodes.iter().enumerate() {
            assert!(this.ledger.disk().offences.is_empty(), "node {node} saw an offence");
        }
    }

    /// The ids that all nodes have decided, which must be the same as far as they go.
    pub(crate) fn assert_one_chain(&self) -> Vec<BlockId> {
        let chains: Vec<_> = self.nodes.iter().map(|node| node.ledger.ids()).collect();
        let longest = chains.iter().max_by_key(|chain| chain.len()).unwrap().clone();
        for (node, chain) in chains.iter().enumerate() {
            assert!(longest.starts_with(chain), "node {node} has another chain");
        }
        longest
    }
}
