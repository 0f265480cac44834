//! The node itself when it runs, its ledger, its ports, its clock and its peers.

use super::Finding;
use crate::config::Loaded;
use crate::failure::Failure;
use crate::remote::{Client, RemoteError};
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::time::Duration;
use zhengku_ledger::entry::{Node, NodeStatus};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_store::{OpenMode, Store, StoreOptions};
use zhengku_verify::trust::TrustFile;

/// How long a peer may take to accept a connection.
const REACH: Duration = Duration::from_secs(3);
/// A proposer whose clock is further ahead than this is voted down (`max_ahead_ms`).
const MOST_SKEW_MS: u64 = 2_000;
/// Beyond this the clock is worth a look.
const SKEW_MS: u64 = 500;

pub(super) async fn examine(loaded: &Loaded) -> Vec<Finding> {
    let config = &loaded.config;
    let mut listen = config.api.listen;
    if listen.ip().is_unspecified() {
        listen.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let mut findings = Vec::new();
    let own = match Client::new(&format!("http://{listen}")) {
        Ok(client) => client.status().await,
        Err(error) => Err(error),
    };
    let is_up = match &own {
        Ok(status) if status.name == config.name => {
            let height = status.height;
            findings
                .push(Finding::fine(format!("节点在运行, 高度 {height}"), format!("the node is up, height {height}")));
            if !status.has_quorum {
                let found =
                    ("连接的验证节点不足法定数".to_owned(), "fewer validators are connected than decide".to_owned());
                findings.push(Finding::wrong(
                    found,
                    (
                        "见以下各项: 本节点在账本上的密钥, 与无法到达的节点",
                        "see below: this node's keys on the ledger, and peers that cannot be reached",
                    ),
                ));
            }
            true
        }
        Ok(status) => {
            let (name, found) = (&status.name, &config.api.listen);
            let found = (format!("{found} 上是另一节点 {name}"), format!("{found} is another node, {name}"));
            findings.push(Finding::wrong(found, ("请改 api.listen", "change api.listen")));
            false
        }
        Err(RemoteError::Unreachable { .. }) => {
            let found = ("节点未运行".to_owned(), "the node is down".to_owned());
            let run = format!("zhengku node run --config {}", loaded.path.display());
            findings.push(Finding::warning(found, (&run, &run)));
            false
        }
        Err(error) => {
            let found = (format!("接口: {}", error.chinese()), format!("interface: {error}"));
            findings.push(Finding::wrong(found, ("请核对 api.listen", "check api.listen")));
            true
        }
    };
    if !is_up {
        findings.extend(ports(loaded));
    }
    match nodes(loaded) {
        Ok((nodes, finding)) => {
            findings.push(finding);
            findings.extend(super::standing::examine(loaded, &nodes).await);
            findings.extend(peers(loaded, &nodes).await);
        }
        Err(failure) => findings.push(Finding::of_failure("账本", "the ledger", &failure)),
    }
    findings
}

/// Whether the node could bind what it is told to.
fn ports(loaded: &Loaded) -> Vec<Finding> {
    let config = &loaded.config;
    let multiaddress = |text: &str| address(text);
    let all = [
        ("api.listen", Some(config.api.listen)),
        ("consensus.listen", multiaddress(&config.consensus.listen)),
        ("exchange.listen", multiaddress(&config.exchange.listen)),
    ];
    let mut findings = Vec::new();
    for (key, address) in all {
        let Some(address) = address else {
            let found = (format!("{key} 不是地址"), format!("{key} is no address"));
            findings.push(Finding::wrong(found, ("例如 /ip4/0.0.0.0/tcp/7000", "e.g. /ip4/0.0.0.0/tcp/7000")));
            continue;
        };
        match std::net::TcpListener::bind(address) {
            Ok(_) => findings.push(Finding::fine(format!("{key} {address} 可用"), format!("{key} {address} is free"))),
            Err(error) => {
                let found =
                    (format!("{key} {address} 不可用: {error}"), format!("{key} {address} cannot be used: {error}"));
                findings.push(Finding::wrong(
                    found,
                    ("请改端口, 或停止占用它的程序", "change the port, or stop what uses it"),
                ));
            }
        }
    }
    findings
}

/// The socket of a multiaddress `/ip4|ip6|dns…/<host>/tcp/<port>`.
fn address(text: &str) -> Option<SocketAddr> {
    let parts: Vec<&str> = text.split('/').collect();
    let ["", _, host, "tcp", port] = *parts.as_slice() else { return None };
    (host, port.parse::<u16>().ok()?).to_socket_addrs().ok()?.next()
}

/// The nodes on this node's own ledger, and whether that ledger is the one of the trust file.
fn nodes(loaded: &Loaded) -> Result<(Vec<Node>, Finding), Failure> {
    let layout = Layout::new(&loaded.config.data);
    let store = Store::open(&layout.ledger(), OpenMode::Read, &StoreOptions::default())?;
    let tip = store.tip();
    let path = layout.trust();
    let trust = TrustFile::parse(&std::fs::read(&path).map_err(Failure::file(&path))?);
    let (chain, height) = (tip.header.chain, tip.header.height);
    let finding = match trust {
        Ok(trust) if trust.chain == chain => {
            let short = chain.to_string().chars().take(16).collect::<String>();
            Finding::fine(format!("账本 {short}…, 高度 {height}"), format!("ledger {short}…, height {height}"))
        }
        _ => Finding::wrong(
            ("账本与信任文件不是同一个".to_owned(), "the ledger is not the one of the trust file".to_owned()),
            ("请核对 data: 账本目录可能来自另一网络", "check `data`: the ledger may be of another network"),
        ),
    };
    Ok((tip.governance.nodes().to_vec(), finding))
}

async fn peers(loaded: &Loaded, nodes: &[Node]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let others =
        nodes.iter().filter(|node| node.status == NodeStatus::Active && node.name.as_str() != loaded.config.name);
    let asked = others.map(|node| peer(loaded, node));
    for found in futures::future::join_all(asked).await {
        findings.extend(found);
    }
    findings
}

/// Whether a peer can be reached on both swarms, and how far its clock is from this one's.
async fn peer(loaded: &Loaded, node: &Node) -> Vec<Finding> {
    let name = node.name.as_str();
    let given = loaded.config.overrides.iter().find(|one| one.name == name);
    let consensus = given.map_or(node.consensus_address.as_str(), |one| &one.consensus);
    let exchange = given.map_or(node.exchange_address.as_str(), |one| &one.exchange);
    let mut findings = Vec::new();
    for (what, text) in [("consensus", consensus), ("exchange", exchange)] {
        if text.is_empty() {
            continue;
        }
        let reached = match address(text) {
            None => Err("unknown address".to_owned()),
            Some(address) => match tokio::time::timeout(REACH, tokio::net::TcpStream::connect(address)).await {
                Err(_) => Err("timeout".to_owned()),
                Ok(connected) => connected.map(|_| ()).map_err(|error| error.to_string()),
            },
        };
        if let Err(reason) = reached {
            let found = (
                format!("无法到达 {name} ({what} {text}): {reason}"),
                format!("{name} cannot be reached ({what} {text}): {reason}"),
            );
            findings.push(Finding::wrong(
                found,
                ("请查对方是否运行, 以及防火墙与地址", "see whether it runs, then firewall and address"),
            ));
        }
    }
    findings.extend(clock(node).await);
    if findings.is_empty() {
        findings.push(Finding::fine(
            format!("{name} 的端口可连 (是否接纳本节点另见上文)"),
            format!("the ports of {name} are open (whether it lets this node in is another question)"),
        ));
    }
    findings
}

async fn clock(node: &Node) -> Option<Finding> {
    let client = Client::new(node.url.as_str()).ok()?;
    let before = SystemClock.now().0;
    let status = tokio::time::timeout(REACH, client.status()).await.ok()?.ok()?;
    let after = SystemClock.now().0;
    // Their time was read at some moment between the two: only what lies outside is skew.
    let skew = before.saturating_sub(status.now_ms).max(status.now_ms.saturating_sub(after));
    let name = node.name.as_str();
    let found = (format!("与 {name} 的时钟相差 {skew} ms"), format!("the clock of {name} differs by {skew} ms"));
    let remedy = ("请在两端启用 NTP (如 chrony)", "keep both clocks by NTP, e.g. chrony");
    match skew {
        0..SKEW_MS => None,
        SKEW_MS..MOST_SKEW_MS => Some(Finding::warning(found, remedy)),
        _ => Some(Finding::wrong(found, remedy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiaddress_gives_its_socket() {
        assert_eq!(address("/ip4/127.0.0.1/tcp/7000"), Some(SocketAddr::from(([127, 0, 0, 1], 7000))));
        assert_eq!(address("/ip6/::1/tcp/1").map(|one| one.port()), Some(1));
        for bad in ["", "/ip4/127.0.0.1/udp/1", "127.0.0.1:1", "/ip4/127.0.0.1/tcp/70000", "/ip4/127.0.0.1/tcp/1/x"] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }
}
