//! The chain check of RFC 5280 section 6.1, without policies and name constraints: from a signer's certificate to a trust anchor.

use std::collections::BTreeMap;
use std::fmt;

use super::revocation;
use super::{Certificate, CertificateError, KeyUsage, ListGap, MAX_CERTIFICATE_BYTES, RevocationList, pem};
use crate::digest::Digest;

/// Most certificates of a chain, signer and anchor counted: national root, province, city, department and signer, and one to spare.
pub const MAX_CHAIN_CERTIFICATES: usize = 6;
/// Most intermediate certificates looked at: a chain needs four, the rest are renewals and cross-certificates.
pub const MAX_INTERMEDIATES: usize = 16;
/// Most certificate signatures verified in one search: bounds what a hostile set of intermediates can cost (SM2: 0.2 ms each).
pub const MAX_SIGNATURE_CHECKS: usize = 64;
/// Most trust anchors in one PEM bundle.
const MAX_BUNDLE_CERTIFICATES: usize = 64;

/// What a key must be allowed to do (key usage, RFC 5280 section 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// Sign certificates: `keyCertSign`. Asked of authorities.
    CertificateSigning,
    /// Commit to contents: `contentCommitment`, formerly `nonRepudiation`.
    ContentCommitment,
    /// Sign revocation lists: `cRLSign`. Asked of authorities.
    ListSigning,
    /// Sign transactions, seals and other messages: `digitalSignature`.
    Signing,
    /// Sign timestamps: `digitalSignature` and, as the only extended usage, `id-kp-timeStamping` (RFC 3161 section 2.3).
    TimeStamping,
}

impl KeyPurpose {
    /// A key of a timestamping authority is good for nothing else.
    const fn is_allowed_by(self, usage: KeyUsage, only_time_stamping: bool) -> bool {
        match self {
            KeyPurpose::CertificateSigning => usage.key_cert_sign() && !only_time_stamping,
            KeyPurpose::ContentCommitment => usage.content_commitment() && !only_time_stamping,
            KeyPurpose::ListSigning => usage.crl_sign() && !only_time_stamping,
            KeyPurpose::Signing => usage.digital_signature() && !only_time_stamping,
            KeyPurpose::TimeStamping => usage.digital_signature() && only_time_stamping,
        }
    }
}

impl fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyPurpose::CertificateSigning => "keyCertSign",
            KeyPurpose::ContentCommitment => "contentCommitment",
            KeyPurpose::ListSigning => "cRLSign",
            KeyPurpose::Signing => "digitalSignature",
            KeyPurpose::TimeStamping => "digitalSignature with id-kp-timeStamping alone",
        })
    }
}

/// The three times of a chain check, Unix seconds. They differ for a signature that was made in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainTimes {
    /// When every certificate of the chain must be valid: the time of signing.
    pub valid_at_unix_s: i64,
    /// A certificate revoked at or before this time is refused: the latest time at which the signature may have been made.
    pub revoked_by_unix_s: i64,
    /// When a list must be fresh (or at the end of the certificate, if that comes first): the time of verifying.
    pub lists_at_unix_s: i64,
}

impl ChainTimes {
    /// All three at one time.
    #[must_use]
    pub const fn at(unix_s: i64) -> Self {
        ChainTimes { valid_at_unix_s: unix_s, revoked_by_unix_s: unix_s, lists_at_unix_s: unix_s }
    }
}

/// A certificate of a chain that was revoked after the time that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokedLater {
    /// Fingerprint of the certificate.
    pub certificate: Digest,
    /// When it was revoked.
    pub revoked_unix_s: i64,
    /// The reason code of the list (RFC 5280 section 5.3.1), if it gives one.
    pub reason: Option<u8>,
}

/// What a successful chain check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    path: Vec<Digest>,
    without_fresh_list: Vec<ListGap>,
    revoked_later: Vec<RevokedLater>,
}

impl ChainReport {
    /// Fingerprints from the signer's certificate to the anchor.
    #[must_use]
    pub fn path(&self) -> &[Digest] {
        &self.path
    }

    /// Fingerprint of the anchor that the chain reached.
    #[must_use]
    pub fn anchor(&self) -> Option<Digest> {
        self.path.last().copied()
    }

    /// The certificates, the anchor left out, whose revocation could not be checked with a fresh list. Whether that is fatal is
    /// the caller's policy; empty means that none is revoked at the time.
    #[must_use]
    pub fn without_fresh_list(&self) -> &[ListGap] {
        &self.without_fresh_list
    }

    /// The certificates that were revoked after the time that counts, signer's first. What was signed before stands.
    #[must_use]
    pub fn revoked_later(&self) -> &[RevokedLater] {
        &self.revoked_later
    }
}

/// The authorities that are trusted without anybody vouching for them: self-signed authority certificates.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    by_fingerprint: BTreeMap<Digest, Certificate>,
}

impl TrustAnchors {
    /// Takes the certificates; the same one twice counts once. No certificates means that nothing is trusted.
    ///
    /// # Errors
    /// One is no authority, may not sign certificates, is not understood fully, or is not signed with its own key.
    pub fn from_certificates(certificates: Vec<Certificate>) -> Result<Self, CertificateError> {
        let mut by_fingerprint = BTreeMap::new();
        for certificate in certificates {
            let fingerprint = certificate.fingerprint();
            check_authority(&certificate)?;
            if !certificate.is_self_issued() || check_signature(&certificate, &certificate).is_err() {
                return Err(CertificateError::NotSelfSigned { certificate: fingerprint });
            }
            by_fingerprint.insert(fingerprint, certificate);
        }
        Ok(TrustAnchors { by_fingerprint })
    }

    /// Takes every certificate of a PEM file.
    ///
    /// # Errors
    /// The text is not PEM certificates only, or one is refused by [`TrustAnchors::from_certificates`].
    pub fn from_pem(text: &[u8]) -> Result<Self, CertificateError> {
        let max_bytes = MAX_CERTIFICATE_BYTES.saturating_mul(MAX_BUNDLE_CERTIFICATES);
        let blocks = pem::all(text, "CERTIFICATE", max_bytes)?;
        let certificates = blocks.iter().map(|block| Certificate::from_der(block)).collect::<Result<_, _>>()?;
        Self::from_certificates(certificates)
    }

    /// The anchors, ordered by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.by_fingerprint.values()
    }

    /// How many anchors there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_fingerprint.len()
    }

    /// Checks that a chain leads from the certificate to an anchor and that it may be used so at the time: signatures, validity,
    /// authority bit, path length, key usage, critical extensions, and revocation as far as lists are given.
    ///
    /// A certificate revoked after the time is fine. A missing or stale list is reported, not refused: see
    /// [`ChainReport::without_fresh_list`].
    ///
    /// # Errors
    /// What stands in the way of the most promising chain.
    pub fn check_chain(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        revocation: &[RevocationList],
        at_unix_s: i64,
        usage: KeyPurpose,
    ) -> Result<ChainReport, CertificateError> {
        self.check_chain_at(leaf, intermediates, revocation, ChainTimes::at(at_unix_s), usage)
    }

    /// Like [`TrustAnchors::check_chain`], with a time each for validity, revocation and freshness of the lists.
    ///
    /// # Errors
    /// What stands in the way of the most promising chain.
    pub fn check_chain_at(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        revocation: &[RevocationList],
        times: ChainTimes,
        usage: KeyPurpose,
    ) -> Result<ChainReport, CertificateError> {
        let actual = intermediates.len();
        if actual > MAX_INTERMEDIATES {
            return Err(CertificateError::TooManyIntermediates { max: MAX_INTERMEDIATES, actual });
        }
        check_leaf(leaf, times.valid_at_unix_s, usage)?;
        let mut search = Search { anchors: self, intermediates, revocation, times, signature_checks: 0 };
        let chain = search.extend(Chain { certificates: vec![leaf], gaps: Vec::new(), revoked_later: Vec::new() })?;
        Ok(ChainReport {
            path: chain.certificates.iter().map(|certificate| certificate.fingerprint()).collect(),
            without_fresh_list: chain.gaps,
            revoked_later: chain.revoked_later,
        })
    }
}

/// A chain as far as it is built, the signer's certificate first.
#[derive(Clone)]
struct Chain<'a> {
    certificates: Vec<&'a Certificate>,
    gaps: Vec<ListGap>,
    revoked_later: Vec<RevokedLater>,
}

/// A depth-first search for a chain, bounded in depth and in signature checks.
struct Search<'a> {
    anchors: &'a TrustAnchors,
    intermediates: &'a [Certificate],
    revocation: &'a [RevocationList],
    times: ChainTimes,
    signature_checks: usize,
}

impl<'a> Search<'a> {
    /// Extends the chain to an anchor, or says what stands in the way of the first issuer that has the right name.
    fn extend(&mut self, chain: Chain<'a>) -> Result<Chain<'a>, CertificateError> {
        let Some(last) = chain.certificates.last().copied() else {
            return Err(CertificateError::ChainTooLong { max: MAX_CHAIN_CERTIFICATES });
        };
        if chain.certificates.len() >= MAX_CHAIN_CERTIFICATES {
            return Err(CertificateError::ChainTooLong { max: MAX_CHAIN_CERTIFICATES });
        }
        let mut failure = None;
        let anchors: &'a TrustAnchors = self.anchors;
        for anchor in anchors.iter().filter(|anchor| may_have_issued(anchor, last)) {
            match self.link(&chain, last, anchor) {
                Ok(complete) => return Ok(complete),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let intermediates: &'a [Certificate] = self.intermediates;
        for authority in intermediates.iter().filter(|authority| may_have_issued(authority, last)) {
            if chain.certificates.iter().any(|seen| seen.fingerprint() == authority.fingerprint()) {
                continue;
            }
            match self.link(&chain, last, authority).and_then(|longer| self.extend(longer)) {
                Ok(complete) => return Ok(complete),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or(CertificateError::UnknownIssuer { certificate: last.fingerprint() }))
    }

    /// The chain with one more authority, when every check of this link passes.
    fn link(
        &mut self,
        chain: &Chain<'a>,
        last: &'a Certificate,
        authority: &'a Certificate,
    ) -> Result<Chain<'a>, CertificateError> {
        if self.signature_checks >= MAX_SIGNATURE_CHECKS {
            return Err(CertificateError::TooManySignatureChecks { max: MAX_SIGNATURE_CHECKS });
        }
        self.signature_checks = self.signature_checks.saturating_add(1);
        check_signature(last, authority)?;
        check_authority(authority)?;
        check_validity(authority, self.times.valid_at_unix_s)?;
        check_path_len(authority, &chain.certificates)?;
        let status = revocation::check(last, authority, self.revocation, self.times)?;
        let mut longer = chain.clone();
        longer.certificates.push(authority);
        longer.gaps.extend(status.gap);
        longer.revoked_later.extend(status.revoked_later);
        Ok(longer)
    }
}

/// Same name, and the same key identifier where both state one (RFC 5280 section 4.2.1.1).
fn may_have_issued(authority: &Certificate, certificate: &Certificate) -> bool {
    let ids = (&certificate.extensions.authority_key_id, &authority.extensions.subject_key_id);
    let same_key = match ids {
        (Some(asked), Some(stated)) => asked == stated,
        _ => true,
    };
    same_key && certificate.issuer.der == authority.subject.der
}

pub(super) fn check_signature(certificate: &Certificate, authority: &Certificate) -> Result<(), CertificateError> {
    authority.public_key().danger_verify_without_domain(&certificate.tbs, &certificate.signature).map_err(|_| {
        CertificateError::SignatureRefused { certificate: certificate.fingerprint(), issuer: authority.fingerprint() }
    })
}

fn check_leaf(leaf: &Certificate, at_unix_s: i64, usage: KeyPurpose) -> Result<(), CertificateError> {
    check_understood(leaf)?;
    if leaf.is_ca() {
        return Err(CertificateError::AuthorityAsLeaf { certificate: leaf.fingerprint() });
    }
    check_usage(leaf, usage)?;
    check_validity(leaf, at_unix_s)
}

pub(super) fn check_authority(authority: &Certificate) -> Result<(), CertificateError> {
    check_understood(authority)?;
    if !authority.is_ca() {
        return Err(CertificateError::NotAuthority { certificate: authority.fingerprint() });
    }
    check_usage(authority, KeyPurpose::CertificateSigning)
}

fn check_understood(certificate: &Certificate) -> Result<(), CertificateError> {
    match &certificate.extensions.not_understood {
        Some(oid) => {
            Err(CertificateError::CriticalExtension { certificate: certificate.fingerprint(), oid: oid.clone() })
        }
        None => Ok(()),
    }
}

/// A certificate without key usage is refused: nothing says that its key may be used so.
pub(super) fn check_usage(certificate: &Certificate, required: KeyPurpose) -> Result<(), CertificateError> {
    match certificate.key_usage() {
        Some(usage) if required.is_allowed_by(usage, certificate.extensions.only_time_stamping) => Ok(()),
        _ => Err(CertificateError::MissingUsage { certificate: certificate.fingerprint(), required }),
    }
}

pub(super) fn check_validity(certificate: &Certificate, at_unix_s: i64) -> Result<(), CertificateError> {
    let (not_before_unix_s, not_after_unix_s) = (certificate.not_before(), certificate.not_after());
    let fingerprint = certificate.fingerprint();
    if at_unix_s < not_before_unix_s {
        return Err(CertificateError::NotYetValid { certificate: fingerprint, not_before_unix_s, at_unix_s });
    }
    if at_unix_s > not_after_unix_s {
        return Err(CertificateError::Expired { certificate: fingerprint, not_after_unix_s, at_unix_s });
    }
    Ok(())
}

/// Self-issued intermediates are not counted (RFC 5280 section 4.2.1.9); neither is the signer's certificate.
fn check_path_len(authority: &Certificate, below: &[&Certificate]) -> Result<(), CertificateError> {
    let Some(allowed) = authority.path_len() else { return Ok(()) };
    let actual = below.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    if u32::try_from(actual).is_ok_and(|actual| actual <= allowed) {
        return Ok(());
    }
    Err(CertificateError::PathTooLong { certificate: authority.fingerprint(), allowed, actual })
}
