//! 变更, 延续, 换发: a licence in the place of another, with its file; what it superseded verifies as superseded.

use super::judged;
use serde_json::Value;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use zhengku_tests::run::{Ran, binary, zhengku};
use zhengku_tests::site::{BIRTH, FOOD, Site, food_form};

const NUMBER: &str = "JY19999990099001";
const ADDRESS: &str = "示例市示范区新街9号";

/// A site with seals and one sealed licence of food operation; gives its OFD and PDF.
fn minted() -> (Site, String, String) {
    let site = Site::empty();
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let out = site.file("out");
    let form = food_form("JY19999990099001");
    let mut arguments: Vec<&str> = form.iter().map(String::as_str).collect();
    arguments.extend(["--pdf", "--out", &out]);
    let minted = site.on_node(&arguments).exits(0).json();
    let (ofd, pdf) = (file(&minted, 0), file(&minted, 1));
    assert!(ofd.contains(".001."), "{ofd}");
    (site, ofd, pdf)
}

/// The path of a file of the first licence of a report.
fn file(report: &Value, place: usize) -> String {
    report["licences"][0]["files"][place].as_str().unwrap().to_owned()
}

fn run(site: &Site, verb: &str, number: &str, more: &[&str]) -> Ran {
    let out = site.file("out");
    let mut arguments = vec!["licence", verb, number, "--ground", "样例决定书第1号", "--out", &out];
    arguments.extend(more);
    site.on_node(&arguments)
}

#[track_caller]
fn assert_judged(site: &Site, file: &str, more: &[&str], verdict: &str) -> Value {
    let (code, report) = judged(file, &site.trust(), more);
    assert_eq!((code, &report["verdict"]), (i32::from(verdict != "VALID"), &verdict.into()), "{file}: {report:#}");
    report
}

fn show(site: &Site, number: &str) -> Value {
    site.on_node(&["licence", "show", number]).exits(0).json()
}

fn field<'v>(shown: &'v Value, key: &str) -> &'v str {
    let fields = shown["fields"].as_array().unwrap();
    fields.iter().find(|field| field[0] == key).map_or("", |field| field[1].as_str().unwrap())
}

#[test]
fn an_amended_licence_supersedes_its_former_file() {
    let (site, old, old_pdf) = minted();
    let before = assert_judged(&site, &old, &[], "VALID");
    let _ = assert_judged(&site, &old_pdf, &[], "VALID");
    let set = format!("address={ADDRESS}");
    let report = run(&site, "amend", NUMBER, &["--set", &set]).exits(0).json();
    assert_eq!((&report["changed"], &report["repeated"]), (&serde_json::json!(["address"]), &false.into()));
    assert_eq!(report["licences"][0]["version"], 2, "{report:#}");
    let (new, new_pdf) = (file(&report, 0), file(&report, 1));
    assert!(new.contains(".002.") && new_pdf.ends_with(".pdf"), "a licence with a PDF gets one again: {report:#}");

    for one in [&new, &new_pdf] {
        let _ = assert_judged(&site, one, &[], "VALID");
    }
    // The proof beside the old file was written anew, and each former file is proven to be one.
    for one in [&old, &old_pdf] {
        let after = assert_judged(&site, one, &[], "SUPERSEDED");
        assert!(after["height"].as_u64() > before["height"].as_u64(), "{after:#}");
    }
    // The newest proof of the number says the same of the old OFD, by its seal; a PDF has none.
    let newest = site.prove(NUMBER, "newest.proof");
    let _ = assert_judged(&site, &old, &["--proof", &newest], "SUPERSEDED");
    let _ = assert_judged(&site, &old_pdf, &["--proof", &newest], "UNVERIFIABLE");
    let _ = assert_judged(&site, &new, &["--proof", &newest], "VALID");

    let shown = show(&site, NUMBER);
    assert_eq!((&shown["version"], field(&shown, "address")), (&2.into(), ADDRESS));
    assert_eq!(field(&shown, "legal_representative"), "张样例", "what was not given stays");
    assert_eq!((&shown["ground"], shown["history"].as_array().unwrap().len()), (&"样例决定书第1号".into(), 2));

    // Repeated: nothing is recorded again, the same files come again.
    let (size, bytes) = (site.fsck()["entries"].clone(), std::fs::read(&new).unwrap());
    std::fs::remove_dir_all(site.file("out")).unwrap();
    let again = run(&site, "amend", NUMBER, &["--set", &set]).exits(0).json();
    assert_eq!((&again["repeated"], std::fs::read(&new).unwrap()), (&true.into(), bytes), "{again:#}");
    assert_eq!(again["former"][0]["version"], 1, "{again:#}");
    assert_eq!(site.fsck()["entries"], size);

    let renewed = run(&site, "renew", NUMBER, &["--valid-to", "2036-11-21"]).exits(0).json();
    let third = file(&renewed, 0);
    assert!(third.contains(".003."), "{renewed:#}");
    let _ = assert_judged(&site, &third, &[], "VALID");
    let _ = assert_judged(&site, &new, &[], "SUPERSEDED");
    let status = site.on_node(&["licence", "status", NUMBER]).exits(0).json();
    assert_eq!((&status["version"], &status["valid_to"]), (&3.into(), &"2036-11-21".into()));
    site.fsck();
}

#[test]
fn a_reissued_licence_is_linked_to_the_old_one() {
    let (site, old, _) = minted();
    let number = "JY19999990099002";
    let report = run(&site, "reissue", NUMBER, &["--new-number", number]).exits(0).json();
    let new = file(&report, 0);
    assert!(new.contains(".001.") && new != old, "{report:#}");
    let _ = assert_judged(&site, &new, &[], "VALID");
    let _ = assert_judged(&site, &old, &[], "SUPERSEDED");
    let before = show(&site, NUMBER);
    assert_eq!((&before["life_cycle"], &before["verdict"]), (&"replaced".into(), &"SUPERSEDED".into()));
    assert_eq!(before["ground"], "样例决定书第1号", "the ground of the old one is that of its successor");
    let after = show(&site, number);
    assert_eq!((&after["life_cycle"], &after["version"]), (&"valid".into(), &1.into()));
    assert_eq!(field(&after, "licence_number"), number);

    let size = site.fsck()["entries"].clone();
    let again = run(&site, "reissue", NUMBER, &["--new-number", number]).exits(0).json();
    assert_eq!((&again["repeated"], site.fsck()["entries"].clone()), (&true.into(), size), "{again:#}");
    let other = run(&site, "reissue", NUMBER, &["--new-number", "JY19999990099003"]).exits(2);
    assert!(other.err.contains("313"), "what was replaced is not replaced again: {other:#?}");
    let _ = run(&site, "amend", NUMBER, &["--set", "address=示例路1号"]).exits(2);
    // The licence goes on under its new number.
    let amended = run(&site, "amend", number, &["--set", "address=示例路1号"]).exits(0).json();
    assert_eq!(amended["licences"][0]["version"], 2, "{amended:#}");
    let taken = run(&site, "reissue", number, &["--new-number", NUMBER]).exits(1).json();
    assert_eq!(taken[0]["cause"], "ledger_conflict", "{taken:#}");
    site.fsck();
}

#[test]
fn what_cannot_be_amended_is_named() {
    let (site, old, _) = minted();
    let size = site.fsck()["entries"].clone();
    let unknown = run(&site, "amend", "无此号", &["--set", "address=示例路1号"]).exits(1).json();
    assert_eq!(unknown["verdict"], "NOT_ANCHORED");
    let usage = |verb: &str, more: &[&str], said: &str| {
        let ran = run(&site, verb, NUMBER, more).exits(2);
        assert!(ran.err.contains(said), "{said}: {ran:#?}");
    };
    usage("amend", &["--set", "shoe_size=44"], "operator_name");
    usage("amend", &["--set", "licence_number=JY19999990099009"], "reissue");
    usage("amend", &["--set", "issuer_name=某局"], "发证机关");
    usage("amend", &["--set", "address=示例市和平路118号"], "没有改动");
    usage("amend", &[], "没有改动");
    usage("amend", &["--set", "address=示例路1号", "--part", "正页"], "--part");
    usage("renew", &["--valid-to", "2030-01-01"], "332");
    usage("renew", &["--valid-to", "2036-01-01", "--set", "valid_to=2037-01-01"], "--valid-to");
    let wrong = run(&site, "amend", NUMBER, &["--set", "credit_code=91999999MA0TE0018X"]).exits(1).json();
    assert_eq!((&wrong[0]["column"], &wrong[0]["cause"]), (&"统一社会信用代码".into(), &"credit_code_check".into()));
    let blank = run(&site, "amend", NUMBER, &["--set", "address="]).exits(1).json();
    assert_eq!(blank[0]["cause"], "mandatory_missing", "{blank:#}");
    let wrong = run(&site, "renew", NUMBER, &["--valid-to", "2036-02-31"]).exits(1).json();
    assert_eq!(wrong[0]["cause"], "date_impossible", "{wrong:#}");
    assert_eq!(site.fsck()["entries"], size, "nothing was recorded");
    let _ = assert_judged(&site, &old, &[], "VALID");

    let _ = site.on_node(&["licence", "revoke", NUMBER, "--ground", "样例"]).exits(0);
    usage("amend", &["--set", "address=示例路1号"], "(31");
    usage("renew", &["--valid-to", "2036-01-01"], "(31");
    usage("reissue", &["--new-number", "JY19999990099002"], "(31");
    site.fsck();
}

/// A preview shows what would be sealed, and leaves ledger and files as they are.
#[test]
fn a_preview_of_an_amendment_records_nothing() {
    let (site, old, _) = minted();
    let size = site.fsck()["entries"].clone();
    let set = format!("address={ADDRESS}");
    for (verb, more) in [
        ("amend", vec!["--set", set.as_str()]),
        ("renew", vec!["--valid-to", "2036-11-21"]),
        ("reissue", vec!["--new-number", "JY19999990099002"]),
    ] {
        let more: Vec<&str> = more.into_iter().chain(["--preview"]).collect();
        let pages = run(&site, verb, NUMBER, &more).exits(0).json();
        let page = std::fs::read(pages[0].as_str().unwrap()).unwrap();
        assert!(page.starts_with(b"\x89PNG"), "{verb}");
    }
    let wrong = run(&site, "renew", NUMBER, &["--valid-to", "2030-01-01", "--preview"]).exits(2);
    assert!(wrong.err.contains("332"), "{wrong:#?}");
    assert_eq!(site.fsck()["entries"], size);
    let _ = assert_judged(&site, &old, &[], "VALID");
    // The class of ground is the ledger's, not part of the sealed text.
    let _ = run(&site, "amend", NUMBER, &["--set", &set, "--ground-class", "correction"]).exits(0);
    let _ = run(&site, "amend", NUMBER, &["--set", "address=示例路2号", "--ground-class", "whim"]).exits(2);
    assert_eq!(show(&site, NUMBER)["ground"], "样例决定书第1号");
}

/// A licence that came from a register without a file is amended as data where no seal is in use; both parts of a twin together.
#[test]
fn licences_of_a_register_are_amended_as_data() {
    let site = Site::imported(41, 40, true);
    let valid = |name: &str| {
        let numbers = site.numbers(name).into_iter();
        let is_valid =
            |number: &String| site.on_node(&["licence", "status", number]).exits(0).json()["verdict"] == "VALID";
        numbers.into_iter().find(is_valid).unwrap()
    };
    let number = valid(FOOD);
    let report = run(&site, "amend", &number, &["--set", "address=示例路1号"]).exits(0).json();
    assert_eq!(report["licences"][0]["files"].as_array().unwrap().len(), 1, "only the proof: {report:#}");
    assert_eq!((field(&show(&site, &number), "address"), &report["former"][0]["proof"]), ("示例路1号", &Value::Null));
    let number = valid(BIRTH);
    let report = run(&site, "amend", &number, &["--set", "newborn_name=欧阳龑"]).exits(0).json();
    assert_eq!(report["licences"].as_array().unwrap().len(), 2, "{report:#}");
    for part in ["正页", "副联"] {
        let status = site.on_node(&["licence", "status", &number, "--part", part]).exits(0).json();
        assert_eq!((&status["version"], &status["verdict"]), (&2.into(), &"VALID".into()), "{status:#}");
    }
    site.fsck();
}

/// Killed when the new state stands on the ledger and before its first file is written: the same command again gives the files, and the
/// state is not recorded twice.
#[test]
fn an_amendment_that_is_killed_before_its_files_is_finished_by_repeating_it() {
    let (site, old, _) = minted();
    let set = format!("address={ADDRESS}");
    let entries = |site: &Site| site.fsck()["entries"].as_u64().unwrap();
    // How the new file is called: from an amendment of a copy.
    let name = {
        let (copy, out) = (site.copy_node("copy"), site.file("copied"));
        let data = copy.to_str().unwrap();
        let ran = zhengku(&amend_arguments(&set, data, &out)).exits(0).json();
        std::path::Path::new(&file(&ran, 0)).file_name().unwrap().to_str().unwrap().to_owned()
    };
    let (before, out, data) = (entries(&site), site.file("out"), site.data());
    let arguments = amend_arguments(&set, &data, &out);
    let is_recorded = || {
        let status = site.on_node(&["licence", "status", NUMBER]);
        status.code == Some(0) && status.json()["version"] == 2
    };
    killed_before_file(&arguments, &std::path::Path::new(&out).join(&name), is_recorded);
    let new = site.file(&format!("out/{name}"));
    assert!(!std::path::Path::new(&new).exists());
    assert_eq!(entries(&site), before + 1);

    for _ in 0..2 {
        let again = zhengku(&arguments).exits(0).json();
        assert_eq!((&again["repeated"], file(&again, 0)), (&true.into(), new.clone()), "{again:#}");
        assert_eq!(entries(&site), before + 1, "nothing is recorded twice");
    }
    let _ = assert_judged(&site, &new, &[], "VALID");
    let _ = assert_judged(&site, &old, &[], "SUPERSEDED");
}

fn amend_arguments<'a>(set: &'a str, data: &'a str, out: &'a str) -> Vec<&'a str> {
    let command = ["licence", "amend", NUMBER, "--ground", "样例决定书第1号", "--set", set];
    [&command[..], &["--out", out, "--data", data, "-o", "json"]].concat()
}

/// Runs a command and kills it when `is_recorded`, before it has written the file `path`: a pipe that nobody reads lies where the file is
/// made, and holds the command up there for as long as it takes.
fn killed_before_file(arguments: &[&str], path: &std::path::Path, is_recorded: impl Fn() -> bool) {
    let mut command = Command::new(binary("zhengku"));
    let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let part = path.with_added_extension(format!("part-{}", child.id()));
    assert!(Command::new("mkfifo").arg(&part).status().unwrap().success());
    while !is_recorded() {
        assert!(child.try_wait().unwrap().is_none(), "it ended without waiting at {}", part.display());
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    std::fs::remove_file(part).unwrap();
}

/// Both parts of a twin get a new number together, each with a file that supersedes its own former one.
#[test]
fn both_parts_of_a_twin_are_reissued() {
    let site = Site::empty();
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let out = site.file("out");
    let mut mint = vec!["licence", "mint", "--type", "出生医学证明", "--out", &out];
    let values = [
        "licence_number=Z990099001",
        "newborn_name=欧阳龑",
        "sex=女",
        "born_at=2026-11-20 06:42",
        "gestation_weeks=39+2",
        "weight_grams=3320",
        "mother_name=阿依古丽·买买提",
        "mother_citizen_number=999999199002280034",
        "issuer_code=12999999HP0000013G",
    ];
    mint.extend(values.into_iter().flat_map(|value| ["--set", value]));
    let files = |report: &Value| -> Vec<String> {
        let of = |licence: &Value| licence["files"][0].as_str().unwrap().to_owned();
        report["licences"].as_array().unwrap().iter().map(of).collect()
    };
    let old = files(&site.on_node(&mint).exits(0).json());
    assert_eq!(old.len(), 2);
    for one in &old {
        let _ = assert_judged(&site, one, &[], "VALID");
    }
    let before = site.fsck()["entries"].as_u64().unwrap();

    let report = run(&site, "reissue", "Z990099001", &["--new-number", "Z990099002"]).exits(0).json();
    let new = files(&report);
    assert_eq!((new.len(), report["former"].as_array().unwrap().len()), (2, 2), "{report:#}");
    assert!(new.iter().all(|one| !old.contains(one)));
    for one in &new {
        let _ = assert_judged(&site, one, &[], "VALID");
    }
    // By the proofs that were written beside them anew.
    for one in &old {
        let _ = assert_judged(&site, one, &[], "SUPERSEDED");
    }
    for part in ["正页", "副联"] {
        let state = |number: &str| site.on_node(&["licence", "show", number, "--part", part]).exits(0).json();
        let (former, after) = (state("Z990099001"), state("Z990099002"));
        assert_eq!((&former["life_cycle"], &former["verdict"]), (&"replaced".into(), &"SUPERSEDED".into()), "{part}");
        assert_eq!((&after["life_cycle"], &after["verdict"]), (&"valid".into(), &"VALID".into()), "{part}");
        assert_eq!((field(&after, "licence_number"), field(&after, "newborn_name")), ("Z990099002", "欧阳龑"));
    }
    let size = site.fsck()["entries"].as_u64().unwrap();
    assert_eq!(size, before + 4, "two successors, and two former ones that name them");
    let again = run(&site, "reissue", "Z990099001", &["--new-number", "Z990099002"]).exits(0).json();
    assert_eq!((&again["repeated"], files(&again)), (&true.into(), new));
    assert_eq!(site.fsck()["entries"].as_u64().unwrap(), size);
}
