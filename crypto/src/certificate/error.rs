//! Why a certificate, a revocation list or a chain is refused. Certificates are named by fingerprint: a subject may be a person.

use thiserror::Error;

use super::KeyPurpose;
use crate::digest::Digest;
use crate::sign::SignatureError;

/// What was being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Structure {
    /// An X.509 certificate.
    Certificate,
    /// An X.509 certificate revocation list.
    RevocationList,
}

impl std::fmt::Display for Structure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Structure::Certificate => "certificate",
            Structure::RevocationList => "revocation list",
        })
    }
}

/// Why a certificate, a revocation list or a chain is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// The algorithm inside the signed part differs from the one beside the signature (RFC 5280 section 4.1.1.2).
    #[error("the {structure} names two different signature algorithms")]
    AlgorithmsDiffer {
        /// What was read.
        structure: Structure,
    },
    /// An authority's certificate stands where a signer's is expected.
    #[error("the certificate {certificate} belongs to an authority and cannot sign here")]
    AuthorityAsLeaf {
        /// Fingerprint.
        certificate: Digest,
    },
    /// No chain of at most this many certificates reaches an anchor.
    #[error("no chain of at most {max} certificates reaches a trust anchor")]
    ChainTooLong {
        /// Most certificates of a chain, leaf and anchor counted.
        max: usize,
    },
    /// A critical extension is not understood here (RFC 5280 section 4.2).
    #[error("the certificate {certificate} has an extension {oid} that must be understood and is not")]
    CriticalExtension {
        /// Fingerprint.
        certificate: Digest,
        /// Object identifier of the extension, dotted.
        oid: String,
    },
    /// An extension stands twice (RFC 5280 section 4.2).
    #[error("the {structure} has the extension {oid} twice")]
    DuplicateExtension {
        /// What was read.
        structure: Structure,
        /// Object identifier of the extension, dotted.
        oid: String,
    },
    /// The time is after the last second of validity.
    #[error("the certificate {certificate} was valid until {not_after_unix_s}, not at {at_unix_s}")]
    Expired {
        /// Fingerprint.
        certificate: Digest,
        /// Last second of validity.
        not_after_unix_s: i64,
        /// Time of the check.
        at_unix_s: i64,
    },
    /// The key or the signature is of a kind that is not accepted, or malformed.
    #[error("the key or signature of the {structure} is refused: {source}")]
    Key {
        /// What was read.
        structure: Structure,
        /// Why.
        source: SignatureError,
    },
    /// The list was made by another authority than this one.
    #[error("the revocation list is not by the authority {certificate}")]
    ListIssuerDiffers {
        /// Fingerprint of the authority.
        certificate: Digest,
    },
    /// A critical extension of a list is not understood here, such as those of delta and indirect lists.
    #[error("the revocation list has an extension {oid} that must be understood and is not")]
    ListExtension {
        /// Object identifier of the extension, dotted.
        oid: String,
    },
    /// The signature of a list does not verify with the key of its issuer.
    #[error("the revocation list is not signed by the authority {certificate}")]
    ListSignatureRefused {
        /// Fingerprint of the authority.
        certificate: Digest,
    },
    /// The bytes are not one DER structure of this kind, exactly.
    #[error("the bytes are no well-formed {structure}")]
    Malformed {
        /// What was read.
        structure: Structure,
    },
    /// An extension that the chain check needs cannot be read.
    #[error("the extension {oid} of the {structure} cannot be read")]
    MalformedExtension {
        /// What was read.
        structure: Structure,
        /// Object identifier of the extension, dotted.
        oid: String,
    },
    /// The text is not the expected number of PEM blocks with this label.
    #[error("the text is not PEM with the label {label}")]
    MalformedPem {
        /// Label expected.
        label: &'static str,
    },
    /// The serial number is not positive or has more than 20 bytes (RFC 5280 section 4.1.2.2).
    #[error("the serial number in the {structure} is not a positive number of at most 20 bytes")]
    MalformedSerial {
        /// What was read.
        structure: Structure,
    },
    /// The key usage does not include what is asked.
    #[error("the key usage of the certificate {certificate} does not include {required}")]
    MissingUsage {
        /// Fingerprint.
        certificate: Digest,
        /// The use asked for.
        required: KeyPurpose,
    },
    /// A list says no time of its next issue, so nobody can tell whether it is fresh (RFC 5280 section 5.1.2.5).
    #[error("the revocation list names no time of its next update")]
    NoNextUpdate,
    /// The issuer's certificate does not make it an authority.
    #[error("the certificate {certificate} issued another one but belongs to no authority")]
    NotAuthority {
        /// Fingerprint of the issuer.
        certificate: Digest,
    },
    /// A trust anchor must be self-issued and signed with its own key.
    #[error("the certificate {certificate} is not self-signed and cannot be a trust anchor")]
    NotSelfSigned {
        /// Fingerprint.
        certificate: Digest,
    },
    /// The time is before the first second of validity.
    #[error("the certificate {certificate} is valid from {not_before_unix_s}, not yet at {at_unix_s}")]
    NotYetValid {
        /// Fingerprint.
        certificate: Digest,
        /// First second of validity.
        not_before_unix_s: i64,
        /// Time of the check.
        at_unix_s: i64,
    },
    /// More intermediate certificates stand below an authority than it may have.
    #[error("the authority {certificate} may have {allowed} intermediate certificates below it, here are {actual}")]
    PathTooLong {
        /// Fingerprint of the authority.
        certificate: Digest,
        /// Its pathLenConstraint.
        allowed: u32,
        /// Intermediate certificates below it.
        actual: usize,
    },
    /// The certificate was revoked at or before the time.
    #[error("the certificate {certificate} was revoked at {revoked_unix_s}")]
    Revoked {
        /// Fingerprint.
        certificate: Digest,
        /// Time of revocation.
        revoked_unix_s: i64,
    },
    /// The signature does not verify with the key of the issuer.
    #[error("the certificate {certificate} is not signed by the authority {issuer}")]
    SignatureRefused {
        /// Fingerprint.
        certificate: Digest,
        /// Fingerprint of the supposed issuer.
        issuer: Digest,
    },
    /// The structure is larger than its bound.
    #[error("a {structure} has at most {max} bytes, this one has {actual}")]
    TooLarge {
        /// What was read.
        structure: Structure,
        /// Most bytes.
        max: usize,
        /// Bytes given.
        actual: usize,
    },
    /// More intermediate certificates were given than are looked at.
    #[error("at most {max} intermediate certificates are looked at, here are {actual}")]
    TooManyIntermediates {
        /// Most certificates.
        max: usize,
        /// Certificates given.
        actual: usize,
    },
    /// The search for a chain verified as many signatures as it may.
    #[error("no chain was found within {max} signature checks")]
    TooManySignatureChecks {
        /// Most signature checks.
        max: usize,
    },
    /// Neither the anchors nor the intermediates hold the issuer.
    #[error("the issuer of the certificate {certificate} is not known")]
    UnknownIssuer {
        /// Fingerprint of the certificate whose issuer is missing.
        certificate: Digest,
    },
    /// The signature algorithm is not accepted, such as RSA or ECDSA.
    #[error("the {structure} is signed with {oid}; only ed25519 and SM2 with SM3 are accepted")]
    UnsupportedSignature {
        /// What was read.
        structure: Structure,
        /// Object identifier of the algorithm, dotted.
        oid: String,
    },
    /// The structure has another version than X.509 v3 (certificate) or v2 (list); versions count from 0.
    #[error("the {structure} has the version number {actual}, not {expected}")]
    Version {
        /// What was read.
        structure: Structure,
        /// Version number expected.
        expected: u32,
        /// Version number read.
        actual: u32,
    },
}
