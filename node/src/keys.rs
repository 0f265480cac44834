//! Key files: one secret of 32 bytes each, as text, readable by the owner alone. Encrypted key files and devices come behind the
//! same [`Signer`] trait.

use crate::error::NodeError;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;
use zhengku_crypto::envelope::WrappingKey;
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_crypto::sign::{Algorithm, SecretSigner, Signer};
use zhengku_ledger::ids::OrganisationNumber;
use zhengku_ledger::state::Directory;
use zhengku_library::port::Keyring;
use zhengku_library::random::Randomness;

/// The longest key file in bytes: a kind and 64 hex digits.
const MAX_KEY_FILE_BYTES: u64 = 256;
const PSEUDONYM_KIND: &str = "pseudonym";
const WRAPPING_KIND: &str = "wrapping";

/// The keys of one node's directory.
#[derive(Clone, Debug)]
pub struct KeyStore {
    directory: PathBuf,
}

impl KeyStore {
    /// The keys in `directory`.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Makes the directory, for the owner alone.
    ///
    /// # Errors
    /// [`NodeError::File`].
    pub fn create(&self) -> Result<(), NodeError> {
        let built = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory);
        built.map_err(NodeError::file(&self.directory))
    }

    /// Makes a new signing key.
    ///
    /// # Errors
    /// [`NodeError::File`], an existing file included.
    pub fn make_signer(
        &self,
        name: &str,
        algorithm: Algorithm,
        random: &mut Randomness,
    ) -> Result<Arc<dyn Signer>, NodeError> {
        let secret = Zeroizing::new(random.array::<32>()?);
        self.write(name, algorithm.name(), &secret)?;
        Ok(Arc::new(SecretSigner::from_secret(algorithm, &secret)?))
    }

    /// Makes the pseudonym key and the wrapping key of the vault.
    ///
    /// # Errors
    /// [`NodeError::File`], existing files included.
    pub fn make_vault_keys(&self, random: &mut Randomness) -> Result<(), NodeError> {
        for kind in [PSEUDONYM_KIND, WRAPPING_KIND] {
            self.write(kind, kind, &Zeroizing::new(random.array::<32>()?))?;
        }
        Ok(())
    }

    /// Reads a signing key.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn signer(&self, name: &str) -> Result<Arc<dyn Signer>, NodeError> {
        let (kind, secret) = self.read(name)?;
        let known = [Algorithm::Ed25519, Algorithm::Sm2Sm3].into_iter().find(|algorithm| algorithm.name() == kind);
        let algorithm = known.ok_or_else(|| self.bad(name, format!("\"{kind}\" is not a signing key")))?;
        Ok(Arc::new(SecretSigner::from_secret(algorithm, &secret)?))
    }

    /// The jurisdiction's pseudonym key.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn pseudonym_key(&self) -> Result<PseudonymKey, NodeError> {
        Ok(PseudonymKey::from_bytes(*self.read_kind(PSEUDONYM_KIND)?))
    }

    /// The vault's wrapping key.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn wrapping_key(&self) -> Result<WrappingKey, NodeError> {
        Ok(WrappingKey::from_bytes(*self.read_kind(WRAPPING_KIND)?))
    }

    /// The signers of those organisations whose key file is here and whose key the ledger knows.
    #[must_use]
    pub fn ring(&self, directory: &Directory) -> KeyRing {
        let held = directory.organisations().filter_map(|organisation| {
            let signer = self.signer(&organisation_name(organisation.credit_code.as_str())).ok()?;
            organisation.keys.contains(&signer.public_key()).then_some((organisation.number, signer))
        });
        KeyRing(held.collect())
    }

    fn read_kind(&self, kind: &str) -> Result<Zeroizing<[u8; 32]>, NodeError> {
        let (found, secret) = self.read(kind)?;
        if found == kind { Ok(secret) } else { Err(self.bad(kind, format!("it holds a key of kind \"{found}\""))) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.key"))
    }

    pub(crate) fn bad(&self, name: &str, reason: impl Into<String>) -> NodeError {
        NodeError::Key { path: self.path(name), reason: reason.into() }
    }

    fn write(&self, name: &str, kind: &str, secret: &[u8; 32]) -> Result<(), NodeError> {
        let path = self.path(name);
        let text = Zeroizing::new(format!("zhengku-key 1 {kind} {}\n", hex::encode(secret)));
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(NodeError::file(&path))?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        written.and_then(|()| std::fs::File::open(&self.directory)?.sync_all()).map_err(NodeError::file(&path))
    }

    fn read(&self, name: &str) -> Result<(String, Zeroizing<[u8; 32]>), NodeError> {
        let path = self.path(name);
        let file = std::fs::File::open(&path).map_err(NodeError::file(&path))?;
        let mode = file.metadata().map_err(NodeError::file(&path))?.mode();
        if mode & 0o077 != 0 {
            return Err(self.bad(name, "others can read this key; run chmod 600 on it"));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_KEY_FILE_BYTES).read_to_string(&mut text).map_err(NodeError::file(&path))?;
        let mut words = text.split_ascii_whitespace();
        let (Some("zhengku-key"), Some("1"), Some(kind), Some(digits), None) =
            (words.next(), words.next(), words.next(), words.next(), words.next())
        else {
            return Err(self.bad(name, "not a key file of version 1"));
        };
        let mut secret = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(digits, &mut *secret).map_err(|_| self.bad(name, "its secret is not 64 hex digits"))?;
        Ok((kind.to_owned(), secret))
    }
}

/// The file name of an organisation's key.
#[must_use]
pub fn organisation_name(credit_code: &str) -> String {
    format!("organisation-{credit_code}")
}

/// Signers by organisation.
#[derive(Clone)]
pub struct KeyRing(BTreeMap<OrganisationNumber, Arc<dyn Signer>>);

impl Keyring for KeyRing {
    fn signer(&self, organisation: OrganisationNumber) -> Option<Arc<dyn Signer>> {
        self.0.get(&organisation).map(Arc::clone)
    }
}
