//! The client's side.

use super::base::{Message, content_digest};
use super::{COMPONENTS, ED25519, KEY_PREFIX_DIGITS, SM2_SM3};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signature, SignatureError};
use zhengku_ledger::ids::OrganisationNumber;

/// A request that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// `POST`, `GET`.
    pub method: &'a str,
    /// The value of the `Host` header: host and port, the port left out when it is the scheme's own.
    pub authority: &'a str,
    /// The path, as it is sent.
    pub path: &'a str,
    /// The query without `?`, as it is sent.
    pub query: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// The three headers of a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `Content-Digest`.
    pub content_digest: String,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
}

/// Signs a request for an organisation. `nonce`: 16 to 64 letters, digits, `-` or `_`, never used before by this organisation.
/// `sign` signs the bytes as they are, without a domain.
///
/// # Errors
/// Those of `sign`.
pub fn sign_request(
    request: &Outgoing<'_>,
    organisation: OrganisationNumber,
    key: &PublicKey,
    created_s: u64,
    nonce: &str,
    sign: impl FnOnce(&[u8]) -> Result<Signature, SignatureError>,
) -> Result<SignedHeaders, SignatureError> {
    let digits: String = hex::encode(key.as_bytes()).chars().take(KEY_PREFIX_DIGITS).collect();
    let algorithm = algorithm_name(key.algorithm());
    let names = COMPONENTS.map(|name| format!("\"{name}\"")).join(" ");
    let parameters = format!(
        "({names});created={created_s};nonce=\"{nonce}\";keyid=\"{organisation}:{digits}\";alg=\"{algorithm}\""
    );
    let content_digest = content_digest(request.body);
    let message =
        Message { method: request.method, authority: request.authority, path: request.path, query: request.query };
    let header = |name: &str| (name == "content-digest").then(|| content_digest.clone());
    let base = message.base(&COMPONENTS, header, &parameters).unwrap_or_default();
    let signature = sign(base.as_bytes())?;
    Ok(SignedHeaders {
        content_digest,
        signature_input: format!("zk={parameters}"),
        signature: format!("zk=:{}:", STANDARD.encode(signature.as_bytes())),
    })
}

/// The name in `alg`.
pub(super) const fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sm2Sm3 => SM2_SM3,
        _ => ED25519,
    }
}
