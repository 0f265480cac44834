//! What a node gives its interface beside the ledger.

use metrics_exporter_prometheus::PrometheusHandle;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use zhengku_crypto::pseudonym::PseudonymKey;

/// Settings of the interface.
#[derive(Clone)]
pub struct Settings {
    /// The jurisdiction's pseudonym key, for lookups by number; none: they are refused.
    pub pseudonyms: Option<Arc<PseudonymKey>>,
    /// The limits.
    pub limits: Limits,
    /// Where the metrics are; none: `/metrics` is not found.
    pub metrics: Option<PrometheusHandle>,
    /// Addresses beside the loopback ones that may read what only operators may.
    pub operators: Vec<IpAddr>,
    /// Signs list cursors, so that clients cannot build them. A node that answers from several processes gives them the same.
    pub cursor_key: [u8; 32],
    /// The version of the node's program.
    pub version: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pseudonyms: None,
            limits: Limits::default(),
            metrics: None,
            operators: Vec::new(),
            cursor_key: process_key(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Limits of the interface: what one client can take from the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections: each holds about 20 KB.
    pub connections: usize,
    /// Open connections of one address.
    pub connections_per_address: usize,
    /// How long a request's head may take, and how long a connection may idle.
    pub head_timeout: Duration,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How long an answer may take, beside the time a client asked to wait.
    pub answer_timeout: Duration,
    /// Bytes of bodies in memory at once, of all requests.
    pub body_bytes: usize,
    /// Requests of one address without a signature, per second and at once.
    pub anonymous: Quota,
    /// Transactions and signed requests of one address before their signature is verified, per second and at once.
    pub attempts: Quota,
    /// Transactions and signed requests of one organisation, per second and at once.
    pub organisation: Quota,
    /// Streams of events at once.
    pub event_streams: usize,
    /// Submitters that wait for a decision at once.
    pub waiting_submitters: usize,
}

/// A rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Per second, in the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 1024,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(30),
            body_bytes: 64 * 1024 * 1024,
            anonymous: Quota { per_second: 2_000, burst: 4_000 },
            attempts: Quota { per_second: 5_000, burst: 10_000 },
            organisation: Quota { per_second: 5_000, burst: 10_000 },
            event_streams: 256,
            waiting_submitters: 16_384,
        }
    }
}

/// A key that no one outside this process knows, good enough for cursors: they only name heights.
fn process_key() -> [u8; 32] {
    let mut key = [0; 32];
    for (number, part) in key.chunks_mut(8).enumerate() {
        for (to, from) in part.iter_mut().zip(RandomState::new().hash_one(number).to_le_bytes()) {
            *to = from;
        }
    }
    key
}
