//! The deterministic core of Zhengku: what a licence ledger *is*, without time, randomness, disk, network or consensus engine.
//!
//! The index is one append-only [`log`] (RFC 6962) and one [currency bitmap](current). Every change appends an [`entry::Entry`];
//! an entry supersedes the former entry of its key; bit `i` of the bitmap says whether entry `i` is the newest of its key.
//! Two short paths and one certified [`block::Header`] therefore prove "this licence, in this state, at this height".
//!
//! Values travel through stages, each with its own type, and only the first can be decoded from bytes:
//!
//! ```text
//! &[u8] --decode--> SignedTransaction --verify--> VerifiedTransaction --execute_block--> ExecutedBlock
//!       --certify--> CertifiedBlock --(store)--> Proof --verify--> Verdict
//! ```
//!
//! Read first: [`entry::Entry`], [`transaction::Payload`], [`execute::execute_block`], [`verify::verify_proof`].
//!
//! Deliberately absent: clocks (times are arguments), random numbers, storage (see the `zhengku-store` package, which implements
//! [`state::StateView`]), HTTP and the consensus engine. No personal data enters here: keys and holders are keyed pseudonyms.
//!
//! ```
//! use zhengku_ledger::log::Edge;
//! let mut edge = Edge::default();
//! edge.append(zhengku_crypto::merkle::leaf_hash::<zhengku_crypto::merkle::LogTree>(b"entry"));
//! assert_eq!(edge.size(), 1);
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

pub mod armour;
pub mod block;
pub mod checkpoint;
pub mod codec;
pub mod current;
pub mod displayed;
pub mod entry;
pub mod execute;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod governance;
pub mod handover;
pub mod identifier;
pub mod ids;
pub mod log;
pub mod proof;
pub mod receipt;
pub mod state;
pub mod transaction;
pub mod validator_set;
pub mod verdict;
pub mod verify;
