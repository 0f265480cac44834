//! The salted face fields of a licence and the root over them. Each leaf carries its own random salt, so that a holder can
//! disclose one field and nobody can guess another from its digest (the idea of SD-JWT, RFC 9901, as a Merkle tree).

use crate::codec::{self, Text};
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{FieldTree, MerkleError, StaticTree, leaf_hash, verify_inclusion};

/// The longest field value in bytes of UTF-8: a business scope may run to a page.
pub const MAX_VALUE_BYTES: usize = 8 * 1024;

/// One face field with its salt, exactly as its leaf is hashed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Field {
    /// The field's key in the catalogue.
    pub key: Text<48>,
    /// The value on the face.
    pub value: Text<MAX_VALUE_BYTES>,
    /// 16 random bytes: 2^128 guesses stand between a digest and its value.
    pub salt: [u8; 16],
}

impl Field {
    /// The hash of the field's leaf.
    #[must_use]
    pub fn leaf_hash(&self) -> Digest {
        leaf_hash::<FieldTree>(&codec::encode(self))
    }
}

/// All fields of a licence with the tree over them.
pub struct FieldSet {
    fields: Vec<Field>,
    tree: StaticTree<FieldTree>,
}

impl FieldSet {
    /// Builds the tree over the fields in their order.
    #[must_use]
    pub fn new(fields: Vec<Field>) -> Self {
        let tree = StaticTree::from_leaf_hashes(fields.iter().map(Field::leaf_hash).collect());
        Self { fields, tree }
    }

    /// The root that the ledger holds.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The fields.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields whose key `wanted` accepts, each with its path.
    ///
    /// # Errors
    /// [`MerkleError`] never for a set built here; it is passed on rather than hidden.
    pub fn disclose(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<DisclosedField>, MerkleError> {
        let chosen = (0_u16..).zip(&self.fields).filter(|(_, field)| wanted(field.key.as_str()));
        chosen
            .map(|(index, field)| {
                Ok(DisclosedField { index, field: field.clone(), path: self.tree.path(u64::from(index))? })
            })
            .collect()
    }
}

/// A field shown to somebody, with the path that ties it to the licence.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct DisclosedField {
    /// Its place among the licence's fields.
    pub index: u16,
    /// The field.
    pub field: Field,
    /// From its leaf to the fields root.
    pub path: Vec<Digest>,
}

impl DisclosedField {
    /// Verifies that the field belongs to the root over `count` fields.
    ///
    /// # Errors
    /// [`MerkleError`] naming what does not fit.
    pub fn verify(&self, root: &Digest, count: u16) -> Result<(), MerkleError> {
        verify_inclusion::<FieldTree>(
            root,
            u64::from(count),
            u64::from(self.index),
            &self.field.leaf_hash(),
            &self.path,
        )
    }
}
