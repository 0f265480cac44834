//! Whatever bytes come in, reading them ends without a panic, and nothing is accepted that was not signed.

use std::sync::OnceLock;

use proptest::prelude::*;
use zhengku_crypto::certificate::{Certificate, KeyPurpose, RevocationList, TrustAnchors};

use crate::workshop::{AUTHORITY, DAY_S, KEY_IDS, Kind, SIGNER, Workshop, anchors};

struct Samples {
    anchors: TrustAnchors,
    root: Certificate,
    signer: Certificate,
    list: Vec<u8>,
}

fn samples() -> &'static Samples {
    static SAMPLES: OnceLock<Samples> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut workshop = Workshop::new();
        let root = workshop.issue("root", Kind::Sm2, None, &format!("{AUTHORITY}{KEY_IDS}"));
        let signer = workshop.issue("signer", Kind::Ed25519, Some("root"), &format!("{SIGNER}{KEY_IDS}"));
        let at = signer.not_before();
        let list = workshop.list_der("root", &[(&signer, at + DAY_S)], at, at + 9 * DAY_S);
        Samples { anchors: anchors(&root), root, signer, list }
    })
}

/// Replaces a range of the bytes.
fn edited(bytes: &[u8], from: prop::sample::Index, removed: usize, inserted: &[u8]) -> Vec<u8> {
    let from = from.index(bytes.len());
    let to = (from + removed).min(bytes.len());
    [&bytes[..from], inserted, &bytes[to..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
        prop_assert!(RevocationList::from_der(&bytes).is_err());
        prop_assert!(Certificate::from_pem(&bytes).is_err());
        prop_assert!(RevocationList::from_pem(&bytes).is_err());
    }

    #[test]
    fn arbitrary_pem_is_refused(body in "[A-Za-z0-9+/=\n -]{0,200}", label in "CERTIFICATE|X509 CRL|") {
        let text = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        prop_assert!(Certificate::from_pem(text.as_bytes()).is_err());
        prop_assert!(RevocationList::from_pem(text.as_bytes()).is_err());
        let _ = TrustAnchors::from_pem(text.as_bytes());
    }

    #[test]
    fn an_edited_certificate_is_refused(
        from: prop::sample::Index,
        removed in 0_usize..8,
        inserted in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let samples = samples();
        let at = samples.signer.not_before();
        let bytes = edited(samples.signer.as_der(), from, removed, &inserted);
        if bytes != samples.signer.as_der() && let Ok(leaf) = Certificate::from_der(&bytes) {
            prop_assert!(samples.anchors.check_chain(&leaf, &[], &[], at, KeyPurpose::Signing).is_err());
        }
    }

    #[test]
    fn an_edited_list_is_refused(
        from: prop::sample::Index,
        removed in 0_usize..8,
        inserted in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let samples = samples();
        let bytes = edited(&samples.list, from, removed, &inserted);
        if bytes != samples.list && let Ok(list) = RevocationList::from_der(&bytes) {
            prop_assert!(list.verify(&samples.root).is_err());
        }
    }
}
