//! The vault as its callers see it; what lies on the disk is searched and altered through the database directly.

mod erase;
mod opening;
mod settle;

use super::column::{self, Column, KeyRow, Place, decode_pending, key_row, pending_row};
use super::*;
use proptest::prelude::*;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

const VERSION: u16 = 3;

fn wrapping() -> WrappingKey {
    WrappingKey::from_bytes([7; 32])
}

fn open_at(path: &Path) -> Vault {
    Vault::create_or_open(path, wrapping()).unwrap()
}

fn empty_vault() -> (TempDir, Vault) {
    let place = tempfile::tempdir().unwrap();
    let vault = open_at(&place.path().join("vault"));
    (place, vault)
}

fn owner(number: u64) -> EntryKey {
    EntryKey::from_digest(sha256(&number.to_le_bytes()))
}

fn seal(vault: &Vault, number: u64, plaintext: &[u8]) -> SealedRecord {
    vault.seal(&owner(number), VERSION, plaintext, &mut Randomness::new()).unwrap()
}

fn seal_many(vault: &Vault, numbers: std::ops::Range<u64>) -> Vec<SealedRecord> {
    numbers.map(|number| seal(vault, number, format!("licence {number}").as_bytes())).collect()
}

fn store(vault: &Vault, records: &[SealedRecord]) {
    vault.confirm(vault.put(records).unwrap()).unwrap();
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

/// The files that contain any of the pieces.
fn files_with(directory: &Path, pieces: &[&[u8]]) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        pieces.iter().any(|piece| {
            let rest = piece.len() - 1;
            let starts = bytes.len().saturating_sub(rest);
            bytes[..starts].iter().enumerate().any(|(at, byte)| *byte == piece[0] && bytes[at..].starts_with(piece))
        })
    };
    files_below(directory).into_iter().filter(holds).collect()
}

/// The files that contain a part of the wrapped key; in thirds, because a log cuts its records at block ends.
fn files_with_key(vault: &Path, wrapped: &[u8; WRAPPED_KEY_LEN]) -> Vec<PathBuf> {
    let thirds: Vec<&[u8]> = wrapped.chunks(20).collect();
    files_with(vault, &thirds)
}

fn large(vault: &Vault, number: u64) -> SealedRecord {
    seal(vault, number, &vec![number as u8; SMALL_RECORD_BYTES + 1])
}

fn part_of(error: VaultError) -> RecordPart {
    match error {
        VaultError::Damaged { part, .. } => part,
        other => panic!("{other}"),
    }
}

#[test]
fn records_of_every_size_come_back_also_after_reopening_and_read_only() {
    let (_place, vault) = empty_vault();
    let overhead = seal(&vault, 0, b"").sealed.len();
    let limit = SMALL_RECORD_BYTES - overhead;
    let plaintexts: Vec<Vec<u8>> = [0, 1, 400, limit, limit + 1, 3_000_000].map(|len| vec![0x5a; len]).into();
    let records: Vec<_> = plaintexts.iter().map(|plaintext| seal(&vault, 1, plaintext)).collect();
    store(&vault, &records);
    assert_eq!(files_below(&vault.directory.join("files")).len(), 2);
    let same = |vault: &Vault| {
        for (record, plaintext) in records.iter().zip(&plaintexts) {
            assert!(vault.contains(&record.id).unwrap());
            assert_eq!(*vault.open_record(&record.id, &owner(1), VERSION).unwrap(), *plaintext);
        }
        assert_eq!(vault.counts().unwrap(), VaultCounts { records: 6, erased: 0, pending_batches: 0 });
    };
    same(&vault);
    let path = vault.directory().to_owned();
    drop(vault);
    same(&Vault::open_read_only(&path, wrapping()).unwrap());
    same(&open_at(&path));
}

#[test]
fn another_owner_or_version_is_refused() {
    let (_place, vault) = empty_vault();
    let record = seal(&vault, 1, b"face");
    store(&vault, std::slice::from_ref(&record));
    for (owner, version) in [(owner(2), VERSION), (owner(1), VERSION + 1), (owner(1), VERSION << 8)] {
        assert_eq!(part_of(vault.open_record(&record.id, &owner, version).unwrap_err()), RecordPart::Key);
    }
}

#[test]
fn an_unknown_record_is_missing() {
    let (_place, vault) = empty_vault();
    let id = sha256(b"nothing");
    assert!(!vault.contains(&id).unwrap());
    assert!(
        matches!(vault.open_record(&id, &owner(1), VERSION), Err(VaultError::Missing { id: named }) if named == id)
    );
}

#[test]
fn an_empty_batch_stores_nothing() {
    let (_place, vault) = empty_vault();
    let batch = vault.put(&[]).unwrap();
    vault.confirm(batch).unwrap();
    assert_eq!(vault.counts().unwrap(), VaultCounts::default());
}

/// Each alteration of the database, and the part that it shows in.
#[test]
fn altered_rows_are_noticed() {
    let (_place, vault) = empty_vault();
    let records = seal_many(&vault, 0..6);
    store(&vault, &records);
    let (keys, rows) = (Column::Key.of(&vault.db).unwrap(), Column::Record.of(&vault.db).unwrap());
    let place = |record: &SealedRecord| match vault.key_row(&record.id).unwrap() {
        Some(KeyRow::Kept { place: Place::Row(place), .. }) => place,
        other => panic!("{other:?}"),
    };
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        bytes
    };
    vault.db.put_cf(rows, place(&records[0]).to_be_bytes(), flipped(&records[0].sealed)).unwrap();
    let row = key_row(Place::Row(place(&records[1])), &records[1].wrapped);
    vault.db.put_cf(keys, records[1].id.as_bytes(), flipped(&row)).unwrap();
    vault.db.delete_cf(rows, place(&records[2]).to_be_bytes()).unwrap();
    vault.db.put_cf(keys, records[3].id.as_bytes(), b"short").unwrap();
    let elsewhere = key_row(Place::Row(place(&records[5])), &records[4].wrapped);
    vault.db.put_cf(keys, records[4].id.as_bytes(), elsewhere).unwrap();
    let expected = [RecordPart::Digest, RecordPart::Key, RecordPart::Absent, RecordPart::KeyRow, RecordPart::Digest];
    for ((number, record), part) in (0..).zip(&records).zip(expected) {
        assert_eq!(part_of(vault.open_record(&record.id, &owner(number), VERSION).unwrap_err()), part, "{number}");
    }
    let named = (0..).zip(&records).map(|(number, record)| (record.id, owner(number), VERSION));
    let check = vault.check(named.chain([(sha256(b"absent"), owner(9), VERSION)]));
    assert_eq!((check.intact, check.erased, check.problems, check.listed.len()), (1, 0, 6, 6));
    assert!(!check.is_sound());
}

/// Altered bytes under their own right digest, with the key row of the true record: the tag is what refuses.
#[test]
fn forged_sealed_bytes_do_not_open() {
    let (_place, vault) = empty_vault();
    let mut record = seal(&vault, 1, b"face");
    record.sealed[20] ^= 1;
    record.id = sha256(&record.sealed);
    store(&vault, std::slice::from_ref(&record));
    assert_eq!(part_of(vault.open_record(&record.id, &owner(1), VERSION).unwrap_err()), RecordPart::Tag);
}

#[test]
fn altered_and_lost_files_are_noticed() {
    let (_place, vault) = empty_vault();
    let record = large(&vault, 1);
    store(&vault, std::slice::from_ref(&record));
    let [file] = files_below(&vault.directory.join("files")).try_into().unwrap();
    let name = record.id.to_string();
    assert!(file.ends_with(format!("files/{}/{}/{name}", &name[..2], &name[2..4])));
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[1000] ^= 0x80;
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(part_of(vault.open_record(&record.id, &owner(1), VERSION).unwrap_err()), RecordPart::Digest);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(part_of(vault.open_record(&record.id, &owner(1), VERSION).unwrap_err()), RecordPart::Absent);
}

#[test]
fn digests_are_those_of_openssl() {
    let (place, vault) = empty_vault();
    for plaintext in [&b"face"[..], &[9; 100_000]] {
        let record = seal(&vault, 1, plaintext);
        let file = place.path().join("sealed");
        std::fs::write(&file, record.sealed()).unwrap();
        let openssl = |name: &str| {
            let output = Command::new("openssl").args(["dgst", "-r", name]).arg(&file).output().unwrap();
            String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
        };
        assert_eq!(record.id.to_string(), openssl("-sha256"));
        assert_eq!(record.sm3.to_string(), openssl("-sm3"));
    }
}

#[test]
fn no_plaintext_lies_on_the_disk() {
    let (_place, vault) = empty_vault();
    let marker = "张三丰 440999199001010012".as_bytes();
    let records = [seal(&vault, 1, marker), seal(&vault, 2, &marker.repeat(4000))];
    store(&vault, &records);
    let control = records[0].id.as_bytes();
    let path = vault.directory().to_owned();
    assert!(!files_with(&path, &[control]).is_empty());
    assert!(files_with(&path, &[marker, &marker[..9], &[7; 32]]).is_empty());
    assert!(!format!("{:?}", records[0]).contains(&hex::encode(records[0].wrapped)));
    drop(vault);
    assert!(files_with(&path, &[marker, &marker[..9], &[7; 32]]).is_empty());
}

#[test]
fn equal_faces_are_sealed_unequally() {
    let (_place, vault) = empty_vault();
    let (left, right) = (seal(&vault, 1, b"face"), seal(&vault, 1, b"face"));
    assert_ne!(left.id, right.id);
    assert_ne!(left.wrapped, right.wrapped);
    assert_ne!(left.sealed[..12], right.sealed[..12]);
}

#[test]
fn threads_share_a_vault() {
    let (_place, vault) = empty_vault();
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let vault = &vault;
            scope.spawn(move || {
                for batch in 0..10 {
                    let first = thread * 1000 + batch * 50;
                    let records = seal_many(vault, first..first + 50);
                    store(vault, &records);
                    let named = (first..).zip(&records).map(|(number, record)| (record.id, owner(number), VERSION));
                    assert_eq!(vault.check(named).intact, 50);
                    vault.erase(&records[7].id).unwrap();
                }
            });
        }
    });
    assert_eq!(vault.counts().unwrap(), VaultCounts { records: 1960, erased: 40, pending_batches: 0 });
}

proptest! {
    #[test]
    fn key_rows_decode_or_are_refused(row in proptest::collection::vec(any::<u8>(), 0..80)) {
        match KeyRow::decode(&Digest::ZERO, &row) {
            Ok(KeyRow::Kept { place, wrapped }) => prop_assert_eq!(key_row(place, &wrapped).to_vec(), row),
            Ok(KeyRow::Erased) => prop_assert!(row.is_empty()),
            Err(error) => prop_assert_eq!(part_of(error), RecordPart::KeyRow),
        }
    }

    #[test]
    fn pending_rows_decode_or_are_refused(row in proptest::collection::vec(any::<u8>(), 0..200)) {
        match decode_pending(&row) {
            Ok(records) => {
                prop_assert_eq!(pending_row(records.iter().map(|(id, owner)| (id, owner))), row.clone());
            }
            Err(_) => prop_assert!(row.len() % 64 != 0),
        }
        prop_assert_eq!(column::decode_place("row", &row).is_ok(), row.len() == 8);
    }
}
