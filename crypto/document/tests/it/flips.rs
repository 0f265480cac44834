//! No bit of a sealed file can be turned unseen.

use crate::workshop::zip::{Entry, Frame, assemble};
use crate::workshop::*;
use zhengku_ledger::verdict::Verdict;

/// Every how many bytes of fonts, pictures and the raw file are tried on ordinary days; `verify_speed flip` tries all.
const STEP: usize = 83;

/// The bit that is turned: another one at each byte.
const fn turned(byte: u8, place: usize) -> u8 {
    byte ^ (1 << (place % 8))
}

/// Turns one bit in every `step(name)`-th byte of every entry; the ledger has the digests of each turned file, so that package,
/// document and seal alone must find it. Gives how many files were judged.
fn flip_entries(step: impl Fn(&str) -> usize) -> usize {
    let workshop = &*WORKSHOP;
    let (parts, trust) = (workshop.parts(), workshop.trust());
    let mut judged = 0;
    for (number, (name, content)) in parts.iter().enumerate() {
        for place in (number % step(name)..content.len()).step_by(step(name)) {
            let mut parts = parts.clone();
            parts[number].1[place] = turned(content[place], place);
            let entries: Vec<Entry> = parts.iter().map(|(name, content)| Entry::stored(name, content)).collect();
            let file = assemble(&entries, &Frame::default());
            let verdict = judge(&file, Some(&workshop.proof(&file)), &trust).verification.verdict;
            assert_ne!(verdict, Verdict::Valid, "{name}, byte {place}");
            judged += 1;
        }
    }
    judged
}

#[test]
fn a_bit_turned_in_any_entry_is_found_without_the_ledger() {
    let judged = flip_entries(|name| if name.ends_with(".ttf") { STEP * 8 } else { STEP });
    assert!(judged > 400, "{judged}");
}

#[test]
fn a_bit_turned_anywhere_in_the_file_is_found() {
    let workshop = &*WORKSHOP;
    let (proof, trust) = (workshop.proof(&workshop.file), workshop.trust());
    for place in (0..workshop.file.len()).step_by(STEP) {
        let mut file = workshop.file.clone();
        file[place] = turned(file[place], place);
        let report = judge(&file, Some(&proof), &trust);
        assert_ne!(report.verification.verdict, Verdict::Valid, "byte {place}");
        assert!(!open(&report).is_empty());
    }
}
