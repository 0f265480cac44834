//! Making timestamps: an authority of one's own. Time and serial number are arguments.

use std::time::Duration;

use der::asn1::{Any, GeneralizedTime, Int, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode};
use x509_cert::attr::Attribute;

use super::TimestampError;
use super::protocol::{self, TimestampRequest};
use super::wire::{
    self, Algorithm, CertificateId, ContentInfo, EncapsulatedContent, Imprint, IssuerAndSerial, SignedData, SignerInfo,
    SigningCertificate, TstInfo,
};
use crate::certificate::Certificate;
use crate::digest::{Digest, sm3};
use crate::sign::Signer;

/// A timestamping authority, ready to stamp.
pub struct TimestampAuthority<'a> {
    /// Its certificate: SM2, issued with [`crate::certificate::issue::Profile::TimeStamping`].
    pub certificate: &'a Certificate,
    /// Its key.
    pub signer: &'a dyn Signer,
}

impl TimestampAuthority<'_> {
    /// A token over the message. The serial number must be new with every token of the authority.
    ///
    /// # Errors
    /// The key is not the one of the certificate, a value is out of bounds, or the signer refuses.
    pub fn stamp(&self, message: &[u8], time_unix_s: i64, serial: u128) -> Result<Vec<u8>, TimestampError> {
        self.token(&sm3(message), None, time_unix_s, serial)
    }

    /// The answer to a request, DER (RFC 3161 section 2.4.2). What is no request is answered too, with a refusal.
    ///
    /// # Errors
    /// As [`TimestampAuthority::stamp`]: the authority itself cannot stamp.
    pub fn answer(&self, request: &[u8], time_unix_s: i64, serial: u128) -> Result<Vec<u8>, TimestampError> {
        match TimestampRequest::from_der(request) {
            Ok(asked) => protocol::granted(&self.token(asked.digest(), asked.nonce(), time_unix_s, serial)?),
            Err(reason) => protocol::refusal(reason),
        }
    }

    fn token(
        &self,
        digest: &Digest,
        nonce: Option<&Int>,
        time_unix_s: i64,
        serial: u128,
    ) -> Result<Vec<u8>, TimestampError> {
        if self.signer.public_key() != *self.certificate.public_key() {
            return Err(TimestampError::Unmade { what: "the key is not the one of the certificate" });
        }
        let info = tst_info(digest, time_unix_s, serial)?;
        let content = encode(&TstInfo { nonce: nonce.cloned(), ..info })?;
        let info = ContentInfo { id: wire::SIGNED_DATA[0], content: self.signed_data(&content)? };
        encode(&info)
    }

    fn signed_data(&self, content: &[u8]) -> Result<SignedData, TimestampError> {
        let attributes = set(vec![
            attribute(wire::CONTENT_TYPE, &wire::TST_INFO)?,
            attribute(wire::MESSAGE_DIGEST, &octets(sm3(content).as_bytes())?)?,
            attribute(wire::SIGNING_CERTIFICATE_V2, &self.signing_certificate()?)?,
        ])?;
        let to_sign = encode(&attributes)?;
        let refused = TimestampError::Unmade { what: "the key could not sign" };
        let signature = self.signer.danger_sign_without_domain(&to_sign).map_err(|_| refused.clone())?;
        self.certificate.public_key().danger_verify_without_domain(&to_sign, &signature).map_err(|_| refused)?;
        let signer = SignerInfo {
            version: 1,
            id: IssuerAndSerial {
                issuer: any(self.certificate.issuer_der())?,
                serial: int(self.certificate.serial())?,
            },
            digest: Algorithm::new(wire::SM3),
            attributes,
            algorithm: Algorithm::new(wire::SM2_SIGNATURES[0]),
            signature: octets(&signature.to_x509())?,
        };
        Ok(SignedData {
            version: 3,
            digests: set(vec![Algorithm::new(wire::SM3)])?,
            content: EncapsulatedContent { id: wire::TST_INFO, content: octets(content)? },
            certificates: Some(set(vec![any(self.certificate.as_der())?])?),
            signers: set(vec![signer])?,
        })
    }

    fn signing_certificate(&self) -> Result<SigningCertificate, TimestampError> {
        let digest = octets(sm3(self.certificate.as_der()).as_bytes())?;
        let id = CertificateId { algorithm: Some(Algorithm::new(wire::SM3)), digest, issuer_serial: None };
        Ok(SigningCertificate { certificates: vec![id] })
    }
}

/// An authority at one moment: what [`crate::seal::SignRequest::timestamp`] takes.
pub struct TimestampAt<'a> {
    /// The authority.
    pub authority: &'a TimestampAuthority<'a>,
    /// The time, Unix seconds.
    pub time_unix_s: i64,
    /// The serial number.
    pub serial: u128,
}

impl crate::seal::TimestampSource for TimestampAt<'_> {
    fn token(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        self.authority.stamp(message, self.time_unix_s, self.serial).map_err(|error| error.to_string())
    }
}

fn tst_info(digest: &Digest, time_unix_s: i64, serial: u128) -> Result<TstInfo, TimestampError> {
    let refused = TimestampError::Unmade { what: "the time lies outside the years 1970 to 9999" };
    let seconds = u64::try_from(time_unix_s).map_err(|_| refused.clone())?;
    Ok(TstInfo {
        version: 1,
        policy: wire::POLICY,
        imprint: Imprint { algorithm: Algorithm::new(wire::SM3), digest: octets(digest.as_bytes())? },
        serial: decoded(&encode(&serial)?)?,
        time: GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_| refused)?,
        accuracy: None,
        ordering: false,
        nonce: None,
        authority: None,
    })
}

const UNENCODABLE: TimestampError = TimestampError::Unmade { what: "a value cannot be encoded" };

fn attribute<T: Encode>(oid: ObjectIdentifier, value: &T) -> Result<Attribute, TimestampError> {
    Ok(Attribute { oid, values: set(vec![any(&encode(value)?)?])? })
}

fn set<T: der::DerOrd>(values: Vec<T>) -> Result<SetOfVec<T>, TimestampError> {
    SetOfVec::try_from(values).map_err(|_| UNENCODABLE)
}

fn encode<T: Encode>(value: &T) -> Result<Vec<u8>, TimestampError> {
    value.to_der().map_err(|_| UNENCODABLE)
}

fn decoded<T: for<'a> Decode<'a>>(der: &[u8]) -> Result<T, TimestampError> {
    T::from_der(der).map_err(|_| UNENCODABLE)
}

fn any(der: &[u8]) -> Result<Any, TimestampError> {
    decoded(der)
}

fn int(bytes: &[u8]) -> Result<Int, TimestampError> {
    Int::new(bytes).map_err(|_| UNENCODABLE)
}

fn octets(bytes: &[u8]) -> Result<OctetString, TimestampError> {
    OctetString::new(bytes).map_err(|_| UNENCODABLE)
}
