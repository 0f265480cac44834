//! What this node signed last, with the whole proposal, in two alternating synced files beside the store.
//!
//! The record is durable *before* the signature exists. After a crash between signing and committing, the same proposal is executed
//! again and gives the same block, so the node never signs two blocks of one height. A store that ends two or more heights behind
//! the record is an old copy: the node refuses to sign. One height behind is healed by the record itself, whatever the cause.

use crate::error::StoreError;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_ledger::ids::{BlockId, Height};

const MAGIC: &[u8; 8] = b"ZKSIGN01";
const HEAD_BYTES: usize = 8 + 8 + 8 + 4 + 32;
/// The longest record: the largest block's proposal with room.
const MAX_RECORD_BYTES: u64 = 64 * 1024 * 1024;

/// What was signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// The height.
    pub height: Height,
    /// The round.
    pub round: u32,
    /// The block.
    pub block: BlockId,
    /// The proposal, canonically encoded.
    pub proposal: Vec<u8>,
}

/// The two files.
#[derive(Debug)]
pub struct SignedRecord {
    directory: PathBuf,
    sequence: u64,
    newest: Option<Signed>,
    sync: bool,
}

impl SignedRecord {
    /// Opens, or begins, the record beside the store at `store_path`.
    ///
    /// # Errors
    /// [`StoreError::File`] when the files cannot be read; [`StoreError::Damaged`] when files are there but none is whole.
    pub fn open(store_path: &Path, sync: bool) -> Result<Self, StoreError> {
        let directory = directory_of(store_path);
        let (sequence, newest) = match read_newest(&directory)? {
            Some((sequence, signed)) => (sequence, Some(signed)),
            None => (0, None),
        };
        Ok(Self { directory, sequence, newest, sync })
    }

    /// What was signed last.
    #[must_use]
    pub const fn newest(&self) -> Option<&Signed> {
        self.newest.as_ref()
    }

    /// Records what is about to be signed. Only after this returns may the signature be made.
    ///
    /// # Errors
    /// [`StoreError::RolledBack`] for a height below the record, or another block at its height and round; [`StoreError::File`].
    pub fn record(&mut self, signed: Signed) -> Result<(), StoreError> {
        if let Some(former) = &self.newest {
            let again = former.height == signed.height && former.round == signed.round && former.block == signed.block;
            let behind = (signed.height, signed.round) <= (former.height, former.round);
            if behind && !again {
                return Err(StoreError::RolledBack { tip: signed.height, signed: former.height });
            }
            if again {
                return Ok(());
            }
        }
        make_directory(&self.directory).map_err(|source| StoreError::File { path: self.directory.clone(), source })?;
        self.sequence = self.sequence.saturating_add(1);
        let path = slot(&self.directory, self.sequence);
        let written = write_slot(&path, &encode(self.sequence, &signed), self.sync);
        written.map_err(|source| StoreError::File { path, source })?;
        self.newest = Some(signed);
        Ok(())
    }
}

/// Refuses a store that ends more than one height behind the record: nothing acknowledged may be missing.
///
/// # Errors
/// [`StoreError::RolledBack`].
pub fn check_not_behind(store_path: &Path, tip: Height) -> Result<(), StoreError> {
    match read_newest(&directory_of(store_path))? {
        Some((_, signed)) if signed.height > tip.next() => Err(StoreError::RolledBack { tip, signed: signed.height }),
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

/// The newest height that was signed beside the store at `store_path`; none when there is no record.
///
/// # Errors
/// As [`SignedRecord::open`].
pub(crate) fn newest_height(store_path: &Path) -> Result<Option<Height>, StoreError> {
    Ok(read_newest(&directory_of(store_path))?.map(|(_, signed)| signed.height))
}

/// Makes the directory and its name durable.
fn make_directory(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(directory)?;
    directory.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
}

fn directory_of(store_path: &Path) -> PathBuf {
    store_path.with_file_name("signed")
}

fn slot(directory: &Path, sequence: u64) -> PathBuf {
    directory.join(if sequence.is_multiple_of(2) { "even" } else { "odd" })
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

/// The whole record of the higher sequence. A torn newest file was never followed by a signature, so the other one counts.
fn read_newest(directory: &Path) -> Result<Option<(u64, Signed)>, StoreError> {
    let mut present = 0_u32;
    let mut newest: Option<(u64, Signed)> = None;
    for name in ["even", "odd"] {
        let path = directory.join(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(MAX_RECORD_BYTES).read_to_end(&mut bytes));
        match read {
            Ok(_) => present = present.saturating_add(1),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(StoreError::File { path, source }),
        }
        let whole = decode(&bytes);
        if whole.as_ref().map(|(sequence, _)| *sequence) > newest.as_ref().map(|(sequence, _)| *sequence) {
            newest = whole;
        }
    }
    match (present, &newest) {
        // Two files and none whole cannot come from a crash: only one is ever being written.
        (2, None) => Err(StoreError::damaged("signed record", "neither file is whole")),
        _ => Ok(newest),
    }
}
