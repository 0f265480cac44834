//! Signing with a seal, in the order of GB/T 38540-2020 section 7.2 (docs/spec/seal.md): the seal first, then the signer, then the signature.

use der::asn1::GeneralizedTime;

use super::make::{ascii, bits, octets, sign_with, time};
use super::verify::{
    SealContext, Times, check_admitted, check_maker, check_seal_signature, check_seal_validity, check_signer,
    check_time,
};
use super::wire::{self, Seal4, Signature4, ToSign4};
use super::{
    Finding, MAX_PROPERTY_BYTES, MAX_TIMESTAMP_BYTES, Role, Seal, SealError, SealSignature, SealVersion, StepName,
};
use crate::certificate::Certificate;
use crate::sign::Signer;

/// Whoever gives timestamps: [`crate::timestamp::TimestampAuthority`] at a fixed time, or a service elsewhere.
pub trait TimestampSource {
    /// A timestamp token (RFC 3161 TimeStampToken) over the message, here the signature value.
    ///
    /// # Errors
    /// Why there is none, without personal data.
    fn token(&self, message: &[u8]) -> Result<Vec<u8>, String>;
}

/// What a seal signature is made of.
pub struct SignRequest<'a> {
    /// The seal, of version 4.
    pub seal: &'a Seal,
    /// The signer's certificate.
    pub certificate: &'a Certificate,
    /// The signer's key.
    pub signer: &'a dyn Signer,
    /// Signing time, Unix seconds.
    pub time_unix_s: i64,
    /// SM3 of the protected bytes: in OFD of `Signature.xml`.
    pub data_hash: [u8; 32],
    /// The protected range: in OFD the absolute path of `Signature.xml`.
    pub property: &'a str,
    /// Where the timestamp comes from; `None` for a signature without one.
    pub timestamp: Option<&'a dyn TimestampSource>,
}

/// Makes a seal signature of version 4. Nothing is signed unless the seal and the signer pass the checks that a verifier will make.
///
/// # Errors
/// [`SealError::Refused`] with the step that failed; a field out of bounds; the key is not the one of the certificate; no timestamp.
pub fn sign(request: &SignRequest<'_>, context: &SealContext<'_>) -> Result<SealSignature, SealError> {
    let SignRequest { seal, certificate, signer, time_unix_s, data_hash, property, timestamp } = *request;
    PreparedSeal::new(seal, certificate, signer, time_unix_s, context)?.sign(data_hash, property, timestamp)
}

/// A seal and a signer that passed the checks for one signing time: signs any number of documents at that time, checked once.
pub struct PreparedSeal<'a> {
    seal: Seal4,
    certificate: &'a Certificate,
    signer: &'a dyn Signer,
    time: GeneralizedTime,
    notes: Vec<Finding>,
}

impl<'a> PreparedSeal<'a> {
    /// Checks the seal, its maker, the signer and whether the seal lists the signer, as of the signing time in Unix seconds.
    ///
    /// # Errors
    /// [`SealError::Refused`] with the step that failed, or the seal is not of version 4.
    pub fn new(
        seal: &Seal,
        certificate: &'a Certificate,
        signer: &'a dyn Signer,
        time_unix_s: i64,
        context: &SealContext<'_>,
    ) -> Result<Self, SealError> {
        if seal.version() != SealVersion::V4 {
            return Err(SealError::Version { what: "SESeal", actual: seal.version().number() });
        }
        let times =
            Times { claimed_unix_s: time_unix_s, trusted_unix_s: context.trusted_time, now_unix_s: context.now };
        let steps: [(StepName, Result<Vec<Finding>, Finding>); 6] = [
            (StepName::SealSignature, check_seal_signature(seal)),
            (StepName::MakerCertificate, check_maker(seal, context, times)),
            (StepName::SealValidity, check_seal_validity(seal, times)),
            (StepName::SignerCertificate, check_signer(certificate, context, times)),
            (StepName::SignerAdmitted, check_admitted(seal, certificate)),
            (StepName::SigningTime, check_time(times)),
        ];
        let mut notes = Vec::new();
        for (step, result) in steps {
            notes.extend(result.map_err(|finding| SealError::Refused { step, finding: Box::new(finding) })?);
        }
        let seal = wire::decode::<Seal4>("SESeal", seal.as_der())?;
        Ok(PreparedSeal { seal, certificate, signer, time: time(time_unix_s)?, notes })
    }

    /// What the checks noted, [`Finding::NoFreshList`] among them: a verifier that insists on fresh lists will not accept what is
    /// signed now.
    #[must_use]
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// Signs one document: SM3 of the protected bytes, the protected range, and where the timestamp comes from.
    ///
    /// # Errors
    /// A field out of bounds; the key is not the one of the certificate; the signer refuses; no timestamp.
    pub fn sign(
        &self,
        data_hash: [u8; 32],
        property: &str,
        timestamp: Option<&dyn TimestampSource>,
    ) -> Result<SealSignature, SealError> {
        let to_sign = ToSign4 {
            version: SealVersion::V4.number(),
            seal: self.seal.clone(),
            time: self.time,
            data_hash: bits(&data_hash)?,
            property: ascii("propertyInfo", property, MAX_PROPERTY_BYTES)?,
            extensions: None,
        };
        let message = wire::encode("TBS_Sign", &to_sign)?;
        let signature = sign_with(Role::Signer, self.certificate, self.signer, &message)?;
        let timestamp = match timestamp {
            Some(source) => Some(bits(&token(source, signature.raw_bytes())?)?),
            None => None,
        };
        let certificate = octets(self.certificate.as_der())?;
        let wire = Signature4 { to_sign, certificate, algorithm: wire::SM2_WITH_SM3, signature, timestamp };
        SealSignature::from_der(&wire::encode("SES_Signature", &wire)?)
    }
}

fn token(source: &dyn TimestampSource, signature: &[u8]) -> Result<Vec<u8>, SealError> {
    let token = source.token(signature).map_err(|reason| SealError::Timestamp { reason })?;
    if token.len() > MAX_TIMESTAMP_BYTES {
        return Err(SealError::TooLarge { what: "timeStamp", max: MAX_TIMESTAMP_BYTES, actual: token.len() });
    }
    Ok(token)
}
