//! What independent readers get out of a licence's files, against what was composed: `sofd` reads the OFD, poppler the PDF/A twin.

use crate::sealer::{CREATED, Measured};
use sofd::Document;
use sofd_display::ops::DrawOp;
use std::path::Path;
use std::process::Command;
use zhengku_document::font::FontLibrary;
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::{self, OfdContent};
use zhengku_document::page::Mark;
use zhengku_document::pdf;
use zhengku_document::template::Composed;

/// Writes both files of a composed licence, reads the text of each page again, and compares all of it; the PDF is kept at `pdf_path`.
pub(crate) fn judge(
    data: &LicenceData,
    composed: &Composed,
    fonts: &FontLibrary,
    sealer: &Measured,
    pdf_path: &Path,
) -> Result<(), String> {
    let content =
        OfdContent { sheets: &composed.sheets, data, created: CREATED, seal_name: "样例专用章", annotation: None };
    let unsealed = ofd::write(&content, fonts).map_err(|error| format!("OFD: {error}"))?;
    let sealed = unsealed.seal(composed.seal.page, composed.seal.place, sealer);
    let expected = expected(composed);
    same("OFD", &expected, &read_ofd(&sealed.map_err(|error| format!("OFD: {error}"))?)?)?;
    let written = pdf::write(&composed.sheets, data, fonts, CREATED, None).map_err(|error| format!("PDF: {error}"))?;
    std::fs::write(pdf_path, written).map_err(|error| format!("{}: {error}", pdf_path.display()))?;
    same("PDF", &expected, &read_pdf(pdf_path)?)
}

/// The text of each page: the form, then what this licence says.
pub(crate) fn expected(composed: &Composed) -> Vec<String> {
    let text = |mark: &Mark| match mark {
        Mark::Text(run) => Some(run.text.clone()),
        Mark::Shape(_) | Mark::Image(_) => None,
    };
    composed.sheets.iter().map(|sheet| sheet.form.iter().chain(&sheet.marks).filter_map(text).collect()).collect()
}

pub(crate) fn read_ofd(file: &[u8]) -> Result<Vec<String>, String> {
    let document = Document::open_bytes(file).map_err(|error| format!("OFD: {error}"))?;
    if let Some(missing) = document.missing_fonts().first() {
        return Err(format!("OFD: a font is missing: {missing:?}"));
    }
    let text = |op: &DrawOp| match op {
        DrawOp::Text(run) => Some(run.plain_text().to_owned()),
        _ => None,
    };
    Ok(document.display_list().pages.iter().map(|page| page.ops.iter().filter_map(text).collect()).collect())
}

pub(crate) fn read_pdf(path: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("pdftotext").arg("-raw").arg(path).arg("-").output();
    let output = output.map_err(|error| format!("pdftotext: {error}"))?;
    if !output.status.success() {
        return Err(format!("pdftotext: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| format!("pdftotext: {error}"))?;
    // A form feed ends each page.
    Ok(text.split_terminator('\u{C}').map(str::to_owned).collect())
}

/// White space is left out: readers of PDF put it between runs, columns and lines as they see fit.
pub(crate) fn same(kind: &str, expected: &[String], read: &[String]) -> Result<(), String> {
    if expected.len() != read.len() {
        return Err(format!("{kind}: {} pages, read {}", expected.len(), read.len()));
    }
    for (page, (expected, read)) in expected.iter().zip(read).enumerate() {
        let [expected, read] =
            [expected, read].map(|text| text.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        if expected != read {
            return Err(format!("{kind}: page {page} says {expected:?}; read {read:?}"));
        }
    }
    Ok(())
}
