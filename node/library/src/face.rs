//! The face data of a licence: what goes into the vault, and the salted fields whose root goes on the ledger.

use crate::register::LicenceDraft;
use borsh::{BorshDeserialize, BorshSerialize};
use zeroize::{Zeroize, ZeroizeOnDrop};
use zhengku_ledger::codec::{self, CodecError};
use zhengku_ledger::entry::{Field, FileKind};

/// The version of [`FaceRecord`]'s layout.
pub const FACE_VERSION: u8 = 1;
/// The longest record in bytes: 64 fields of 8 KB, the holders, and files of many pages.
pub const MAX_FACE_BYTES: usize = 32 * 1024 * 1024;

/// What the vault keeps of a licence.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FaceRecord {
    /// [`FACE_VERSION`].
    pub version: u8,
    /// The number on the face.
    pub number: String,
    /// The holders, in order.
    pub holders: Vec<HolderRecord>,
    /// The face fields with their salts, exactly the leaves below the ledger's `fields_root`.
    pub fields: Vec<Field>,
    /// The licence's files as they were given out; none for what came from a register without being written anew.
    pub files: Vec<StoredFile>,
}

/// A file of a licence.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StoredFile {
    /// Its kind.
    pub kind: FileKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A holder as the register named it.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub struct HolderRecord {
    /// Kind of number (GB/T 36903 annex A).
    pub id_type: String,
    /// The number.
    pub id_number: String,
    /// The name.
    pub name: String,
}

impl FaceRecord {
    /// Reads a record.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let record: Self = codec::decode("face record", bytes, MAX_FACE_BYTES)?;
        if record.version == FACE_VERSION {
            return Ok(record);
        }
        let reason = format!("version {} where {FACE_VERSION} is known", record.version);
        Err(CodecError::Malformed { what: "face record", reason })
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The file of a kind.
    #[must_use]
    pub fn file(&self, kind: FileKind) -> Option<&[u8]> {
        self.files.iter().find(|file| file.kind == kind).map(|file| file.bytes.as_slice())
    }

    /// Whether a register row says the same as this record.
    #[must_use]
    pub fn agrees_with(&self, draft: &LicenceDraft) -> bool {
        let holders_agree = self.holders.len() == draft.holders.len()
            && self.holders.iter().zip(&draft.holders).all(|(kept, given)| {
                kept.id_type == *given.id_type && kept.id_number == given.id_number && kept.name == given.name
            });
        let kept = self.fields.iter().filter(|field| {
            let key = field.key.as_str();
            key != crate::catalogue::IDENTIFIER_KEY && key != crate::catalogue::PART_KEY
        });
        let given = draft.fields.iter();
        self.number == draft.number
            && holders_agree
            && kept
                .map(|field| (field.key.as_str(), field.value.as_str().to_owned()))
                .eq(given.map(|field| (&*field.key, field.value.replace("\r\n", "\n"))))
    }
}
