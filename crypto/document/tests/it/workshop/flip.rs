//! The genuine file with one bit turned, at one byte after the other: none may be VALID.

use super::zip::{Entry, Frame, assemble};
use super::{WORKSHOP, judge, open};
use zhengku_ledger::verdict::Verdict;

/// The bit that is turned: another one at each byte.
const fn turned(byte: u8, place: usize) -> u8 {
    byte ^ (1 << (place % 8))
}

/// Turns one bit in every `step(name)`-th byte of every entry, beginning in each at another byte from `from` on; the ledger has the
/// digests of each turned file, so that package, document and seal alone must find it. Gives how many files were judged.
pub(crate) fn entries(from: usize, step: impl Fn(&str) -> usize) -> usize {
    let (parts, trust) = (WORKSHOP.parts(), WORKSHOP.trust());
    let mut judged = 0;
    for (number, (name, content)) in parts.iter().enumerate() {
        let step = step(name);
        for place in ((from + number) % step..content.len()).step_by(step) {
            let mut parts = parts.clone();
            parts[number].1[place] = turned(content[place], place);
            let entries: Vec<Entry> = parts.iter().map(|(name, content)| Entry::stored(name, content)).collect();
            let file = assemble(&entries, &Frame::default());
            let verdict = judge(&file, Some(&WORKSHOP.proof(&file)), &trust).verification.verdict;
            assert_ne!(verdict, Verdict::Valid, "{name}, byte {place}");
            judged += 1;
        }
    }
    judged
}

/// Turns one bit in every `step`-th byte of the file from `from` on. Gives how many files were judged.
pub(crate) fn file(from: usize, step: usize) -> usize {
    let (proof, trust) = (WORKSHOP.proof(&WORKSHOP.file), WORKSHOP.trust());
    let mut judged = 0;
    for place in (from..WORKSHOP.file.len()).step_by(step) {
        let mut file = WORKSHOP.file.clone();
        file[place] = turned(file[place], place);
        let report = judge(&file, Some(&proof), &trust);
        assert_ne!(report.verification.verdict, Verdict::Valid, "byte {place}");
        assert!(!open(&report).is_empty());
        judged += 1;
    }
    judged
}
