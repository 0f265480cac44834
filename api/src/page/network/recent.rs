//! The newest blocks, kept so that a hundred open pages do not read each block a hundred times.

use crate::page::failure::Failure;
use crate::port::Ledger;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use zhengku_ledger::ids::{Height, TimestampMs};

/// Blocks in the strip of the first page.
pub(crate) const STRIP: usize = 10;

/// A block in a line.
pub(crate) struct Summary {
    /// Its height.
    pub(crate) height: Height,
    /// Its id, as hexadecimal digits.
    pub(crate) id: String,
    /// Its time.
    pub(crate) time: TimestampMs,
    /// Its transactions.
    pub(crate) transactions: u32,
    /// The entries it appended.
    pub(crate) entries: u64,
    /// The round it was decided in.
    pub(crate) round: u32,
    /// The name of its proposer.
    pub(crate) proposer: String,
    /// The names of the validators whose precommits certify it.
    pub(crate) voters: Vec<String>,
    /// The validators of its set.
    pub(crate) validators: usize,
    log_size: u64,
}

/// Summaries of the newest blocks, by height.
#[derive(Default)]
pub(crate) struct Recent {
    blocks: BTreeMap<Height, Arc<Summary>>,
}

/// The newest [`STRIP`] blocks, newest first.
pub(crate) fn newest(ledger: &dyn Ledger, recent: &Mutex<Recent>, tip: Height) -> Result<Vec<Arc<Summary>>, Failure> {
    let first = Height(tip.0.saturating_add(1).saturating_sub(STRIP as u64));
    let mut found = Vec::with_capacity(STRIP);
    for height in (first.0..=tip.0).map(Height) {
        let known = lock(recent).blocks.get(&height).cloned();
        let block = match known {
            Some(block) => block,
            // The lock is not held while the disk is read: two readers may read one block, none waits for another.
            None => match summary(ledger, recent, height)? {
                Some(block) => Arc::new(block),
                None => continue,
            },
        };
        lock(recent).blocks.insert(height, Arc::clone(&block));
        found.push(block);
    }
    lock(recent).blocks.retain(|height, _| *height >= first);
    found.reverse();
    Ok(found)
}

/// A block in a line; none beyond the newest.
pub(crate) fn summary(ledger: &dyn Ledger, recent: &Mutex<Recent>, height: Height) -> Result<Option<Summary>, Failure> {
    let Some(block) = ledger.block(height)? else { return Ok(None) };
    let before = match height.0.checked_sub(1).map(Height) {
        None => 0,
        Some(before) => {
            let known = lock(recent).blocks.get(&before).map(|block| block.log_size);
            match known {
                Some(size) => size,
                None => ledger.block(before)?.map_or(0, |block| block.header.log_size),
            }
        }
    };
    let name = |place: u16| {
        block.validators.at(place).map_or_else(|| place.to_string(), |validator| validator.name.as_str().to_owned())
    };
    Ok(Some(Summary {
        height,
        id: hex::encode(block.header.id().digest().as_bytes()),
        time: block.header.time,
        transactions: block.header.transaction_count,
        entries: block.header.log_size.saturating_sub(before),
        round: block.certificate.as_ref().map_or(0, |certificate| certificate.round),
        proposer: name(block.header.proposer),
        voters: block.certificate.iter().flat_map(|one| one.votes.iter()).map(|vote| name(vote.validator)).collect(),
        validators: block.validators.as_slice().len(),
        log_size: block.header.log_size,
    }))
}

fn lock(recent: &Mutex<Recent>) -> std::sync::MutexGuard<'_, Recent> {
    // What is kept is only a copy of blocks: after a panic elsewhere it is as good as before.
    recent.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recent {
    /// The height of a recent block of this id.
    pub(crate) fn height_of(recent: &Mutex<Self>, id: &str) -> Option<Height> {
        lock(recent).blocks.values().find(|block| block.id == id).map(|block| block.height)
    }
}
