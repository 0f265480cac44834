//! The verifier in Python, written from docs/spec alone, against `zhengku-verify`: the same verdicts.

use serde_json::Value;
use std::path::Path;
use std::process::Command;
use zhengku_tests::files::text;
use zhengku_tests::run::{finish, verify};
use zhengku_tests::site::{BIRTH, FOOD, MARRIAGE, RESIDENCE, Site};

fn independent(proof: &str, trust: &str, now: Option<&str>) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/independent/verify_proof.py");
    let mut command = Command::new("python3");
    command.args([script, proof, "--trust", trust]);
    if let Some(now) = now {
        command.args(["--now", now]);
    }
    let ran = finish(&mut command);
    let report = ran.json();
    assert_eq!(ran.code, Some(i32::from(report["verdict"] != "VALID")), "{ran:#?}");
    report
}

/// Both verifiers; they must agree.
#[track_caller]
fn verdict(proof: &str, trust: &str, now: Option<&str>) -> String {
    let mut arguments = vec![proof, "--trust", trust, "-o", "json"];
    arguments.extend(now.iter().flat_map(|now| ["--at", *now]));
    let ours = verify(&arguments).json();
    let theirs = independent(proof, trust, now);
    assert_eq!(ours["verdict"], theirs["verdict"], "ours {ours:#}\ntheirs {theirs:#}");
    ours["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn proofs_of_every_verdict() {
    let site = Site::imported(60, 30, true);
    let trust = site.trust();
    // Issued under SM2 (居住证) and under ed25519.
    for register in [BIRTH, MARRIAGE, FOOD, RESIDENCE] {
        let number = site.numbers(register)[2].clone();
        let proof = site.prove(&number, "any.txt");
        assert!(["VALID", "EXPIRED", "REVOKED", "NOT_YET_VALID"].contains(&&*verdict(&proof, &trust, None)));
    }
    let numbers = site.numbers(BIRTH);
    let number = &numbers[0];
    let valid = site.prove(number, "valid.txt");
    assert_eq!(verdict(&valid, &trust, None), "VALID");
    let out = site.file("all.txt");
    let _ = site.on_node(&["licence", "prove", number, "--out", &out, "--fields", "all"]).exits(0);
    assert_eq!(verdict(&out, &trust, None), "VALID");
    let _ = site.on_node(&["licence", "suspend", number, "--ground", "样例"]).exits(0);
    assert_eq!(verdict(&site.prove(number, "suspended.txt"), &trust, None), "SUSPENDED");
    let _ = site.on_node(&["licence", "revoke", number, "--ground", "样例"]).exits(0);
    assert_eq!(verdict(&site.prove(number, "revoked.txt"), &trust, None), "REVOKED");
    assert_eq!(verdict(&valid, &trust, None), "VALID", "as of its own height");
    let expiring = site.prove(&site.numbers(FOOD)[0], "food.txt");
    assert_eq!(verdict(&expiring, &trust, Some("4102444800000")), "EXPIRED");
    let other = Site::empty();
    assert_eq!(verdict(&valid, &other.trust(), None), "UNTRUSTED");
}

#[test]
fn tampered_proofs() {
    let site = Site::imported(61, 20, true);
    let proof = site.prove(&site.numbers(BIRTH)[0], "proof.txt");
    let bytes = std::fs::read(&proof).unwrap();
    let mut verdicts = std::collections::BTreeSet::new();
    for place in (3..bytes.len()).step_by(bytes.len() / 12) {
        let mut bad = bytes.clone();
        bad[place] ^= 1;
        std::fs::write(&proof, &bad).unwrap();
        let verdict = verdict(&proof, &site.trust(), None);
        assert_ne!(verdict, "VALID", "byte {place}");
        verdicts.insert(verdict);
    }
    assert!(verdicts.contains("TAMPERED"), "{verdicts:?}");
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&proof, &bytes[..cut]).unwrap();
        assert_ne!(verdict(&proof, &site.trust(), None), "VALID", "cut at {cut}");
    }
}

#[test]
fn the_committed_example() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/spec/vectors");
    let (proof, trust) = (vectors.join("example-proof.txt"), vectors.join("example-trust.json"));
    let (proof, trust) = (text(&proof), text(&trust));
    let years = ["1795305600000", "2426457600000"];
    for now in years {
        let verdict = verdict(proof, trust, Some(now));
        assert!(["VALID", "EXPIRED"].contains(&&*verdict), "{verdict}");
    }
}
