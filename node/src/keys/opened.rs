//! Key files that were opened with a passphrase. Deriving a key from one takes a second of work on purpose; whoever runs for days does it
//! once for each file and not at each signing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;
use zhengku_crypto::digest::{Digest, sha256};

/// Secrets by the digest of their file as it lies on the disk: a file that was changed is another one, and a file that is gone is not
/// asked for. Wiped with the last clone.
#[derive(Clone, Default)]
pub(super) struct Opened(Arc<Mutex<BTreeMap<Digest, Zeroizing<[u8; 32]>>>>);

impl Opened {
    pub(super) fn find(&self, file: &str) -> Option<Zeroizing<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&sha256(file.as_bytes())).cloned()
    }

    pub(super) fn keep(&self, file: &str, secret: &Zeroizing<[u8; 32]>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sha256(file.as_bytes()), secret.clone());
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Opened(..)")
    }
}
