//! Composition of a Zhengku node: keys, clock, mempool, agreement, exchange, ledger store, vault.
//!
//! A node of a network is a [`Service`]. The embedded default, [`Node`], is a network of one validator inside a command: the same agreement
//! over the same [`chain`], without sockets.
//!
//! Deliberately absent: business rules (they are in the ledger), what a register or a licence is (they are in the library), HTTP routes
//! (they are in the interface, which is given a port).
//!
//! Read first: [`Service`], [`chain::Agreement`], [`Node`], [`layout::Layout`].

pub mod audit;
pub mod chain;
pub mod clock;
pub mod config;
pub mod demo;
pub mod embedded;
pub mod error;
pub mod exchange;
pub mod keys;
pub mod layout;
pub mod mempool;
pub mod node;
pub mod pki;
pub mod public;
pub mod seals;
pub mod service;
pub mod timestamping;

pub use embedded::Decision;
pub use error::NodeError;
pub use node::Node;
pub use service::{Service, ServiceError};
