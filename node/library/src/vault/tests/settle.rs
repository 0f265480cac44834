//! Batches that a crash left between the vault and the ledger.

use super::opening::{path_of_child, run_in_child};
use super::*;
use std::convert::Infallible;

fn nothing_named(_: &EntryKey, _: &Digest) -> Result<bool, Infallible> {
    Ok(false)
}

/// A mixed batch: records 0 to 7 small, 8 and 9 large.
fn mixed(vault: &Vault) -> Vec<SealedRecord> {
    let mut records = seal_many(vault, 0..8);
    records.extend([large(vault, 8), large(vault, 9)]);
    records
}

fn stored_files(vault: &Path) -> usize {
    files_below(&vault.join("files")).len()
}

#[test]
fn unconfirmed_batches_keep_what_the_ledger_names_and_lose_the_rest() {
    let (_place, vault) = empty_vault();
    let confirmed = seal_many(&vault, 100..110);
    store(&vault, &confirmed);
    let records = mixed(&vault);
    drop(vault.put(&records).unwrap());
    let other = seal_many(&vault, 20..25);
    drop(vault.put(&other).unwrap());
    let path = vault.directory().to_owned();
    drop(vault);

    let vault = open_at(&path);
    assert_eq!(vault.counts().unwrap().pending_batches, 2);
    let named = [&records[1], &records[8]].map(|record| (record.owner, record.id));
    let is_named = |owner: &EntryKey, id: &Digest| Ok::<_, Infallible>(named.contains(&(*owner, *id)));
    assert_eq!(vault.settle(is_named).unwrap(), Settled { kept: 2, collected: 13, swept: 0 });
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 12, erased: 0, pending_batches: 0 });
    assert_eq!(stored_files(&path), 1);
    for (number, record) in (0..).zip(&records) {
        let opened = vault.open_record(&record.id, &owner(number), VERSION);
        match number {
            1 | 8 => assert!(opened.is_ok()),
            _ => assert!(matches!(opened, Err(VaultError::Missing { .. }))),
        }
    }
    let collected = records.iter().enumerate().filter(|(number, _)| ![1, 8].contains(number)).map(|(_, record)| record);
    for record in collected.chain(&other) {
        assert_eq!(files_with_key(&path, &record.wrapped), Vec::<PathBuf>::new());
    }
    assert!(!files_with_key(&path, &records[1].wrapped).is_empty());
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled::default());
}

#[test]
fn child_is_killed_between_put_and_confirm() {
    let Some(path) = path_of_child() else { return };
    let vault = open_at(&path);
    let _batch = vault.put(&mixed(&vault)).unwrap();
    std::process::abort();
}

#[test]
fn a_killed_import_leaves_nothing_behind() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("vault");
    for _ in 0..3 {
        assert!(!run_in_child("settle::child_is_killed_between_put_and_confirm", &path).success());
    }
    let vault = open_at(&path);
    assert_eq!(vault.recovery(), VaultRecovery::Clean);
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 30, erased: 0, pending_batches: 3 });
    assert_eq!(stored_files(&path), 6);
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled { kept: 0, collected: 30, swept: 0 });
    assert_eq!(vault.counts().unwrap(), VaultCounts::default());
    assert_eq!(stored_files(&path), 0);
}

#[test]
fn a_batch_in_somebodys_hands_is_left_alone() {
    let (_place, vault) = empty_vault();
    let records = seal_many(&vault, 0..3);
    let batch = vault.put(&records).unwrap();
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled::default());
    assert!(vault.contains(&records[0].id).unwrap());
    drop(batch);
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled { kept: 0, collected: 3, swept: 0 });
    assert!(!vault.contains(&records[0].id).unwrap());
}

#[test]
fn a_withdrawn_batch_is_gone_and_its_keys_leave_the_disk_at_the_next_start() {
    let (_place, vault) = empty_vault();
    store(&vault, &seal_many(&vault, 10..20));
    let records = mixed(&vault);
    let batch = vault.put(&records).unwrap();
    vault.withdraw(batch).unwrap();
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 10, erased: 0, pending_batches: 0 });
    let path = vault.directory().to_owned();
    assert_eq!(stored_files(&path), 0);
    assert!(!files_with_key(&path, &records[0].wrapped).is_empty(), "the control");
    drop(vault);
    let vault = open_at(&path);
    assert_eq!(files_with_key(&path, &records[0].wrapped), Vec::<PathBuf>::new());
    assert_eq!(vault.counts().unwrap().records, 10);
}

#[test]
fn settling_goes_on_after_the_ledger_could_not_be_asked() {
    let (_place, vault) = empty_vault();
    drop(vault.put(&seal_many(&vault, 0..3)).unwrap());
    drop(vault.put(&seal_many(&vault, 3..6)).unwrap());
    let mut asked = 0;
    let failing = |_: &EntryKey, _: &Digest| {
        asked += 1;
        if asked > 4 { Err(std::io::Error::other("offline")) } else { Ok(false) }
    };
    assert!(matches!(vault.settle(failing), Err(SettleError::Ledger(error)) if error.to_string() == "offline"));
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 3, erased: 0, pending_batches: 1 });
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled { kept: 0, collected: 3, swept: 0 });
}

#[test]
fn places_are_not_used_twice_after_reopening() {
    let (_place, vault) = empty_vault();
    drop(vault.put(&[large(&vault, 1), large(&vault, 2)]).unwrap());
    let path = vault.directory().to_owned();
    drop(vault);
    let vault = open_at(&path);
    let records = seal_many(&vault, 3..6);
    let batch = vault.put(&records).unwrap();
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 5, erased: 0, pending_batches: 2 });
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled { kept: 0, collected: 2, swept: 0 });
    vault.confirm(batch).unwrap();
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 3, erased: 0, pending_batches: 0 });
}

/// The crash points of a large record before its batch: an unfinished file, a whole one not yet renamed, a renamed one without a row.
#[test]
fn files_of_a_crash_before_the_batch_are_swept() {
    let (_place, vault) = empty_vault();
    let kept = large(&vault, 1);
    store(&vault, std::slice::from_ref(&kept));
    let path = vault.directory().to_owned();
    let (cut, whole, renamed) = (large(&vault, 2), large(&vault, 3), large(&vault, 4));
    std::fs::write(path.join("incoming").join(cut.id.to_string()), &cut.sealed[..1000]).unwrap();
    std::fs::write(path.join("incoming").join(whole.id.to_string()), &whole.sealed).unwrap();
    vault.files.write([(&renamed.id, renamed.sealed())].into_iter()).unwrap();
    std::fs::write(path.join("files").join("README"), "of the operator").unwrap();
    assert_eq!(stored_files(&path), 3);
    drop(vault);

    let vault = open_at(&path);
    assert_eq!(vault.settle(nothing_named).unwrap(), Settled { kept: 0, collected: 0, swept: 3 });
    assert_eq!(stored_files(&path), 2, "the stored record and a file that is not ours");
    assert!(files_below(&path.join("incoming")).is_empty());
    assert!(vault.open_record(&kept.id, &owner(1), VERSION).is_ok());
}

/// A file that is there already from such a crash is written over, whole.
#[test]
fn a_leftover_does_not_stop_the_same_record_from_being_stored() {
    let (_place, vault) = empty_vault();
    let record = large(&vault, 1);
    std::fs::write(vault.directory.join("incoming").join(record.id.to_string()), b"left").unwrap();
    store(&vault, std::slice::from_ref(&record));
    assert!(vault.open_record(&record.id, &owner(1), VERSION).is_ok());
}
