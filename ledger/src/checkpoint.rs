//! The log's state in the form that transparency-log tools read: a C2SP tlog-checkpoint, signed by validators as a C2SP signed note.
//!
//! A checkpoint is a pure function of a certified header, so all validators sign the same text; the ones of the header's own set count.
//! Specified in docs/spec/checkpoint.md.

pub mod extension;
pub mod note;

pub use extension::Extension;
pub use note::{NoteError, NoteSignature, SignedCheckpoint};

use crate::block::Header;
use crate::ids::{ChainId, Height, TimestampMs};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;
use zhengku_crypto::digest::{Digest, sha256_parts};
use zhengku_crypto::sign::{NoteText, PublicKey, SignatureError, Signer};

/// Stands before the chain id in the origin. The domain is reserved (RFC 2606): no registered name can clash with it.
pub(crate) const ORIGIN_PREFIX: &str = "zhengku.invalid/";
const HEIGHT_TAG: &str = "height ";
const TIME_TAG: &str = "time ";
/// Ed25519 over the text of a note (C2SP signed-note).
const TYPE_ED25519: u8 = 0x01;

/// The log at one height.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The ledger; the origin line is made of it.
    pub chain: ChainId,
    /// The entries in the log.
    pub size: u64,
    /// The root of the log.
    pub root: Digest,
    /// The height that this is the log of; says which validator set signs.
    pub height: Height,
    /// The time of that height; says how fresh this is.
    pub time: TimestampMs,
}

/// Why a note's text is no checkpoint of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Not five lines, each ended by a line feed.
    #[error("a checkpoint has five lines (origin, size, root, height, time), each ended by a line feed")]
    Lines,
    /// The first line is no ledger's origin.
    #[error("line 1: the origin of a ledger is {ORIGIN_PREFIX} and 64 lower-case hex digits of its id")]
    Origin,
    /// A line with a number that is not canonical.
    #[error("line {line}: {what} must be a decimal number without leading zeros, below 2^64")]
    Number {
        /// The line, from 1.
        line: u8,
        /// What stands there.
        what: &'static str,
    },
    /// The third line is no hash.
    #[error("line 3: the root must be 32 bytes in base64")]
    Root,
}

/// The first line of every checkpoint of a ledger.
#[must_use]
pub fn origin(chain: ChainId) -> String {
    format!("{ORIGIN_PREFIX}{chain}")
}

/// The name of a validator's key in signature lines: origin, slash, the validator's name. A key name may hold neither spaces nor
/// plus signs, so every byte of the name but ASCII letters, digits and `-._~` is written as `%2F`.
#[must_use]
pub fn key_name(chain: ChainId, validator: &str) -> String {
    let mut name = origin(chain);
    name.push('/');
    for byte in validator.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

/// The id of a key in signature lines: the first four bytes of SHA-256 over name, line feed, 0x01 and the 32 key bytes.
#[must_use]
pub fn key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let digest = sha256_parts(&[name.as_bytes(), b"\n", &[TYPE_ED25519], key.as_bytes()]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

/// The verifier key (C2SP vkey) of a validator, as other tools take it: name, plus, id in hex, plus, type and key in base64.
#[must_use]
pub fn verifier_key(chain: ChainId, validator: &str, key: &PublicKey) -> String {
    let name = key_name(chain, validator);
    let mut typed = vec![TYPE_ED25519];
    typed.extend_from_slice(key.as_bytes());
    format!("{name}+{}+{}", hex::encode(key_id(&name, key)), STANDARD.encode(typed))
}

impl Checkpoint {
    /// The checkpoint of a header.
    #[must_use]
    pub const fn of(header: &Header) -> Self {
        Self {
            chain: header.chain,
            size: header.log_size,
            root: header.log_root,
            height: header.height,
            time: header.time,
        }
    }

    /// The text that is signed: five lines, the last ended by a line feed too.
    #[must_use]
    pub fn text(&self) -> String {
        let root = STANDARD.encode(self.root.as_bytes());
        let origin = origin(self.chain);
        format!("{origin}\n{}\n{root}\n{HEIGHT_TAG}{}\n{TIME_TAG}{}\n", self.size, self.height, self.time.0)
    }

    /// Reads a text. Accepts exactly what [`Checkpoint::text`] writes.
    ///
    /// # Errors
    /// [`CheckpointError`] naming the line.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), Some(height), Some(time), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let chain = origin.strip_prefix(ORIGIN_PREFIX).and_then(|digits| digits.parse::<Digest>().ok());
        let root = STANDARD.decode(root).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        Ok(Self {
            chain: ChainId::from_digest(chain.ok_or(CheckpointError::Origin)?),
            size: number(2, "the size", "", size)?,
            root: Digest::from_bytes(root.ok_or(CheckpointError::Root)?),
            height: Height(number(4, "the height", HEIGHT_TAG, height)?),
            time: TimestampMs(number(5, "the time", TIME_TAG, time)?),
        })
    }

    /// Signs as the validator of this name. Whether the signer may sign this at all is the caller's to know: only the checkpoint of a
    /// certified header that it executed itself.
    ///
    /// # Errors
    /// [`SignatureError`] when the signer fails.
    pub fn sign(&self, signer: &dyn Signer, validator: &str) -> Result<NoteSignature, SignatureError> {
        let key = signer.public_key();
        let failed = SignatureError::SigningFailed { algorithm: key.algorithm() };
        // The text is a checkpoint by construction; the signer's type wants to see that for itself.
        let note = NoteText::new(self.text()).map_err(|_| failed.clone())?;
        let name = key_name(self.chain, validator);
        let id = key_id(&name, &key);
        NoteSignature::new(name, id, signer.sign_note(&note)?).ok_or(failed)
    }
}

/// A canonical decimal number behind its tag.
fn number(line: u8, what: &'static str, tag: &str, text: &str) -> Result<u64, CheckpointError> {
    let refused = CheckpointError::Number { line, what };
    let Some(digits) = text.strip_prefix(tag) else { return Err(refused) };
    match digits.parse::<u64>() {
        Ok(number) if number.to_string() == digits => Ok(number),
        _ => Err(refused),
    }
}

#[cfg(test)]
mod tests;
