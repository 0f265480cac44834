//! How many sealed OFD files of a composed licence one core writes in a second, and how large they are: `cargo run --release -p
//! zhengku-document --example ofd_speed [file to write]`.

#[path = "../tests/support/samples.rs"]
#[expect(dead_code, reason = "only the food business licence is written here")]
mod samples;
#[path = "../tests/support/sealer.rs"]
mod sealer;

use sealer::{CREATED, Measured};
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::ofd::{self, Annotation, OfdContent};
use zhengku_document::template;
use zhengku_ledger::ids::TimestampMs;

/// Time that this process had a core, so that other work on the machine does not count.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS))?;
    let sealer = Measured::new(&fonts)?;
    let data = samples::issued_food();
    let composed = template::compose(&data, "permit", &fonts)?;
    let write = |annotation| -> Result<Vec<u8>, ofd::OfdError> {
        let content =
            OfdContent {
                sheets: &composed.sheets, data: &data, created: CREATED, seal_name: "样例专用章", annotation
            };
        ofd::write(&content, &fonts)?.seal(composed.seal.page, composed.seal.place, &sealer)
    };
    let copy = Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "办理演示事项（办件编号 9999）".to_owned(),
        expires: TimestampMs(CREATED.0 + 30 * 86_400_000),
        created: CREATED,
    };
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(&path, write(None)?)?;
        std::fs::write(format!("{path}.copy.ofd"), write(Some(copy.clone()))?)?;
    }
    let mut out = std::io::stdout();
    for (name, annotation) in [("original", None), ("annotated copy", Some(copy))] {
        const ROUNDS: u32 = 500;
        let bytes = write(annotation.clone())?.len();
        let start = processor_time();
        for _ in 0..ROUNDS {
            std::hint::black_box(write(annotation.clone())?);
        }
        let rate = f64::from(ROUNDS) / (processor_time() - start).as_secs_f64();
        writeln!(out, "{name}: {rate:.0} a second of processor time, {bytes} bytes each")?;
    }
    Ok(())
}
