//! Writes pictures of sample licences and seals into a directory, to be looked at: `--example look -- DIRECTORY`.

#[path = "../tests/support/samples.rs"]
mod samples;

use std::path::{Path, PathBuf};
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::{png, template};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("give a directory")?);
    let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS))?;
    let licences = [
        ("permit", "permit", samples::food()),
        ("certificate-1", "certificate", samples::birth("正页")),
        ("certificate-2", "certificate", samples::birth("副联")),
        ("marriage", "certificate", samples::marriage()),
        ("card", "card", samples::residence()),
        ("plain", "plain", samples::plain()),
    ];
    for (name, template, data) in licences {
        let composed = template::compose(&data, template, &fonts)?;
        for (page, sheet) in composed.sheets.iter().enumerate() {
            let dots = if template == "card" { 300 } else { 120 };
            let picture = png::render(sheet, &fonts, dots, &[])?;
            std::fs::write(directory.join(format!("{name}-page{}.png", page + 1)), picture)?;
        }
    }
    Ok(())
}
