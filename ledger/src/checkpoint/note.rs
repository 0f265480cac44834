//! The signed note around a checkpoint: its signature lines, and the quorum among them (C2SP signed-note).

use super::{Checkpoint, CheckpointError, key_id, key_name};
use crate::codec::Text;
use crate::ids::ChainId;
use crate::validator_set::{Validator, ValidatorSet};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use zhengku_crypto::sign::{Algorithm, NoteText, Signature, SignatureError};

/// The longest note in bytes: 200 validators with names of 64 bytes, each byte written as three, take 75 KB.
pub const MAX_NOTE_BYTES: usize = 128 * 1024;
/// Signature lines that are read: those of 200 validators and as many of witnesses.
pub const MAX_SIGNATURE_LINES: usize = 400;
/// Signatures that a note is given beyond its quorum: other readers take at most 100 lines.
pub const COMFORTABLE_SIGNATURES: usize = 100;
/// The longest key name in bytes: origin (80), slash, and 64 bytes written as three each.
const MAX_KEY_NAME_BYTES: usize = 273;
/// Em dash and space.
const LINE_START: &str = "— ";

/// One validator's signature of a checkpoint, as validators send it to each other.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct NoteSignature {
    name: Text<MAX_KEY_NAME_BYTES>,
    id: [u8; 4],
    signature: Signature,
}

/// A checkpoint with signature lines. Read from bytes it proves nothing before [`SignedCheckpoint::verify`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    lines: Vec<SignatureLine>,
}

/// A signature line of any key: name, id, and whatever its algorithm signs with.
#[derive(Clone, PartialEq, Eq, Debug)]
struct SignatureLine {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// Why a note is no signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than any note.
    #[error("{actual} bytes; a signed checkpoint has at most {MAX_NOTE_BYTES}")]
    TooLong {
        /// The bytes given.
        actual: usize,
    },
    /// Not UTF-8, or with a control character other than a line feed.
    #[error("the note is not UTF-8 text without control characters")]
    NotText,
    /// No blank line, or no signature line behind it.
    #[error("no signatures: the text must be followed by a blank line and signature lines")]
    NoSignatures,
    /// A line behind the blank line is no signature line.
    #[error("signature line {line} is not \"— <key name> <base64>\"")]
    SignatureLine {
        /// The line, from 1.
        line: usize,
    },
    /// More lines than are read.
    #[error("more than {MAX_SIGNATURE_LINES} signature lines")]
    TooManyLines,
    /// The text is no checkpoint of a ledger.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is of another ledger.
    #[error("the checkpoint is of ledger {actual}, not of {expected}")]
    OtherLedger {
        /// The ledger that was asked for.
        expected: ChainId,
        /// The ledger it is of.
        actual: ChainId,
    },
    /// A signature under the name and id of a validator is not its.
    #[error("the signature of {name}: {source}")]
    Signature {
        /// The key name.
        name: String,
        /// Why.
        source: SignatureError,
    },
    /// The key is none of the set.
    #[error("{name} is no validator of this height")]
    UnknownValidator {
        /// The key name.
        name: String,
    },
    /// Fewer validators than a quorum signed.
    #[error("{actual} validators signed, {quorum} are needed")]
    BelowQuorum {
        /// The signatures that are needed.
        quorum: usize,
        /// The signatures there are.
        actual: usize,
    },
}

impl NoteSignature {
    /// None for a name that no validator can have.
    pub(super) fn new(name: String, id: [u8; 4], signature: Signature) -> Option<Self> {
        Some(Self { name: Text::new(name).ok()?, id, signature })
    }

    /// The key name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The signature line, with its line feed.
    #[must_use]
    pub fn line(&self) -> String {
        self.clone().into_line().text()
    }

    fn into_line(self) -> SignatureLine {
        SignatureLine { name: self.name.to_string(), id: self.id, signature: self.signature.as_bytes().to_vec() }
    }
}

impl SignatureLine {
    fn text(&self) -> String {
        let mut bytes = self.id.to_vec();
        bytes.extend_from_slice(&self.signature);
        format!("{LINE_START}{} {}\n", self.name, STANDARD.encode(bytes))
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        let is_name = !name.is_empty() && !name.chars().any(|one| one.is_whitespace() || one == '+');
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        let whole = is_name && !signature.is_empty();
        whole.then(|| Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
    }
}

impl Checkpoint {
    /// Verifies one signature; gives the validator's place in the set. `validators` is the set that certified the checkpoint's header.
    ///
    /// # Errors
    /// [`NoteError::UnknownValidator`] or [`NoteError::Signature`].
    pub fn verify_one(&self, signature: &NoteSignature, validators: &ValidatorSet) -> Result<u16, NoteError> {
        let known = Known::of(self.chain, validators);
        match known.place(&self.text(), &signature.clone().into_line())? {
            Some(place) => Ok(place),
            None => Err(NoteError::UnknownValidator { name: signature.name.to_string() }),
        }
    }
}

impl SignedCheckpoint {
    /// Puts a note together: the signatures of a quorum, each validator once, in the order of the set. What is of no validator of the set, or
    /// does not verify, is left out. `validators` is the set that certified the checkpoint's header.
    ///
    /// # Errors
    /// [`NoteError::BelowQuorum`].
    pub fn assemble(
        checkpoint: Checkpoint,
        signatures: impl IntoIterator<Item = NoteSignature>,
        validators: &ValidatorSet,
    ) -> Result<Self, NoteError> {
        let (known, text) = (Known::of(checkpoint.chain, validators), checkpoint.text());
        let mut by_place = BTreeMap::new();
        for line in signatures.into_iter().map(NoteSignature::into_line) {
            if let Ok(Some(place)) = known.place(&text, &line) {
                by_place.entry(place).or_insert(line);
            }
        }
        let (quorum, actual) = (validators.quorum(), by_place.len());
        if actual < quorum {
            return Err(NoteError::BelowQuorum { quorum, actual });
        }
        let lines = by_place.into_values().take(quorum.max(COMFORTABLE_SIGNATURES)).collect();
        Ok(Self { checkpoint, lines })
    }

    /// The note.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.checkpoint.text();
        text.push('\n');
        for line in &self.lines {
            let _ = write!(text, "{}", line.text());
        }
        text
    }

    /// Reads a note. Lines of unknown keys are kept and mean nothing.
    ///
    /// # Errors
    /// [`NoteError`] naming the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong { actual: bytes.len() });
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::NotText);
        }
        let (text, block) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let block = block.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let mut lines = Vec::new();
        for (place, line) in block.split('\n').enumerate() {
            if place >= MAX_SIGNATURE_LINES {
                return Err(NoteError::TooManyLines);
            }
            let line = SignatureLine::parse(line);
            lines.push(line.ok_or(NoteError::SignatureLine { line: place.saturating_add(1) })?);
        }
        Ok(Self { checkpoint: Checkpoint::parse(&format!("{text}\n"))?, lines })
    }

    /// What is signed.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Verifies that a quorum of `validators`, the set that certified the checkpoint's header, signed; gives their places.
    ///
    /// # Errors
    /// [`NoteError`]: another ledger, too few, or one signature of a known validator that does not verify.
    pub fn verify(&self, chain: ChainId, validators: &ValidatorSet) -> Result<Vec<u16>, NoteError> {
        let actual = self.checkpoint.chain;
        if actual != chain {
            return Err(NoteError::OtherLedger { expected: chain, actual });
        }
        let (known, text) = (Known::of(chain, validators), self.checkpoint.text());
        let mut places = BTreeSet::new();
        for line in &self.lines {
            places.extend(known.place(&text, line)?);
        }
        let (quorum, actual) = (validators.quorum(), places.len());
        if actual < quorum { Err(NoteError::BelowQuorum { quorum, actual }) } else { Ok(places.into_iter().collect()) }
    }
}

/// The keys of a set by what signature lines call them.
struct Known<'a> {
    by_name_and_id: BTreeMap<(String, [u8; 4]), Candidates<'a>>,
}

/// The validators that one name and id may mean, with their places: one, but for clashes.
type Candidates<'a> = Vec<(u16, &'a Validator)>;

impl<'a> Known<'a> {
    fn of(chain: ChainId, validators: &'a ValidatorSet) -> Self {
        let mut by_name_and_id: BTreeMap<_, Candidates<'a>> = BTreeMap::new();
        for (place, validator) in (0_u16..).zip(validators.as_slice()) {
            let name = key_name(chain, validator.name.as_str());
            let id = key_id(&name, &validator.key);
            by_name_and_id.entry((name, id)).or_default().push((place, validator));
        }
        Self { by_name_and_id }
    }

    /// The validator that made a line; none for a key that is not of the set. Two validators of one name whose ids clash are told apart by
    /// their signatures.
    fn place(&self, text: &str, line: &SignatureLine) -> Result<Option<u16>, NoteError> {
        let Some(candidates) = self.by_name_and_id.get(&(line.name.clone(), line.id)) else { return Ok(None) };
        let refused = |source| NoteError::Signature { name: line.name.clone(), source };
        let malformed = SignatureError::MalformedSignature { algorithm: Algorithm::Ed25519 };
        let bytes = <[u8; 64]>::try_from(line.signature.as_slice()).map_err(|_| refused(malformed.clone()))?;
        let signature = Signature::from_parts(Algorithm::Ed25519, bytes).map_err(refused)?;
        let note = NoteText::new(text).map_err(|_| refused(malformed))?;
        let signed = candidates.iter().find(|(_, one)| one.key.verify_note(&note, &signature).is_ok());
        signed.map(|(place, _)| Some(*place)).ok_or_else(|| refused(SignatureError::Refused))
    }
}
