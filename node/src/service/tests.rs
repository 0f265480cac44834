use super::*;
use crate::clock::SystemClock;
use crate::config::{ApiConfig, ConsensusConfig, ExchangeConfig, LimitsConfig};
use crate::keys::NETWORK_KEY;
use crate::node::VALIDATOR_KEY;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use zhengku_api::port::SubmitError;
use zhengku_crypto::digest::sha256;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_ledger::block::Genesis;
use zhengku_ledger::checkpoint::SignedCheckpoint;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{
    GovernanceChange, Node, NodeRole, NodeStatus, Organisation, OrganisationStatus, Parameters, Roles,
};
use zhengku_ledger::ids::{IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::{Approval, Outcome, Payload, SignedTransaction, VerifiedTransaction};
use zhengku_library::random::Randomness;

const PATIENCE: Duration = Duration::from_secs(60);
/// How often something is looked at that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(5);

/// Synthetic codes of organisations that a test registers.
const CODES: [&str; 5] =
    ["11999999000000019M", "11999999TE5T00016J", "11999999TE5T00024D", "12999999HP0000013G", "11999999DATA000035"];

/// Directories, keys and configurations of a network.
struct Site {
    _root: TempDir,
    configs: Vec<NodeConfig>,
    governor: Arc<dyn Signer>,
    drawn: u32,
}

fn organisation(number: u32, signer: &dyn Signer, roles: Roles) -> Organisation {
    Organisation {
        number: OrganisationNumber(number),
        credit_code: Text::new(format!("{number:018}")).unwrap(),
        name_zh: Text::new(format!("单位{number}")).unwrap(),
        name_en: Text::new(format!("Office {number}")).unwrap(),
        roles,
        keys: Bounded::new(vec![signer.public_key()]).unwrap(),
        status: OrganisationStatus::Active,
    }
}

/// Ports that are free now, below those that outgoing connections take: a node that is started again finds its own free.
fn free_ports(count: usize) -> Vec<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + u16::try_from(std::process::id() % 190).unwrap() * 100;
    let next = || first + NEXT.fetch_add(1, Ordering::Relaxed);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(next).filter(is_free).take(count).collect()
}

impl Site {
    /// So many validators and observers, each of an organisation of its own.
    fn new(validators: usize, observers: usize) -> Self {
        Self::with(validators, observers, Parameters::default())
    }

    fn with(validators: usize, observers: usize, parameters: Parameters) -> Self {
        let root = TempDir::new().unwrap();
        let mut random = Randomness::new();
        let ports = free_ports(2 * (validators + observers));
        let secret = |seed: u8| zhengku_crypto::sign::Ed25519Signer::from_secret(&[seed; 32]).unwrap();
        let governor: Arc<dyn Signer> = Arc::new(secret(200));
        let mut organisations = vec![organisation(0, &*governor, Roles::GOVERNOR)];
        let (mut nodes, mut configs) = (Vec::new(), Vec::new());
        for place in 0..validators + observers {
            let name = format!("node-{}", place + 1);
            let data = root.path().join(&name);
            let keys = KeyStore::new(&Layout::new(&data).keys());
            keys.create().unwrap();
            let consensus = keys.make_signer(VALIDATOR_KEY, Algorithm::Ed25519, &mut random).unwrap();
            let network = keys.make_signer(NETWORK_KEY, Algorithm::Ed25519, &mut random).unwrap();
            let number = u32::try_from(place + 1).unwrap();
            organisations.push(organisation(number, &secret(u8::try_from(place + 1).unwrap()), Roles::ISSUER));
            let address = |port: u16| format!("/ip4/127.0.0.1/tcp/{port}");
            nodes.push(Node {
                name: Text::new(name.clone()).unwrap(),
                organisation: OrganisationNumber(number),
                role: if place < validators { NodeRole::Validator } else { NodeRole::Observer },
                consensus_key: consensus.public_key(),
                network_key: network.public_key(),
                consensus_address: Text::new(address(ports[2 * place])).unwrap(),
                exchange_address: Text::new(address(ports[2 * place + 1])).unwrap(),
                url: Text::new("").unwrap(),
                certificate: Bounded::new(Vec::new()).unwrap(),
                status: NodeStatus::Active,
            });
            configs.push(NodeConfig {
                name,
                data,
                api: ApiConfig { listen: "127.0.0.1:0".parse().unwrap() },
                consensus: ConsensusConfig { listen: address(ports[2 * place]), pubsub: config::PubSub::Gossip },
                exchange: ExchangeConfig { listen: address(ports[2 * place + 1]) },
                overrides: Vec::new(),
                limits: LimitsConfig::default(),
                lie: None,
            });
        }
        let now = SystemClock.now();
        let genesis = Genesis::new(Text::new("test").unwrap(), now, organisations, nodes, parameters).unwrap();
        for config in &configs {
            Store::create(&Layout::new(&config.data).ledger(), &genesis, &StoreOptions::default()).unwrap();
        }
        Self { _root: root, configs, governor, drawn: 0 }
    }

    async fn start(&self, place: usize) -> Service {
        let config = &self.configs[place];
        // A service of this process that has just stopped may still be closing its listener.
        let port: u16 = config.consensus.listen.rsplit('/').next().unwrap().parse().unwrap();
        let freed = async {
            while TcpListener::bind(("127.0.0.1", port)).is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), freed).await.expect("the port of agreement stays taken");
        // An answer to a peer that is still being worked out may hold the store's lock a moment longer, too: a program that begins anew
        // ends everything, a service in this process does not.
        let layout = Layout::new(&config.data);
        let (path, options) = (layout.ledger(), StoreOptions::default());
        let unlocked = async {
            while matches!(Store::open(&path, OpenMode::Write, &options), Err(StoreError::Locked { .. })) {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, unlocked).await.expect("the store is released");
        let keys = KeyStore::new(&layout.keys());
        Service::start(config, &keys, Arc::new(SystemClock)).await.unwrap()
    }

    async fn start_all(&self) -> Vec<Service> {
        futures::future::join_all((0..self.configs.len()).map(|place| self.start(place))).await
    }

    /// Registers the next organisation.
    fn register(&mut self, service: &Service) -> VerifiedTransaction {
        self.drawn += 1;
        let next = u32::try_from(self.configs.len()).unwrap() + self.drawn;
        let signer = zhengku_crypto::sign::Ed25519Signer::from_secret(&[99; 32]).unwrap();
        let code = Text::new(CODES[usize::try_from(self.drawn).unwrap() - 1]).unwrap();
        let item = Organisation { credit_code: code, ..organisation(next, &signer, Roles::ISSUER) };
        let payload = Payload::RegisterOrganisation(Bounded::new(vec![item]).unwrap());
        let key = IdempotencyKey::from_digest(sha256(&next.to_be_bytes()));
        let chain = service.chain().tip().header.chain;
        let signed = SignedTransaction::sign(chain, OrganisationNumber(0), key, payload, &*self.governor).unwrap();
        signed.verify().unwrap()
    }
}

/// Has the organisations of as many nodes as decide propose and approve a change, and waits until it has taken effect.
async fn change(service: &Service, change: GovernanceChange) {
    let number = service.chain().tip().governance.next_proposal();
    let digest = change.digest();
    let quorum = u8::try_from(service.chain().tip().validators().quorum()).unwrap();
    for organisation in 1..=quorum {
        let signer = zhengku_crypto::sign::Ed25519Signer::from_secret(&[organisation; 32]).unwrap();
        let payload = match organisation {
            1 => Payload::ProposeChange(Bounded::new(vec![change.clone()]).unwrap()),
            _ => Payload::ApproveChange(Bounded::new(vec![Approval { proposal: number, change: digest }]).unwrap()),
        };
        let key = IdempotencyKey::from_digest(sha256(&[&digest.as_bytes()[..], &[organisation]].concat()));
        let (chain, number) = (service.chain().tip().header.chain, OrganisationNumber(u32::from(organisation)));
        let signed = SignedTransaction::sign(chain, number, key, payload, &signer).unwrap().verify().unwrap();
        submit(service, &signed).await;
        let receipt = receipt(service, &signed).await;
        assert!(matches!(receipt.outcome, Outcome::Applied { .. }), "{:?}", receipt.outcome);
    }
    let mut notices = service.ledger().blocks();
    let applied = async {
        while service.chain().tip().governance.proposal(number).is_some() {
            let _ = notices.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, applied).await.expect("the change takes effect");
}

/// Waits until a node wants to begin anew, and lets it.
async fn begin_anew(site: &Site, services: &mut Vec<Service>) {
    let mut last = services.pop().unwrap();
    let ended = tokio::time::timeout(PATIENCE, last.ended()).await.expect("it begins anew");
    assert!(matches!(ended, End::Outgrown), "{ended:?}");
    last.stop().await;
    services.push(site.start(services.len()).await);
}

/// Waits until one of the nodes that stay has seen a vote of this key.
async fn vote(service: &Service, key: &PublicKey) {
    let mut notices = service.ledger().blocks();
    let seen = async {
        while service.chain().last_vote(key).is_none() {
            let _ = notices.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("it votes");
}

/// Waits until a node has committed so many blocks.
async fn until(service: &Service, height: Height) {
    let mut notices = service.ledger().blocks();
    let reached = async {
        while service.chain().height() < height {
            let _ = notices.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.expect("the height is reached");
}

/// Submits as soon as the node sees a quorum.
async fn submit(service: &Service, transaction: &VerifiedTransaction) {
    let submitted = async {
        while let Err(error) = service.ledger().submit(transaction.clone()).await {
            assert!(matches!(error, SubmitError::NoQuorum { .. }), "{error}");
            let mut pictures = service.shared.pictures.clone();
            pictures.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, submitted).await.expect("the transaction is admitted");
}

/// Waits for the receipt of a transaction on one node and verifies it.
async fn receipt(service: &Service, transaction: &VerifiedTransaction) -> zhengku_api::port::Receipt {
    let (ledger, envelope) = (service.ledger(), transaction.envelope());
    let mut notices = ledger.blocks();
    let decided = async {
        loop {
            if let Some(receipt) = ledger.receipt(envelope.organisation, &envelope.idempotency).unwrap() {
                return receipt;
            }
            let _ = notices.recv().await;
        }
    };
    let receipt = tokio::time::timeout(PATIENCE, decided).await.expect("it is decided");
    let view = service.chain().store().view();
    let whole = view.receipt(envelope.organisation, &envelope.idempotency).unwrap().unwrap();
    let set = crate::chain::set_at(&service.chain().tip(), receipt.header.height).unwrap();
    whole.verify(envelope.chain, &set).unwrap();
    assert_eq!(receipt.transaction, transaction.id());
    let file = ledger.receipt_file(envelope.organisation, &envelope.idempotency).unwrap().unwrap();
    assert_eq!(zhengku_ledger::receipt::Receipt::from_file(file.as_bytes()).unwrap(), whole);
    receipt
}

async fn stop_all(services: Vec<Service>) {
    futures::future::join_all(services.into_iter().map(Service::stop)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_is_given_all_decide() {
    let mut site = Site::new(4, 1);
    let services = site.start_all().await;
    let mut transactions = Vec::new();
    // The last one is an observer: it passes on.
    for service in &services {
        let one = site.register(service);
        submit(service, &one).await;
        let receipt = receipt(service, &one).await;
        assert!(matches!(receipt.outcome, Outcome::Applied { .. }), "{:?}", receipt.outcome);
        transactions.push(one);
    }
    let height = services[4].chain().height();
    for service in &services {
        until(service, height).await;
        for one in &transactions {
            receipt(service, one).await;
        }
    }
    let block = |service: &Service| service.chain().store().view().block(height).unwrap().header.id();
    assert!(services.iter().all(|service| block(service) == block(&services[0])));
    let ledger = services[3].ledger();
    let note = async {
        loop {
            if let Some(note) = ledger.checkpoint().unwrap() {
                return note;
            }
            let _ = tokio::time::timeout(Duration::from_millis(50), ledger.blocks().recv()).await;
        }
    };
    let note = tokio::time::timeout(PATIENCE, note).await.expect("a quorum signs a checkpoint");
    let note = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let tip = ledger.tip();
    assert!(note.verify(tip.header.chain, tip.validators()).unwrap().len() >= 3);
    let network = ledger.network();
    assert!(network.has_quorum && network.nodes.len() == 5, "{network:?}");
    stop_all(services).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_four_may_be_away_and_catches_up() {
    let mut site = Site::new(4, 0);
    let mut services = site.start_all().await;
    let first = site.register(&services[0]);
    submit(&services[0], &first).await;
    receipt(&services[0], &first).await;
    services.pop().unwrap().stop().await;
    let mut height = Height(0);
    for _ in 0..3 {
        let one = site.register(&services[0]);
        submit(&services[0], &one).await;
        height = receipt(&services[0], &one).await.header.height;
    }
    let back = site.start(3).await;
    until(&back, height).await;
    services.push(back);
    stop_all(services).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_quorum_nothing_is_taken() {
    let mut site = Site::new(4, 0);
    let mut services = site.start_all().await;
    let first = site.register(&services[0]);
    submit(&services[0], &first).await;
    receipt(&services[0], &first).await;
    let two = services.split_off(2);
    stop_all(two).await;
    let mut pictures = services[0].shared.pictures.clone();
    let gone = pictures.wait_for(|all| all.values().filter(|one| one.is_connected).count() <= 1);
    tokio::time::timeout(PATIENCE, gone).await.unwrap().unwrap();
    let next = site.register(&services[0]);
    let refused = services[0].ledger().submit(next.clone()).await;
    assert!(matches!(refused, Err(SubmitError::NoQuorum { .. })), "{refused:?}");
    // What was decided is still acknowledged.
    services[0].ledger().submit(first).await.unwrap();
    services.push(site.start(2).await);
    submit(&services[1], &next).await;
    receipt(&services[2], &next).await;
    stop_all(services).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_begins_anew_when_its_record_changes() {
    let site = Site::with(4, 1, Parameters { governance_delay: 1, idle_ms: 200, ..Parameters::default() });
    let mut services = site.start_all().await;
    let record = services[0].chain().tip().governance.node("node-5").unwrap().clone();

    // An observer becomes a validator, with a key of whatever name.
    let keys = KeyStore::new(&Layout::new(&site.configs[4].data).keys());
    let next = keys.make_signer("another", Algorithm::Ed25519, &mut Randomness::new()).unwrap().public_key();
    let promoted = Node { role: NodeRole::Validator, consensus_key: next.clone(), ..record.clone() };
    change(&services[0], GovernanceChange::ReplaceNode(promoted.clone())).await;
    begin_anew(&site, &mut services).await;
    vote(&services[0], &next).await;

    // Its key is rotated to one that it holds under its first name.
    let rotated = Node { consensus_key: record.consensus_key.clone(), ..promoted };
    change(&services[0], GovernanceChange::ReplaceNode(rotated)).await;
    begin_anew(&site, &mut services).await;
    vote(&services[0], &record.consensus_key).await;
    let last = services[0].chain().last_vote(&next).unwrap();

    // It is removed, and shut out.
    change(&services[0], GovernanceChange::RemoveNode(record.name.clone())).await;
    begin_anew(&site, &mut services).await;
    assert!(services[0].chain().last_vote(&next).unwrap() == last, "the former key votes no more");
    let height = services[0].chain().height();
    until(&services[0], Height(height.0 + 3)).await;
    assert!(services[4].chain().height() < services[0].chain().height());
    assert!(!services[4].ledger().network().has_quorum);
    assert!(services[0].chain().tip().governance.offences().is_empty());
    stop_all(services).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_its_ledger_does_not_know_yet_follows() {
    let mut site = Site::with(4, 0, Parameters { governance_delay: 1, idle_ms: 200, ..Parameters::default() });
    // A node of another site brings keys and ports; its ledger becomes block 0 of this one.
    let other = Site::new(5, 0);
    let mut config = other.configs[4].clone();
    config.data = site.configs[0].data.parent().unwrap().join("node-5");
    let keys = KeyStore::new(&Layout::new(&config.data).keys());
    keys.create().unwrap();
    let public = |name: &str| keys.make_signer(name, Algorithm::Ed25519, &mut Randomness::new()).unwrap().public_key();
    let services = site.start_all().await;
    let genesis = services[0].chain().store().genesis().clone();
    drop(Store::create(&Layout::new(&config.data).ledger(), &genesis, &StoreOptions::default()).unwrap());
    let record = Node {
        name: Text::new("node-5").unwrap(),
        organisation: OrganisationNumber(4),
        role: NodeRole::Observer,
        consensus_key: public(VALIDATOR_KEY),
        network_key: public(NETWORK_KEY),
        consensus_address: Text::new(config.consensus.listen.as_str()).unwrap(),
        exchange_address: Text::new(config.exchange.listen.as_str()).unwrap(),
        ..services[0].chain().tip().governance.node("node-1").unwrap().clone()
    };
    site.configs.push(config);
    let newcomer = site.start(4).await;
    change(&services[0], GovernanceChange::AddNode(record)).await;
    until(&newcomer, services[0].chain().height()).await;
    assert!(newcomer.chain().tip().governance.node("node-5").is_some());
    newcomer.stop().await;
    stop_all(services).await;
}
