//! A whole network of nodes, ready to start: genesis, one directory for each node, the governor's keys, a department that imports.
//!
//! ```text
//! trust.json            what a verifier needs
//! genesis.bin           block 0, for nodes that join later
//! <node>/               node.toml, keys/, ledger/ (block 0), trust.json, certificate.pem
//! governor/keys/        the governor's key
//! department/           keys of the sample issuers, vault/: where `zhengku import --node` is run
//! systemd/              one unit for each node
//! ```

mod files;
mod joining;
mod organisations;

use crate::certificate::{Identity, Validity};
use crate::failure::Failure;
pub(crate) use files::{GENESIS_FILE, write_config};
pub(crate) use joining::{JOIN_FILE, Joining, checked};
use organisations::{DISTRICTS, Operator};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use zhengku_crypto::sign::Algorithm;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{Node, NodeRole, NodeStatus, Organisation, Parameters};
use zhengku_ledger::ids::{ChainId, OrganisationNumber, TimestampMs};
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;
use zhengku_node::config::{ApiConfig, ConsensusConfig, ExchangeConfig, LimitsConfig, NodeConfig, PubSub};
use zhengku_node::keys::{KeyStore, NETWORK_KEY};
use zhengku_node::node::VALIDATOR_KEY;

/// The most nodes that are made at once: beyond it one machine has other problems.
pub(crate) const MAX_NODES: usize = 100;
/// The file of a node's certificate in its directory.
pub(crate) const CERTIFICATE_FILE: &str = "certificate.pem";
/// The directory of the department that imports.
pub(crate) const DEPARTMENT: &str = "department";
/// The directory of the governor.
pub(crate) const GOVERNOR: &str = "governor";
/// The longest host: an address of the ledger's record has 128 bytes, with `http://` or `/dns4/` and the port around it.
const MAX_HOST_BYTES: usize = 100;
/// Ports of one node: agreement, exchange, interface.
const PORTS: u16 = 3;

/// Where a node is to listen, and where the others find it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The address that the others dial: an IPv4 address or a name.
    pub(crate) host: String,
    pub(crate) consensus: u16,
    pub(crate) exchange: u16,
    pub(crate) api: u16,
}

/// A network to make.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The validators, then the observers.
    pub(crate) places: Vec<Place>,
    pub(crate) observers: usize,
    pub(crate) parameters: Parameters,
}

/// A network that was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) chain: ChainId,
    pub(crate) trust: PathBuf,
    pub(crate) nodes: Vec<MadeNode>,
    pub(crate) department: PathBuf,
}

/// A node that was made.
#[derive(Clone, Debug)]
pub(crate) struct MadeNode {
    pub(crate) name: String,
    pub(crate) organisation_zh: String,
    pub(crate) organisation_en: String,
    pub(crate) role: NodeRole,
    pub(crate) directory: PathBuf,
    pub(crate) config: NodeConfig,
    pub(crate) url: String,
}

impl Plan {
    /// A plan with `PORTS` ports a node from `base_port` on; nodes on hosts of their own all use the first ones.
    pub(crate) fn new(nodes: usize, observers: usize, hosts: &[String], base_port: u16) -> Result<Self, Failure> {
        let count = nodes.saturating_add(observers);
        if nodes == 0 || count > MAX_NODES {
            return Err(Failure::usage(
                format!("节点数须为 1 至 {MAX_NODES}"),
                format!("1 to {MAX_NODES} nodes can be made, at least one of them a validator"),
            ));
        }
        if hosts.len() != 1 && hosts.len() != count {
            return Err(Failure::usage(
                format!("--host 须给出 1 个或 {count} 个地址"),
                format!("--host takes one address, or one for each of the {count} nodes"),
            ));
        }
        for host in hosts {
            check_host(host)?;
        }
        let place = |number: usize| {
            let host = hosts.get(number).or(hosts.first()).cloned().unwrap_or_default();
            let step = if hosts.len() == 1 { number } else { 0 };
            let port = |offset: u16| {
                let step = u16::try_from(step).ok()?.checked_mul(PORTS)?;
                base_port.checked_add(step)?.checked_add(offset).filter(|port| *port > 0)
            };
            let (Some(consensus), Some(exchange), Some(api)) = (port(0), port(1), port(2)) else {
                return Err(Failure::usage(
                    "端口超出 65535; 请改 --base-port",
                    "the ports exceed 65535; choose another --base-port",
                ));
            };
            Ok(Place { host, consensus, exchange, api })
        };
        let places = (0..count).map(place).collect::<Result<_, _>>()?;
        Ok(Self { places, observers, parameters: Parameters::default() })
    }

    /// Makes everything below `out`, which must not hold a network.
    pub(crate) fn make(&self, out: &Path, now: TimestampMs) -> Result<Made, Failure> {
        let mut random = Randomness::new();
        let operators = Operator::needed(self.places.len())?;
        let mut organisations = organisations::central(out, &mut random)?;
        let first = organisations.len();
        for (operator, number) in operators.iter().zip(first..) {
            organisations.push(operator.register(out, number, self.places.len(), &mut random)?);
        }
        organisations.push(organisations::seal_maker(out, organisations.len(), &mut random)?);
        let mut nodes = Vec::with_capacity(self.places.len());
        for (number, place) in self.places.iter().enumerate() {
            let operator = organisations.get(first.saturating_add(number % DISTRICTS.len()));
            let operator = operator.ok_or_else(|| Failure::usage("节点没有运营机构", "a node has no operator"))?;
            nodes.push(self.node(out, number, place, operator, now, &mut random)?);
        }
        let name = Text::new("证库样例网络 Zhengku sample network").map_err(NodeError::from)?;
        let records: Vec<Node> = nodes.iter().map(|(record, _)| record.clone()).collect();
        let genesis = Genesis::new(name, now, organisations, records, self.parameters).map_err(NodeError::from)?;
        let made: Vec<MadeNode> = nodes.into_iter().map(|(_, made)| made).collect();
        files::write(out, &genesis, &made)?;
        Ok(Made {
            chain: genesis.chain_id(),
            trust: out.join("trust.json"),
            nodes: made,
            department: out.join(DEPARTMENT),
        })
    }

    fn node(
        &self,
        out: &Path,
        number: usize,
        place: &Place,
        operator: &Organisation,
        now: TimestampMs,
        random: &mut Randomness,
    ) -> Result<(Node, MadeNode), Failure> {
        let name = node_name(number);
        let directory = out.join(&name);
        let keys = KeyStore::new(&directory.join("keys"));
        keys.create()?;
        let consensus_key = keys.make_signer(VALIDATOR_KEY, Algorithm::Ed25519, random)?.public_key();
        let network_key = keys.make_signer(NETWORK_KEY, Algorithm::Ed25519, random)?.public_key();
        let secret = keys.ed25519_secret(NETWORK_KEY)?;
        let identity = Identity { name: &name, organisation: operator.name_en.as_str(), host: &place.host };
        let certificate = identity.self_signed(&secret, Validity::of_days(now, files::CERTIFICATE_DAYS))?;
        super::command::write_whole(&directory.join(CERTIFICATE_FILE), certificate.pem.as_bytes())?;
        let role = if number < self.places.len().saturating_sub(self.observers) {
            NodeRole::Validator
        } else {
            NodeRole::Observer
        };
        let (config, url) = (place.config(&name), format!("http://{}:{}", place.host, place.api));
        let text = |text: &str| Text::new(text).map_err(NodeError::from);
        let record = Node {
            name: Text::new(name.as_str()).map_err(NodeError::from)?,
            organisation: operator.number,
            role,
            consensus_key,
            network_key,
            consensus_address: text(&place.address(place.consensus))?,
            exchange_address: text(&place.address(place.exchange))?,
            url: text(&url)?,
            certificate: Bounded::new(certificate.der).map_err(NodeError::from)?,
            status: NodeStatus::Active,
        };
        let made = MadeNode {
            name,
            organisation_zh: operator.name_zh.to_string(),
            organisation_en: operator.name_en.to_string(),
            role,
            directory,
            config,
            url,
        };
        Ok((record, made))
    }
}

impl Place {
    /// The multiaddress that the others dial.
    fn address(&self, port: u16) -> String {
        let kind = if self.host.parse::<std::net::Ipv4Addr>().is_ok() { "ip4" } else { "dns4" };
        format!("/{kind}/{}/tcp/{port}", self.host)
    }

    pub(crate) fn config(&self, name: &str) -> NodeConfig {
        // A network on this machine alone is not offered to others.
        let local = self.host == "127.0.0.1";
        let any = if local { [127, 0, 0, 1] } else { [0, 0, 0, 0] };
        let ip = std::net::Ipv4Addr::from(any);
        NodeConfig {
            name: name.to_owned(),
            data: PathBuf::from("."),
            api: ApiConfig { listen: SocketAddr::from((ip, self.api)) },
            consensus: ConsensusConfig {
                listen: format!("/ip4/{ip}/tcp/{}", self.consensus),
                pubsub: PubSub::default(),
            },
            exchange: ExchangeConfig { listen: format!("/ip4/{ip}/tcp/{}", self.exchange) },
            overrides: Vec::new(),
            limits: LimitsConfig::default(),
            lie: None,
        }
    }
}

/// Whether others can dial this host: an IPv4 address or a name that fits into a record of the ledger.
pub(crate) fn check_host(host: &str) -> Result<(), Failure> {
    let refused =
        |zh: &str, en: &str| Err(Failure::usage(format!("--host {host:?}: {zh}"), format!("--host {host:?}: {en}")));
    if host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok() {
        return refused(
            "此处不支持 IPv6 地址; 请给出 IPv4 地址, 或有 A 记录的域名",
            "IPv6 addresses are not supported here; give an IPv4 address, or a name that has one",
        );
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if host.is_empty() || host.len() > MAX_HOST_BYTES || !host.bytes().all(fits) {
        return refused(
            "不是主机名或 IPv4 地址; 只含字母、数字、-、. 与 _, 至多 100 个字符",
            "no host; a name of letters, digits, `-`, `.` and `_`, at most 100, or an IPv4 address",
        );
    }
    let is_numeric = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_numeric && host.parse::<std::net::Ipv4Addr>().is_err() {
        return refused("不是 IPv4 地址; 形如 192.0.2.1", "no IPv4 address; they are like 192.0.2.1");
    }
    Ok(())
}

/// Makes something in an empty directory, or leaves nothing of it behind: keys of a network that never was would block the next try.
pub(crate) fn whole_or_nothing<T>(out: &Path, make: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let was_there = out.exists();
    let made = make();
    if made.is_err() {
        // What cannot be removed is named by the next try: the directory is not empty then.
        if was_there {
            for entry in std::fs::read_dir(out).into_iter().flatten().flatten() {
                let path = entry.path();
                let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            }
        } else {
            let _ = std::fs::remove_dir_all(out);
        }
    }
    made
}

/// `pudong-1`, `jiading-1`, …, and `pudong-2` after the last district.
fn node_name(number: usize) -> String {
    let round = number.checked_div(DISTRICTS.len()).unwrap_or_default().saturating_add(1);
    let district = DISTRICTS.get(number.checked_rem(DISTRICTS.len()).unwrap_or_default());
    format!("{}-{round}", district.map_or("node", |district| district.pinyin))
}

fn organisation_number(place: usize) -> OrganisationNumber {
    OrganisationNumber(u32::try_from(place).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
