//! Opening the vault's database: lock, write-ahead log, format, and whether the wrapping key is the right one.

use super::VAULT_FORMAT;
use super::column::{self, Column, database_options, descriptors, meta};
use super::error::VaultError;
use super::files::{FileDirectory, create_directory, sync_directory};
use crate::random::Randomness;
use rocksdb::{DB, DBRecoveryMode, IteratorMode, WriteBatch};
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::envelope::{RecordKey, WrappingKey};

/// What opening found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VaultRecovery {
    /// Every write was whole.
    Clean,
    /// The write-ahead log ended in the middle of a record. The caller must [check](super::Vault::check) every record that the
    /// ledger names.
    TornTail,
}

/// Takes a log that ends in the middle of a record, and no other damage. `PointInTime` would take a flipped bit in an early record for
/// the end of the log; opening to write then deletes the log, and with it every whole record behind the bit.
const TORN: DBRecoveryMode = DBRecoveryMode::TolerateCorruptedTailRecords;

pub(crate) fn rows_directory(vault: &Path) -> PathBuf {
    vault.join("rows")
}

/// Opens to write, and makes what is missing.
pub(crate) fn open_to_write(
    vault: &Path,
    files: &FileDirectory,
    wrapping: &WrappingKey,
) -> Result<(DB, VaultRecovery), VaultError> {
    create_directory(vault)?;
    let rows = rows_directory(vault);
    create_directory(&rows)?;
    files.create(vault)?;
    if let Some(above) = vault.parent().filter(|above| !above.as_os_str().is_empty()) {
        sync_directory(above)?;
    }
    let open = |mode| {
        let mut options = database_options(mode);
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        DB::open_cf_descriptors(&options, &rows, descriptors())
    };
    let (db, recovery) = match open(DBRecoveryMode::AbsoluteConsistency) {
        Ok(db) => (db, VaultRecovery::Clean),
        Err(error) if error.kind() == rocksdb::ErrorKind::Corruption => {
            // A look that changes nothing: is it only the unfinished last record of a power cut, and is it our vault?
            let looked = look(vault, TORN).map_err(|_| VaultError::from(error))?;
            check_identity(&looked, vault, wrapping)?;
            drop(looked);
            tracing::warn!("the write-ahead log of the vault ends in a torn record");
            let db = open(TORN).map_err(|error| opening_error(vault, error))?;
            (db, VaultRecovery::TornTail)
        }
        Err(error) => return Err(opening_error(vault, error)),
    };
    if is_new(&db)? {
        write_identity(&db, wrapping)?;
    }
    check_identity(&db, vault, wrapping)?;
    Ok((db, recovery))
}

/// Opens to read, beside a writer. A log that the writer is just extending may look torn.
pub(crate) fn open_to_read(vault: &Path, wrapping: &WrappingKey) -> Result<(DB, VaultRecovery), VaultError> {
    if !rows_directory(vault).join("CURRENT").exists() {
        return Err(VaultError::NoVault { path: vault.to_owned() });
    }
    let (db, recovery) = match look(vault, DBRecoveryMode::AbsoluteConsistency) {
        Ok(db) => (db, VaultRecovery::Clean),
        Err(error) if error.kind() == rocksdb::ErrorKind::Corruption => {
            let db = look(vault, TORN).map_err(|error| opening_error(vault, error))?;
            (db, VaultRecovery::TornTail)
        }
        Err(error) => return Err(opening_error(vault, error)),
    };
    check_identity(&db, vault, wrapping)?;
    Ok((db, recovery))
}

/// The first place that no row has.
pub(crate) fn next_place(db: &DB) -> Result<u64, VaultError> {
    let newest = |column: Column| -> Result<Option<u64>, VaultError> {
        let Some(row) = db.iterator_cf(column.of(db)?, IteratorMode::End).next() else { return Ok(None) };
        let (key, _) = row?;
        column::decode_place("place of a row", &key).map(Some)
    };
    let newest = newest(Column::Record)?.max(newest(Column::Pending)?);
    Ok(newest.map_or(0, |place| place.saturating_add(1)))
}

fn look(vault: &Path, mode: DBRecoveryMode) -> Result<DB, rocksdb::Error> {
    DB::open_cf_descriptors_read_only(&database_options(mode), rows_directory(vault), descriptors(), false)
}

fn opening_error(vault: &Path, error: rocksdb::Error) -> VaultError {
    let text = error.as_ref();
    if text.contains("lock hold by current process")
        || text.contains("While lock file")
        || text.contains("Resource temporarily")
    {
        return VaultError::Locked { path: vault.to_owned() };
    }
    VaultError::from(error)
}

/// Whether nothing was ever stored: a vault that a crash stopped in the making has no identity and no rows.
fn is_new(db: &DB) -> Result<bool, VaultError> {
    for column in Column::ALL {
        if let Some(row) = db.iterator_cf(column.of(db)?, IteratorMode::Start).next() {
            row?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the check value is bound to, in the place of a record.
fn check_binding() -> Digest {
    Domain::VaultManifest.hash(&VAULT_FORMAT.to_be_bytes())
}

fn write_identity(db: &DB, wrapping: &WrappingKey) -> Result<(), VaultError> {
    let mut random = Randomness::new();
    let key = RecordKey::from_bytes(random.array()?);
    let check = wrapping.wrap(&random.array()?, &check_binding(), &key)?;
    let meta = Column::Meta.of(db)?;
    let mut batch = WriteBatch::default();
    batch.put_cf(meta, meta::FORMAT, VAULT_FORMAT.to_be_bytes());
    batch.put_cf(meta, meta::WRAPPING_CHECK, check);
    Ok(db.write_opt(batch, &column::synced())?)
}

fn check_identity(db: &DB, vault: &Path, wrapping: &WrappingKey) -> Result<(), VaultError> {
    let row = |key| db.get_cf(Column::Meta.of(db)?, key).map_err(VaultError::from);
    let format = row(meta::FORMAT)?.ok_or_else(|| VaultError::damaged("format row", "missing"))?;
    let format = <[u8; 4]>::try_from(format.as_slice())
        .map_err(|_| VaultError::damaged("format row", format!("{} bytes, 4 expected", format.len())))?;
    let actual = u32::from_be_bytes(format);
    if actual != VAULT_FORMAT {
        return Err(VaultError::NewerFormat { path: vault.to_owned(), actual, known: VAULT_FORMAT });
    }
    let check = row(meta::WRAPPING_CHECK)?.ok_or_else(|| VaultError::damaged("wrapping check row", "missing"))?;
    match wrapping.unwrap(&check_binding(), &check) {
        Ok(_) => Ok(()),
        Err(_) => Err(VaultError::WrongKey { path: vault.to_owned() }),
    }
}
