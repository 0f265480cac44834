//! The node's side: from headers to the organisation that signed.

use super::base::{Message, content_digest};
use super::sign::algorithm_name;
use super::{COMPONENTS, KEY_PREFIX_DIGITS, MAX_AGE_S, parse};
use crate::problem::{Code, Problem};
use axum::http::{HeaderMap, Method, Uri, header};
use zhengku_crypto::sign::{PublicKey, Signature};
use zhengku_ledger::entry::Organisation;
use zhengku_ledger::ids::OrganisationNumber;

/// Whether a request claims to be signed.
pub(crate) fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key("signature-input") || headers.contains_key("signature")
}

/// A signature that was read and not verified.
pub(crate) struct Unverified {
    organisation: OrganisationNumber,
    key_digits: String,
    algorithm: Option<String>,
    created_s: u64,
    nonce: String,
    base: String,
    signature: [u8; 64],
}

/// Who signed, and when. Made by [`Unverified::verify`] only.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) organisation: OrganisationNumber,
    pub(crate) nonce: String,
}

fn refused(reason: &str) -> Problem {
    Problem::new(Code::SignatureRefused, reason)
}

impl Unverified {
    /// Reads the headers of a request, and compares the digest with the body.
    pub(crate) fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let input = parse::input(single(headers, "signature-input")?).map_err(refused)?;
        let signature = parse::signature(single(headers, "signature")?, &input.label).map_err(refused)?;
        if COMPONENTS.iter().any(|name| !input.components.iter().any(|given| given == name)) {
            return Err(refused("the signature must cover @method, @authority, @path, @query and content-digest"));
        }
        if single(headers, "content-digest")? != content_digest(body) {
            return Err(refused("Content-Digest is not the SHA-256 of the body"));
        }
        let is_nonce = |nonce: &str| {
            (16..=64).contains(&nonce.len())
                && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if !is_nonce(&input.nonce) {
            return Err(refused("the nonce must have 16 to 64 letters, digits, - or _"));
        }
        let (organisation, digits) = key_id(&input.key_id).ok_or_else(|| refused("the key id is malformed"))?;
        let authority = single(headers, header::HOST.as_str())?;
        let message = Message { method: method.as_str(), authority, path: uri.path(), query: uri.query() };
        let value = |name: &str| single(headers, name).ok().map(|value| value.trim().to_owned());
        let base = message.base(&input.components, value, &input.parameters);
        Ok(Self {
            organisation,
            key_digits: digits.to_owned(),
            algorithm: input.algorithm,
            created_s: input.created_s,
            nonce: input.nonce,
            base: base.ok_or_else(|| refused("a covered component is absent or not taken"))?,
            signature,
        })
    }

    /// Whose signature it claims to be.
    pub(crate) const fn organisation(&self) -> OrganisationNumber {
        self.organisation
    }

    /// The one key of the organisation that the key id means.
    pub(crate) fn key_of<'a>(&self, organisation: &'a Organisation) -> Result<&'a PublicKey, Problem> {
        let mut meant =
            organisation.keys.iter().filter(|key| hex::encode(key.as_bytes()).starts_with(&self.key_digits));
        match (meant.next(), meant.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(Problem::new(Code::UnknownSigner, "the organisation has no such key")),
        }
    }

    /// Verifies the signature and its age.
    pub(crate) fn verify(self, key: &PublicKey, now_ms: u64) -> Result<Verified, Problem> {
        if self.algorithm.is_some_and(|given| given != algorithm_name(key.algorithm())) {
            return Err(refused("`alg` is not the algorithm of the key"));
        }
        if self.created_s.abs_diff(now_ms / 1000) > MAX_AGE_S {
            return Err(refused("the signature is too old, or one of the clocks is wrong"));
        }
        let signature = Signature::from_parts(key.algorithm(), self.signature);
        let verified = signature.and_then(|one| key.danger_verify_without_domain(self.base.as_bytes(), &one));
        verified.map_err(|_| refused("the signature does not verify"))?;
        Ok(Verified { organisation: self.organisation, nonce: self.nonce })
    }
}

/// The value of a header that stands exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(|value| value.to_str()), values.next()) {
        (Some(Ok(value)), None) => Ok(value),
        _ => Err(refused(&format!("{name} must stand exactly once, in ASCII"))),
    }
}

fn key_id(text: &str) -> Option<(OrganisationNumber, &str)> {
    let (number, digits) = text.split_once(':')?;
    let is_canonical = number == "0" || (!number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit()));
    let is_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_canonical || !is_hex || digits.len() < KEY_PREFIX_DIGITS {
        return None;
    }
    Some((OrganisationNumber(number.parse().ok()?), digits))
}
