//! The content-addressed directory of larger sealed records: `files/ab/cd/<SHA-256 in hex>`. A file comes into being whole: written
//! under `incoming/`, synced, renamed, and its directories synced. What a row says about it is not known here.

use super::error::VaultError;
use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::Digest;

/// The directory of the vault's larger records.
#[derive(Debug)]
pub(crate) struct FileDirectory {
    files: PathBuf,
    incoming: PathBuf,
}

impl FileDirectory {
    pub(crate) fn new(vault: &Path) -> Self {
        Self { files: vault.join("files"), incoming: vault.join("incoming") }
    }

    /// Makes the directories where they are missing, and syncs their names.
    pub(crate) fn create(&self, vault: &Path) -> Result<(), VaultError> {
        for directory in [&self.files, &self.incoming] {
            create_directory(directory)?;
        }
        sync_directory(vault)
    }

    /// Writes files and syncs them and their names: once for each directory of the batch.
    pub(crate) fn write<'a>(&self, records: impl Iterator<Item = (&'a Digest, &'a [u8])>) -> Result<(), VaultError> {
        let mut directories = BTreeSet::new();
        for (id, sealed) in records {
            let incoming = self.incoming.join(id.to_string());
            write_synced(&incoming, sealed)?;
            let path = self.path(id);
            for directory in self.directories(&path) {
                create_directory(&directory)?;
                directories.insert(directory);
            }
            fs::rename(&incoming, &path).map_err(VaultError::file(&path))?;
        }
        // Names sort before what is in them; the lowest directories first.
        directories.iter().rev().try_for_each(|directory| sync_directory(directory))
    }

    /// The bytes of a file; none when there is no such file.
    pub(crate) fn read(&self, id: &Digest) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.path(id);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(VaultError::file(&path)(error)),
        }
    }

    /// Deletes a file, if it is there.
    pub(crate) fn remove(&self, id: &Digest) -> Result<(), VaultError> {
        remove_file(&self.path(id))
    }

    /// Deletes everything unfinished, and every file that `is_named` does not know. Files with other names than ours stay.
    /// Returns how many files were deleted.
    pub(crate) fn sweep(&self, is_named: impl Fn(&Digest) -> Result<bool, VaultError>) -> Result<u64, VaultError> {
        let mut swept = 0_u64;
        for path in entries(&self.incoming)? {
            remove_file(&path)?;
            swept = swept.saturating_add(1);
        }
        for first in entries(&self.files)? {
            for second in entries(&first)? {
                for path in entries(&second)? {
                    let name = path.file_name().and_then(|name| name.to_str());
                    let Some(id) = name.and_then(|name| name.parse::<Digest>().ok()) else { continue };
                    if !is_named(&id)? {
                        remove_file(&path)?;
                        swept = swept.saturating_add(1);
                    }
                }
            }
        }
        Ok(swept)
    }

    fn path(&self, id: &Digest) -> PathBuf {
        let name = id.to_string();
        let [first, second, ..] = *id.as_bytes();
        self.files.join(hex::encode([first])).join(hex::encode([second])).join(name)
    }

    /// The directories above a file, the uppermost first.
    fn directories(&self, path: &Path) -> Vec<PathBuf> {
        let mut above: Vec<_> =
            path.ancestors().skip(1).take_while(|path| path.starts_with(&self.files)).map(Path::to_owned).collect();
        above.reverse();
        above
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(VaultError::file(path))
}

/// Makes one directory that only its owner may enter; one that is there already is fine.
pub(crate) fn create_directory(path: &Path) -> Result<(), VaultError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(VaultError::file(path)(error)),
        _ => Ok(()),
    }
}

pub(crate) fn sync_directory(path: &Path) -> Result<(), VaultError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(VaultError::file(path))
}

fn remove_file(path: &Path) -> Result<(), VaultError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(VaultError::file(path)(error)),
        _ => Ok(()),
    }
}

/// The paths in a directory; none when it is no directory.
fn entries(path: &Path) -> Result<Vec<PathBuf>, VaultError> {
    let listed = match fs::read_dir(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        listed => listed.map_err(VaultError::file(path))?,
    };
    listed.map(|entry| Ok(entry.map_err(VaultError::file(path))?.path())).collect()
}
