//! The PDF/A twin against independent readers of Debian's packages: qpdf for the structure, poppler for text and attachment.

#[path = "support/generator.rs"]
mod generator;
#[path = "support/samples.rs"]
mod samples;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::licence::LicenceData;
use zhengku_document::pdf::{self, PdfError, PdfStamp};
use zhengku_document::seal_picture::{SealText, draw};
use zhengku_document::template::{compose, shown, watermark};
use zhengku_ledger::ids::TimestampMs;

static FONTS: LazyLock<FontLibrary> =
    LazyLock::new(|| FontLibrary::load(Path::new(DEBIAN_FONTS)).expect("the fonts are installed"));
const CREATED: TimestampMs = TimestampMs(1_795_305_600_000);

fn written(data: &LicenceData, template: &str) -> Vec<u8> {
    let composed = compose(data, template, &FONTS).expect("it composes");
    let text =
        SealText { name: "演示市市场监督管理局", purpose: "电子证照专用章", code: "9999990000018" };
    let marks = draw(&text, &FONTS).expect("a seal").placed(composed.seal.place);
    let stamp = PdfStamp { page: composed.seal.page, marks: &marks };
    pdf::write(&composed.sheets, data, &FONTS, CREATED, Some(stamp)).expect("it is written")
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Without the white space that readers put between runs, columns and lines.
fn dense(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[test]
fn text_and_attachment_come_out_as_they_went_in() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("licence.pdf");
    let file = path.to_str().expect("a path");
    let mut cases = vec![
        (samples::food(), "permit"),
        (samples::issued_food(), "permit"),
        (samples::birth("正页"), "certificate"),
        (samples::birth("副联"), "certificate"),
        (samples::marriage(), "certificate"),
        (samples::residence(), "card"),
        (samples::plain(), "plain"),
    ];
    let generated = (0..12).map(generator::generate).filter(|licence| licence.refused.is_empty());
    cases.extend(generated.map(|licence| (licence.data, licence.template)));
    for (data, template) in cases {
        std::fs::write(&path, written(&data, template)).expect("the file is written");
        run("qpdf", &["--check", file]);
        let text = dense(&run("pdftotext", &["-raw", file, "-"]));
        for field in data.fields.iter().filter(|field| field.pieces_are_together()) {
            assert!(text.contains(&dense(&shown(&field.value))), "{template}: {} is not in the text", field.key);
        }
        for shown in [&data.licence_type, &data.licence_number, &data.licence_identifier, &data.issuer] {
            assert!(text.contains(&dense(shown)), "{template}: {shown}");
        }
        let attached = directory.path().join("licence.json");
        run("pdfdetach", &["-save", "1", "-o", attached.to_str().expect("a path"), file]);
        let attached = std::fs::read(&attached).expect("it is saved");
        assert_eq!(LicenceData::from_json(&attached).expect("it is read"), data);
    }
}

trait Together {
    fn pieces_are_together(&self) -> bool;
}

impl Together for zhengku_document::licence::FieldData {
    /// A value over several pages is parted by what stands at the foot of one and the head of the next.
    fn pieces_are_together(&self) -> bool {
        self.value.chars().count() < 120
    }
}

#[test]
fn watermarked_copies_are_archival_too() {
    let mut composed = compose(&samples::food(), "permit", &FONTS).expect("it composes");
    watermark(&mut composed.sheets, "仅供演示", &FONTS).expect("it is written");
    assert!(pdf::write(&composed.sheets, &samples::food(), &FONTS, CREATED, None).is_ok());
}

#[test]
fn impossible_times_are_refused() {
    let composed = compose(&samples::food(), "permit", &FONTS).expect("it composes");
    let error = pdf::write(&composed.sheets, &samples::food(), &FONTS, TimestampMs(u64::MAX), None);
    assert_eq!(error, Err(PdfError::Time(u64::MAX)));
}
