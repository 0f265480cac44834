//! Keys in a PKCS#11 token (GM/T 0016 and PKCS#11 v2.40 name the same idea): the signer that never sees its secret.
//!
//! ```text
//! Module::load(path) -> module.signer(token, key, algorithm, pin) -> TokenSigner: Signer
//! ```
//!
//! Ed25519 only (CKM_EDDSA). No mechanism number for SM2 is registered with PKCS#11, tokens that sign SM2 do it with numbers of their
//! makers or behind GM/T 0016: asking for SM2 fails with [`TokenError::NoSm2`] after looking at the token's list.
//!
//! Deliberately absent: the PIN's source (it is an argument and wiped), files, the environment. A module may read its own
//! environment variables, such as SOFTHSM2_CONF.
#![cfg_attr(
    not(test),
    deny(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod error;
mod module;
mod signer;

pub use cryptoki::types::AuthPin as Pin;

pub use self::error::TokenError;
pub use self::module::{Module, Token};
pub use self::signer::TokenSigner;
