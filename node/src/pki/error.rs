//! Why an authority does not do what was asked.

use crate::error::NodeError;
use std::path::{Path, PathBuf};
use zhengku_crypto::certificate::CertificateError;
use zhengku_crypto::certificate::issue::IssueError;
use zhengku_library::random::RandomError;

/// Why an authority does not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PkiError {
    /// There are no authorities here.
    #[error("{path} holds no certificate authorities; make them with zhengku ca init")]
    None {
        /// Where they would be.
        path: PathBuf,
    },
    /// There are some already.
    #[error("{path} holds certificate authorities already; they are not replaced")]
    Exists {
        /// Where they are.
        path: PathBuf,
    },
    /// A serial number that it has not given.
    #[error("this authority has issued no certificate {serial}; zhengku ca list shows those it has")]
    Unknown {
        /// The serial number.
        serial: String,
    },
    /// It is revoked already.
    #[error("certificate {serial} is revoked already")]
    Revoked {
        /// The serial number.
        serial: String,
    },
    /// A key that somebody else may have.
    #[error(
        "a certificate of this key was revoked for key-compromise; this needs a new key: cancel the seal and apply for a new one"
    )]
    Compromised,
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is not what it should be.
    #[error("{path}: {reason}")]
    Damaged {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A certificate or list is refused.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A certificate or list is not issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A key.
    #[error(transparent)]
    Key(Box<NodeError>),
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl PkiError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

impl From<NodeError> for PkiError {
    fn from(error: NodeError) -> Self {
        Self::Key(Box::new(error))
    }
}
