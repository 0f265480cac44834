//! The log, the bitmap and the history of validators.

use crate::{Certificate, Header, Hex};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zhengku_ledger::validator_set;

/// The proof that one log extends another (RFC 6962 section 2.1.2).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    /// The entries of the older log.
    pub from: u64,
    /// The entries of the newer log.
    pub to: u64,
    /// The path.
    pub path: Vec<Hex>,
}

/// The entries that were superseded between two heights.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct BitmapChanges {
    /// After this height.
    pub from: u64,
    /// Up to this height.
    pub to: u64,
    /// Entries in the log at `from`.
    pub log_size_from: u64,
    /// Entries in the log at `to`.
    pub log_size_to: u64,
    /// The bitmap's root at `to`.
    pub current_root: Hex,
    /// The entries whose bit went from 1 to 0, ascending.
    pub superseded: Vec<u64>,
}

/// Every validator set so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ValidatorHistory {
    /// Oldest first.
    pub items: Vec<SetChange>,
}

/// A validator set, and the header that handed over to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SetChange {
    /// The first height it votes on.
    pub from: u64,
    /// The digest that headers carry.
    pub digest: Hex,
    /// The votes that decide.
    pub quorum: u64,
    /// The validators, in order.
    pub validators: Vec<Validator>,
    /// The header before, whose `next_validators` names the set; none for the first.
    pub header: Option<Header>,
    /// That header's certificate.
    pub certificate: Option<Certificate>,
}

/// A validator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Validator {
    /// Its name.
    pub name: String,
    /// Its key, as `ed25519:<hex>`.
    pub key: String,
}

impl From<&validator_set::Validator> for Validator {
    fn from(validator: &validator_set::Validator) -> Self {
        Self { name: validator.name.to_string(), key: validator.key.to_string() }
    }
}
