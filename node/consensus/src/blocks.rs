//! The blocks of the current height that this node has examined, and those of later heights that came early.

use crate::limits::{MAX_EARLY_BLOCKS, MAX_KEPT_BLOCKS};
use crate::parts::Parcel;
use std::collections::VecDeque;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_ledger::ids::{BlockId, Height};

/// A block that was found to be one of this height.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) block: BlockId,
    pub(crate) round: u32,
    digest: Digest,
}

/// The blocks at hand.
#[derive(Default)]
pub(crate) struct Blocks {
    known: Vec<Known>,
    parcels: VecDeque<(BlockId, Parcel)>,
    early: VecDeque<Parcel>,
}

impl Blocks {
    /// Takes note of an examined block.
    pub(crate) fn learn(&mut self, block: BlockId, round: u32, bytes: &[u8]) {
        if !self.known.iter().any(|known| known.block == block) {
            self.known.push(Known { block, round, digest: sha256(bytes) });
        }
    }

    /// Keeps the signed bytes of a block, to send them again.
    pub(crate) fn keep(&mut self, block: BlockId, parcel: Parcel) {
        if self.parcels.iter().any(|(kept, _)| *kept == block) {
            return;
        }
        if self.parcels.len() >= MAX_KEPT_BLOCKS {
            self.parcels.pop_front();
        }
        self.parcels.push_back((block, parcel));
    }

    /// The signed bytes of a block.
    pub(crate) fn parcel(&self, block: &BlockId) -> Option<&Parcel> {
        self.parcels.iter().find(|(kept, _)| kept == block).map(|(_, parcel)| parcel)
    }

    /// The block of these bytes, when it was examined before.
    pub(crate) fn recall(&self, bytes: &[u8]) -> Option<Known> {
        let digest = sha256(bytes);
        self.known.iter().find(|known| known.digest == digest).cloned()
    }

    /// Every block of the height.
    pub(crate) fn known(&self) -> &[Known] {
        &self.known
    }

    /// Puts aside a block of a later height; the oldest makes room.
    pub(crate) fn put_aside(&mut self, parcel: Parcel) {
        if self.early.contains(&parcel) {
            return;
        }
        if self.early.len() >= MAX_EARLY_BLOCKS {
            self.early.pop_front();
        }
        self.early.push_back(parcel);
    }

    /// Whether somebody is at a later height already.
    pub(crate) fn has_early(&self) -> bool {
        !self.early.is_empty()
    }

    /// Goes on to a height and forgets the blocks of the former.
    pub(crate) fn advance(&mut self, height: Height) {
        self.known.clear();
        self.parcels.clear();
        self.early.retain(|parcel| parcel.height >= height);
    }

    /// The blocks of `height` that came early.
    pub(crate) fn due(&mut self, height: Height) -> Vec<Parcel> {
        let (due, later): (VecDeque<_>, _) =
            std::mem::take(&mut self.early).into_iter().partition(|parcel| parcel.height == height);
        self.early = later;
        Vec::from(due)
    }
}
