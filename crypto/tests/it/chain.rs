//! The chain check: what it accepts, and one test per rule that it refuses by.

use zhengku_crypto::certificate::{
    Certificate, CertificateError, ChainReport, KeyPurpose, ListGapReason, MAX_CHAIN_CERTIFICATES, MAX_INTERMEDIATES,
    TrustAnchors,
};

use crate::workshop::{AUTHORITY, DAY_S, KEY_IDS, Kind, Request, SIGNER, Workshop, anchors};

fn check(
    root: &Certificate,
    leaf: &Certificate,
    between: &[Certificate],
    at: i64,
) -> Result<ChainReport, CertificateError> {
    anchors(root).check_chain(leaf, between, &[], at, KeyPurpose::Signing)
}

/// An authority, another below it, and a signer below that.
fn three(workshop: &mut Workshop, kind: Kind) -> (Certificate, Certificate, Certificate) {
    let root = workshop.issue("root", kind, None, &format!("{AUTHORITY}{KEY_IDS}"));
    let city = workshop.issue("city", kind, Some("root"), &format!("{AUTHORITY}{KEY_IDS}"));
    let signer = workshop.issue("signer", kind, Some("city"), &format!("{SIGNER}{KEY_IDS}"));
    (root, city, signer)
}

#[test]
fn a_chain_of_either_algorithm_is_accepted() {
    for kind in [Kind::Ed25519, Kind::Sm2] {
        let mut workshop = Workshop::new();
        let (root, city, signer) = three(&mut workshop, kind);
        let report = check(&root, &signer, std::slice::from_ref(&city), signer.not_before()).unwrap();
        assert_eq!(report.path(), [signer.fingerprint(), city.fingerprint(), root.fingerprint()]);
        assert_eq!(report.anchor(), Some(root.fingerprint()));
        let gaps: Vec<_> = report.without_fresh_list().iter().map(|gap| (gap.certificate, gap.reason)).collect();
        let missing = ListGapReason::Missing;
        assert_eq!(gaps, [(signer.fingerprint(), missing), (city.fingerprint(), missing)]);
        let bare = check(&root, &signer, &[], signer.not_before());
        assert_eq!(bare, Err(CertificateError::UnknownIssuer { certificate: signer.fingerprint() }));
    }
}

#[test]
fn algorithms_may_mix_along_a_chain() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Sm2, None, AUTHORITY);
    let city = workshop.issue("city", Kind::Ed25519, Some("root"), AUTHORITY);
    let signer = workshop.issue("signer", Kind::Sm2, Some("city"), SIGNER);
    assert!(check(&root, &signer, &[city], signer.not_before()).is_ok());
}

#[test]
fn validity_is_checked_to_the_second_for_every_certificate() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let leaf = |days| Request {
        name: "signer",
        subject: "signer",
        kind: Kind::Ed25519,
        issuer: Some("root"),
        extensions: SIGNER,
        days,
    };
    let signer = workshop.try_issue(&leaf(10)).unwrap();
    let (certificate, first, last) = (signer.fingerprint(), signer.not_before(), signer.not_after());
    assert!(check(&root, &signer, &[], first).is_ok());
    assert!(check(&root, &signer, &[], last).is_ok());
    let early = CertificateError::NotYetValid { certificate, not_before_unix_s: first, at_unix_s: first - 1 };
    assert_eq!(check(&root, &signer, &[], first - 1), Err(early));
    let late = CertificateError::Expired { certificate, not_after_unix_s: last, at_unix_s: last + 1 };
    assert_eq!(check(&root, &signer, &[], last + 1), Err(late));
    let long = workshop.try_issue(&leaf(7_300)).unwrap();
    let refused = check(&root, &long, &[], root.not_after() + 1).unwrap_err();
    assert!(matches!(refused, CertificateError::Expired { certificate, .. } if certificate == root.fingerprint()));
}

#[test]
fn a_renewed_authority_is_found_beside_its_expired_certificate() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let city = |days| Request {
        name: "city",
        subject: "city",
        kind: Kind::Ed25519,
        issuer: Some("root"),
        extensions: AUTHORITY,
        days,
    };
    let (old, new) = (workshop.try_issue(&city(1)).unwrap(), workshop.try_issue(&city(1_000)).unwrap());
    let signer = workshop.issue("signer", Kind::Ed25519, Some("city"), SIGNER);
    let at = old.not_after() + DAY_S;
    for between in [[old.clone(), new.clone()], [new.clone(), old.clone()]] {
        assert_eq!(check(&root, &signer, &between, at).unwrap().path()[1], new.fingerprint());
    }
    let refused = check(&root, &signer, std::slice::from_ref(&old), at).unwrap_err();
    assert!(matches!(refused, CertificateError::Expired { certificate, .. } if certificate == old.fingerprint()));
}

#[test]
fn the_use_must_be_allowed() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let cases = [
        ("keyUsage=critical,keyEncipherment\n", false, false),
        ("basicConstraints=CA:FALSE\n", false, false),
        ("keyUsage=critical,nonRepudiation\n", false, true),
        ("keyUsage=critical,digitalSignature,nonRepudiation\n", true, true),
    ];
    for (extensions, signing, commitment) in cases {
        let leaf = workshop.issue("signer", Kind::Ed25519, Some("root"), extensions);
        for (required, allowed) in [(KeyPurpose::Signing, signing), (KeyPurpose::ContentCommitment, commitment)] {
            let result = anchors(&root).check_chain(&leaf, &[], &[], leaf.not_before(), required);
            let missing = CertificateError::MissingUsage { certificate: leaf.fingerprint(), required };
            assert_eq!(result.err(), (!allowed).then_some(missing), "{extensions}");
        }
    }
}

#[test]
fn an_issuer_must_be_an_authority_that_may_sign_certificates() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let no_authority = workshop.issue("a", Kind::Ed25519, Some("root"), "keyUsage=keyCertSign,digitalSignature\n");
    let below = workshop.issue("b", Kind::Ed25519, Some("a"), SIGNER);
    let refused = CertificateError::NotAuthority { certificate: no_authority.fingerprint() };
    assert_eq!(check(&root, &below, &[no_authority], below.not_before()), Err(refused));
    let extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n";
    let no_usage = workshop.issue("c", Kind::Ed25519, Some("root"), extensions);
    let below = workshop.issue("d", Kind::Ed25519, Some("c"), SIGNER);
    let required = KeyPurpose::CertificateSigning;
    let refused = CertificateError::MissingUsage { certificate: no_usage.fingerprint(), required };
    assert_eq!(check(&root, &below, &[no_usage], below.not_before()), Err(refused));
}

#[test]
fn an_authority_does_not_sign_messages() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let refused = CertificateError::AuthorityAsLeaf { certificate: root.fingerprint() };
    assert_eq!(check(&root, &root, &[], root.not_before()), Err(refused));
}

#[test]
fn the_path_length_is_kept() {
    let with_length =
        |length: u32| format!("basicConstraints=critical,CA:TRUE,pathlen:{length}\nkeyUsage=keyCertSign\n");
    for (root_length, city_length, culprit) in [(1, 0, None), (2, 7, None), (0, 0, Some("root"))] {
        let mut workshop = Workshop::new();
        let root = workshop.issue("root", Kind::Ed25519, None, &with_length(root_length));
        let city = workshop.issue("city", Kind::Ed25519, Some("root"), &with_length(city_length));
        let signer = workshop.issue("signer", Kind::Ed25519, Some("city"), SIGNER);
        let result = check(&root, &signer, std::slice::from_ref(&city), signer.not_before());
        let too_long = CertificateError::PathTooLong { certificate: root.fingerprint(), allowed: 0, actual: 1 };
        assert_eq!(result.err(), culprit.map(|_| too_long));
        let district = workshop.issue("district", Kind::Ed25519, Some("city"), AUTHORITY);
        let below = workshop.issue("below", Kind::Ed25519, Some("district"), SIGNER);
        let result = check(&root, &below, &[city.clone(), district], below.not_before());
        let too_long = CertificateError::PathTooLong { certificate: city.fingerprint(), allowed: 0, actual: 1 };
        assert_eq!(result.err(), (city_length == 0).then_some(too_long));
    }
}

#[test]
fn depth_and_number_are_bounded() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("a0", Kind::Ed25519, None, AUTHORITY);
    let mut between = Vec::new();
    for depth in 1..MAX_CHAIN_CERTIFICATES {
        let issuer = format!("a{}", depth - 1);
        between.push(workshop.issue(&format!("a{depth}"), Kind::Ed25519, Some(&issuer), AUTHORITY));
    }
    let deepest = format!("a{}", MAX_CHAIN_CERTIFICATES - 2);
    let signer = workshop.issue("signer", Kind::Ed25519, Some(&deepest), SIGNER);
    let report = check(&root, &signer, &between, signer.not_before()).unwrap();
    assert_eq!(report.path().len(), MAX_CHAIN_CERTIFICATES);
    let deepest = format!("a{}", MAX_CHAIN_CERTIFICATES - 1);
    let signer = workshop.issue("signer2", Kind::Ed25519, Some(&deepest), SIGNER);
    let refused = CertificateError::ChainTooLong { max: MAX_CHAIN_CERTIFICATES };
    assert_eq!(check(&root, &signer, &between, signer.not_before()), Err(refused));
    let (max, actual) = (MAX_INTERMEDIATES, MAX_INTERMEDIATES + 1);
    let many = vec![root.clone(); actual];
    let refused = CertificateError::TooManyIntermediates { max, actual };
    assert_eq!(check(&root, &signer, &many, signer.not_before()), Err(refused));
}

/// Sixteen authorities of one name and key that issued one another: the search ends and says why.
#[test]
fn a_web_of_cross_certificates_ends() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let request =
        Request { name: "web", subject: "web", kind: Kind::Ed25519, issuer: None, extensions: AUTHORITY, days: 10 };
    let web: Vec<Certificate> = (0..MAX_INTERMEDIATES).map(|_| workshop.try_issue(&request).unwrap()).collect();
    let signer = workshop.issue("signer", Kind::Ed25519, Some("web"), SIGNER);
    let refused = check(&root, &signer, &web, signer.not_before()).unwrap_err();
    assert_eq!(refused, CertificateError::ChainTooLong { max: MAX_CHAIN_CERTIFICATES });
}

#[test]
fn a_foreign_anchor_is_no_anchor() {
    let mut workshop = Workshop::new();
    let (_, city, signer) = three(&mut workshop, Kind::Ed25519);
    let foreign = workshop.issue("foreign", Kind::Ed25519, None, AUTHORITY);
    let unknown = CertificateError::UnknownIssuer { certificate: city.fingerprint() };
    let result = check(&foreign, &signer, std::slice::from_ref(&city), signer.not_before());
    assert_eq!(result, Err(unknown.clone()));
    let nothing = TrustAnchors::default();
    let result = nothing.check_chain(&signer, &[city], &[], signer.not_before(), KeyPurpose::Signing);
    assert_eq!(result, Err(unknown));
}

#[test]
fn a_namesake_of_the_anchor_is_refused_by_its_signature() {
    let mut workshop = Workshop::new();
    workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let signer = workshop.issue("signer", Kind::Ed25519, Some("root"), SIGNER);
    let without_key_id = format!("{AUTHORITY}subjectKeyIdentifier=none\n");
    let namesake = Request {
        name: "namesake",
        subject: "root",
        kind: Kind::Ed25519,
        issuer: None,
        extensions: &without_key_id,
        days: 10,
    };
    let namesake = workshop.try_issue(&namesake).unwrap();
    let (certificate, issuer) = (signer.fingerprint(), namesake.fingerprint());
    let refused = CertificateError::SignatureRefused { certificate, issuer };
    assert_eq!(check(&namesake, &signer, &[], signer.not_before()), Err(refused));
}

#[test]
fn an_anchor_is_a_self_signed_authority() {
    let mut workshop = Workshop::new();
    let (_, city, _) = three(&mut workshop, Kind::Ed25519);
    let certificate = city.fingerprint();
    let refused = TrustAnchors::from_certificates(vec![city]).unwrap_err();
    assert_eq!(refused, CertificateError::NotSelfSigned { certificate });
    let own = workshop.issue("own", Kind::Ed25519, None, SIGNER);
    let certificate = own.fingerprint();
    let refused = TrustAnchors::from_certificates(vec![own]).unwrap_err();
    assert_eq!(refused, CertificateError::NotAuthority { certificate });
}

#[test]
fn critical_extensions_must_be_understood() {
    let mut workshop = Workshop::new();
    let root = workshop.issue("root", Kind::Ed25519, None, AUTHORITY);
    let cases = [
        ("1.2.3.4=critical,ASN1:NULL\n", Some("1.2.3.4")),
        ("1.2.3.4=ASN1:NULL\n", None),
        ("extendedKeyUsage=critical,codeSigning\n", Some("2.5.29.37")),
        ("extendedKeyUsage=codeSigning\n", None),
        ("extendedKeyUsage=critical,anyExtendedKeyUsage\n", None),
        ("certificatePolicies=critical,1.2.3.4\n", Some("2.5.29.32")),
        ("nameConstraints=permitted;DNS:example.com\n", Some("2.5.29.30")),
    ];
    for (extension, oid) in cases {
        let leaf = workshop.issue("signer", Kind::Ed25519, Some("root"), &format!("{SIGNER}{extension}"));
        let certificate = leaf.fingerprint();
        let refused = oid.map(|oid| CertificateError::CriticalExtension { certificate, oid: oid.to_owned() });
        assert_eq!(check(&root, &leaf, &[], leaf.not_before()).err(), refused, "{extension}");
    }
}

#[test]
fn every_altered_byte_of_a_certificate_is_refused() {
    for kind in [Kind::Ed25519, Kind::Sm2] {
        let mut workshop = Workshop::new();
        let root = workshop.issue("root", kind, None, AUTHORITY);
        let signer = workshop.issue("signer", kind, Some("root"), SIGNER);
        // SM2 is slow without optimisation: one flip for each byte.
        let flips: &[u8] = if kind == Kind::Sm2 { &[0x01] } else { &[0x01, 0x20, 0x80] };
        for position in 0..signer.as_der().len() {
            for flip in flips {
                let mut altered = signer.as_der().to_vec();
                altered[position] ^= flip;
                let accepted = Certificate::from_der(&altered)
                    .is_ok_and(|leaf| check(&root, &leaf, &[], signer.not_before() + DAY_S).is_ok());
                assert!(!accepted, "{kind:?}, byte {position} ^ {flip}");
            }
        }
    }
}

#[test]
fn openssl_agrees_about_the_chain() {
    let mut workshop = Workshop::new();
    three(&mut workshop, Kind::Ed25519);
    workshop.openssl(&["verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "city.pem", "signer.pem"]);
}
