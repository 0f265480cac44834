//! Files of secrets that an operator writes himself: the passphrase of the key files, the PIN of a token.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Names the directory of the credentials that the service manager hands to a service (systemd.exec(5), `LoadCredential=`).
const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";
/// The bits of a mode that let group and others at a file.
const SHARED: u32 = 0o077;
/// The bits of a mode that are shown.
const PERMISSIONS: u32 = 0o777;

/// Why a file of a secret is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretFileError {
    /// It cannot be opened.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Group or others may read or write it.
    #[error("{path}: its mode is {mode:03o}, so that others than its owner get at the secret; run `chmod 600 {path}`")]
    Shared {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// Opens a file of a secret that is its owner's alone. A pipe or a terminal has no readers but its two ends and is taken as it is; a
/// credential of the service manager lies in a directory that the service alone may enter, and shows the service's access right as one of
/// the group.
///
/// # Errors
/// [`SecretFileError`].
pub(super) fn open(path: &Path) -> Result<File, SecretFileError> {
    open_with(path, std::env::var_os(CREDENTIALS_VARIABLE).as_deref().map(Path::new))
}

fn open_with(path: &Path, credentials: Option<&Path>) -> Result<File, SecretFileError> {
    let failed = |source| SecretFileError::File { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    let is_credential = credentials.is_some_and(|directory| path.parent() == Some(directory));
    if about.is_file() && !is_credential && about.mode() & SHARED != 0 {
        return Err(SecretFileError::Shared { path: path.to_owned(), mode: about.mode() & PERMISSIONS });
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_others_can_read_is_refused_with_the_remedy() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pin");
        std::fs::write(&path, "918273\n").unwrap();
        for (mode, is_read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match open_with(&path, None) {
                Ok(_) => assert!(is_read, "{mode:o}"),
                Err(error) => {
                    let said = error.to_string();
                    assert!(!is_read, "{said}");
                    for part in
                        [&path.display().to_string(), &format!("{mode:o}"), &format!("chmod 600 {}", path.display())]
                    {
                        assert!(said.contains(part), "{said}");
                    }
                }
            }
        }
        // The service manager shows the service's own access as the group's.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
        assert!(open_with(&path, Some(directory.path())).is_ok());
        assert!(open_with(&path, Some(Path::new("/run/credentials/other"))).is_err());
    }

    #[test]
    fn what_is_no_file_has_no_mode_that_counts() {
        assert!(open_with(Path::new("/dev/null"), None).is_ok());
        assert!(matches!(open_with(Path::new("/nowhere"), None), Err(SecretFileError::File { .. })));
    }
}
