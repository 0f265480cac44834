//! Offline verification of Zhengku files (proofs, receipts, checkpoints, histories): the trust file, the verdict and how it is shown.
//!
//! The judgement itself is [`zhengku_ledger::verify`]; this package reads the trust file, prints the result, and is the binary
//! `zhengku-verify`. It opens no connection and needs neither RocksDB nor a clock other than the machine's.
//!
//! Deliberately absent: everything that writes. Read first: [`trust::TrustFile`], [`report::Report`].

pub mod language;
pub mod report;
pub mod trust;
