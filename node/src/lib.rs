//! Composition of a Zhengku node: keys, clock, engine, ledger store, vault.
//!
//! The embedded default is a network of one validator. The engine's seam is four steps: *propose* (choose transactions and a time),
//! *execute* (compute every root), *certify* (record durably what will be signed, then sign), *commit* (one synced batch). A BFT engine
//! takes the place of the second half of "certify"; the other steps stay.
//!
//! Deliberately absent: business rules (they are in the ledger), what a register or a licence is (they are in the library), HTTP.
//!
//! Read first: [`Node`], [`engine::Engine`], [`layout::Layout`].

pub mod audit;
pub mod clock;
pub mod config;
pub mod demo;
pub mod engine;
pub mod error;
pub mod keys;
pub mod layout;
pub mod node;

pub use engine::Engine;
pub use error::NodeError;
pub use node::Node;
