//! Issuing certificates and revocation lists (RFC 5280, RFC 8410, GM/T 0015-2012): SM2 with SM3, and ed25519.
//!
//! Serial numbers, times and keys are arguments. Whatever is issued has been parsed again by [`Certificate::from_der`] or
//! [`super::RevocationList::from_der`], and its signature verified, before it leaves.

mod list;
mod request;
mod wire;

use thiserror::Error;

pub use self::list::{ListDraft, Revocation, RevocationReason};
pub use self::request::{CertificateRequest, MAX_REQUEST_BYTES};
use self::wire::{Algorithm, Extension, ToSign, any, encode, time};
use super::{Certificate, CertificateError, KeyPurpose, chain};
use crate::sign::{PublicKey, SignatureError, Signer};

/// Longest name in a subject in characters (RFC 5280 appendix A.1, ub-common-name).
pub const MAX_SUBJECT_NAME_CHARS: usize = 64;

/// What a certificate is for; sets key usage and basic constraints, both critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// A trust anchor that signs itself.
    Root,
    /// An authority below another one.
    Authority {
        /// How many authorities may follow below it.
        path_len: u8,
    },
    /// 制章者 or 签章者: makes seals or signs with them (digitalSignature, contentCommitment).
    Sealer,
    /// An organisation that signs records and messages (digitalSignature).
    Organisation,
    /// A node of the ledger (digitalSignature).
    Node,
    /// A timestamping authority (digitalSignature; id-kp-timeStamping, critical and alone).
    TimeStamping,
}

impl Profile {
    const fn is_authority(self) -> bool {
        matches!(self, Profile::Root | Profile::Authority { .. })
    }

    /// The key usage bits as in the certificate, bit 0 leftmost, and how many bits of the byte are unused.
    const fn key_usage(self) -> (u8, u8) {
        match self {
            Profile::Root | Profile::Authority { .. } => (0b0000_0110, 1),
            Profile::Sealer => (0b1100_0000, 6),
            Profile::Organisation | Profile::Node | Profile::TimeStamping => (0b1000_0000, 7),
        }
    }
}

/// Who a certificate names. Country is always CN; every text is a UTF8String.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    /// Common name.
    pub common_name: String,
    /// Name of the organisation.
    pub organisation: Option<String>,
    /// 统一社会信用代码 (organizationIdentifier, 2.5.4.97).
    pub credit_code: Option<String>,
}

/// Without names: a subject may be a person.
impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subject([REDACTED])")
    }
}

/// What goes into a certificate.
#[derive(Clone, Debug)]
pub struct CertificateDraft {
    /// What it is for.
    pub profile: Profile,
    /// Who it names.
    pub subject: Subject,
    /// The subject's key.
    pub public_key: PublicKey,
    /// Serial number, big-endian, 1 to 20 bytes, positive; unique under the issuer.
    pub serial: Vec<u8>,
    /// First second of validity, Unix seconds.
    pub not_before_unix_s: i64,
    /// Last second of validity, Unix seconds.
    pub not_after_unix_s: i64,
}

/// Why a certificate or a list is not issued.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// The end comes before the beginning, or outside the years 1970 to 9999.
    #[error("the times {from_unix_s} to {to_unix_s} are no period between the years 1970 and 9999")]
    Dates {
        /// Beginning.
        from_unix_s: i64,
        /// End.
        to_unix_s: i64,
    },
    /// The key at hand is not the issuer's.
    #[error("the key at hand is not the one in the issuer's certificate")]
    KeyDiffers,
    /// The issuer's certificate does not allow this.
    #[error("the issuer may not issue this: {0}")]
    Issuer(CertificateError),
    /// A name is empty or too long.
    #[error("the {field} of the subject has 1 to 64 characters, this one has {actual}")]
    Name {
        /// Field of the subject.
        field: &'static str,
        /// Characters given.
        actual: usize,
    },
    /// A root signs itself and nothing else does.
    #[error("a root certificate is made with self_sign, every other one with issue")]
    Profile,
    /// A certificate request cannot be used.
    #[error("the certificate request is refused: {reason}")]
    Request {
        /// Why.
        reason: &'static str,
    },
    /// The result cannot be read back: a serial number that is not positive, or a value out of bounds.
    #[error("the result is refused: {0}")]
    Result(CertificateError),
    /// The signer refused or signed wrongly.
    #[error("the issuer's key could not sign: {0}")]
    Signature(SignatureError),
    /// The structure cannot be encoded.
    #[error("the {what} cannot be encoded")]
    Unencodable {
        /// What.
        what: &'static str,
    },
}

impl CertificateDraft {
    /// Makes a trust anchor, signed with its own key.
    ///
    /// # Errors
    /// Another profile, a field out of bounds, another key, or the signer refuses.
    pub fn self_sign(&self, signer: &dyn Signer) -> Result<Certificate, IssueError> {
        if self.profile != Profile::Root {
            return Err(IssueError::Profile);
        }
        if signer.public_key() != self.public_key {
            return Err(IssueError::KeyDiffers);
        }
        let name = wire::name(&self.subject)?;
        let certificate = self.sign(&name, &wire::key_id(&self.public_key), signer)?;
        chain::check_signature(&certificate, &certificate).map_err(IssueError::Result)?;
        Ok(certificate)
    }

    /// Makes a certificate below an authority.
    ///
    /// # Errors
    /// The issuer may not issue it, a field is out of bounds, another key, or the signer refuses.
    pub fn issue(&self, issuer: &Certificate, signer: &dyn Signer) -> Result<Certificate, IssueError> {
        if self.profile == Profile::Root {
            return Err(IssueError::Profile);
        }
        self.check_issuer(issuer)?;
        if signer.public_key() != *issuer.public_key() {
            return Err(IssueError::KeyDiffers);
        }
        let key_id = wire::key_id_of(issuer);
        let certificate = self.sign(&issuer.subject.der, &key_id, signer)?;
        chain::check_signature(&certificate, issuer).map_err(IssueError::Result)?;
        Ok(certificate)
    }

    /// The issuer is an authority with room below it, and lives at least as long.
    fn check_issuer(&self, issuer: &Certificate) -> Result<(), IssueError> {
        chain::check_authority(issuer).map_err(IssueError::Issuer)?;
        for at_unix_s in [self.not_before_unix_s, self.not_after_unix_s] {
            chain::check_validity(issuer, at_unix_s).map_err(IssueError::Issuer)?;
        }
        let Profile::Authority { path_len } = self.profile else { return Ok(()) };
        match issuer.path_len() {
            Some(allowed) if u32::from(path_len) >= allowed => {
                let actual = usize::from(path_len).saturating_add(1);
                Err(IssueError::Issuer(CertificateError::PathTooLong {
                    certificate: issuer.fingerprint(),
                    allowed,
                    actual,
                }))
            }
            _ => Ok(()),
        }
    }

    fn sign(&self, issuer_name: &[u8], issuer_key_id: &[u8], signer: &dyn Signer) -> Result<Certificate, IssueError> {
        let (from_unix_s, to_unix_s) = (self.not_before_unix_s, self.not_after_unix_s);
        if to_unix_s <= from_unix_s {
            return Err(IssueError::Dates { from_unix_s, to_unix_s });
        }
        let algorithm = Algorithm::of(signer.public_key().algorithm());
        let to_sign = ToSign {
            version: wire::VERSION_3,
            serial: wire::serial(&self.serial)?,
            signature: algorithm.clone(),
            issuer: any("issuer", issuer_name)?,
            validity: wire::Validity { not_before: time(from_unix_s)?, not_after: time(to_unix_s)? },
            subject: any("subject", &wire::name(&self.subject)?)?,
            public_key: any("key", &self.public_key.to_spki_der())?,
            extensions: self.extensions(issuer_key_id)?,
        };
        let der = wire::sign(&encode("certificate", &to_sign)?, algorithm, signer)?;
        let certificate = Certificate::from_der(&der).map_err(IssueError::Result)?;
        self.check_result(&certificate)?;
        Ok(certificate)
    }

    fn extensions(&self, issuer_key_id: &[u8]) -> Result<Vec<Extension>, IssueError> {
        let path_len = match self.profile {
            Profile::Authority { path_len } => Some(path_len),
            _ => None,
        };
        let mut list = vec![
            Extension::basic_constraints(self.profile.is_authority(), path_len)?,
            Extension::key_usage(self.profile.key_usage())?,
            Extension::subject_key_id(&wire::key_id(&self.public_key))?,
            Extension::authority_key_id(issuer_key_id)?,
        ];
        if self.profile == Profile::TimeStamping {
            list.push(Extension::time_stamping()?);
        }
        Ok(list)
    }

    /// What was read back is what was asked for.
    fn check_result(&self, certificate: &Certificate) -> Result<(), IssueError> {
        let purpose = match self.profile {
            Profile::Root | Profile::Authority { .. } => KeyPurpose::CertificateSigning,
            Profile::Sealer => KeyPurpose::ContentCommitment,
            Profile::Organisation | Profile::Node => KeyPurpose::Signing,
            Profile::TimeStamping => KeyPurpose::TimeStamping,
        };
        chain::check_usage(certificate, purpose).map_err(IssueError::Result)?;
        let same = certificate.public_key() == &self.public_key
            && certificate.is_ca() == self.profile.is_authority()
            && certificate.not_before() == self.not_before_unix_s
            && certificate.not_after() == self.not_after_unix_s;
        if same { Ok(()) } else { Err(IssueError::Unencodable { what: "certificate" }) }
    }
}
