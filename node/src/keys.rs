//! Key files: one secret of 32 bytes each, as text, readable by the owner alone, in the clear or under a passphrase; or the place of a
//! key in a PKCS#11 token, which signs behind the same [`Signer`] trait.

mod file;
mod opened;
mod passphrase;
mod secret_file;
mod token;

pub use file::KeyFileError;
pub use passphrase::{
    MAX_PASSPHRASE_BYTES, MIN_PASSPHRASE_BYTES, PASSPHRASE_FILE_VARIABLE, PASSPHRASE_VARIABLE, Passphrase,
    PassphraseError,
};

pub use secret_file::SecretFileError;
pub use token::{PIN_FILE_VARIABLE, TokenKeyError, TokenPlace};

use crate::error::NodeError;
use crate::layout::Layout;
use file::{KeyFile, MAX_KEY_FILE_BYTES};
use opened::Opened;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;
use zhengku_crypto::envelope::WrappingKey;
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_crypto::sign::{Algorithm, PublicKey, SecretSigner, Signer};
use zhengku_ledger::ids::OrganisationNumber;
use zhengku_ledger::state::Directory;
use zhengku_library::port::Keyring;
use zhengku_library::random::Randomness;
use zhengku_library::whole::{self, Readers};
use zhengku_store::OpenMode;

/// The key file of a node's place in the network: the identity of its connections.
pub const NETWORK_KEY: &str = "network";
/// How the names of keys for approvals begin.
const REVIEW_PREFIX: &str = "review-";
/// How key files end.
const EXTENSION: &str = "key";
const PSEUDONYM_KIND: &str = "pseudonym";
/// What the pseudonym key is marked by: no type or number of a licence reads so.
const MARKED: &str = "zhengku pseudonym mark";
const WRAPPING_KIND: &str = "wrapping";

/// The keys of one node's directory.
#[derive(Clone, Debug)]
pub struct KeyStore {
    directory: PathBuf,
    passphrase: Option<Passphrase>,
    /// What was opened with a passphrase; clones share it.
    opened: Opened,
}

/// What a key file says without its secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPicture {
    /// Its name: the file without its ending.
    pub name: String,
    /// Its kind: an algorithm's name, `pseudonym` or `wrapping`.
    pub kind: String,
    /// Whether it is under a passphrase.
    pub is_encrypted: bool,
    /// The public key of a signing key.
    pub public: Option<PublicKey>,
    /// The token that holds the secret; none when the file does.
    pub token: Option<TokenPlace>,
}

impl KeyStore {
    /// The keys in `directory`. Encrypted ones open with the passphrase that the environment names.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), passphrase: None, opened: Opened::default() }
    }

    /// As [`KeyStore::new`], with the passphrase of the encrypted ones.
    #[must_use]
    pub fn with_passphrase(directory: &Path, passphrase: Passphrase) -> Self {
        Self { directory: directory.to_owned(), passphrase: Some(passphrase), opened: Opened::default() }
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

    /// Makes an ed25519 key in a token, or takes the one that is there, and a key file that names it.
    ///
    /// # Errors
    /// [`NodeError::Key`] when the token does not do it, [`NodeError::File`], an existing file included.
    pub fn add_token_key(&self, name: &str, place: TokenPlace, is_there: bool) -> Result<PublicKey, NodeError> {
        if self.holds(name) {
            return Err(self.bad(name, "there is a key file of this name already"));
        }
        let public = if is_there { place.public_key() } else { place.make() };
        let public = public.map_err(|error| self.bad(name, error.to_string()))?;
        self.write_new(&self.path(name), &KeyFile::in_token(public.clone(), place))?;
        Ok(public)
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
        if let Some((place, public)) = self.read_file(name)?.token() {
            return place.signer(public).map_err(|error| self.bad(name, error.to_string()));
        }
        Ok(Arc::new(self.secret_signer(name)?))
    }

    /// Reads a signing key for protocols that fix the bytes which are signed (certificates, signed requests).
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn secret_signer(&self, name: &str) -> Result<SecretSigner, NodeError> {
        let (kind, secret) = self.read(name)?;
        let algorithm =
            file::algorithm(&kind).ok_or_else(|| self.bad(name, format!("\"{kind}\" is not a signing key")))?;
        Ok(SecretSigner::from_secret(algorithm, &secret)?)
    }

    /// The secret of an ed25519 key, for protocols that take the key itself: the node's connections, its certificate.
    ///
    /// # Errors
    /// [`NodeError::Key`], a key of another kind included.
    pub fn ed25519_secret(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, NodeError> {
        let (kind, secret) = self.read(name)?;
        if kind == Algorithm::Ed25519.name() {
            Ok(secret)
        } else {
            Err(self.bad(name, format!("it holds a key of kind \"{kind}\", needed is ed25519")))
        }
    }

    /// Whether there is a file of this name.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names of all key files here, sorted.
    ///
    /// # Errors
    /// [`NodeError::File`].
    pub fn names(&self) -> Result<Vec<String>, NodeError> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.directory).map_err(NodeError::file(&self.directory))? {
            let path = entry.map_err(NodeError::file(&self.directory))?.path();
            let stem = path.file_stem().and_then(std::ffi::OsStr::to_str);
            names.extend(stem.filter(|_| path.extension().is_some_and(|end| end == EXTENSION)).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The name of the file that holds the secret of a public key; none when no file here does.
    ///
    /// # Errors
    /// [`NodeError`] when none is found and a file here cannot be read: it might be the one.
    pub fn name_of(&self, key: &PublicKey) -> Result<Option<String>, NodeError> {
        let mut unreadable = None;
        for name in self.names()? {
            match self.picture(&name) {
                Ok(picture) if picture.public.as_ref() == Some(key) => return Ok(Some(name)),
                Ok(_) => {}
                Err(error) => unreadable = unreadable.or(Some(error)),
            }
        }
        unreadable.map_or(Ok(None), Err)
    }

    /// What a key file says without its secret.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn picture(&self, name: &str) -> Result<KeyPicture, NodeError> {
        let file = self.read_file(name)?;
        let (is_encrypted, public) = (file.is_encrypted(), file.public_key());
        let token = file.token().map(|(place, _)| place.clone());
        Ok(KeyPicture { name: name.to_owned(), kind: file.kind, is_encrypted, public, token })
    }

    /// Puts a key file under a passphrase. The file is replaced whole; what lay on the disk before may stay readable there until the
    /// disk writes over it, so a key that mattered is better made anew and rotated.
    ///
    /// # Errors
    /// [`NodeError::Key`], an encrypted one included.
    pub fn encrypt(&self, name: &str, passphrase: &Passphrase, random: &mut Randomness) -> Result<(), NodeError> {
        let sealed = self.read_file(name)?.encrypt(passphrase, random).map_err(|error| self.unusable(name, &error))?;
        self.replace(name, &sealed)
    }

    /// Takes a key file out of its passphrase.
    ///
    /// # Errors
    /// [`NodeError::Key`], one in the clear included.
    pub fn decrypt(&self, name: &str, passphrase: &Passphrase) -> Result<(), NodeError> {
        let clear = self.read_file(name)?.decrypt(passphrase).map_err(|error| self.unusable(name, &error))?;
        self.replace(name, &clear)
    }

    /// Opens a key file and drops the secret: whether it can be used.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn check(&self, name: &str) -> Result<(), NodeError> {
        if self.read_file(name)?.token().is_some() {
            return self.signer(name).map(drop);
        }
        let (kind, secret) = self.read(name)?;
        match file::algorithm(&kind) {
            Some(algorithm) => SecretSigner::from_secret(algorithm, &secret).map(|_| ()).map_err(NodeError::from),
            None if kind == PSEUDONYM_KIND || kind == WRAPPING_KIND => Ok(()),
            None => Err(self.bad(name, format!("\"{kind}\" is no kind of key"))),
        }
    }

    /// The jurisdiction's pseudonym key.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn pseudonym_key(&self) -> Result<PseudonymKey, NodeError> {
        Ok(PseudonymKey::from_bytes(*self.read_kind(PSEUDONYM_KIND)?))
    }

    /// The pseudonym key, compared with the mark that its first use in this directory left: under another key every licence would
    /// seem unknown, and would be minted a second time.
    ///
    /// # Errors
    /// [`NodeError::Key`], [`NodeError::File`].
    pub fn pseudonym_key_of(&self, layout: &Layout, mode: OpenMode) -> Result<PseudonymKey, NodeError> {
        let (key, path) = (self.pseudonym_key()?, layout.pseudonym_mark());
        let mark = key.licence(MARKED, MARKED).to_string();
        match std::fs::read_to_string(&path) {
            Ok(known) if known.trim() == mark => Ok(key),
            Ok(_) => Err(self.bad(
                PSEUDONYM_KIND,
                "it is not the pseudonym key that this directory was used with (pseudonym.mark); put the right one back",
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if mode == OpenMode::Write {
                    whole::write(&path, mark.as_bytes(), Readers::Owner).map_err(|source| NodeError::File { path, source })?;
                }
                Ok(key)
            }
            Err(source) => Err(NodeError::File { path, source }),
        }
    }

    /// The vault's wrapping key.
    ///
    /// # Errors
    /// [`NodeError::Key`].
    pub fn wrapping_key(&self) -> Result<WrappingKey, NodeError> {
        Ok(WrappingKey::from_bytes(*self.read_kind(WRAPPING_KIND)?))
    }

    /// The signers of those organisations one of whose keys on the ledger is in a file here, whatever its name but that of a key for
    /// approvals: the second person's key does not do the first one's work.
    #[must_use]
    pub fn ring(&self, directory: &Directory) -> KeyRing {
        let mut files = self.publics();
        files.retain(|(name, _)| !name.starts_with(REVIEW_PREFIX));
        let held = directory.organisations().filter_map(|organisation| {
            let name = newest(&files, &organisation.keys)?;
            // It is here, and cannot be used: a passphrase or a PIN is missing. Others go on.
            let warn = |error: &NodeError| tracing::warn!(%error, "a key that is here cannot be used");
            Some((organisation.number, self.signer(name).inspect_err(warn).ok()?))
        });
        KeyRing(held.collect())
    }

    /// The signer of one of these public keys; of several that are here the last, which is the newest of an organisation.
    #[must_use]
    pub fn signer_among(&self, keys: &[PublicKey]) -> Option<Arc<dyn Signer>> {
        self.signer(newest(&self.publics(), keys)?).ok()
    }

    /// The signers of all of these public keys that are here, the newest first: a mass action takes two (双人复核).
    #[must_use]
    pub fn signers_among(&self, keys: &[PublicKey]) -> Vec<Arc<dyn Signer>> {
        let files = self.publics();
        let names = keys.iter().rev().filter_map(|key| files.iter().find(|(_, held)| held == key));
        names.filter_map(|(name, _)| self.signer(name).ok()).collect()
    }

    /// The first organisation of the ledger one of whose keys is here, with its signer.
    #[must_use]
    pub fn first_organisation(&self, directory: &Directory) -> Option<(OrganisationNumber, Arc<dyn Signer>)> {
        let files = self.publics();
        directory.organisations().find_map(|organisation| {
            let signer = self.signer(newest(&files, &organisation.keys)?).ok()?;
            Some((organisation.number, signer))
        })
    }

    /// Why none of these public keys signs here although a key file is: the first file of one of them that does not open (another
    /// passphrase, no PIN, altered bytes), else the first file that cannot be read at all, which might be the one. None when no file
    /// here has to do with it.
    #[must_use]
    pub fn unusable_among(&self, keys: &[PublicKey]) -> Option<NodeError> {
        let mut unread = None;
        for name in self.names().ok()? {
            match self.picture(&name) {
                Ok(picture) if picture.public.as_ref().is_some_and(|public| keys.contains(public)) => {
                    if let Err(error) = self.signer(&name) {
                        return Some(error);
                    }
                }
                Ok(_) => {}
                Err(error) => unread = unread.or(Some(error)),
            }
        }
        unread
    }

    /// The public keys of the signing keys here, with their names. Files that cannot be read are passed over.
    fn publics(&self) -> Vec<(String, PublicKey)> {
        let names = self.names().unwrap_or_default();
        names.into_iter().filter_map(|name| self.picture(&name).ok()?.public.map(|key| (name, key))).collect()
    }

    fn read_kind(&self, kind: &str) -> Result<Zeroizing<[u8; 32]>, NodeError> {
        let (found, secret) = self.read(kind)?;
        if found == kind { Ok(secret) } else { Err(self.bad(kind, format!("it holds a key of kind \"{found}\""))) }
    }

    /// The file of a key.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.{EXTENSION}"))
    }

    pub(crate) fn bad(&self, name: &str, reason: impl Into<String>) -> NodeError {
        NodeError::Key { path: self.path(name), reason: reason.into() }
    }

    fn unusable(&self, name: &str, error: &KeyFileError) -> NodeError {
        self.bad(name, error.to_string())
    }

    fn write(&self, name: &str, kind: &str, secret: &[u8; 32]) -> Result<(), NodeError> {
        self.write_new(&self.path(name), &KeyFile::clear(kind, secret))
    }

    fn write_new(&self, path: &Path, file: &KeyFile) -> Result<(), NodeError> {
        let mut open =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(NodeError::file(path))?;
        let written = open.write_all(file.text().as_bytes()).and_then(|()| open.sync_all());
        written.and_then(|()| std::fs::File::open(&self.directory)?.sync_all()).map_err(NodeError::file(path))
    }

    fn replace(&self, name: &str, file: &KeyFile) -> Result<(), NodeError> {
        let path = self.path(name);
        let part = path.with_extension("key-part");
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(NodeError::file(&part)(error)),
            _ => {}
        }
        self.write_new(&part, file)?;
        let renamed = std::fs::rename(&part, &path).and_then(|()| std::fs::File::open(&self.directory)?.sync_all());
        renamed.map_err(NodeError::file(&path))
    }

    fn read(&self, name: &str) -> Result<(String, Zeroizing<[u8; 32]>), NodeError> {
        let file = self.read_file(name)?;
        if !file.is_encrypted() {
            let secret = file.open(None).map_err(|error| self.unusable(name, &error))?;
            return Ok((file.kind, secret));
        }
        let text = file.text();
        if let Some(secret) = self.opened.find(&text) {
            return Ok((file.kind, secret));
        }
        let passphrase = match &self.passphrase {
            None => Passphrase::from_environment().map_err(|error| self.bad(name, error.to_string()))?,
            given => given.clone(),
        };
        let secret = file.open(passphrase.as_ref()).map_err(|error| self.unusable(name, &error))?;
        self.opened.keep(&text, &secret);
        Ok((file.kind, secret))
    }

    fn read_file(&self, name: &str) -> Result<KeyFile, NodeError> {
        let path = self.path(name);
        let file = std::fs::File::open(&path).map_err(NodeError::file(&path))?;
        let mode = file.metadata().map_err(NodeError::file(&path))?.mode();
        if mode & 0o077 != 0 {
            return Err(self.bad(name, "others can read this key; run chmod 600 on it"));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_KEY_FILE_BYTES).read_to_string(&mut text).map_err(NodeError::file(&path))?;
        KeyFile::parse(&text).map_err(|error| self.unusable(name, &error))
    }
}

/// The file of the last of these keys that is in one.
fn newest<'f>(files: &'f [(String, PublicKey)], keys: &[PublicKey]) -> Option<&'f str> {
    keys.iter().rev().find_map(|key| files.iter().find(|(_, held)| held == key)).map(|(name, _)| name.as_str())
}

/// The file name of an organisation's key when it is made with its ledger; a later one may have any.
#[must_use]
pub fn organisation_name(credit_code: &str) -> String {
    format!("organisation-{credit_code}")
}

/// The file name of the key that approves an organisation's mass actions (双人复核), when it is made with its ledger.
#[must_use]
pub fn review_name(credit_code: &str) -> String {
    format!("{REVIEW_PREFIX}{credit_code}")
}

/// Signers by organisation.
#[derive(Clone)]
pub struct KeyRing(BTreeMap<OrganisationNumber, Arc<dyn Signer>>);

impl Keyring for KeyRing {
    fn signer(&self, organisation: OrganisationNumber) -> Option<Arc<dyn Signer>> {
        self.0.get(&organisation).map(Arc::clone)
    }
}

#[cfg(test)]
mod tests;
