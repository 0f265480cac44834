//! Many licences at once: mass changes by a list, sealed batches of old stock, paper blanks; and annotated copies.

use super::judged;
use serde_json::Value;
use zhengku_tests::run::{verify, zhengku};
use zhengku_tests::site::{BIRTH, FOOD, Site, food_form};

const FOOD_TYPE: &str = "食品经营许可证";

fn change(site: &Site, list: &str, kind: &str, more: &[&str]) -> (i32, Value) {
    let mut arguments = vec!["licence", "change", list, "--type", FOOD_TYPE, "--kind", kind, "--ground", "样例决定"];
    arguments.extend(more);
    let ran = site.on_node(&arguments);
    (ran.code.unwrap(), ran.json())
}

fn status(site: &Site, number: &str) -> Value {
    site.on_node(&["licence", "status", number, "--type", FOOD_TYPE]).exits(0).json()["life_cycle"].clone()
}

#[test]
fn a_list_is_checked_then_changed_by_two_keys() {
    let site = Site::imported(31, 300, true);
    let valid: Vec<String> =
        site.numbers(FOOD).into_iter().filter(|number| status(&site, number) == "valid").take(150).collect();
    let list = site.file("list.txt");
    std::fs::write(&list, format!("\u{feff}# 清单\r\n{}\r\n\r\n", valid.join("\r\n"))).unwrap();

    let (code, report) = change(&site, &list, "suspend", &[]);
    assert_eq!((code, &report["licences"], &report["changed"]), (0, &150.into(), &0.into()), "{report:#}");
    assert_eq!(status(&site, &valid[0]), "valid", "without --yes nothing is changed");

    let review = site.node().join("keys/review-11999999TE5T00016J.key");
    let away = site.path().join("review.key");
    std::fs::rename(&review, &away).unwrap();
    let arguments = ["licence", "change", &list, "--type", FOOD_TYPE, "--kind", "suspend", "--ground", "x", "--yes"];
    let alone = site.on_node(&arguments).exits(2);
    assert!(alone.err.contains("另一把密钥"), "{alone:#?}");
    assert_eq!(status(&site, &valid[0]), "valid", "one key alone changes nothing");
    std::fs::rename(&away, &review).unwrap();

    let (code, report) = change(&site, &list, "suspend", &["--yes"]);
    assert_eq!((code, &report["changed"]), (0, &150.into()), "{report:#}");
    assert_eq!((status(&site, &valid[0]), status(&site, &valid[149])), ("suspended".into(), "suspended".into()));

    // One that cannot be changed stops all, and its line is named; --skip passes over it.
    let mut mixed = valid[..3].to_vec();
    mixed.insert(1, "没有的编号".to_owned());
    std::fs::write(&list, mixed.join("\n")).unwrap();
    let (code, report) = change(&site, &list, "resume", &["--yes"]);
    assert_eq!((code, &report["changed"]), (1, &0.into()), "{report:#}");
    assert_eq!((&report["refused"][0]["line"], &report["refused"][0]["code"]), (&2.into(), &300.into()));
    let (code, report) = change(&site, &list, "resume", &["--yes", "--skip"]);
    assert_eq!((code, &report["changed"]), (1, &3.into()), "{report:#}");
    assert_eq!((status(&site, &valid[0]), status(&site, &valid[3])), ("valid".into(), "suspended".into()));

    std::fs::write(&list, format!("{0}\n{0}\n", valid[0])).unwrap();
    let twice = site.on_node(&["licence", "change", &list, "--type", FOOD_TYPE, "--kind", "suspend", "--ground", "x"]);
    assert!(twice.exits(2).err.contains("第 2 行"));
    std::fs::write(&list, "# nothing\n").unwrap();
    let empty = site.on_node(&["licence", "change", &list, "--type", FOOD_TYPE, "--kind", "suspend", "--ground", "x"]);
    assert!(empty.exits(2).err.contains("清单为空"));
    site.fsck();
}

/// Old stock is sealed today; what has ended is taken over without a file. A copy for one use is a file of its own.
#[test]
fn old_stock_is_sealed_and_copied_for_one_use() {
    let site = Site::with_registers(32, 40, true);
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let register = site.register(FOOD).display().to_string();
    let dry = site.on_node(&["import", &register, "--sealed", "--dry-run"]).exits(0).json();
    let report = site.on_node(&["import", &register, "--sealed"]).exits(0).json();
    assert_eq!((&report["accepted"], &report["refused"]), (&dry["accepted"], &dry["refused"]), "{report:#}");
    assert_eq!(report["accepted"], 40, "{report:#}");
    let number = site
        .numbers(FOOD)
        .into_iter()
        .find(|number| site.on_node(&["licence", "status", number]).exits(0).json()["verdict"] == "VALID")
        .unwrap();

    let copy = site.file("copy.ofd");
    let arguments =
        ["licence", "annotate", &number, "--cause", "办理样例业务, 他用无效", "--days", "7", "--out", &copy];
    let made = site.on_node(&arguments).exits(0).json();
    assert_eq!(made["file"], copy.as_str());
    let (code, report) = judged(&copy, &site.trust(), &[]);
    assert_eq!((code, &report["verdict"]), (0, &"VALID".into()), "{report:#}");
    let told = verify(&[&copy, "--trust", &site.trust()]).exits(0).out;
    assert!(told.contains("加注件") && told.contains("办理样例业务"), "{told}");
    let later = chrono_ms(8);
    let (code, report) = judged(&copy, &site.trust(), &["--at", &later]);
    assert_eq!((code, &report["verdict"]), (1, &"EXPIRED".into()), "{report:#}");
    let again = ["licence", "annotate", &number, "--cause", "x", "--out", &copy];
    assert!(site.on_node(&again).exits(2).err.contains("不覆盖"));
    let other = site.file("other.ofd");
    let blank = ["licence", "annotate", &number, "--cause", " ", "--out", &other];
    assert!(site.on_node(&blank).exits(2).err.contains("cause"));
}

/// So many days from now, in milliseconds.
fn chrono_ms(days: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (u64::try_from(now.as_millis()).unwrap() + days * 86_400_000).to_string()
}

#[test]
fn paper_blanks_are_accounted_for() {
    let site = Site::imported(33, 30, true);
    let numbers = site.numbers(BIRTH);
    let (blanks, issues) = (site.file("blanks.csv"), site.file("issues.csv"));
    std::fs::write(&blanks, "前缀,起号,止号\nAB,1,10\n").unwrap();
    let lines = [
        format!("AB0001,{},2026-11-01", numbers[0]),
        format!("AB0003,{},2026-11-02", numbers[1]),
        "AB0004,没有的编号,2026-11-03".to_owned(),
        format!("XY0009,{},2026-11-04", numbers[2]),
    ];
    std::fs::write(&issues, format!("流水号,证照编号,发放日期\n{}\n", lines.join("\n"))).unwrap();
    let arguments = ["licence", "paper", "--type", "出生医学证明", "--blanks", &blanks, "--issues", &issues];
    let report = site.on_node(&arguments).exits(1).json();
    assert_eq!((&report["blanks"], &report["used"], &report["unused"]), (&10.into(), &3.into(), &7.into()));
    assert_eq!(report["gaps"], serde_json::json!([["AB", 2, 2]]), "{report:#}");
    assert_eq!((&report["strange"][0], &report["paper_only"]), (&"XY0009".into(), &1.into()), "{report:#}");
    assert!(report["median_lag_days"].as_i64().unwrap() > 0, "{report:#}");

    std::fs::write(&issues, "流水号,证照编号,发放日期\nAB0001,x,1.2.2026\n").unwrap();
    assert!(site.on_node(&arguments).exits(2).err.contains("第 2 行"));
    let _ = zhengku(&["licence", "paper", "--help"]).exits(0);
}

/// A mint whose files were lost on the way is repeated, mints nothing, and gives them; nobody is sealed for under a made-up name.
#[test]
fn a_repeated_mint_gives_the_files_again() {
    let site = Site::empty();
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let out = site.file("文件 files");
    let mint = |more: &[&str]| {
        let form = food_form("JY19999990099001");
        let mut arguments: Vec<&str> = form.iter().map(String::as_str).collect();
        arguments.extend(["--out", &out]);
        arguments.extend(more.iter().flat_map(|value| ["--set", value]));
        site.on_node(&arguments)
    };
    let renamed = mint(&["issuer_name=某市不存在局"]).exits(1).json();
    assert_eq!(renamed[0]["cause"], "issuer_name_differs", "{renamed:#}");
    let first = mint(&[]).exits(0).json();
    let size = site.fsck()["entries"].clone();
    let ofd = first["licences"][0]["files"][0].as_str().unwrap().to_owned();
    let bytes = std::fs::read(&ofd).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&ofd).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "a licence is personal data");
    std::fs::remove_dir_all(&out).unwrap();
    let again = mint(&[]).exits(0).json();
    assert_eq!((std::fs::read(&ofd).unwrap(), site.fsck()["entries"].clone()), (bytes, size), "{again:#}");

    let form = site.file("form.json");
    std::fs::write(&form, "{\"licence_number\": 999999199002280034}").unwrap();
    let unquoted = site.on_node(&["licence", "mint", "--type", FOOD_TYPE, "--out", &out, "--form", &form]).exits(2);
    assert!(!unquoted.err.contains("999999199002280034"), "no number is repeated: {unquoted:#?}");
    let erase = ["licence", "erase", "JY19999990099001"];
    assert!(site.on_node(&erase).exits(2).err.contains("--yes"), "what cannot be undone is asked about");
}
