//! A node that joins a network which exists: its directory, and what the ledger has to learn of it, without any secret.

use super::{CERTIFICATE_FILE, Place, files};
use crate::certificate::{Identity, Validity};
use crate::command::write_whole;
use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::Path;
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::sign::Algorithm;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{Node, NodeRefusal, NodeRole, NodeStatus};
use zhengku_ledger::ids::{OrganisationNumber, TimestampMs};
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;
use zhengku_node::config::NodeConfig;
use zhengku_node::keys::{KeyStore, NETWORK_KEY};
use zhengku_node::layout::Layout;
use zhengku_node::node::VALIDATOR_KEY;
use zhengku_store::{Store, StoreOptions};

/// The file in a new node's directory that is given to whoever proposes it.
pub(crate) const JOIN_FILE: &str = "join.json";
/// The longest such file: keys, addresses and one certificate.
const MAX_JOIN_BYTES: u64 = 64 * 1024;

/// What the ledger has to learn of a node; who operates it and its role are for the proposer to say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Joining {
    name: String,
    consensus_key: String,
    network_key: String,
    consensus_address: String,
    exchange_address: String,
    url: String,
    certificate: String,
}

impl Joining {
    /// Makes the directory of a node: keys, certificate, configuration, block 0.
    pub(crate) fn make(
        directory: &Path,
        (name, operator): (&str, &str),
        place: &Place,
        genesis: &Genesis,
        now: TimestampMs,
    ) -> Result<Self, Failure> {
        let layout = Layout::new(directory);
        let keys = KeyStore::new(&layout.keys());
        keys.create()?;
        let mut random = Randomness::new();
        for key in [VALIDATOR_KEY, NETWORK_KEY] {
            keys.make_signer(key, Algorithm::Ed25519, &mut random)?;
        }
        let identity = Identity { name, organisation: operator, host: &place.host };
        let secret = keys.ed25519_secret(NETWORK_KEY)?;
        let certificate = identity.self_signed(&secret, Validity::of_days(now, files::CERTIFICATE_DAYS))?;
        write_whole(&directory.join(CERTIFICATE_FILE), certificate.pem.as_bytes())?;
        write_whole(&layout.trust(), files::trust(genesis)?.as_bytes())?;
        Store::create(&layout.ledger(), genesis, &StoreOptions::default())?;
        let config = place.config(name);
        super::write_config(directory, &config)?;
        let here = NodeConfig { data: directory.to_owned(), ..config };
        let joining = Self::of(&here, &place.host, format!("http://{}:{}", place.host, place.api))?;
        let mut text = serde_json::to_string_pretty(&joining)?;
        text.push('\n');
        // Nothing leaves this machine that the ledger would refuse.
        checked(joining.node(OrganisationNumber(0), NodeRole::Observer)?)?;
        write_whole(&directory.join(JOIN_FILE), text.as_bytes())?;
        Ok(joining)
    }

    /// What a node's directory says, for others who reach it at `host`.
    pub(crate) fn of(config: &NodeConfig, host: &str, url: String) -> Result<Self, Failure> {
        let keys = KeyStore::new(&Layout::new(&config.data).keys());
        let public = |name: &str| {
            let public = keys.picture(name)?.public;
            let none = || Failure::usage(format!("{name} 不是签名密钥"), format!("{name} signs nothing"));
            public.map(|key| key.to_string()).ok_or_else(none)
        };
        let path = config.data.join(CERTIFICATE_FILE);
        let kind = if host.parse::<std::net::Ipv4Addr>().is_ok() { "ip4" } else { "dns4" };
        let address = |listen: &str| {
            let port = listen.rsplit('/').next().unwrap_or_default();
            format!("/{kind}/{host}/tcp/{port}")
        };
        Ok(Self {
            name: config.name.clone(),
            consensus_key: public(VALIDATOR_KEY)?,
            network_key: public(NETWORK_KEY)?,
            consensus_address: address(&config.consensus.listen),
            exchange_address: address(&config.exchange.listen),
            url,
            certificate: std::fs::read_to_string(&path).map_err(Failure::file(&path))?,
        })
    }

    /// Reads what `make` wrote, perhaps on another machine.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let too_long = std::fs::metadata(path).map_err(Failure::file(path))?.len() > MAX_JOIN_BYTES;
        let read = || serde_json::from_slice(&std::fs::read(path).map_err(Failure::file(path))?).map_err(Failure::from);
        let refused = |reason: &str| {
            Failure::usage(
                format!("{}: 不是入网文件 ({reason}); 应为 zhengku node new 写出的 {JOIN_FILE}", path.display()),
                format!("{}: {reason}; give the {JOIN_FILE} that `zhengku node new` wrote", path.display()),
            )
        };
        if too_long { Err(refused("too long")) } else { read().map_err(|error| refused(&error.to_string())) }
    }

    /// The record of the ledger.
    pub(crate) fn node(&self, organisation: OrganisationNumber, role: NodeRole) -> Result<Node, Failure> {
        let refused = |field: &str, reason: &dyn std::fmt::Display| {
            Failure::usage(
                format!("节点 {} 的 {field}: {reason}; 请核对入网文件或配置", self.name),
                format!("{field} of node {}: {reason}; check the join file or the configuration", self.name),
            )
        };
        let key = |field: &str, text: &str| text.parse().map_err(|error| refused(field, &error));
        let address = |field: &str, text: &str| Text::new(text).map_err(|error| refused(field, &error));
        let certificate = Certificate::from_pem(self.certificate.as_bytes());
        let certificate = certificate.map_err(|error| refused("certificate", &error))?;
        Ok(Node {
            name: Text::new(self.name.as_str()).map_err(|error| refused("name", &error))?,
            organisation,
            role,
            consensus_key: key("consensus_key", &self.consensus_key)?,
            network_key: key("network_key", &self.network_key)?,
            consensus_address: address("consensus_address", &self.consensus_address)?,
            exchange_address: address("exchange_address", &self.exchange_address)?,
            url: address("url", &self.url)?,
            certificate: Bounded::new(certificate.as_der().to_vec()).map_err(NodeError::from)?,
            status: NodeStatus::Active,
        })
    }
}

/// The record, when it keeps the ledger's rules.
pub(crate) fn checked(node: Node) -> Result<Node, Failure> {
    let Err(error) = node.check() else { return Ok(node) };
    let zh = match error {
        NodeRefusal::Name => "名称只含小写字母、数字、- 与 ., 以字母或数字开头",
        NodeRefusal::Keys => "投票公钥与网络公钥须为两个不同的 ed25519 公钥",
        NodeRefusal::Address => "地址须为空或形如 /ip4/192.0.2.1/tcp/7001, 接口须为空或 http(s) 地址",
        NodeRefusal::Certificate => "证书须为空, 或为网络公钥的 X.509 证书",
        _ => "记录自相矛盾",
    };
    let name = &node.name;
    Err(Failure::usage(
        format!("节点 {name} 的记录不合规则: {zh}"),
        format!("the record of node {name} breaks a rule: {error}"),
    ))
}
