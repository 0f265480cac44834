//! X.509 certificates of nodes: an ed25519 key is the network key, the subject names node and operator.

use crate::failure::Failure;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber};
use std::time::Duration;
use zeroize::Zeroizing;
use zhengku_ledger::ids::TimestampMs;

/// PKCS #8 version 1 (RFC 5958, RFC 8410) before the 32 bytes of an ed25519 secret.
const PKCS8_ED25519: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// The longest validity: certificates are renewed each year, with room for late ones.
pub(crate) const MAX_DAYS: u32 = 825;

/// Who a certificate is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    /// The node's name on the ledger.
    pub(crate) name: &'a str,
    /// Its operator, in Latin letters.
    pub(crate) organisation: &'a str,
    /// The address or name of its machine; may be empty.
    pub(crate) host: &'a str,
}

/// From when to when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Validity {
    from_s: u64,
    to_s: u64,
}

/// A certificate that was made.
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
}

/// An authority that signs certificates of nodes.
pub(crate) struct Authority {
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: Zeroizing<String>,
}

impl Validity {
    /// From now for `days`.
    pub(crate) fn of_days(now: TimestampMs, days: u32) -> Self {
        let from_s = now.0.checked_div(1000).unwrap_or_default();
        Self { from_s, to_s: from_s.saturating_add(u64::from(days.min(MAX_DAYS)).saturating_mul(86_400)) }
    }
}

impl Identity<'_> {
    /// A certificate that the key signs for itself: the ledger, which names the key, is what makes it believed.
    pub(crate) fn self_signed(&self, secret: &[u8; 32], validity: Validity) -> Result<Issued, Failure> {
        let key = key_pair(secret)?;
        let made = self.params(validity)?.self_signed(&key).map_err(unmakable)?;
        Ok(Issued { der: made.der().to_vec(), pem: made.pem() })
    }

    /// A certificate that an authority signs.
    pub(crate) fn signed_by(
        &self,
        secret: &[u8; 32],
        validity: Validity,
        authority: &Authority,
    ) -> Result<Issued, Failure> {
        let key = key_pair(secret)?;
        let authority_key = KeyPair::from_pem(&authority.key_pem).map_err(unmakable)?;
        let issuer = Issuer::from_ca_cert_pem(&authority.certificate_pem, authority_key).map_err(unmakable)?;
        let mut params = self.params(validity)?;
        params.use_authority_key_identifier_extension = true;
        let made = params.signed_by(&key, &issuer).map_err(unmakable)?;
        Ok(Issued { der: made.der().to_vec(), pem: made.pem() })
    }

    /// A request (PKCS #10) in PEM, for an authority elsewhere.
    pub(crate) fn request(&self, secret: &[u8; 32]) -> Result<String, Failure> {
        let key = key_pair(secret)?;
        let mut params = CertificateParams::new(self.names()).map_err(unmakable)?;
        self.subject(&mut params);
        params.serialize_request(&key).and_then(|request| request.pem()).map_err(unmakable)
    }

    fn names(&self) -> Vec<String> {
        if self.host.is_empty() { Vec::new() } else { vec![self.host.to_owned()] }
    }

    fn subject(&self, params: &mut CertificateParams) {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, self.organisation);
        params.distinguished_name.push(DnType::CommonName, self.name);
    }

    fn params(&self, validity: Validity) -> Result<CertificateParams, Failure> {
        let mut params = CertificateParams::new(self.names()).map_err(unmakable)?;
        self.subject(&mut params);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        params.not_before = epoch + Duration::from_secs(validity.from_s);
        params.not_after = epoch + Duration::from_secs(validity.to_s);
        // A renewed certificate of the same key is another certificate.
        params.serial_number = Some(SerialNumber::from(validity.from_s));
        Ok(params)
    }
}

fn key_pair(secret: &[u8; 32]) -> Result<KeyPair, Failure> {
    let mut pkcs8 = Zeroizing::new(PKCS8_ED25519.to_vec());
    pkcs8.extend_from_slice(secret);
    KeyPair::try_from(pkcs8.as_slice()).map_err(unmakable)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unmakable(error: rcgen::Error) -> Failure {
    Failure::usage(format!("证书无法生成: {error}"), format!("the certificate cannot be made: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_crypto::certificate::{Certificate, KeyPurpose, TrustAnchors};
    use zhengku_crypto::sign::{Ed25519Signer, Signer};

    const NOW: TimestampMs = TimestampMs(1_790_000_000_000);
    const WHO: Identity<'static> = Identity { name: "pudong-1", organisation: "Pudong Data Centre", host: "127.0.0.1" };

    #[test]
    fn a_certificate_is_of_the_network_key_and_of_its_days() {
        let issued = WHO.self_signed(&[7; 32], Validity::of_days(NOW, 90)).unwrap();
        let read = Certificate::from_der(&issued.der).unwrap();
        assert_eq!(*read.public_key(), Ed25519Signer::from_secret(&[7; 32]).unwrap().public_key());
        assert_eq!((read.not_before(), read.not_after()), (1_790_000_000, 1_790_000_000 + 90 * 86_400));
        assert!(read.subject().contains("pudong-1") && !read.is_ca(), "{}", read.subject());
        assert!(issued.der.len() < 2048, "{}", issued.der.len());
        assert_eq!(Certificate::from_pem(issued.pem.as_bytes()).unwrap().as_der(), issued.der);
        let later = WHO.self_signed(&[7; 32], Validity::of_days(TimestampMs(NOW.0 + 1000), 90)).unwrap();
        assert_ne!(Certificate::from_der(&later.der).unwrap().serial_hex(), read.serial_hex());
    }

    #[test]
    fn an_authority_signs_and_its_chain_holds() {
        let authority_key = key_pair(&[9; 32]).unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Sample authority");
        let root = params.self_signed(&authority_key).unwrap();
        let authority =
            Authority { certificate_pem: root.pem(), key_pem: Zeroizing::new(authority_key.serialize_pem()) };
        let issued = WHO.signed_by(&[7; 32], Validity::of_days(NOW, 90), &authority).unwrap();
        let leaf = Certificate::from_der(&issued.der).unwrap();
        let anchors = TrustAnchors::from_certificates(vec![Certificate::from_der(root.der()).unwrap()]).unwrap();
        anchors.check_chain(&leaf, &[], &[], 1_790_000_100, KeyPurpose::Signing).unwrap();
    }

    #[test]
    fn a_request_is_pem() {
        let request = WHO.request(&[7; 32]).unwrap();
        assert!(request.starts_with("-----BEGIN CERTIFICATE REQUEST-----"), "{request}");
    }
}
