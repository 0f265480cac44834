//! Certificate requests (PKCS #10, RFC 2986): a subject proves that it holds the key, and says how it would like to be named.

use der::asn1::{Any, BitString, Null, ObjectIdentifier, SetOfVec};
use der::{Decode, Sequence, Tag, Tagged};

use super::wire::{self, Algorithm, NamePart};
use super::{IssueError, Subject};
use crate::sign::{Algorithm as KeyAlgorithm, PublicKey, Signature, Signer};

/// Longest request in bytes: real ones have less than 1 KiB.
pub const MAX_REQUEST_BYTES: usize = 16 * 1024;
/// Version 1 is written as 0.
const VERSION_1: u8 = 0;

/// A request whose signature was verified. The authority decides on name, profile and times itself; attributes are not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    public_key: PublicKey,
    subject: Subject,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Info {
    version: u8,
    subject: Any,
    public_key: Any,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    attributes: SetOfVec<Any>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct AnyAlgorithm {
    id: ObjectIdentifier,
    #[asn1(optional = "true")]
    parameters: Option<Null>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Request {
    info: Info,
    algorithm: AnyAlgorithm,
    signature: BitString,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct AnyNamePart {
    id: ObjectIdentifier,
    text: Any,
}

impl CertificateRequest {
    /// Makes the DER of a request, signed with the key that it names.
    ///
    /// # Errors
    /// A name is out of bounds, or the signer refuses.
    pub fn make(subject: &Subject, signer: &dyn Signer) -> Result<Vec<u8>, IssueError> {
        let info = Info {
            version: VERSION_1,
            subject: wire::any("subject", &wire::name(subject)?)?,
            public_key: wire::any("key", &signer.public_key().to_spki_der())?,
            attributes: SetOfVec::new(),
        };
        let algorithm = Algorithm::of(signer.public_key().algorithm());
        let der = wire::sign(&wire::encode("request", &info)?, algorithm, signer)?;
        Self::from_der(&der)?;
        Ok(der)
    }

    /// Decodes a request and verifies its signature with the key in it.
    ///
    /// # Errors
    /// [`IssueError::Request`]: too large, not this exact DER, a key that is not accepted, or a signature that does not verify.
    pub fn from_der(der: &[u8]) -> Result<Self, IssueError> {
        let refused = |reason| IssueError::Request { reason };
        if der.len() > MAX_REQUEST_BYTES {
            return Err(refused("it is longer than 16 KiB"));
        }
        let request = Request::from_der(der).map_err(|_| refused("it is no PKCS #10 request in DER"))?;
        if wire::encode("request", &request)? != der || request.info.version != VERSION_1 {
            return Err(refused("it is no PKCS #10 request of version 1 in DER"));
        }
        let spki = wire::encode("key", &request.info.public_key)?;
        let public_key = PublicKey::from_spki_der(&spki)
            .map_err(|_| refused("its key is neither ed25519 nor SM2 with a named curve"))?;
        let algorithm = [KeyAlgorithm::Ed25519, KeyAlgorithm::Sm2Sm3]
            .into_iter()
            .find(|algorithm| Algorithm::of(*algorithm).id() == request.algorithm.id)
            .ok_or_else(|| refused("it is signed neither with ed25519 nor with SM2"))?;
        let signature = request.signature.as_bytes().and_then(|bytes| Signature::from_x509(algorithm, bytes).ok());
        let signed = wire::encode("request", &request.info)?;
        signature
            .filter(|signature| public_key.danger_verify_without_domain(&signed, signature).is_ok())
            .ok_or_else(|| refused("its signature does not verify, so nothing shows that the sender holds the key"))?;
        let subject = subject(&request.info.subject).ok_or_else(|| refused("its subject has no common name"))?;
        Ok(CertificateRequest { public_key, subject })
    }

    /// The key, which the sender holds.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// How the sender would like to be named: unchecked, and its country left out.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }
}

/// The parts that we know, each the first of its kind; texts as UTF8String or PrintableString.
fn subject(name: &Any) -> Option<Subject> {
    let sets: Vec<Any> = name.decode_as().ok()?;
    let mut parts = Vec::new();
    for set in &sets {
        let set: SetOfVec<Any> = set.decode_as().ok()?;
        for part in set.iter() {
            let part: AnyNamePart = part.decode_as().ok()?;
            if matches!(part.text.tag(), Tag::Utf8String | Tag::PrintableString) {
                parts.push(NamePart { id: part.id, text: std::str::from_utf8(part.text.value()).ok()?.to_owned() });
            }
        }
    }
    let find = |id| parts.iter().find(|part| part.id == id).map(|part| part.text.clone());
    Some(Subject {
        common_name: find(wire::COMMON_NAME)?,
        organisation: find(wire::ORGANISATION),
        credit_code: find(wire::ORGANISATION_IDENTIFIER),
    })
}
