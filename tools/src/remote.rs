//! A node over HTTP: what commands ask it, and the two ports of the library over it.

mod client;
mod ledger;
mod signing;

pub(crate) use client::{Client, RemoteError};
pub(crate) use ledger::RemoteLedger;
pub(crate) use signing::Caller;
