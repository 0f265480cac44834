//! The text of a key file: in the clear (version 1), under a passphrase (version 2), or the place of a key in a token (version 3).
//!
//! ```text
//! zhengku-key 1 KIND SECRET
//! zhengku-key 2 KIND PUBLIC argon2id MEMORY,TIME,LANES SALT BOX
//! zhengku-key 3 KIND PUBLIC pkcs11 MODULE TOKEN KEY
//! ```
//!
//! `SECRET`, `SALT` and `BOX` are lower-case hexadecimal, `MODULE` (a path), `TOKEN` and `KEY` (labels) UTF-8 in it; `PUBLIC` is the public key of a signing key, else `-`. The box is AES-256-GCM
//! (nonce, ciphertext, tag) under the key that argon2id (RFC 9106) makes of the passphrase; everything before it is authenticated.

use super::passphrase::Passphrase;
use super::token::TokenPlace;
use argon2::{Argon2, Params, Version};
use zeroize::Zeroizing;
use zhengku_crypto::digest::sha256;
use zhengku_crypto::envelope::{RecordKey, open_record, seal_record};
use zhengku_crypto::sign::{Algorithm, PublicKey, SecretSigner, Signer};
use zhengku_library::random::Randomness;

/// The longest key file in bytes: version 2 with an SM2 public key takes about 400.
pub(super) const MAX_KEY_FILE_BYTES: u64 = 1024;
const MAGIC: &str = "zhengku-key";
const DERIVATION: &str = "argon2id";
const INTERFACE: &str = "pkcs11";
const SALT_BYTES: usize = 16;
const BOX_BYTES: usize = 60;
/// RFC 9106 section 4, second recommended option: 64 MiB, three passes. One lane: a node reads its keys one after another.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
/// A hostile or damaged key file must not make the program take all memory or run for minutes.
const MAX_COST: Cost = Cost { memory_kib: 1024 * 1024, passes: 16, lanes: 4 };

/// Why a key file is none, or does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Not a key file.
    #[error("not a key file of version 1, 2 or 3")]
    Form,
    /// A field that cannot be read.
    #[error("its {field} is not well-formed")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// A derivation beyond what this program is willing to compute.
    #[error("its derivation asks for {memory_kib} KiB, {passes} passes and {lanes} lanes; this is beyond the limits")]
    Cost {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// The secret is in a token and does not leave it.
    #[error("its secret is in a token and stays there: this use takes a key file that holds the secret")]
    InToken,
    /// It is under a passphrase, and none was given.
    #[error("it is encrypted; name the file of its passphrase with ZK_KEY_PASSPHRASE_FILE")]
    PassphraseNeeded,
    /// The box does not open.
    #[error("it does not open: another passphrase, or altered bytes")]
    Refused,
    /// It is encrypted already, or not encrypted.
    #[error("it is {found} already")]
    Already {
        /// What it is.
        found: &'static str,
    },
    /// The secret gives another public key than the file names.
    #[error("its secret does not belong to the public key it names")]
    OtherPublicKey,
    /// Not a secret of its kind.
    #[error("its secret is none of its kind")]
    Secret,
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] zhengku_library::random::RandomError),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A key file as it was read.
pub(super) struct KeyFile {
    pub(super) kind: String,
    body: Body,
}

enum Body {
    Clear(Zeroizing<[u8; 32]>),
    Sealed { public: Option<PublicKey>, cost: Cost, salt: [u8; SALT_BYTES], sealed: Vec<u8> },
    Token { public: PublicKey, place: TokenPlace },
}

impl KeyFile {
    pub(super) fn clear(kind: &str, secret: &[u8; 32]) -> Self {
        Self { kind: kind.to_owned(), body: Body::Clear(Zeroizing::new(*secret)) }
    }

    pub(super) fn in_token(public: PublicKey, place: TokenPlace) -> Self {
        Self { kind: public.algorithm().name().to_owned(), body: Body::Token { public, place } }
    }

    pub(super) fn parse(text: &str) -> Result<Self, KeyFileError> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        match *words.as_slice() {
            [MAGIC, "1", kind, secret] => {
                let mut bytes = Zeroizing::new([0; 32]);
                hex::decode_to_slice(secret, &mut *bytes).map_err(|_| KeyFileError::Field { field: "secret" })?;
                Ok(Self { kind: kind.to_owned(), body: Body::Clear(bytes) })
            }
            [MAGIC, "2", kind, public, DERIVATION, cost, salt, sealed] => {
                let mut salt_bytes = [0; SALT_BYTES];
                hex::decode_to_slice(salt, &mut salt_bytes).map_err(|_| KeyFileError::Field { field: "salt" })?;
                let sealed = hex::decode(sealed).map_err(|_| KeyFileError::Field { field: "box" })?;
                if sealed.len() != BOX_BYTES {
                    return Err(KeyFileError::Field { field: "box" });
                }
                let public = match public {
                    "-" => None,
                    text => Some(text.parse().map_err(|_| KeyFileError::Field { field: "public key" })?),
                };
                let body = Body::Sealed { public, cost: Cost::parse(cost)?, salt: salt_bytes, sealed };
                Ok(Self { kind: kind.to_owned(), body })
            }
            [MAGIC, "3", kind, public, INTERFACE, module, token, key] => {
                let word = |field, text: &str| unhex(text).ok_or(KeyFileError::Field { field });
                let public: PublicKey = public.parse().map_err(|_| KeyFileError::Field { field: "public key" })?;
                if algorithm(kind) != Some(public.algorithm()) {
                    return Err(KeyFileError::Field { field: "kind" });
                }
                let place = TokenPlace {
                    module: word("module", module)?.into(),
                    token: word("token", token)?,
                    key: word("key", key)?,
                };
                Ok(Self { kind: kind.to_owned(), body: Body::Token { public, place } })
            }
            _ => Err(KeyFileError::Form),
        }
    }

    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(match &self.body {
            Body::Clear(secret) => format!("{MAGIC} 1 {} {}\n", self.kind, *Zeroizing::new(hex::encode(**secret))),
            Body::Sealed { public, cost, salt, sealed } => {
                format!("{} {}\n", header(&self.kind, public.as_ref(), *cost, salt), hex::encode(sealed))
            }
            Body::Token { public, place } => {
                let module = hex::encode(place.module.as_os_str().as_encoded_bytes());
                let (token, key) = (hex::encode(&place.token), hex::encode(&place.key));
                format!("{MAGIC} 3 {} {public} {INTERFACE} {module} {token} {key}\n", self.kind)
            }
        })
    }

    pub(super) const fn is_encrypted(&self) -> bool {
        matches!(self.body, Body::Sealed { .. })
    }

    /// Where its secret is and its public key; none when the secret is in the file.
    pub(super) const fn token(&self) -> Option<(&TokenPlace, &PublicKey)> {
        match &self.body {
            Body::Token { public, place } => Some((place, public)),
            _ => None,
        }
    }

    /// The public key of a signing key: named by the file, or made of the secret.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        match &self.body {
            Body::Clear(secret) => public_key(&self.kind, secret),
            Body::Sealed { public, .. } => public.clone(),
            Body::Token { public, .. } => Some(public.clone()),
        }
    }

    /// The secret.
    pub(super) fn open(&self, passphrase: Option<&Passphrase>) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
        let (public, cost, salt, sealed) = match &self.body {
            Body::Clear(secret) => return Ok(secret.clone()),
            Body::Sealed { public, cost, salt, sealed } => (public, *cost, salt, sealed),
            Body::Token { .. } => return Err(KeyFileError::InToken),
        };
        let passphrase = passphrase.ok_or(KeyFileError::PassphraseNeeded)?;
        let id = sha256(header(&self.kind, public.as_ref(), cost, salt).as_bytes());
        let opened = open_record(&derive(passphrase, cost, salt)?, &id, sealed).map_err(|_| KeyFileError::Refused)?;
        let mut secret = Zeroizing::new([0; 32]);
        if opened.len() != secret.len() {
            return Err(KeyFileError::Refused);
        }
        secret.copy_from_slice(&opened);
        if public.is_some() && public_key(&self.kind, &secret) != *public {
            return Err(KeyFileError::OtherPublicKey);
        }
        Ok(secret)
    }

    /// The same key under a passphrase.
    pub(super) fn encrypt(&self, passphrase: &Passphrase, random: &mut Randomness) -> Result<Self, KeyFileError> {
        let secret = match &self.body {
            Body::Clear(secret) => secret,
            Body::Sealed { .. } => return Err(KeyFileError::Already { found: "encrypted" }),
            Body::Token { .. } => return Err(KeyFileError::InToken),
        };
        let salt: [u8; SALT_BYTES] = random.array()?;
        let public = public_key(&self.kind, secret);
        let id = sha256(header(&self.kind, public.as_ref(), COST, &salt).as_bytes());
        let key = derive(passphrase, COST, &salt)?;
        let sealed = seal_record(&key, &random.array()?, &id, &**secret).map_err(|_| KeyFileError::Refused)?;
        Ok(Self { kind: self.kind.clone(), body: Body::Sealed { public, cost: COST, salt, sealed } })
    }

    /// The same key in the clear.
    pub(super) fn decrypt(&self, passphrase: &Passphrase) -> Result<Self, KeyFileError> {
        if matches!(self.body, Body::Clear(_)) {
            return Err(KeyFileError::Already { found: "in the clear" });
        }
        Ok(Self::clear(&self.kind, &*self.open(Some(passphrase))?))
    }
}

impl Cost {
    fn parse(text: &str) -> Result<Self, KeyFileError> {
        let field = || KeyFileError::Field { field: "derivation" };
        let numbers: Vec<u32> = text.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| field())?;
        let &[memory_kib, passes, lanes] = numbers.as_slice() else { return Err(field()) };
        let allowed = (lanes.saturating_mul(8)..=MAX_COST.memory_kib).contains(&memory_kib)
            && (1..=MAX_COST.passes).contains(&passes)
            && (1..=MAX_COST.lanes).contains(&lanes);
        if allowed {
            Ok(Self { memory_kib, passes, lanes })
        } else {
            Err(KeyFileError::Cost { memory_kib, passes, lanes })
        }
    }
}

/// Everything before the box: what the box is bound to.
fn header(kind: &str, public: Option<&PublicKey>, cost: Cost, salt: &[u8; SALT_BYTES]) -> String {
    let public = public.map_or_else(|| "-".to_owned(), ToString::to_string);
    let Cost { memory_kib, passes, lanes } = cost;
    format!("{MAGIC} 2 {kind} {public} {DERIVATION} {memory_kib},{passes},{lanes} {}", hex::encode(salt))
}

fn derive(passphrase: &Passphrase, cost: Cost, salt: &[u8; SALT_BYTES]) -> Result<RecordKey, KeyFileError> {
    let Cost { memory_kib, passes, lanes } = cost;
    let beyond = || KeyFileError::Cost { memory_kib, passes, lanes };
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| beyond())?;
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.as_bytes(), salt, &mut *key).map_err(|_| beyond())?;
    Ok(RecordKey::from_bytes(*key))
}

fn unhex(text: &str) -> Option<String> {
    String::from_utf8(hex::decode(text).ok()?).ok().filter(|text| !text.is_empty())
}

/// The algorithm of a kind; none for keys that sign nothing.
pub(super) fn algorithm(kind: &str) -> Option<Algorithm> {
    [Algorithm::Ed25519, Algorithm::Sm2Sm3].into_iter().find(|algorithm| algorithm.name() == kind)
}

fn public_key(kind: &str, secret: &[u8; 32]) -> Option<PublicKey> {
    SecretSigner::from_secret(algorithm(kind)?, secret).ok().map(|signer| signer.public_key())
}
