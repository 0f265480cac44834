//! Verifying a seal signature: every step of docs/spec/seal.md is run and listed; the first failure in their order is the verdict.

use super::finding::Expiring;
use super::{Finding, FindingClass, Outcome, Role, Seal, SealSignature, Step, StepName};
use crate::certificate::{
    Certificate, CertificateError, ChainReport, ChainTimes, KeyPurpose, RevocationList, TrustAnchors,
};
use crate::timestamp::{self, TimestampTrust};

/// What is trusted and known when a seal signature is made or verified.
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    /// The trusted authorities, those of the timestamps included.
    pub anchors: &'a TrustAnchors,
    /// Authorities between them and the signers.
    pub intermediates: &'a [Certificate],
    /// Revocation lists, in any order; they are verified here.
    pub lists: &'a [RevocationList],
    /// The present time, Unix seconds.
    pub now: i64,
    /// A time at which the signature is proven to have existed, such as that of its block, Unix seconds.
    pub trusted_time: Option<i64>,
}

/// What came of verifying a seal signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealReport {
    /// All steps in order.
    pub steps: Vec<Step>,
    /// The signature, if its bytes could be read.
    pub signature: Option<SealSignature>,
    /// The time of the verified timestamp, Unix seconds.
    pub timestamp_unix_s: Option<i64>,
    /// The earliest trusted time at which the signature existed: of the timestamp or from the context, Unix seconds.
    pub trusted_unix_s: Option<i64>,
}

impl SealReport {
    /// Whether no step failed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.signature.is_some() && self.first_failure().is_none()
    }

    /// The first step that failed, with its reason.
    #[must_use]
    pub fn first_failure(&self) -> Option<(StepName, &Finding)> {
        self.steps.iter().find_map(|step| step.failure().map(|finding| (step.name, finding)))
    }

    /// The class of the first failure.
    #[must_use]
    pub fn class(&self) -> Option<FindingClass> {
        self.first_failure().map(|(_, finding)| finding.class())
    }

    /// What came of one step.
    #[must_use]
    pub fn outcome(&self, name: StepName) -> Option<&Outcome> {
        self.steps.iter().find(|step| step.name == name).map(|step| &step.outcome)
    }

    /// The notes of all passed steps, in order.
    pub fn notes(&self) -> impl Iterator<Item = (StepName, &Finding)> {
        self.steps.iter().flat_map(|step| step.notes().iter().map(|note| (step.name, note)))
    }
}

/// Verifies a seal signature (SES_Signature) over a document with this digest and protected range. All steps are run, whatever fails.
#[must_use]
pub fn verify(bytes: &[u8], data_hash: &[u8; 32], property: &str, context: &SealContext<'_>) -> SealReport {
    match SealSignature::from_der(bytes) {
        Ok(signature) => verify_decoded(signature, data_hash, property, context),
        Err(error) => {
            let format = Step::new(StepName::Format, Err(Finding::Malformed(error)));
            let rest = StepName::ALL.into_iter().skip(1).map(Step::not_run);
            let steps = std::iter::once(format).chain(rest).collect();
            SealReport { steps, signature: None, timestamp_unix_s: None, trusted_unix_s: None }
        }
    }
}

fn verify_decoded(
    signature: SealSignature,
    data_hash: &[u8; 32],
    property: &str,
    context: &SealContext<'_>,
) -> SealReport {
    let seal = signature.seal();
    let (timestamp, timestamp_unix_s) = check_timestamp(&signature, context);
    let trusted_unix_s = match (context.trusted_time, timestamp_unix_s) {
        (Some(given), Some(stamped)) => Some(given.min(stamped)),
        (given, stamped) => given.or(stamped),
    };
    let times = Times { claimed_unix_s: signature.time(), trusted_unix_s, now_unix_s: context.now };
    let (certificate, time) = check_signer_and_time(signature.certificate(), context, times);
    let same = |equal: bool, finding| if equal { Ok(Vec::new()) } else { Err(finding) };
    let steps = vec![
        Step::new(StepName::Format, Ok(Vec::new())),
        Step::new(StepName::SignatureValue, check_signature_value(&signature)),
        Step::new(StepName::SignerCertificate, certificate),
        timestamp,
        Step::new(StepName::SigningTime, time),
        Step::new(StepName::DataHash, same(signature.data_hash() == data_hash, Finding::DataHashDiffers)),
        Step::new(StepName::ProtectedRange, same(signature.property() == property, Finding::PropertyDiffers)),
        Step::new(StepName::SealSignature, check_seal_signature(seal)),
        Step::new(StepName::MakerCertificate, check_maker(seal, context, times)),
        Step::new(StepName::SealValidity, check_seal_validity(seal, times)),
        Step::new(StepName::SignerAdmitted, check_admitted(seal, signature.certificate())),
    ];
    SealReport { steps, signature: Some(signature), timestamp_unix_s, trusted_unix_s }
}

/// The times that a signature is judged by, Unix seconds.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// The signing time that the signer states.
    pub(super) claimed_unix_s: i64,
    /// When the signature is proven to have existed.
    pub(super) trusted_unix_s: Option<i64>,
    /// The present.
    pub(super) now_unix_s: i64,
}

impl Times {
    /// A revocation at or before this time counts: the trusted time if there is one, else the claimed time.
    fn revoked_by(self) -> i64 {
        self.trusted_unix_s.unwrap_or(self.claimed_unix_s)
    }

    fn chain(self, valid_at_unix_s: i64) -> ChainTimes {
        ChainTimes { valid_at_unix_s, revoked_by_unix_s: self.revoked_by(), lists_at_unix_s: self.now_unix_s }
    }
}

type Checked = Result<Vec<Finding>, Finding>;

fn check_signature_value(signature: &SealSignature) -> Checked {
    let key = signature.certificate().public_key();
    key.danger_verify_without_domain(signature.signed_bytes(), signature.signature())
        .map(|()| Vec::new())
        .map_err(|_| Finding::SignatureRefused)
}

/// The maker's signature over the seal.
pub(super) fn check_seal_signature(seal: &Seal) -> Checked {
    let key = seal.maker().public_key();
    key.danger_verify_without_domain(seal.signed_bytes(), seal.signature())
        .map_err(|_| Finding::SealSignatureRefused)?;
    Ok(seal.timestamp().map(|_| Finding::SealTimestampSkipped).into_iter().collect())
}

/// The maker's certificate: valid when the seal was made, not revoked when it was used.
pub(super) fn check_maker(seal: &Seal, context: &SealContext<'_>, times: Times) -> Checked {
    check_chain(Role::Maker, seal.maker(), context, seal.created(), times)
}

/// The signer's certificate as a whole: chain, usage, dates and revocation.
pub(super) fn check_signer(certificate: &Certificate, context: &SealContext<'_>, times: Times) -> Checked {
    check_chain(Role::Signer, certificate, context, times.claimed_unix_s, times)
}

pub(super) fn check_seal_validity(seal: &Seal, times: Times) -> Checked {
    let (from_unix_s, to_unix_s, signed_unix_s) = (seal.valid_from(), seal.valid_to(), times.claimed_unix_s);
    if !(from_unix_s..=to_unix_s).contains(&signed_unix_s) {
        return Err(Finding::SealNotValidThen { from_unix_s, to_unix_s, signed_unix_s });
    }
    let expired = times.now_unix_s > to_unix_s;
    Ok(expired.then_some(Finding::ExpiredSince { what: Expiring::Seal, ended_unix_s: to_unix_s }).into_iter().collect())
}

pub(super) fn check_admitted(seal: &Seal, certificate: &Certificate) -> Checked {
    if seal.admits(certificate) {
        Ok(Vec::new())
    } else {
        Err(Finding::SignerNotListed { renewed: seal.lists_predecessor(certificate) })
    }
}

/// Steps c and d: a chain or a key usage that fails is c; dates, revocation and a time that cannot be are d.
fn check_signer_and_time(certificate: &Certificate, context: &SealContext<'_>, times: Times) -> (Checked, Checked) {
    let possible = check_time(times);
    match check_signer(certificate, context, times) {
        Ok(notes) => (Ok(notes), possible),
        Err(finding) if !is_of_time(&finding) => (Err(finding), possible),
        Err(finding) => {
            // The search stopped at a date: does the chain hold apart from it?
            // Not `clamp`, which panics on a certificate that ends before it begins.
            let inside = times.claimed_unix_s.max(certificate.not_before()).min(certificate.not_after());
            let usage = KeyPurpose::Signing;
            let (whose, trusted_time) = (Role::Signer, times.trusted_unix_s.is_some());
            let chain =
                context.anchors.check_chain(certificate, context.intermediates, &[], inside, usage).map(|_| Vec::new());
            let chain = chain.map_err(|error| Finding::Certificate { whose, error, trusted_time });
            let chain = chain.or_else(|error| if is_of_time(&error) { Ok(Vec::new()) } else { Err(error) });
            (chain, Err(finding))
        }
    }
}

/// Nothing is signed after it was seen, or after now.
pub(super) fn check_time(times: Times) -> Checked {
    let latest_unix_s = times.trusted_unix_s.map_or(times.now_unix_s, |trusted| trusted.min(times.now_unix_s));
    let signed_unix_s = times.claimed_unix_s;
    if signed_unix_s > latest_unix_s {
        return Err(Finding::SignedInFuture { signed_unix_s, latest_unix_s });
    }
    Ok(Vec::new())
}

const fn is_of_time(finding: &Finding) -> bool {
    matches!(finding.class(), FindingClass::OutOfTime | FindingClass::Revoked)
}

fn check_chain(
    whose: Role,
    certificate: &Certificate,
    context: &SealContext<'_>,
    valid_at_unix_s: i64,
    times: Times,
) -> Checked {
    let trusted_time = times.trusted_unix_s.is_some();
    let refused = |error: CertificateError| Finding::Certificate { whose, error, trusted_time };
    let SealContext { anchors, intermediates, lists, .. } = *context;
    let chain_times = times.chain(valid_at_unix_s);
    let report =
        anchors.check_chain_at(certificate, intermediates, lists, chain_times, KeyPurpose::Signing).map_err(refused)?;
    Ok(notes(whose, certificate, &report, times))
}

fn notes(whose: Role, certificate: &Certificate, report: &ChainReport, times: Times) -> Vec<Finding> {
    let trusted_time = times.trusted_unix_s.is_some();
    let mut notes = Vec::new();
    if !report.without_fresh_list().is_empty() {
        notes.push(Finding::NoFreshList { whose });
    }
    for later in report.revoked_later() {
        notes.push(Finding::RevokedLater { whose, revoked_unix_s: later.revoked_unix_s, trusted_time });
    }
    if times.now_unix_s > certificate.not_after() {
        let what = Expiring::Certificate(whose);
        notes.push(Finding::ExpiredSince { what, ended_unix_s: certificate.not_after() });
    }
    notes
}

/// The timestamp over the signature value, and its time if it holds.
fn check_timestamp(signature: &SealSignature, context: &SealContext<'_>) -> (Step, Option<i64>) {
    let name = StepName::Timestamp;
    let Some(token) = signature.timestamp() else { return (Step::not_run(name), None) };
    let SealContext { anchors, intermediates, lists, now, .. } = *context;
    let trust = TimestampTrust { anchors, intermediates, lists, now };
    match timestamp::verify(token, &signature.signature().to_x509(), &trust) {
        Ok(stamp) if stamp.has_fresh_lists => (Step::new(name, Ok(Vec::new())), Some(stamp.time_unix_s)),
        // An authority whose key may be stolen and revoked gives no time to rely on.
        Ok(_) => (Step::new(name, Ok(vec![Finding::NoFreshList { whose: Role::TimestampAuthority }])), None),
        Err(error) => (Step::new(name, Err(Finding::Timestamp(error))), None),
    }
}
