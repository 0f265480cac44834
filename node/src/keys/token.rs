//! Keys in PKCS#11 tokens: the key file names the token, the secret never leaves it.

use super::secret_file::{self, SecretFileError};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_token::{Module, Pin, TokenError};

/// Names the file that holds the PIN of the token, readable by its owner alone.
pub const PIN_FILE_VARIABLE: &str = "ZK_TOKEN_PIN_FILE";
/// The longest PIN in bytes; PKCS#11 tokens take far less.
const MAX_PIN_BYTES: u64 = 256;

/// Where a key is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenPlace {
    /// The module (a shared library) that reaches the token.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub key: String,
}

/// Why a key in a token cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenKeyError {
    /// Nobody said where the PIN is.
    #[error("the key is in a token; name the file that holds its PIN with {PIN_FILE_VARIABLE}")]
    PinNeeded,
    /// The file of the PIN.
    #[error("{path}: {source}")]
    PinFile {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        source: std::io::Error,
    },
    /// The file of the PIN cannot be opened, or others than its owner get at it.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
    /// The file of the PIN holds none.
    #[error("{path}: its first line is no PIN")]
    NoPin {
        /// The file.
        path: PathBuf,
    },
    /// The token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Another key has the label now.
    #[error("the token's key of this label is another one than the key file names")]
    OtherKey,
}

/// A module must be loaded once in a process.
static MODULES: Mutex<BTreeMap<PathBuf, Module>> = Mutex::new(BTreeMap::new());

impl TokenPlace {
    /// The signer of the key, which must have this public key.
    pub(super) fn signer(&self, public: &PublicKey) -> Result<Arc<dyn Signer>, TokenKeyError> {
        let signer = self.load()?.signer(&self.token, &self.key, Algorithm::Ed25519, &pin()?)?;
        if signer.public_key() == *public { Ok(Arc::new(signer)) } else { Err(TokenKeyError::OtherKey) }
    }

    /// The public key of the key that is there.
    pub(super) fn public_key(&self) -> Result<PublicKey, TokenKeyError> {
        Ok(self.load()?.signer(&self.token, &self.key, Algorithm::Ed25519, &pin()?)?.public_key())
    }

    /// Makes the key in the token.
    pub(super) fn make(&self) -> Result<PublicKey, TokenKeyError> {
        Ok(self.load()?.make_key(&self.token, &self.key, &pin()?)?)
    }

    fn load(&self) -> Result<Module, TokenKeyError> {
        let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = modules.get(&self.module) {
            return Ok(module.clone());
        }
        let module = Module::load(&self.module)?;
        modules.insert(self.module.clone(), module.clone());
        Ok(module)
    }
}

fn pin() -> Result<Pin, TokenKeyError> {
    let path = std::env::var_os(PIN_FILE_VARIABLE).map(PathBuf::from).ok_or(TokenKeyError::PinNeeded)?;
    let text = read(&path)?;
    match text.lines().next().unwrap_or_default() {
        "" => Err(TokenKeyError::NoPin { path }),
        pin => Ok(Pin::from(pin)),
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, TokenKeyError> {
    let mut text = Zeroizing::new(String::new());
    let read = secret_file::open(path)?.take(MAX_PIN_BYTES).read_to_string(&mut text);
    read.map_err(|source| TokenKeyError::PinFile { path: path.to_owned(), source })?;
    Ok(text)
}
