//! Erasure: the bytes of every file are searched for the wrapped key, before (the control) and after.

use super::*;

fn assert_erased(vault: &Vault, record: &SealedRecord, number: u64) {
    assert_eq!(files_with_key(vault.directory(), &record.wrapped), Vec::<PathBuf>::new());
    let opened = vault.open_record(&record.id, &owner(number), VERSION);
    assert!(matches!(opened, Err(VaultError::Erased { id }) if id == record.id));
    assert!(!vault.contains(&record.id).unwrap());
}

fn is_on_disk(vault: &Vault, record: &SealedRecord) -> bool {
    !files_with_key(vault.directory(), &record.wrapped).is_empty()
}

#[test]
fn an_erased_key_is_nowhere_and_the_others_stay() {
    let (_place, vault) = empty_vault();
    let records = seal_many(&vault, 0..200);
    store(&vault, &records);
    assert!(is_on_disk(&vault, &records[42]), "the control");
    vault.erase(&records[42].id).unwrap();
    assert_erased(&vault, &records[42], 42);
    vault.erase(&records[42].id).unwrap();
    assert_erased(&vault, &records[42], 42);
    let named = (0..).zip(&records).map(|(number, record)| (record.id, owner(number), VERSION));
    let check = vault.check(named);
    assert!(check.is_sound());
    assert_eq!((check.intact, check.erased), (199, 1));
    assert!(is_on_disk(&vault, &records[41]));
    let path = vault.directory().to_owned();
    drop(vault);
    assert_erased(&open_at(&path), &records[42], 42);
}

/// Records in the log only, in tables of several levels, and after a restart that moved them from the one to the other.
#[test]
fn a_key_is_erased_wherever_it_lies() {
    let (_place, vault) = empty_vault();
    let path = vault.directory().to_owned();
    let mut records = Vec::new();
    let mut vault = vault;
    for round in 0..12_u64 {
        let batch = seal_many(&vault, round * 500..round * 500 + 500);
        store(&vault, &batch);
        records.extend(batch);
        match round % 3 {
            0 => vault.db.flush_cf(Column::Key.of(&vault.db).unwrap()).unwrap(),
            1 => {
                drop(vault);
                vault = open_at(&path);
            }
            _ => {}
        }
    }
    for at in (0..records.len()).step_by(499) {
        assert!(is_on_disk(&vault, &records[at]), "the control of {at}");
        vault.erase(&records[at].id).unwrap();
        assert_erased(&vault, &records[at], at as u64);
    }
    let counts = vault.counts().unwrap();
    assert_eq!((counts.records, counts.erased), (5987, 13));
}

#[test]
fn many_are_erased_at_once() {
    let (_place, vault) = empty_vault();
    let records = seal_many(&vault, 0..300);
    store(&vault, &records);
    let ids: Vec<_> = records[..100].iter().map(|record| record.id).collect();
    vault.erase_all(&ids).unwrap();
    for (number, record) in (0..).zip(&records[..100]) {
        assert_erased(&vault, record, number);
    }
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 200, erased: 100, pending_batches: 0 });
}

#[test]
fn a_large_record_loses_its_key_and_its_file() {
    let (_place, vault) = empty_vault();
    let record = large(&vault, 1);
    store(&vault, std::slice::from_ref(&record));
    assert_eq!(files_below(&vault.directory.join("files")).len(), 1);
    vault.erase(&record.id).unwrap();
    assert_erased(&vault, &record, 1);
    assert!(files_below(&vault.directory.join("files")).is_empty());
}

#[test]
fn a_missing_record_is_not_erased_and_nothing_with_it() {
    let (_place, vault) = empty_vault();
    let record = seal(&vault, 1, b"face");
    store(&vault, std::slice::from_ref(&record));
    let absent = sha256(b"absent");
    assert!(matches!(vault.erase_all(&[record.id, absent]), Err(VaultError::Missing { id }) if id == absent));
    assert!(vault.contains(&record.id).unwrap());
}

/// A reader that holds an old table open, by force of a bare iterator: the erasure does not pretend to be done.
#[test]
fn an_erasure_that_leaves_a_file_says_so_and_is_finished_at_the_next_start() {
    let (_place, vault) = empty_vault();
    let records = seal_many(&vault, 0..50);
    store(&vault, &records);
    vault.db.flush_cf(Column::Key.of(&vault.db).unwrap()).unwrap();
    let mut held = vault.db.iterator_cf(Column::Key.of(&vault.db).unwrap(), rocksdb::IteratorMode::Start);
    held.next().unwrap().unwrap();
    assert!(matches!(vault.erase(&records[3].id), Err(VaultError::NotPurged { path }) if path.exists()));
    assert!(is_on_disk(&vault, &records[3]), "the control");
    assert!(matches!(vault.open_record(&records[3].id, &owner(3), VERSION), Err(VaultError::Erased { .. })));
    drop(held);
    let path = vault.directory().to_owned();
    drop(vault);
    assert_erased(&open_at(&path), &records[3], 3);
}

/// The crash between the batch that hides the key and the rewriting that removes it.
#[test]
fn an_interrupted_erasure_is_finished_at_the_next_start() {
    let (_place, vault) = empty_vault();
    let records = [seal(&vault, 0, b"face"), large(&vault, 1)];
    store(&vault, &records);
    let mut batch = WriteBatch::default();
    for record in &records {
        batch.put_cf(Column::Key.of(&vault.db).unwrap(), record.id.as_bytes(), column::ERASED);
    }
    batch.put_cf(Column::Meta.of(&vault.db).unwrap(), column::meta::PURGE, []);
    vault.db.write_opt(batch, &column::synced()).unwrap();
    assert!(is_on_disk(&vault, &records[0]), "the control");
    let path = vault.directory().to_owned();
    drop(vault);
    let vault = open_at(&path);
    assert_erased(&vault, &records[0], 0);
    assert_erased(&vault, &records[1], 1);
    assert!(!vault.is_purge_due().unwrap());
    let settled = vault.settle(|_, _| Ok::<_, std::io::Error>(false)).unwrap();
    assert_eq!(settled, Settled { kept: 0, collected: 0, swept: 1 });
}

#[test]
fn a_record_is_erased_while_its_batch_is_pending() {
    let (_place, vault) = empty_vault();
    let records = seal_many(&vault, 0..2);
    let batch = vault.put(&records).unwrap();
    vault.erase(&records[0].id).unwrap();
    assert_erased(&vault, &records[0], 0);
    drop(batch);
    let settled = vault.settle(|_, _| Ok::<_, std::io::Error>(true)).unwrap();
    assert_eq!(settled, Settled { kept: 2, collected: 0, swept: 0 });
    assert_erased(&vault, &records[0], 0);
}
