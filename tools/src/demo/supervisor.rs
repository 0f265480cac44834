//! The supervisor: starts the nodes, takes orders, stops everything.

mod orders;
mod show;

use super::control::{self, Given, SOCKET};
use super::order::Answer;
use super::process::{Process, State};
use super::setup::{self, Directory, Laid};
use super::wiring::{Faults, Wiring};
use crate::failure::Failure;
use crate::output::Console;
use crate::remote::Client;
use crate::testnet::MadeNode;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zhengku_node::clock::{Clock, SystemClock};

/// How often the supervisor looks whether a node ended by itself.
const LOOK: Duration = Duration::from_millis(500);

/// A demo that runs.
pub(crate) struct Demo {
    pub(crate) directory: Directory,
    pub(crate) nodes: Vec<Node>,
    pub(crate) department: PathBuf,
    pub(crate) trust: PathBuf,
    pub(crate) names: Vec<String>,
    wiring: Wiring,
    faults: Faults,
    /// Nodes that are cut off and connected in turn, each with the time of one state and the time left of it.
    flapping: Vec<Flap>,
    /// Nodes that ended by order: their end is no news.
    expected: BTreeSet<usize>,
    control: JoinHandle<()>,
}

/// A node of the demo.
pub(crate) struct Node {
    pub(crate) made: MadeNode,
    pub(crate) process: Process,
    pub(crate) client: Client,
}

struct Flap {
    node: usize,
    period: Duration,
    left: Duration,
    is_cut: bool,
}

impl Demo {
    /// Makes the network; no node runs yet.
    pub(crate) async fn make(asked: Option<&Path>, nodes: usize, orders: mpsc::Sender<Given>) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(Failure::file(Path::new("/proc/self/exe")))?;
        let directory = Directory::new(asked)?;
        let socket = directory.path.join(SOCKET);
        let listener = listen(&socket)?;
        let Laid { made, wiring } = setup::lay(&directory.path, nodes, SystemClock.now()).await?;
        let control = tokio::spawn(control::serve(listener, orders));
        let mut running = Vec::with_capacity(nodes);
        for node in made.nodes {
            let process = Process::new(&program, &node.directory);
            running.push(Node { client: Client::new(&node.url)?, made: node, process });
        }
        Ok(Self {
            directory,
            names: running.iter().map(|node| node.made.name.clone()).collect(),
            nodes: running,
            department: made.department,
            trust: made.trust,
            wiring,
            faults: Faults::default(),
            flapping: Vec::new(),
            expected: BTreeSet::new(),
            control,
        })
    }

    /// Starts every node, all at once: each waits for its own readiness only.
    pub(crate) async fn start(&mut self) -> Result<(), Failure> {
        let starts = self.nodes.iter_mut().map(|node| node.process.start());
        for started in futures::future::join_all(starts).await {
            started?;
        }
        Ok(())
    }

    /// Takes orders until one of them, or a signal, ends the demo.
    pub(crate) async fn serve(&mut self, mut orders: mpsc::Receiver<Given>, console: &Console) -> Result<(), Failure> {
        let mut signals = Signals::new()?;
        let mut looking = tokio::time::interval(LOOK);
        let mut last = tokio::time::Instant::now();
        loop {
            tokio::select! {
                () = signals.any() => return Ok(()),
                given = orders.recv() => {
                    let Some((order, answer)) = given else { return Ok(()) };
                    let is_last = order == super::order::Order::Stop;
                    let done = self.obey(order).await;
                    self.announce(&done, console);
                    let _ = answer.send(done);
                    if is_last {
                        return Ok(());
                    }
                }
                now = looking.tick() => {
                    self.flap(now.saturating_duration_since(last));
                    last = now;
                    self.look(console);
                }
            }
        }
    }

    fn announce(&self, answer: &Answer, console: &Console) {
        if answer.nodes.is_empty() {
            console.remark(&format!("» {}", answer.zh), &format!("» {}", answer.en));
        }
    }

    /// Says so when a node ended that nobody ended.
    fn look(&mut self, console: &Console) {
        for (place, node) in self.nodes.iter_mut().enumerate() {
            if node.process.state() == State::Down && self.expected.insert(place) {
                let (name, log) = (&node.made.name, node.process.directory().join(super::process::LOG_FILE));
                console.remark(
                    &format!("! 节点 {name} 自行退出; 原因见 {}", log.display()),
                    &format!("! node {name} ended by itself; see {}", log.display()),
                );
            }
        }
    }

    /// Lets time pass for the nodes that flap.
    fn flap(&mut self, passed: Duration) {
        let count = self.wiring.count();
        let mut is_changed = false;
        for flap in &mut self.flapping {
            flap.left = flap.left.saturating_sub(passed);
            if flap.left.is_zero() {
                flap.left = flap.period;
                flap.is_cut = !flap.is_cut;
                self.faults.isolate(count, flap.node, flap.is_cut);
                is_changed = true;
            }
        }
        if is_changed {
            self.wiring.apply(&self.faults);
        }
    }

    /// Stops every node, then the control socket; the directory goes when this value does. Called however the demo ends: a node that
    /// still runs would write into a directory that is being removed.
    pub(crate) async fn stop(mut self) {
        self.control.abort();
        let stops = self.nodes.iter_mut().map(|node| node.process.stop());
        futures::future::join_all(stops).await;
        let _ = std::fs::remove_file(self.directory.path.join(SOCKET));
    }
}

/// Binds the control socket; one that a former demo left behind is taken away, one that is served is not.
fn listen(socket: &Path) -> Result<tokio::net::UnixListener, Failure> {
    if std::os::unix::net::UnixStream::connect(socket).is_ok() {
        return Err(Failure::usage(
            "此目录已有演示在运行; 请先运行 zhengku demo stop",
            "a demo runs in this directory already; run zhengku demo stop first",
        ));
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Failure::file(socket)(error)),
        _ => {}
    }
    tokio::net::UnixListener::bind(socket).map_err(Failure::file(socket))
}

/// The signals that end a program in order.
pub(crate) struct Signals {
    all: [tokio::signal::unix::Signal; 3],
}

impl Signals {
    pub(crate) fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let of = |kind: SignalKind| signal(kind).map_err(Failure::file(Path::new("signal")));
        Ok(Self { all: [of(SignalKind::interrupt())?, of(SignalKind::terminate())?, of(SignalKind::hangup())?] })
    }

    /// Waits for any of them.
    pub(crate) async fn any(&mut self) {
        let [one, two, three] = &mut self.all;
        tokio::select! {
            _ = one.recv() => {}
            _ = two.recv() => {}
            _ = three.recv() => {}
        }
    }
}
