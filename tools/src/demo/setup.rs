//! Making the network of a demo: free ports, links, node directories whose peers are reached through the links.

use super::control::PREFIX;
use super::wiring::{Ports, Wiring};
use crate::failure::Failure;
use crate::testnet::{DEPARTMENT, Made, Place, Plan, write_config};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use zhengku_ledger::entry::Parameters;
use zhengku_ledger::ids::TimestampMs;
use zhengku_node::config::PeerOverride;

/// The interface of the first node is here when nobody else has the port: an address that can be remembered.
const FIRST_API_PORT: u16 = 8480;
const HOST: &str = "127.0.0.1";
/// Where ports are looked for: outgoing connections take theirs from 32768 on (`net.ipv4.ip_local_port_range`).
const FREE_PORTS: Range<u16> = 10_000..32_000;

/// The directory of a demo; removed at the end when the demo made it.
pub(crate) struct Directory {
    pub(crate) path: PathBuf,
    is_temporary: bool,
}

impl Directory {
    /// The directory that was asked for, or a new temporary one; its owner's alone either way.
    pub(crate) fn new(asked: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = asked {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Failure::file(path))?;
            return Ok(Self { path: path.to_owned(), is_temporary: false });
        }
        let path = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(Failure::file(&path))?;
        Ok(Self { path, is_temporary: true })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.is_temporary {
            // Nothing depends on it; a leftover in the temporary directory is harmless.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// A network that was made, with its links.
pub(crate) struct Laid {
    pub(crate) made: Made,
    pub(crate) wiring: Wiring,
}

/// Makes the network of a demo below `directory`, and its links.
pub(crate) async fn lay(directory: &Path, nodes: usize, now: TimestampMs) -> Result<Laid, Failure> {
    if directory.join(DEPARTMENT).exists() {
        let shown = directory.display();
        return Err(Failure::usage(
            format!("{shown}: 此目录已有一个演示网络; 请换一个目录, 或删除它"),
            format!("{shown}: there is a demo's network already; choose another directory, or remove it"),
        ));
    }
    let ports = free_ports(nodes)?;
    let plan = Plan {
        places: ports.iter().map(|(ports, api)| place(*ports, *api)).collect(),
        observers: 0,
        // A demo is watched: an idle ledger still shows its pulse.
        parameters: Parameters { idle_ms: 2_000, ..Parameters::default() },
    };
    let mut made = plan.make(directory, now)?;
    let listening: Vec<Ports> = ports.iter().map(|(ports, _)| *ports).collect();
    let wiring = Wiring::lay(&listening).await.map_err(Failure::file(directory))?;
    let names: Vec<String> = made.nodes.iter().map(|node| node.name.clone()).collect();
    for (from, node) in made.nodes.iter_mut().enumerate() {
        let through = |(to, name): (usize, &String)| {
            let ports = wiring.address(from, to)?;
            let address = |port: u16| format!("/ip4/{HOST}/tcp/{port}");
            let (consensus, exchange) = (address(ports.consensus), address(ports.exchange));
            Some(PeerOverride { name: name.clone(), consensus, exchange })
        };
        node.config.overrides = names.iter().enumerate().filter_map(through).collect();
        write_config(&node.directory, &node.config)?;
    }
    Ok(Laid { made, wiring })
}

fn place(ports: Ports, api: u16) -> Place {
    Place { host: HOST.to_owned(), consensus: ports.consensus, exchange: ports.exchange, api }
}

/// Ports that nobody uses now: all of them are taken together before any is given back, so that they differ. Below those that the
/// system gives to outgoing connections and to the links: what is given back stays free until its node listens, or listens again.
fn free_ports(nodes: usize) -> Result<Vec<(Ports, u16)>, Failure> {
    let mut held = Vec::new();
    // Demos that start at the same time look in different places first.
    let first = FREE_PORTS.start.saturating_add(u16::try_from(std::process::id() % 200).unwrap_or_default() * 100);
    let mut candidates = (first..FREE_PORTS.end).chain(FREE_PORTS.start..first);
    let mut take = |wanted: Option<u16>| {
        let bind = |port: u16| Some((port, TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?));
        let bound = wanted.and_then(bind).or_else(|| candidates.find_map(bind));
        let (port, listener) = bound.ok_or_else(|| {
            let (first, end) = (FREE_PORTS.start, FREE_PORTS.end);
            Failure::usage(format!("{first} 至 {end} 没有可用的端口"), format!("no port from {first} to {end} is free"))
        })?;
        held.push(listener);
        Ok::<u16, Failure>(port)
    };
    let mut ports = Vec::with_capacity(nodes);
    for number in (0..u16::MAX).take(nodes) {
        let api = take(Some(FIRST_API_PORT.saturating_add(number)))?;
        ports.push((Ports { consensus: take(None)?, exchange: take(None)? }, api));
    }
    Ok(ports)
}
