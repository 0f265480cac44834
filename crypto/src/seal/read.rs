//! From DER to [`Seal`]: bounds, versions, and one shape for all versions.

use std::time::Duration;

use der::asn1::{BitString, ObjectIdentifier, OctetString};

use super::wire::{self, CertDigestObj, Extension, Header, Seal1, Seal4, SealToSign1, WirePicture};
use super::{
    CertificateDigest, MAX_CERTIFICATES, MAX_EXTENSIONS, MAX_ID_BYTES, MAX_NAME_BYTES, MAX_PICTURE_BYTES,
    MAX_PICTURE_MM, MAX_SEAL_BYTES, MAX_TIMESTAMP_BYTES, Picture, Role, Seal, SealCertificates, SealError, SealKind,
    SealVersion,
};
use crate::certificate::{Certificate, MAX_CERTIFICATE_BYTES};
use crate::sign::{Algorithm, Signature};

const WHAT: &str = "SESeal";
/// The mark of every seal (SES_Header.ID).
pub(super) const HEADER_ID: &str = "ES";

pub(super) fn seal(bytes: &[u8]) -> Result<Seal, SealError> {
    check_size("SESeal", bytes.len(), MAX_SEAL_BYTES)?;
    match wire::count_elements(WHAT, bytes)? {
        2 => from_wire_1(&wire::decode::<Seal1>(WHAT, bytes)?),
        _ => from_wire_4(&wire::decode::<Seal4>(WHAT, bytes)?),
    }
}

pub(super) fn from_wire_4(wire: &Seal4) -> Result<Seal, SealError> {
    let Seal4 { info, certificate, algorithm, signature, timestamp } = wire;
    let version = match header(&info.header)? {
        4 if timestamp.is_none() => SealVersion::V4,
        5 => SealVersion::V5,
        actual => return Err(SealError::Version { what: WHAT, actual }),
    };
    let property = &info.property;
    check_extensions(info.extensions.as_deref(), info.tagged_extensions.as_deref())?;
    Ok(Seal {
        der: wire::encode(WHAT, wire)?,
        version,
        vendor: text("Vid", info.header.vendor.as_str(), MAX_ID_BYTES)?,
        id: text("esID", info.id.as_str(), MAX_ID_BYTES)?,
        kind: SealKind::from_number(property.kind),
        name: text("name", &property.name, MAX_NAME_BYTES)?,
        certificates: certificates(property.cert_list_type, &wire::encode("certList", &property.cert_list)?)?,
        created_unix_s: unix_s(property.created.to_unix_duration())?,
        valid_from_unix_s: unix_s(property.valid_from.to_unix_duration())?,
        valid_to_unix_s: unix_s(property.valid_to.to_unix_duration())?,
        picture: picture(&info.picture)?,
        maker: certificate_of(Role::Maker, certificate)?,
        signed: wire::encode(WHAT, info)?,
        signature: signature_of(Role::Maker, *algorithm, signature)?,
        timestamp: timestamp.as_ref().map(timestamp_bytes).transpose()?,
    })
}

pub(super) fn from_wire_1(wire: &Seal1) -> Result<Seal, SealError> {
    let Seal1 { info, sign_info } = wire;
    match header(&info.header)? {
        1 => {}
        actual => return Err(SealError::Version { what: WHAT, actual }),
    }
    let property = &info.property;
    check_extensions(info.extensions.as_deref(), info.tagged_extensions.as_deref())?;
    let certificate = sign_info.certificate.clone();
    let signed = SealToSign1 { info: info.clone(), certificate, algorithm: sign_info.algorithm };
    Ok(Seal {
        der: wire::encode(WHAT, wire)?,
        version: SealVersion::V1,
        vendor: text("Vid", info.header.vendor.as_str(), MAX_ID_BYTES)?,
        id: text("esID", info.id.as_str(), MAX_ID_BYTES)?,
        kind: SealKind::from_number(property.kind),
        name: text("name", &property.name, MAX_NAME_BYTES)?,
        certificates: SealCertificates::Certificates(certificate_list(&property.cert_list)?),
        created_unix_s: unix_s(property.created.to_unix_duration())?,
        valid_from_unix_s: unix_s(property.valid_from.to_unix_duration())?,
        valid_to_unix_s: unix_s(property.valid_to.to_unix_duration())?,
        picture: picture(&info.picture)?,
        maker: certificate_of(Role::Maker, &sign_info.certificate)?,
        signed: wire::encode(WHAT, &signed)?,
        signature: signature_of(Role::Maker, sign_info.algorithm, &sign_info.signature)?,
        timestamp: None,
    })
}

/// The version number.
fn header(header: &Header) -> Result<u32, SealError> {
    if header.id.as_str() == HEADER_ID {
        Ok(header.version)
    } else {
        Err(SealError::Field { field: "ID", reason: "is not ES, so this is no seal" })
    }
}

fn certificates(list_type: u32, der: &[u8]) -> Result<SealCertificates, SealError> {
    match list_type {
        1 => {
            let list: Vec<OctetString> = wire::decode("certList", der)?;
            certificate_list(&list).map(SealCertificates::Certificates)
        }
        2 => {
            let list: Vec<CertDigestObj> = wire::decode("certList", der)?;
            check_size("certList", list.len(), MAX_CERTIFICATES)?;
            list.iter().map(certificate_digest).collect::<Result<_, _>>().map(SealCertificates::Digests)
        }
        _ => Err(SealError::Field { field: "certListType", reason: "is neither 1 (certificates) nor 2 (digests)" }),
    }
}

fn certificate_list(list: &[OctetString]) -> Result<Vec<Vec<u8>>, SealError> {
    check_size("certList", list.len(), MAX_CERTIFICATES)?;
    list.iter()
        .map(|entry| {
            check_size("certList", entry.as_bytes().len(), MAX_CERTIFICATE_BYTES)?;
            Ok(entry.as_bytes().to_vec())
        })
        .collect()
}

fn certificate_digest(entry: &CertDigestObj) -> Result<CertificateDigest, SealError> {
    check_size("certList", entry.value.as_bytes().len(), MAX_ID_BYTES)?;
    Ok(CertificateDigest {
        function: text("certList", entry.function.as_str(), MAX_ID_BYTES)?,
        value: entry.value.as_bytes().to_vec(),
    })
}

fn picture(wire: &WirePicture) -> Result<Picture, SealError> {
    check_size("picture", wire.data.as_bytes().len(), MAX_PICTURE_BYTES)?;
    let sides = 1..=MAX_PICTURE_MM;
    if !sides.contains(&wire.width_mm) || !sides.contains(&wire.height_mm) {
        return Err(SealError::Field { field: "picture", reason: "has a side that is not 1 to 200 mm long" });
    }
    Ok(Picture {
        format: text("picture", wire.format.as_str(), MAX_ID_BYTES)?,
        data: wire.data.as_bytes().to_vec(),
        width_mm: wire.width_mm,
        height_mm: wire.height_mm,
    })
}

/// No extension is defined by the standard: critical ones are refused, the others are kept in the bytes and skipped.
pub(super) fn check_extensions(plain: Option<&[Extension]>, tagged: Option<&[Extension]>) -> Result<(), SealError> {
    let list = match (plain, tagged) {
        (Some(_), Some(_)) => return Err(SealError::Field { field: "extDatas", reason: "stands twice" }),
        (Some(list), None) | (None, Some(list)) => list,
        (None, None) => return Ok(()),
    };
    check_size("extDatas", list.len(), MAX_EXTENSIONS)?;
    match list.iter().find(|extension| extension.critical == Some(true)) {
        Some(extension) => Err(SealError::CriticalExtension { oid: extension.id.to_string() }),
        None => Ok(()),
    }
}

pub(super) fn certificate_of(whose: Role, wire: &OctetString) -> Result<Certificate, SealError> {
    Certificate::from_der(wire.as_bytes()).map_err(|source| SealError::Certificate { whose, source })
}

pub(super) fn signature_of(whose: Role, algorithm: ObjectIdentifier, wire: &BitString) -> Result<Signature, SealError> {
    if algorithm != wire::SM2_WITH_SM3 {
        return Err(SealError::UnsupportedAlgorithm { oid: algorithm.to_string() });
    }
    let bytes = wire.as_bytes().ok_or(SealError::Malformed { what: "signature" })?;
    Signature::from_x509(Algorithm::Sm2Sm3, bytes).map_err(|source| SealError::Signature { whose, source })
}

pub(super) fn timestamp_bytes(wire: &BitString) -> Result<Vec<u8>, SealError> {
    let bytes = wire.as_bytes().ok_or(SealError::Malformed { what: "timeStamp" })?;
    check_size("timeStamp", bytes.len(), MAX_TIMESTAMP_BYTES)?;
    Ok(bytes.to_vec())
}

pub(super) fn text(field: &'static str, text: &str, max: usize) -> Result<String, SealError> {
    check_size(field, text.len(), max)?;
    Ok(text.to_owned())
}

pub(super) fn unix_s(duration: Duration) -> Result<i64, SealError> {
    i64::try_from(duration.as_secs()).map_err(|_| SealError::Malformed { what: "time" })
}

pub(super) fn check_size(what: &'static str, actual: usize, max: usize) -> Result<(), SealError> {
    if actual > max { Err(SealError::TooLarge { what, max, actual }) } else { Ok(()) }
}
