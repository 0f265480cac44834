//! Proving, changing and erasing licences.

use super::{assert_verdict, judged};
use zhengku_tests::register::rows;
use zhengku_tests::run::{verify, zhengku, zhengku_reading};
use zhengku_tests::site::{BIRTH, FOOD, MARRIAGE, RESIDENCE, Site};

/// The year 2100.
const FAR_FUTURE_MS: &str = "4102444800000";

#[test]
fn a_licence_is_proven_revoked_and_proven_again() {
    let site = Site::imported(20, 200, true);
    let (trust, number) = (site.trust(), site.numbers(BIRTH)[3].clone());
    let old = site.prove(&number, "old.txt");
    assert_verdict(&old, &trust, "VALID");
    let minted = judged(&old, &trust, &[]).1["height"].as_u64().unwrap();
    let answer = site.on_node(&["licence", "revoke", &number, "--ground", "样例决定书第1号"]).exits(0).json();
    assert_eq!(answer["verdict"], "REVOKED");
    let status = site.on_node(&["licence", "status", &number]).exits(0).json();
    assert_eq!((&status["verdict"], &status["life_cycle"]), (&"REVOKED".into(), &"cancelled".into()));
    let fresh = site.prove(&number, "fresh.txt");
    assert_verdict(&fresh, &trust, "REVOKED");
    let (code, report) = judged(&old, &trust, &["--at", FAR_FUTURE_MS]);
    assert_eq!((code, report["height"].as_u64()), (0, Some(minted)), "the old proof still speaks of its own height");
    assert!(report["age_s"].as_u64().unwrap() > 70 * 365 * 86_400, "{report:#}");
    assert!(
        verify(&[&old, "--trust", &trust, "--at", FAR_FUTURE_MS, "--lang", "en"]).exits(0).out.contains("days ago")
    );
    let (code, report) = judged(&old, &trust, &["--at", FAR_FUTURE_MS, "--max-age", "1h"]);
    assert_eq!(code, 1, "{report:#}");
    let stale =
        report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "freshness").unwrap().clone();
    assert_ne!(stale["state"], "passed", "{report:#}");
    let out = site.file("historic.txt");
    let height = minted.to_string();
    let _ = site.on_node(&["licence", "prove", &number, "--out", &out, "--height", &height]).exits(0);
    let (code, report) = judged(&out, &trust, &[]);
    assert_eq!((code, report["height"].as_u64()), (0, Some(minted)));
    let show = site.on_node(&["licence", "show", &number]).exits(0).json();
    assert_eq!(show["ground"], "样例决定书第1号");
    assert_eq!(show["history"].as_array().unwrap().len(), 2);
    site.fsck();
}

#[test]
fn no_flipped_byte_is_valid() {
    let site = Site::imported(21, 40, true);
    let proof = site.prove(&site.numbers(FOOD)[0], "proof.txt");
    let bytes = std::fs::read(&proof).unwrap();
    // The exhaustive flip is in the ledger's own tests; here some places through the binary.
    for place in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut bad = bytes.clone();
        bad[place] ^= 1;
        std::fs::write(&proof, &bad).unwrap();
        let (code, report) = judged(&proof, &site.trust(), &[]);
        assert_eq!(code, 1, "byte {place}: {report:#}");
        assert_ne!(report["verdict"], "VALID");
    }
    let middle = bytes.len() / 2;
    let mut bad = bytes;
    bad[middle] = if bad[middle] == b'A' { b'B' } else { b'A' };
    std::fs::write(&proof, &bad).unwrap();
    assert_verdict(&proof, &site.trust(), "TAMPERED");
}

#[test]
fn suspending_and_resuming() {
    let site = Site::imported(22, 40, true);
    let number = site.numbers(FOOD)[5].clone();
    let change = |verb: &str| site.on_node(&["licence", verb, &number, "--ground", "样例"]);
    assert_eq!(change("suspend").exits(0).json()["verdict"], "SUSPENDED");
    assert_verdict(&site.prove(&number, "a.txt"), &site.trust(), "SUSPENDED");
    let twice = change("suspend").exits(2);
    assert!(twice.err.contains("错误:"), "{twice:#?}");
    let _ = change("resume").exits(0);
    assert_verdict(&site.prove(&number, "b.txt"), &site.trust(), "VALID");
    let _ = change("resume").exits(2);
    let end = site.on_node(&["licence", "revoke", &number, "--kind", "withdraw", "--ground", "样例"]).exits(0).json();
    assert_eq!(end["life_cycle"], "withdrawn");
    for verb in ["suspend", "resume", "revoke"] {
        let _ = change(verb).exits(2);
    }
    assert_eq!(site.fsck()["entries"], site.on_node(&["ledger", "status"]).exits(0).json()["log_size"]);
}

#[test]
fn both_parts_of_a_twin_and_both_spouses() {
    let site = Site::imported(23, 60, true);
    let number = site.numbers(BIRTH)[0].clone();
    let part = |name: &str| site.on_node(&["licence", "status", &number, "--part", name]).exits(0).json();
    let (main, counterfoil) = (part("正页"), part("副联"));
    assert_ne!(main["entry"], counterfoil["entry"]);
    assert_eq!((&main["part"], &counterfoil["part"]), (&"正页".into(), &"副联".into()));
    let out = site.file("counterfoil.txt");
    let _ = site.on_node(&["licence", "prove", &number, "--part", "副联", "--out", &out]).exits(0);
    assert_verdict(&out, &site.trust(), "VALID");
    let register = rows(&site.register(MARRIAGE));
    let status = site.on_node(&["licence", "status", &register[1][0]]).exits(0).json();
    for spouse in [&register[1][2], &register[1][4]] {
        let listed = site.on_node(&["licence", "list", "--holder", spouse]).exits(0).json();
        let entries: Vec<_> = listed.as_array().unwrap().iter().map(|line| line["entry"].clone()).collect();
        assert!(entries.contains(&status["entry"]), "{listed:#}");
        let data = site.data();
        let piped =
            zhengku_reading(&["licence", "list", "--holder", "-", "--data", &data, "-o", "json"], spouse).exits(0);
        assert_eq!(piped.json(), listed);
    }
    let nobody = site.on_node(&["licence", "list", "--holder", "999999190001010000"]).exits(0).json();
    assert_eq!(nobody.as_array().unwrap().len(), 0);
    // A body's licence, by its credit code alone: a number says itself what it can be.
    let register = rows(&site.register(FOOD));
    let (licence, code) = (site.on_node(&["licence", "status", &register[1][0]]).exits(0).json(), &register[1][2]);
    let listed = |more: &[&str]| {
        let all = site.on_node(&[&["licence", "list", "--holder", code.as_str()][..], more].concat()).exits(0).json();
        all.as_array().unwrap().iter().any(|line| line["entry"] == licence["entry"])
    };
    assert!(listed(&[]) && listed(&["--holder-kind", "001"]) && !listed(&["--holder-kind", "111"]));
}

#[test]
fn an_erased_face_is_gone_and_every_proof_stays() {
    let site = Site::imported(24, 60, true);
    let numbers = site.numbers(RESIDENCE);
    let (gone, kept) = (&numbers[2], &numbers[3]);
    let register = rows(&site.register(RESIDENCE));
    let shown = site.on_node(&["licence", "show", gone]).exits(0);
    assert!(shown.out.contains(&register[3][1]), "the name is shown before");
    let before = site.prove(gone, "before.txt");
    let verdict = judged(&before, &site.trust(), &[]).1["verdict"].as_str().unwrap().to_owned();
    assert_eq!(site.on_node(&["licence", "erase", gone, "--yes"]).exits(0).json()["erased_records"], 1);
    let shown = site.on_node(&["licence", "show", gone]).exits(0);
    assert_eq!(shown.json()["erased"], true);
    assert!(!shown.out.contains(&register[3][1]), "the name is gone");
    assert_verdict(&before, &site.trust(), &verdict);
    assert_verdict(&site.prove(gone, "after.txt"), &site.trust(), &verdict);
    let other = judged(&site.prove(kept, "kept.txt"), &site.trust(), &[]).1;
    assert!(["VALID", "EXPIRED", "NOT_YET_VALID"].contains(&other["verdict"].as_str().unwrap()), "{other:#}");
    assert_eq!(site.fsck()["erased"], 1);
    let _ = site.on_node(&["licence", "erase", gone, "--yes"]).exits(0);
    assert_eq!(site.fsck()["erased"], 1, "erasing again changes nothing");
    let again = site.import(&[RESIDENCE]).exits(0).json();
    assert_eq!(
        (&again["repeated"], &again["accepted"]),
        (&60.into(), &0.into()),
        "an erased licence is not minted again"
    );
}

#[test]
fn what_is_not_there_and_what_is_wrong_usage() {
    let site = Site::imported(25, 20, true);
    for verb in [&["licence", "status", "无此号"][..], &["licence", "show", "无此号"], &["licence", "erase", "无此号"]]
    {
        assert_eq!(site.on_node(verb).exits(1).json()["verdict"], "NOT_ANCHORED");
    }
    let out = site.file("none.txt");
    let none = site.on_node(&["licence", "prove", "无此号", "--out", &out]).exits(1);
    assert_eq!(none.json()["status"], "NOT_ANCHORED");
    assert!(!std::path::Path::new(&out).exists());
    let number = site.numbers(FOOD)[0].clone();
    let early = site.on_node(&["licence", "prove", &number, "--out", &out, "--height", "1"]).exits(1);
    assert_eq!(early.json()["status"], "NOT_ANCHORED");
    let beyond = site.on_node(&["licence", "prove", &number, "--out", &out, "--height", "999"]).exits(2);
    assert!(beyond.err.contains("999"), "{beyond:#?}");
    let field = site.on_node(&["licence", "prove", &number, "--out", &out, "--fields", "shoe_size"]).exits(2);
    assert!(field.err.contains("shoe_size"), "{field:#?}");
    let proof = site.prove(&number, "proof.txt");
    let trust = site.trust();
    for wrong in [
        &[][..],
        &[&*proof],
        &[&*proof, "--trust", "/nonexistent"],
        &["/nonexistent", "--trust", &trust],
        &[&*proof, "--trust", &proof],
        &[&*proof, "--trust", &trust, "--max-age", "soon"],
        &[&*proof, "--trust", &trust, "--lang", "fr"],
    ] {
        let ran = verify(wrong).exits(2);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{ran:#?}");
    }
    for wrong in [&[][..], &["licence"], &["import", "--data", "x"], &["ledger", "status"], &["bogus"]] {
        let _ = zhengku(wrong).exits(2);
    }
    let foreign = Site::empty();
    assert_verdict(&proof, &foreign.trust(), "UNTRUSTED");
}
