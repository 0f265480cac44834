//! PEM blocks (RFC 7468), bounded and with one label.

use x509_parser::pem::Pem;

use super::{CertificateError, Structure};

/// The bytes of the only block.
pub(super) fn single(text: &[u8], label: &'static str, max_bytes: usize) -> Result<Vec<u8>, CertificateError> {
    let mut blocks = all(text, label, max_bytes)?;
    match (blocks.pop(), blocks.is_empty()) {
        (Some(block), true) => Ok(block),
        _ => Err(CertificateError::MalformedPem { label }),
    }
}

/// The bytes of every block; text between blocks is skipped, another label is refused.
pub(super) fn all(text: &[u8], label: &'static str, max_bytes: usize) -> Result<Vec<Vec<u8>>, CertificateError> {
    let malformed = CertificateError::MalformedPem { label };
    if text.len() > max_bytes {
        let structure = if label == "CERTIFICATE" { Structure::Certificate } else { Structure::RevocationList };
        return Err(CertificateError::TooLarge { structure, max: max_bytes, actual: text.len() });
    }
    if !text.is_ascii() {
        return Err(malformed);
    }
    Pem::iter_from_buffer(text)
        .map(|block| match block {
            Ok(block) if block.label == label => Ok(block.contents),
            _ => Err(malformed.clone()),
        })
        .collect()
}

/// The PEM text of a block: lines of 64 characters (RFC 7468 section 2).
pub(super) fn encode(label: &'static str, der: &[u8]) -> Result<String, CertificateError> {
    der::pem::encode_string(label, der::pem::LineEnding::LF, der).map_err(|_| CertificateError::MalformedPem { label })
}
