//! Timestamps in a directory (`timestamp/`): the authority that runs there (可信时间戳, GB/T 20520), and the address of the one that is
//! asked when something is sealed there. They are mostly two directories: who seals should not be who says when.

use crate::error::NodeError;
use crate::keys::KeyStore;
use crate::layout::Layout;
use crate::pki::{Pki, PkiError, subject, write_whole};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhengku_crypto::certificate::issue::Profile;
use zhengku_crypto::certificate::{Certificate, CertificateError};
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_crypto::timestamp::{TimestampAuthority, TimestampError};
use zhengku_library::random::Randomness;

/// The authority's key.
pub const TIMESTAMP_KEY: &str = "timestamp";
/// Days that a certificate of our own authority is valid.
const CERTIFICATE_DAYS: u32 = 1_826;

/// Why there are no timestamps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampingError {
    /// No certificate, and no authority that could issue one.
    #[error(
        "the timestamping authority has no certificate; have one issued for its key {key} (zhengku ca issue --profile timestamp) and run it with --certificate FILE"
    )]
    NoCertificate {
        /// Its key.
        key: PublicKey,
    },
    /// A certificate of another key.
    #[error("the certificate is not for the key of this authority, {key}")]
    OtherKey {
        /// The key here.
        key: PublicKey,
    },
    /// A certificate that is over.
    #[error(
        "the certificate of the timestamping authority has ended; have a new one issued and run it with --certificate FILE"
    )]
    Ended,
    /// A file is damaged.
    #[error("{path}: {reason}")]
    Damaged {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key.
    #[error(transparent)]
    Key(#[from] NodeError),
    /// The authority that issues its certificate.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// It cannot stamp.
    #[error(transparent)]
    Stamp(#[from] TimestampError),
}

/// The timestamping authority of a directory.
pub struct TimestampOffice {
    certificate: Certificate,
    signer: Arc<dyn Signer>,
}

impl TimestampOffice {
    /// Opens it. The key is made when it is missing. The certificate is the one given, or the one kept here, or issued by the authorities
    /// of the directory, in this order; `now` in Unix seconds.
    ///
    /// # Errors
    /// [`TimestampingError`].
    pub fn open(
        layout: &Layout,
        keys: &KeyStore,
        given: Option<Certificate>,
        now: i64,
        random: &mut Randomness,
    ) -> Result<Self, TimestampingError> {
        keys.create()?;
        let signer = match keys.holds(TIMESTAMP_KEY) {
            true => keys.signer(TIMESTAMP_KEY)?,
            false => keys.make_signer(TIMESTAMP_KEY, Algorithm::Sm2Sm3, random)?,
        };
        let kept = match &given {
            Some(_) => None,
            None => Self::certificate_of(layout)?,
        };
        let is_new = kept.is_none();
        let certificate = match given.or(kept) {
            Some(certificate) => certificate,
            None => issued(layout, keys, &*signer, now, random)?,
        };
        if *certificate.public_key() != signer.public_key() {
            return Err(TimestampingError::OtherKey { key: signer.public_key() });
        }
        if certificate.not_after() <= now {
            return Err(TimestampingError::Ended);
        }
        if is_new {
            let directory = layout.timestamp();
            std::fs::create_dir_all(&directory).map_err(file(&directory))?;
            write_whole(&certificate_path(layout), certificate.to_pem()?.as_bytes())?;
        }
        Ok(Self { certificate, signer })
    }

    /// The certificate that is kept in a directory; none where no authority ran.
    ///
    /// # Errors
    /// [`TimestampingError`].
    pub fn certificate_of(layout: &Layout) -> Result<Option<Certificate>, TimestampingError> {
        Ok(read_file(&certificate_path(layout))?.map(|pem| Certificate::from_pem(&pem)).transpose()?)
    }

    /// Its certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The answer to a request at a time, Unix seconds. A serial number is random: two that are equal among 2^60 are unlikely.
    ///
    /// # Errors
    /// [`TimestampingError`].
    pub fn answer(&self, request: &[u8], now: i64, random: &mut Randomness) -> Result<Vec<u8>, TimestampingError> {
        if self.certificate.not_after() <= now {
            return Err(TimestampingError::Ended);
        }
        let serial = u128::from_be_bytes(random.array().map_err(NodeError::from)?) >> 1;
        let authority = TimestampAuthority { certificate: &self.certificate, signer: &*self.signer };
        Ok(authority.answer(request, now, serial)?)
    }
}

fn issued(
    layout: &Layout,
    keys: &KeyStore,
    signer: &dyn Signer,
    now: i64,
    random: &mut Randomness,
) -> Result<Certificate, TimestampingError> {
    let pki = match Pki::open(layout) {
        Err(PkiError::None { .. }) => return Err(TimestampingError::NoCertificate { key: signer.public_key() }),
        opened => opened?,
    };
    let subject = subject("时间戳服务".to_owned(), None, None);
    Ok(pki.issue(keys, (Profile::TimeStamping, subject), signer.public_key(), (now, CERTIFICATE_DAYS), random)?)
}

/// The authority that is asked when something is sealed in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampService {
    /// Its address, `http://host:port/path`.
    pub url: String,
}

impl TimestampService {
    /// The one of a directory; none when nothing is timestamped there.
    ///
    /// # Errors
    /// [`TimestampingError`].
    pub fn of(layout: &Layout) -> Result<Option<Self>, TimestampingError> {
        let path = service_path(layout);
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|error| TimestampingError::Damaged { path: path.clone(), reason: error.to_string() })
        };
        read_file(&path)?.map(read).transpose()
    }

    /// Makes it the one of a directory.
    ///
    /// # Errors
    /// [`TimestampingError`].
    pub fn keep(&self, layout: &Layout) -> Result<(), TimestampingError> {
        let (directory, path) = (layout.timestamp(), service_path(layout));
        std::fs::create_dir_all(&directory).map_err(file(&directory))?;
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| TimestampingError::Damaged { path: path.clone(), reason: error.to_string() })?;
        Ok(write_whole(&path, &text)?)
    }

    /// Takes timestamps out of a directory again; gives whether there were some.
    ///
    /// # Errors
    /// [`TimestampingError`].
    pub fn drop_of(layout: &Layout) -> Result<bool, TimestampingError> {
        let path = service_path(layout);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            removed => removed.map(|()| true).map_err(file(&path)),
        }
    }
}

fn certificate_path(layout: &Layout) -> PathBuf {
    layout.timestamp().join("certificate.pem")
}

fn service_path(layout: &Layout) -> PathBuf {
    layout.timestamp().join("service.json")
}

/// A file's bytes; none when there is none.
fn read_file(path: &Path) -> Result<Option<Vec<u8>>, TimestampingError> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(file(path)),
    }
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> TimestampingError {
    let path = path.to_owned();
    move |source| TimestampingError::File { path, source }
}
