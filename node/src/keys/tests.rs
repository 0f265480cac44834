use super::*;
use std::os::unix::fs::PermissionsExt;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

fn store() -> (tempfile::TempDir, KeyStore) {
    let directory = tempfile::tempdir().unwrap();
    let keys = KeyStore::new(&directory.path().join("keys"));
    keys.create().unwrap();
    (directory, keys)
}

fn reason(error: NodeError) -> String {
    match error {
        NodeError::Key { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn a_key_under_a_passphrase_is_the_same_key() {
    let (_directory, keys) = store();
    let mut random = Randomness::new();
    for (name, algorithm) in [("validator", Algorithm::Ed25519), ("organisation-1", Algorithm::Sm2Sm3)] {
        let before = keys.make_signer(name, algorithm, &mut random).unwrap().public_key();
        let clear = keys.picture(name).unwrap();
        assert!(!clear.is_encrypted);
        keys.encrypt(name, &passphrase("correct horse battery"), &mut random).unwrap();
        let sealed = keys.picture(name).unwrap();
        assert!(sealed.is_encrypted);
        assert_eq!(sealed.public, Some(before.clone()));
        let open = KeyStore::with_passphrase(&keys.directory, passphrase("correct horse battery"));
        assert_eq!(open.signer(name).unwrap().public_key(), before);
        assert!(
            reason(keys.encrypt(name, &passphrase("correct horse battery"), &mut random).unwrap_err())
                .contains("already")
        );
        keys.decrypt(name, &passphrase("correct horse battery")).unwrap();
        assert_eq!(keys.picture(name).unwrap(), clear);
        assert_eq!(keys.signer(name).unwrap().public_key(), before);
    }
    assert_eq!(keys.names().unwrap(), ["organisation-1", "validator"]);
}

#[test]
fn a_key_is_derived_from_the_passphrase_once() {
    let (_directory, keys) = store();
    let mut random = Randomness::new();
    keys.make_signer("seal", Algorithm::Sm2Sm3, &mut random).unwrap();
    keys.encrypt("seal", &passphrase("correct horse battery"), &mut random).unwrap();
    let open = KeyStore::with_passphrase(&keys.directory, passphrase("correct horse battery"));
    let began = std::time::Instant::now();
    let public = open.signer("seal").unwrap().public_key();
    let once = began.elapsed();
    let began = std::time::Instant::now();
    for _ in 0..10 {
        assert_eq!(open.clone().signer("seal").unwrap().public_key(), public);
    }
    assert!(began.elapsed() < once, "ten times took {:?}, the first {once:?}", began.elapsed());
    assert!(format!("{open:?}").contains("Opened(..)"), "no secret in a debug text");

    // Another file under the same name is another key, and one that is gone is gone.
    keys.decrypt("seal", &passphrase("correct horse battery")).unwrap();
    keys.encrypt("seal", &passphrase("another horse battery"), &mut random).unwrap();
    assert!(reason(open.signer("seal").err().unwrap()).contains("another passphrase"));
    std::fs::remove_file(keys.path("seal")).unwrap();
    assert!(open.signer("seal").is_err());
}

#[test]
fn another_passphrase_or_none_is_refused() {
    let (_directory, keys) = store();
    let mut random = Randomness::new();
    keys.make_vault_keys(&mut random).unwrap();
    keys.encrypt(PSEUDONYM_KIND, &passphrase("correct horse battery"), &mut random).unwrap();
    let other = KeyStore::with_passphrase(&keys.directory, passphrase("correct horse batterx"));
    assert!(reason(other.pseudonym_key().unwrap_err()).contains("another passphrase"));
    assert!(reason(other.check(PSEUDONYM_KIND).unwrap_err()).contains("another passphrase"));
    assert!(reason(keys.pseudonym_key().unwrap_err()).contains("ZK_KEY_PASSPHRASE_FILE"));
    let right = KeyStore::with_passphrase(&keys.directory, passphrase("correct horse battery"));
    right.check(PSEUDONYM_KIND).unwrap();
    assert!(
        reason(keys.decrypt(PSEUDONYM_KIND, &passphrase("0123456789")).unwrap_err()).contains("another passphrase")
    );
}

/// One byte of each field is changed: nothing of the file may go unnoticed.
#[test]
fn a_changed_file_does_not_open() {
    let secret = [7; 32];
    let clear = KeyFile::clear("ed25519", &secret);
    let sealed = clear.encrypt(&passphrase("correct horse battery"), &mut Randomness::new()).unwrap();
    let text = sealed.text();
    assert_eq!(*KeyFile::parse(&text).unwrap().open(Some(&passphrase("correct horse battery"))).unwrap(), secret);
    let places = [14, 20, 30, 60, text.find("argon2id").unwrap(), text.len() - 100, text.len() - 2];
    for place in places.into_iter().chain([text.find("65536").unwrap() + 4]) {
        let mut changed = text.as_bytes().to_vec();
        changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(changed).unwrap();
        let opened = KeyFile::parse(&changed).and_then(|file| file.open(Some(&passphrase("correct horse battery"))));
        assert!(opened.is_err(), "byte {place} of {}", *text);
    }
}

#[test]
fn hostile_files_are_refused_before_any_derivation() {
    let salt = "00".repeat(16);
    let sealed = "00".repeat(60);
    for (cost, field) in [
        ("4294967295,3,1", "beyond the limits"),
        ("65536,4294967295,1", "beyond the limits"),
        ("65536,3,255", "beyond the limits"),
        ("0,0,0", "beyond the limits"),
        ("7,1,1", "beyond the limits"),
        ("65536,3", "derivation"),
        ("65536,3,1,1", "derivation"),
        ("-1,3,1", "derivation"),
    ] {
        let parsed = KeyFile::parse(&format!("zhengku-key 2 wrapping - argon2id {cost} {salt} {sealed}"));
        assert!(parsed.err().unwrap().to_string().contains(field), "{cost}");
    }
    let short = "00".repeat(59);
    for text in [
        "",
        "zhengku-key",
        "zhengku-key 3 ed25519 00",
        "zhengku-key 1 ed25519 00",
        &format!("zhengku-key 2 wrapping - argon2id 65536,3,1 {salt} {short}"),
        &format!("zhengku-key 2 wrapping ed25519:00 argon2id 65536,3,1 {salt} {sealed}"),
        &format!("zhengku-key 2 wrapping - scrypt 65536,3,1 {salt} {sealed}"),
    ] {
        assert!(KeyFile::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_others_can_read_is_refused() {
    let (_directory, keys) = store();
    keys.make_signer("validator", Algorithm::Ed25519, &mut Randomness::new()).unwrap();
    std::fs::set_permissions(keys.path("validator"), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(reason(keys.check("validator").unwrap_err()).contains("chmod 600"));
}

#[test]
fn passphrases_have_a_length_and_no_line_end() {
    assert!(Passphrase::new("short").is_err());
    assert!(Passphrase::new(&"x".repeat(MAX_PASSPHRASE_BYTES + 1)).is_err());
    assert_eq!(passphrase("correct horse\r\n").as_bytes(), b"correct horse");
    assert_eq!(format!("{:?}", passphrase("correct horse")), "Passphrase([REDACTED])");
    let (directory, _keys) = store();
    let file = directory.path().join("passphrase");
    std::fs::write(&file, "correct horse\nsecond line\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Passphrase::from_file(&file).unwrap_err();
    assert!(matches!(refused, PassphraseError::Secret(SecretFileError::Shared { mode: 0o644, .. })), "{refused}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(Passphrase::from_file(&file).unwrap().as_bytes(), b"correct horse");
}
