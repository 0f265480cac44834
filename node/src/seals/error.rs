//! Why a seal is not applied for, made, filed or cancelled.

use crate::error::NodeError;
use crate::pki::PkiError;
use zhengku_crypto::seal::SealError;
use zhengku_crypto::sign::SignatureError;
use zhengku_document::seal_picture::{PictureError, SealPictureError};
use zhengku_ledger::codec::{LengthError, TextError};
use zhengku_ledger::entry::SealStatus;
use zhengku_ledger::ids::{OrganisationNumber, SealNumber};
use zhengku_ledger::transaction::RejectCode;
use zhengku_library::port::PortError;
use zhengku_library::random::RandomError;

/// Why a seal is not applied for, made, filed or cancelled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealsError {
    /// Not in the register.
    #[error("the register has no seal {number}; zhengku seal list shows it")]
    Unknown {
        /// Its number.
        number: SealNumber,
    },
    /// Its owner is no organisation of the ledger.
    #[error("the owner is not registered on the ledger")]
    NoOwner,
    /// Not where this step needs it.
    #[error("seal {number} is {} ({}), this takes {} ({})", status.name_en(), status.name_zh(), needed.name_en(), needed.name_zh())]
    Status {
        /// Its number.
        number: SealNumber,
        /// Where it stands.
        status: SealStatus,
        /// Where it should.
        needed: SealStatus,
    },
    /// Its file is not here.
    #[error("the file of seal {number} is not in seals/ of this directory")]
    NoFile {
        /// Its number.
        number: SealNumber,
    },
    /// Its file is another one.
    #[error("the file of seal {number} in seals/ is not the one in the register; make it again")]
    FileDiffers {
        /// Its number.
        number: SealNumber,
    },
    /// No key of a seal maker is here.
    #[error("no key of a seal maker (制章机构) is in this directory; this step is the maker's")]
    NoMaker,
    /// No key of the organisation is here.
    #[error("no key of organisation {organisation} is in this directory")]
    NoKey {
        /// The organisation.
        organisation: OrganisationNumber,
    },
    /// The ledger rejected the step.
    #[error("the ledger rejected it: {} ({})", code.reason_en(), code.number())]
    Rejected {
        /// Why.
        code: RejectCode,
    },
    /// The seal was not made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The picture was not drawn.
    #[error(transparent)]
    Drawing(#[from] SealPictureError),
    /// The picture was not written.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A certificate or a file.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// A key.
    #[error(transparent)]
    Key(Box<NodeError>),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] PortError),
    /// A text is too long for the register.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Too many at once.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// Signing the transaction failed.
    #[error(transparent)]
    Signing(#[from] SignatureError),
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl From<NodeError> for SealsError {
    fn from(error: NodeError) -> Self {
        Self::Key(Box::new(error))
    }
}
