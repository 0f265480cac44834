//! Requests and answers of the timestamp protocol (RFC 3161 sections 2.4.1 and 2.4.2), with SM3 and without extensions. How they travel
//! is not decided here; over HTTP they have the media types of section 3.4.

use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString};
use der::{Encode, Sequence};

use super::wire::{self, Algorithm, Imprint, TstInfo, decode};
use super::{MAX_TOKEN_BYTES, TimestampError, signed_data};
use crate::digest::{Digest, sm3};

/// Longest request in bytes: version, imprint, policy and nonce take less than 100.
pub const MAX_REQUEST_BYTES: usize = 1024;
/// Longest answer in bytes: a token and a status.
pub const MAX_ANSWER_BYTES: usize = MAX_TOKEN_BYTES + 1024;
/// Media type of a request (RFC 3161 section 3.4).
pub const REQUEST_TYPE: &str = "application/timestamp-query";
/// Media type of an answer (RFC 3161 section 3.4).
pub const ANSWER_TYPE: &str = "application/timestamp-reply";
/// The two states of an answer that has a token: granted, and granted with modifications.
const GRANTED: [u8; 2] = [0, 1];
/// The state of an answer that refuses.
const REJECTION: u8 = 2;

/// A request for a timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampRequest {
    digest: Digest,
    nonce: Option<Int>,
    wants_certificate: bool,
}

/// Why an authority gives no timestamp (PKIFailureInfo; the bits of RFC 3161 section 2.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The digest is not SM3.
    Algorithm,
    /// The request is none that can be answered, e.g. without asking for the certificate.
    Request,
    /// The bytes are no request.
    Format,
    /// The authority cannot answer now.
    Failure,
}

impl Refusal {
    /// The list of named bits with this one, and how many bits of its last octet are unused: such a list ends with its last bit (X.690
    /// section 11.2.2).
    const fn bits(self) -> (&'static [u8], u8) {
        match self {
            // Bits 0, 2, 5 and 25.
            Refusal::Algorithm => (&[0x80], 7),
            Refusal::Request => (&[0x20], 5),
            Refusal::Format => (&[0x04], 2),
            Refusal::Failure => (&[0, 0, 0, 0x40], 6),
        }
    }
}

/// `TimeStampReq` (RFC 3161 section 2.4.1).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Request {
    version: u8,
    imprint: Imprint,
    #[asn1(optional = "true")]
    policy: Option<ObjectIdentifier>,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(default = "Default::default")]
    wants_certificate: bool,
}

/// `PKIStatusInfo` (RFC 4210 section 5.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct StatusInfo {
    status: u8,
    #[asn1(optional = "true")]
    text: Option<Vec<String>>,
    #[asn1(optional = "true")]
    failure: Option<BitString>,
}

/// `TimeStampResp` (RFC 3161 section 2.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Answer {
    status: StatusInfo,
    #[asn1(optional = "true")]
    token: Option<Any>,
}

impl TimestampRequest {
    /// A request over a message. The nonce must be new with every request: it tells the answer from an older one.
    #[must_use]
    pub fn over(message: &[u8], nonce: u64) -> Self {
        let nonce = nonce.to_der().ok().and_then(|der| decode::<Int>("nonce", &der).ok());
        Self { digest: sm3(message), nonce, wants_certificate: true }
    }

    /// The request as DER.
    ///
    /// # Errors
    /// [`TimestampError::Unmade`].
    pub fn to_der(&self) -> Result<Vec<u8>, TimestampError> {
        let unmade = |_| TimestampError::Unmade { what: "the request cannot be encoded" };
        let digest = OctetString::new(self.digest.as_bytes().as_slice()).map_err(unmade)?;
        let imprint = Imprint { algorithm: Algorithm::new(wire::SM3), digest };
        let Self { nonce, wants_certificate, .. } = self.clone();
        Request { version: 1, imprint, policy: None, nonce, wants_certificate }.to_der().map_err(unmade)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// What to answer.
    pub fn from_der(der: &[u8]) -> Result<Self, Refusal> {
        if der.len() > MAX_REQUEST_BYTES {
            return Err(Refusal::Format);
        }
        let request: Request = decode("TimeStampReq", der).map_err(|_| Refusal::Format)?;
        if request.imprint.algorithm.id != wire::SM3 {
            return Err(Refusal::Algorithm);
        }
        // A token is only of use here with its certificate inside; of policies there is one, which need not be named.
        if request.version != 1 || !request.wants_certificate || request.policy.is_some_and(|one| one != wire::POLICY) {
            return Err(Refusal::Request);
        }
        let digest: [u8; 32] = request.imprint.digest.as_bytes().try_into().map_err(|_| Refusal::Format)?;
        Ok(Self { digest: Digest::from_bytes(digest), nonce: request.nonce, wants_certificate: true })
    }

    pub(super) const fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(super) const fn nonce(&self) -> Option<&Int> {
        self.nonce.as_ref()
    }

    /// The token in an answer, which must be over this message and carry this nonce. Signature and certificate are not looked at:
    /// [`super::verify`] does.
    ///
    /// # Errors
    /// [`TimestampError::Refused`] when the authority gives none, or why the answer is none to this request.
    pub fn token_of(&self, answer: &[u8]) -> Result<Vec<u8>, TimestampError> {
        if answer.len() > MAX_ANSWER_BYTES {
            return Err(TimestampError::Malformed { what: "too long" });
        }
        let Answer { status, token } = decode("TimeStampResp", answer)?;
        let token = match token {
            Some(token) if GRANTED.contains(&status.status) => token,
            _ => return Err(TimestampError::Refused { status: status.status }),
        };
        let token = token.to_der().map_err(|_| TimestampError::Malformed { what: "timeStampToken" })?;
        let data = signed_data(&token)?;
        let info: TstInfo = decode("TSTInfo", data.content.content.as_bytes())?;
        if info.imprint.digest.as_bytes() != self.digest.as_bytes() {
            return Err(TimestampError::ImprintDiffers);
        }
        if info.nonce != self.nonce {
            return Err(TimestampError::NonceDiffers);
        }
        Ok(token)
    }
}

/// The answer that carries a token.
pub(super) fn granted(token: &[u8]) -> Result<Vec<u8>, TimestampError> {
    let unmade = |_| TimestampError::Unmade { what: "the answer cannot be encoded" };
    let token = decode::<Any>("timeStampToken", token)?;
    let status = StatusInfo { status: GRANTED[0], text: None, failure: None };
    Answer { status, token: Some(token) }.to_der().map_err(unmade)
}

/// The answer that refuses.
///
/// # Errors
/// [`TimestampError::Unmade`].
pub fn refusal(refusal: Refusal) -> Result<Vec<u8>, TimestampError> {
    let unmade = |_| TimestampError::Unmade { what: "the answer cannot be encoded" };
    let (bits, unused) = refusal.bits();
    let failure = BitString::new(unused, bits).map_err(unmade)?;
    let status = StatusInfo { status: REJECTION, text: None, failure: Some(failure) };
    Answer { status, token: None }.to_der().map_err(unmade)
}
