//! Importing registers.

use super::assert_verdict;
use serde_json::Value;
use zhengku_ledger::identifier::UnifiedCreditCode;
use zhengku_tests::files::{digests, text};
use zhengku_tests::register::{column, rows, write};
use zhengku_tests::run::zhengku;
use zhengku_tests::site::{BIRTH, FIRST_ENTRIES, FOOD, MARRIAGE, REGISTERS, RESIDENCE, Site};

fn counts(line: &Value) -> [u64; 5] {
    ["rows", "accepted", "refused", "repeated", "licences"].map(|name| line[name].as_u64().unwrap())
}

#[test]
fn counts_are_those_of_the_sample_and_a_second_import_changes_nothing() {
    let site = Site::with_registers(7, 700, false);
    let expected: Value = serde_json::from_slice(&std::fs::read(site.register("expected.json")).unwrap()).unwrap();
    let first = site.import(&REGISTERS).exits(0).json_lines();
    assert_eq!(first.len(), 4);
    let mut size = FIRST_ENTRIES;
    for (line, name) in first.iter().zip(REGISTERS) {
        assert!(line["file"].as_str().unwrap().ends_with(name));
        assert_eq!(counts(line), counts(&expected[name]), "{name}");
        size += line["licences"].as_u64().unwrap();
        assert_eq!(line["log_size"], size, "what init made, and every licence once");
    }
    let again = site.import(&REGISTERS).exits(0).json_lines();
    for ((before, after), name) in first.iter().zip(&again).zip(REGISTERS) {
        let [rows, accepted, refused, repeated, _] = counts(before);
        assert_eq!(counts(after), [rows, 0, refused, repeated + accepted, 0], "{name}");
        assert_eq!(after["log_size"], first[3]["log_size"]);
        assert_eq!(after["log_root"], first[3]["log_root"]);
        assert_eq!(after["height"], first[3]["height"]);
    }
    let fsck = site.fsck();
    assert_eq!(fsck["entries"], size);
    assert_eq!(fsck["records"], size - FIRST_ENTRIES);
}

#[test]
fn a_dry_run_reports_the_same_and_writes_nothing() {
    let site = Site::with_registers(8, 400, false);
    let before = digests(&site.node());
    let paths = REGISTERS.map(|name| site.register(name));
    let mut arguments = vec!["import", "--dry-run"];
    arguments.extend(paths.iter().map(|path| text(path)));
    let dry = site.on_node(&arguments).exits(0).json_lines();
    let after = digests(&site.node());
    let changed: Vec<_> =
        after.iter().filter(|(path, digest)| before.get(*path) != Some(digest)).map(|(path, _)| path).collect();
    let is_refused = |path: &&&std::path::PathBuf| path.starts_with(site.node().join("refused"));
    let beyond: Vec<_> = changed.iter().filter(|path| !is_refused(path)).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
    let real = site.import(&REGISTERS).exits(0).json_lines();
    for (dry, real) in dry.iter().zip(&real) {
        assert_eq!(counts(dry), counts(real));
        assert_eq!(dry["dry_run"], true);
        assert_eq!(dry["log_size"], FIRST_ENTRIES);
    }
}

#[test]
fn the_refused_rows_are_mended_and_imported_again() {
    let site = Site::with_registers(9, 500, false);
    let line = site.import(&[RESIDENCE]).exits(0).json_lines().remove(0);
    let refused_file = line["refused_file"].as_str().unwrap().to_owned();
    let mut refused = rows(std::path::Path::new(&refused_file));
    assert_eq!(refused.len() as u64 - 1, line["refused"].as_u64().unwrap());
    let (reason, number, status) = (column(&refused, "原因"), column(&refused, "居住证编号"), column(&refused, "状态"));
    let (from, to) = (column(&refused, "有效期自"), column(&refused, "有效期至"));
    let mut mended = Vec::new();
    for (place, row) in refused.iter_mut().enumerate().skip(1) {
        assert!(!row[reason].is_empty(), "each refused row says why");
        let has = |text: &str| row[reason].contains(text);
        let wrong_status = has("状态");
        if !(wrong_status || has("早于") || has("不存在")) {
            continue;
        }
        row[status] = "有效".to_owned();
        row[from] = "20260101".to_owned();
        row[to] = "20301231".to_owned();
        mended.push((place, row[number].clone()));
    }
    assert!(mended.len() >= 3, "status, reversed validity, impossible day: {refused:?}");
    let path = site.path().join("mended.csv");
    write(&path, &refused);
    let again = site.on_node(&["import", text(&path)]).exits(0).json_lines().remove(0);
    assert_eq!(again["accepted"], mended.len());
    for (_, number) in &mended {
        let _ = site.on_node(&["licence", "status", number]).exits(0);
    }
    site.fsck();
}

#[test]
fn a_mapping_file_reads_a_register_with_other_columns() {
    let site = Site::with_registers(10, 60, true);
    let mut register = rows(&site.register(MARRIAGE));
    let names = ["字号", "甲", "甲号", "乙", "乙号", "登记", "机关", "机关码", "现状"].map(|name| format!("列_{name}"));
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../node/library/mappings/marriage_certificate.toml");
    let mut mapping = std::fs::read_to_string(built_in).unwrap();
    for (old, new) in register[0].iter().zip(&names) {
        mapping = mapping.replace(&format!("header = \"{old}\""), &format!("header = \"{new}\""));
    }
    mapping = mapping
        .lines()
        .filter(|line| !line.starts_with("synonyms"))
        .fold(String::new(), |text, line| text + line + "\n");
    mapping = mapping.replace("\"结婚证\"", "\"样例婚姻证\"").replace("Marriage certificate", "Sample marriage paper");
    mapping = mapping.replace("11999999000000019M004", "11999999000000019M099");
    register[0] = names.to_vec();
    write(&site.path().join("other.csv"), &register);
    std::fs::write(site.path().join("other.toml"), mapping).unwrap();
    let (file, map) = (site.file("other.csv"), site.file("other.toml"));
    let refused = site.on_node(&["import", &file]).exits(2);
    assert!(refused.err.contains("列映射"), "{refused:#?}");
    let line = site.on_node(&["import", &file, "--mapping", &map]).exits(0).json_lines().remove(0);
    assert_eq!(counts(&line), [60, 60, 0, 0, 60]);
    assert_eq!(line["licence_type"], "样例婚姻证");
    let number = &register[1][0];
    let status = site.on_node(&["licence", "status", number]).exits(0).json();
    assert_eq!(status["licence_type"], "样例婚姻证");
    let _ = site.import(&[MARRIAGE]).exits(0);
    let ambiguous = site.on_node(&["licence", "status", number]).exits(2);
    assert!(ambiguous.err.contains("--type"), "{ambiguous:#?}");
    let _ = site.on_node(&["licence", "status", number, "--type", "结婚证"]).exits(0);
    site.fsck();
}

#[test]
fn an_unknown_issuer_is_registered_on_a_demo_ledger_and_refused_elsewhere() {
    let site = Site::with_registers(11, 40, true);
    let mut register = rows(&site.register(FOOD));
    let (code, name, holder) =
        (column(&register, "发证机关代码"), column(&register, "发证机关"), column(&register, "统一社会信用代码"));
    let new_code = UnifiedCreditCode::complete("11999999TE5T0099").unwrap().as_str().to_owned();
    // A shop is no issuing authority, whatever a register says; nor is a name with a person's number in it.
    let mut shop = register.clone();
    shop[1][code] = register[1][holder].clone();
    shop[2][code] = new_code.clone();
    shop[2][name] = "张三 999999197001010017".to_owned();
    shop.truncate(3);
    write(&site.path().join("shop.csv"), &shop);
    let refused = site.on_node(&["import", &site.file("shop.csv")]).exits(1);
    assert_eq!(counts(&refused.json()), [2, 0, 2, 0, 0]);
    assert!(!refused.err.contains("张三"), "{refused:#?}");
    for row in &mut register[21..] {
        row[code] = new_code.clone();
        row[name] = "新设发证机关(样例)".to_owned();
    }
    write(&site.path().join("new.csv"), &register);
    let file = site.file("new.csv");
    let elsewhere = site.copy_node("elsewhere");
    std::fs::remove_file(elsewhere.join("keys/organisation-11999999DATA000035.key")).unwrap();
    let strict = zhengku(&["import", &file, "--data", text(&elsewhere), "-o", "json"]).exits(0).json();
    assert_eq!(counts(&strict), [40, 20, 20, 0, 20]);
    assert_eq!(strict["causes"][0]["rows"], 20);
    let demo = site.on_node(&["import", &file]).exits(0);
    assert!(demo.err.contains(&new_code), "{demo:#?}");
    assert_eq!(counts(&demo.json()), [40, 40, 0, 0, 40]);
    assert_eq!(site.on_node(&["ledger", "status"]).exits(0).json()["organisations"], 7);
    let proof = site.prove(&register[30][0], "proof.txt");
    assert_verdict(&proof, &site.trust(), "VALID");
    site.fsck();
}

#[test]
fn a_workbook_imports_as_its_csv_does() {
    let site = Site::with_registers(12, 120, true);
    let register = rows(&site.register(FOOD));
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (place, row) in (0_u32..).zip(&register) {
        sheet.write_row(place, 0, row).unwrap();
    }
    let path = site.path().join("食品.xlsx");
    workbook.save(&path).unwrap();
    let line = site.on_node(&["import", text(&path)]).exits(0).json();
    assert_eq!(counts(&line), [120, 120, 0, 0, 120]);
    let again = site.import(&[FOOD]).exits(0).json();
    assert_eq!(counts(&again), [120, 0, 0, 120, 0], "the CSV says the same as the workbook");
    assert_eq!(again["log_root"], line["log_root"]);
}

/// What one row has wrong must not stop the rows around it.
#[test]
fn half_a_twin_a_holder_twice_and_a_changed_status_are_refused_row_by_row() {
    let site = Site::with_registers(12, 10, true);
    let mut births = rows(&site.register(BIRTH));
    let (parts, mother, father) =
        (column(&births, "联次"), column(&births, "母亲公民身份号码"), column(&births, "父亲公民身份号码"));
    births[3][parts] = "正页".to_owned();
    births[5][father] = births[5][mother].clone();
    write(&site.path().join("births.csv"), &births);
    let line = site.on_node(&["import", &site.file("births.csv")]).exits(0).json();
    assert_eq!(counts(&line), [10, 8, 2, 0, 16]);
    let causes: Vec<&str> =
        line["causes"].as_array().unwrap().iter().map(|one| one["cause"].as_str().unwrap()).collect();
    assert_eq!(causes, ["holder_repeated", "part_missing"]);
    let mut food = rows(&site.register(FOOD));
    let status = column(&food, "状态");
    write(&site.path().join("food.csv"), &food);
    assert_eq!(counts(&site.on_node(&["import", &site.file("food.csv")]).exits(0).json()), [10, 10, 0, 0, 10]);
    food[4][status] = "吊销".to_owned();
    write(&site.path().join("food.csv"), &food);
    let line = site.on_node(&["import", &site.file("food.csv")]).exits(0).json();
    assert_eq!(counts(&line), [10, 0, 1, 9, 0]);
    assert_eq!(line["causes"][0]["cause"], "status_differs");
    site.fsck();
}

/// UTF-16 with a byte order mark, as spreadsheets save "Unicode text".
#[test]
fn utf16_is_imported() {
    let site = Site::with_registers(13, 400, true);
    for (mark, name) in [(0xFEFF_u16, "le.csv"), (0xFEFF, "be.csv")] {
        let text = std::fs::read_to_string(site.register(MARRIAGE)).unwrap();
        let units = std::iter::once(mark).chain(text.encode_utf16());
        let little = name == "le.csv";
        let bytes: Vec<u8> =
            units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        std::fs::write(site.path().join(name), bytes).unwrap();
        let line = site.on_node(&["import", &site.file(name)]).exits(0).json();
        assert_eq!(line["accepted"].as_u64().unwrap() + line["repeated"].as_u64().unwrap(), 400, "{line:#}");
    }
}
