//! The interface over a ledger in memory: every route, every refusal.
#![expect(clippy::unwrap_used, reason = "helpers of tests may unwrap too")]

mod access;
mod caching;
mod client;
mod description;
mod desk;
mod fake;
mod reads;
mod server;
mod signed;
mod verify;
mod writes;
