//! The seal signature (SES_Signature), decoded.

use std::fmt;

use der::Decode;
use der::asn1::BitString;
use x509_cert::time::Time;

use super::read::{self, check_size};
use super::wire::{self, Signature1, Signature4};
use super::{MAX_PROPERTY_BYTES, MAX_SIGNATURE_BYTES, Role, Seal, SealError, SealVersion};
use crate::certificate::Certificate;
use crate::digest::sha256;
use crate::sign::Signature;

const WHAT: &str = "SES_Signature";

/// A decoded seal signature (SES_Signature). It holds only when [`super::verify`] says so.
#[derive(Clone, PartialEq, Eq)]
pub struct SealSignature {
    der: Vec<u8>,
    seal: Seal,
    time_unix_s: i64,
    data_hash: [u8; 32],
    property: String,
    certificate: Certificate,
    /// DER(toSign): what the signer signed.
    signed: Vec<u8>,
    signature: Signature,
    timestamp: Option<Vec<u8>>,
}

impl SealSignature {
    /// Decodes a seal signature of version 1, 4 or 5; trailing bytes are refused.
    ///
    /// # Errors
    /// Too large, not this exact DER, another version, an unknown critical extension, or keys that are not SM2.
    pub fn from_der(der: &[u8]) -> Result<Self, SealError> {
        check_size(WHAT, der.len(), MAX_SIGNATURE_BYTES)?;
        match wire::count_elements(WHAT, der)? {
            2 => from_wire_1(&wire::decode::<Signature1>(WHAT, der)?),
            _ => from_wire_4(&wire::decode::<Signature4>(WHAT, der)?),
        }
    }

    /// The DER bytes as they were given: the content of `SignedValue.dat`.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The seal inside.
    #[must_use]
    pub const fn seal(&self) -> &Seal {
        &self.seal
    }

    /// When it was signed, Unix seconds, as the signer claims.
    #[must_use]
    pub const fn time(&self) -> i64 {
        self.time_unix_s
    }

    /// SM3 of the protected bytes, as the signer states: in OFD of `Signature.xml`.
    #[must_use]
    pub const fn data_hash(&self) -> &[u8; 32] {
        &self.data_hash
    }

    /// The protected range: in OFD the absolute path of `Signature.xml`.
    #[must_use]
    pub fn property(&self) -> &str {
        &self.property
    }

    /// The certificate of the signer (签章者).
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// DER(toSign): what the signer signed.
    #[must_use]
    pub fn signed_bytes(&self) -> &[u8] {
        &self.signed
    }

    /// The signer's signature.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The timestamp token over the signature value (RFC 3161 TimeStampToken), not verified.
    #[must_use]
    pub fn timestamp(&self) -> Option<&[u8]> {
        self.timestamp.as_deref()
    }
}

fn from_wire_4(wire: &Signature4) -> Result<SealSignature, SealError> {
    let to_sign = &wire.to_sign;
    let seal = read::from_wire_4(&to_sign.seal)?;
    if !matches!(to_sign.version, 4 | 5) {
        return Err(SealError::Version { what: "TBS_Sign", actual: to_sign.version });
    }
    read::check_extensions(to_sign.extensions.as_deref(), None)?;
    Ok(SealSignature {
        der: wire::encode(WHAT, wire)?,
        seal,
        time_unix_s: read::unix_s(to_sign.time.to_unix_duration())?,
        data_hash: data_hash(&to_sign.data_hash)?,
        property: read::text("propertyInfo", to_sign.property.as_str(), MAX_PROPERTY_BYTES)?,
        certificate: read::certificate_of(Role::Signer, &wire.certificate)?,
        signed: wire::encode("TBS_Sign", to_sign)?,
        signature: read::signature_of(Role::Signer, wire.algorithm, &wire.signature)?,
        timestamp: wire.timestamp.as_ref().map(read::timestamp_bytes).transpose()?,
    })
}

fn from_wire_1(wire: &Signature1) -> Result<SealSignature, SealError> {
    let to_sign = &wire.to_sign;
    if to_sign.version != SealVersion::V1.number() {
        return Err(SealError::Version { what: "TBS_Sign", actual: to_sign.version });
    }
    Ok(SealSignature {
        der: wire::encode(WHAT, wire)?,
        seal: read::from_wire_1(&to_sign.seal)?,
        time_unix_s: time_info(&to_sign.time)?,
        data_hash: data_hash(&to_sign.data_hash)?,
        property: read::text("propertyInfo", to_sign.property.as_str(), MAX_PROPERTY_BYTES)?,
        certificate: read::certificate_of(Role::Signer, &to_sign.certificate)?,
        signed: wire::encode("TBS_Sign", to_sign)?,
        signature: read::signature_of(Role::Signer, to_sign.algorithm, &wire.signature)?,
        timestamp: None,
    })
}

fn data_hash(wire: &BitString) -> Result<[u8; 32], SealError> {
    let malformed = SealError::Field { field: "dataHash", reason: "is no SM3 digest of 256 bits" };
    wire.as_bytes().and_then(|bytes| bytes.try_into().ok()).ok_or(malformed)
}

/// Version 1 keeps the DER of a UTCTime or GeneralizedTime in a BIT STRING. A timestamp in its place is not read.
fn time_info(wire: &BitString) -> Result<i64, SealError> {
    let unread = SealError::Field {
        field: "timeInfo",
        reason: "is no UTCTime or GeneralizedTime; timestamps are not read here",
    };
    let bytes = wire.as_bytes().ok_or_else(|| unread.clone())?;
    let time = Time::from_der(bytes).map_err(|_| unread)?;
    read::unix_s(time.to_unix_duration())
}

/// Without names: a personal seal names a person.
impl fmt::Debug for SealSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealSignature({} bytes, {})", self.der.len(), sha256(&self.der))
    }
}
