//! From DER to the owned types, through `x509-parser`. What it leaves open (exact frames, duplicates, versions) is checked here.

use std::collections::BTreeSet;

use x509_parser::asn1_rs::{BitString, FromDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension, X509Extension};
use x509_parser::x509::{AlgorithmIdentifier, X509Name};

use super::{Certificate, CertificateError, Extensions, KeyUsage, MAX_CERTIFICATE_BYTES, Name, Structure, der};
use crate::digest::sha256;
use crate::sign::{Algorithm, PublicKey, Signature, SignatureError};

const STRUCTURE: Structure = Structure::Certificate;
/// Version 3 is written as 2 (RFC 5280 section 4.1.2.1).
const VERSION_3: u32 = 2;
/// Longest serial number in bytes (RFC 5280 section 4.1.2.2).
const MAX_SERIAL_BYTES: usize = 20;
/// The algorithm identifiers that are accepted, byte for byte: `x509-parser` does not look at the tag of the object identifier.
/// Ed25519, 1.3.101.112 (RFC 8410 section 3); SM2 with SM3, 1.2.156.10197.1.501 (GM/T 0006-2012), without parameters and with NULL.
const ALGORITHMS: [(&[u8], Algorithm); 3] = [
    (&[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70], Algorithm::Ed25519),
    (&[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75], Algorithm::Sm2Sm3),
    (&[0x30, 0x0c, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75, 0x05, 0x00], Algorithm::Sm2Sm3),
];

pub(super) fn certificate(bytes: &[u8]) -> Result<Certificate, CertificateError> {
    let malformed = CertificateError::Malformed { structure: STRUCTURE };
    let max = MAX_CERTIFICATE_BYTES;
    if bytes.len() > max {
        return Err(CertificateError::TooLarge { structure: STRUCTURE, max, actual: bytes.len() });
    }
    let frame = der::frame(bytes).ok_or_else(|| malformed.clone())?;
    let (_, parsed) = X509Certificate::from_der(bytes).map_err(|_| malformed.clone())?;
    if parsed.tbs_certificate.as_ref() != frame.tbs {
        return Err(malformed);
    }
    if parsed.version.0 != VERSION_3 {
        return Err(CertificateError::Version { structure: STRUCTURE, expected: VERSION_3, actual: parsed.version.0 });
    }
    let public_key = PublicKey::from_spki_der(parsed.tbs_certificate.subject_pki.raw).map_err(key_error(STRUCTURE))?;
    let signature = signature(
        STRUCTURE,
        frame.algorithm,
        &parsed.tbs_certificate.signature,
        &parsed.signature_algorithm,
        &parsed.signature_value,
    )?;
    Ok(Certificate {
        der: bytes.to_vec(),
        tbs: frame.tbs.to_vec(),
        fingerprint: sha256(bytes),
        serial: serial(STRUCTURE, parsed.raw_serial())?,
        subject: name(parsed.subject()),
        issuer: name(parsed.issuer()),
        not_before_unix_s: parsed.validity().not_before.timestamp(),
        not_after_unix_s: parsed.validity().not_after.timestamp(),
        public_key,
        signature,
        extensions: extensions(parsed.extensions())?,
    })
}

fn key_error(structure: Structure) -> impl Fn(SignatureError) -> CertificateError {
    move |source| CertificateError::Key { structure, source }
}

fn name(name: &X509Name<'_>) -> Name {
    Name { der: name.as_raw().to_vec(), text: name.to_string() }
}

/// A positive INTEGER of at most 20 bytes in its shortest form.
pub(super) fn serial(structure: Structure, content: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let positive = match content {
        [] | [0] | [0, 0..=0x7f, ..] => false,
        [first, ..] => *first < 0x80,
    };
    if positive && content.len() <= MAX_SERIAL_BYTES {
        Ok(content.to_vec())
    } else {
        Err(CertificateError::MalformedSerial { structure })
    }
}

/// The signature beside the signed part; both algorithm fields must be equal (RFC 5280 sections 4.1.1.2 and 5.1.1.2).
pub(super) fn signature(
    structure: Structure,
    algorithm_der: &[u8],
    inside: &AlgorithmIdentifier<'_>,
    beside: &AlgorithmIdentifier<'_>,
    value: &BitString<'_>,
) -> Result<Signature, CertificateError> {
    if inside != beside {
        return Err(CertificateError::AlgorithmsDiffer { structure });
    }
    let Some((_, algorithm)) = ALGORITHMS.into_iter().find(|(der, _)| *der == algorithm_der) else {
        return Err(CertificateError::UnsupportedSignature { structure, oid: beside.algorithm.to_id_string() });
    };
    if value.unused_bits != 0 {
        return Err(CertificateError::Malformed { structure });
    }
    Signature::from_x509(algorithm, &value.data).map_err(key_error(structure))
}

/// Refuses extensions that stand twice or cannot be read (RFC 5280 section 4.2).
pub(super) fn check_extensions(structure: Structure, list: &[X509Extension<'_>]) -> Result<(), CertificateError> {
    let mut seen = BTreeSet::new();
    for extension in list {
        let oid = extension.oid.to_id_string();
        if matches!(extension.parsed_extension(), ParsedExtension::ParseError { .. } | ParsedExtension::Unparsed) {
            return Err(CertificateError::MalformedExtension { structure, oid });
        }
        if !seen.insert(extension.oid.as_bytes()) {
            return Err(CertificateError::DuplicateExtension { structure, oid });
        }
    }
    Ok(())
}

fn extensions(list: &[X509Extension<'_>]) -> Result<Extensions, CertificateError> {
    check_extensions(STRUCTURE, list)?;
    let mut read = Extensions::default();
    for extension in list {
        let understood = match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                read.is_authority = constraints.ca;
                read.path_len = constraints.path_len_constraint.filter(|_| constraints.ca);
                true
            }
            ParsedExtension::KeyUsage(usage) => {
                read.key_usage = Some(KeyUsage(usage.flags));
                true
            }
            ParsedExtension::SubjectKeyIdentifier(id) => {
                read.subject_key_id = Some(id.0.to_vec());
                true
            }
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                read.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                true
            }
            ParsedExtension::ExtendedKeyUsage(usage) if is_only_time_stamping(usage) => {
                read.only_time_stamping = true;
                true
            }
            // Our other purposes have no extended key usage of their own, so a critical list that does not allow any purpose excludes them.
            ParsedExtension::ExtendedKeyUsage(usage) => usage.any || !extension.critical,
            // A constraint that we cannot apply is not skipped, even where the issuer forgot to mark it critical.
            ParsedExtension::NameConstraints(_) => false,
            _ => !extension.critical,
        };
        if !understood && read.not_understood.is_none() {
            read.not_understood = Some(extension.oid.to_id_string());
        }
    }
    Ok(read)
}

/// `id-kp-timeStamping` and nothing beside it (RFC 3161 section 2.3).
fn is_only_time_stamping(usage: &ExtendedKeyUsage<'_>) -> bool {
    let others = usage.any
        || usage.server_auth
        || usage.client_auth
        || usage.code_signing
        || usage.email_protection
        || usage.ocsp_signing
        || !usage.other.is_empty();
    usage.time_stamping && !others
}
