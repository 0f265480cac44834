//! A node over HTTP: what commands ask it, and the two ports of the library over it; and a timestamping authority.

mod client;
mod ledger;
mod signing;
mod timestamps;

pub(crate) use client::{Client, RemoteError};
pub(crate) use ledger::RemoteLedger;
pub(crate) use signing::Caller;
pub(crate) use timestamps::TimestampClient;

/// The last of a chain of causes, which is the one that people know: "Connection refused".
fn cause(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
