//! Blocks: the header that validators vote for, their certificate, the genesis, and the stages of a block.

pub mod ballot;
pub mod certificate;
pub mod genesis;
pub mod header;
pub mod offence;
pub mod stages;

pub use ballot::{Ballot, Bid, Step};
pub use certificate::{Certificate, CertificateError, Vote};
pub use genesis::{Genesis, GenesisError};
pub use header::{FORMAT_VERSION, Header, SUITE_SHA256_ED25519};
pub use offence::{Offence, OffenceError, OffenceKind};
pub use stages::{CertifiedBlock, EntryBatch, ExecutedBlock, IndexRow, Proposal, ProposalError};

/// Transactions in one block: with [`MAX_BLOCK_ENTRIES`] the block stays under 16 MB.
pub const MAX_BLOCK_TRANSACTIONS: usize = 10_000;
/// Entries appended by one block; 10,000 is the size the benchmarks use, 40,960 ten full batches.
pub const MAX_BLOCK_ENTRIES: usize = 40_960;
