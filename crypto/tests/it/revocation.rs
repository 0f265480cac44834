//! Revocation lists: what they refuse, when they are fresh, and whose they are.

use zhengku_crypto::certificate::{
    Certificate, CertificateError, ChainReport, KeyPurpose, ListGapReason, RevocationList, Structure,
};

use crate::workshop::{AUTHORITY, DAY_S, KEY_IDS, Kind, Request, SIGNER, Workshop, anchors};

struct Scene {
    workshop: Workshop,
    root: Certificate,
    city: Certificate,
    signer: Certificate,
}

impl Scene {
    fn new(kind: Kind) -> Self {
        let mut workshop = Workshop::new();
        let root = workshop.issue("root", kind, None, &format!("{AUTHORITY}{KEY_IDS}"));
        let city = workshop.issue("city", kind, Some("root"), &format!("{AUTHORITY}{KEY_IDS}"));
        let signer = workshop.issue("signer", kind, Some("city"), &format!("{SIGNER}{KEY_IDS}"));
        Scene { workshop, root, city, signer }
    }

    /// A time this many days into the signer's validity.
    fn day(&self, days: i64) -> i64 {
        self.signer.not_before() + days * DAY_S
    }

    fn list(&self, issuer: &str, revoked: &[(&Certificate, i64)], from: i64, to: i64) -> RevocationList {
        self.workshop.list(issuer, revoked, self.day(from), self.day(to))
    }

    fn check(&self, lists: &[RevocationList], at: i64) -> Result<ChainReport, CertificateError> {
        let between = std::slice::from_ref(&self.city);
        anchors(&self.root).check_chain(&self.signer, between, lists, at, KeyPurpose::Signing)
    }

    /// The reason for the signer's gap; the city's list is always fresh here.
    fn gap(&self, list: RevocationList, at: i64) -> Option<ListGapReason> {
        let report = self.check(&[list, self.list("root", &[], 0, 4_000)], at).unwrap();
        report.without_fresh_list().iter().map(|gap| gap.reason).next()
    }
}

#[test]
fn a_list_is_read() {
    for kind in [Kind::Ed25519, Kind::Sm2] {
        let scene = Scene::new(kind);
        let list = scene.list("city", &[(&scene.signer, scene.day(5))], 1, 31);
        assert_eq!((list.this_update(), list.next_update()), (scene.day(1), scene.day(31)));
        assert_eq!(list.count(), 1);
        assert_eq!(list.is_revoked(scene.signer.serial()), Some(scene.day(5)));
        assert_eq!(list.is_revoked(scene.city.serial()), None);
        assert_eq!(list.verify(&scene.city), Ok(()));
        let certificate = scene.root.fingerprint();
        assert_eq!(list.verify(&scene.root), Err(CertificateError::ListIssuerDiffers { certificate }));
        assert_eq!(RevocationList::from_pem(&scene.workshop.read("list.pem")), Ok(list));
    }
}

#[test]
fn a_signature_before_the_revocation_stands_and_one_after_it_falls() {
    for kind in [Kind::Ed25519, Kind::Sm2] {
        let scene = Scene::new(kind);
        let revoked_unix_s = scene.day(5);
        let lists = [scene.list("city", &[(&scene.signer, revoked_unix_s)], 6, 36), scene.list("root", &[], 0, 36)];
        let report = scene.check(&lists, revoked_unix_s - 1).unwrap();
        assert_eq!(report.without_fresh_list(), []);
        let refused = CertificateError::Revoked { certificate: scene.signer.fingerprint(), revoked_unix_s };
        for at in [revoked_unix_s, revoked_unix_s + 1, scene.day(100)] {
            assert_eq!(scene.check(&lists, at), Err(refused.clone()), "{at}");
        }
    }
}

#[test]
fn a_revoked_authority_takes_its_signers_with_it() {
    let scene = Scene::new(Kind::Ed25519);
    let revoked_unix_s = scene.day(5);
    let lists = [scene.list("root", &[(&scene.city, revoked_unix_s)], 0, 30)];
    let refused = CertificateError::Revoked { certificate: scene.city.fingerprint(), revoked_unix_s };
    assert_eq!(scene.check(&lists, scene.day(6)), Err(refused));
    assert!(scene.check(&lists, scene.day(4)).is_ok());
}

#[test]
fn freshness_is_reported_for_each_certificate() {
    let scene = Scene::new(Kind::Ed25519);
    assert_eq!(scene.gap(scene.list("city", &[], 1, 31), scene.day(31)), None);
    assert_eq!(scene.gap(scene.list("city", &[], 1, 31), scene.day(0)), None, "made after the time");
    let next_update_unix_s = scene.day(31);
    let stale = Some(ListGapReason::Stale { next_update_unix_s });
    assert_eq!(scene.gap(scene.list("city", &[], 1, 31), scene.day(31) + 1), stale);
    let this_update_unix_s = scene.day(3_651);
    let late = Some(ListGapReason::MadeAfterExpiry { this_update_unix_s });
    assert_eq!(scene.gap(scene.list("city", &[], 3_651, 3_700), scene.day(5)), late);
    assert_eq!(scene.gap(scene.list("root", &[], 1, 31), scene.day(2)), Some(ListGapReason::Missing));
}

#[test]
fn the_best_of_several_lists_counts() {
    let scene = Scene::new(Kind::Ed25519);
    let (stale, fresh) = (scene.list("city", &[], 1, 2), scene.list("city", &[], 2, 30));
    let root = scene.list("root", &[], 0, 30);
    for lists in [[stale.clone(), fresh.clone(), root.clone()], [fresh, root.clone(), stale.clone()]] {
        assert_eq!(scene.check(&lists, scene.day(10)).unwrap().without_fresh_list(), []);
    }
    let older = scene.list("city", &[], 0, 1);
    let report = scene.check(&[stale, older, root], scene.day(10)).unwrap();
    let next_update_unix_s = scene.day(2);
    assert_eq!(report.without_fresh_list()[0].reason, ListGapReason::Stale { next_update_unix_s });
}

#[test]
fn a_stale_list_still_revokes() {
    let scene = Scene::new(Kind::Ed25519);
    let lists = [scene.list("city", &[(&scene.signer, scene.day(2))], 3, 4)];
    assert!(matches!(scene.check(&lists, scene.day(100)), Err(CertificateError::Revoked { .. })));
}

#[test]
fn a_list_in_a_stolen_name_says_nothing() {
    let mut scene = Scene::new(Kind::Ed25519);
    let extensions = format!("{AUTHORITY}subjectKeyIdentifier=hash\n");
    let namesake = Request {
        name: "namesake",
        subject: "city",
        kind: Kind::Ed25519,
        issuer: None,
        extensions: &extensions,
        days: 10,
    };
    scene.workshop.try_issue(&namesake).unwrap();
    let forged = scene.list("namesake", &[(&scene.signer, scene.day(0))], 0, 30);
    let certificate = scene.city.fingerprint();
    assert_eq!(forged.verify(&scene.city), Err(CertificateError::ListSignatureRefused { certificate }));
    assert_eq!(scene.gap(forged, scene.day(5)), Some(ListGapReason::NotAuthentic));
}

#[test]
fn an_authority_without_the_right_to_sign_lists_says_nothing() {
    let mut workshop = Workshop::new();
    let extensions = format!("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n{KEY_IDS}");
    let root = workshop.issue("root", Kind::Ed25519, None, &extensions);
    let signer = workshop.issue("signer", Kind::Ed25519, Some("root"), SIGNER);
    let at = signer.not_before();
    let list = workshop.list("root", &[(&signer, at)], at, at + DAY_S);
    let (certificate, required) = (root.fingerprint(), KeyPurpose::ListSigning);
    assert_eq!(list.verify(&root), Err(CertificateError::MissingUsage { certificate, required }));
    let report = anchors(&root).check_chain(&signer, &[], &[list], at, KeyPurpose::Signing).unwrap();
    assert_eq!(report.without_fresh_list()[0].reason, ListGapReason::NotAuthentic);
}

#[test]
fn every_altered_byte_of_a_list_is_refused() {
    for kind in [Kind::Ed25519, Kind::Sm2] {
        let scene = Scene::new(kind);
        let der = scene.workshop.list_der("city", &[(&scene.signer, scene.day(5))], scene.day(1), scene.day(31));
        // SM2 is slow without optimisation: one flip for each byte.
        let flips: &[u8] = if kind == Kind::Sm2 { &[0x01] } else { &[0x01, 0x20, 0x80] };
        for position in 0..der.len() {
            for flip in flips {
                let mut altered = der.clone();
                altered[position] ^= flip;
                let accepted = RevocationList::from_der(&altered).is_ok_and(|list| list.verify(&scene.city).is_ok());
                assert!(!accepted, "{kind:?}, byte {position} ^ {flip}");
            }
        }
    }
}

#[test]
fn the_frame_of_a_list_is_exact() {
    let scene = Scene::new(Kind::Ed25519);
    let der = scene.workshop.list_der("city", &[], scene.day(1), scene.day(31));
    let malformed = Err(CertificateError::Malformed { structure: Structure::RevocationList });
    assert_eq!(RevocationList::from_der(&[&der[..], &[0]].concat()), malformed);
    assert_eq!(RevocationList::from_der(&der[..der.len() - 1]), malformed);
    assert_eq!(RevocationList::from_der(scene.signer.as_der()), malformed);
}
