//! The HTTP interface and the pages of a Zhengku node.
//!
//! Knows ports, not the node: everything it answers comes through [`port::Ledger`]. Read first: [`port`].

pub mod page;
pub mod port;
