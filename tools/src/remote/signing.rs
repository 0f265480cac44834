//! The organisation that signs requests, by the profile of RFC 9421 that the interface takes.

use super::RemoteError;
use std::sync::{Arc, Mutex, PoisonError};
use zhengku_api::signature::{Outgoing, sign_request};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::ids::OrganisationNumber;
use zhengku_library::random::Randomness;
use zhengku_node::clock::{Clock, SystemClock};

/// An organisation with its key.
#[derive(Clone)]
pub(crate) struct Caller {
    organisation: OrganisationNumber,
    signer: Arc<dyn Signer>,
    random: Arc<Mutex<Randomness>>,
}

/// A request that is to be signed.
pub(super) struct Signable<'a> {
    pub(super) method: &'a str,
    pub(super) authority: &'a str,
    pub(super) path_and_query: &'a str,
    pub(super) body: &'a [u8],
}

impl Caller {
    pub(crate) fn new(organisation: OrganisationNumber, signer: Arc<dyn Signer>) -> Self {
        Self { organisation, signer, random: Arc::default() }
    }

    /// The headers of a signed request.
    pub(super) fn sign(&self, request: &Signable<'_>) -> Result<[(&'static str, String); 3], RemoteError> {
        let nonce: [u8; 16] = self.random.lock().unwrap_or_else(PoisonError::into_inner).array()?;
        let (path, query) = match request.path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (request.path_and_query, None),
        };
        let outgoing =
            Outgoing { method: request.method, authority: request.authority, path, query, body: request.body };
        let created_s = SystemClock.now().0.checked_div(1000).unwrap_or_default();
        let key = self.signer.public_key();
        // The bytes of RFC 9421 begin with a quotation mark; a message in a domain of ours begins with a small length.
        let sign = |base: &[u8]| self.signer.danger_sign_without_domain(base);
        let headers = sign_request(&outgoing, self.organisation, &key, created_s, &hex::encode(nonce), sign)?;
        Ok([
            ("content-digest", headers.content_digest),
            ("signature-input", headers.signature_input),
            ("signature", headers.signature),
        ])
    }
}
