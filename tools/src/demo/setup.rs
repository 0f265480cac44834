//! Making the network of a demo: free ports, links, node directories whose peers are reached through the links.

use super::control::{PREFIX, SOCKET};
use super::wiring::{Ports, Wiring};
use crate::failure::Failure;
use crate::testnet::{DEPARTMENT, Made, Place, Plan, write_config};
use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
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
            prepare(path)?;
            return Ok(Self { path: path.to_owned(), is_temporary: false });
        }
        remove_stale(&std::env::temp_dir());
        let path = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(Failure::file(&path))?;
        Ok(Self { path, is_temporary: true })
    }
}

/// An empty directory becomes the owner's alone; that of another demo is left to those who say so better; any other is refused.
fn prepare(path: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Failure::file(path))?;
    if path.join(DEPARTMENT).exists() || path.join(SOCKET).exists() {
        return Ok(());
    }
    if std::fs::read_dir(path).map_err(Failure::file(path))?.next().is_some() {
        let shown = path.display();
        return Err(Failure::usage(
            format!("{shown}: 目录不为空, 未作改动; 请换一个目录"),
            format!("{shown}: the directory is not empty, nothing was written; choose another"),
        ));
    }
    std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(Failure::file(path))
}

/// Removes what demos left behind that were killed: their keys are of no use to anybody. A directory is one of these when it is this
/// user's, the process that it is named after is gone, and nobody listens on its socket.
fn remove_stale(temporary: &Path) {
    let user = rustix::process::geteuid().as_raw();
    for entry in std::fs::read_dir(temporary).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok()) else { continue };
        let is_own = std::fs::symlink_metadata(&path).is_ok_and(|one| one.is_dir() && one.uid() == user);
        let is_gone = pid == std::process::id() || !Path::new(&format!("/proc/{pid}")).exists();
        if is_own && is_gone && UnixStream::connect(path.join(SOCKET)).is_err() {
            let _ = std::fs::remove_dir_all(&path);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_takes_no_directory_of_others() {
        let directory = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let [empty, new, full] = ["empty", "new", "full"].map(|name| directory.path().join(name));
        for path in [&empty, &full] {
            std::fs::create_dir(path).unwrap();
            std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        std::fs::write(full.join("letter.txt"), "dear").unwrap();
        assert!(prepare(&empty).is_ok() && prepare(&new).is_ok());
        assert_eq!([mode(&empty), mode(&new)], [0o700, 0o700]);
        assert!(prepare(&full).is_err());
        assert_eq!(mode(&full), 0o755, "nothing of it is touched");
    }

    #[test]
    fn only_what_a_dead_demo_left_is_removed() {
        let temporary = tempfile::tempdir().unwrap();
        let made = |name: String| {
            let path = temporary.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        };
        // No process has a number above the kernel's largest, 2^22.
        let (dead, served) = (made(format!("{PREFIX}4194999")), made(format!("{PREFIX}4194998")));
        let (living, other) = (made(format!("{PREFIX}1")), made(format!("{PREFIX}letters")));
        let _listener = std::os::unix::net::UnixListener::bind(served.join(SOCKET)).unwrap();
        remove_stale(temporary.path());
        assert_eq!([&dead, &served, &living, &other].map(|path| path.exists()), [false, true, true, true]);
    }
}
