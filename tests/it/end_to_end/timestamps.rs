//! Timestamps of an authority apart: asked over HTTP by OpenSSL and by the sealing department, and what they are good for.

use super::judged;
use super::seals::{OWNER_NAME, another_second, mint, minted, serial};
use serde_json::Value;
use std::process::Command;
use zhengku_tests::run::{finish, zhengku};
use zhengku_tests::served::Served;
use zhengku_tests::site::Site;

/// An authority with a directory, a key and a certificate of its own.
fn authority(site: &Site) -> Served {
    let apart = site.file("authority");
    let run = ["timestamp", "run", "--data", &apart, "--listen", "127.0.0.1:0"];
    let refused = zhengku(&run).exits(2);
    let key = refused.err.split_whitespace().find(|word| word.starts_with("sm2:")).unwrap().to_owned();
    let pem = site.file("timestamp.pem");
    let named = ["--profile", "timestamp", "--name", "示例市时间戳服务中心", "--organisation", "12999999MB0000010L"];
    let issue = [&["ca", "issue"][..], &named, &["--key", &key, "--out", &pem]].concat();
    let _ = site.on_node(&issue).exits(0);
    Served::start(&[&run[..], &["--certificate", &pem]].concat())
}

fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["check"] == name).unwrap()
}

fn sealed_site() -> Site {
    let site = Site::empty();
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    site
}

#[test]
fn openssl_gets_a_timestamp_over_http() {
    let site = sealed_site();
    let authority = authority(&site);
    let file = |name: &str| site.file(name);
    std::fs::write(file("message"), b"a message").unwrap();
    let openssl = |arguments: &[&str]| finish(Command::new("openssl").args(arguments)).exits(0).out;
    let query = ["ts", "-query", "-data", &file("message"), "-sm3", "-cert", "-out", &file("query.tsq")];
    let _ = openssl(&query);
    let post = |body: &str, media_type: &str| {
        let header = format!("Content-Type: {media_type}");
        let body = format!("@{}", file(body));
        let answer = file("answer.tsr");
        let line = ["-sS", "-o", &answer, "-w", "%{http_code}", "-H", &header, "--data-binary", &body, authority.url()];
        finish(Command::new("curl").args(["--noproxy", "*"]).args(line)).exits(0).out
    };
    assert_eq!(post("query.tsq", "application/timestamp-query"), "200");
    let text = openssl(&["ts", "-reply", "-in", &file("answer.tsr"), "-text"]);
    assert!(text.contains("Status: Granted.") && text.contains("Hash Algorithm: sm3"), "{text}");
    assert_eq!(post("query.tsq", "text/plain"), "415");
    std::fs::write(file("long"), vec![0x30; 5_000]).unwrap();
    assert_eq!(post("long", "application/timestamp-query"), "413");
    assert_eq!(post("message", "application/timestamp-query"), "200");
    assert!(openssl(&["ts", "-reply", "-in", &file("answer.tsr"), "-text"]).contains("Status: Rejected."));
}

#[test]
fn a_licence_is_sealed_with_a_timestamp_or_not_at_all() {
    let site = sealed_site();
    let served = authority(&site);
    // A service that is none, and one whose certificate verifiers would not trust, are not taken.
    let nobody = site.on_node(&["timestamp", "use", "http://127.0.0.1:9/"]).exits(2);
    assert!(nobody.err.contains("未作改动"), "{nobody:#?}");
    let foreign = sealed_site();
    let refused = foreign.on_node(&["timestamp", "use", served.url()]).exits(2);
    assert!(refused.err.contains("未作改动"), "{refused:#?}");
    let taken = site.on_node(&["timestamp", "use", served.url()]).exits(0).json();
    assert!(taken["subject"].as_str().unwrap().contains("示例市时间戳服务中心"), "{taken:#}");

    let file = minted(&site, "JY19999990099001");
    let report = judged(&file, &site.trust(), &[]).1;
    assert_eq!(report["verdict"], "VALID", "{report:#}");
    assert_eq!(check(&report, "seal_timestamp")["state"], "passed");
    let said = check(&report, "seal_timestamp").to_string();
    assert!(said.contains("a timestamp proves that the seal was there at 20"), "{said}");

    let examined = |code| {
        let ran = site.on_node(&["doctor"]).exits(code).json();
        let found = ran.as_array().unwrap().iter().find(|one| one["zh"].as_str().unwrap().contains("时间戳服务 http"));
        found.unwrap()["mark"].clone()
    };
    assert_eq!(examined(0), "fine");
    let before = site.fsck()["entries"].clone();
    drop(served);
    assert_eq!(examined(1), "wrong");
    let unsealed = mint(&site, "JY19999990099002").exits(2);
    assert!(
        unsealed.err.contains("时间戳服务未能给出时间戳") && unsealed.err.contains("timestamp drop"),
        "{unsealed:#?}"
    );
    assert_eq!(site.fsck()["entries"], before);
    let _ = site.on_node(&["timestamp", "drop"]).exits(0);
    let plain = judged(&minted(&site, "JY19999990099002"), &site.trust(), &[]).1;
    assert_eq!(plain["verdict"], "VALID");
    assert!(check(&plain, "seal_timestamp").to_string().contains("no timestamp"), "{plain:#}");
}

/// A copy is not on the ledger: of when it was sealed only its signer speaks, and a timestamp.
#[test]
fn a_copy_with_a_timestamp_outlives_the_certificate_of_its_seal() {
    let site = sealed_site();
    let served = authority(&site);
    let _ = minted(&site, "JY19999990099001");
    let copy = |name: &str| {
        let out = site.file(name);
        let _ = site
            .on_node(&["licence", "annotate", "JY19999990099001", "--cause", "办理样例业务", "--out", &out])
            .exits(0);
        out
    };
    let plain = copy("plain.ofd");
    let _ = site.on_node(&["timestamp", "use", served.url()]).exits(0);
    let stamped = copy("stamped.ofd");
    another_second();
    let _ = site.on_node(&["ca", "revoke", &serial(&site, OWNER_NAME), "--reason", "superseded"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let verdict = |file: &str| judged(file, &site.trust(), &[]).1["verdict"].clone();
    assert_eq!((verdict(&plain), verdict(&stamped)), ("UNVERIFIABLE".into(), "VALID".into()));
}
