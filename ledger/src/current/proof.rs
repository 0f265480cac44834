//! Proof that one bit has its value at one height: the chunk it stands in and the chunk's path.

use super::{CHUNK_BITS, CHUNK_BYTES, Chunk, Current, bit_of};
use crate::ids::LogIndex;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{CurrentTree, MerkleError, leaf_hash, node_hash, verify_inclusion};

/// A chunk of the bitmap with its path.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct CurrencyProof {
    /// The 2,048 bits around the entry's own.
    pub chunk: [u8; CHUNK_BYTES],
    /// From the chunk's leaf to `current_root`.
    pub path: Vec<Digest>,
}

/// Why a currency proof was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurrencyError {
    /// The entry is beyond the log of that height.
    #[error("entry {index} is beyond the log of {size} entries")]
    BeyondLog {
        /// The entry.
        index: u64,
        /// Entries at that height.
        size: u64,
    },
    /// Bits beyond the end of the log are set.
    #[error("the last chunk has bits beyond the log of {size} entries")]
    Padding {
        /// Entries at that height.
        size: u64,
    },
    /// The path does not lead to the root.
    #[error(transparent)]
    Path(#[from] MerkleError),
}

impl Current {
    /// The proof for entry `index`; none beyond the end.
    #[must_use]
    pub fn prove(&self, index: LogIndex) -> Option<CurrencyProof> {
        if index.0 >= self.size {
            return None;
        }
        let number = super::place(index.0);
        Some(CurrencyProof { chunk: *self.chunks.at(number)?, path: self.path(number)? })
    }

    /// RFC 6962 path of a chunk: complete siblings from the stored levels, and the incomplete right edge folded once.
    fn path(&self, chunk: usize) -> Option<Vec<Digest>> {
        let mut path = Vec::with_capacity(self.levels.len());
        let mut edge: Option<Digest> = None;
        let (mut number, mut width) = (chunk, self.chunks.len());
        // `number == width` says that the chunk lies in the incomplete subtree right of the complete nodes of this level.
        for nodes in &self.levels {
            let odd = width % 2 == 1;
            let last = width.saturating_sub(1);
            if number < width {
                let sibling = number ^ 1;
                if sibling < width {
                    path.push(*nodes.at(sibling)?);
                } else if let Some(right) = edge {
                    path.push(right);
                }
            } else if odd {
                path.push(*nodes.at(last)?);
            }
            if odd {
                let node = nodes.at(last)?;
                edge = Some(edge.map_or(*node, |right| node_hash::<CurrentTree>(node, &right)));
            }
            let inside_edge = number >= width || (odd && number == last);
            width /= 2;
            number = if inside_edge { width } else { number / 2 };
            if width == 0 {
                break;
            }
        }
        Some(path)
    }
}

impl CurrencyProof {
    /// Verifies the path and returns the bit. The shape of the tree comes from `size` alone (a certified header's `log_size`).
    ///
    /// # Errors
    /// [`CurrencyError`] naming what does not fit.
    pub fn verify(&self, root: &Digest, size: u64, index: LogIndex) -> Result<bool, CurrencyError> {
        if index.0 >= size {
            return Err(CurrencyError::BeyondLog { index: index.0, size });
        }
        let (number, chunks) = (index.0 / CHUNK_BITS, size.div_ceil(CHUNK_BITS));
        if has_bits_beyond(&self.chunk, size.saturating_sub(number.saturating_mul(CHUNK_BITS))) {
            return Err(CurrencyError::Padding { size });
        }
        verify_inclusion::<CurrentTree>(root, chunks, number, &leaf_hash::<CurrentTree>(&self.chunk), &self.path)?;
        Ok(bit_of(&self.chunk, index.0))
    }
}

fn has_bits_beyond(chunk: &Chunk, bits: u64) -> bool {
    (bits..CHUNK_BITS).any(|index| bit_of(chunk, index))
}
