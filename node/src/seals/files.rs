//! `seals/`: `<number>.esl` (SESeal, DER) with `<number>.pem` (the signer's certificate), and `maker.pem`.

use super::SealsError;
use crate::layout::Layout;
use crate::pki::{PkiError, write_whole};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::digest::sha256;
use zhengku_crypto::seal::Seal;
use zhengku_ledger::entry::SealRecord;
use zhengku_ledger::ids::SealNumber;

/// The key file of the seal maker.
pub const MAKER_KEY: &str = "seal-maker";

pub(super) struct SealFiles(PathBuf);

impl SealFiles {
    pub(super) fn new(layout: &Layout) -> Result<Self, PkiError> {
        let directory = layout.seals();
        fs::create_dir_all(&directory).map_err(PkiError::file(&directory))?;
        Ok(Self(directory))
    }

    /// The seals of a directory; none when it has none. Makes nothing.
    pub(super) fn there(layout: &Layout) -> Option<Self> {
        let directory = layout.seals();
        directory.is_dir().then_some(Self(directory))
    }

    /// The numbers of the seals here, ascending.
    pub(super) fn numbers(&self) -> Result<Vec<SealNumber>, PkiError> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(PkiError::file(&self.0))? {
            let path = entry.map_err(PkiError::file(&self.0))?.path();
            let stem = path.file_stem().and_then(std::ffi::OsStr::to_str);
            let stem = stem.filter(|_| path.extension().is_some_and(|ending| ending == "esl"));
            numbers.extend(stem.and_then(|stem| stem.parse().ok()).map(SealNumber));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(super) fn put(&self, number: SealNumber, seal: &Seal, certificate: &Certificate) -> Result<(), SealsError> {
        self.write(&number.0.to_string(), seal, certificate)
    }

    /// Keeps a remade seal beside the one in use.
    pub(super) fn put_next(
        &self,
        number: SealNumber,
        seal: &Seal,
        certificate: &Certificate,
    ) -> Result<(), SealsError> {
        self.write(&next_name(number), seal, certificate)
    }

    /// The remade seal takes the place of the former.
    pub(super) fn take_next(&self, number: SealNumber) -> Result<(), SealsError> {
        let Some((seal, certificate)) = self.read(&next_name(number))? else {
            return Err(SealsError::NoFile { number });
        };
        self.put(number, &seal, &certificate)?;
        for ending in ["esl", "pem"] {
            let path = self.path(&next_name(number), ending);
            fs::remove_file(&path).map_err(PkiError::file(&path))?;
        }
        Ok(())
    }

    pub(super) fn get(&self, number: SealNumber) -> Result<Option<(Seal, Certificate)>, SealsError> {
        self.read(&number.0.to_string())
    }

    /// The seal that the register has: the one in use, or a remade one whose place was not taken before a crash.
    pub(super) fn get_registered(&self, record: &SealRecord) -> Result<Option<(Seal, Certificate)>, SealsError> {
        let registered = |seal: &Seal| record.made.as_ref().is_some_and(|made| made.sha256 == sha256(seal.as_der()));
        for name in [record.number.0.to_string(), next_name(record.number)] {
            if let Some((seal, certificate)) = self.read(&name)?
                && registered(&seal)
            {
                return Ok(Some((seal, certificate)));
            }
        }
        Ok(None)
    }

    pub(super) fn maker(&self) -> Result<Option<Certificate>, SealsError> {
        Ok(read_certificate(&self.0.join("maker.pem"))?)
    }

    pub(super) fn put_maker(&self, certificate: &Certificate) -> Result<(), SealsError> {
        Ok(write_whole(&self.0.join("maker.pem"), certificate.to_pem().map_err(PkiError::from)?.as_bytes())?)
    }

    fn write(&self, name: &str, seal: &Seal, certificate: &Certificate) -> Result<(), SealsError> {
        write_whole(&self.path(name, "pem"), certificate.to_pem().map_err(PkiError::from)?.as_bytes())?;
        Ok(write_whole(&self.path(name, "esl"), seal.as_der())?)
    }

    fn read(&self, name: &str) -> Result<Option<(Seal, Certificate)>, SealsError> {
        let Some(certificate) = read_certificate(&self.path(name, "pem"))? else { return Ok(None) };
        let Some(bytes) = read_file(&self.path(name, "esl"))? else { return Ok(None) };
        Ok(Some((Seal::from_der(&bytes)?, certificate)))
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.0.join(format!("{name}.{ending}"))
    }
}

fn next_name(number: SealNumber) -> String {
    format!("{}-next", number.0)
}

fn read_certificate(path: &Path) -> Result<Option<Certificate>, PkiError> {
    let Some(bytes) = read_file(path)? else { return Ok(None) };
    let read = Certificate::from_pem(&bytes);
    read.map(Some).map_err(|error| PkiError::Damaged { path: path.to_owned(), reason: error.to_string() })
}

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, PkiError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PkiError::file(path)(error)),
    }
}
