//! The signature base of RFC 9421 section 2.5: exactly the bytes that are signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zhengku_crypto::digest::sha256;

/// A request as far as a signature can cover it.
pub(crate) struct Message<'a> {
    pub(crate) method: &'a str,
    /// Host and port in lower case, the port left out when it is the scheme's.
    pub(crate) authority: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
}

impl Message<'_> {
    /// The value of a derived component (RFC 9421 section 2.2); none for those we do not take.
    fn derived(&self, name: &str) -> Option<String> {
        Some(match name {
            "@method" => self.method.to_owned(),
            "@authority" => self.authority.to_ascii_lowercase(),
            "@path" => if self.path.is_empty() { "/" } else { self.path }.to_owned(),
            "@query" => format!("?{}", self.query.unwrap_or_default()),
            _ => return None,
        })
    }

    /// The base: a line for each component, and the parameters as they were sent. None when a component is unknown or absent.
    pub(crate) fn base(
        &self,
        components: &[impl AsRef<str>],
        header: impl Fn(&str) -> Option<String>,
        parameters: &str,
    ) -> Option<String> {
        let mut base = String::with_capacity(512);
        for name in components {
            let name = name.as_ref();
            let value = if name.starts_with('@') { self.derived(name)? } else { header(name)? };
            base.push_str(&format!("\"{name}\": {value}\n"));
        }
        base.push_str(&format!("\"@signature-params\": {parameters}"));
        Some(base)
    }
}

/// The content digest of a body (RFC 9530).
pub(crate) fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256(body).as_bytes()))
}
