//! What is issued here, as OpenSSL and our own chain check see it.

use zhengku_crypto::certificate::issue::{CertificateRequest, IssueError, ListDraft, Profile, RevocationReason};
use zhengku_crypto::certificate::{Certificate, CertificateError, KeyPurpose, RevocationList, TrustAnchors};
use zhengku_crypto::sign::{Algorithm, Signer};

use crate::office::{DAY, NOW, Office, Party, START, draft, issue, key};
use crate::workshop::{DISTID, Workshop};

/// The signed part and the signature of a certificate or list, cut out by OpenSSL.
fn take_apart(workshop: &Workshop, name: &str) {
    let file = format!("{name}.der");
    let (_, text) = workshop.openssl_output(&["asn1parse", "-inform", "DER", "-in", &file]);
    let offsets: Vec<&str> =
        text.lines().filter(|line| line.contains("d=1 ")).map(|line| line.split(':').next().unwrap().trim()).collect();
    let [to_sign, _, signature] = offsets[..] else { panic!("{text}") };
    let (to_sign_out, signature_out) = (format!("{name}.tbs"), format!("{name}.sig"));
    workshop.openssl(&[
        "asn1parse",
        "-inform",
        "DER",
        "-in",
        &file,
        "-strparse",
        to_sign,
        "-noout",
        "-out",
        &to_sign_out,
    ]);
    workshop.openssl(&[
        "asn1parse",
        "-inform",
        "DER",
        "-in",
        &file,
        "-strparse",
        signature,
        "-noout",
        "-out",
        &signature_out,
    ]);
}

/// Whether OpenSSL verifies an SM2 signature over a file.
fn sm2_verifies(workshop: &Workshop, party: &Party, message: &str, signature: &str) -> bool {
    workshop.write("spki.der", &party.certificate.public_key().to_spki_der());
    workshop.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "spki.der", "-pubout", "-out", "pub.pem"]);
    workshop.try_openssl(&["dgst", "-sm3", "-verify", "pub.pem", "-sigopt", DISTID, "-signature", signature, message]).0
}

#[test]
fn openssl_verifies_sm2_certificates_and_their_signed_part() {
    let office = Office::new("office");
    let workshop = Workshop::new();
    for (name, party, issuer) in [
        ("root", &office.root, &office.root),
        ("authority", &office.authority, &office.root),
        ("signer", &office.signer, &office.authority),
        ("stamper", &office.stamper, &office.authority),
    ] {
        let (der, pem) = (format!("{name}.der"), format!("{name}.pem"));
        workshop.write(&der, party.certificate.as_der());
        workshop.openssl(&["x509", "-inform", "DER", "-in", &der, "-out", &pem]);
        take_apart(&workshop, name);
        assert!(sm2_verifies(&workshop, issuer, &format!("{name}.tbs"), &format!("{name}.sig")), "{name}");
        assert!(!sm2_verifies(&workshop, &office.maker, &format!("{name}.tbs"), &format!("{name}.sig")), "{name}");
    }
    let at = NOW.to_string();
    // OpenSSL gives the user id to the last certificate only, so each link is verified by itself.
    let verify = |issuer: &str, purpose: &str, leaf: &str| {
        let mut line = vec!["verify", "-attime", &at, "-x509_strict", "-vfyopt", DISTID, "-partial_chain"];
        line.extend(["-CAfile", issuer, "-purpose", purpose, leaf]);
        workshop.try_openssl(&line)
    };
    for (issuer, purpose, leaf) in [
        ("root.pem", "any", "authority.pem"),
        ("authority.pem", "any", "signer.pem"),
        ("authority.pem", "timestampsign", "stamper.pem"),
    ] {
        let (success, text) = verify(issuer, purpose, leaf);
        assert!(success, "{leaf}: {text}");
    }
    assert!(!verify("authority.pem", "timestampsign", "signer.pem").0);
    let foreign = Office::new("foreign");
    workshop.write("foreign.der", foreign.signer.certificate.as_der());
    workshop.openssl(&["x509", "-inform", "DER", "-in", "foreign.der", "-out", "foreign.pem"]);
    assert!(!verify("authority.pem", "any", "foreign.pem").0);
    let (_, text) =
        workshop.openssl_output(&["x509", "-in", "signer.pem", "-noout", "-text", "-nameopt", "utf8,oneline,-esc_msb"]);
    for part in ["测试市测试局", "11999999000000019M", "Digital Signature, Non Repudiation", "CA:FALSE"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn openssl_reads_and_verifies_our_lists() {
    let office = Office::new("office");
    let workshop = Workshop::new();
    let der = office.list_der(&[(&office.signer.certificate, NOW - DAY, RevocationReason::Superseded)]);
    workshop.write("list.der", &der);
    take_apart(&workshop, "list");
    assert!(sm2_verifies(&workshop, &office.authority, "list.tbs", "list.sig"));
    assert!(!sm2_verifies(&workshop, &office.root, "list.tbs", "list.sig"));
    let (_, text) = workshop.openssl_output(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text"]);
    assert!(
        text.contains("Superseded") && text.contains(&office.signer.certificate.serial_hex().to_uppercase()),
        "{text}"
    );
    let list = RevocationList::from_der(&der).unwrap();
    assert_eq!(list.is_revoked(office.signer.certificate.serial()), Some(NOW - DAY));
    assert_eq!(list.reason(office.signer.certificate.serial()), Some(RevocationReason::Superseded.code()));
    let empty = RevocationList::from_der(&office.list_der(&[])).unwrap();
    assert_eq!((empty.count(), empty.verify(&office.authority.certificate)), (0, Ok(())));
}

#[test]
fn openssl_verifies_ed25519_certificates() {
    let root_key = key(Algorithm::Ed25519, "root");
    let root = draft(Profile::Root, "root", &root_key, (-9, 900)).self_sign(&root_key).unwrap();
    let node_key = key(Algorithm::Ed25519, "node");
    let node = draft(Profile::Node, "node", &node_key, (0, 90)).issue(&root, &root_key).unwrap();
    let workshop = Workshop::new();
    for (name, certificate) in [("root", &root), ("node", &node)] {
        workshop.write("x.der", certificate.as_der());
        workshop.openssl(&["x509", "-inform", "DER", "-in", "x.der", "-out", &format!("{name}.pem")]);
    }
    let at = (START + DAY).to_string();
    workshop.openssl(&["verify", "-attime", &at, "-x509_strict", "-check_ss_sig", "-CAfile", "root.pem", "node.pem"]);
    let anchors = TrustAnchors::from_certificates(vec![root]).unwrap();
    assert!(anchors.check_chain(&node, &[], &[], START + DAY, KeyPurpose::Signing).is_ok());
}

#[test]
fn each_profile_is_good_for_its_purpose_alone() {
    let office = Office::new("office");
    let between = std::slice::from_ref(&office.authority.certificate);
    let allowed = |certificate: &Certificate, purpose| {
        office.anchors.check_chain(certificate, between, &[], START + DAY, purpose).is_ok()
    };
    let organisation = office.issue(Profile::Organisation, "organisation", (0, 100)).certificate;
    let (signer, stamper) = (&office.signer.certificate, &office.stamper.certificate);
    use KeyPurpose::{ContentCommitment, Signing, TimeStamping};
    let row = |certificate| [ContentCommitment, Signing, TimeStamping].map(|purpose| allowed(certificate, purpose));
    assert_eq!(row(signer), [true, true, false]);
    assert_eq!(row(&organisation), [false, true, false]);
    assert_eq!(row(stamper), [false, false, true]);
    assert_eq!(row(&office.authority.certificate), [false, false, false]);
}

#[test]
fn an_authority_does_not_issue_beyond_its_rights() {
    let office = Office::new("office");
    let below = |profile, days, issuer: &Party| {
        let signer = key(Algorithm::Sm2Sm3, "new");
        draft(profile, "new", &signer, days).issue(&issuer.certificate, &issuer.signer)
    };
    let too_deep = below(Profile::Authority { path_len: 0 }, (0, 10), &office.authority);
    assert!(matches!(too_deep, Err(IssueError::Issuer(CertificateError::PathTooLong { .. }))), "{too_deep:?}");
    let too_long = below(Profile::Sealer, (0, 6_000), &office.authority);
    assert!(matches!(too_long, Err(IssueError::Issuer(CertificateError::Expired { .. }))), "{too_long:?}");
    let no_authority = below(Profile::Sealer, (0, 10), &office.signer);
    assert!(matches!(no_authority, Err(IssueError::Issuer(CertificateError::NotAuthority { .. }))));
    assert_eq!(below(Profile::Root, (0, 10), &office.root).unwrap_err(), IssueError::Profile);
    let backwards = below(Profile::Sealer, (10, 0), &office.authority);
    assert!(matches!(backwards, Err(IssueError::Dates { .. })));
    let signer = key(Algorithm::Sm2Sm3, "new");
    let mut wrong = draft(Profile::Sealer, "new", &signer, (0, 10));
    assert_eq!(wrong.issue(&office.authority.certificate, &signer), Err(IssueError::KeyDiffers));
    for serial in [vec![], vec![0], vec![1; 21]] {
        wrong.serial = serial;
        let refused = wrong.issue(&office.authority.certificate, &office.authority.signer);
        assert!(matches!(refused, Err(IssueError::Result(_) | IssueError::Unencodable { .. })), "{refused:?}");
    }
    wrong.serial = vec![1];
    wrong.subject.common_name = "局".repeat(65);
    let long = wrong.issue(&office.authority.certificate, &office.authority.signer);
    assert_eq!(long, Err(IssueError::Name { field: "common name", actual: 65 }));
    let list = ListDraft { number: 1, this_update_unix_s: NOW, next_update_unix_s: NOW + 1, revoked: Vec::new() };
    let by_signer = list.issue(&office.signer.certificate, &office.signer.signer);
    assert!(matches!(by_signer, Err(IssueError::Issuer(CertificateError::MissingUsage { .. }))));
}

#[test]
fn a_serial_number_with_its_high_bit_set_is_positive() {
    let office = Office::new("office");
    let signer = key(Algorithm::Sm2Sm3, "high");
    let mut high = draft(Profile::Sealer, "high", &signer, (0, 10));
    high.serial = vec![0xff; 8];
    let certificate = high.issue(&office.authority.certificate, &office.authority.signer).unwrap();
    assert_eq!(certificate.serial_hex(), "00ffffffffffffffff");
    let list = office.list(&[(&certificate, NOW, RevocationReason::KeyCompromise)]);
    assert_eq!(list.is_revoked(certificate.serial()), Some(NOW));
}

#[test]
fn times_from_2050_on_are_read_back() {
    let root_key = key(Algorithm::Sm2Sm3, "old");
    let root = draft(Profile::Root, "old", &root_key, (0, 20_000)).self_sign(&root_key).unwrap();
    assert_eq!(root.not_after(), START + 20_000 * DAY);
    let party = Party { certificate: root, signer: root_key };
    assert_eq!(issue(&party, Profile::Sealer, "late", (9_000, 10_000)).certificate.not_after(), START + 10_000 * DAY);
}

#[test]
fn requests_are_read_both_ways() {
    let workshop = Workshop::new();
    for algorithm in [Algorithm::Sm2Sm3, Algorithm::Ed25519] {
        let signer = key(algorithm, "requester");
        let subject = draft(Profile::Sealer, "requester", &signer, (0, 1)).subject;
        let der = CertificateRequest::make(&subject, &signer).unwrap();
        let read = CertificateRequest::from_der(&der).unwrap();
        assert_eq!((read.subject(), read.public_key()), (&subject, &signer.public_key()));
        workshop.write("ours.csr", &der);
        let mut line = vec!["req", "-inform", "DER", "-in", "ours.csr", "-noout", "-verify"];
        if algorithm == Algorithm::Sm2Sm3 {
            line.extend(["-vfyopt", DISTID]);
        }
        workshop.openssl(&line);
        for position in 0..der.len() {
            let mut altered = der.clone();
            altered[position] ^= 1 << (position % 8);
            assert!(CertificateRequest::from_der(&altered).is_err(), "byte {position}");
        }
    }
    workshop.openssl(&["genpkey", "-algorithm", "SM2", "-out", "k.pem"]);
    let subject = "/C=CN/O=测试局/CN=申请人";
    let line =
        ["req", "-new", "-utf8", "-key", "k.pem", "-subj", subject, "-sm3", "-sigopt", DISTID, "-outform", "DER"];
    workshop.openssl(&[&line[..], &["-out", "theirs.csr"]].concat());
    let read = CertificateRequest::from_der(&workshop.read("theirs.csr")).unwrap();
    assert_eq!(
        (read.subject().common_name.as_str(), read.subject().organisation.as_deref()),
        ("申请人", Some("测试局"))
    );
    assert!(CertificateRequest::from_der(&vec![0x30; 20_000]).is_err());
}
