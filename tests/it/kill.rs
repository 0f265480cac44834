//! An import that is killed again and again, and resumed to its end, leaves what an undisturbed import leaves.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use zhengku_ledger::ids::LogIndex;
use zhengku_ledger::state::StateView;
use zhengku_library::face::FaceRecord;
use zhengku_node::Node;
use zhengku_node::audit::{audit, records_of};
use zhengku_node::layout::Layout;
use zhengku_store::{OpenMode, StoreOptions};
use zhengku_tests::dice::Dice;
use zhengku_tests::files::{bytes, text};
use zhengku_tests::run::{binary, zhengku};
use zhengku_tests::site::{FIRST_ENTRIES, MARRIAGE, Site};

const ROWS: u64 = 20_000;
const KILLS: usize = 10;
const SEED: u64 = 0x6b69_6c6c;
const SIGKILL: i32 = 9;

/// Everything an import leaves, without what is random in every run: key, place-independent state, and the face in the clear.
fn content(data: &Path) -> BTreeSet<String> {
    let node = Node::open(&Layout::new(data), OpenMode::Write, &StoreOptions::default()).unwrap();
    let view = node.store().view();
    let mut found = BTreeSet::new();
    let mut named = 0_u64;
    for index in (0..view.tip().header.log_size).map(LogIndex) {
        let entry = view.entry(index).unwrap();
        let Some(licence) = entry.licence() else { continue };
        named += records_of(licence).count() as u64;
        let sealed = node.vault().open_record(&licence.record.sha256, &entry.key, licence.version).unwrap();
        let face = FaceRecord::decode(&sealed).unwrap();
        let fields: Vec<String> = face.fields.iter().map(|field| format!("{}={}", field.key, field.value)).collect();
        let state = format!("{:?} {:?} {:?}", licence.status, licence.valid_from, licence.holders);
        let is_new = found.insert(format!("{} {} {state} {fields:?}", entry.key, face.number));
        assert!(is_new, "entry {index} repeats a licence");
    }
    let counts = node.vault().counts().unwrap();
    assert_eq!((counts.records, counts.pending_batches), (named, 0), "no orphan in the vault, nothing pending");
    let audit = audit(&node, |_| ());
    assert_eq!(audit.problem, None);
    assert_eq!(audit.records, named);
    found
}

/// Starts the import and kills it when the node's files have grown by `growth` bytes. False when it ended before.
fn killed_import(register: &str, data: &Path, growth: u64) -> bool {
    let mut command = Command::new(binary("zhengku"));
    command.args(["import", register, "--data", text(data), "-o", "json"]).stdout(Stdio::null()).stderr(Stdio::null());
    let size = || bytes(&data.join("ledger")) + bytes(&data.join("vault")) + bytes(&data.join("signed"));
    let mut child = command.spawn().unwrap();
    let start = size();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if size() > start + growth {
            break;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap().signal() == Some(SIGKILL)
}

/// Nodes that an import may finish on before the kills are done: a fast machine outruns the moment of a kill now and then.
const NODES: usize = 10;

#[test]
fn ten_kills_and_a_resumption_leave_the_same_set() {
    let site = Site::with_registers(30, ROWS, true);
    let undisturbed = site.copy_node("undisturbed");
    let register = site.register(MARRIAGE);
    let import =
        |node: &Path| zhengku(&["import", text(&register), "--data", text(node), "-o", "json"]).exits(0).json();
    let before = bytes(&undisturbed);
    assert_eq!(import(&undisturbed)["accepted"], ROWS);
    let total = bytes(&undisturbed) - before;
    let expected = content(&undisturbed);
    let mut dice = Dice::new(SEED);
    let mut kills = 0;
    for number in 0..NODES {
        let node = site.copy_node(&format!("killed-{number}"));
        while kills < KILLS && killed_import(text(&register), &node, dice.below(total / 12)) {
            kills += 1;
        }
        same_set(&import(&node), &content(&node), &expected);
        let again = import(&node);
        assert_eq!((&again["repeated"], &again["log_size"]), (&ROWS.into(), &(ROWS + FIRST_ENTRIES).into()));
        if kills == KILLS {
            return;
        }
    }
    panic!("only {kills} kills hit an import that was running");
}

fn same_set(resumed: &serde_json::Value, actual: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let count = |name: &str| resumed[name].as_u64().unwrap();
    assert_eq!(count("accepted") + count("repeated"), ROWS, "{resumed:#}");
    assert_eq!(count("log_size"), ROWS + FIRST_ENTRIES);
    assert_eq!(actual.len() as u64, ROWS);
    assert!(actual == expected, "{:?}", actual.symmetric_difference(expected).take(3).collect::<Vec<_>>());
    // The comparison notices a single missing and a single changed licence.
    let mut lost = expected.clone();
    let one = lost.pop_last().unwrap();
    assert!(*actual != lost);
    lost.insert(one.replacen("Valid", "Suspended", 1) + " ");
    assert!(*actual != lost);
}

#[test]
fn a_vault_that_lost_a_record_is_noticed() {
    let site = Site::with_registers(31, 50, true);
    let _ = site.import(&[MARRIAGE]).exits(0);
    let old_vault = site.path().join("old-vault");
    zhengku_tests::files::copy_tree(&site.node().join("vault"), &old_vault);
    let _ = site.on_node(&["licence", "revoke", &site.numbers(MARRIAGE)[0], "--ground", "样例"]);
    zhengku_tests::files::replace_tree(&old_vault, &site.node().join("vault"));
    let report = site.on_node(&["ledger", "fsck"]).exits(1).json();
    assert!(report["problem"].as_str().unwrap().contains("vault"), "{report}");
}
