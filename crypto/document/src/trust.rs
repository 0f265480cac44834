//! The part of a trust file that seals need, as JSON (docs/spec/verification.md, section 6). The ledger's part is `zhengku-verify`'s.

use crate::verify::{SealStanding, SealStatus, TrustStore};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use zhengku_crypto::certificate::{Certificate, MAX_INTERMEDIATES, RevocationList, TrustAnchors};
use zhengku_ledger::ids::TimestampMs;

/// The members of a trust file that seals need; each may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealTrust {
    /// Authorities, each a PEM certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seal_anchors: Vec<String>,
    /// Certificates between them and the signers, each a PEM certificate; at most [`MAX_INTERMEDIATES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seal_intermediates: Vec<String>,
    /// Revocation lists, each DER in base 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocation_lists: Vec<String>,
    /// The register of seals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<RegisteredSeal>,
    /// When the register was so, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seals_as_of: Option<u64>,
}

/// A seal of the register in a trust file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredSeal {
    /// Its number (esID).
    pub id: String,
    /// SM3 of the SESeal, 64 hexadecimal digits.
    pub sm3: String,
    /// `pending`, `filed` or `cancelled`.
    pub status: String,
    /// Since when, in milliseconds since 1970.
    pub since: u64,
    /// The credit code of its owner.
    pub organisation_code: String,
}

/// A member that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the trust file's {field}: {reason}")]
pub struct SealTrustError {
    /// The member and its place.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl SealTrust {
    /// Puts what it says into a store.
    ///
    /// # Errors
    /// [`SealTrustError`] naming the first member that cannot be read, or more intermediates than the search of a chain takes: with
    /// them no seal could be judged.
    pub fn fill(&self, store: &mut TrustStore) -> Result<(), SealTrustError> {
        let certificates = |field: &str, list: &[String]| {
            let one = |(place, pem): (usize, &String)| {
                Certificate::from_pem(pem.as_bytes()).map_err(|error| refused(field, place, &error))
            };
            list.iter().enumerate().map(one).collect::<Result<Vec<_>, _>>()
        };
        let actual = self.seal_intermediates.len();
        if actual > MAX_INTERMEDIATES {
            let reason = format!(
                "{actual} certificates; at most {MAX_INTERMEDIATES} are taken: leave out those that are renewed or lead to no signer"
            );
            return Err(SealTrustError { field: "seal_intermediates".to_owned(), reason });
        }
        let anchors = certificates("seal_anchors", &self.seal_anchors)?;
        store.anchors = TrustAnchors::from_certificates(anchors).map_err(|error| refused("seal_anchors", 0, &error))?;
        store.intermediates = certificates("seal_intermediates", &self.seal_intermediates)?;
        let list = |(place, text): (usize, &String)| {
            let der = BASE64.decode(text).map_err(|error| refused("revocation_lists", place, &error))?;
            RevocationList::from_der(&der).map_err(|error| refused("revocation_lists", place, &error))
        };
        store.lists = self.revocation_lists.iter().enumerate().map(list).collect::<Result<_, _>>()?;
        let seal = |(place, seal): (usize, &RegisteredSeal)| seal.standing(place);
        store.seals = self.seals.iter().enumerate().map(seal).collect::<Result<_, _>>()?;
        store.seals_as_of = self.seals_as_of.map(TimestampMs);
        Ok(())
    }
}

impl RegisteredSeal {
    /// The form in a trust file of a standing.
    #[must_use]
    pub fn of(standing: &SealStanding) -> Self {
        Self {
            id: standing.id.clone(),
            sm3: standing.digest.to_string(),
            status: standing.status.code().to_owned(),
            since: standing.since.0,
            organisation_code: standing.organisation_code.clone(),
        }
    }

    fn standing(&self, place: usize) -> Result<SealStanding, SealTrustError> {
        let all = [SealStatus::Pending, SealStatus::Filed, SealStatus::Cancelled];
        let unknown = || refused("seals", place, &format!("status \"{}\" is not known", self.status));
        Ok(SealStanding {
            id: self.id.clone(),
            digest: self.sm3.parse().map_err(|error| refused("seals", place, &error))?,
            status: all.into_iter().find(|status| status.code() == self.status).ok_or_else(unknown)?,
            since: TimestampMs(self.since),
            organisation_code: self.organisation_code.clone(),
        })
    }
}

fn refused(field: &str, place: usize, reason: &dyn std::fmt::Display) -> SealTrustError {
    SealTrustError { field: format!("{field}[{place}]"), reason: reason.to_string() }
}
