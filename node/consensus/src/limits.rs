//! The bounds of what peers may send, in one place.

use zhengku_ledger::block::stages::MAX_PROPOSAL_BYTES;

/// Decided blocks in one answer to a lagging node: small blocks come by the dozen, large ones fill the bytes first.
pub(crate) const MAX_SYNC_BLOCKS: usize = 64;
/// Bytes of one answer to a lagging node: the largest block with its certificate fits.
pub(crate) const MAX_SYNC_BYTES: usize = MAX_PROPOSAL_BYTES + 2 * 1024 * 1024;
/// Bytes of one message of gossip: a part with its frame, and a certificate of the largest set.
pub(crate) const MAX_GOSSIP_BYTES: usize = 1024 * 1024;
/// Streams of parts that one peer may have open: its own block, one it repeats, and their successors.
pub(crate) const MAX_STREAMS_PER_PEER: usize = 4;
/// Bytes of parts that one peer may have open: two of the largest blocks.
pub(crate) const MAX_OPEN_BYTES_PER_PEER: usize = 2 * MAX_PROPOSAL_BYTES;
/// Bytes of parts that all peers together may have open.
pub(crate) const MAX_OPEN_BYTES: usize = 4 * MAX_PROPOSAL_BYTES;
/// Blocks of later heights that wait until this node gets there.
pub(crate) const MAX_EARLY_BLOCKS: usize = 4;
/// Blocks of the current height whose bytes are kept, to be sent again.
pub(crate) const MAX_KEPT_BLOCKS: usize = 8;
