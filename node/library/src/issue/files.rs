//! What a licence's own OFD says, for showing it again.

use super::PREVIEW_DPI;
use zhengku_crypto::seal::{Seal, SealError};
use zhengku_document::font::FontLibrary;
use zhengku_document::licence::{LicenceData, LicenceDataError};
use zhengku_document::ofd::{LICENCE_JSON, SEAL};
use zhengku_document::package::{Package, PackageError};
use zhengku_document::png::{self, RenderError, Stamp};
use zhengku_document::template::{self, ComposeError};

/// Why a stored file says nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredFileError {
    /// It is no package.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// It has no data.
    #[error("the package has no {LICENCE_JSON}")]
    NoData,
    /// Its data cannot be read.
    #[error(transparent)]
    Data(#[from] LicenceDataError),
    /// Its seal cannot be read.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Its data cannot be composed.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// It cannot be drawn.
    #[error(transparent)]
    Picture(#[from] RenderError),
}

/// The data inside an OFD of ours.
///
/// # Errors
/// [`StoredFileError`].
pub fn data_of(ofd: &[u8]) -> Result<LicenceData, StoredFileError> {
    let package = Package::read(ofd)?;
    let json = package.get(LICENCE_JSON).ok_or(StoredFileError::NoData)?;
    Ok(LicenceData::from_json(json)?)
}

/// A licence's first page as PNG: composed from the data inside its OFD, with its own seal on it.
///
/// # Errors
/// [`StoredFileError`].
pub fn picture_of(ofd: &[u8], template: &str, fonts: &FontLibrary) -> Result<Vec<u8>, StoredFileError> {
    let package = Package::read(ofd)?;
    let json = package.get(LICENCE_JSON).ok_or(StoredFileError::NoData)?;
    let composed = template::compose(&LicenceData::from_json(json)?, template, fonts)?;
    let seal = package.get(SEAL).map(Seal::from_der).transpose()?;
    let stamp = seal.as_ref().map(|seal| Stamp { place: composed.seal.place, png: &seal.picture().data });
    let stamps: Vec<Stamp<'_>> = stamp.into_iter().filter(|_| composed.seal.page == 0).collect();
    let first = composed.sheets.first().ok_or(StoredFileError::NoData)?;
    Ok(png::render(first, fonts, PREVIEW_DPI, &stamps)?)
}
