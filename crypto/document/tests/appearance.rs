//! What licences look like: complete or refused with the field named, the same bytes each time, codes that readers read.

#[path = "support/generator.rs"]
mod generator;
#[path = "support/judge.rs"]
mod judge;
#[path = "support/samples.rs"]
mod samples;

use std::path::Path;
use std::sync::LazyLock;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::page::Mark;
use zhengku_document::template::{ComposeError, compose, shown, watermark};
use zhengku_document::text::TextError;
use zhengku_document::{pdf, png};
use zhengku_ledger::ids::TimestampMs;

static FONTS: LazyLock<FontLibrary> =
    LazyLock::new(|| FontLibrary::load(Path::new(DEBIAN_FONTS)).expect("the fonts are installed"));

/// The everyday size; `--example many_licences` does any number.
const LICENCES: u64 = 400;

#[test]
fn generated_licences_are_complete_or_refused_by_field() {
    let mut refused = 0;
    for seed in 0..LICENCES {
        let licence = generator::generate(seed);
        let outcome = compose(&licence.data, licence.template, &FONTS);
        refused += u64::from(outcome.is_err());
        judge::judge(&licence, &outcome).unwrap_or_else(|reason| panic!("seed {seed}: {reason}"));
    }
    assert!(refused > 0 && refused < LICENCES / 2, "{refused} of {LICENCES} refused");
}

#[test]
fn the_judge_finds_planted_bugs() {
    let licence = generator::generate(1);
    assert!(licence.refused.is_empty());
    let composed = compose(&licence.data, licence.template, &FONTS).expect("it composes");
    assert_eq!(judge::judge(&licence, &Ok(composed.clone())), Ok(()));
    let at = composed.fields[0].pieces[0].clone();
    let alter = |change: &dyn Fn(&mut zhengku_document::page::TextRun)| {
        let mut composed = composed.clone();
        let Mark::Text(run) = &mut composed.sheets[at.0].marks[at.1.start] else { panic!("no text") };
        change(run);
        judge::judge(&licence, &Ok(composed)).expect_err("the bug is found")
    };
    // A character lost, one too many, moved off the page, moved onto another.
    assert!(alter(&|run| run.text.truncate(0)).contains("shown as"));
    assert!(alter(&|run| run.text.push('多')).contains("shown as"));
    assert!(alter(&|run| run.origin.x.0 += 300_000).contains("outside"));
    let Some(Mark::Text(other)) = composed.sheets[at.0].marks.first().cloned() else { panic!("no text") };
    assert!(alter(&|run| run.origin = other.origin).contains("overlap"));
    let mut bad = generator::generate(1);
    bad.refused.push("field_0".to_owned());
    assert!(judge::judge(&bad, &Ok(composed)).is_err());
}

#[test]
fn refusals_name_field_label_and_code_point() {
    let mut data = samples::food();
    data.fields[2].value = "欧阳\u{1FAE0}".to_owned();
    let error = compose(&data, "permit", &FONTS).expect_err("no font has it");
    let reason = TextError::NoGlyph { character: '\u{1FAE0}' };
    assert_eq!(error, ComposeError::Text { field: "legal".to_owned(), label: "法定代表人".to_owned(), reason });
    assert!(error.to_string().contains("U+1FAE0"), "{error}");
    let mut data = samples::food();
    data.licence_type = "许可证\u{7}".to_owned();
    assert!(
        matches!(compose(&data, "permit", &FONTS), Err(ComposeError::Text { field, .. }) if field == "licence_type")
    );
    let mut data = samples::food();
    data.issuer = "局".repeat(500);
    assert!(matches!(compose(&data, "permit", &FONTS), Err(ComposeError::NoRoom { field, .. }) if field == "issuer"));
    let mut data = samples::food();
    data.fields[0].value = "\n".repeat(20_000);
    assert_eq!(compose(&data, "card", &FONTS), Err(ComposeError::TooLong));
}

#[test]
fn what_stands_around_the_fields_is_not_repeated_among_them() {
    let data = samples::issued_food();
    for template in ["permit", "certificate", "plain", "card"] {
        let composed = compose(&data, template, &FONTS).expect("it composes");
        let all: Vec<&str> = composed.sheets.iter().flat_map(|sheet| &sheet.marks).filter_map(text_of).collect();
        let count = |text: &str| all.iter().filter(|run| run.contains(text)).count();
        // Once on each page that has a head or foot, and the issuer and the date of issue once at all.
        assert!(count(&data.licence_identifier) <= composed.sheets.len(), "{template}");
        assert!(count(&data.licence_number) <= composed.sheets.len(), "{template}");
        assert_eq!([count(&data.issuer), count("发证日期"), count("2026-11-22")], [1, 0, 0], "{template}");
        assert_eq!(composed.field_text("issued_on").as_deref(), Some("2026年11月22日"));
        assert_eq!(composed.field_text("valid_to").as_deref(), Some("2031年11月21日"));
        for field in &data.fields {
            assert_eq!(composed.field_text(&field.key).expect("it is placed"), shown(&field.value), "{}", field.key);
        }
        // The type's own words.
        assert!(count("许可证编号：") >= 1 && count("发证机关") >= 1, "{template}");
    }
}

#[test]
fn a_field_that_only_looks_alike_stays() {
    let mut data = samples::issued_food();
    data.fields[1].value = "JY19999990000026".to_owned();
    data.fields.push(data.fields[10].clone());
    data.fields[13].key = "hospital".to_owned();
    let composed = compose(&data, "permit", &FONTS).expect("it composes");
    let all: Vec<&str> = composed.sheets[0].marks.iter().filter_map(text_of).collect();
    assert_eq!(all.iter().filter(|run| **run == data.issuer).count(), 2);
    assert!(all.contains(&"JY19999990000026") && all.contains(&"编号：JY19999990000018"), "{all:?}");
}

fn text_of(mark: &Mark) -> Option<&str> {
    if let Mark::Text(run) = mark { Some(&run.text) } else { None }
}

#[test]
fn unknown_templates_are_plain() {
    let data = samples::food();
    let plain = compose(&data, "plain", &FONTS);
    assert_eq!(compose(&data, "", &FONTS), plain);
    assert_eq!(compose(&data, "no such template", &FONTS), plain);
    assert_ne!(compose(&data, "permit", &FONTS), plain);
}

#[test]
fn long_values_go_on_over_further_pages() {
    let composed = compose(&samples::plain(), "plain", &FONTS).expect("it composes");
    assert_eq!(composed.sheets.len(), 3);
    assert_eq!(composed.fields.iter().find(|field| field.key == "annex").expect("it is there").pieces.len(), 3);
    assert_eq!(composed.field_text("annex"), Some(samples::plain().fields[7].value.replace('\n', "")));
}

#[test]
fn codes_on_pictures_are_read_and_say_the_identifier_only() {
    let cases = [
        (samples::food(), "permit"),
        (samples::birth("副联"), "certificate"),
        (samples::marriage(), "certificate"),
        (samples::residence(), "card"),
        (samples::plain(), "plain"),
    ];
    for (data, template) in cases {
        let composed = compose(&data, template, &FONTS).expect("it composes");
        let dots = if template == "card" { 300 } else { 150 };
        let picture = png::render(&composed.sheets[composed.seal.page], &FONTS, dots, &[]).expect("it is drawn");
        let (width, height, grey) = grey(&picture);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| grey[y * width + x]);
        let read: Vec<String> =
            image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|read| read.1).collect();
        assert_eq!(read.join(" "), data.licence_identifier, "{template}");
    }
}

#[test]
fn pictures_and_pdfs_are_the_same_each_time() {
    let data = samples::birth("正页");
    let composed = compose(&data, "certificate", &FONTS).expect("it composes");
    let picture = || png::render(&composed.sheets[0], &FONTS, 100, &[]).expect("it is drawn");
    assert_eq!(picture(), picture());
    let file =
        || pdf::write(&composed.sheets, &data, &FONTS, TimestampMs(1_795_305_600_000), None).expect("it is written");
    assert_eq!(file(), file());
}

#[test]
fn pictures_have_a_limit() {
    let composed = compose(&samples::food(), "permit", &FONTS).expect("it composes");
    assert!(matches!(png::render(&composed.sheets[0], &FONTS, 600, &[]), Err(png::RenderError::Size { .. })));
    assert!(matches!(png::render(&composed.sheets[0], &FONTS, 0, &[]), Err(png::RenderError::Size { .. })));
    let stamp = png::Stamp { place: composed.seal.place, png: b"no picture" };
    assert!(matches!(png::render(&composed.sheets[0], &FONTS, 50, &[stamp]), Err(png::RenderError::Picture(_))));
}

#[test]
fn watermarks_stand_on_every_page() {
    for template in ["plain", "permit", "card"] {
        watermarked(template);
    }
}

fn watermarked(template: &str) {
    let mut composed = compose(&samples::plain(), template, &FONTS).expect("it composes");
    let before: Vec<usize> = composed.sheets.iter().map(|sheet| sheet.marks.len()).collect();
    watermark(&mut composed.sheets, "仅供演示 2026年12月31日前有效", &FONTS).expect("it is written");
    for (sheet, before) in composed.sheets.iter().zip(before) {
        for mark in sheet.marks.iter().skip(before) {
            let Mark::Text(run) = mark else { panic!("no text") };
            let length: i32 = run.advances.iter().map(|advance| advance.0).sum();
            // 30 degrees upwards to the right: half the length up, 0.866 of it to the right.
            let (right, top) = (run.origin.x.0 + length * 866 / 1000, run.origin.y.0 - length / 2 - run.size.0);
            assert!(run.alpha < 255 && run.origin.x.0 > 0 && right < sheet.width.0, "{right}");
            assert!(top > 0 && run.origin.y.0 < sheet.height.0, "{top}");
        }
        assert!(sheet.marks.len() > before);
    }
    assert_eq!(composed.field_text("owner").as_deref(), Some("演示市青禾餐饮管理有限公司"));
}

fn grey(picture: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(picture)).read_info().expect("a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut data).expect("pixels");
    let grey = data.chunks_exact(3).map(|rgb| ((u16::from(rgb[0]) + u16::from(rgb[1]) + u16::from(rgb[2])) / 3) as u8);
    (frame.width as usize, frame.height as usize, grey.collect())
}
