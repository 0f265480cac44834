//! `tlog-read URL KEYS [OLDER OLDER-KEYS]`: reads the transparency log of a running node over HTTP with another implementation of C2SP
//! signed notes and tiles than ours.
//!
//! `KEYS` is a file of verifier keys (C2SP vkey), one a line: more than two thirds of them must have signed the checkpoint. `OLDER` is a
//! checkpoint that was kept, of any node, judged by `OLDER-KEYS`: its log must be the beginning of the newer one. Prints one line of JSON;
//! exit code 0 when all of it holds, 1 when anything does not, 2 for wrong usage.

use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Duration;
use zhengku_tests::tlog::{self, Head};

/// A node that does not answer within it counts as one that has nothing.
const TIMEOUT: Duration = Duration::from_secs(20);

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the tests, not of the product")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let judged = match arguments.as_slice() {
        [url, keys] => read(url, keys, None),
        [url, keys, older, older_keys] => read(url, keys, Some((older, older_keys))),
        _ => {
            eprintln!("tlog-read URL KEYS [OLDER OLDER-KEYS]");
            return ExitCode::from(2);
        }
    };
    let (line, code) = match judged {
        Ok(found) => (found, ExitCode::SUCCESS),
        Err(reason) => (json!({ "error": reason }), ExitCode::FAILURE),
    };
    println!("{line}");
    code
}

fn read(url: &str, keys: &str, older: Option<(&str, &str)>) -> Result<Value, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("runtime: {error}"))?;
    let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|error| format!("client: {error}"))?;
    let base = url.trim_end_matches('/');
    let fetch = |path: &str| {
        runtime.block_on(async {
            let answer = client.get(format!("{base}/{path}")).send().await.ok()?.error_for_status().ok()?;
            answer.bytes().await.ok().map(|body| body.to_vec())
        })
    };
    let keys = lines(keys)?;
    let newest = tlog::head(&fetch, &keys, quorum(&keys))?;
    let entries = tlog::entries(&fetch, &newest)?;
    let places = places(&newest);
    for place in &places {
        let entry = usize::try_from(*place).ok().and_then(|place| entries.get(place));
        tlog::inclusion(&fetch, &newest, *place, entry.ok_or("the log has no such entry")?)?;
    }
    let older_size = older.map(|(older, keys)| extends(&fetch, older, keys, &newest)).transpose()?;
    Ok(json!({
        "origin": newest.origin, "size": newest.size, "root": newest.root.to_string(), "signers": newest.signers.len(),
        "keys": keys.len(), "quorum": quorum(&keys), "entries": entries.len(), "included": places, "older_size": older_size,
    }))
}

/// That the log of a kept checkpoint is the beginning of the newer one; gives its size.
fn extends(fetch: &tlog::Fetch<'_>, older: &str, keys: &str, newest: &Head) -> Result<u64, String> {
    let (note, keys) = (std::fs::read(older).map_err(|error| format!("{older}: {error}"))?, lines(keys)?);
    let old = tlog::head(&|_| Some(note.clone()), &keys, quorum(&keys)).map_err(|reason| format!("older: {reason}"))?;
    if old.origin != newest.origin {
        return Err(format!("older: the log of {}, not of {}", old.origin, newest.origin));
    }
    tlog::consistency(fetch, &old, newest).map_err(|reason| format!("consistency: {reason}"))?;
    Ok(old.size)
}

/// The first entry, the last, and some between.
fn places(head: &Head) -> Vec<u64> {
    let Some(last) = head.size.checked_sub(1) else { return Vec::new() };
    let mut places: Vec<u64> = (0..4).map(|part| last / 4 * part).chain([last]).collect();
    places.dedup();
    places
}

fn lines(path: &str) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// More than two thirds of the validators: docs/spec/checkpoint.md section 3.
fn quorum(keys: &[String]) -> usize {
    keys.len() * 2 / 3 + 1
}
