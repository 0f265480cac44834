//! The HTTP interface and the pages of a Zhengku node.
//!
//! Knows ports, not the node: everything it answers comes through [`port::Ledger`]. A request passes, from the outside in, the
//! accept loop ([`serve`]: connections and heads are bounded), the edge (trace id, deadline, problems, caching, headers, log), the
//! guard (its row in the table [`access::TABLE`], its quota, who signed it: [`signature`]) and a handler, which asks the port once
//! and answers.
//!
//! Every refusal is an RFC 9457 problem ([`Problem`]) that says who can mend it and how. What is certified never changes, and its
//! answers say so to caches.
//!
//! Deliberately absent from the interface of a node: sessions, passwords, people (everything public is public, everything else is signed
//! by an organisation), the store, consensus, and the wall clock (the node's clock comes through the port). Operators who log in are
//! those of the [`desk`], a department's own server with a port of its own.
//!
//! Read first: [`port::Ledger`], [`access::TABLE`], [`serve`].

pub mod access;
mod cursor;
pub mod desk;
mod edge;
mod extract;
mod guard;
mod head;
mod interface;
mod limit;
pub mod page;
pub mod port;
mod problem;
mod respond;
mod route;
mod serve;
mod settings;
mod show;
pub mod signature;
pub mod timestamp;
mod waiters;

pub use guard::Peer;
pub use interface::Interface;
pub use problem::{Code, Problem};
pub use route::documents::openapi;
pub use route::router;
pub use serve::{ServeError, serve};
pub use settings::{Limits, Quota, Settings};
