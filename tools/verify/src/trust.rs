//! The trust file: the one thing a verifier must get by a safe way. JSON, so that other programs can read it.

use serde::{Deserialize, Serialize};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::PublicKey;
use zhengku_document::trust::{SealTrust, SealTrustError};
use zhengku_document::verify::TrustStore;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::codec::Text;
use zhengku_ledger::ids::ChainId;
use zhengku_ledger::validator_set::{Validator, ValidatorSet};
use zhengku_ledger::verify::Trust;

/// The value of `format`.
pub const TRUST_FORMAT: &str = "zhengku-trust-1";
/// The longest trust file in bytes: 200 validators take 30 KB, a hundred seals as much; the rest is for revocation lists.
pub const MAX_TRUST_BYTES: u64 = 8 * 1024 * 1024;

/// The trust file as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    /// [`TRUST_FORMAT`].
    pub format: String,
    /// The ledger's name, for people.
    pub name: String,
    /// The ledger's id: 64 hex digits.
    pub chain_id: String,
    /// The validators, in the order of the ledger.
    pub validators: Vec<TrustedValidator>,
    /// What seals need, as members of the file itself.
    #[serde(flatten)]
    pub seals: SealTrust,
}

/// A validator in a trust file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedValidator {
    /// Its name.
    pub name: String,
    /// Its key: `ed25519:` and 64 hex digits.
    pub key: String,
}

/// Why a trust file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// Not JSON of this form.
    #[error("the trust file is not JSON of the form {TRUST_FORMAT}: {0}")]
    Json(#[from] serde_json::Error),
    /// Another form.
    #[error("the trust file is of format \"{found}\", this program knows \"{TRUST_FORMAT}\"")]
    Format {
        /// What it says.
        found: String,
    },
    /// A field that cannot be read.
    #[error("the trust file's {field}: {reason}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A member that seals need.
    #[error(transparent)]
    Seals(#[from] SealTrustError),
}

impl TrustFile {
    /// The trust file of a ledger.
    #[must_use]
    pub fn of_genesis(genesis: &Genesis) -> Self {
        let validator = |one: &Validator| TrustedValidator { name: one.name.to_string(), key: one.key.to_string() };
        Self {
            format: TRUST_FORMAT.to_owned(),
            name: genesis.name().to_string(),
            chain_id: genesis.chain_id().to_string(),
            validators: genesis.validators().as_slice().iter().map(validator).collect(),
            seals: SealTrust::default(),
        }
    }

    /// Reads the ledger's part of a trust file.
    ///
    /// # Errors
    /// [`TrustError`] naming the field.
    pub fn parse(bytes: &[u8]) -> Result<Trust, TrustError> {
        Self::read(bytes)?.trust()
    }

    /// Reads everything that a trust file says.
    ///
    /// # Errors
    /// [`TrustError`] naming the field.
    pub fn parse_store(bytes: &[u8]) -> Result<TrustStore, TrustError> {
        let file = Self::read(bytes)?;
        let mut store = TrustStore { ledger: Some(file.trust()?), ..TrustStore::default() };
        file.seals.fill(&mut store)?;
        Ok(store)
    }

    fn read(bytes: &[u8]) -> Result<Self, TrustError> {
        let file: Self = serde_json::from_slice(bytes)?;
        if file.format == TRUST_FORMAT { Ok(file) } else { Err(TrustError::Format { found: file.format }) }
    }

    fn trust(&self) -> Result<Trust, TrustError> {
        let field = |field: &str, reason: &dyn std::fmt::Display| TrustError::Field {
            field: field.to_owned(),
            reason: reason.to_string(),
        };
        let chain: Digest = self.chain_id.parse().map_err(|error| field("chain_id", &error))?;
        let validators = self.validators.iter().enumerate().map(|(place, one)| {
            let name =
                Text::new(one.name.as_str()).map_err(|error| field(&format!("validators[{place}].name"), &error))?;
            let key: PublicKey = one.key.parse().map_err(|error| field(&format!("validators[{place}].key"), &error))?;
            Ok(Validator { name, key })
        });
        let validators = validators.collect::<Result<Vec<_>, TrustError>>()?;
        let validators = ValidatorSet::new(validators).map_err(|error| field("validators", &error))?;
        Ok(Trust { chain: ChainId::from_digest(chain), validators })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: &str = r#""format":"zhengku-trust-1","name":"n","chain_id":"00","validators":[]"#;

    #[test]
    fn members_for_seals_are_read_and_unknown_ones_refused() {
        let file = |more: &str| serde_json::from_str::<TrustFile>(&format!("{{{LEDGER}{more}}}"));
        assert_eq!(file("").expect("it is read").seals, SealTrust::default());
        let read = file(r#","seal_anchors":["a"],"revocation_lists":["b"]"#).expect("it is read");
        assert_eq!(
            (read.seals.seal_anchors, read.seals.revocation_lists),
            (vec!["a".to_owned()], vec!["b".to_owned()])
        );
        let refused = file(r#","seal_anchor":["a"]"#).expect_err("a slip of the pen is found");
        assert!(refused.to_string().contains("seal_anchor"), "{refused}");
    }
}
