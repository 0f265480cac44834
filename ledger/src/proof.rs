//! The proof that a citizen keeps: one licence, at one height, with everything needed to check it offline.

pub mod file;

use crate::block::{Certificate, Header};
use crate::codec::{self, Bounded, CodecError};
use crate::current::CurrencyProof;
use crate::entry::licence_type::MAX_FIELDS;
use crate::entry::{DisclosedField, Entry};
use crate::ids::LogIndex;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, MerkleError, leaf_hash, verify_inclusion};

/// The version of [`Proof`]'s layout.
pub const PROOF_VERSION: u8 = 1;

/// The longest proof in bytes: 64 fields of 8 KB and a certificate of 200 votes.
pub const MAX_PROOF_BYTES: usize = 640 * 1024;

/// A whole proof. Specified byte by byte in docs/spec/proof.md.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Proof {
    /// [`PROOF_VERSION`].
    pub version: u8,
    /// The state of the ledger at the proof's height.
    pub header: Header,
    /// The validators' votes for it.
    pub certificate: Certificate,
    /// The licence.
    pub licence: EntryProof,
    /// Its issuer.
    pub issuer: EntryProof,
    /// Its licence type.
    pub licence_type: EntryProof,
    /// The face fields that are shown.
    pub disclosed: Bounded<DisclosedField, 0, MAX_FIELDS>,
}

/// One entry with its two paths.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct EntryProof {
    /// Its place in the log and in the bitmap: one index for both.
    pub index: LogIndex,
    /// The entry.
    pub entry: Entry,
    /// From its leaf to the header's `log_root`.
    pub path: Vec<Digest>,
    /// From its bit to the header's `current_root`.
    pub currency: CurrencyProof,
}

impl Proof {
    /// Reads a proof's binary form.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not the canonical encoding of a proof of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let proof: Self = codec::decode("proof", bytes, MAX_PROOF_BYTES)?;
        if proof.version == PROOF_VERSION {
            return Ok(proof);
        }
        let reason = format!("version {} where {PROOF_VERSION} is known", proof.version);
        Err(CodecError::Malformed { what: "proof", reason })
    }

    /// The binary form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The size in bytes of the status proof alone: licence entry, both its paths, header and certificate.
    #[must_use]
    pub fn status_proof_bytes(&self) -> usize {
        codec::encode(&(&self.header, &self.certificate, &self.licence)).len()
    }
}

impl EntryProof {
    /// Verifies that the entry is in the log of `header`.
    ///
    /// # Errors
    /// [`MerkleError`] naming what does not fit.
    pub fn verify_inclusion(&self, header: &Header) -> Result<(), MerkleError> {
        let leaf = leaf_hash::<LogTree>(&codec::encode(&self.entry));
        verify_inclusion::<LogTree>(&header.log_root, header.log_size, self.index.0, &leaf, &self.path)
    }
}

#[cfg(test)]
mod tests;
