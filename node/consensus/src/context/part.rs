//! The parts in which a block travels.

use super::Context;
use crate::engine::core;
use bytes::Bytes;
use zhengku_crypto::sign::Signature;
use zhengku_ledger::ids::Height;

/// One part of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// The first: what follows.
    Init(PartInit),
    /// Bytes of the block.
    Data(Bytes),
    /// The last: the proposer's signature over the whole.
    Fin(Signature),
}

/// What a stream of parts carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PartInit {
    /// The height.
    pub(crate) height: Height,
    /// The round the block was first proposed in.
    pub(crate) round: u32,
    /// The bytes that follow.
    pub(crate) length: u32,
}

impl core::ProposalPart<Context> for Part {
    fn is_first(&self) -> bool {
        matches!(self, Self::Init(_))
    }

    fn is_last(&self) -> bool {
        matches!(self, Self::Fin(_))
    }
}
