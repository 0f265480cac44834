//! One node as a child process.

use crate::failure::Failure;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// How long a node may take until it is ready: it opens a database and binds three sockets.
const READY: Duration = Duration::from_secs(60);
/// How long a node may take to stop by itself.
const STOP: Duration = Duration::from_secs(15);
/// Where a node's configuration stands in its directory.
pub(crate) const CONFIG_FILE: &str = "node.toml";
/// Where a node's log goes.
pub(crate) const LOG_FILE: &str = "node.log";

/// The line a node prints when it serves.
#[derive(Deserialize)]
struct Ready {
    event: String,
}

/// Whether a process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Running,
    Paused,
    Down,
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Down => "down",
        }
    }
}

/// A node of the demo.
pub(crate) struct Process {
    program: PathBuf,
    directory: PathBuf,
    /// A conduct for the next start; none = honest.
    pub(crate) lie: Option<String>,
    running: Option<Running>,
    is_paused: bool,
}

struct Running {
    child: Child,
    pid: Pid,
    /// Held open while this process lives: a node whose supervisor is gone reads the end of it and stops.
    _stdin: Option<ChildStdin>,
}

impl Process {
    pub(crate) fn new(program: &Path, directory: &Path) -> Self {
        Self {
            program: program.to_owned(),
            directory: directory.to_owned(),
            lie: None,
            running: None,
            is_paused: false,
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether it runs; a process that ended by itself is found here.
    pub(crate) fn state(&mut self) -> State {
        let ended = self.running.as_mut().is_some_and(|running| !matches!(running.child.try_wait(), Ok(None)));
        if ended {
            self.running = None;
            self.is_paused = false;
        }
        match (&self.running, self.is_paused) {
            (None, _) => State::Down,
            (Some(_), true) => State::Paused,
            (Some(_), false) => State::Running,
        }
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.running.as_ref().and_then(|running| running.child.id())
    }

    /// Starts it and waits until it serves.
    pub(crate) async fn start(&mut self) -> Result<(), Failure> {
        let log = self.directory.join(LOG_FILE);
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).map_err(Failure::file(&log))?;
        let mut command = Command::new(&self.program);
        command.args(["-o", "json", "node", "run", "--with-parent", "--config"]).arg(self.directory.join(CONFIG_FILE));
        if let Some(lie) = &self.lie {
            command.env("ZK__LIE", lie);
        }
        // A group of its own: Ctrl-C is for the supervisor, which stops its nodes in order.
        command.process_group(0).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file);
        let mut child = command.spawn().map_err(Failure::file(&self.program))?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let (Some(pid), Some(stdout)) = (pid, child.stdout.take()) else { return Err(self.did_not_start()) };
        let stdin = child.stdin.take();
        self.is_paused = false;
        self.running = Some(Running { child, pid, _stdin: stdin });
        let mut lines = BufReader::new(stdout).lines();
        let ready = tokio::time::timeout(READY, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if serde_json::from_str::<Ready>(&line).is_ok_and(|ready| ready.event == "ready") {
                    return true;
                }
            }
            false
        });
        if ready.await != Ok(true) {
            self.kill().await;
            return Err(self.did_not_start());
        }
        // What it says later is read and dropped, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(())
    }

    fn did_not_start(&self) -> Failure {
        let log = self.directory.join(LOG_FILE);
        Failure::usage(
            format!("节点未能启动; 原因见 {}", log.display()),
            format!("the node did not start; see {}", log.display()),
        )
    }

    /// Ends it at once.
    pub(crate) async fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill().await;
        }
        self.is_paused = false;
    }

    /// Freezes or wakes it; false when it is down.
    pub(crate) fn pause(&mut self, is_paused: bool) -> bool {
        let Some(running) = &self.running else { return false };
        let done = kill_process(running.pid, if is_paused { Signal::STOP } else { Signal::CONT }).is_ok();
        if done {
            self.is_paused = is_paused;
        }
        done
    }

    /// Asks it to stop, and ends it when it does not.
    pub(crate) async fn stop(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        let _ = kill_process(running.pid, Signal::TERM);
        let _ = kill_process(running.pid, Signal::CONT);
        if tokio::time::timeout(STOP, running.child.wait()).await.is_err() {
            let _ = running.child.kill().await;
        }
        self.is_paused = false;
    }
}
