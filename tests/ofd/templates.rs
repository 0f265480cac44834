//! A composed and really sealed licence of each template before both readers.

use crate::sealer::CREATED;
use crate::{FONTS, PAGE, SEALER, altered, drawn, judged, samples};
use ofd_core::verify::RefStatus;
use sofd::{Document, VerifyStatus};

use zhengku_crypto::seal::{Seal, SealSignature};
use zhengku_document::ofd::{self, OfdContent, SIGNED_VALUE, Sealer};
use zhengku_document::template::{self, Composed};

/// Each template with a licence that is usual for it.
fn licences() -> Vec<(&'static str, Composed, Vec<u8>)> {
    let all = [
        ("permit", samples::issued_food()),
        ("certificate", samples::birth("正页")),
        ("card", samples::residence()),
        ("plain", samples::plain()),
    ];
    let sealed = |(template, data)| {
        let composed = template::compose(&data, template, &FONTS).unwrap();
        let sheets = &composed.sheets[..];
        let content =
            OfdContent { sheets, data: &data, created: CREATED, seal_name: "样例专用章", annotation: None };
        let unsealed = ofd::write(&content, &FONTS).unwrap();
        let file = unsealed.seal(composed.seal.page, composed.seal.place, &*SEALER).unwrap();
        (template, composed, file)
    };
    all.into_iter().map(sealed).collect()
}

#[test]
fn each_template_is_drawn_and_its_digests_are_right() {
    for (template, composed, file) in licences() {
        let inked = drawn(&file, &format!("{template}.png")).unwrap_or_else(|| panic!("{template} is not complete"));
        // A card has a ground of its own.
        let most = if template == "card" { 1001 } else { 300 };
        assert!((20..most).contains(&inked), "{template}: {inked} thousandths of the page are not white");
        let report = judged(&file);
        assert!(report.conforms(), "{template}: {:?}", report.problems);
        let [signature] = &report.signatures[..] else { panic!("{template}: one signature") };
        assert!(signature.references.len() > 8 + composed.sheets.len(), "{template}");
        let wrong: Vec<_> = signature.references.iter().filter(|one| one.status != RefStatus::Ok).collect();
        assert!(wrong.is_empty(), "{template}: {wrong:?}");
        let file = altered(&file, PAGE, |bytes| [&bytes[..], b"\n"].concat());
        let wrong = judged(&file).signatures[0].references.iter().filter(|one| one.status != RefStatus::Ok).count();
        assert_eq!(wrong, 1, "{template}");
    }
}

#[test]
fn the_seal_of_each_template_is_found_where_it_stands() {
    let seal = Seal::from_der(SEALER.seal_der()).unwrap();
    for (template, composed, file) in licences() {
        let seals = Document::open_bytes(&file).unwrap().seals().unwrap();
        let [found] = &seals[..] else { panic!("{template}: {} seals", seals.len()) };
        assert_eq!(found.page, composed.seal.page, "{template}");
        let millimetres = |length: zhengku_document::page::Um| f64::from(length.0) / 1000.0;
        let place = composed.seal.place;
        let expected = [place.x, place.y, place.width, place.height].map(millimetres);
        let actual = [found.boundary.x, found.boundary.y, found.boundary.w, found.boundary.h];
        assert!(expected.iter().zip(actual).all(|(one, other)| (one - other).abs() < 0.001), "{template}: {actual:?}");
        // From Seal.esl, and out of the signature itself.
        assert_eq!(found.image, SEALER.seal_der(), "{template}");
        let inside = found.sealed.as_ref().unwrap();
        assert_eq!((inside.kind.as_str(), inside.width, inside.height), ("PNG", 42, 42), "{template}");
        assert_eq!(inside.data, seal.picture().data, "{template}");
    }
}

#[test]
fn the_signature_of_each_template_verifies_for_another_reader() {
    for (template, _, file) in licences() {
        let status = |file: &[u8]| Document::open_bytes(file).unwrap().verify_signatures().unwrap();
        assert_eq!(status(&file), [VerifyStatus::Valid], "{template}");
        // The digest inside the signature is another: the reader does verify.
        let file = altered(&file, SIGNED_VALUE, |der| {
            let hash = *SealSignature::from_der(&der).unwrap().data_hash();
            let place = der.windows(hash.len()).position(|window| window == hash).unwrap();
            let mut der = der.clone();
            der[place] ^= 1;
            der
        });
        assert_eq!(status(&file), [VerifyStatus::Tampered], "{template}");
    }
}
