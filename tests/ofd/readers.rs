//! Two readers of OFD that share no code with ours judge our sealed files: `sofd` draws the pages, finds the seal and verifies its
//! SM2 signature, `ofd-core` checks structure and digests. Neither judges the whole (docs/decisions/0020-ofd.md says what each leaves out).

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

mod catalogue;
#[path = "../../crypto/document/tests/support/generator.rs"]
mod generator;
#[path = "../../crypto/document/tests/support/judge.rs"]
mod judge;
#[path = "../../crypto/document/tests/support/samples.rs"]
#[expect(dead_code, reason = "some samples are only for looking at")]
mod samples;
#[path = "../../crypto/document/tests/support/sealer.rs"]
mod sealer;
mod templates;
mod written;

use ofd_core::OfdReader;
use ofd_core::package::OfdPackage;
use ofd_core::verify::{CheckReport, RefStatus, check_reader};
use sealer::{CREATED, Measured};
use sofd::{Document, RenderOptions};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::LazyLock;
use zhengku_document::fixtures;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary, Style};
use zhengku_document::ofd::{self, Annotation, OfdContent};
use zhengku_document::page::{Mark, Point, Rgb, Sheet, Um};
use zhengku_document::template;
use zhengku_document::text::{self, Hand};
use zhengku_ledger::ids::TimestampMs;

/// The everyday number; `--example many_licences` does any.
const LICENCES: u64 = 60;
const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";

static SEALER: LazyLock<Measured> = LazyLock::new(|| Measured::new(&FONTS).unwrap());
static FONTS: LazyLock<FontLibrary> = LazyLock::new(|| FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap());

fn sealed(sheets: &[Sheet], annotation: Option<Annotation>) -> Vec<u8> {
    let data = fixtures::licence_data();
    let content = OfdContent { sheets, data: &data, created: CREATED, seal_name: "样例专用章", annotation };
    ofd::write(&content, &FONTS).unwrap().seal(0, fixtures::SEAL_PLACE, &*SEALER).unwrap()
}

fn licence() -> Vec<Sheet> {
    vec![fixtures::sheet(&FONTS, &fixtures::licence_data()).unwrap()]
}

fn page_of(text: &str) -> Vec<Sheet> {
    let hand = Hand { style: Style::Kai, size: Um(9000), colour: Rgb::BLACK };
    let (runs, _) = text::line(&FONTS, hand, Point { x: Um::mm(20), y: Um::mm(30) }, text).unwrap();
    let marks = runs.into_iter().map(Mark::Text).collect();
    vec![Sheet { width: Um::mm(210), height: Um::mm(148), form: Vec::new(), marks }]
}

fn annotation() -> Annotation {
    Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "办理演示事项（办件编号 9999）".to_owned(),
        expires: TimestampMs(CREATED.0 + 30 * 86_400_000),
        created: CREATED,
    }
}

/// The file with one part replaced.
pub(crate) fn altered(file: &[u8], path: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        to.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&if name == path { change(bytes) } else { bytes }).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// Draws the first page, keeps the picture for people, and gives the share of pixels that are not white, in thousandths; `None` when
/// the reader says that something is missing.
pub(crate) fn drawn(file: &[u8], name: &str) -> Option<usize> {
    let document = Document::open_bytes(file).unwrap();
    let raster = document.render_page(0, &RenderOptions { dpi: 120.0, ..RenderOptions::default() }).unwrap();
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(picture, raster.pixmap().encode_png().unwrap()).unwrap();
    let pixels = raster.pixmap().pixels();
    let inked = pixels.iter().filter(|pixel| pixel.red() < 250 || pixel.green() < 250).count();
    (raster.is_complete() && document.missing_fonts().is_empty()).then(|| inked * 1000 / pixels.len())
}

pub(crate) fn judged(file: &[u8]) -> CheckReport {
    check_reader(&mut OfdReader::new(OfdPackage::new(Cursor::new(file.to_vec())).unwrap()).unwrap())
}

#[test]
fn a_licence_is_drawn_completely() {
    let (original, copy) = (sealed(&licence(), None), sealed(&licence(), Some(annotation())));
    let inked = drawn(&original, "licence.png").unwrap();
    assert!((20..200).contains(&inked), "{inked} thousandths of the page are not white");
    let marked = drawn(&copy, "copy.png").unwrap();
    assert!(marked > inked + 5 && marked < inked + 200, "the watermark adds {marked} - {inked} thousandths");
}

#[test]
fn rare_characters_are_drawn() {
    let inked = drawn(&sealed(&page_of("𠮷㛃䶮鿬𠀀"), None), "rare.png").unwrap();
    let blank = drawn(&sealed(&page_of("　　　　"), None), "blank.png").unwrap();
    assert!(blank == 0 && inked > 1, "{inked} and {blank} thousandths");
}

/// The reader does report a glyph that is not there; without this the test above would show nothing.
#[test]
fn a_character_without_glyph_is_reported() {
    // Of private use, so that no font of the machine can stand in.
    let file = altered(&sealed(&page_of("样"), None), PAGE, |bytes| {
        String::from_utf8(bytes).unwrap().replace('样', "\u{E5A7}").into_bytes()
    });
    assert_eq!(drawn(&file, "missing.png"), None);
}

#[test]
fn structure_and_digests_are_right() {
    for file in [sealed(&licence(), None), sealed(&licence(), Some(annotation()))] {
        let report = judged(&file);
        assert!(report.conforms(), "{:?}", report.problems);
        let [signature] = &report.signatures[..] else { panic!("one signature") };
        assert!(signature.references.len() > 10);
        assert!(signature.references.iter().all(|check| check.status == RefStatus::Ok), "{:?}", signature.references);
    }
}

#[test]
fn an_altered_page_is_found() {
    let file = altered(&sealed(&licence(), None), PAGE, |bytes| {
        let page = String::from_utf8(bytes).unwrap();
        assert!(page.contains("欧阳"));
        page.replace("欧阳", "司马").into_bytes()
    });
    let report = judged(&file);
    assert!(!report.conforms());
    let altered: Vec<_> =
        report.signatures[0].references.iter().filter(|check| check.status != RefStatus::Ok).collect();
    assert_eq!(altered.len(), 1);
    assert!(altered[0].file_ref.ends_with(PAGE));
}

#[test]
fn nothing_but_the_signature_itself_is_unprotected() {
    let mut document = Document::open_bytes(&sealed(&licence(), None)).unwrap();
    let coverage = document.signature_coverage().unwrap();
    // The reader leaves the description of the signature itself out of its list.
    assert_eq!(coverage[0].uncovered, ["Doc_0/Signs/Sign_0/SignedValue.dat"]);
}

#[test]
fn the_text_of_generated_licences_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let pdf = directory.path().join("licence.pdf");
    let mut read = 0;
    for seed in 0..LICENCES {
        let licence = generator::generate(seed);
        if !licence.refused.is_empty() {
            continue;
        }
        let composed = template::compose(&licence.data, licence.template, &FONTS).unwrap();
        written::judge(&licence.data, &composed, &FONTS, &SEALER, &pdf)
            .unwrap_or_else(|reason| panic!("seed {seed}: {reason}"));
        read += 1;
    }
    assert!(read > LICENCES / 2, "{read} of {LICENCES}");
}

#[test]
fn the_text_of_each_type_of_the_catalogue_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let pdf = directory.path().join("licence.pdf");
    let types = catalogue::types().unwrap();
    for (seed, kind) in (0..).zip(&types) {
        let licence = kind.generate(seed);
        let name = licence.data.licence_type.clone();
        let outcome = template::compose(&licence.data, licence.template, &FONTS);
        judge::judge(&licence, &outcome).unwrap_or_else(|reason| panic!("{name}: {reason}"));
        if licence.refused.is_empty() {
            written::judge(&licence.data, &outcome.unwrap(), &FONTS, &SEALER, &pdf)
                .unwrap_or_else(|reason| panic!("{name}: {reason}"));
        }
    }
    let of = |template: &str| types.iter().filter(|kind| kind.template == template).count();
    assert_eq!((types.len(), of("card"), of("certificate"), of("permit")), (27, 11, 10, 6));
}

#[test]
fn a_text_that_differs_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let pdf = directory.path().join("licence.pdf");
    let licence = generator::generate(1);
    let mut composed = template::compose(&licence.data, licence.template, &FONTS).unwrap();
    written::judge(&licence.data, &composed, &FONTS, &SEALER, &pdf).unwrap();
    let files = (written::expected(&composed), written::read_pdf(&pdf).unwrap());
    let Some(Mark::Text(run)) = composed.sheets[0].marks.iter_mut().find(|mark| matches!(mark, Mark::Text(_))) else {
        panic!("no text")
    };
    run.text.pop();
    run.advances.pop();
    let less = written::expected(&composed);
    assert!(written::same("OFD", &less, &files.0).unwrap_err().contains("page 0"));
    assert!(written::same("PDF", &less, &files.1).unwrap_err().contains("page 0"));
    assert!(written::same("PDF", &files.0, &files.1[1..]).unwrap_err().contains("pages"));
}
