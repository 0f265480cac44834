//! The ordered set of validators and the only place where a quorum is computed.

use crate::codec::{self, Bounded, Text};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Algorithm, PublicKey};

/// The most validators: a province's cities and districts with room; certificates stay under 16 KB.
pub const MAX_VALIDATORS: usize = 200;

/// One validator.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Validator {
    /// A short name, e.g. `pudong-1`.
    pub name: Text<64>,
    /// The key it signs votes with.
    pub key: PublicKey,
}

/// The validators in the order that certificates number them. Each has one vote. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValidatorSet {
    validators: Arc<Bounded<Validator, 1, MAX_VALIDATORS>>,
}

/// Why a list is no validator set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidatorSetError {
    /// None, or more than [`MAX_VALIDATORS`].
    #[error("{actual} validators where 1 to {MAX_VALIDATORS} are allowed")]
    Count {
        /// The validators offered.
        actual: usize,
    },
    /// Suite 1 knows ed25519 votes only.
    #[error("validator {place} has a key of {algorithm}; validators sign with ed25519")]
    KeyAlgorithm {
        /// The validator's place.
        place: usize,
        /// Its key's algorithm.
        algorithm: &'static str,
    },
    /// Two validators with one key would have two votes.
    #[error("validators {first} and {second} have the same key")]
    RepeatedKey {
        /// The place of the first.
        first: usize,
        /// The place of the second.
        second: usize,
    },
}

impl BorshSerialize for ValidatorSet {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.validators.as_ref().serialize(writer)
    }
}

impl BorshDeserialize for ValidatorSet {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let validators = Bounded::<Validator, 1, MAX_VALIDATORS>::deserialize_reader(reader)?;
        let refused =
            |error: ValidatorSetError| std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string());
        Self::new(validators.into_vec()).map_err(refused)
    }
}

impl ValidatorSet {
    /// Takes an ordered list.
    ///
    /// # Errors
    /// [`ValidatorSetError`] for an empty or overlong list and for repeated keys.
    pub fn new(validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        let actual = validators.len();
        for (first, one) in validators.iter().enumerate() {
            if one.key.algorithm() != Algorithm::Ed25519 {
                return Err(ValidatorSetError::KeyAlgorithm { place: first, algorithm: one.key.algorithm().name() });
            }
            let repeated =
                validators.iter().enumerate().skip(first.saturating_add(1)).find(|(_, other)| other.key == one.key);
            if let Some((second, _)) = repeated {
                return Err(ValidatorSetError::RepeatedKey { first, second });
            }
        }
        let validators = Bounded::new(validators).map_err(|_| ValidatorSetError::Count { actual })?;
        Ok(Self { validators: Arc::new(validators) })
    }

    /// The validators in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Validator] {
        &self.validators
    }

    /// The votes that decide: more than two thirds of all.
    #[must_use]
    pub fn quorum(&self) -> usize {
        (self.validators.len().saturating_mul(2) / 3).saturating_add(1)
    }

    /// The validator a certificate names by its place.
    #[must_use]
    pub fn at(&self, place: u16) -> Option<&Validator> {
        self.validators.get(usize::from(place))
    }

    /// The digest that headers carry.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Domain::ValidatorSet.hash(&codec::encode(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_crypto::sign::{Ed25519Signer, Signer};

    fn set(count: u8) -> ValidatorSet {
        let validator = |seed| Validator {
            name: Text::new(format!("v{seed}")).unwrap(),
            key: Ed25519Signer::from_secret(&[seed; 32]).unwrap().public_key(),
        };
        ValidatorSet::new((1..=count).map(validator).collect()).unwrap()
    }

    #[test]
    fn a_quorum_is_more_than_two_thirds() {
        for (count, quorum) in [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5), (10, 7), (100, 67)] {
            assert_eq!(set(count).quorum(), quorum, "{count} validators");
        }
    }

    #[test]
    fn one_key_has_one_vote() {
        let twice = [set(1).as_slice()[0].clone(), set(1).as_slice()[0].clone()];
        let refused = ValidatorSet::new(twice.to_vec());
        assert_eq!(refused, Err(ValidatorSetError::RepeatedKey { first: 0, second: 1 }));
    }
}
