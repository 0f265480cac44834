//! A program that serves until it is stopped and prints, as its first line of JSON, the address it serves at.

use crate::run::binary;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running server of `zhengku`; it is ended with the test.
#[derive(Debug)]
pub struct Served {
    process: Child,
    url: String,
}

impl Served {
    /// Runs `zhengku` with these arguments and waits for its address.
    ///
    /// # Panics
    /// When it does not print one.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(binary("zhengku"))
            .args(arguments)
            .args(["-o", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("zhengku starts");
        let output = process.stdout.take().expect("its output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("its output is text");
        let said: serde_json::Value = serde_json::from_str(&line).expect("its first line is JSON");
        let url = said["url"].as_str().expect("it says its address").to_owned();
        Self { process, url }
    }

    /// Where it serves.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
