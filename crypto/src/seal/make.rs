//! Making a seal of version 4: what the maker states, signed with the maker's key.

use std::time::Duration;

use der::asn1::{Any, BitString, GeneralizedTime, Ia5String, OctetString, PrintableString};
use der::{Decode, Encode};

use super::read::{self, HEADER_ID, check_size};
use super::wire::{self, CertDigestObj, Header, Property4, Seal4, SealInfo4, WirePicture};
use super::{MAX_CERTIFICATES, MAX_ID_BYTES, MAX_NAME_BYTES, Picture, Role, Seal, SealError, SealKind, SealVersion};
use crate::certificate::Certificate;
use crate::digest::sm3;
use crate::sign::{Algorithm, Signer};

/// How the certificates of those who may sign stand in the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdmittedAs {
    /// As they are (certListType 1): the usual form.
    Certificates,
    /// As SM3 digests (certListType 2): shorter, and names nobody.
    Digests,
}

/// What goes into a seal.
#[derive(Clone, Debug)]
pub struct SealDraft {
    /// Mark of the seal system's maker (Vid), ASCII.
    pub vendor: String,
    /// Number of the seal (esID), ASCII.
    pub id: String,
    /// Unit or personal seal.
    pub kind: SealKind,
    /// Name of the seal.
    pub name: String,
    /// The picture.
    pub picture: Picture,
    /// Certificates of those who may sign, at least one.
    pub certificates: Vec<Certificate>,
    /// How these stand in the seal.
    pub admitted_as: AdmittedAs,
    /// When it is made, Unix seconds.
    pub created_unix_s: i64,
    /// First second of validity, Unix seconds.
    pub valid_from_unix_s: i64,
    /// Last second of validity, Unix seconds.
    pub valid_to_unix_s: i64,
}

impl SealDraft {
    /// Makes a seal of version 4, signed with the maker's SM2 key.
    ///
    /// # Errors
    /// A field is out of bounds, the key is not the one of the certificate or not SM2, or the signer refuses.
    pub fn make(&self, maker_certificate: &Certificate, maker: &dyn Signer) -> Result<Seal, SealError> {
        if self.valid_to_unix_s <= self.valid_from_unix_s {
            let (from_unix_s, to_unix_s) = (self.valid_from_unix_s, self.valid_to_unix_s);
            return Err(SealError::Dates { from_unix_s, to_unix_s });
        }
        if self.certificates.is_empty() {
            return Err(SealError::Field { field: "certList", reason: "is empty, so nobody could use the seal" });
        }
        if self.name.trim().is_empty() {
            return Err(SealError::Field { field: "name", reason: "is empty" });
        }
        let info = self.info()?;
        let signature = sign_with(Role::Maker, maker_certificate, maker, &wire::encode("SES_SealInfo", &info)?)?;
        let certificate = octets(maker_certificate.as_der())?;
        let wire = Seal4 { info, certificate, algorithm: wire::SM2_WITH_SM3, signature, timestamp: None };
        read::seal(&wire::encode("SESeal", &wire)?)
    }

    fn info(&self) -> Result<SealInfo4, SealError> {
        check_size("name", self.name.len(), MAX_NAME_BYTES)?;
        let (cert_list_type, cert_list) = self.cert_list()?;
        let property = Property4 {
            kind: self.kind.number(),
            name: self.name.clone(),
            cert_list_type,
            cert_list,
            created: time(self.created_unix_s)?,
            valid_from: time(self.valid_from_unix_s)?,
            valid_to: time(self.valid_to_unix_s)?,
        };
        let Picture { format, data, width_mm, height_mm } = &self.picture;
        let (width_mm, height_mm) = (*width_mm, *height_mm);
        let picture =
            WirePicture { format: ascii("picture", format, MAX_ID_BYTES)?, data: octets(data)?, width_mm, height_mm };
        let header = Header {
            id: ascii("ID", HEADER_ID, MAX_ID_BYTES)?,
            version: SealVersion::V4.number(),
            vendor: ascii("Vid", &self.vendor, MAX_ID_BYTES)?,
        };
        let id = ascii("esID", &self.id, MAX_ID_BYTES)?;
        Ok(SealInfo4 { header, id, property, picture, extensions: None, tagged_extensions: None })
    }

    fn cert_list(&self) -> Result<(u32, Any), SealError> {
        check_size("certList", self.certificates.len(), MAX_CERTIFICATES)?;
        match self.admitted_as {
            AdmittedAs::Certificates => {
                let list: Vec<OctetString> =
                    self.certificates.iter().map(|entry| octets(entry.as_der())).collect::<Result<_, _>>()?;
                Ok((1, any(&list)?))
            }
            AdmittedAs::Digests => {
                let list: Vec<CertDigestObj> = self.certificates.iter().map(cert_digest).collect::<Result<_, _>>()?;
                Ok((2, any(&list)?))
            }
        }
    }
}

impl Seal {
    /// Makes the seal again for renewed certificates: number, name, kind and picture stay, dates and certificates are new.
    /// The result has version 4, whatever version this one has.
    ///
    /// # Errors
    /// As [`SealDraft::make`].
    pub fn remake(
        &self,
        certificates: Vec<Certificate>,
        dates: SealDates,
        maker_certificate: &Certificate,
        maker: &dyn Signer,
    ) -> Result<Seal, SealError> {
        let draft = SealDraft {
            vendor: self.vendor.clone(),
            id: self.id.clone(),
            kind: self.kind,
            name: self.name.clone(),
            picture: self.picture.clone(),
            certificates,
            admitted_as: match self.certificates {
                super::SealCertificates::Certificates(_) => AdmittedAs::Certificates,
                super::SealCertificates::Digests(_) => AdmittedAs::Digests,
            },
            created_unix_s: dates.created_unix_s,
            valid_from_unix_s: dates.valid_from_unix_s,
            valid_to_unix_s: dates.valid_to_unix_s,
        };
        draft.make(maker_certificate, maker)
    }
}

/// The dates of a seal that is made again, Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealDates {
    /// When it is made.
    pub created_unix_s: i64,
    /// First second of validity.
    pub valid_from_unix_s: i64,
    /// Last second of validity.
    pub valid_to_unix_s: i64,
}

/// Signs with the key of the certificate: SM2, and the same key.
pub(super) fn sign_with(
    whose: Role,
    certificate: &Certificate,
    signer: &dyn Signer,
    message: &[u8],
) -> Result<BitString, SealError> {
    if signer.public_key() != *certificate.public_key() {
        return Err(SealError::KeyDiffers { whose });
    }
    if certificate.public_key().algorithm() != Algorithm::Sm2Sm3 {
        return Err(SealError::UnsupportedAlgorithm { oid: "1.3.101.112".to_owned() });
    }
    let refused = |source| SealError::Signature { whose, source };
    let signature = signer.danger_sign_without_domain(message).map_err(refused)?;
    // A signer in hardware may answer anything: a signature that does not verify never leaves.
    certificate.public_key().danger_verify_without_domain(message, &signature).map_err(refused)?;
    bits(&signature.to_x509())
}

fn cert_digest(certificate: &Certificate) -> Result<CertDigestObj, SealError> {
    let malformed = SealError::Malformed { what: "CertDigestObj" };
    let function = PrintableString::new("SM3").map_err(|_| malformed)?;
    Ok(CertDigestObj { function, value: octets(sm3(certificate.as_der()).as_bytes())? })
}

fn any<T: Encode>(value: &T) -> Result<Any, SealError> {
    let what = "certList";
    Any::from_der(&wire::encode(what, value)?).map_err(|_| SealError::Malformed { what })
}

pub(super) fn octets(bytes: &[u8]) -> Result<OctetString, SealError> {
    OctetString::new(bytes).map_err(|_| SealError::Malformed { what: "OCTET STRING" })
}

pub(super) fn bits(bytes: &[u8]) -> Result<BitString, SealError> {
    BitString::from_bytes(bytes).map_err(|_| SealError::Malformed { what: "BIT STRING" })
}

pub(super) fn ascii(field: &'static str, text: &str, max: usize) -> Result<Ia5String, SealError> {
    check_size(field, text.len(), max)?;
    if text.is_empty() {
        return Err(SealError::Field { field, reason: "is empty" });
    }
    Ia5String::new(text).map_err(|_| SealError::Field { field, reason: "is not ASCII" })
}

pub(super) fn time(unix_s: i64) -> Result<GeneralizedTime, SealError> {
    let refused = SealError::Field { field: "time", reason: "lies outside the years 1970 to 9999" };
    let seconds = u64::try_from(unix_s).map_err(|_| refused.clone())?;
    GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_| refused)
}
