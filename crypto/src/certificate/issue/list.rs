//! Issuing revocation lists: version 2, full and direct, with times and reasons (RFC 5280 section 5).

use super::wire::{self, Algorithm, Extension, ListToSign, Revoked, any, encode, time};
use super::{Certificate, CertificateError, IssueError};
use crate::certificate::RevocationList;
use crate::sign::Signer;

/// Version 2 is written as 1.
const VERSION_2: u8 = 1;

/// Why a certificate was revoked (CRLReason, RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RevocationReason {
    /// No reason is given.
    Unspecified = 0,
    /// The key is or may be in other hands: what it signed before is doubtful too.
    KeyCompromise = 1,
    /// The subject belongs elsewhere now.
    AffiliationChanged = 3,
    /// A new certificate took its place.
    Superseded = 4,
    /// It is no longer needed.
    CessationOfOperation = 5,
    /// A right was taken away.
    PrivilegeWithdrawn = 9,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The number in the list.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// A revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number, big-endian.
    pub serial: Vec<u8>,
    /// When it was revoked, Unix seconds.
    pub revoked_unix_s: i64,
    /// Why.
    pub reason: RevocationReason,
}

/// What goes into a revocation list. It names every certificate ever revoked, expired ones too: licences are checked long after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDraft {
    /// Number of the list, growing.
    pub number: u64,
    /// When the list is made, Unix seconds.
    pub this_update_unix_s: i64,
    /// When the next list is due, Unix seconds.
    pub next_update_unix_s: i64,
    /// The revoked certificates.
    pub revoked: Vec<Revocation>,
}

impl ListDraft {
    /// Makes the DER of the list, signed by the authority. [`RevocationList::from_der`] reads it.
    ///
    /// # Errors
    /// The authority may not sign lists, a value is out of bounds, another key, or the signer refuses.
    pub fn issue(&self, issuer: &Certificate, signer: &dyn Signer) -> Result<Vec<u8>, IssueError> {
        let (from_unix_s, to_unix_s) = (self.this_update_unix_s, self.next_update_unix_s);
        if to_unix_s <= from_unix_s {
            return Err(IssueError::Dates { from_unix_s, to_unix_s });
        }
        if signer.public_key() != *issuer.public_key() {
            return Err(IssueError::KeyDiffers);
        }
        let algorithm = Algorithm::of(signer.public_key().algorithm());
        let revoked: Vec<Revoked> = self.revoked.iter().map(entry).collect::<Result<_, _>>()?;
        let to_sign = ListToSign {
            version: VERSION_2,
            signature: algorithm.clone(),
            issuer: any("issuer", &issuer.subject.der)?,
            this_update: time(from_unix_s)?,
            next_update: time(to_unix_s)?,
            revoked: (!revoked.is_empty()).then_some(revoked),
            extensions: vec![
                Extension::authority_key_id(&wire::key_id_of(issuer))?,
                Extension::list_number(self.number)?,
            ],
        };
        let der = wire::sign(&encode("revocation list", &to_sign)?, algorithm, signer)?;
        let list = RevocationList::from_der(&der).map_err(IssueError::Result)?;
        list.verify(issuer).map_err(|error| match error {
            CertificateError::ListSignatureRefused { .. } => IssueError::Result(error),
            _ => IssueError::Issuer(error),
        })?;
        Ok(der)
    }
}

fn entry(revocation: &Revocation) -> Result<Revoked, IssueError> {
    Ok(Revoked {
        serial: wire::serial(&revocation.serial)?,
        time: time(revocation.revoked_unix_s)?,
        extensions: vec![Extension::reason(revocation.reason.code())?],
    })
}
