//! The files of a licence as they were given out: the ledger holds their digests, so that anybody who holds a file can find the
//! licence that it belongs to, and nobody can pass off another file.

use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;

/// The most files of one licence: an OFD and a PDF, in two languages or two layouts.
pub const MAX_FILES: usize = 4;

/// One file of a licence (证照文件).
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct LicenceFile {
    /// What it is.
    pub kind: FileKind,
    /// SHA-256 of all its bytes.
    pub sha256: Digest,
    /// SM3 of all its bytes.
    pub sm3: Digest,
}

/// The format of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum FileKind {
    /// OFD (GB/T 33190).
    Ofd = 1,
    /// PDF (ISO 19005).
    Pdf = 2,
}

impl FileKind {
    /// The name of the format, the same in Chinese and English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ofd => "OFD",
            Self::Pdf => "PDF",
        }
    }
}
