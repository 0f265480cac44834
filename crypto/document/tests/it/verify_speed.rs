//! How long a full offline verification of a sealed OFD file with its proof takes on one core, and of all bytes turned once:
//! `cargo run --release -p zhengku-document --example verify_speed [flip]`.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot set itself up has failed")]

#[expect(dead_code, reason = "shared with the tests")]
mod workshop;

use std::io::Write;
use std::time::Instant;
use workshop::zip::{Entry, Frame, assemble};
use workshop::{WORKSHOP, judge};
use zhengku_ledger::verdict::Verdict;

const ROUNDS: u32 = 400;

fn main() {
    let workshop = &*WORKSHOP;
    let (proof, trust) = (workshop.proof(&workshop.file), workshop.trust());
    let mut out = std::io::stdout();
    let mut times: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let report = judge(&workshop.file, Some(&proof), &trust);
            assert_eq!(report.verification.verdict, Verdict::Valid);
            start.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    let at = |share: f64| times.get((f64::from(ROUNDS - 1) * share) as usize).copied().unwrap_or_default();
    let (size, median, most) = (workshop.file.len(), at(0.5), at(0.99));
    writeln!(out, "{size} bytes: median {median} us, 99 of 100 within {most} us").unwrap();
    if std::env::args().nth(1).as_deref() == Some("flip") {
        writeln!(out, "{} bytes of entries and {} of the file turned, none VALID", flip_entries(), flip_file())
            .unwrap();
    }
}

/// One bit of every byte of every entry, each time with the ledger on the forger's side.
fn flip_entries() -> usize {
    let (parts, trust) = (WORKSHOP.parts(), WORKSHOP.trust());
    let mut judged = 0;
    for number in 0..parts.len() {
        for place in 0..parts[number].1.len() {
            let mut parts = parts.clone();
            parts[number].1[place] ^= 1 << (place % 8);
            let entries: Vec<Entry> = parts.iter().map(|(name, content)| Entry::stored(name, content)).collect();
            let file = assemble(&entries, &Frame::default());
            let verdict = judge(&file, Some(&WORKSHOP.proof(&file)), &trust).verification.verdict;
            assert_ne!(verdict, Verdict::Valid, "{}, byte {place}", parts[number].0);
            judged += 1;
        }
    }
    judged
}

/// One bit of every byte of the file.
fn flip_file() -> usize {
    let (proof, trust) = (WORKSHOP.proof(&WORKSHOP.file), WORKSHOP.trust());
    for place in 0..WORKSHOP.file.len() {
        let mut file = WORKSHOP.file.clone();
        file[place] ^= 1 << (place % 8);
        assert_ne!(judge(&file, Some(&proof), &trust).verification.verdict, Verdict::Valid, "byte {place}");
    }
    WORKSHOP.file.len()
}
