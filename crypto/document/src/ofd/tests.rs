use super::*;
use crate::fixtures;
use crate::font::{DEBIAN_FONTS, Style};
use crate::page::{Image, Point, Rect, Rgb, Segment, Shape, Stroke, TextRun, Um};
use crate::text::{self, Hand};
use base64::Engine;
use proptest::prelude::*;
use skrifa::{FontRef, MetadataProvider};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::LazyLock;
use zhengku_crypto::digest::{sha256, sm3};

const CREATED: TimestampMs = TimestampMs(1_795_230_000_000);
/// SHA-256 of the made-up licence. Another value is another format, or another version of the Debian fonts.
const PINNED: &str = "d12ccade3f517391c98e098ce676e68deaebd58be8cc71068a52130783fa378e";

static FONTS: LazyLock<FontLibrary> = LazyLock::new(|| FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap());

/// Seals with what it was asked to sign.
struct Recorder;

impl Sealer for Recorder {
    fn seal_der(&self) -> &[u8] {
        b"a seal"
    }

    fn time(&self) -> TimestampMs {
        TimestampMs(CREATED.0 + 5000)
    }

    fn sign(&self, data_hash: [u8; 32], property: &str) -> Result<Vec<u8>, SealerError> {
        Ok([&data_hash[..], property.as_bytes()].concat())
    }
}

struct Refuser;

impl Sealer for Refuser {
    fn seal_der(&self) -> &[u8] {
        b"a seal"
    }

    fn time(&self) -> TimestampMs {
        CREATED
    }

    fn sign(&self, _: [u8; 32], _: &str) -> Result<Vec<u8>, SealerError> {
        Err(SealerError::Refused("the token is locked".to_owned()))
    }
}

fn content<'a>(sheets: &'a [Sheet], data: &'a LicenceData) -> OfdContent<'a> {
    OfdContent { sheets, data, created: CREATED, seal_name: "样例专用章", annotation: None }
}

fn annotation() -> Annotation {
    Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "办理演示事项".to_owned(),
        expires: TimestampMs(CREATED.0 + 30 * 86_400_000),
        created: CREATED,
    }
}

fn sealed(content: &OfdContent<'_>) -> Vec<u8> {
    write(content, &FONTS).unwrap().seal(0, fixtures::SEAL_PLACE, &Recorder).unwrap()
}

fn licence() -> (Vec<Sheet>, LicenceData) {
    let data = fixtures::licence_data();
    (vec![fixtures::sheet(&FONTS, &data).unwrap()], data)
}

fn page_with(marks: Vec<Mark>) -> Vec<Sheet> {
    vec![Sheet { width: Um::mm(210), height: Um::mm(297), form: Vec::new(), marks }]
}

fn runs(style: Style, text: &str) -> Vec<Mark> {
    let hand = Hand { style, size: Um(4200), colour: Rgb::BLACK };
    let (runs, _) = text::line(&FONTS, hand, Point { x: Um::mm(20), y: Um::mm(30) }, text).unwrap();
    runs.into_iter().map(Mark::Text).collect()
}

fn files(ofd: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(ofd)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

fn text_of<'a>(files: &'a BTreeMap<String, Vec<u8>>, path: &str) -> &'a str {
    std::str::from_utf8(&files[path]).unwrap()
}

/// The values of an attribute or the content of an element, by the text before and after.
fn between<'a>(xml: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    xml.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn the_same_licence_gives_the_same_bytes() {
    let (sheets, data) = licence();
    let first = sealed(&content(&sheets, &data));
    assert_eq!(first, sealed(&content(&sheets, &data)));
    assert_eq!(sha256(&first).to_string(), PINNED);
}

#[test]
fn every_file_is_protected_and_the_signature_is_over_the_description() {
    let (sheets, data) = licence();
    let files = files(&sealed(&content(&sheets, &data)));
    let description = text_of(&files, SIGNATURE);
    let paths = between(description, "FileRef=\"/", "\"");
    let values = between(description, "<ofd:CheckValue>", "<");
    assert_eq!(paths.len(), values.len());
    for (path, value) in paths.iter().zip(values) {
        let digest = base64::engine::general_purpose::STANDARD.decode(value).unwrap();
        assert_eq!(digest, sm3(&files[*path]).as_bytes(), "{path}");
    }
    let protected: BTreeSet<_> = paths.into_iter().collect();
    let all: BTreeSet<_> =
        files.keys().map(String::as_str).filter(|path| ![SIGNATURE, SIGNED_VALUE].contains(path)).collect();
    assert_eq!(protected, all);
    assert!(
        protected.contains("Doc_0/Signs/Signatures.xml")
            && protected.contains(SEAL)
            && protected.contains(LICENCE_JSON)
    );
    let signed = [&sm3(description.as_bytes()).as_bytes()[..], b"/Doc_0/Signs/Sign_0/Signature.xml"].concat();
    assert_eq!(files[SIGNED_VALUE], signed);
    assert!(
        description.contains("CheckMethod=\"1.2.156.10197.1.401\"") && description.contains(">1.2.156.10197.1.501<")
    );
    assert!(description.contains("Boundary=\"215 140 42 42\""));
    assert_eq!(files[SEAL], b"a seal");
    assert_eq!(files[LICENCE_JSON], data.to_json());
}

#[test]
fn the_container_depends_on_nothing_but_its_files_and_one_time() {
    let (sheets, data) = licence();
    let ofd = sealed(&content(&sheets, &data));
    let mut zip = zip::ZipArchive::new(Cursor::new(&ofd)).unwrap();
    for index in 0..zip.len() {
        let file = zip.by_index(index).unwrap();
        assert!(file.extra_data().is_none_or(|bytes| bytes.is_empty()), "{:?}", file.name());
        let stored = file.name().is_ok_and(|name| name.ends_with(".png"));
        assert_eq!(file.compression() == zip::CompressionMethod::Stored, stored);
        assert!(!file.is_dir());
        let time = file.last_modified().unwrap();
        assert_eq!((time.year(), time.month(), time.day(), time.hour(), time.minute()), (2026, 11, 21, 11, 0));
    }
    assert_eq!(zip.by_index(0).unwrap().name().unwrap(), "OFD.xml");
}

#[test]
fn numbers_are_used_once_and_the_largest_is_said() {
    let (mut sheets, data) = licence();
    sheets.push(sheets[0].clone());
    let files = files(&sealed(&OfdContent { annotation: Some(annotation()), ..content(&sheets, &data) }));
    let parts: Vec<_> = files
        .keys()
        .filter(|path| path.ends_with(".xml") && !path.contains("Signs") && !path.contains("Attachs"))
        .collect();
    let mut seen = BTreeSet::new();
    for path in parts {
        for id in between(text_of(&files, path), " ID=\"", "\"") {
            assert!(seen.insert(id.parse::<u32>().unwrap()), "{id} twice");
        }
    }
    let document = text_of(&files, "Doc_0/Document.xml");
    assert_eq!(between(document, "<ofd:MaxUnitID>", "<"), [seen.last().unwrap().to_string()]);
    assert_eq!(between(document, "<ofd:Page ", "/").len(), 2);
}

#[test]
fn metadata_has_the_short_names() {
    let (sheets, mut data) = licence();
    data.holders.push(crate::licence::HolderData { name: "<甲&乙>".to_owned(), ..data.holders[0].clone() });
    let original = files(&sealed(&content(&sheets, &data)));
    let main = text_of(&original, "OFD.xml");
    for (name, value) in [
        ("ZZBS", data.licence_identifier.as_str()),
        ("ZZBFRQ", "20261121"),
        ("ZZYXQJZRQ", "20311120"),
        ("CZZT", "区九九合成样例餐饮管理有限公司、&lt;甲&amp;乙&gt;"),
        ("CZZTDMLX", "统一社会信用代码、统一社会信用代码"),
        ("ZZQZMC", "样例专用章"),
        ("ZZQZSJ", "20261121110005"),
        ("CJSJ", "20261121110000"),
        ("KZ_tsdh", "12315"),
    ] {
        assert_eq!(between(main, &format!("Name=\"{name}\">"), "</"), [value], "{name}");
    }
    assert!(!main.contains("JZJ"));
    assert_eq!(between(main, "<ofd:DocID>", "<")[0].len(), 32);
    data.valid_to = None;
    let copy = files(&sealed(&OfdContent { annotation: Some(annotation()), ..content(&sheets, &data) }));
    let copied = text_of(&copy, "OFD.xml");
    assert!(!copied.contains("ZZYXQJZRQ"));
    for (name, value) in [
        ("JZJZZSY", "办理演示事项"),
        ("JZJZZZ", "样例市政务服务中心"),
        ("JZJYXQJZSJ", "20261221110000"),
        ("JZJZZSJ", "20261121110000"),
    ] {
        assert_eq!(between(copied, &format!("Name=\"{name}\">"), "</"), [value], "{name}");
    }
    assert_ne!(between(main, "<ofd:DocID>", "<"), between(copied, "<ofd:DocID>", "<"));
}

#[test]
fn a_copy_says_across_the_page_and_at_its_foot_what_it_is_for() {
    let (sheets, data) = licence();
    let original = extract_text(&sealed(&content(&sheets, &data))).unwrap();
    let copy = sealed(&OfdContent { annotation: Some(annotation()), ..content(&sheets, &data) });
    let texts = extract_text(&copy).unwrap();
    assert_eq!(texts[0].form, original[0].form);
    let added = texts[0].marks.strip_prefix(&original[0].marks[..]).unwrap().concat();
    assert!(added.matches("事由：办理演示事项").count() > 4, "{added}");
    assert!(added.contains("有效期至：2026-12-21 11:00"));
    assert!(added.contains("加注件 Annotated copy"));
    for mark in annotation().watermark(&sheets[0], &FONTS).unwrap() {
        let Mark::Text(run) = mark else { panic!("a watermark is text") };
        let Rect { x, y, width, height } = turn::place(&run).boundary;
        assert!(x >= Um(0) && y >= Um(0) && x + width <= sheets[0].width && y + height <= sheets[0].height, "{run:?}");
    }
}

#[test]
fn annotations_too_long_or_not_writable_are_refused() {
    let (sheets, data) = licence();
    let outcome = |change: fn(&mut Annotation)| {
        let mut annotation = annotation();
        change(&mut annotation);
        write(&OfdContent { annotation: Some(annotation), ..content(&sheets, &data) }, &FONTS).map(drop)
    };
    assert_eq!(outcome(|one| one.cause = "事".repeat(MAX_CAUSE_CHARACTERS)), Ok(()));
    let long = outcome(|one| one.cause = "事".repeat(MAX_CAUSE_CHARACTERS + 1));
    assert!(matches!(long, Err(OfdError::AnnotationLength { part: "the cause", actual: 201, .. })), "{long:?}");
    assert!(matches!(
        outcome(|one| one.maker = " ".to_owned()),
        Err(OfdError::AnnotationLength { part: "the maker", .. })
    ));
    let boxed = outcome(|one| one.cause = "\u{1F6D7}".to_owned());
    let reason = text::TextError::NoGlyph { character: '\u{1F6D7}' };
    assert!(matches!(boxed, Err(OfdError::AnnotationText { reason: ref found, .. }) if *found == reason), "{boxed:?}");
}

#[test]
fn what_cannot_be_written_is_refused() {
    let data = fixtures::licence_data();
    let outcome = |sheets: &[Sheet]| write(&content(sheets, &data), &FONTS).map(drop);
    assert_eq!(outcome(&[]), Err(OfdError::Sheets { actual: 0 }));
    assert_eq!(outcome(&vec![page_with(Vec::new())[0].clone(); 65]), Err(OfdError::Sheets { actual: 65 }));
    let image = Image { place: Rect::default(), png: b"GIF89a".to_vec() };
    assert_eq!(outcome(&page_with(vec![Mark::Image(image)])), Err(OfdError::NotPng));
    let Mark::Text(run) = runs(Style::Kai, "样例").remove(0) else { panic!("a run") };
    let rare = TextRun { text: "样𠀀".to_owned(), ..run.clone() };
    let error = outcome(&page_with(vec![Mark::Text(rare)])).unwrap_err();
    assert_eq!(error, OfdError::Font(SubsetError::NoGlyph { face: "LXGWWenKai-Regular", character: '𠀀' }));
    assert!(error.to_string().contains("U+20000"), "{error}");
    let short = TextRun { advances: vec![Um(1)], ..run };
    assert_eq!(outcome(&page_with(vec![Mark::Text(short)])), Err(OfdError::Advances { expected: 2, actual: 1 }));
}

#[test]
fn control_characters_in_the_data_are_refused_by_name() {
    let (sheets, mut data) = licence();
    data.fields[3].value = "a\u{1}b".to_owned();
    let refused = OfdError::Unwritable { name: "KZ_zs".to_owned(), character: '\u{1}' };
    assert_eq!(write(&content(&sheets, &data), &FONTS).unwrap_err(), refused);
}

#[test]
fn the_seal_stands_on_a_page_and_its_refusal_is_passed_on() {
    let (sheets, data) = licence();
    let written = || write(&content(&sheets, &data), &FONTS).unwrap();
    let nowhere = written().seal(1, fixtures::SEAL_PLACE, &Recorder);
    assert_eq!(nowhere, Err(OfdError::SealPage { page: 1, pages: 1 }));
    let refused = written().seal(0, fixtures::SEAL_PLACE, &Refuser);
    assert_eq!(refused, Err(OfdError::Sealing(SealerError::Refused("the token is locked".to_owned()))));
    let open = files(&written().danger_without_seal().unwrap());
    assert!(!open.contains_key(SIGNATURE) && !text_of(&open, "OFD.xml").contains("Signatures"));
}

#[test]
fn a_picture_is_stored_once() {
    let png = |last: u8| [b"\x89PNG\r\n\x1a\n".as_slice(), &[last]].concat();
    let place = Rect { x: Um::mm(1), y: Um::mm(2), width: Um::mm(3), height: Um::mm(4) };
    let image = |last| Mark::Image(Image { place, png: png(last) });
    let data = fixtures::licence_data();
    let sheets = page_with(vec![image(1), image(2), image(1)]);
    let files = files(&sealed(&content(&sheets, &data)));
    assert_eq!(files["Doc_0/Res/image_0.png"], png(1));
    assert_eq!(files["Doc_0/Res/image_1.png"], png(2));
    assert_eq!(files.keys().filter(|path| path.ends_with(".png")).count(), 2);
    let page = text_of(&files, "Doc_0/Pages/Page_0/Content.xml");
    let numbers = between(page, "ResourceID=\"", "\"");
    assert_eq!(numbers[0], numbers[2]);
    assert_ne!(numbers[0], numbers[1]);
    assert!(page.contains("CTM=\"3 0 0 4 0 0\"") && !files.contains_key("Doc_0/PublicRes.xml"));
}

#[test]
fn rare_characters_bring_their_font_and_others_do_not() {
    let data = fixtures::licence_data();
    let fonts_of = |text: &str| -> Vec<String> {
        let files = files(&sealed(&content(&page_with(runs(Style::Kai, text)), &data)));
        files.into_keys().filter(|path| path.ends_with(".ttf")).collect()
    };
    assert_eq!(fonts_of("样例·甲"), ["Doc_0/Res/LXGWWenKai-Regular.ttf"]);
    assert_eq!(fonts_of("样𠮷㛃䶮鿬"), ["Doc_0/Res/LXGWWenKai-Regular.ttf"]);
    assert_eq!(fonts_of("样𠀀"), ["Doc_0/Res/HanaMinA.ttf", "Doc_0/Res/LXGWWenKai-Regular.ttf"]);
}

#[test]
fn a_character_beyond_the_basic_plane_is_an_object_of_its_own() {
    let data = fixtures::licence_data();
    let ofd = sealed(&content(&page_with(runs(Style::Kai, "甲𠮷乙丙")), &data));
    assert_eq!(extract_text(&ofd).unwrap()[0].marks, ["甲", "𠮷", "乙丙"]);
    let files = files(&ofd);
    let page = text_of(&files, "Doc_0/Pages/Page_0/Content.xml");
    let font = FontRef::new(&files["Doc_0/Res/LXGWWenKai-Regular.ttf"]).unwrap();
    let glyph = font.charmap().map('𠮷').unwrap().to_u32().to_string();
    assert_eq!(between(page, "<ofd:Glyphs>", "<"), [glyph]);
    let lefts: Vec<_> =
        between(page, "TextObject ID=", "Font").into_iter().map(|one| between(one, "Boundary=\"", " ")[0]).collect();
    assert_eq!(lefts, ["20", "24.2", "28.4"]);
}

#[test]
fn a_stroked_contour_is_closed_by_a_line() {
    let data = fixtures::licence_data();
    let corner = |x, y| Point { x: Um::mm(x), y: Um::mm(y) };
    let path =
        vec![Segment::Move(corner(1, 1)), Segment::Line(corner(5, 1)), Segment::Line(corner(5, 5)), Segment::Close];
    let drawn = |fill, stroke| {
        let shape = Mark::Shape(Shape { path: path.clone(), fill, stroke, alpha: 255 });
        let files = files(&sealed(&content(&page_with(vec![shape]), &data)));
        between(text_of(&files, "Doc_0/Pages/Page_0/Content.xml"), "<ofd:AbbreviatedData>", "<")[0].to_owned()
    };
    let stroke = Stroke { width: Um(200), colour: Rgb::BLACK };
    assert_eq!(drawn(None, Some(stroke)), "M 0.1 0.1 L 4.1 0.1 L 4.1 4.1 L 0.1 0.1 C");
    assert_eq!(drawn(Some(Rgb::BLACK), None), "M 0 0 L 4 0 L 4 4 C");
}

/// The characters whose glyph in the package is missing or empty.
fn not_drawn(ofd: &[u8]) -> Vec<char> {
    let files = files(ofd);
    let fonts = text_of(&files, "Doc_0/PublicRes.xml");
    let names: BTreeMap<_, _> = between(fonts, "<ofd:Font ID=\"", "FamilyName")
        .iter()
        .map(|font| {
            let (id, rest) = font.split_once('"').unwrap();
            (id.to_owned(), between(rest, "FontName=\"", "\"")[0].to_owned())
        })
        .collect();
    let page = text_of(&files, "Doc_0/Pages/Page_0/Content.xml");
    let mut missing = Vec::new();
    for object in between(page, "<ofd:TextObject ", "</ofd:TextObject>") {
        let name = &names[between(object, "Font=\"", "\"")[0]];
        let font = FontRef::new(&files[&format!("Doc_0/Res/{name}.ttf")]).unwrap();
        let code = object
            .split("<ofd:TextCode")
            .nth(1)
            .unwrap()
            .split_once('>')
            .unwrap()
            .1
            .strip_suffix("</ofd:TextCode>")
            .unwrap();
        let code = quick_xml::escape::unescape(code).unwrap();
        for character in code.chars() {
            let glyph = font.charmap().map(character).filter(|glyph| glyph.to_u32() != 0);
            let drawn = glyph.is_some_and(|glyph| {
                let bounds = font
                    .glyph_metrics(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default())
                    .bounds(glyph);
                character.is_whitespace() || bounds.is_some_and(|bounds| bounds.x_max > bounds.x_min)
            });
            if !drawn {
                missing.push(character);
            }
        }
    }
    missing
}

#[test]
fn a_missing_glyph_would_be_found() {
    let data = fixtures::licence_data();
    let ofd = sealed(&content(&page_with(runs(Style::Kai, "样例")), &data));
    assert_eq!(not_drawn(&ofd), []);
    // Another character in the page than in the font: the page of one file with the fonts of another.
    let other = files(&sealed(&content(&page_with(runs(Style::Kai, "样板")), &data)));
    let mixed: Vec<_> = files(&ofd)
        .into_iter()
        .map(|(path, bytes)| {
            let bytes = if path.ends_with("Page_0/Content.xml") { other[&path].clone() } else { bytes };
            (path, bytes)
        })
        .collect();
    assert_eq!(not_drawn(&package::pack(&mixed, CREATED).unwrap()), ['板']);
}

fn supported() -> impl Strategy<Value = char> {
    let pool: Vec<char> = "·，。、：；（）《》“”—…— 　<>&\"'#@%/\\-_+=.,:;!?()[]{}|~^`$*0123456789ABCXYZabcxyz０９ＡＺ𠮷㛃䶮鿬〇々№℃ⅣÀéüß".chars().collect();
    prop_oneof![
        prop::sample::select(pool),
        prop::char::range('\u{4E00}', '\u{9FA5}'),
        prop::char::range('\u{3400}', '\u{4DB5}'),
        prop::char::range('\u{20000}', '\u{2A6D6}'),
        prop::char::range(' ', '~'),
    ]
    .prop_filter("a character that can be written", |&character| {
        text::check(&FONTS, Style::Kai, character.encode_utf8(&mut [0; 4])).is_ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_supported_text_is_read_back_and_drawn(characters in prop::collection::vec(supported(), 1..60), hei: bool) {
        let text: String = characters.into_iter().collect();
        let style = if hei { Style::Hei } else { Style::KaiBold };
        prop_assume!(text::check(&FONTS, style, &text).is_ok());
        let data = fixtures::licence_data();
        let ofd = sealed(&content(&page_with(runs(style, &text)), &data));
        prop_assert_eq!(extract_text(&ofd).unwrap()[0].marks.concat(), text);
        prop_assert_eq!(not_drawn(&ofd), []);
    }
}
