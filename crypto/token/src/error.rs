//! Why a token cannot be used: where it happened, what was wanted, and what helps. Never a PIN, never a message.

use std::path::PathBuf;

use thiserror::Error;

/// Why a token cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The answer of the module cannot be used.
    #[error("{module}, slot {slot}: {what}; check that the key was made for ed25519 with this token's own tools")]
    Answer {
        /// Path of the module.
        module: PathBuf,
        /// Number of the slot.
        slot: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// A function of the module failed.
    #[error("{module}: {doing} failed: {source}; check that the token is connected and that its module fits it")]
    Call {
        /// Path of the module.
        module: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the module said.
        source: cryptoki::error::Error,
    },
    /// The file is no PKCS#11 module, or is missing.
    #[error(
        "{module} cannot be loaded as a PKCS#11 module: {source}; give the path of the module that came with the token"
    )]
    Load {
        /// Path of the module.
        module: PathBuf,
        /// Why.
        source: cryptoki::error::Error,
    },
    /// No key, or more than one, has this label.
    #[error("{module}, slot {slot}: {count} ed25519 keys have the label {label}; there must be exactly one")]
    Key {
        /// Path of the module.
        module: PathBuf,
        /// Number of the slot.
        slot: u64,
        /// The label.
        label: String,
        /// How many there are.
        count: usize,
    },
    /// The token does not offer the mechanism.
    #[error("{module}, slot {slot}: this token has no mechanism {mechanism}; take a token that signs ed25519")]
    NoMechanism {
        /// Path of the module.
        module: PathBuf,
        /// Number of the slot.
        slot: u64,
        /// Name of the mechanism.
        mechanism: &'static str,
    },
    /// The token does not offer SM2 in a way that is known here.
    #[error(
        "{module}, slot {slot}: this token has no SM2 mechanism among its {offered} standard mechanisms; keep the SM2 key in an \
         encrypted key file, or in a device of GM/T 0016 or GM/T 0018 behind a signer of its own"
    )]
    NoSm2 {
        /// Path of the module.
        module: PathBuf,
        /// Number of the slot.
        slot: u64,
        /// How many standard mechanisms the token offers.
        offered: usize,
    },
    /// No token, or more than one, has this label.
    #[error("{module}: {count} tokens have the label {label}; there must be exactly one")]
    NoToken {
        /// Path of the module.
        module: PathBuf,
        /// The label.
        label: String,
        /// How many there are.
        count: usize,
    },
    /// The token refuses the PIN.
    #[error("{module}, slot {slot}: the token refuses the PIN: {source}; check it before the token locks itself")]
    Pin {
        /// Path of the module.
        module: PathBuf,
        /// Number of the slot.
        slot: u64,
        /// What the module said.
        source: cryptoki::error::Error,
    },
}
