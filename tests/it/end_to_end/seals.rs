//! E-seals over time: renewed in bulk, made by a maker whose key was stolen, signed with a key that was stolen.

use super::judged;
use serde_json::Value;
use zhengku_tests::run::Ran;
use zhengku_tests::site::{Site, food_form};

/// The owner of the seal, who is the issuer of [`food_form`].
const OWNER: &str = "11999999TE5T00016J";
pub(super) const OWNER_NAME: &str = "嘉定区市场监督管理局";

pub(super) fn mint(site: &Site, number: &str) -> Ran {
    let (out, form) = (site.file("out"), food_form(number));
    let mut arguments: Vec<&str> = form.iter().map(String::as_str).collect();
    arguments.extend(["--out", &out]);
    site.on_node(&arguments)
}

/// The OFD of a licence that was minted.
pub(super) fn minted(site: &Site, number: &str) -> String {
    mint(site, number).exits(0).json()["licences"][0]["files"][0].as_str().unwrap().to_owned()
}

fn verdict(file: &str, trust: &str) -> Value {
    judged(file, trust, &[]).1["verdict"].clone()
}

/// The serial number of the newest certificate whose subject says this.
pub(super) fn serial(site: &Site, subject: &str) -> String {
    let all = site.on_node(&["ca", "list"]).exits(0).json();
    let found = all.as_array().unwrap().iter().rfind(|one| one["subject"].as_str().unwrap().contains(subject)).unwrap();
    found["serial"].as_str().unwrap().to_owned()
}

/// Until the clock shows another second: certificates are revoked by the second, and what was sealed in that same one counts as later.
pub(super) fn another_second() {
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let before = second();
    while second() == before {
        std::thread::yield_now();
    }
}

fn seals(site: &Site) -> Vec<(u64, String)> {
    let all = site.on_node(&["seal", "list"]).exits(0).json();
    let owned = all.as_array().unwrap().iter().filter(|one| one["owner"].as_str().unwrap().contains(OWNER_NAME));
    owned.map(|one| (one["number"].as_u64().unwrap(), one["status"].as_str().unwrap().to_owned())).collect()
}

/// A trust file and a licence file that lie somewhere are replaced by other ones only when that is asked for.
fn nothing_is_written_over(site: &Site, former: &str, first: &str) {
    let kept = std::fs::read(former).unwrap();
    let refused = site.on_node(&["seal", "trust", "--out", former]).exits(2);
    assert!(refused.err.contains("--force") && refused.err.contains(former), "{refused:#?}");
    assert_eq!(std::fs::read(former).unwrap(), kept);
    let copy = site.file("copy.json");
    std::fs::copy(former, &copy).unwrap();
    let _ = site.on_node(&["seal", "trust", "--out", &copy, "--force"]).exits(0);
    assert_ne!(std::fs::read(&copy).unwrap(), kept);

    let render = |number: &str, out: &str, more: &[&str]| {
        site.on_node(&[&["licence", "render", number, "--out", out][..], more].concat())
    };
    let picture = site.file("face.png");
    let _ = render("JY19999990099001", &picture, &[]).exits(0);
    // The same again is the same file.
    let _ = render("JY19999990099001", &picture, &[]).exits(0);
    let kept = std::fs::read(&picture).unwrap();
    let refused = render("JY19999990099002", &picture, &[]).exits(2);
    assert!(refused.err.contains("--force"), "{refused:#?}");
    assert_eq!(std::fs::read(&picture).unwrap(), kept);
    let _ = render("JY19999990099002", &picture, &["--force"]).exits(0);
    assert_ne!(std::fs::read(&picture).unwrap(), kept);
    // The proof beside an OFD is a file of the user's too: neither is touched when one of them would be.
    let (ofd, proof) = (site.file("one.ofd"), site.file("one.proof"));
    std::fs::write(&proof, "somebody's notes").unwrap();
    let _ = render("JY19999990099001", &ofd, &[]).exits(2);
    assert!(!std::path::Path::new(&ofd).exists());
    assert_eq!(std::fs::read(&proof).unwrap(), b"somebody's notes");
    let _ = render("JY19999990099001", &ofd, &["--force"]).exits(0);
    assert_eq!(std::fs::read(&ofd).unwrap(), std::fs::read(first).unwrap());
}

#[test]
fn seals_are_renewed_in_bulk_and_a_stolen_key_is_used_no_more() {
    let site = Site::empty();
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let former = site.file("former.json");
    std::fs::copy(site.trust(), &former).unwrap();
    let first = minted(&site, "JY19999990099001");
    assert_eq!(verdict(&first, &site.trust()), "VALID");

    // Renewed in one transaction: the licences of both makings hold, and the former trust file says that it is too old.
    let _ = site.on_node(&["seal", "renew"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let second = minted(&site, "JY19999990099002");
    for file in [&first, &second] {
        assert_eq!(verdict(file, &site.trust()), "VALID");
    }
    assert_eq!(verdict(&second, &former), "UNVERIFIABLE");
    nothing_is_written_over(&site, &former, &first);

    another_second();
    // The maker's key is stolen: the next making takes a new key by itself.
    let told = site.on_node(&["ca", "revoke", &serial(&site, "制章"), "--reason", "key-compromise"]).exits(0);
    assert!(told.err.contains("seal renew"), "{told:#?}");
    let _ = site.on_node(&["seal", "renew"]).exits(0);
    assert!(site.node().join("keys/seal-maker-2.key").exists());
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let third = minted(&site, "JY19999990099003");
    for file in [&first, &second, &third] {
        assert_eq!(verdict(file, &site.trust()), "VALID");
    }

    another_second();
    // The signer's key is stolen: nothing more is sealed with it, and no new certificate makes it good.
    let before = site.fsck()["entries"].clone();
    let (number, _) = seals(&site)[0].clone();
    let stolen = site.on_node(&["ca", "revoke", &serial(&site, OWNER_NAME), "--reason", "key-compromise"]).exits(0);
    assert!(stolen.err.contains("seal cancel"), "{stolen:#?}");
    let _ = mint(&site, "JY19999990099004").exits(2);
    let refused = site.on_node(&["seal", "renew", &number.to_string()]).exits(2);
    assert!(refused.err.contains("换用新密钥"), "{refused:#?}");
    assert_eq!(site.fsck()["entries"], before);
    let ground = ["seal", "cancel", &number.to_string(), "--ground", "密钥泄露"];
    let _ = site.on_node(&ground).exits(0);
    let _ = site.on_node(&["seal", "apply", "--owner", OWNER, "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    assert_eq!(seals(&site).iter().map(|(_, status)| status.as_str()).collect::<Vec<_>>(), ["cancelled", "filed"]);
    let fourth = minted(&site, "JY19999990099004");
    for file in [&third, &fourth] {
        assert_eq!(verdict(file, &site.trust()), "VALID");
    }
}
