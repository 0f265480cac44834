//! The candidates of the newest height: every proposal this node executed without fault, whole, in synced files beside the store.
//!
//! A candidate is durable *before* any vote on it exists. After a crash between voting and committing, the same proposal is executed
//! again and gives the same block, so a block that this node helped to decide is never lost with it. A store that ends two or more
//! heights behind the record is an old copy: the node refuses to sign. One height behind is healed by the record itself, whatever
//! the cause.
//!
//! Files are numbered slots. A new candidate takes the slot of the oldest record of an earlier height, and a new slot when there is
//! none: with one candidate a height two slots alternate. A write never touches the last whole record, so a crash tears nothing but
//! the file that was being written.

use crate::error::StoreError;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_ledger::ids::{BlockId, Height};

const MAGIC: &[u8; 8] = b"ZKSIGN02";
const HEAD_BYTES: usize = 8 + 8 + 8 + 4 + 32;
/// The longest record: the largest block's proposal with room.
const MAX_RECORD_BYTES: u64 = 64 * 1024 * 1024;
/// Candidates that are kept of one height. A height with more rounds has long lost its quorum; the oldest candidate then makes room.
/// One that could still be decided was voted on by a quorum in a late round, and is written anew when it is proposed again.
pub const MAX_CANDIDATES: usize = 64;
/// A candidate that is proposed again is written anew when it is no longer among this many of the newest.
const FRESH_CANDIDATES: usize = MAX_CANDIDATES / 2;

/// A candidate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// The height.
    pub height: Height,
    /// The round it was proposed in.
    pub round: u32,
    /// The block.
    pub block: BlockId,
    /// The proposal, canonically encoded.
    pub proposal: Vec<u8>,
}

/// A file of the record.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Slot {
    number: usize,
    sequence: u64,
    height: Height,
    block: BlockId,
}

/// What the files hold: whole records by rising sequence, and the one slot that may be torn.
#[derive(Default, Debug)]
struct Slots {
    whole: Vec<Slot>,
    torn: Option<usize>,
}

/// The record.
#[derive(Debug)]
pub struct SignedRecord {
    directory: PathBuf,
    slots: Slots,
    newest: Option<Signed>,
    sync: bool,
}

impl SignedRecord {
    /// Opens, or begins, the record beside the store at `store_path`.
    ///
    /// # Errors
    /// [`StoreError::File`] when the files cannot be read; [`StoreError::Damaged`] when more than one of them is not whole, which no
    /// crash leaves behind.
    pub fn open(store_path: &Path, sync: bool) -> Result<Self, StoreError> {
        let directory = directory_of(store_path);
        let slots = read_slots(&directory)?;
        let newest = slots.whole.last().map(|slot| read_slot(&directory, slot.number)).transpose()?.flatten();
        Ok(Self { directory, slots, newest: newest.map(|(_, signed)| signed), sync })
    }

    /// The newest candidate.
    #[must_use]
    pub const fn newest(&self) -> Option<&Signed> {
        self.newest.as_ref()
    }

    /// The candidates of a height, in the order they were recorded.
    ///
    /// # Errors
    /// [`StoreError::File`]; [`StoreError::Damaged`] when a file is no longer what was read at the start.
    pub fn of_height(&self, height: Height) -> Result<Vec<Signed>, StoreError> {
        let read = |slot: &Slot| match read_slot(&self.directory, slot.number)? {
            Some((sequence, signed)) if sequence == slot.sequence => Ok(signed),
            _ => Err(StoreError::damaged("signed record", format!("slot {} has changed", slot.number))),
        };
        self.slots.whole.iter().filter(|slot| slot.height == height).map(read).collect()
    }

    /// Records a candidate. Only after this returns may it be voted on.
    ///
    /// # Errors
    /// [`StoreError::RolledBack`] for a height below the record's; [`StoreError::File`].
    pub fn record(&mut self, signed: Signed) -> Result<(), StoreError> {
        if let Some(former) = self.newest.as_ref().filter(|former| former.height > signed.height) {
            return Err(StoreError::RolledBack { tip: signed.height, signed: former.height });
        }
        let known = |slot: &Slot| slot.height == signed.height && slot.block == signed.block;
        if self.slots.whole.iter().rev().take(FRESH_CANDIDATES).any(known) {
            return Ok(());
        }
        make_directory(&self.directory).map_err(|source| StoreError::File { path: self.directory.clone(), source })?;
        let sequence = self.slots.whole.last().map_or(1, |slot| slot.sequence.saturating_add(1));
        let number = self.slots.next_for(signed.height);
        let path = slot_path(&self.directory, number);
        // From here on the slot's former content is lost, whether the write succeeds or not.
        self.slots.whole.retain(|slot| slot.number != number);
        self.slots.torn = Some(number);
        let written = write_slot(&path, &encode(sequence, &signed), self.sync);
        written.map_err(|source| StoreError::File { path, source })?;
        self.slots.torn = None;
        self.slots.whole.push(Slot { number, sequence, height: signed.height, block: signed.block });
        self.newest = Some(signed);
        Ok(())
    }
}

impl Slots {
    /// The slot to write: a torn one, else the oldest of an earlier height, else a new one, else (too many of one height) the oldest.
    /// Never the only whole record.
    fn next_for(&self, height: Height) -> usize {
        if let Some(torn) = self.torn {
            return torn;
        }
        let oldest = self.whole.first().filter(|_| self.whole.len() > 1);
        if let Some(oldest) = oldest.filter(|slot| slot.height < height) {
            return oldest.number;
        }
        let free = (0..MAX_CANDIDATES).find(|number| self.whole.iter().all(|slot| slot.number != *number));
        free.or(oldest.map(|slot| slot.number)).unwrap_or_default()
    }
}

/// Refuses a store that ends more than one height behind the record: nothing acknowledged may be missing.
///
/// # Errors
/// [`StoreError::RolledBack`].
pub fn check_not_behind(store_path: &Path, tip: Height) -> Result<(), StoreError> {
    match read_newest(&directory_of(store_path))? {
        Some(signed) if signed > tip.next() => Err(StoreError::RolledBack { tip, signed }),
        _ => Ok(()),
    }
}

/// Refuses to take a torn write-ahead log for whole when nothing tells what was signed.
///
/// # Errors
/// [`StoreError::SignedRecordMissing`]; as [`SignedRecord::open`].
pub(crate) fn require(store_path: &Path, tip: Height) -> Result<(), StoreError> {
    match read_newest(&directory_of(store_path))? {
        Some(_) => Ok(()),
        None => Err(StoreError::SignedRecordMissing { tip }),
    }
}

/// The newest height with a candidate beside the store at `store_path`; none when there is no record.
///
/// # Errors
/// As [`SignedRecord::open`].
pub(crate) fn newest_height(store_path: &Path) -> Result<Option<Height>, StoreError> {
    read_newest(&directory_of(store_path))
}

/// Makes the directory and its name durable.
fn make_directory(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    crate::open::private_directory(directory)?;
    directory.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
}

fn directory_of(store_path: &Path) -> PathBuf {
    store_path.with_file_name("signed")
}

fn slot_path(directory: &Path, number: usize) -> PathBuf {
    directory.join(format!("{number:02}"))
}

fn write_slot(path: &Path, bytes: &[u8], sync: bool) -> std::io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    if sync {
        file.sync_data()?;
        if let (true, Some(parent)) = (is_new, path.parent()) {
            File::open(parent)?.sync_all()?;
        }
    }
    Ok(())
}

fn encode(sequence: u64, signed: &Signed) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(signed.proposal.len().saturating_add(128));
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&signed.height.0.to_be_bytes());
    bytes.extend_from_slice(&signed.round.to_be_bytes());
    bytes.extend_from_slice(signed.block.digest().as_bytes());
    bytes.extend_from_slice(&signed.proposal);
    let digest = sha256(&bytes);
    bytes.extend_from_slice(digest.as_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<(u64, Signed)> {
    let (body, digest) = bytes.split_last_chunk::<32>()?;
    if sha256(body) != Digest::from_bytes(*digest) {
        return None;
    }
    let (head, proposal) = body.split_at_checked(HEAD_BYTES)?;
    let (magic, rest) = head.split_first_chunk::<8>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let (height, rest) = rest.split_first_chunk::<8>()?;
    let (round, rest) = rest.split_first_chunk::<4>()?;
    let (block, _) = rest.split_first_chunk::<32>()?;
    let signed = Signed {
        height: Height(u64::from_be_bytes(*height)),
        round: u32::from_be_bytes(*round),
        block: BlockId::from_digest(Digest::from_bytes(*block)),
        proposal: proposal.to_vec(),
    };
    (magic == MAGIC).then_some((u64::from_be_bytes(*sequence), signed))
}

/// One slot: none when there is no such file, or when it is not whole.
fn read_slot(directory: &Path, number: usize) -> Result<Option<(u64, Signed)>, StoreError> {
    match read_file(directory, number)? {
        Some(bytes) => Ok(decode(&bytes)),
        None => Ok(None),
    }
}

fn read_file(directory: &Path, number: usize) -> Result<Option<Vec<u8>>, StoreError> {
    let path = slot_path(directory, number);
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(MAX_RECORD_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::File { path, source }),
    }
}

/// Every slot. A torn file was never followed by a vote on its candidate; two cannot come from a crash: only one is ever being written.
fn read_slots(directory: &Path) -> Result<Slots, StoreError> {
    let mut slots = Slots::default();
    for number in 0..MAX_CANDIDATES {
        let Some(bytes) = read_file(directory, number)? else { continue };
        match decode(&bytes) {
            Some((sequence, signed)) => {
                slots.whole.push(Slot { number, sequence, height: signed.height, block: signed.block });
            }
            None if slots.torn.is_some() => {
                return Err(StoreError::damaged("signed record", "more than one file is not whole"));
            }
            None => slots.torn = Some(number),
        }
    }
    slots.whole.sort_unstable_by_key(|slot| slot.sequence);
    Ok(slots)
}

/// The height of the newest whole record.
fn read_newest(directory: &Path) -> Result<Option<Height>, StoreError> {
    Ok(read_slots(directory)?.whole.last().map(|slot| slot.height))
}

#[cfg(test)]
mod tests;
