//! Where a node keeps what.

use std::path::{Path, PathBuf};

/// The directory of a node.
///
/// ```text
/// ledger/    the ledger (RocksDB): digests and pseudonyms only
/// signed/    the candidates of the newest height
/// agreement/ the write-ahead log of agreement
/// vault/     face data, encrypted
/// keys/      secret keys, readable by the owner alone
/// pki/       certificate authorities and what they issued, where there are some
/// timestamp/ the timestamping authority that runs here, or the one that is asked when something is sealed here
/// seals/     e-seals that are used here: their files and signers' certificates
/// papers/    drafts and batches of the desk, encrypted
/// refused/   refused rows of imports, to mend and import again: personal data in the clear, readable by the owner alone
/// trust.json what a verifier needs
/// pseudonym.mark by which a pseudonym key of another directory is known
/// ```
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    /// The write-ahead log of agreement.
    #[must_use]
    pub fn agreement(&self) -> PathBuf {
        self.root.join("agreement")
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The mark of the pseudonym key.
    #[must_use]
    pub fn pseudonym_mark(&self) -> PathBuf {
        self.root.join("pseudonym.mark")
    }

    /// The certificate authorities.
    #[must_use]
    pub fn pki(&self) -> PathBuf {
        self.root.join("pki")
    }

    /// The timestamping authority.
    #[must_use]
    pub fn timestamp(&self) -> PathBuf {
        self.root.join("timestamp")
    }

    /// The e-seals.
    #[must_use]
    pub fn seals(&self) -> PathBuf {
        self.root.join("seals")
    }

    /// The desk's working papers.
    #[must_use]
    pub fn papers(&self) -> PathBuf {
        self.root.join("papers")
    }

    /// The refused rows.
    #[must_use]
    pub fn refused(&self) -> PathBuf {
        self.root.join("refused")
    }

    /// Stands there from the beginning of `init` until the trust file is written.
    #[must_use]
    pub fn unfinished(&self) -> PathBuf {
        self.root.join("init-unfinished")
    }

    /// The trust file.
    #[must_use]
    pub fn trust(&self) -> PathBuf {
        self.root.join("trust.json")
    }
}
