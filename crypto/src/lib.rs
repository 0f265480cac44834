//! The cryptographic mechanisms of Zhengku: digests, domain-separated signatures, Merkle trees, certificates, sealed boxes.
//!
//! Every byte that the ledger hashes or signs goes through a [`domain::Domain`], so that a signature made for one purpose never
//! passes for another. Two signature suites stand side by side, ed25519 (RFC 8032) and SM2 with SM3 (GB/T 32918.2), behind one
//! [`sign::PublicKey`] and one [`sign::Signer`]; a key kept in hardware implements that trait and nothing else changes.
//!
//! Read first: [`digest::Digest`], [`sign::PublicKey`], [`merkle::verify_inclusion`], [`certificate::TrustAnchors`].
//!
//! Deliberately absent: licences, blocks and every other word of the ledger; clocks, random numbers, files, sockets and the
//! environment (a time, a nonce or a key is always an argument); RSA and the NIST curves; TLS. The growing log and the currency
//! bitmap live in the ledger: here are only the hashes of their nodes and the checks of their paths.
//!
//! The primitives come from RustCrypto and dalek. They are not proven constant-time on every machine and SM2 is unaudited: a
//! production key belongs in hardware.
//!
//! ```
//! use zhengku_crypto::domain::Domain;
//! use zhengku_crypto::sign::{Ed25519Signer, Signer};
//!
//! let signer = Ed25519Signer::from_secret(&[7; 32])?;
//! let signature = signer.sign(Domain::Transaction, b"message")?;
//! let key = signer.public_key();
//! assert!(key.verify(Domain::Transaction, b"message", &signature).is_ok());
//! assert!(key.verify(Domain::Precommit, b"message", &signature).is_err());
//! # Ok::<(), zhengku_crypto::sign::SignatureError>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

pub mod certificate;
pub mod digest;
pub mod domain;
pub mod envelope;
pub mod merkle;
pub mod pseudonym;
pub mod seal;
pub mod sign;
pub mod timestamp;
