//! Byzantine fault-tolerant agreement of a Zhengku ledger: the one package that names Malachite.
//!
//! The node gives an [`Application`] (build, examine and commit blocks) and a [`History`] (decided blocks for nodes that lag); this
//! package agrees with the other validators over libp2p and calls them. Specified in docs/spec/consensus.md.
//!
//! Deliberately absent: storage, execution, the mempool, the clock of block times. Read first: [`Application`].

pub mod application;
pub mod lie;

mod alone;
mod blocks;
mod certificate;
mod codec;
mod context;
mod driver;
mod engine;
mod guard;
mod liar;
mod limits;
mod parts;
mod picture;
mod running;
mod scheme;
mod serve;
mod settings;
mod start;
mod worker;

pub use application::{Application, Candidate, Decided, Examined, History, Stop, Timings, Turn};
pub use picture::Picture;
pub use running::{Ended, Handle, PeerError, Running, start};
pub use settings::{Guard, PubSub, Settings};
pub use start::{StartError, peer_id};
