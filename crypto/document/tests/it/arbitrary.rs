//! Arbitrary bytes: judged, never VALID, never a panic.

use crate::workshop::zip::{Entry, Frame, assemble};
use crate::workshop::*;
use proptest::prelude::*;
use zhengku_document::package::Package;
use zhengku_document::reader::xml;
use zhengku_ledger::verdict::Verdict;

fn never_valid(file: &[u8], proof: Option<&[u8]>) {
    let report = judge(file, proof, &WORKSHOP.trust());
    assert_ne!(report.verification.verdict, Verdict::Valid);
    assert!(!report.verification.checks.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(head in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"PK\x05\x06", b"%PDF-"]), tail in any::<Vec<u8>>()) {
        let file = [head, &tail].concat();
        never_valid(&file, Some(&tail));
    }

    #[test]
    fn any_entry_in_place_of_any_other(place in any::<prop::sample::Index>(), content in any::<Vec<u8>>()) {
        let mut parts = WORKSHOP.parts();
        let place = place.index(parts.len());
        parts[place].1 = content;
        let file = zip::pack(&parts);
        never_valid(&file, Some(&WORKSHOP.proof(&file)));
    }

    #[test]
    fn any_piece_cut_out_or_put_in(from in any::<prop::sample::Index>(), length in 1_usize..200, other in any::<Vec<u8>>()) {
        let mut file = WORKSHOP.file.clone();
        let from = from.index(file.len());
        let to = (from + length).min(file.len());
        prop_assume!(file[from..to] != other[..]);
        file.splice(from..to, other);
        never_valid(&file, Some(&WORKSHOP.proof(&WORKSHOP.file)));
    }

    #[test]
    fn any_honest_archive_is_read_back(contents in prop::collection::vec(any::<Vec<u8>>(), 1..8), stored in any::<bool>()) {
        let entry = |(number, content): (usize, &Vec<u8>)| {
            let name = format!("d{}/{number}", number % 3);
            if stored { Entry::stored(&name, content) } else { Entry::deflated(&name, content) }
        };
        let entries: Vec<Entry> = contents.iter().enumerate().map(entry).collect();
        let file = assemble(&entries, &Frame::default());
        let package = Package::read(&file).unwrap();
        prop_assert!(package.iter().map(|(_, content)| content).eq(contents.iter().map(Vec::as_slice)));
    }

    #[test]
    fn any_text_as_xml(text in "[<>/a:=\"'&;! \\-\\[\\]?x]{0,80}") {
        let _ = xml::parse(text.as_bytes());
        let inside = format!("<o:a xmlns:o=\"{}\">{text}</o:a>", xml::NAMESPACE);
        let _ = xml::parse(inside.as_bytes());
    }
}
