//! The module of a token's maker, and the tokens that it reaches.

use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, KeyType};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use zhengku_crypto::sign::{Algorithm, PublicKey};

use crate::signer::public_key;
use crate::{Pin, TokenError, TokenSigner};

/// CKA_EC_PARAMS of ed25519: the object identifier 1.3.101.112 in DER (RFC 8410 section 3).
const ED25519_PARAMETERS: [u8; 5] = [0x06, 0x03, 0x2b, 0x65, 0x70];

/// A loaded and initialised PKCS#11 module. Load each file once in a process.
#[derive(Clone, Debug)]
pub struct Module {
    path: PathBuf,
    pkcs11: Pkcs11,
}

/// A token that the module reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// Number of its slot.
    pub slot: u64,
    /// Its label.
    pub label: String,
    /// Its serial number.
    pub serial: String,
}

impl Module {
    /// Loads the module's file and initialises it. The file is code that runs in this process: name only one that is trusted.
    ///
    /// # Errors
    /// [`TokenError::Load`], or [`TokenError::Call`] when it does not initialise.
    pub fn load(path: &Path) -> Result<Self, TokenError> {
        let load = |source| TokenError::Load { module: path.to_owned(), source };
        let module = Module { path: path.to_owned(), pkcs11: Pkcs11::new(path).map_err(load)? };
        match module.pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(module),
            Err(source) => Err(module.call("initialising the module", source)),
        }
    }

    /// The initialised tokens that are there.
    ///
    /// # Errors
    /// [`TokenError::Call`].
    pub fn tokens(&self) -> Result<Vec<Token>, TokenError> {
        let described = self.slots()?.into_iter().map(|(_, token)| token).collect();
        Ok(described)
    }

    /// The signer of the key with this label in the token with this label.
    ///
    /// The PIN is checked by the token; a token that is already logged in by this process takes any. It is wiped when its owner drops it.
    ///
    /// # Errors
    /// No such token or key, more than one, no mechanism for the algorithm, a wrong PIN, or the module fails.
    pub fn signer(&self, token: &str, key: &str, algorithm: Algorithm, pin: &Pin) -> Result<TokenSigner, TokenError> {
        let slot = self.slot(token)?;
        self.check_mechanism(slot, algorithm)?;
        let session = self.open(slot, pin)?;
        TokenSigner::find(self, slot, session, key)
    }

    /// Makes an ed25519 key pair in the token, whose secret never leaves it, and returns its public key.
    ///
    /// # Errors
    /// A key with this label is there already, and those of [`Module::signer`].
    pub fn make_key(&self, token: &str, key: &str, pin: &Pin) -> Result<PublicKey, TokenError> {
        let slot = self.slot(token)?;
        self.check_mechanism(slot, Algorithm::Ed25519)?;
        let session = self.open(slot, pin)?;
        let count = self.find(&session, &key_template(key, true))?.len();
        if count != 0 {
            // One more would make the label useless.
            let count = count.saturating_add(1);
            return Err(TokenError::Key { module: self.path.clone(), slot: slot.id(), label: key.to_owned(), count });
        }
        let label = Attribute::Label(key.as_bytes().to_vec());
        let parameters = Attribute::EcParams(ED25519_PARAMETERS.to_vec());
        let public =
            [Attribute::Token(true), Attribute::Private(false), Attribute::Verify(true), parameters, label.clone()];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            label,
        ];
        let (public, _) = session
            .generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)
            .map_err(|source| self.call("making a key", source))?;
        public_key(self, slot, &session, public)
    }

    /// Path of the module's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn call(&self, doing: &'static str, source: Error) -> TokenError {
        TokenError::Call { module: self.path.clone(), doing, source }
    }

    pub(crate) fn find(
        &self,
        session: &Session,
        template: &[Attribute],
    ) -> Result<Vec<cryptoki::object::ObjectHandle>, TokenError> {
        session.find_objects(template).map_err(|source| self.call("looking for a key", source))
    }

    fn slots(&self) -> Result<Vec<(Slot, Token)>, TokenError> {
        let listing = |source| self.call("listing the tokens", source);
        let mut tokens = Vec::new();
        for slot in self.pkcs11.get_slots_with_initialized_token().map_err(listing)? {
            let info = self.pkcs11.get_token_info(slot).map_err(listing)?;
            let (label, serial) = (info.label().trim_end().to_owned(), info.serial_number().trim_end().to_owned());
            tokens.push((slot, Token { slot: slot.id(), label, serial }));
        }
        Ok(tokens)
    }

    fn slot(&self, label: &str) -> Result<Slot, TokenError> {
        let found: Vec<Slot> =
            self.slots()?.into_iter().filter(|(_, token)| token.label == label).map(|(slot, _)| slot).collect();
        match found.as_slice() {
            [slot] => Ok(*slot),
            _ => Err(TokenError::NoToken { module: self.path.clone(), label: label.to_owned(), count: found.len() }),
        }
    }

    /// Asks the token's list. SM2 has no number in PKCS#11, so no list can name it.
    fn check_mechanism(&self, slot: Slot, algorithm: Algorithm) -> Result<(), TokenError> {
        let list = self
            .pkcs11
            .get_mechanism_list(slot)
            .map_err(|source| self.call("listing the token's mechanisms", source))?;
        let (module, slot) = (self.path.clone(), slot.id());
        match algorithm {
            Algorithm::Ed25519 if list.contains(&MechanismType::EDDSA) => Ok(()),
            Algorithm::Ed25519 => Err(TokenError::NoMechanism { module, slot, mechanism: "CKM_EDDSA" }),
            _ => Err(TokenError::NoSm2 { module, slot, offered: list.len() }),
        }
    }

    fn open(&self, slot: Slot, pin: &Pin) -> Result<Session, TokenError> {
        let session = self.pkcs11.open_rw_session(slot).map_err(|source| self.call("opening a session", source))?;
        match session.login(UserType::User, Some(pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(source) => Err(TokenError::Pin { module: self.path.clone(), slot: slot.id(), source }),
        }
    }
}

/// What a key of this label looks like.
pub(crate) fn key_template(label: &str, private: bool) -> Vec<Attribute> {
    let class =
        if private { cryptoki::object::ObjectClass::PRIVATE_KEY } else { cryptoki::object::ObjectClass::PUBLIC_KEY };
    vec![Attribute::Class(class), Attribute::KeyType(KeyType::EC_EDWARDS), Attribute::Label(label.as_bytes().to_vec())]
}
