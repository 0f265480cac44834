//! SubjectPublicKeyInfo: two fixed DER prefixes are all that is accepted; anything else is only parsed to say what it was.
//!
//! `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`

use x509_parser::asn1_rs::{FromDer, Oid, Tag};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{Algorithm, SignatureError};

/// `SEQUENCE { SEQUENCE { 1.3.101.112 }, BIT STRING of 256 bits }` up to the key (RFC 8410 section 4).
const ED25519_PREFIX: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// `SEQUENCE { SEQUENCE { 1.2.840.10045.2.1, 1.2.156.10197.1.301 }, BIT STRING of 520 bits }` up to the point (GM/T 0009-2012 section 7.1).
const SM2_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf,
    0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];

const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const SM2_CURVE: &str = "1.2.156.10197.1.301";
const ED25519: &str = "1.3.101.112";

/// The algorithm and the raw key bytes.
pub(super) fn decode(der: &[u8]) -> Result<(Algorithm, &[u8]), SignatureError> {
    for (algorithm, prefix) in [(Algorithm::Ed25519, ED25519_PREFIX), (Algorithm::Sm2Sm3, SM2_PREFIX)] {
        if let Some(bytes) = der.strip_prefix(prefix)
            && bytes.len() == algorithm.public_key_len()
        {
            return Ok((algorithm, bytes));
        }
    }
    Err(reason(der))
}

pub(super) fn encode(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    let prefix = match algorithm {
        Algorithm::Ed25519 => ED25519_PREFIX,
        Algorithm::Sm2Sm3 => SM2_PREFIX,
    };
    [prefix, bytes].concat()
}

/// Why a key with another prefix is refused.
fn reason(der: &[u8]) -> SignatureError {
    let Ok((_, spki)) = SubjectPublicKeyInfo::from_der(der) else { return SignatureError::MalformedKeyEncoding };
    let oid = spki.algorithm.algorithm.to_id_string();
    match oid.as_str() {
        EC_PUBLIC_KEY => match &spki.algorithm.parameters {
            Some(parameters) if parameters.tag() == Tag::Sequence => SignatureError::ExplicitCurve,
            Some(parameters) if parameters.tag() == Tag::Oid => {
                let curve = Oid::new(parameters.data.into()).to_id_string();
                if curve == SM2_CURVE {
                    SignatureError::MalformedKey { algorithm: Algorithm::Sm2Sm3 }
                } else {
                    SignatureError::UnsupportedCurve { oid: curve }
                }
            }
            _ => SignatureError::MalformedKeyEncoding,
        },
        ED25519 => SignatureError::MalformedKey { algorithm: Algorithm::Ed25519 },
        _ => SignatureError::UnsupportedKeyKind { oid },
    }
}
