//! How long a full offline verification of a sealed OFD file with its proof takes on one core; and with `flip FROM OF` the same
//! with one bit of every byte turned, one at a time (part FROM of OF parts, so that several cores can share the work):
//! `cargo run --release -p zhengku-document --example verify_speed [flip 0 1]`.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot set itself up has failed")]

#[expect(dead_code, reason = "shared with the tests")]
mod workshop;

use std::io::Write;
use std::time::Instant;
use workshop::{WORKSHOP, flip, judge};
use zhengku_ledger::verdict::Verdict;

const ROUNDS: u32 = 400;

fn main() {
    let workshop = &*WORKSHOP;
    let (proof, trust) = (workshop.proof(&workshop.file), workshop.trust());
    let mut out = std::io::stdout();
    let before = cpu_us();
    let mut times: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let report = judge(&workshop.file, Some(&proof), &trust);
            assert_eq!(report.verification.verdict, Verdict::Valid);
            start.elapsed().as_micros()
        })
        .collect();
    let processor = (cpu_us() - before) / u64::from(ROUNDS);
    times.sort_unstable();
    let at = |share: f64| times.get((f64::from(ROUNDS - 1) * share) as usize).copied().unwrap_or_default();
    let (size, median, most) = (workshop.file.len(), at(0.5), at(0.99));
    writeln!(out, "{size} bytes: {processor} us of processor time each; by the clock {median} us (median), 99 of 100 within {most} us").unwrap();
    let number = |place: usize| std::env::args().nth(place).and_then(|text| text.parse().ok());
    if let (Some(from), Some(parts)) = (number(2), number(3)) {
        let (entries, file) = (flip::entries(from, |_| parts), flip::file(from, parts));
        writeln!(out, "part {from} of {parts}: {entries} bytes of entries and {file} of the file turned, none VALID")
            .unwrap();
    }
}

/// Processor time of this process so far in microseconds, in steps of 10 ms.
fn cpu_us() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, fields 14 and 15 of proc(5), in hundredths of a second.
    let ticks = |place: usize| fields[place].parse::<u64>().unwrap();
    (ticks(11) + ticks(12)) * 10_000
}
