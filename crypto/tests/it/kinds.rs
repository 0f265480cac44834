//! What a certificate says when it is read, and which kinds are refused with which reason.

use zhengku_crypto::certificate::{Certificate, CertificateError, MAX_CERTIFICATE_BYTES, Structure, TrustAnchors};
use zhengku_crypto::digest::sha256;
use zhengku_crypto::sign::{Algorithm, SignatureError};

use crate::workshop::{AUTHORITY, DAY_S, KEY_IDS, Kind, Request, SIGNER, Workshop};

const STRUCTURE: Structure = Structure::Certificate;

fn request(name: &str, kind: Kind, extensions: &'static str) -> Request<'static> {
    let name: &'static str = name.to_owned().leak();
    Request { name, subject: name, kind, issuer: Some("root"), extensions, days: 10 }
}

#[test]
fn a_certificate_is_read() {
    for (kind, algorithm) in [(Kind::Ed25519, Algorithm::Ed25519), (Kind::Sm2, Algorithm::Sm2Sm3)] {
        let mut workshop = Workshop::new();
        let extensions =
            format!("basicConstraints=critical,CA:TRUE,pathlen:2\n{KEY_IDS}keyUsage=keyCertSign,cRLSign\n");
        let root = workshop.issue("市证照根", kind, None, &extensions);
        assert_eq!(root.subject(), "C=CN, O=市证照根");
        assert_eq!(root.issuer(), root.subject());
        assert!(root.is_self_issued() && root.is_ca());
        assert_eq!(root.serial_hex(), "1001");
        assert_eq!(root.public_key().algorithm(), algorithm);
        assert_eq!(root.not_after() - root.not_before(), 3_650 * DAY_S);
        assert_eq!(root.path_len(), Some(2));
        let usage = root.key_usage().unwrap();
        assert!(usage.key_cert_sign() && usage.crl_sign() && !usage.digital_signature() && !usage.content_commitment());
        assert_eq!(usage.bits(), 0b110_0000);
        assert_eq!(root.fingerprint(), sha256(root.as_der()));
        assert_eq!(format!("{root:?}"), format!("Certificate({})", root.fingerprint()), "no name in it");
        assert_eq!(Certificate::from_pem(&workshop.read("市证照根.pem")), Ok(root));
    }
}

#[test]
fn other_kinds_of_keys_are_refused_by_name() {
    let mut workshop = Workshop::new();
    workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let cases = [
        (Kind::P256, SignatureError::UnsupportedCurve { oid: "1.2.840.10045.3.1.7".to_owned() }),
        (Kind::Rsa, SignatureError::UnsupportedKeyKind { oid: "1.2.840.113549.1.1.1".to_owned() }),
        (Kind::ExplicitSm2, SignatureError::ExplicitCurve),
    ];
    for (kind, source) in cases {
        let refused = CertificateError::Key { structure: STRUCTURE, source };
        assert_eq!(workshop.try_issue(&request(&format!("{kind:?}"), kind, SIGNER)), Err(refused));
    }
}

#[test]
fn other_kinds_of_signatures_are_refused_by_name() {
    for (kind, oid) in [(Kind::P256, "1.2.840.10045.4.3.2"), (Kind::Rsa, "1.2.840.113549.1.1.11")] {
        let mut workshop = Workshop::new();
        let root = Request { issuer: None, ..request("root", kind, AUTHORITY) };
        workshop.der(&root);
        let refused = CertificateError::UnsupportedSignature { structure: STRUCTURE, oid: oid.to_owned() };
        assert_eq!(workshop.try_issue(&request("signer", Kind::Ed25519, SIGNER)), Err(refused));
    }
}

#[test]
fn an_sm2_certificate_signed_with_another_id_is_not_accepted() {
    let mut workshop = Workshop::new();
    workshop.key("root", Kind::Sm2);
    workshop.write("ext", AUTHORITY.as_bytes());
    let other = ["-sm3", "-sigopt", "distid:8765432187654321"];
    workshop.openssl(&[&["req", "-new", "-key", "root.key", "-subj", "/O=x", "-out", "csr"][..], &other].concat());
    let sign = ["x509", "-req", "-in", "csr", "-extfile", "ext", "-signkey", "root.key", "-out", "root.pem"];
    workshop.openssl(&[&sign[..], &other, &["-vfyopt", "distid:8765432187654321"]].concat());
    let root = Certificate::from_pem(&workshop.read("root.pem")).unwrap();
    let refused = CertificateError::NotSelfSigned { certificate: root.fingerprint() };
    assert_eq!(TrustAnchors::from_certificates(vec![root]).unwrap_err(), refused);
}

#[test]
fn extensions_stand_once() {
    let mut workshop = Workshop::new();
    workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let two = workshop.try_issue(&request("signer", Kind::Ed25519, "1.2.3.4=ASN1:NULL\n1.2.3.5=ASN1:NULL\n")).unwrap();
    // OpenSSL does not write an extension twice: rename the second. Reading checks no signature.
    let position = two.as_der().windows(5).position(|bytes| bytes == [0x06, 0x03, 0x2a, 0x03, 0x05]).unwrap();
    let mut twice = two.as_der().to_vec();
    twice[position + 4] = 0x04;
    let refused = CertificateError::DuplicateExtension { structure: STRUCTURE, oid: "1.2.3.4".to_owned() };
    assert_eq!(Certificate::from_der(&twice), Err(refused));
    let unreadable = "keyUsage=digitalSignature\n2.5.29.19=DER:020101\n";
    let refused = workshop.try_issue(&request("signer", Kind::Ed25519, unreadable));
    let expected = CertificateError::MalformedExtension { structure: STRUCTURE, oid: "2.5.29.19".to_owned() };
    assert_eq!(refused, Err(expected));
}

#[test]
fn only_version_3_is_read() {
    let mut workshop = Workshop::new();
    workshop.key("root", Kind::Ed25519);
    workshop.openssl(&["req", "-new", "-key", "root.key", "-subj", "/O=x", "-out", "csr"]);
    workshop.openssl(&["x509", "-req", "-in", "csr", "-signkey", "root.key", "-outform", "DER", "-out", "v1.der"]);
    let refused = CertificateError::Version { structure: STRUCTURE, expected: 2, actual: 0 };
    assert_eq!(Certificate::from_der(&workshop.read("v1.der")), Err(refused));
}

#[test]
fn the_frame_is_exact() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let der = root.as_der();
    let malformed = Err(CertificateError::Malformed { structure: STRUCTURE });
    assert_eq!(der[..2], [0x30, 0x82]);
    let length = u16::from_be_bytes([der[2], der[3]]) + 2;
    let surplus_inside = [&[0x30, 0x82][..], &length.to_be_bytes(), &der[4..], &[0x05, 0x00]].concat();
    assert_eq!(Certificate::from_der(&surplus_inside), malformed, "x509-parser alone accepts this");
    assert_eq!(Certificate::from_der(&[der, &[0x00]].concat()), malformed);
    assert_eq!(Certificate::from_der(&der[..der.len() - 1]), malformed);
    assert_eq!(Certificate::from_der(&[]), malformed);
    let (max, actual) = (MAX_CERTIFICATE_BYTES, MAX_CERTIFICATE_BYTES + 1);
    let too_large = CertificateError::TooLarge { structure: STRUCTURE, max, actual };
    assert_eq!(Certificate::from_der(&vec![0x30; actual]), Err(too_large));
}

#[test]
fn pem_holds_one_certificate() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let pem = workshop.read("root.pem");
    let malformed = CertificateError::MalformedPem { label: "CERTIFICATE" };
    let commented = [b"a comment\n", &pem[..]].concat();
    assert_eq!(Certificate::from_pem(&commented), Ok(root.clone()));
    for refused in [&[&pem[..], &pem].concat()[..], b"", b"no pem", &pem[..pem.len() / 2], &workshop.read("root.key")] {
        assert_eq!(Certificate::from_pem(refused), Err(malformed.clone()));
    }
    let other = workshop.issue("other", Kind::Sm2, None, AUTHORITY);
    let bundle = [&pem[..], &workshop.read("other.pem")].concat();
    let anchors = TrustAnchors::from_pem(&bundle).unwrap();
    assert_eq!(anchors.count(), 2);
    assert!(anchors.iter().any(|anchor| *anchor == other));
    assert_eq!(TrustAnchors::from_pem(b"").unwrap().count(), 0);
}
