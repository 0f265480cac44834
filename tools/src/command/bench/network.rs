//! `zhengku bench load` and `zhengku bench network`: load on running nodes, and the figures of a whole network.
//!
//! The load is an open loop: transactions leave when they are due, whether or not answers come, and latency counts from the moment
//! they were due. A slow network therefore cannot slow its own measurement.

mod acknowledged;
pub(crate) mod arguments;
mod client;
mod cluster;
mod experiment;
mod feed;
mod issuer;
mod load;
mod loopback;
mod mass;
mod offer;
mod process;
mod proofs;
mod reads;
mod suite;
mod tally;

use crate::failure::Failure;

pub(in crate::command) use load::run as load;
pub(in crate::command) use suite::run as network;

/// One thread sends, receives and counts; signing ahead has a thread of its own.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(Failure::output)
}
