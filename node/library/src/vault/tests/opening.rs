//! Opening: keys, locks, formats, torn logs.

use super::*;
use rocksdb::DBRecoveryMode;

fn raw(path: &Path) -> DB {
    let mut options = column::database_options(DBRecoveryMode::AbsoluteConsistency);
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    DB::open_cf_descriptors(&options, open::rows_directory(path), column::descriptors()).unwrap()
}

/// The log that is written: the newest of those that hold something.
fn newest_log(path: &Path) -> PathBuf {
    let logs = files_below(&open::rows_directory(path)).into_iter();
    let mut logs: Vec<_> = logs
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .filter(|path| path.metadata().unwrap().len() > 0)
        .collect();
    logs.sort();
    logs.pop().unwrap()
}

#[test]
fn a_wrong_wrapping_key_is_noticed_at_once() {
    let (_place, vault) = empty_vault();
    let record = seal(&vault, 1, b"face");
    store(&vault, std::slice::from_ref(&record));
    let path = vault.directory().to_owned();
    drop(vault);
    let wrong = || WrappingKey::from_bytes([8; 32]);
    assert!(
        matches!(Vault::create_or_open(&path, wrong()), Err(VaultError::WrongKey { path: named }) if named == path)
    );
    assert!(matches!(Vault::open_read_only(&path, wrong()), Err(VaultError::WrongKey { .. })));
    assert_eq!(*open_at(&path).open_record(&record.id, &owner(1), VERSION).unwrap(), b"face");
}

#[test]
fn a_second_handle_is_locked_out() {
    let (_place, vault) = empty_vault();
    let path = vault.directory().to_owned();
    assert!(
        matches!(Vault::create_or_open(&path, wrapping()), Err(VaultError::Locked { path: named }) if named == path)
    );
    drop(vault);
    open_at(&path);
}

const CHILD_PATH: &str = "ZHENGKU_VAULT_TEST_PATH";

/// Runs one test of this binary in a process of its own, on the given vault.
pub(super) fn run_in_child(test: &str, path: &Path) -> std::process::ExitStatus {
    let module = module_path!().split_once("::").unwrap().1.rsplit_once("::").unwrap().0;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("{module}::{test}")]).env(CHILD_PATH, path);
    let output = command.output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("running 1 test"), "{output:?}");
    output.status
}

/// The vault a child is to work on; none when the test runs as one of the suite.
pub(super) fn path_of_child() -> Option<PathBuf> {
    std::env::var_os(CHILD_PATH).map(PathBuf::from)
}

#[test]
fn child_finds_the_vault_locked() {
    let Some(path) = path_of_child() else { return };
    assert!(matches!(Vault::create_or_open(&path, wrapping()), Err(VaultError::Locked { .. })));
    Vault::open_read_only(&path, wrapping()).unwrap();
}

#[test]
fn another_process_is_locked_out_but_may_read() {
    let (_place, vault) = empty_vault();
    assert!(run_in_child("opening::child_finds_the_vault_locked", vault.directory()).success());
    let path = vault.directory().to_owned();
    drop(vault);
    // The control: without the writer the child's expectation fails.
    assert!(!run_in_child("opening::child_finds_the_vault_locked", &path).success());
}

#[test]
fn a_reader_beside_the_writer_reads_and_writes_nothing() {
    let (_place, vault) = empty_vault();
    let record = seal(&vault, 1, b"face");
    store(&vault, std::slice::from_ref(&record));
    let reader = Vault::open_read_only(vault.directory(), wrapping()).unwrap();
    assert_eq!(*reader.open_record(&record.id, &owner(1), VERSION).unwrap(), b"face");
    assert!(matches!(reader.put(&[seal(&vault, 2, b"face")]), Err(VaultError::ReadOnly)));
    assert!(matches!(reader.erase(&record.id), Err(VaultError::ReadOnly)));
    let settled = reader.settle(|_, _| Ok::<_, std::io::Error>(false));
    assert!(matches!(settled, Err(SettleError::Vault(VaultError::ReadOnly))));
    assert!(vault.contains(&record.id).unwrap());
}

#[test]
fn no_vault_is_no_vault() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("vault");
    assert!(
        matches!(Vault::open_read_only(&path, wrapping()), Err(VaultError::NoVault { path: named }) if named == path)
    );
    assert!(!path.exists());
    let above = place.path().join("not").join("there");
    assert!(matches!(Vault::create_or_open(&above, wrapping()), Err(VaultError::File { path, .. }) if path == above));
}

#[test]
fn only_the_owner_may_enter() {
    use std::os::unix::fs::PermissionsExt;
    let (_place, vault) = empty_vault();
    assert_eq!(vault.directory().metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_newer_format_is_left_alone() {
    let (_place, vault) = empty_vault();
    let path = vault.directory().to_owned();
    drop(vault);
    let db = raw(&path);
    db.put(column::meta::FORMAT, 2_u32.to_be_bytes()).unwrap();
    drop(db);
    for opened in [Vault::create_or_open(&path, wrapping()), Vault::open_read_only(&path, wrapping())] {
        assert!(matches!(opened.err(), Some(VaultError::NewerFormat { actual: 2, known: VAULT_FORMAT, .. })));
    }
}

#[test]
fn a_vault_stopped_in_the_making_is_made_whole() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("vault");
    std::fs::create_dir_all(open::rows_directory(&path)).unwrap();
    drop(raw(&path));
    assert_eq!(open_at(&path).counts().unwrap(), VaultCounts::default());
    open_at(&path);
}

#[test]
fn a_vault_without_identity_but_with_rows_is_damaged() {
    let (_place, vault) = empty_vault();
    store(&vault, &seal_many(&vault, 0..2));
    let path = vault.directory().to_owned();
    drop(vault);
    let db = raw(&path);
    db.delete(column::meta::FORMAT).unwrap();
    drop(db);
    assert!(matches!(Vault::create_or_open(&path, wrapping()), Err(VaultError::DamagedVault { .. })));
}

#[test]
fn a_torn_tail_is_reported_and_costs_only_the_torn_batch() {
    let (_place, vault) = empty_vault();
    let (first, second) = (seal_many(&vault, 0..10), seal_many(&vault, 10..20));
    store(&vault, &first);
    drop(vault.put(&second).unwrap());
    let path = vault.directory().to_owned();
    drop(vault);
    let log = newest_log(&path);
    let bytes = std::fs::read(&log).unwrap();
    std::fs::write(&log, &bytes[..bytes.len() - 10]).unwrap();

    let wrong = Vault::create_or_open(&path, WrappingKey::from_bytes([8; 32]));
    assert!(matches!(wrong.err(), Some(VaultError::WrongKey { .. })), "the look comes before the repair");
    assert_eq!(Vault::open_read_only(&path, wrapping()).unwrap().recovery(), VaultRecovery::TornTail);
    let vault = open_at(&path);
    assert_eq!(vault.recovery(), VaultRecovery::TornTail);
    let named = |records: &[SealedRecord], first: u64| -> Vec<_> {
        (first..).zip(records).map(|(number, record)| (record.id, owner(number), VERSION)).collect()
    };
    assert_eq!(vault.check(named(&first, 0)).intact, 10);
    let check = vault.check(named(&second, 10));
    assert!(check.problems == 10 && check.listed.iter().all(|problem| matches!(problem, VaultError::Missing { .. })));
    drop(vault);
    assert_eq!(open_at(&path).recovery(), VaultRecovery::Clean);
}

#[test]
fn a_flipped_bit_in_the_log_is_refused_and_nothing_is_thrown_away() {
    let (_place, vault) = empty_vault();
    let mut named = Vec::new();
    for number in 0..5 {
        let records = seal_many(&vault, number * 10..number * 10 + 10);
        store(&vault, &records);
        named.extend((number * 10..).zip(&records).map(|(number, record)| (record.id, owner(number), VERSION)));
    }
    let path = vault.directory().to_owned();
    drop(vault);
    let log = newest_log(&path);
    let mut bytes = std::fs::read(&log).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&log, &bytes).unwrap();
    for opened in [Vault::create_or_open(&path, wrapping()), Vault::open_read_only(&path, wrapping())] {
        let error = opened.err().unwrap();
        assert!(matches!(error, VaultError::DamagedVault { .. }), "{error}");
    }
    assert!(std::fs::read(&log).unwrap() == bytes, "the log is evidence, and whole records lie behind the bit");
    bytes[middle] ^= 4;
    std::fs::write(&log, &bytes).unwrap();
    assert_eq!(open_at(&path).check(named).intact, 50);
}
