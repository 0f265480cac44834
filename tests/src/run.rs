//! Running the binaries.

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a command did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The command line, for failures.
    pub command: String,
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Requires an exit code.
    ///
    /// # Panics
    /// Shows the command and what it printed when the code is another one, or when it panicked.
    #[must_use]
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(self.code == Some(code), "exit code {:?}, expected {code}: {self:#?}", self.code);
        assert!(!self.err.contains("panicked"), "{self:#?}");
        self
    }

    /// Standard output as one JSON value.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Standard output as one JSON value per line.
    ///
    /// # Panics
    /// When a line is none.
    #[must_use]
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:#?}")))
            .collect()
    }
}

/// The path of a binary of this workspace.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let mut directory = std::env::current_exe().unwrap();
    directory.pop();
    if directory.ends_with("deps") {
        directory.pop();
    }
    let path = directory.join(name);
    let build = "cargo build --release -p zhengku-tools -p zhengku-verify";
    assert!(path.exists(), "{} is missing; run: {build}", path.display());
    path
}

/// Runs `zhengku`.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn zhengku(arguments: &[&str]) -> Ran {
    finish(Command::new(binary("zhengku")).args(arguments))
}

/// Runs `zhengku-verify`.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn verify(arguments: &[&str]) -> Ran {
    finish(Command::new(binary("zhengku-verify")).args(arguments))
}

/// Runs `zhengku` and writes `input` to its standard input.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn zhengku_reading(arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::new(binary("zhengku"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let shown = format!("{command:?}");
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    ran(shown, &child.wait_with_output().unwrap())
}

/// Runs any command to its end.
///
/// # Panics
/// When it cannot be started.
pub fn finish(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output();
    ran(format!("{command:?}"), &output.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Runs a shell script in a mount namespace of its own, where it may mount; its mounts vanish with it.
///
/// # Panics
/// When `unshare` cannot be started.
#[must_use]
pub fn in_namespace(script: &str, arguments: &[&str]) -> Ran {
    let is_root = finish(Command::new("id").arg("-u")).out.trim() == "0";
    let mut command = Command::new("unshare");
    if !is_root {
        command.args(["--user", "--map-root-user"]);
    }
    finish(command.args(["--mount", "sh", "-c", script, "sh"]).args(arguments))
}

fn ran(command: String, output: &std::process::Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { command, code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}
