//! Two signed checkpoints and the path that shows that the log of the older is a prefix of the log of the newer.

use super::note::{MAX_NOTE_BYTES, NoteError, SignedCheckpoint};
use crate::armour::{Armour, FileError, Lines};
use crate::codec::{self, Bounded, CodecError};
use crate::ids::ChainId;
use crate::validator_set::ValidatorSet;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, MerkleError, verify_consistency};

/// The version of [`Extension`]'s layout.
pub const EXTENSION_VERSION: u8 = 1;
/// The longest binary form in bytes: two notes and a path of 64 levels with room.
pub const MAX_EXTENSION_BYTES: usize = 2 * MAX_NOTE_BYTES + 8192;

/// The layout of extension files.
pub const EXTENSION_FILE: Armour = Armour {
    name: "extension",
    word: "EXTENSION",
    first_line: "ZHENGKU-EXTENSION 1",
    title: "账本延续证明 Proof that the log was only extended",
    verify: "核验 Verify: zhengku-verify FILE --trust trust.json",
    max_file_bytes: MAX_EXTENSION_BYTES * 2,
};

/// That one log state extends another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extension {
    /// The older state.
    pub old: SignedCheckpoint,
    /// The newer state.
    pub new: SignedCheckpoint,
    /// The RFC 6962 consistency path between them.
    pub path: Vec<Digest>,
}

/// Why two checkpoints are not states of one growing log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// One of the notes.
    #[error("the {which} checkpoint: {source}")]
    Note {
        /// `older` or `newer`.
        which: &'static str,
        /// Why.
        source: NoteError,
    },
    /// Heights and sizes run against each other.
    #[error("height {old_height} with {old_size} entries does not come before height {new_height} with {new_size}")]
    Order {
        /// The older height.
        old_height: u64,
        /// The older size.
        old_size: u64,
        /// The newer height.
        new_height: u64,
        /// The newer size.
        new_size: u64,
    },
    /// Two different states of one height, both signed: proof that more than a third of the validators lied.
    #[error("two different checkpoints of height {height}")]
    TwoStates {
        /// The height.
        height: u64,
    },
    /// The path does not lead from one to the other.
    #[error(transparent)]
    Path(#[from] MerkleError),
}

type Note = Bounded<u8, 0, MAX_NOTE_BYTES>;

impl Extension {
    /// Verifies both signatures and the path. The sets are those that certified the two heights.
    ///
    /// # Errors
    /// [`ExtensionError`] naming the first thing that does not fit.
    pub fn verify(&self, chain: ChainId, old: &ValidatorSet, new: &ValidatorSet) -> Result<(), ExtensionError> {
        self.old.verify(chain, old).map_err(|source| ExtensionError::Note { which: "older", source })?;
        self.new.verify(chain, new).map_err(|source| ExtensionError::Note { which: "newer", source })?;
        self.verify_path()
    }

    /// Verifies order and path alone: the signatures are judged apart.
    ///
    /// # Errors
    /// [`ExtensionError`], but never [`ExtensionError::Note`].
    pub fn verify_path(&self) -> Result<(), ExtensionError> {
        let (old, new) = (self.old.checkpoint(), self.new.checkpoint());
        if old.height > new.height || (old.size > new.size && old.height != new.height) {
            return Err(ExtensionError::Order {
                old_height: old.height.0,
                old_size: old.size,
                new_height: new.height.0,
                new_size: new.size,
            });
        }
        if old.height == new.height && old != new {
            return Err(ExtensionError::TwoStates { height: old.height.0 });
        }
        Ok(verify_consistency::<LogTree>(&old.root, old.size, &new.root, new.size, &self.path)?)
    }

    /// The binary form: version u8, older note, newer note (each a list of u8), path.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(&(EXTENSION_VERSION, self.old.text().as_bytes(), self.new.text().as_bytes(), &self.path))
    }

    /// Reads the binary form.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not the canonical encoding of an extension of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        const WHAT: &str = "extension";
        let malformed = |reason: String| CodecError::Malformed { what: WHAT, reason };
        let (version, old, new, path): (u8, Note, Note, Vec<Digest>) = codec::decode(WHAT, bytes, MAX_EXTENSION_BYTES)?;
        if version != EXTENSION_VERSION {
            return Err(malformed(format!("version {version} where {EXTENSION_VERSION} is known")));
        }
        let note = |note: Note| SignedCheckpoint::parse(&note).map_err(|error| malformed(error.to_string()));
        Ok(Self { old: note(old)?, new: note(new)?, path })
    }

    /// The file. Ends with a line break.
    #[must_use]
    pub fn to_file(&self) -> String {
        EXTENSION_FILE.render(&self.lines(), &self.encode())
    }

    /// Reads a file and requires it to be, byte for byte, what [`Extension::to_file`] writes.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn from_file(bytes: &[u8]) -> Result<Self, FileError> {
        let extension = Self::decode(&EXTENSION_FILE.open(bytes)?)?;
        if extension.to_file().as_bytes() == bytes { Ok(extension) } else { Err(FileError::Head) }
    }

    fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for (label, note) in [("较早 Older", &self.old), ("较新 Newer", &self.new)] {
            let one = note.checkpoint();
            let time = one.time.to_utc_text();
            lines.push(label, &format!("{time} 区块 block {}, {} 条 entries", one.height, one.size));
        }
        lines.push("账本 Ledger", &self.new.checkpoint().chain.to_string());
        lines
    }
}
