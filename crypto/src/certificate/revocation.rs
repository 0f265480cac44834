//! Certificate revocation lists (RFC 5280 section 5): full, direct lists of one authority. Whether a missing list is fatal is not decided here.

use std::collections::BTreeMap;
use std::fmt;

use x509_parser::asn1_rs::FromDer;
use x509_parser::extensions::X509Extension;
use x509_parser::revocation_list::{CertificateRevocationList, RevokedCertificate};

use super::{Certificate, CertificateError, ChainTimes, RevokedLater, Structure, der, parse, pem};
use crate::digest::Digest;
use crate::sign::Signature;

/// Longest list in bytes: about 200,000 revocations; a larger authority splits its lists.
pub const MAX_LIST_BYTES: usize = 8 * 1024 * 1024;

const STRUCTURE: Structure = Structure::RevocationList;
/// Version 2 is written as 1 (RFC 5280 section 5.1.2.1).
const VERSION_2: u32 = 1;

/// A parsed revocation list. It is authentic only after [`RevocationList::verify`], which the chain check calls itself.
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationList {
    tbs: Vec<u8>,
    issuer_der: Vec<u8>,
    this_update_unix_s: i64,
    next_update_unix_s: i64,
    revoked: BTreeMap<Vec<u8>, Entry>,
    signature: Signature,
}

/// When and why a certificate was revoked; entries order by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    unix_s: i64,
    reason: Option<u8>,
}

/// A certificate of a chain for which no fresh list was at hand. Whether that is fatal is the caller's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListGap {
    /// Fingerprint of the certificate.
    pub certificate: Digest,
    /// What was wrong with the best list.
    pub reason: ListGapReason,
}

/// What was wrong with the best list for a certificate, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ListGapReason {
    /// No list by the issuer was given.
    Missing,
    /// A list in the issuer's name was given, but it does not verify.
    NotAuthentic,
    /// The list was made after the certificate expired; by then an authority may leave it out (RFC 5280 section 5).
    MadeAfterExpiry {
        /// When the list was made.
        this_update_unix_s: i64,
    },
    /// The next list was due before the time of the check.
    Stale {
        /// When the next list was due.
        next_update_unix_s: i64,
    },
}

impl RevocationList {
    /// Decodes one DER revocation list; trailing bytes are refused.
    ///
    /// # Errors
    /// Too large, not well-formed, a delta or indirect list, or signed with an algorithm that is not accepted.
    pub fn from_der(bytes: &[u8]) -> Result<Self, CertificateError> {
        let malformed = CertificateError::Malformed { structure: STRUCTURE };
        if bytes.len() > MAX_LIST_BYTES {
            let max = MAX_LIST_BYTES;
            return Err(CertificateError::TooLarge { structure: STRUCTURE, max, actual: bytes.len() });
        }
        let frame = der::frame(bytes).ok_or_else(|| malformed.clone())?;
        let (_, list) = CertificateRevocationList::from_der(bytes).map_err(|_| malformed.clone())?;
        if list.tbs_cert_list.as_ref() != frame.tbs {
            return Err(malformed);
        }
        check_version(&list)?;
        parse::check_extensions(STRUCTURE, list.extensions())?;
        check_critical(list.extensions())?;
        let next_update = list.next_update().ok_or(CertificateError::NoNextUpdate)?;
        Ok(RevocationList {
            tbs: frame.tbs.to_vec(),
            issuer_der: list.issuer().as_raw().to_vec(),
            this_update_unix_s: list.last_update().timestamp(),
            next_update_unix_s: next_update.timestamp(),
            revoked: revocations(&list.tbs_cert_list.revoked_certificates)?,
            signature: parse::signature(
                STRUCTURE,
                frame.algorithm,
                &list.tbs_cert_list.signature,
                &list.signature_algorithm,
                &list.signature_value,
            )?,
        })
    }

    /// Decodes one PEM revocation list (label `X509 CRL`, RFC 7468 section 6).
    ///
    /// # Errors
    /// Not one PEM block with this label, or its bytes are refused by [`RevocationList::from_der`].
    pub fn from_pem(text: &[u8]) -> Result<Self, CertificateError> {
        Self::from_der(&pem::single(text, "X509 CRL", MAX_LIST_BYTES.saturating_mul(2))?)
    }

    /// Verifies that the authority made this list: its name, its right to sign lists, its signature (RFC 5280 section 6.3.3 f, g).
    ///
    /// # Errors
    /// Another issuer, no `cRLSign` usage, or the signature does not verify.
    pub fn verify(&self, authority: &Certificate) -> Result<(), CertificateError> {
        let certificate = authority.fingerprint();
        if self.issuer_der != authority.subject.der {
            return Err(CertificateError::ListIssuerDiffers { certificate });
        }
        if !authority.key_usage().is_some_and(super::KeyUsage::crl_sign) {
            return Err(CertificateError::MissingUsage { certificate, required: super::KeyPurpose::ListSigning });
        }
        authority
            .public_key()
            .danger_verify_without_domain(&self.tbs, &self.signature)
            .map_err(|_| CertificateError::ListSignatureRefused { certificate })
    }

    /// When the certificate with this serial number was revoked, Unix seconds; `None` if the list does not name it.
    #[must_use]
    pub fn is_revoked(&self, serial: &[u8]) -> Option<i64> {
        self.revoked.get(serial).map(|entry| entry.unix_s)
    }

    /// The reason code for the certificate with this serial number (RFC 5280 section 5.3.1), if the list gives one.
    #[must_use]
    pub fn reason(&self, serial: &[u8]) -> Option<u8> {
        self.revoked.get(serial).and_then(|entry| entry.reason)
    }

    /// When the list was made, Unix seconds.
    #[must_use]
    pub const fn this_update(&self) -> i64 {
        self.this_update_unix_s
    }

    /// When the next list is due, Unix seconds.
    #[must_use]
    pub const fn next_update(&self) -> i64 {
        self.next_update_unix_s
    }

    /// How many certificates the list names.
    #[must_use]
    pub fn count(&self) -> usize {
        self.revoked.len()
    }

    /// Why this authentic list says nothing fresh about the certificate at the time; `None` if it does. A list made after the
    /// time is good too: revocations carry their own times. After its expiry a certificate is no longer revoked.
    fn gap(&self, certificate: &Certificate, at_unix_s: i64) -> Option<ListGapReason> {
        if at_unix_s.min(certificate.not_after()) > self.next_update_unix_s {
            Some(ListGapReason::Stale { next_update_unix_s: self.next_update_unix_s })
        } else if self.this_update_unix_s > certificate.not_after() {
            Some(ListGapReason::MadeAfterExpiry { this_update_unix_s: self.this_update_unix_s })
        } else {
            None
        }
    }
}

/// Checks a certificate against the lists of its issuer. Any authentic list that names it counts, stale ones too.
pub(super) fn check(
    certificate: &Certificate,
    issuer: &Certificate,
    lists: &[RevocationList],
    times: ChainTimes,
) -> Result<Status, CertificateError> {
    let mut best = Some(ListGapReason::Missing);
    let mut later: Option<Entry> = None;
    for list in lists.iter().filter(|list| list.issuer_der == issuer.subject.der) {
        let gap = if list.verify(issuer).is_err() {
            Some(ListGapReason::NotAuthentic)
        } else {
            if let Some(entry) = list.revoked.get(certificate.serial()).copied() {
                let revoked_unix_s = entry.unix_s;
                if revoked_unix_s <= times.revoked_by_unix_s {
                    return Err(CertificateError::Revoked { certificate: certificate.fingerprint(), revoked_unix_s });
                }
                later = Some(later.map_or(entry, |known| known.min(entry)));
            }
            list.gap(certificate, times.lists_at_unix_s)
        };
        best = match (best, gap) {
            (None, _) | (_, None) => None,
            (Some(best), Some(gap)) => Some(best.max(gap)),
        };
    }
    let certificate = certificate.fingerprint();
    Ok(Status {
        gap: best.map(|reason| ListGap { certificate, reason }),
        revoked_later: later.map(|Entry { unix_s, reason }| RevokedLater {
            certificate,
            revoked_unix_s: unix_s,
            reason,
        }),
    })
}

/// What the lists say about a certificate that is not revoked at the time that counts.
pub(super) struct Status {
    pub(super) gap: Option<ListGap>,
    pub(super) revoked_later: Option<RevokedLater>,
}

fn check_version(list: &CertificateRevocationList<'_>) -> Result<(), CertificateError> {
    match list.version().map_or(0, |version| version.0) {
        VERSION_2 => Ok(()),
        actual => Err(CertificateError::Version { structure: STRUCTURE, expected: VERSION_2, actual }),
    }
}

/// No critical extension of a list is implemented: they make a list partial, a delta, or another authority's.
fn check_critical(extensions: &[X509Extension<'_>]) -> Result<(), CertificateError> {
    match extensions.iter().find(|extension| extension.critical) {
        Some(extension) => Err(CertificateError::ListExtension { oid: extension.oid.to_id_string() }),
        None => Ok(()),
    }
}

/// Serial number to time; of two times for one number the earlier counts.
fn revocations(list: &[RevokedCertificate<'_>]) -> Result<BTreeMap<Vec<u8>, Entry>, CertificateError> {
    let mut revocations = BTreeMap::new();
    for revoked in list {
        check_critical(revoked.extensions())?;
        let serial = parse::serial(STRUCTURE, revoked.raw_serial())?;
        let reason = revoked.reason_code().map(|(_, reason)| reason.0);
        let entry = Entry { unix_s: revoked.revocation_date.timestamp(), reason };
        let earliest = revocations.entry(serial).or_insert(entry);
        *earliest = entry.min(*earliest);
    }
    Ok(revocations)
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RevocationList { this_update_unix_s: from, next_update_unix_s: to, .. } = self;
        write!(f, "RevocationList({} revocations, {from} to {to})", self.count())
    }
}
