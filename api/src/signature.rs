//! Signed requests: one profile of RFC 9421 (HTTP Message Signatures) with the content digest of RFC 9530.
//!
//! ```text
//! Content-Digest: sha-256=:<base64>:
//! Signature-Input: zk=("@method" "@authority" "@path" "@query" "content-digest");created=<s>;nonce="<text>";keyid="<n>:<hex>";alg="ed25519"
//! Signature: zk=:<base64>:
//! ```
//!
//! `keyid` is an organisation's number on the ledger, a colon, and the first 16 or more hexadecimal digits of one of its keys. `alg`
//! is `ed25519` or, for SM2 with SM3 over the default user id, `sm2sm3`. The five components must be covered; other headers may be.
//! The signature covers the standard's bytes, without a domain of ours, so that any library can make one. Those bytes begin with
//! `"@` and can therefore never be a domain message of the ledger, which has `zhengku/` there.

mod base;
mod nonce;
mod parse;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use nonce::NonceCache;
pub use sign::{Outgoing, SignedHeaders, sign_request};
pub(crate) use verify::{Unverified, is_signed};

/// How far `created` may lie from the node's clock, either way: clocks of government networks drift by minutes.
pub const MAX_AGE_S: u64 = 300;

/// What every signature must cover.
pub(crate) const COMPONENTS: [&str; 5] = ["@method", "@authority", "@path", "@query", "content-digest"];
/// The name of ed25519 in the standard's registry.
pub(crate) const ED25519: &str = "ed25519";
/// Our name for SM2 with SM3; the registry has none.
pub(crate) const SM2_SM3: &str = "sm2sm3";
/// Hexadecimal digits of a key that a key id needs.
pub(crate) const KEY_PREFIX_DIGITS: usize = 16;
