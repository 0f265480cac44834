//! Harness of the cross-package tests: runs the two binaries as a user would, keeps scratch directories, reads registers, and
//! draws seeded random numbers.
//!
//! The tests themselves are one binary, `tests/it`. They use the binaries `zhengku` and `zhengku-verify` of the same target
//! directory, which must be built before: `cargo build --release -p zhengku-tools -p zhengku-verify`. They further need `python3`
//! (the independent verifier), `openssl`, and `unshare` of util-linux (a private mount namespace for the full and the read-only
//! disk; ordinary users need user namespaces).
//!
//! Deliberately absent: retries, sleeps for synchronisation, ignored tests. Long campaigns are in `tests/campaign`.
//!
//! Read first: [`site::Site`], [`run::zhengku`].

#![expect(clippy::unwrap_used, reason = "a harness fails by panicking")]

pub mod dice;
pub mod files;
pub mod forge;
pub mod register;
pub mod run;
pub mod served;
pub mod site;
pub mod tlog;
