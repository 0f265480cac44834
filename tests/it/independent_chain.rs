//! Proofs, receipts, checkpoints and histories of a ledger whose validators change: `zhengku-verify` and the verifier in Python give the
//! same verdict and the same checks, for honest files and for planted errors.

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;
use zhengku_crypto::digest::sha256;
use zhengku_ledger::block::Certificate;
use zhengku_ledger::checkpoint::{Checkpoint, Extension};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::handover::Handover;
use zhengku_ledger::ids::{Height, OrganisationNumber};
use zhengku_tests::files::text;
use zhengku_tests::forge::{Forge, HEIGHT, START_MS, members_at, set_of};
use zhengku_tests::run::{finish, verify};

/// A day after the ledger's start.
const NOW: u64 = START_MS + 86_400_000;

struct Desk {
    directory: TempDir,
    forge: Forge,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { directory: TempDir::new().unwrap(), forge: Forge::default() };
        std::fs::write(desk.path("trust.json"), desk.forge.trust().to_string()).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The verdict of both verifiers, which must agree in every check.
    #[track_caller]
    fn judge(&self, content: impl AsRef<[u8]>, history: Option<&str>, more: &[&str]) -> Judged {
        let (file, trust, kept) = (self.path("file.txt"), self.path("trust.json"), self.path("history.txt"));
        std::fs::write(&file, content).unwrap();
        let now = NOW.to_string();
        let mut arguments = vec![text(&file), "--trust", text(&trust), "--at", &now];
        if let Some(history) = history {
            std::fs::write(&kept, history).unwrap();
            arguments.extend(["--history", text(&kept)]);
        }
        arguments.extend(more);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/independent/verify.py");
        let theirs = finish(Command::new("python3").arg(script).args(&arguments));
        arguments.extend(["-o", "json"]);
        let ours = verify(&arguments);
        assert_eq!(ours.code, theirs.code, "ours {ours:#?}\ntheirs {theirs:#?}");
        let (ours, theirs) = (Judged::of(&ours.json()), Judged::of(&theirs.json()));
        assert_eq!(ours, theirs);
        ours
    }

    fn history(&self) -> String {
        self.forge.history(self.forge.handovers())
    }
}

/// A verdict, and the checks that did not pass.
#[derive(Debug, PartialEq, Eq)]
struct Judged {
    verdict: String,
    checks: Vec<String>,
    failed: Vec<String>,
}

impl Judged {
    fn of(report: &Value) -> Self {
        let checks = report["checks"].as_array().unwrap();
        let name = |check: &Value| check["check"].as_str().unwrap().to_owned();
        let failed = checks.iter().filter(|check| check["state"] != "passed").map(name).collect();
        let verdict = report["verdict"].as_str().unwrap().to_owned();
        Self { verdict, checks: checks.iter().map(name).collect(), failed }
    }

    #[track_caller]
    fn is(&self, verdict: &str, failed: &[&str]) {
        assert_eq!(
            (self.verdict.as_str(), self.failed.iter().map(String::as_str).collect::<Vec<_>>()),
            (verdict, failed.to_vec())
        );
    }
}

#[test]
fn licence_proofs_under_every_set() {
    let desk = Desk::new();
    let history = desk.history();
    for height in [1, 4, 5, 8, 9, HEIGHT] {
        let file = desk.forge.proof(height, 50).to_file();
        desk.judge(&file, Some(&history), &[]).is("VALID", &[]);
        let alone = desk.judge(&file, None, &[]);
        if height <= 4 {
            alone.is("VALID", &[]);
        } else {
            // The votes of the first set's members at other places of a larger set do not verify under the trusted one.
            assert_eq!(alone.verdict, "UNTRUSTED", "height {height}");
        }
    }
    let superseded = desk.forge.proof(9, 3).to_file();
    desk.judge(superseded, Some(&history), &[]).is("SUPERSEDED", &["currency"]);
    // Current still when it was proven.
    desk.judge(desk.forge.proof(1, 3).to_file(), Some(&history), &[]).is("VALID", &[]);
    let suspended = desk.forge.proof(9, 1399).to_file();
    desk.judge(suspended, Some(&history), &[]).is("SUSPENDED", &["status"]);
    let mut foreign = desk.forge.proof(9, 50);
    foreign.licence.path = desk.forge.proof(8, 50).licence.path;
    desk.judge(foreign.to_file(), Some(&history), &[]).is("TAMPERED", &["inclusion"]);
    let mut moved = desk.forge.proof(9, 50);
    moved.licence.currency = desk.forge.proof(9, 5_000).licence.currency;
    desk.judge(moved.to_file(), Some(&history), &[]).is("TAMPERED", &["currency"]);
    let mut few = desk.forge.proof(9, 50);
    few.certificate = desk.forge.certificate(&few.header, &members_at(9)[..4]);
    desk.judge(few.to_file(), Some(&history), &[]).is("UNTRUSTED", &["certificate"]);
    let mut other = desk.forge.proof(9, 50);
    other.header.log_root = sha256(b"another log");
    other.certificate = desk.forge.certificate(&other.header, members_at(9));
    assert_eq!(desk.judge(other.to_file(), Some(&history), &[]).verdict, "TAMPERED");
}

/// What stands in for the history: none, too old, damaged, of another ledger, with a link that is not certified.
#[test]
fn histories_and_planted_errors() {
    let desk = Desk::new();
    let forge = &desk.forge;
    let proof = forge.proof(9, 50).to_file();
    desk.judge(desk.history(), None, &[]).is("VALID", &[]);
    desk.judge(forge.history(vec![]), None, &[]).is("VALID", &[]);
    let old = forge.history(forge.handovers()[..1].to_vec());
    desk.judge(&old, None, &[]).is("VALID", &[]);
    assert_eq!(desk.judge(&proof, Some(&old), &[]).verdict, "UNTRUSTED");
    let broken = |change: &dyn Fn(&mut Vec<Handover>)| {
        let mut handovers = forge.handovers();
        change(&mut handovers);
        let history = forge.history(handovers);
        desk.judge(&history, None, &[]).is("UNTRUSTED", &["history"]);
        let judged = desk.judge(&proof, Some(&history), &[]);
        assert_eq!(judged.verdict, "UNTRUSTED");
        assert!(judged.failed.starts_with(&["history".to_owned()]), "{judged:?}");
    };
    broken(&|all| drop(all.remove(0)));
    broken(&|all| all.swap(0, 1));
    broken(&|all| all.push(all[1].clone()));
    broken(&|all| all[1].next = set_of(&[8, 9]));
    broken(&|all| all[1].certificate = all[0].certificate.clone());
    broken(&|all| all[1].certificate = forge.certificate(&all[1].header, &members_at(8)[..4]));
    broken(&|all| all[0].header.height = Height(3));
    broken(&|all| {
        all[1].header.height = Height(3);
        all[1].certificate = voted(forge, all, 1);
    });
    broken(&|all| {
        all[1].header.time.0 = START_MS;
        all[1].certificate = voted(forge, all, 1);
    });
    broken(&|all| {
        all[1].header.next_validators = set_of(&[8, 9]).digest();
        all[1].certificate = voted(forge, all, 1);
    });
    let elsewhere = Forge::new("another ledger");
    let foreign = elsewhere.history(elsewhere.handovers());
    desk.judge(&foreign, None, &[]).is("UNTRUSTED", &["history"]);
    let damaged = desk.history().replacen("block 5", "block 6", 1);
    desk.judge(&damaged, None, &[]).is("TAMPERED", &["file"]);
    assert_eq!(desk.judge(&proof, Some(&damaged), &[]).verdict, "TAMPERED");
    assert_eq!(desk.judge(&proof, Some("not a history"), &[]).verdict, "UNTRUSTED");
    desk.judge(forge.proof(3, 50).to_file(), Some("not a history"), &[]).is("UNVERIFIABLE", &["history"]);
    desk.judge(desk.history().replacen("HISTORY 1", "HISTORY 2", 1), None, &[]).is("UNVERIFIABLE", &["file"]);
}

/// All votes of the set of height 8 for a changed header, at their true places.
fn voted(forge: &Forge, handovers: &[Handover], place: usize) -> Certificate {
    let header = &handovers[place].header;
    let at_eight = forge.certificate(&forge.header(8), members_at(8));
    let vote = |number: &u8| {
        let signer = zhengku_tests::forge::validator_key(*number);
        zhengku_ledger::block::Vote::sign(forge.chain(), header.height, 0, header.id(), u16::from(*number), &signer)
            .unwrap()
    };
    let votes = Bounded::new(members_at(8).iter().map(vote).collect()).unwrap();
    Certificate { height: header.height, block: header.id(), votes, ..at_eight }
}

#[test]
fn receipts_and_planted_errors() {
    let desk = Desk::new();
    let (forge, history) = (&desk.forge, desk.history());
    for height in [2, 6, HEIGHT] {
        for place in 0..5 {
            desk.judge(forge.receipt(height, place).to_file(), Some(&history), &[]).is("VALID", &[]);
        }
    }
    assert_eq!(desk.judge(forge.receipt(6, 0).to_file(), None, &[]).verdict, "UNTRUSTED");
    let (honest, other) = (forge.receipt(6, 2), forge.receipt(6, 4));
    let judged = |change: &dyn Fn(&mut zhengku_ledger::receipt::Receipt)| {
        let mut receipt = honest.clone();
        change(&mut receipt);
        desk.judge(receipt.to_file(), Some(&history), &[])
    };
    judged(&|one| one.outcome = other.outcome).is("TAMPERED", &["outcome"]);
    judged(&|one| (one.outcome, one.outcome_path) = (other.outcome, other.outcome_path.clone()))
        .is("TAMPERED", &["outcome"]);
    judged(&|one| one.place = 4).is("TAMPERED", &["transaction", "outcome"]);
    judged(&|one| one.place = 5).is("TAMPERED", &["transaction", "outcome"]);
    judged(&|one| one.signature = other.signature).is("TAMPERED", &["submitter", "transaction"]);
    judged(&|one| (one.envelope, one.signature) = (other.envelope.clone(), other.signature))
        .is("TAMPERED", &["transaction"]);
    judged(&|one| one.envelope.organisation = OrganisationNumber(3)).is("TAMPERED", &["submitter", "transaction"]);
    judged(&|one| drop(one.transaction_path.split_off(1))).is("TAMPERED", &["transaction"]);
    judged(&|one| one.outcome_path.push(sha256(b"surplus"))).is("TAMPERED", &["outcome"]);
    judged(&|one| one.header.transaction_count = 6).is("TAMPERED", &["certificate"]);
    judged(&|one| one.certificate = forge.certificate(&one.header, &members_at(6)[..4]))
        .is("UNTRUSTED", &["certificate"]);
    let sm2 = forge.receipt(6, 1);
    let mut forged = sm2.clone();
    forged.envelope.count = 2;
    desk.judge(forged.to_file(), Some(&history), &[]).is("TAMPERED", &["submitter", "transaction"]);
    let file = honest.to_file();
    let transaction = honest.transaction().to_string();
    for (expected, verdict) in [
        ("organisation=2".to_owned(), "VALID"),
        ("organisation=3".to_owned(), "NOT_ANCHORED"),
        (format!("transaction={transaction}"), "VALID"),
        (format!("idempotency_key={transaction}"), "NOT_ANCHORED"),
        ("outcome=rejected".to_owned(), "VALID"),
        ("outcome=applied".to_owned(), "NOT_ANCHORED"),
        ("colour=red".to_owned(), "UNVERIFIABLE"),
    ] {
        let judged = desk.judge(&file, Some(&history), &["--expect", &expected]);
        assert_eq!(judged.verdict, verdict, "{expected}");
    }
    desk.judge(&file, Some(&history), &["--max-age", "1h"]).is("UNVERIFIABLE", &["freshness"]);
    desk.judge(file.replacen("code 207", "code 208", 1), Some(&history), &[]).is("TAMPERED", &["file"]);
    desk.judge(file.replacen("RECEIPT 1", "RECEIPT 9", 1), Some(&history), &[]).is("UNVERIFIABLE", &["file"]);
}

#[test]
fn checkpoints_and_extensions_with_planted_errors() {
    let desk = Desk::new();
    let (forge, history) = (&desk.forge, desk.history());
    for (old, new) in [(1, 2), (3, 3), (4, 5), (2, HEIGHT), (8, 9)] {
        desk.judge(forge.extension(old, new).to_file(), Some(&history), &[]).is("VALID", &[]);
    }
    for height in [1, 5, 9] {
        let note = forge.checkpoint(height, members_at(height)).text();
        desk.judge(&note, Some(&history), &[]).is("VALID", &[]);
        desk.judge(note.replacen("height ", "height 1", 1), Some(&history), &[]).is("TAMPERED", &["certificate"]);
        desk.judge(note.replacen("\ntime", "\nTime", 1), Some(&history), &[]).is("TAMPERED", &["file"]);
        let lines: Vec<&str> = note.lines().collect();
        let few = format!("{}\n", lines[..8].join("\n"));
        desk.judge(few, Some(&history), &[]).is("UNTRUSTED", &["certificate"]);
        let stranger = format!("{note}— witness.example/w 3q2+7wE=\n");
        desk.judge(stranger, Some(&history), &[]).is("VALID", &[]);
        let repeated = format!("{}\n{}\n{}\n", lines[..8].join("\n"), lines[7], lines[6]);
        desk.judge(repeated, Some(&history), &[]).is("UNTRUSTED", &["certificate"]);
    }
    let honest = forge.extension(4, 9);
    let judged = |change: &dyn Fn(&mut Extension)| {
        let mut extension = honest.clone();
        change(&mut extension);
        desk.judge(extension.to_file(), Some(&history), &[])
    };
    judged(&|one| one.path[0] = sha256(b"other")).is("TAMPERED", &["consistency"]);
    judged(&|one| one.path.push(sha256(b"surplus"))).is("TAMPERED", &["consistency"]);
    judged(&|one| one.path.truncate(1)).is("TAMPERED", &["consistency"]);
    judged(&|one| one.path.clear()).is("TAMPERED", &["consistency"]);
    judged(&|one| std::mem::swap(&mut one.old, &mut one.new)).is("TAMPERED", &["consistency"]);
    judged(&|one| one.old = forge.checkpoint(3, members_at(3))).is("TAMPERED", &["consistency"]);
    let rewritten = Checkpoint { root: sha256(b"another log"), ..honest.new.checkpoint().clone() };
    judged(&|one| one.new = Forge::sign(rewritten.clone(), members_at(9))).is("TAMPERED", &["consistency"]);
    let fork = Extension { old: Forge::sign(rewritten.clone(), members_at(9)), path: vec![], ..honest.clone() };
    desk.judge(fork.to_file(), Some(&history), &[]).is("TAMPERED", &["consistency"]);
    // Without the history the trusted set judges: three of its four members still sign at height 9, or only one of them.
    desk.judge(honest.to_file(), None, &[]).is("VALID", &[]);
    let strangers = Extension { new: forge.checkpoint(9, &[3, 4, 5, 6, 7]), ..honest.clone() };
    desk.judge(strangers.to_file(), None, &[]).is("UNTRUSTED", &["newer"]);
    desk.judge(strangers.to_file(), Some(&history), &[]).is("VALID", &[]);
    let elsewhere = Forge::new("another ledger");
    let foreign = elsewhere.extension(4, 9).to_file();
    desk.judge(foreign, Some(&history), &[]).is("UNTRUSTED", &["ledger", "older", "newer"]);
    desk.judge(honest.to_file(), Some(&history), &["--max-age", "1h"]).is("UNVERIFIABLE", &["freshness"]);
}

/// A byte changed anywhere in a file of each kind: never VALID, and both verifiers agree.
#[test]
fn bytes_changed_in_every_kind() {
    let desk = Desk::new();
    let (forge, history) = (&desk.forge, desk.history());
    let note = forge.checkpoint(9, &members_at(9)[..5]).text();
    for file in [forge.receipt(9, 1).to_file(), forge.extension(4, 9).to_file(), history.clone(), note] {
        let bytes = file.into_bytes();
        for place in (3..bytes.len()).step_by(bytes.len() / 9) {
            let mut bad = bytes.clone();
            bad[place] ^= 1;
            assert_ne!(desk.judge(&bad, Some(&history), &[]).verdict, "VALID", "byte {place}");
        }
    }
}

/// The examples of the specification are what is written today, and both verifiers accept them.
#[test]
fn the_committed_examples() {
    let (forge, desk) = (Forge::new("example"), Desk::new());
    let committed = |name: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/spec/vectors").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    std::fs::write(desk.path("trust.json"), committed("example-chain-trust.json")).unwrap();
    let history = committed("example-history.txt");
    assert_eq!(history, forge.history(forge.handovers()));
    assert_eq!(committed("example-receipt.txt"), forge.receipt(6, 2).to_file());
    assert_eq!(committed("example-extension.txt"), forge.extension(4, 9).to_file());
    assert_eq!(committed("example-checkpoint.txt"), forge.checkpoint(9, &members_at(9)[..5]).text());
    for name in ["example-receipt.txt", "example-extension.txt", "example-checkpoint.txt", "example-history.txt"] {
        desk.judge(committed(name), Some(&history), &[]).is("VALID", &[]);
    }
}
