//! Composes generated licences and judges each: `--example many_licences -- --seed 1 --count 20000`.

#[path = "../tests/support/generator.rs"]
mod generator;
#[path = "../tests/support/judge.rs"]
mod judge;
#[path = "../tests/support/samples.rs"]
#[expect(dead_code, reason = "the samples are for looking at; only their frame is used here")]
mod samples;

use std::io::Write;
use std::path::Path;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::{pdf, png, template};
use zhengku_ledger::ids::TimestampMs;

/// Pictures and PDFs are made of every so many.
const DRAWN: u64 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, otherwise: u64| match arguments.iter().position(|argument| argument == name) {
        Some(at) => {
            arguments.get(at + 1).ok_or(format!("{name} needs a number"))?.parse::<u64>().map_err(|e| e.to_string())
        }
        None => Ok(otherwise),
    };
    let (seed, count) = (number("--seed", 1)?, number("--count", 20_000)?);
    let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS))?;
    let (mut composing, mut drawing, mut writing) = (0.0, 0.0, 0.0);
    let (mut refused, mut pages, mut drawn) = (0_u64, 0_usize, 0_u64);
    for index in 0..count {
        let licence = generator::generate(seed.wrapping_mul(1_000_003).wrapping_add(index));
        let outcome = timed(&mut composing, || template::compose(&licence.data, licence.template, &fonts));
        judge::judge(&licence, &outcome).map_err(|reason| format!("licence {index} of seed {seed}: {reason}"))?;
        let Ok(composed) = outcome else {
            refused += 1;
            continue;
        };
        pages += composed.sheets.len();
        if index.is_multiple_of(DRAWN) {
            drawn += 1;
            let sheet = composed.sheets.first().ok_or("no page")?;
            timed(&mut drawing, || png::render(sheet, &fonts, 100, &[]))?;
            let time = TimestampMs(1_795_305_600_000);
            timed(&mut writing, || pdf::write(&composed.sheets, &licence.data, &fonts, time, None))?;
        }
    }
    let per_second = |number: u64, seconds: f64| number as f64 / seconds.max(1e-9);
    let mut out = std::io::stdout();
    writeln!(out, "{count} licences, {refused} refused by field, {pages} pages, composed in {composing:.1} s")?;
    writeln!(
        out,
        "compose {:.0}/s, PNG {:.0}/s, PDF {:.0}/s",
        per_second(count, composing),
        per_second(drawn, drawing),
        per_second(drawn, writing)
    )?;
    Ok(())
}

fn timed<T>(sum: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = std::time::Instant::now();
    let result = work();
    *sum += start.elapsed().as_secs_f64();
    result
}
