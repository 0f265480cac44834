//! Files and directory trees.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::{Digest, sha256};

/// A path as text.
///
/// # Panics
/// When it is not UTF-8.
#[must_use]
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Copies a directory tree, modes included.
///
/// # Panics
/// When a file cannot be copied.
pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts a copy of `from` in the place of `to`.
///
/// # Panics
/// When a file cannot be written.
pub fn replace_tree(from: &Path, to: &Path) {
    std::fs::remove_dir_all(to).unwrap();
    copy_tree(from, to);
}

/// Every file below a directory.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn all(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The digest of every file below a directory, without RocksDB's diaries (`LOG`), which even a reader appends to.
///
/// # Panics
/// When a file cannot be read.
#[must_use]
pub fn digests(directory: &Path) -> BTreeMap<PathBuf, Digest> {
    let is_diary = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("LOG"));
    let files = all(directory).into_iter().filter(|path| !is_diary(path));
    files.map(|path| (path.clone(), sha256(&std::fs::read(path).unwrap()))).collect()
}

/// The bytes of all files below a directory; files that vanish meanwhile do not count.
#[must_use]
pub fn bytes(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}
