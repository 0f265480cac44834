//! A node's directory that is not what it should be.

use super::{assert_intact, refused, small_site};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::ids::TimestampMs;
use zhengku_node::clock::Clock;
use zhengku_node::layout::Layout;
use zhengku_node::{Node, demo};
use zhengku_store::{OpenMode, Store, StoreOptions};
use zhengku_tests::files::{copy_tree, replace_tree, text};
use zhengku_tests::run::{binary, verify, zhengku};
use zhengku_tests::site::{FIRST_ENTRIES, FOOD, MARRIAGE, Site};

struct Fixed(u64);

impl Clock for Fixed {
    fn now(&self) -> TimestampMs {
        TimestampMs(self.0)
    }
}

const REVOKE: [&str; 5] = ["licence", "revoke", "JY39999990000001", "--ground", "样例"];

#[test]
fn no_ledger_and_a_ledger_already() {
    let (site, size) = small_site(70);
    let nowhere = site.file("nowhere");
    for arguments in [&["ledger", "status"][..], &["ledger", "fsck"], &["licence", "status", "1"], &["import", "x.csv"]]
    {
        let mut all = arguments.to_vec();
        all.extend(["--data", &nowhere]);
        for (language, expected) in [("zh", "zhengku init"), ("en", "zhengku init")] {
            all.extend(["--lang", language]);
            let ran = zhengku(&all).exits(2);
            assert!(ran.err.contains(expected) && ran.out.is_empty(), "{ran:#?}");
            all.truncate(all.len() - 2);
        }
    }
    assert!(!Path::new(&nowhere).exists(), "asking makes no directory");
    refused(&site, &["init"], "此处已有账本", "already");
    assert_intact(&site, size);
}

#[test]
fn the_ledger_of_another_chain() {
    let (site, size) = small_site(71);
    let own = site.path().join("own-ledger");
    copy_tree(&site.node().join("ledger"), &own);
    // Of lower height, where a reader already says that the copy is too old; and of the same height, entries and licences.
    let behind = ("账本止于高度 3", "the ledger ends at height 3");
    let foreign = ("另一账本", "this is ledger");
    for (other, for_readers) in [(Site::empty(), behind), (Site::imported(171, 20, true), foreign)] {
        replace_tree(&other.node().join("ledger"), &site.node().join("ledger"));
        let register = site.register(FOOD);
        let number = site.numbers(FOOD)[0].clone();
        for arguments in [&["import", text(&register)][..], &REVOKE] {
            refused(&site, arguments, foreign.0, foreign.1);
        }
        for arguments in [&["licence", "status", &number][..], &["ledger", "fsck"]] {
            refused(&site, arguments, for_readers.0, for_readers.1);
        }
        // With its trust file too, the keys do not fit.
        let trust = std::fs::read(site.trust()).unwrap();
        std::fs::copy(other.trust(), site.trust()).unwrap();
        refused(&site, &["import", text(&register)], "密钥文件", "validator");
        std::fs::write(site.trust(), trust).unwrap();
        replace_tree(&own, &site.node().join("ledger"));
    }
    assert_intact(&site, size);
}

/// CRC-32C, as the write-ahead log has it.
fn crc32c(bytes: &[u8]) -> u32 {
    let fold =
        |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 * (crc & 1)));
    !bytes.iter().fold(!0, fold)
}

/// Rewrites the format number in the write-ahead log of a store that was only just made: one record holds everything.
fn raise_format(ledger: &Path) {
    let files = zhengku_tests::files::all(ledger);
    let is_log = |path: &&std::path::PathBuf| path.extension().is_some_and(|kind| kind == "log");
    let log = files.iter().find(is_log).unwrap();
    let mut bytes = std::fs::read(log).unwrap();
    let row = b"\x06format\x04\x00\x00\x00\x01";
    let place = bytes.windows(row.len()).position(|window| window == row).unwrap();
    bytes[place + row.len() - 1] = 2;
    // Head of a record: checksum, length (u16 LE), type; the checksum covers the type and what follows, and is masked.
    let length = usize::from(u16::from_le_bytes([bytes[4], bytes[5]]));
    let crc = crc32c(&bytes[6..7 + length]);
    let masked = crc.rotate_right(15).wrapping_add(0xa282_ead8);
    bytes[..4].copy_from_slice(&masked.to_le_bytes());
    std::fs::write(log, bytes).unwrap();
}

#[test]
fn a_newer_format() {
    let (site, size) = small_site(72);
    let own = site.path().join("own-ledger");
    copy_tree(&site.node().join("ledger"), &own);
    let genesis: Genesis = {
        let layout = Layout::new(&site.node());
        Store::open(&layout.ledger(), OpenMode::Read, &StoreOptions::default()).unwrap().genesis().clone()
    };
    let newer = site.path().join("newer");
    drop(Store::create(&newer, &genesis, &StoreOptions::default()).unwrap());
    raise_format(&newer);
    replace_tree(&newer, &site.node().join("ledger"));
    for arguments in [&["ledger", "status"][..], &["ledger", "fsck"], &REVOKE] {
        refused(&site, arguments, "存储格式为 2", "storage format 2");
    }
    replace_tree(&own, &site.node().join("ledger"));
    assert_intact(&site, size);
}

#[test]
fn two_processes_on_one_directory() {
    let (site, size) = small_site(73);
    let register = site.register(FOOD);
    let writer = Node::open(&Layout::new(&site.node()), OpenMode::Write, &StoreOptions::default()).unwrap();
    refused(&site, &["import", text(&register)], "另一进程", "another process");
    refused(&site, &REVOKE, "另一进程", "another process");
    // Reading beside a writer is allowed.
    let status = site.on_node(&["ledger", "status"]).exits(0).json();
    assert_eq!(status["log_size"], size);
    site.prove(&site.numbers(FOOD)[0], "beside.txt");
    let _ = site.on_node(&["import", "--dry-run", text(&register)]).exits(0);
    drop(writer);
    assert_intact(&site, size);
    let _ = site.import(&[FOOD]).exits(0);
}

#[test]
fn readers_beside_a_running_import() {
    let site = Site::with_registers(79, 30_000, true);
    let register = site.register(MARRIAGE);
    let data = site.data();
    let mut import = std::process::Command::new(binary("zhengku"));
    import.args(["import", text(&register), "--data", &data, "-o", "json"]).stdout(std::process::Stdio::null());
    let mut import = import.spawn().unwrap();
    let (mut sizes, mut proofs) = (Vec::new(), 0);
    let number = site.numbers(MARRIAGE)[0].clone();
    let out = site.file("beside.txt");
    while import.try_wait().unwrap().is_none() {
        sizes.push(site.on_node(&["ledger", "status"]).exits(0).json()["log_size"].as_u64().unwrap());
        let prove = site.on_node(&["licence", "prove", &number, "--out", &out]);
        match prove.code {
            Some(0) => {
                let judged = verify(&[&out, "--trust", &site.trust(), "-o", "json"]).json();
                assert!(["VALID", "REVOKED"].contains(&judged["verdict"].as_str().unwrap()), "{judged:#}");
                proofs += 1;
            }
            // Before its block.
            _ => assert_eq!(prove.exits(1).json()["verdict"], "NOT_ANCHORED"),
        }
    }
    assert!(import.wait().unwrap().success());
    assert!(sizes.is_sorted() && sizes.len() > 3, "{sizes:?}");
    assert!(proofs > 0, "{sizes:?}");
    assert_intact(&site, 30_000 + FIRST_ENTRIES);
}

#[test]
fn a_clock_that_was_set_back() {
    let site = Site::with_registers(74, 20, true);
    std::fs::remove_dir_all(site.node()).unwrap();
    // To the command line, whose clock is right, the ledger of a day ahead looks as a clock set back does.
    let tomorrow = zhengku_node::clock::SystemClock.now().0 + 86_400_000;
    drop(demo::init(&Layout::new(&site.node()), &StoreOptions::default(), Arc::new(Fixed(tomorrow))).unwrap());
    let register = site.register(FOOD);
    let before = site.fsck();
    refused(&site, &["import", text(&register)], "时钟", "clock");
    assert_eq!(site.fsck(), before);
    let layout = Layout::new(&site.node());
    let node =
        Node::open_with_clock(&layout, OpenMode::Write, &StoreOptions::default(), Arc::new(Fixed(tomorrow - 60_001)))
            .unwrap();
    let refused = demo::register_issuer(&node, "91999999MGUGDA9J9Y", "样例").unwrap_err();
    assert!(refused.to_string().contains("clock"), "{refused}");
    drop(node);
    // Within a minute the block takes the time after the newest one.
    let node =
        Node::open_with_clock(&layout, OpenMode::Write, &StoreOptions::default(), Arc::new(Fixed(tomorrow - 59_000)))
            .unwrap();
    let _ = std::fs::remove_file(site.node().join("keys/organisation-91999999MGUGDA9J9Y.key"));
    demo::register_issuer(&node, "91999999MGUGDA9J9Y", "样例").unwrap();
    assert!(node.store().tip().header.time.0 > tomorrow);
}

#[test]
fn keys_that_are_damaged_readable_by_others_or_gone() {
    let (site, size) = small_site(75);
    for name in ["pseudonym", "wrapping", "validator"] {
        let path = site.node().join(format!("keys/{name}.key"));
        let sound = std::fs::read(&path).unwrap();
        let damages: [&[u8]; 5] =
            [b"", b"zhengku-key 1 pseudonym 00", b"zhengku-key 2 x y\n", &[0xff; 40], &sound[..sound.len() - 3]];
        for damaged in damages {
            std::fs::write(&path, damaged).unwrap();
            refused(&site, &REVOKE, name, name);
        }
        std::fs::write(&path, &sound).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        refused(&site, &REVOKE, "密钥文件", "chmod 600");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::remove_file(&path).unwrap();
        refused(&site, &REVOKE, name, name);
        std::fs::write(&path, &sound).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_intact(&site, size);
    }
}

#[test]
fn a_wrong_vault_key() {
    let (site, size) = small_site(76);
    let path = site.node().join("keys/wrapping.key");
    let sound = std::fs::read(&path).unwrap();
    std::fs::copy(Site::empty().node().join("keys/wrapping.key"), &path).unwrap();
    refused(&site, &REVOKE, "保管密钥", "key");
    refused(&site, &["licence", "show", "JY39999990000001"], "保管密钥", "key");
    std::fs::write(&path, &sound).unwrap();
    assert_intact(&site, size);
}

/// Under another pseudonym key every licence would seem unknown, and would be minted a second time.
#[test]
fn a_wrong_pseudonym_key() {
    let (site, size) = small_site(81);
    let path = site.node().join("keys/pseudonym.key");
    let sound = std::fs::read(&path).unwrap();
    std::fs::copy(Site::empty().node().join("keys/pseudonym.key"), &path).unwrap();
    refused(&site, &REVOKE, "pseudonym", "pseudonym.mark");
    refused(&site, &["licence", "status", "JY39999990000001"], "pseudonym", "pseudonym.mark");
    std::fs::write(&path, &sound).unwrap();
    assert_intact(&site, size);
}

#[test]
fn a_vault_that_is_gone() {
    let (site, size) = small_site(77);
    let number = site.numbers(FOOD)[0].clone();
    let away = site.path().join("vault-away");
    std::fs::rename(site.node().join("vault"), &away).unwrap();
    let register = site.register(FOOD);
    for arguments in [
        &["licence", "show", &number][..],
        &["licence", "revoke", &number, "--ground", "样例"],
        &["import", text(&register)],
        &["ledger", "fsck"],
    ] {
        refused(&site, arguments, "照面信息库缺失", "there is no vault");
    }
    assert!(!site.node().join("vault").exists(), "no empty one in its place");
    std::fs::rename(&away, site.node().join("vault")).unwrap();
    assert_intact(&site, size);
}

#[test]
fn a_signed_record_that_is_gone() {
    let (site, size) = small_site(78);
    let away = site.path().join("signed-away");
    std::fs::rename(site.node().join("signed"), &away).unwrap();
    refused(&site, &REVOKE, "签名记录", "signed");
    let _ = site.on_node(&["ledger", "status"]).exits(0);
    let _ = std::fs::remove_dir_all(site.node().join("signed"));
    std::fs::rename(&away, site.node().join("signed")).unwrap();
    assert_intact(&site, size);
    let number = site.numbers(FOOD)[0].clone();
    let _ = site.on_node(&["licence", "revoke", &number, "--ground", "样例"]).exits(0);
}
