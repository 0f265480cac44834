//! The nodes under load, over HTTP.

use super::super::workload::Prepared;
use crate::failure::Failure;
use serde::de::DeserializeOwned;
use std::time::Duration;
use zhengku_api_types::{Decision, LicenceTypes, Organisations, Outcome, Status};
use zhengku_ledger::ids::EntryKey;

/// A write that waits this much longer than the node was asked to has lost its connection.
const GRACE: Duration = Duration::from_secs(5);
/// Reads are answered at once or not at all.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// A transaction that a node called final.
#[derive(Clone, Debug)]
pub(super) struct Acknowledged {
    pub(super) organisation: u32,
    pub(super) idempotency: String,
    pub(super) height: u64,
    pub(super) block: String,
    pub(super) first: u64,
    pub(super) count: u64,
}

/// How a request ended.
pub(super) enum Answer {
    /// Applied and final.
    Final(Acknowledged),
    /// Final, and not applied: the code.
    Rejected(u16),
    /// Decided before.
    Repeated,
    /// A right answer to a read.
    Read,
    /// Another status.
    Status(u16),
    /// An answer that makes no sense.
    Nonsense,
    /// No connection.
    Unreachable,
    /// The connection ended before the answer.
    Broken,
    /// No answer in time.
    Timeout,
}

impl Answer {
    /// Its name in the counts.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Final(_) => "final".to_owned(),
            Self::Rejected(code) => format!("rejected {code}"),
            Self::Repeated => "repeated".to_owned(),
            Self::Read => "200".to_owned(),
            Self::Status(status) => status.to_string(),
            Self::Nonsense => "nonsense".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::Broken => "broken".to_owned(),
            Self::Timeout => "timeout".to_owned(),
        }
    }

    /// The entries of a success.
    pub(super) const fn success(&self) -> Option<u64> {
        match self {
            Self::Final(told) => Some(told.count),
            Self::Read => Some(0),
            _ => None,
        }
    }
}

impl From<&reqwest::Error> for Answer {
    fn from(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Unreachable
        } else if error.is_decode() {
            Self::Nonsense
        } else {
            Self::Broken
        }
    }
}

/// The nodes, by their base URLs.
pub(super) struct Nodes {
    client: reqwest::Client,
    urls: Vec<String>,
    wait: Duration,
}

impl Nodes {
    /// Connects to nothing yet. Writes wait for finality up to `wait`.
    pub(super) fn new(urls: &[String], wait: Duration) -> Result<Self, Failure> {
        let urls = urls.iter().map(|url| url.trim_end_matches('/').to_owned()).collect();
        let built = reqwest::Client::builder().no_proxy().tcp_nodelay(true).connect_timeout(GRACE).build();
        let client =
            built.map_err(|error| Failure::usage(format!("无法建立 HTTP 客户端: {error}"), error.to_string()))?;
        Ok(Self { client, urls, wait })
    }

    /// The node whose turn it is.
    pub(super) fn turn(&self, number: u64) -> usize {
        usize::try_from(number % (self.urls.len().max(1) as u64)).unwrap_or_default()
    }

    /// A node's base URL.
    pub(super) fn name(&self, node: usize) -> &str {
        self.urls.get(node).map_or("", String::as_str)
    }

    /// Submits a transaction and waits until it is final; gives its keys back for later reads.
    pub(super) async fn submit(&self, node: usize, prepared: Prepared) -> (Answer, Vec<EntryKey>) {
        let url = format!("{}/v1/transactions?wait=finalized&timeout_ms={}", self.name(node), self.wait.as_millis());
        let request = self.client.post(url).header("content-type", "application/octet-stream");
        let sent = request.timeout(self.wait.saturating_add(GRACE)).body(prepared.bytes).send().await;
        let answer = match sent {
            Ok(response) if response.status() == reqwest::StatusCode::OK => match response.json().await {
                Ok(decision) => final_answer(decision, prepared.organisation.0, prepared.idempotency.to_string()),
                Err(error) => Answer::from(&error),
            },
            Ok(response) => Answer::Status(response.status().as_u16()),
            Err(error) => Answer::from(&error),
        };
        (answer, prepared.keys)
    }

    /// Reads a path and compares nothing but the status and that a body came.
    pub(super) async fn read(&self, node: usize, path: &str) -> Answer {
        match self.bytes(node, path).await {
            Ok(_) => Answer::Read,
            Err(answer) => answer,
        }
    }

    /// The body at a path.
    ///
    /// # Errors
    /// The answer that was none.
    pub(super) async fn bytes(&self, node: usize, path: &str) -> Result<Vec<u8>, Answer> {
        let request = self.client.get(format!("{}{path}", self.name(node))).timeout(READ_TIMEOUT);
        let response = request.send().await.map_err(|error| Answer::from(&error))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(Answer::Status(response.status().as_u16()));
        }
        let body = response.bytes().await.map_err(|error| Answer::from(&error))?;
        if body.is_empty() { Err(Answer::Nonsense) } else { Ok(body.to_vec()) }
    }

    /// What a node says of itself.
    ///
    /// # Errors
    /// [`Failure`] when it does not answer.
    pub(super) async fn status(&self, node: usize) -> Result<Status, Failure> {
        self.json(node, "/v1/status").await
    }

    /// The first node that answers.
    ///
    /// # Errors
    /// [`Failure`] when none does.
    pub(super) async fn first_alive(&self) -> Result<usize, Failure> {
        let mut last = Failure::usage("没有给出节点", "no node was named");
        for node in 0..self.urls.len() {
            match self.status(node).await {
                Ok(_) => return Ok(node),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    /// The organisations on the ledger.
    ///
    /// # Errors
    /// [`Failure`] when it does not answer.
    pub(super) async fn organisations(&self, node: usize) -> Result<Organisations, Failure> {
        self.json(node, "/v1/organisations").await
    }

    /// The licence types on the ledger.
    ///
    /// # Errors
    /// [`Failure`] when it does not answer.
    pub(super) async fn licence_types(&self, node: usize) -> Result<LicenceTypes, Failure> {
        self.json(node, "/v1/licence-types").await
    }

    async fn json<T: DeserializeOwned>(&self, node: usize, path: &str) -> Result<T, Failure> {
        let what = format!("{}{path}", self.name(node));
        let body = self.bytes(node, path).await.map_err(|answer| {
            let answer = answer.name();
            Failure::usage(
                format!("{what}: 节点没有正常答复 ({answer})"),
                format!("{what}: no right answer ({answer})"),
            )
        })?;
        Ok(serde_json::from_slice(&body)?)
    }
}

fn final_answer(decision: Decision, organisation: u32, idempotency: String) -> Answer {
    match decision.outcome {
        Outcome::Applied { first, count } => Answer::Final(Acknowledged {
            organisation,
            idempotency,
            height: decision.height,
            block: decision.block.to_string(),
            first,
            count: u64::from(count),
        }),
        Outcome::Repeated { .. } => Answer::Repeated,
        Outcome::Rejected { code, .. } => Answer::Rejected(code),
    }
}
