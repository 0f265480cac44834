//! The part of a trust file that seals need, read again when the file changes: revocations reach a running server.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use zhengku_document::trust::SealTrust;

/// The longest trust file in bytes; as `zhengku-verify` has it.
const MAX_TRUST_BYTES: u64 = 8 * 1024 * 1024;

/// The trust file of a directory.
pub(super) struct WatchedTrust {
    path: PathBuf,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    /// Time and length of the file that was read; none: there was none.
    stamp: Option<(SystemTime, u64)>,
    trust: Arc<SealTrust>,
}

impl WatchedTrust {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, last: Mutex::default() }
    }

    /// What the file says now. Without a file nothing is trusted; one that cannot be read is logged and changes nothing.
    pub(super) fn now(&self) -> Arc<SealTrust> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = std::fs::metadata(&self.path).and_then(|file| Ok((file.modified()?, file.len()))).ok();
        if stamp != last.stamp {
            last.stamp = stamp;
            match stamp.map(|_| read(&self.path)) {
                None => last.trust = Arc::default(),
                Some(Ok(trust)) => last.trust = Arc::new(trust),
                Some(Err(error)) => {
                    tracing::warn!(%error, path = %self.path.display(), "the trust file cannot be read; the former one counts");
                }
            }
        }
        Arc::clone(&last.trust)
    }
}

fn read(path: &Path) -> std::io::Result<SealTrust> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_TRUST_BYTES).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_counts_and_a_broken_one_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trust.json");
        let watched = WatchedTrust::new(path.clone());
        assert_eq!(*watched.now(), SealTrust::default());
        std::fs::write(&path, r#"{"revocation_lists": ["AA=="]}"#).unwrap();
        assert_eq!(watched.now().revocation_lists, ["AA=="]);
        std::fs::write(&path, r#"{"revocation_lists": ["AA==", "AAA="]}"#).unwrap();
        assert_eq!(watched.now().revocation_lists.len(), 2);
        std::fs::write(&path, "{").unwrap();
        assert_eq!(watched.now().revocation_lists.len(), 2);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(*watched.now(), SealTrust::default());
    }
}
