//! The signer whose secret stays in the token.

use std::fmt;
use std::sync::Mutex;

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::slot::Slot;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Algorithm, NoteText, PublicKey, Signature, SignatureError, Signer};

use crate::module::key_template;
use crate::{Module, TokenError};

/// An ed25519 key in a PKCS#11 token. One signature at a time: a session is no more than that.
pub struct TokenSigner {
    module: Module,
    slot: Slot,
    session: Mutex<Session>,
    key: ObjectHandle,
    public: PublicKey,
}

impl TokenSigner {
    /// Finds the only key pair with this label.
    pub(crate) fn find(module: &Module, slot: Slot, session: Session, label: &str) -> Result<Self, TokenError> {
        let only = |private| {
            let found = module.find(&session, &key_template(label, private))?;
            match found.as_slice() {
                [key] => Ok(*key),
                _ => Err(TokenError::Key {
                    module: module.path().to_owned(),
                    slot: slot.id(),
                    label: label.to_owned(),
                    count: found.len(),
                }),
            }
        };
        let key = only(true)?;
        let public = public_key(module, slot, &session, only(false)?)?;
        Ok(TokenSigner { module: module.clone(), slot, session: Mutex::new(session), key, public })
    }

    /// Signs the bytes as they are and verifies the result before handing it out. The trait's functions call this one, and can say
    /// no more than that signing failed.
    ///
    /// # Errors
    /// The token fails, is gone, or signs with another key.
    pub fn try_sign(&self, message: &[u8]) -> Result<Signature, TokenError> {
        let answer = |what| TokenError::Answer { module: self.module.path().to_owned(), slot: self.slot.id(), what };
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        let session = self.session.lock().map_err(|_| answer("an earlier signature was broken off"))?;
        let bytes = session
            .sign(&mechanism, self.key, message)
            .map_err(|source| self.module.call("signing with CKM_EDDSA", source))?;
        let bytes = bytes.try_into().map_err(|_| answer("the signature has not 64 bytes"))?;
        let signature =
            Signature::from_parts(Algorithm::Ed25519, bytes).map_err(|_| answer("the signature is not canonical"))?;
        self.public
            .danger_verify_without_domain(message, &signature)
            .map_err(|_| answer("the signature does not fit the public key of the same label"))?;
        Ok(signature)
    }
}

impl Signer for TokenSigner {
    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    fn sign(&self, domain: Domain, message: &[u8]) -> Result<Signature, SignatureError> {
        self.danger_sign_without_domain(&domain.signing_bytes(message))
    }

    fn sign_note(&self, note: &NoteText) -> Result<Signature, SignatureError> {
        self.danger_sign_without_domain(note.as_str().as_bytes())
    }

    fn danger_sign_without_domain(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        self.try_sign(message).map_err(|_| SignatureError::SigningFailed { algorithm: Algorithm::Ed25519 })
    }
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSigner(slot {}, {})", self.slot.id(), self.public)
    }
}

/// CKA_EC_POINT: 32 bytes, in an OCTET STRING (PKCS#11 v2.40) or bare (some tokens).
pub(crate) fn public_key(
    module: &Module,
    slot: Slot,
    session: &Session,
    key: ObjectHandle,
) -> Result<PublicKey, TokenError> {
    let attributes = session
        .get_attributes(key, &[AttributeType::EcPoint])
        .map_err(|source| module.call("reading the public key", source))?;
    let point = attributes.iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(point) => Some(point.as_slice()),
        _ => None,
    });
    let raw = point.map(|point| match point {
        [0x04, 0x20, raw @ ..] => raw,
        raw => raw,
    });
    raw.and_then(|raw| PublicKey::from_parts(Algorithm::Ed25519, raw).ok()).ok_or_else(|| TokenError::Answer {
        module: module.path().to_owned(),
        slot: slot.id(),
        what: "the public key is no ed25519 key",
    })
}
