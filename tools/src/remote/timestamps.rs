//! Asking a timestamping authority (RFC 3161 over HTTP): each token is verified before anything is sealed with it.

use super::cause;
use reqwest::redirect::Policy;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use zhengku_crypto::seal::TimestampSource;
use zhengku_crypto::timestamp::protocol::{ANSWER_TYPE, MAX_ANSWER_BYTES, REQUEST_TYPE, TimestampRequest};
use zhengku_crypto::timestamp::{Timestamp, TimestampTrust, verify};
use zhengku_library::random::Randomness;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::pki::SealTrust;

/// How long an authority may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How far two clocks may lie apart, in seconds: those of machines with NTP differ by milliseconds, which can be the turn of a second.
const CLOCK_SLACK_S: i64 = 2;

/// What an authority is tried with.
const TRIAL: &[u8] = b"zhengku timestamp use";

/// An authority elsewhere.
pub(crate) struct TimestampClient {
    url: String,
    trust: Arc<SealTrust>,
    /// No token may be earlier: what is sealed says this time itself, and nothing is sealed after it was seen. Unix seconds.
    sealed_unix_s: i64,
    /// Made with the first token: most commands seal nothing.
    line: OnceLock<Result<(reqwest::Client, Runtime), String>>,
}

impl TimestampClient {
    /// The authority at an address, for what is sealed at a time (Unix seconds).
    pub(crate) fn new(url: &str, trust: Arc<SealTrust>, sealed_unix_s: i64) -> Self {
        Self { url: url.to_owned(), trust, sealed_unix_s, line: OnceLock::new() }
    }

    /// Asks for a timestamp that nothing is sealed with.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn tried(url: &str, trust: Arc<SealTrust>) -> Result<Timestamp, String> {
        Self::new(url, trust, i64::MIN).stamped(TRIAL).map(|(_, stamp)| stamp)
    }

    /// A verified token over a message, and what it says.
    ///
    /// # Errors
    /// Why there is none.
    fn stamped(&self, message: &[u8]) -> Result<(Vec<u8>, Timestamp), String> {
        let mut token = self.once(message)?;
        let behind = self.sealed_unix_s.saturating_sub(token.1.time_unix_s);
        if (1..=CLOCK_SLACK_S).contains(&behind) {
            // The authority's clock reaches the time of sealing in a moment.
            std::thread::sleep(Duration::from_secs(behind.unsigned_abs()));
            token = self.once(message)?;
        }
        let behind = self.sealed_unix_s.saturating_sub(token.1.time_unix_s);
        if behind > 0 {
            return Err(format!("its clock is {behind} s behind the one here; set both by NTP"));
        }
        Ok(token)
    }

    fn once(&self, message: &[u8]) -> Result<(Vec<u8>, Timestamp), String> {
        let nonce = u64::from_be_bytes(Randomness::new().array().map_err(|error| error.to_string())?);
        let request = TimestampRequest::over(message, nonce);
        let answer = self.post(request.to_der().map_err(|error| error.to_string())?)?;
        let token = request.token_of(&answer).map_err(|error| error.to_string())?;
        let SealTrust { anchors, intermediates, lists } = &*self.trust;
        let now = i64::try_from(SystemClock.now().0 / 1000).unwrap_or(i64::MAX).saturating_add(CLOCK_SLACK_S);
        let trust = TimestampTrust { anchors, intermediates, lists, now };
        let stamp = verify(&token, message, &trust).map_err(|error| error.to_string())?;
        if stamp.has_fresh_lists {
            Ok((token, stamp))
        } else {
            Err("no fresh revocation list for its certificate; write one with zhengku ca crl".to_owned())
        }
    }

    fn post(&self, body: Vec<u8>) -> Result<Vec<u8>, String> {
        let (http, runtime) = self.line.get_or_init(line).as_ref().map_err(Clone::clone)?;
        let request = http.post(&self.url).timeout(ANSWER).header("content-type", REQUEST_TYPE).body(body);
        runtime.block_on(async {
            let mut response = request.send().await.map_err(|error| cause(&error))?;
            let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
            if !response.status().is_success() || media_type != Some(ANSWER_TYPE) {
                return Err(format!("status {} and no timestamp; is it an authority of RFC 3161?", response.status()));
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MAX_ANSWER_BYTES {
                    return Err("the answer is too long".to_owned());
                }
            }
            Ok(bytes)
        })
    }
}

impl TimestampSource for TimestampClient {
    fn token(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        self.stamped(message).map(|(token, _)| token).map_err(|reason| format!("{}: {reason}", self.url))
    }
}

fn line() -> Result<(reqwest::Client, Runtime), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    // A proxy for the web is none for the authorities of a closed network.
    let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).connect_timeout(CONNECT).build();
    Ok((http.map_err(|error| error.to_string())?, runtime))
}
