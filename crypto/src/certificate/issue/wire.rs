//! The ASN.1 structures that are written (RFC 5280 sections 4.1 and 5.1).

use std::time::Duration;

use der::asn1::{Any, BitString, GeneralizedTime, ObjectIdentifier, OctetString, Uint, UtcTime};
use der::{Decode, Encode, Sequence, Tag};
use x509_cert::time::Time;

use super::{IssueError, MAX_SUBJECT_NAME_CHARS, Subject};
use crate::certificate::Certificate;
use crate::digest::sha256;
use crate::sign::{Algorithm as KeyAlgorithm, PublicKey, Signer};

/// Version 3 is written as 2.
pub(super) const VERSION_3: u8 = 2;
/// 2050-01-01: from here on times are GeneralizedTime (RFC 5280 section 4.1.2.5).
const YEAR_2050_UNIX_S: i64 = 2_524_608_000;
/// Bytes of a key identifier: the first 160 bits of SHA-256 (RFC 7093 section 2, method 1).
const KEY_ID_BYTES: usize = 20;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
pub(super) const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
pub(super) const ORGANISATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");
pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

const SUBJECT_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const LIST_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const AUTHORITY_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// AlgorithmIdentifier without parameters, as both algorithms are written.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Algorithm {
    id: ObjectIdentifier,
}

impl Algorithm {
    pub(super) const fn of(algorithm: KeyAlgorithm) -> Self {
        match algorithm {
            KeyAlgorithm::Ed25519 => Algorithm { id: ED25519 },
            KeyAlgorithm::Sm2Sm3 => Algorithm { id: SM2_WITH_SM3 },
        }
    }

    pub(super) const fn id(&self) -> ObjectIdentifier {
        self.id
    }
}

/// Validity.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Validity {
    pub(super) not_before: Time,
    pub(super) not_after: Time,
}

/// TBSCertificate.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct ToSign {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: u8,
    pub(super) serial: Uint,
    pub(super) signature: Algorithm,
    pub(super) issuer: Any,
    pub(super) validity: Validity,
    pub(super) subject: Any,
    pub(super) public_key: Any,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    pub(super) extensions: Vec<Extension>,
}

/// TBSCertList; an empty list of revocations is left out.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct ListToSign {
    pub(super) version: u8,
    pub(super) signature: Algorithm,
    pub(super) issuer: Any,
    pub(super) this_update: Time,
    pub(super) next_update: Time,
    #[asn1(optional = "true")]
    pub(super) revoked: Option<Vec<Revoked>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) extensions: Vec<Extension>,
}

/// An entry of revokedCertificates.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Revoked {
    pub(super) serial: Uint,
    pub(super) time: Time,
    pub(super) extensions: Vec<Extension>,
}

/// Extension.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Extension {
    id: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    critical: bool,
    value: OctetString,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct BasicConstraints {
    #[asn1(default = "Default::default")]
    authority: bool,
    #[asn1(optional = "true")]
    path_len: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct AuthorityKeyId {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    key_id: OctetString,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct NamePart {
    pub(super) id: ObjectIdentifier,
    pub(super) text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Signed {
    to_sign: Any,
    algorithm: Algorithm,
    signature: BitString,
}

impl Extension {
    fn new<T: Encode>(id: ObjectIdentifier, critical: bool, value: &T) -> Result<Self, IssueError> {
        Ok(Extension { id, critical, value: octets(&encode("extension", value)?)? })
    }

    pub(super) fn basic_constraints(authority: bool, path_len: Option<u8>) -> Result<Self, IssueError> {
        Self::new(BASIC_CONSTRAINTS, true, &BasicConstraints { authority, path_len })
    }

    pub(super) fn key_usage((bits, unused): (u8, u8)) -> Result<Self, IssueError> {
        let bits = BitString::new(unused, [bits]).map_err(|_| IssueError::Unencodable { what: "key usage" })?;
        Self::new(KEY_USAGE, true, &bits)
    }

    pub(super) fn subject_key_id(id: &[u8]) -> Result<Self, IssueError> {
        Self::new(SUBJECT_KEY_ID, false, &octets(id)?)
    }

    pub(super) fn authority_key_id(id: &[u8]) -> Result<Self, IssueError> {
        Self::new(AUTHORITY_KEY_ID, false, &AuthorityKeyId { key_id: octets(id)? })
    }

    pub(super) fn time_stamping() -> Result<Self, IssueError> {
        Self::new(EXTENDED_KEY_USAGE, true, &vec![TIME_STAMPING])
    }

    pub(super) fn list_number(number: u64) -> Result<Self, IssueError> {
        Self::new(LIST_NUMBER, false, &number)
    }

    pub(super) fn reason(code: u8) -> Result<Self, IssueError> {
        let what = "reason code";
        let code = Any::new(Tag::Enumerated, [code]).map_err(|_| IssueError::Unencodable { what })?;
        Self::new(REASON_CODE, false, &code)
    }
}

/// RDNSequence: country, organisation, credit code, common name.
pub(super) fn name(subject: &Subject) -> Result<Vec<u8>, IssueError> {
    let mut parts = vec![(COUNTRY, "country", "CN")];
    if let Some(text) = &subject.organisation {
        parts.push((ORGANISATION, "organisation", text));
    }
    if let Some(text) = &subject.credit_code {
        parts.push((ORGANISATION_IDENTIFIER, "credit code", text));
    }
    parts.push((COMMON_NAME, "common name", &subject.common_name));
    let parts: Vec<Any> = parts
        .into_iter()
        .map(|(id, field, text)| {
            let actual = text.chars().count();
            if !(1..=MAX_SUBJECT_NAME_CHARS).contains(&actual) {
                return Err(IssueError::Name { field, actual });
            }
            let part = encode("subject", &NamePart { id, text: text.to_owned() })?;
            Any::new(Tag::Set, part).map_err(|_| IssueError::Unencodable { what: "subject" })
        })
        .collect::<Result<_, _>>()?;
    encode("subject", &parts)
}

/// The first 160 bits of SHA-256 of the key (RFC 7093 section 2, method 1).
pub(super) fn key_id(key: &PublicKey) -> Vec<u8> {
    sha256(key.as_bytes()).as_bytes().iter().copied().take(KEY_ID_BYTES).collect()
}

/// The key identifier that the certificate states, else the one that we would give its key.
pub(super) fn key_id_of(certificate: &Certificate) -> Vec<u8> {
    certificate.extensions.subject_key_id.clone().unwrap_or_else(|| key_id(certificate.public_key()))
}

/// Signs the bytes and puts the frame around them; a signature that does not verify never leaves.
pub(super) fn sign(to_sign: &[u8], algorithm: Algorithm, signer: &dyn Signer) -> Result<Vec<u8>, IssueError> {
    let signature = signer.danger_sign_without_domain(to_sign).map_err(IssueError::Signature)?;
    signer.public_key().danger_verify_without_domain(to_sign, &signature).map_err(IssueError::Signature)?;
    let signature =
        BitString::from_bytes(&signature.to_x509()).map_err(|_| IssueError::Unencodable { what: "signature" })?;
    encode("signed structure", &Signed { to_sign: any("signed structure", to_sign)?, algorithm, signature })
}

pub(super) fn serial(bytes: &[u8]) -> Result<Uint, IssueError> {
    Uint::new(bytes).map_err(|_| IssueError::Unencodable { what: "serial number" })
}

pub(super) fn time(unix_s: i64) -> Result<Time, IssueError> {
    let refused = IssueError::Dates { from_unix_s: unix_s, to_unix_s: unix_s };
    let duration = Duration::from_secs(u64::try_from(unix_s).map_err(|_| refused.clone())?);
    if unix_s < YEAR_2050_UNIX_S {
        UtcTime::from_unix_duration(duration).map(Time::from).map_err(|_| refused)
    } else {
        GeneralizedTime::from_unix_duration(duration).map(Time::from).map_err(|_| refused)
    }
}

pub(super) fn any(what: &'static str, der: &[u8]) -> Result<Any, IssueError> {
    Any::from_der(der).map_err(|_| IssueError::Unencodable { what })
}

pub(super) fn encode<T: Encode>(what: &'static str, value: &T) -> Result<Vec<u8>, IssueError> {
    value.to_der().map_err(|_| IssueError::Unencodable { what })
}

fn octets(bytes: &[u8]) -> Result<OctetString, IssueError> {
    OctetString::new(bytes).map_err(|_| IssueError::Unencodable { what: "octets" })
}
