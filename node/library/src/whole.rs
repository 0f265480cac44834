//! Files that are written whole or not at all, also when the power fails.

use std::fs::{self, File, OpenOptions};
use std::io::{Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Who may read a file besides its owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Readers {
    /// Nobody: keys, personal data.
    Owner,
    /// Everybody: public facts.
    All,
}

/// Writes `bytes` beside `path`, syncs them, renames them over `path` and syncs the directory. When this fails, `path` is as it was.
///
/// # Errors
/// Whatever the file system says; what was half-written is removed as far as the disk lets.
pub fn write(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o644,
    };
    // Of this process alone: two that write the same file do not mix.
    let part = path.with_added_extension(format!("part-{}", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(above)?.sync_all()
    })();
    if written.is_err() {
        // That it may not be there is no error.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_and_nothing_stays_beside_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("facts.json");
        for (bytes, readers, mode) in [(b"one".as_slice(), Readers::All, 0o644), (b"2", Readers::Owner, 0o600)] {
            write(&path, bytes, readers).expect("it is written");
            assert_eq!(fs::read(&path).expect("it is there"), bytes);
            assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, mode);
        }
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1);
    }

    #[test]
    fn a_failure_leaves_the_former_file_and_no_part() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("taken");
        fs::create_dir(&path).expect("a directory in its place");
        assert!(write(&path, b"bytes", Readers::Owner).is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1);
    }
}
