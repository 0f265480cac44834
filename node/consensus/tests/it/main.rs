//! Agreement among several validators in one process, over the loopback network.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agree;
mod cluster;
mod ledger;
mod lies;
