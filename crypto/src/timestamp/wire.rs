//! The ASN.1 structures of a timestamp token (RFC 3161, RFC 5652, RFC 5816, GB/T 35275).

use der::asn1::{Any, GeneralizedTime, Int, Null, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence, ValueOrd};
use x509_cert::attr::Attribute;

use super::TimestampError;
use crate::certificate::Certificate;
use crate::digest::{sha256, sm3 as sm3_of};

/// SM3 (GM/T 0006-2012).
pub(super) const SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401");
/// signedData of RFC 5652, which RFC 3161 asks for and which is written; and of GB/T 35275.
pub(super) const SIGNED_DATA: [ObjectIdentifier; 2] =
    [ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2"), ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.2")];
/// SM2 with SM3, which is written; and the SM2 signature of GB/T 35275.
pub(super) const SM2_SIGNATURES: [ObjectIdentifier; 2] =
    [ObjectIdentifier::new_unwrap("1.2.156.10197.1.501"), ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.1")];
/// id-ct-TSTInfo.
pub(super) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// id-contentType.
pub(super) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
/// id-messageDigest.
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// id-aa-signingCertificateV2 (RFC 5035).
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// The policy of our timestamps: below the enterprise number for examples (RFC 5612), so that nobody takes it for a real one.
pub(super) const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.38540.1");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// AlgorithmIdentifier, without parameters or with NULL.
#[derive(Clone, Debug, PartialEq, Eq, Sequence, ValueOrd)]
pub(super) struct Algorithm {
    pub(super) id: ObjectIdentifier,
    #[asn1(optional = "true")]
    pub(super) parameters: Option<Null>,
}

impl Algorithm {
    pub(super) const fn new(id: ObjectIdentifier) -> Self {
        Algorithm { id, parameters: None }
    }
}

/// `ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT SignedData }`
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct ContentInfo {
    pub(super) id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: SignedData,
}

/// SignedData without revocation lists (RFC 5652 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SignedData {
    pub(super) version: u8,
    pub(super) digests: SetOfVec<Algorithm>,
    pub(super) content: EncapsulatedContent,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) certificates: Option<SetOfVec<Any>>,
    pub(super) signers: SetOfVec<SignerInfo>,
}

/// EncapsulatedContentInfo.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct EncapsulatedContent {
    pub(super) id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: OctetString,
}

/// SignerInfo without unsigned attributes (RFC 5652 section 5.3).
#[derive(Clone, Debug, PartialEq, Eq, Sequence, ValueOrd)]
pub(super) struct SignerInfo {
    pub(super) version: u8,
    pub(super) id: IssuerAndSerial,
    pub(super) digest: Algorithm,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    pub(super) attributes: SetOfVec<Attribute>,
    pub(super) algorithm: Algorithm,
    pub(super) signature: OctetString,
}

/// IssuerAndSerialNumber.
#[derive(Clone, Debug, PartialEq, Eq, Sequence, ValueOrd)]
pub(super) struct IssuerAndSerial {
    pub(super) issuer: Any,
    pub(super) serial: Int,
}

/// MessageImprint.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Imprint {
    pub(super) algorithm: Algorithm,
    pub(super) digest: OctetString,
}

/// Accuracy.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Accuracy {
    #[asn1(optional = "true")]
    pub(super) seconds: Option<u32>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) micros: Option<u16>,
}

/// TSTInfo (RFC 3161 section 2.4.2) without extensions.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct TstInfo {
    pub(super) version: u8,
    pub(super) policy: ObjectIdentifier,
    pub(super) imprint: Imprint,
    pub(super) serial: Int,
    pub(super) time: GeneralizedTime,
    #[asn1(optional = "true")]
    pub(super) accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    pub(super) ordering: bool,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) authority: Option<Any>,
}

/// SigningCertificateV2 (RFC 5035 section 3) without policies and issuer serial.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SigningCertificate {
    pub(super) certificates: Vec<CertificateId>,
}

/// ESSCertIDv2; without an algorithm the digest is SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct CertificateId {
    #[asn1(optional = "true")]
    pub(super) algorithm: Option<Algorithm>,
    pub(super) digest: OctetString,
    #[asn1(optional = "true")]
    pub(super) issuer_serial: Option<Vec<Any>>,
}

impl SigningCertificate {
    /// Whether the first entry, which names the signer, is the digest of this certificate.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        let Some(first) = self.certificates.first() else { return false };
        let digest = match first.algorithm.as_ref().map(|algorithm| algorithm.id) {
            None | Some(SHA256) => sha256(certificate.as_der()),
            Some(SM3) => sm3_of(certificate.as_der()),
            Some(_) => return false,
        };
        first.digest.as_bytes() == digest.as_bytes()
    }
}

/// Decodes all the bytes, and only what would encode to the same bytes.
pub(super) fn decode<T>(what: &'static str, bytes: &[u8]) -> Result<T, TimestampError>
where
    T: for<'a> Decode<'a> + Encode,
{
    let malformed = TimestampError::Malformed { what };
    let value = T::from_der(bytes).map_err(|_| malformed.clone())?;
    let again = value.to_der().map_err(|_| malformed.clone())?;
    if again == bytes { Ok(value) } else { Err(malformed) }
}
