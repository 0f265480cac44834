use std::io::{self, Cursor, Read};

use encoding_rs::GB18030;
use proptest::prelude::*;

use super::*;

mod workbooks;

const HEADER: &str = "居住证编号,姓名,公民身份号码,性别,居住地址,有效期自,有效期至,签发机关,签发机关代码,状态";
const ROW: &str =
    "31019990001,段芳,999999200001010011,男,浦兴路80弄38号,20251229,20261228,公安分局(样例),11999999TE5T00024D,有效";

fn open(bytes: impl Into<Vec<u8>>) -> Result<Register, RegisterError> {
    Register::read("名册.csv", Cursor::new(bytes.into()), &Mappings::built_in())
}

fn outcomes(text: &str) -> Vec<RowOutcome> {
    open(text).expect("register").rows().map(|row| row.expect("row")).collect()
}

/// What comes of one row under the header of 居住证.
fn one(row: &str) -> RowResult {
    outcomes(&format!("{HEADER}\n{row}\n")).remove(0).result
}

fn accepted(result: RowResult) -> LicenceDraft {
    match result {
        RowResult::Accepted(mut drafts) => drafts.remove(0),
        other => panic!("{other:?}"),
    }
}

fn cause(result: &RowResult) -> Option<(Cause, Option<&str>)> {
    match result {
        RowResult::Refused(refusal) => Some((refusal.cause(), refusal.column())),
        _ => None,
    }
}

/// The row with one of its texts replaced.
fn changed(from: &str, to: &str) -> RowResult {
    assert!(ROW.contains(from));
    one(&ROW.replace(from, to))
}

#[test]
fn a_row_becomes_a_draft() {
    let draft = accepted(one(ROW));
    assert_eq!(
        (&*draft.licence_type, &*draft.type_code, draft.number.as_str()),
        ("居住证", "11999999000000019M002", "31019990001")
    );
    assert_eq!(draft.valid_from.map(|date| date.to_string()).as_deref(), Some("2025-12-29"));
    assert_eq!(draft.valid_to.map(CivilDate::days), Some(20_815));
    assert_eq!((draft.issued_on, draft.part, draft.status), (None, None, DraftStatus::Valid));
    assert_eq!((draft.issuer_name.as_str(), draft.issuer_code.as_str()), ("公安分局(样例)", "11999999TE5T00024D"));
    let holder = &draft.holders[0];
    assert_eq!(
        (&*holder.id_type, holder.id_number.as_str(), holder.name.as_str()),
        ("111", "999999200001010011", "段芳")
    );
    let keys: Vec<_> = draft.fields.iter().map(|field| (&*field.key, field.value.as_str())).collect();
    assert_eq!(keys[0], ("licence_number", "31019990001"));
    assert_eq!(keys[5], ("valid_from", "2025-12-29"));
    assert_eq!(keys.len(), 9);
    assert!(!format!("{draft:?}{holder:?}{:?}", draft.fields).contains("段芳"));
}

#[test]
fn what_departments_write_is_normalised() {
    let same = [
        ("999999200001010011", "９９９９９９２０００01010011"),
        ("999999200001010011", "'999999200001010011"),
        ("999999200001010011", "=\"999999200001010011\""),
        ("999999200001010011", " 999999 20000101 0011\u{a0}"),
        ("20251229", "2025.12.29"),
        ("20251229", "2025/12/29 00:00:00"),
        ("20251229", "２０２５年１２月２９日"),
        ("段芳", "\u{3000}段芳\t"),
        ("男", "1"),
        ("11999999TE5T00024D", "11999999te5t00024d"),
    ];
    let expected = accepted(one(ROW));
    for (from, to) in same {
        assert_eq!(accepted(changed(from, to)), expected, "{to}");
    }
    let x = ROW.replace("999999200001010011", "99999920000101002x");
    assert_eq!(accepted(one(&x)).holders[0].id_number, "99999920000101002X");
    let quoted: String = ROW.split(',').map(|field| format!("\"{field}\",")).collect();
    assert_eq!(accepted(one(&quoted)), expected);
}

#[test]
fn names_keep_their_characters() {
    for name in ["𠮷野", "㛃　䶮", "阿布都·热合曼", "e\u{301}", "Ａnna"] {
        assert_eq!(accepted(changed("段芳", name)).holders[0].name, name);
    }
    assert_eq!(accepted(changed("浦兴路80弄38号", "\"浦兴路\r\n\"\"80\"\"弄\"")).fields[4].value, "浦兴路\n\"80\"弄");
}

#[test]
fn open_ended_validity_and_states() {
    for text in ["长期", "永久", " 长期有效", "9999-12-31", "99991231", "9999年12月31日"] {
        let draft = accepted(changed("20261228", text));
        assert_eq!((draft.valid_to, draft.fields[6].value.as_str()), (None, "长期"), "{text}");
    }
    assert_eq!(cause(&changed("20261228", "")), Some((Cause::MandatoryMissing, Some("有效期至"))));
    let states = [
        ("正常", DraftStatus::Valid),
        ("注销", DraftStatus::Cancelled),
        ("已注销", DraftStatus::Cancelled),
        ("撤销", DraftStatus::Withdrawn),
        ("吊销", DraftStatus::Revoked),
        (" 暂 扣", DraftStatus::Suspended),
    ];
    for (text, status) in states {
        assert_eq!(accepted(changed("有效", text)).status, status, "{text}");
    }
}

#[test]
fn every_wrong_field_is_refused_with_its_column() {
    let wrong = [
        ("31019990001", "", Cause::LicenceNumberMissing, "居住证编号"),
        ("31019990001", "3.1E+15", Cause::NumberInScientificNotation, "居住证编号"),
        ("段芳", "\u{3000}", Cause::MandatoryMissing, "姓名"),
        ("段芳", "NULL", Cause::MandatoryMissing, "姓名"),
        ("段芳", "段\t芳", Cause::ControlCharacter, "姓名"),
        ("段芳", "段?", Cause::LostCharacter, "姓名"),
        ("段芳", "段\u{fffd}", Cause::LostCharacter, "姓名"),
        ("999999200001010011", "999999200001010012", Cause::CitizenNumberCheck, "公民身份号码"),
        ("999999200001010011", "99999920000101001", Cause::CitizenNumberMalformed, "公民身份号码"),
        ("999999200001010011", "999999000101001", Cause::CitizenNumberFifteenDigits, "公民身份号码"),
        ("999999200001010011", "99999920230229001X", Cause::CitizenNumberDate, "公民身份号码"),
        ("999999200001010011", "9.99999E+17", Cause::NumberInScientificNotation, "公民身份号码"),
        ("男", "雄", Cause::ValueUnknown, "性别"),
        ("20251229", "20250230", Cause::DateImpossible, "有效期自"),
        ("20251229", "45678", Cause::DateMalformed, "有效期自"),
        ("20251229", "去年", Cause::DateMalformed, "有效期自"),
        ("20261228", "2001-01-01", Cause::ValidityReversed, "有效期至"),
        ("11999999TE5T00024D", "11999999TE5T00024E", Cause::CreditCodeCheck, "签发机关代码"),
        ("11999999TE5T00024D", "11999999TE5T", Cause::CreditCodeMalformed, "签发机关代码"),
        ("有效", "有效吗", Cause::StatusUnknown, "状态"),
        ("有效", "", Cause::MandatoryMissing, "状态"),
    ];
    for (from, to, expected, column) in wrong {
        assert_eq!(cause(&changed(from, to)), Some((expected, Some(column))), "{to}");
    }
    let long = "长".repeat(FIELD_BYTES_MAX / 3 + 1);
    assert_eq!(cause(&changed("浦兴路80弄38号", &long)), Some((Cause::FieldTooLong, Some("居住地址"))));
}

#[test]
fn a_refusal_names_everything_that_is_wrong() {
    let RowResult::Refused(refusal) = one(&ROW.replace("31019990001", "").replace("段芳", "").replace("有效", "?"))
    else {
        panic!("refused")
    };
    let causes: Vec<_> = refusal.findings().map(|finding| finding.cause).collect();
    assert_eq!(causes, [Cause::LicenceNumberMissing, Cause::MandatoryMissing, Cause::StatusUnknown]);
    assert!(refusal.message_zh().starts_with("第 1 行：“居住证编号”列：缺少证照编号"), "{refusal}");
}

#[test]
fn rows_of_wrong_width() {
    assert_eq!(cause(&one("31019990001,段芳")), Some((Cause::TooFewColumns, None)));
    assert_eq!(cause(&one(&format!("{ROW},又一列"))), Some((Cause::TooManyColumns, None)));
    accepted(one(&format!("{ROW},, ")));
    assert_eq!(outcomes(&format!("{HEADER},\n{ROW},\n")).len(), 1);
    accepted(outcomes(&format!("{HEADER},\n{ROW}\n")).remove(0).result);
}

#[test]
fn blank_rows_are_counted_apart_and_lines_are_named() {
    let rows = open(format!("\n{HEADER}\n\n,,,\n{ROW}\n\u{3000},\n\n\n{ROW}x\n\n\n")).expect("register").rows();
    let mut rows = rows;
    let found: Vec<_> = rows.by_ref().map(|row| row.expect("row")).map(|row| (row.row_number, row.line)).collect();
    assert_eq!(found, [(1, 5), (2, 9)]);
    assert_eq!((rows.report().rows, rows.report().blank), (2, 7));
}

#[test]
fn repeats_and_conflicts() {
    let other = ROW.replace("段芳", "段芳甲");
    let full_width = ROW.replace("31019990001", "３１０１９９９０００１");
    let broken = ROW.replace("31019990001", "31019990002").replace("有效", "?");
    let mended = broken.replace('?', "有效");
    let text = [HEADER, ROW, &other, ROW, &full_width, &broken, &mended].join("\r\n");
    let mut rows = open(text).expect("register").rows();
    let results: Vec<_> = rows.by_ref().map(|row| row.expect("row").result).collect();
    assert_eq!(cause(&results[1]), Some((Cause::NumberConflict, Some("居住证编号"))));
    assert!(matches!(results[2], RowResult::Repeated { first_row: 1 }));
    assert!(matches!(results[3], RowResult::Repeated { first_row: 1 }));
    assert_eq!(cause(&results[4]), Some((Cause::StatusUnknown, Some("状态"))));
    accepted(results[5].clone());
    let report = rows.report();
    assert_eq!((report.rows, report.accepted, report.refused, report.repeated, report.licences), (6, 2, 2, 2, 2));
    let json = serde_json::to_value(report).expect("json");
    assert_eq!(json["refused_by_cause"]["number_conflict"]["居住证编号"], 1);
}

const BIRTH_HEADER: &str = "出生医学证明编号\t新生儿姓名\t性别\t出生时间\t出生孕周\t体重克\t母亲姓名\t母亲公民身份号码\t父亲姓名\t父亲公民身份号码\t接生机构\t接生机构代码\t签发日期\t联次";
const BIRTH_ROW: &str = "Z310000001\t常妍\t男\t2024-09-08 18:42\t39+2\t2839克\t韦涛\t999999200001010011\t\t\t保健院(样例)\t12999999HP0000013G\t2024-09-16\t";

fn births(rows: &[String]) -> Vec<RowResult> {
    outcomes(&format!("{BIRTH_HEADER}\n{}", rows.join("\n"))).into_iter().map(|row| row.result).collect()
}

#[test]
fn a_birth_certificate_makes_two_linked_licences() {
    let birth = |parts: &str| format!("{BIRTH_ROW}{parts}");
    let results = births(&[birth("正页;副联")]);
    let RowResult::Accepted(drafts) = &results[0] else { panic!("{results:?}") };
    assert_eq!(drafts.iter().map(|draft| draft.part).collect::<Vec<_>>(), [Some(Part::Main), Some(Part::Counterfoil)]);
    assert_eq!((drafts[0].number == drafts[1].number, drafts[0].holders.len()), (true, 1));
    let value = |key: &str| drafts[0].fields.iter().find(|field| &*field.key == key).map(|field| field.value.as_str());
    assert_eq!(
        (value("born_at"), value("weight_grams"), value("gestation_weeks"), value("parts")),
        (Some("2024-09-08 18:42"), Some("2839"), Some("39+2"), None)
    );

    // Nobody is certified before he is born, or has a mother who is born later.
    for (from, to, column) in [
        ("2024-09-08 18:42", "2024-09-17 00:10", "出生时间"),
        ("999999200001010011", "999999203001010015", "母亲公民身份号码"),
    ] {
        let late = births(&[birth("正页").replace(from, to)]).remove(0);
        assert_eq!(cause(&late), Some((Cause::AfterIssue, Some(column))), "{to}");
    }

    let apart = births(&[birth("正页"), birth("副联"), birth("正页；副联")]);
    assert!(
        matches!((&apart[0], &apart[1]), (RowResult::Accepted(one), RowResult::Accepted(two)) if one.len() == 1 && two.len() == 1)
    );
    assert!(matches!(apart[2], RowResult::Repeated { first_row: 1 }));
    let wrong = births(&[birth("正页;存根"), birth("；"), birth("")]);
    assert_eq!(cause(&wrong[0]), Some((Cause::PartUnknown, Some("联次"))));
    assert_eq!(cause(&wrong[1]), Some((Cause::PartUnknown, Some("联次"))));
    assert_eq!(cause(&wrong[2]), Some((Cause::MandatoryMissing, Some("联次"))));
    let half = births(&[
        birth("正页").replace("\t\t\t保健院", "\t父亲\t\t保健院"),
        birth("正页").replace("2839克", "约三公斤"),
    ]);
    assert_eq!(cause(&half[0]), Some((Cause::MandatoryMissing, Some("父亲公民身份号码"))));
    assert_eq!(cause(&half[1]), Some((Cause::QuantityMalformed, Some("体重克"))));
}

#[test]
fn headers_as_departments_write_them() {
    let title = format!("浦东新区居住证名册,,,\n导出日期：2026-01-01\n{HEADER}\n{ROW}\n");
    assert_eq!(outcomes(&title).len(), 1);
    let decorated = HEADER.replace("姓名", "\"* 姓 名\"").replace("居住证编号", "\"居住证编号\n\"");
    assert_eq!(outcomes(&format!("{decorated}\n{ROW}\n")).len(), 1);
    assert_eq!(outcomes(&format!("\u{feff}\"居住证编号\"{}\n{ROW}\n", &HEADER["居住证编号".len()..])).len(), 1);
    let semicolons = format!("{HEADER}\n{ROW}\n").replace(',', ";");
    assert_eq!(outcomes(&semicolons).len(), 1);
    let mut extra = open(format!("序号,{HEADER},备注\n1,{ROW},无\n")).expect("register").rows();
    accepted(extra.next().expect("row").expect("row").result);
    assert_eq!(extra.report().ignored_columns, ["序号", "备注"]);
}

#[test]
fn encodings() {
    let text = format!("{HEADER}\r\n{ROW}\r\n").replace("段芳", "段𠮷");
    let gb = GB18030.encode(&text).0.into_owned();
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, encoding) in
        [(text.clone().into_bytes(), Encoding::Utf8), (gb, Encoding::Gb18030), (utf16, Encoding::Utf16Le)]
    {
        let register = open(bytes).expect("register");
        assert_eq!(register.encoding(), encoding);
        assert_eq!(accepted(register.rows().next().expect("row").expect("row").result).holders[0].name, "段𠮷");
    }
}

#[test]
fn one_spoilt_row_does_not_spoil_the_file() {
    let mut bytes = format!("{HEADER}\n").into_bytes();
    for number in 0..40 {
        bytes.extend_from_slice(ROW.replace("31019990001", &format!("3101999{number:04}")).as_bytes());
        bytes.extend_from_slice(if number == 20 { b"\xff\xfe\n" } else { b"\n" });
    }
    bytes.extend_from_slice(ROW.replace("段芳", "\"段芳").as_bytes());
    bytes.extend_from_slice(b"\n");
    bytes.extend_from_slice(ROW.replace("31019990001", "31019990099").as_bytes());
    let mut rows = open(bytes).expect("register").rows();
    let causes: Vec<_> =
        rows.by_ref().filter_map(|row| cause(&row.expect("row").result).map(|(cause, _)| cause)).collect();
    assert_eq!(causes, [Cause::UndecodableText, Cause::QuoteMalformed]);
    assert_eq!(rows.report().accepted, 40);
}

#[test]
fn each_unreadable_file_has_its_own_error() {
    let error = |bytes: Vec<u8>| {
        let error = open(bytes).err().expect("error");
        assert!(
            error.message_zh().starts_with("名册.csv：") && error.message_en().starts_with("名册.csv: "),
            "{error}"
        );
        error
    };
    assert!(matches!(error(Vec::new()), RegisterError::Empty { .. }));
    assert!(matches!(error(b"\xef\xbb\xbf\r\n \r\n".to_vec()), RegisterError::Empty { .. }));
    assert!(matches!(error(format!("{HEADER}\r\n\r\n,,,\r\n").into_bytes()), RegisterError::HeaderOnly { .. }));
    assert!(matches!(
        error(b"\x89PNG\r\n\x1a\n\0\0".to_vec()),
        RegisterError::Binary { kind: BinaryKind::Picture, .. }
    ));
    assert!(matches!(
        error(format!("{HEADER}\n\0").into_bytes()),
        RegisterError::Binary { kind: BinaryKind::Unknown, .. }
    ));
    assert!(matches!(
        error(b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec()),
        RegisterError::Binary { kind: BinaryKind::LegacyWorkbook, .. }
    ));
    assert!(matches!(error(b"PK\x03\x04 docx".to_vec()), RegisterError::Binary { kind: BinaryKind::Archive, .. }));
    assert!(matches!(
        error(b"PK\x03\x04 xl/workbook.xml".to_vec()),
        RegisterError::WorkbookTooLarge { .. } | RegisterError::WorkbookUnreadable { .. }
    ));
    assert!(matches!(error(b"a,b\n\xff\xff\xff\n".to_vec()), RegisterError::WrongEncoding { line: 2, byte: 4, .. }));
    assert!(matches!(error(vec![b'x'; 3 * ROW_BYTES_MAX]), RegisterError::RowTooLong { row: 0, byte: 0, .. }));
    let wide: Vec<String> = (0..10_000).map(|column| format!("列{column}")).collect();
    assert!(matches!(
        error(format!("{}\n1\n", wide.join(",")).into_bytes()),
        RegisterError::TooManyColumns { actual: 10_000, .. }
    ));
    assert!(matches!(
        error(format!("{HEADER},{}\n{ROW}\n", wide.join(",")).into_bytes()),
        RegisterError::TooManyColumns { actual: 10_010, .. }
    ));
    let twice = error(format!("{HEADER},姓 名\n{ROW}\n").into_bytes());
    assert!(matches!(twice, RegisterError::DuplicateHeader { first: 2, second: 11, .. }), "{twice}");
    let synonym = error(format!("{HEADER},身份证号\n{ROW}\n").into_bytes());
    assert!(matches!(synonym, RegisterError::DuplicateHeader { first: 3, second: 11, .. }), "{synonym}");
    let unknown = error(HEADER.replace("姓名", "名字").into_bytes());
    assert!(
        matches!(&unknown, RegisterError::UnknownHeader { nearest: Some(nearest), missing, .. } if nearest == "居住证" && missing == &["姓名"]),
        "{unknown}"
    );
    let none = error(b"a,b\n1,2\n".to_vec());
    assert!(matches!(none, RegisterError::UnknownHeader { nearest: None, .. }));
    // A register that begins with its data: nothing of them is told.
    for text in [format!("{ROW}\n{ROW}\n"), "赵某,赵某,1\n钱某,钱某,2\n".to_owned()] {
        let headless = error(text.into_bytes());
        assert!(matches!(headless, RegisterError::UnknownHeader { nearest: None, .. }), "{headless}");
        let (zh, en) = (headless.message_zh(), headless.message_en());
        assert!(zh.contains("首行须为表头") && en.contains("first row must be the heading"), "{zh} {en}");
        assert!(ROW.split(',').chain(["赵某"]).all(|cell| cell.len() < 4 || !zh.contains(cell)), "{zh}");
    }
}

#[test]
fn a_row_without_end_stops_the_reading_behind_the_rows_before_it() {
    let mut bytes = format!("{HEADER}\n{ROW}\n").into_bytes();
    bytes.resize(bytes.len() + 3 * ROW_BYTES_MAX, b'x');
    let mut rows = open(bytes).expect("register").rows();
    accepted(rows.next().expect("row").expect("row").result);
    assert!(matches!(rows.next(), Some(Err(RegisterError::RowTooLong { row: 2, .. }))));
    assert!(rows.next().is_none());
}

#[test]
fn missing_files_and_failing_disks() {
    let missing = Register::open(std::path::Path::new("/nonexistent/名册.csv"), &Mappings::built_in());
    assert!(matches!(missing, Err(RegisterError::Unreadable { ref file, byte: 0, .. }) if file == "名册.csv"));
    let directory = tempfile::tempdir().expect("directory");
    assert!(matches!(Register::open(directory.path(), &Mappings::built_in()), Err(RegisterError::Unreadable { .. })));
    let path = directory.path().join("居住证.txt");
    std::fs::write(&path, format!("{HEADER}\n{ROW}\n")).expect("written");
    assert_eq!(Register::open(&path, &Mappings::built_in()).expect("register").mapping().licence_type(), "居住证");

    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk"))
        }
    }
    // The start is read whole, so the disk fails behind the sample.
    let start = format!("{HEADER}\n{}", format!("{ROW}\n").repeat(1_000));
    let length = start.len() as u64;
    let source = Cursor::new(start).chain(Failing);
    let mut rows = Register::read("名册.csv", source, &Mappings::built_in()).expect("register").rows();
    let error = rows.find_map(Result::err);
    assert!(matches!(error, Some(RegisterError::Unreadable { byte, .. }) if byte == length));
}

#[test]
fn an_own_mapping_reads_another_licence() {
    let own = r#"
licence_type = "残疾人证"
type_code = "11999999000000019M101"
[[column]]
key = "number"
header = "证号"
kind = "number_of_licence"
mandatory = true
[[column]]
key = "name"
header = "姓名"
kind = "name"
mandatory = true
[[column]]
key = "citizen_number"
header = "身份证"
kind = "citizen_number"
mandatory = true
[[column]]
key = "valid_to"
header = "到期"
kind = "date"
[dates]
valid_to = "valid_to"
blank_is_open_ended = true
[issuer]
fixed_name = "残联(样例)"
fixed_code = "11999999000000019M"
[[holder]]
id_type = "111"
name = "name"
number = "citizen_number"
"#;
    let mappings = Mappings::built_in().with(Mapping::from_toml(own).expect("mapping"));
    let text = "证号,姓名,身份证,到期\n1,甲,999999200001010011,\n";
    let mut rows = Register::read("own.csv", Cursor::new(text), &mappings).expect("register").rows();
    let draft = accepted(rows.next().expect("row").expect("row").result);
    assert_eq!((&*draft.licence_type, draft.valid_to, draft.issuer_name.as_str()), ("残疾人证", None, "残联(样例)"));
    assert_eq!(draft.fields.len(), 3);
}

#[test]
fn refused_rows_come_back_mended() {
    let broken = ROW.replace("有效", "有效吗").replace("浦兴路", "\"浦兴路,\n").replace("38号", "38号\"");
    let mut rows = open(format!("{HEADER},备注\n{broken},无\n")).expect("register").rows();
    let mut writer = RefusedRowsWriter::new(Vec::new(), &rows);
    let row = rows.next().expect("row").expect("row");
    let RowResult::Refused(refusal) = &row.result else { panic!("{row:?}") };
    writer.write(refusal, &row.raw).expect("written");
    let bytes = writer.finish().expect("finished").expect("sink");
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.starts_with(&format!("\u{feff}行号,原因,{HEADER},备注\r\n1,“状态”列：")), "{text}");
    let mended = text.replace("有效吗", "有效");
    let mut again = open(mended).expect("register").rows();
    assert_eq!(accepted(again.next().expect("row").expect("row").result).fields[4].value, "浦兴路,\n80弄38号");
    let writer = RefusedRowsWriter::new(Vec::new(), &again);
    assert!(writer.finish().expect("finished").expect("sink").is_empty());
}

/// A spreadsheet that opens the file computes nothing, and what comes back is what was there.
#[test]
fn formulas_in_refused_rows_are_text() {
    let formula = "=HYPERLINK(\"\"http://evil\"\")";
    let broken = ROW.replace("有效", "有效吗").replace("浦兴路80弄38号", &format!("\"{formula}\""));
    let mut bytes = format!("{HEADER}\n{broken}\n").into_bytes();
    // Refused twice: one apostrophe, not two.
    for round in 0..2 {
        let mut rows = open(bytes).expect("register").rows();
        let mut writer = RefusedRowsWriter::new(Vec::new(), &rows);
        let row = rows.next().expect("row").expect("row");
        let RowResult::Refused(refusal) = &row.result else { panic!("{row:?}") };
        writer.write(refusal, &row.raw).expect("written");
        bytes = writer.finish().expect("finished").expect("sink");
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        assert!(text.contains(&format!(",\"'{formula}\",")), "round {round}: {text}");
    }
    let mended = String::from_utf8(bytes).expect("UTF-8").replace("有效吗", "有效");
    let mut again = open(mended).expect("register").rows();
    let fields = accepted(again.next().expect("row").expect("row").result).fields;
    assert_eq!(fields[4].value, formula.replace("\"\"", "\""));
}

/// Reads whatever it is to its end.
fn read_all(bytes: Vec<u8>) {
    if let Ok(register) = open(bytes) {
        let mut rows = register.rows();
        let mut writer = RefusedRowsWriter::new(io::sink(), &rows);
        let mut count = 0;
        for row in rows.by_ref().filter_map(Result::ok) {
            count += 1;
            if let RowResult::Refused(refusal) = &row.result {
                writer.write(refusal, &row.raw).expect("sink");
            }
        }
        let report = rows.report();
        assert_eq!((report.rows, count), (count, report.accepted + report.refused + report.repeated));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), with_header in any::<bool>()) {
        let mut text = if with_header { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        text.extend(bytes);
        read_all(text);
    }

    #[test]
    fn arbitrary_text_under_a_header_never_panics(text in "([\\PC\"\r\n\t,;0-9X]|男|正页|长期|有效){0,120}", birth in any::<bool>()) {
        let header = if birth { BIRTH_HEADER } else { HEADER };
        read_all(format!("{header}\n{text}").into_bytes());
    }

    #[test]
    fn a_changed_byte_never_panics(place in 0..400_usize, byte in any::<u8>()) {
        let mut bytes = GB18030.encode(&format!("{HEADER}\r\n{ROW}\r\n{ROW}\r\n")).0.into_owned();
        let place = place % bytes.len();
        bytes[place] = byte;
        read_all(bytes);
    }
}
