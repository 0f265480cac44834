//! Generated licences, every second of a type of the real catalogue in turn, each composed, sealed, written as OFD and PDF, read again by readers that share no code with ours and compared:
//! `cargo run --release -p zhengku-ofd-tests --example many_licences -- --seed 1 --count 20000`.

mod catalogue;
#[path = "../../crypto/document/tests/support/generator.rs"]
mod generator;
#[path = "../../crypto/document/tests/support/judge.rs"]
mod judge;
#[path = "../../crypto/document/tests/support/samples.rs"]
#[expect(dead_code, reason = "the samples are for looking at; only their frame is used here")]
mod samples;
#[path = "../../crypto/document/tests/support/sealer.rs"]
mod sealer;
mod written;

use sealer::Measured;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::template;

/// Licences between two lines of progress.
const PROGRESS: u64 = 500;

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
    let (sealer, types) = (Measured::new(&fonts)?, catalogue::types()?);
    let directory = tempfile::tempdir()?;
    let pdf = directory.path().join("licence.pdf");
    let (mut refused, mut pages, started) = (0_u64, 0_usize, Instant::now());
    let mut out = std::io::stdout();
    for index in 0..count {
        let one_seed = seed.wrapping_mul(1_000_003).wrapping_add(index);
        let kind = usize::try_from(index / 2)?.checked_rem(types.len()).and_then(|place| types.get(place));
        let licence = match kind {
            Some(kind) if !index.is_multiple_of(2) => kind.generate(one_seed),
            _ => generator::generate(one_seed),
        };
        let outcome = template::compose(&licence.data, licence.template, &fonts);
        let named = |reason: String| format!("licence {index} of seed {seed}: {reason}");
        judge::judge(&licence, &outcome).map_err(named)?;
        match outcome {
            Ok(composed) => {
                pages += composed.sheets.len();
                written::judge(&licence.data, &composed, &fonts, &sealer, &pdf).map_err(named)?;
            }
            Err(_) => refused += 1,
        }
        if (index + 1).is_multiple_of(PROGRESS) {
            writeln!(out, "{} of {count}, {:.0} s", index + 1, started.elapsed().as_secs_f64())?;
        }
    }
    writeln!(
        out,
        "{count} licences of seed {seed}: {} written, {pages} pages, all text read again from OFD and PDF; {refused} refused by field",
        count - refused
    )?;
    Ok(())
}
