//! The ASN.1 structures as they lie in the bytes, names as in the standard. Everything is DER: what decodes encodes to the same bytes.

use der::asn1::{Any, BitString, GeneralizedTime, Ia5String, ObjectIdentifier, OctetString, PrintableString};
use der::{Decode, Encode, Sequence};
use x509_cert::time::Time;

use super::SealError;

/// SM2 with SM3 (GM/T 0006-2012).
pub(super) const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// `SES_Header ::= SEQUENCE { ID IA5String, version INTEGER, Vid IA5String }`
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Header {
    pub(super) id: Ia5String,
    pub(super) version: u32,
    pub(super) vendor: Ia5String,
}

/// `SES_ESPictrueInfo ::= SEQUENCE { type IA5String, data OCTET STRING, width INTEGER, height INTEGER }`, in millimetres.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct WirePicture {
    pub(super) format: Ia5String,
    pub(super) data: OctetString,
    pub(super) width_mm: u32,
    pub(super) height_mm: u32,
}

/// `SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`. DER leaves the default out; the
/// seals on tax invoices write it, so it is kept as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Extension {
    pub(super) id: ObjectIdentifier,
    #[asn1(optional = "true")]
    pub(super) critical: Option<bool>,
    pub(super) value: OctetString,
}

/// `CertDigestObj ::= SEQUENCE { type PrintableString, value OCTET STRING }`
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct CertDigestObj {
    pub(super) function: PrintableString,
    pub(super) value: OctetString,
}

/// SES_ESPropertyInfo of versions 4 and 5.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Property4 {
    pub(super) kind: u32,
    pub(super) name: String,
    pub(super) cert_list_type: u32,
    pub(super) cert_list: Any,
    pub(super) created: GeneralizedTime,
    pub(super) valid_from: GeneralizedTime,
    pub(super) valid_to: GeneralizedTime,
}

/// SES_SealInfo of versions 4 and 5. The standard writes the extensions without a tag, its predecessor with one.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SealInfo4 {
    pub(super) header: Header,
    pub(super) id: Ia5String,
    pub(super) property: Property4,
    pub(super) picture: WirePicture,
    #[asn1(optional = "true")]
    pub(super) extensions: Option<Vec<Extension>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) tagged_extensions: Option<Vec<Extension>>,
}

/// SESeal of versions 4 and 5; the timestamp only in version 5.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Seal4 {
    pub(super) info: SealInfo4,
    pub(super) certificate: OctetString,
    pub(super) algorithm: ObjectIdentifier,
    pub(super) signature: BitString,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) timestamp: Option<BitString>,
}

/// TBS_Sign of versions 4 and 5.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct ToSign4 {
    pub(super) version: u32,
    pub(super) seal: Seal4,
    pub(super) time: GeneralizedTime,
    pub(super) data_hash: BitString,
    pub(super) property: Ia5String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) extensions: Option<Vec<Extension>>,
}

/// SES_Signature of versions 4 and 5.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Signature4 {
    pub(super) to_sign: ToSign4,
    pub(super) certificate: OctetString,
    pub(super) algorithm: ObjectIdentifier,
    pub(super) signature: BitString,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) timestamp: Option<BitString>,
}

/// SES_ESPropertyInfo of version 1; the standard says UTCTime, makers also write GeneralizedTime.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Property1 {
    pub(super) kind: u32,
    pub(super) name: String,
    pub(super) cert_list: Vec<OctetString>,
    pub(super) created: Time,
    pub(super) valid_from: Time,
    pub(super) valid_to: Time,
}

/// SES_SealInfo of version 1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SealInfo1 {
    pub(super) header: Header,
    pub(super) id: Ia5String,
    pub(super) property: Property1,
    pub(super) picture: WirePicture,
    #[asn1(optional = "true")]
    pub(super) extensions: Option<Vec<Extension>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) tagged_extensions: Option<Vec<Extension>>,
}

/// SES_SignInfo of version 1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SignInfo1 {
    pub(super) certificate: OctetString,
    pub(super) algorithm: ObjectIdentifier,
    pub(super) signature: BitString,
}

/// SESeal of version 1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Seal1 {
    pub(super) info: SealInfo1,
    pub(super) sign_info: SignInfo1,
}

/// What the maker of a version 1 seal signs.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct SealToSign1 {
    pub(super) info: SealInfo1,
    pub(super) certificate: OctetString,
    pub(super) algorithm: ObjectIdentifier,
}

/// TBS_Sign of version 1; `timeInfo` holds the DER of a time or of a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct ToSign1 {
    pub(super) version: u32,
    pub(super) seal: Seal1,
    pub(super) time: BitString,
    pub(super) data_hash: BitString,
    pub(super) property: Ia5String,
    pub(super) certificate: OctetString,
    pub(super) algorithm: ObjectIdentifier,
}

/// SES_Signature of version 1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Signature1 {
    pub(super) to_sign: ToSign1,
    pub(super) signature: BitString,
}

/// Decodes all the bytes, and only what would encode to the same bytes.
pub(super) fn decode<T>(what: &'static str, bytes: &[u8]) -> Result<T, SealError>
where
    T: for<'a> Decode<'a> + Encode,
{
    let malformed = SealError::Malformed { what };
    let value = T::from_der(bytes).map_err(|_| malformed.clone())?;
    if encode(what, &value)? == bytes { Ok(value) } else { Err(malformed) }
}

pub(super) fn encode<T: Encode>(what: &'static str, value: &T) -> Result<Vec<u8>, SealError> {
    value.to_der().map_err(|_| SealError::Malformed { what })
}

/// How many elements the outer SEQUENCE has: 2 in version 1, more in the others.
pub(super) fn count_elements(what: &'static str, bytes: &[u8]) -> Result<usize, SealError> {
    Vec::<Any>::from_der(bytes).map(|elements| elements.len()).map_err(|_| SealError::Malformed { what })
}
