//! A network of node processes on this machine, made and removed by the benchmark.

use super::client::Nodes;
use super::process::Process;
use crate::failure::Failure;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Four nodes on a busy machine have all answered by then.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Agreement, exchange, interface.
const PORTS_PER_NODE: u16 = 3;
/// Below the ports that the system gives to outgoing connections.
const FIRST_PORTS: std::ops::Range<u16> = 21_000..32_000;
/// Between two looks at nodes that start.
const LOOK: Duration = Duration::from_millis(50);

/// The running nodes.
pub(super) struct Cluster {
    processes: Vec<Process>,
    urls: Vec<String>,
    keys: PathBuf,
    trust: PathBuf,
}

impl Cluster {
    /// Makes the directories of a network in `scratch` and starts its nodes.
    pub(super) async fn start(scratch: &Path, nodes: u16) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(Failure::file(Path::new("zhengku")))?;
        let directory = scratch.join("network");
        let made = Command::new(&program)
            .args(["testnet", "--nodes", &nodes.to_string(), "--base-port", &free_ports(nodes)?.to_string(), "--out"])
            .arg(&directory)
            .stdout(Stdio::null())
            .status();
        if !made.map_err(Failure::file(&program))?.success() {
            return Err(Failure::usage("zhengku testnet 未成功", "zhengku testnet did not succeed"));
        }
        let mut cluster = Self {
            processes: Vec::new(),
            urls: Vec::new(),
            keys: directory.join("department/keys"),
            trust: directory.join("trust.json"),
        };
        for node in node_directories(&directory)? {
            cluster.run(&program, &node)?;
        }
        cluster.wait().await?;
        Ok(cluster)
    }

    fn run(&mut self, program: &Path, node: &Path) -> Result<(), Failure> {
        let config = node.join("node.toml");
        let text = std::fs::read_to_string(&config).map_err(Failure::file(&config))?;
        self.urls.push(format!("http://{}", listen(&text).ok_or_else(|| no_address(&config))?));
        let log = node.join("log");
        let errors = std::fs::File::create(&log).map_err(Failure::file(&log))?;
        let child = Command::new(program)
            .args(["node", "run", "--config"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn();
        self.processes.push(Process::new(child.map_err(Failure::file(program))?));
        Ok(())
    }

    /// Waits until every node answers and reaches a quorum.
    async fn wait(&mut self) -> Result<(), Failure> {
        let nodes = Nodes::new(&self.urls, START_TIMEOUT)?;
        let begun = Instant::now();
        for node in 0..self.urls.len() {
            while !nodes.status(node).await.is_ok_and(|status| status.has_quorum) {
                if begun.elapsed() > START_TIMEOUT || self.processes.iter_mut().any(Process::has_ended) {
                    let url = nodes.name(node);
                    return Err(Failure::usage(
                        format!("{url}: 节点没有就绪"),
                        format!("{url}: the node did not become ready"),
                    ));
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    /// The base URLs of the nodes.
    pub(super) fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The directory with the issuers' keys.
    pub(super) fn keys(&self) -> &Path {
        &self.keys
    }

    /// The trust file.
    pub(super) fn trust(&self) -> &Path {
        &self.trust
    }

    /// Processor time of each node so far.
    pub(super) fn cpu(&self) -> Vec<Duration> {
        self.processes.iter().map(Process::cpu).collect()
    }

    /// The most memory that any node ever had, in megabytes.
    pub(super) fn peak_mb(&self) -> u64 {
        self.processes.iter().map(Process::peak_mb).max().unwrap_or_default()
    }

    /// Nodes that ended by themselves.
    pub(super) fn ended(&mut self) -> usize {
        self.processes.iter_mut().map(|process| usize::from(process.has_ended())).sum()
    }
}

/// The first of as many neighbouring ports as the nodes need, all of them free just now.
fn free_ports(nodes: u16) -> Result<u16, Failure> {
    let needed = nodes.saturating_mul(PORTS_PER_NODE);
    let is_free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    let found = FIRST_PORTS
        .step_by(usize::from(needed.max(1)))
        .find(|first| (0..needed).all(|offset| first.checked_add(offset).is_some_and(is_free)));
    found.ok_or_else(|| Failure::usage("没有足够的空闲端口", "not enough free ports side by side"))
}

/// The directories that hold a node's configuration, by name.
fn node_directories(network: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(network).map_err(Failure::file(network))?;
    let directories = entries.flatten().map(|entry| entry.path());
    let mut directories: Vec<PathBuf> = directories.filter(|path| path.join("node.toml").exists()).collect();
    directories.sort();
    Ok(directories)
}

/// The address of the interface in a node's configuration.
fn listen(config: &str) -> Option<String> {
    let config: toml::Table = config.parse().ok()?;
    Some(config.get("api")?.get("listen")?.as_str()?.to_owned())
}

fn no_address(config: &Path) -> Failure {
    let config = config.display();
    Failure::usage(format!("{config}: 没有 api.listen"), format!("{config}: no api.listen"))
}
