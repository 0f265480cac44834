//! One draft becomes a sealed record for the vault and a mint for the ledger; with a file maker, also the licence's files.

use super::{ImportError, Unrepresentable};
use crate::catalogue::{self, IDENTIFIER_KEY, PART_KEY};
use crate::face::{FACE_VERSION, FaceRecord, HolderRecord};
use crate::issue::{FileMaker, IssueError, Issued, Subject};
use crate::random::{RandomError, Randomness};
use crate::register::{DraftStatus, LicenceDraft};
use crate::vault::{SealedRecord, Vault};
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{Field, FieldSet, Ground, Licence, LicenceType, RecordDigests, Status};
use zhengku_ledger::ids::{Date, EntryKey, Holder, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::transaction::Mint;

/// What one draft became.
pub(super) struct Sealed {
    pub(super) record: SealedRecord,
    pub(super) mint: Mint,
    pub(super) identifier: String,
}

/// Why a draft became nothing.
pub(super) enum Unsealed {
    /// Its face cannot be written: the row is refused, others go on.
    Unwritable(IssueError),
    /// The run ends.
    Failed(ImportError),
}

impl<E: Into<ImportError>> From<E> for Unsealed {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Files are made of licences of this type.
#[derive(Clone, Copy)]
pub(super) struct Making<'a> {
    pub(super) maker: &'a FileMaker,
    pub(super) licence_type: &'a LicenceType,
    /// Whether they are only tried: nothing is signed.
    pub(super) is_dry: bool,
}

/// Seals the drafts of one register.
pub(super) struct Sealer<'a> {
    vault: &'a Vault,
    pseudonyms: &'a PseudonymKey,
    licence_type: LicenceTypeNumber,
    today: Date,
    making: Option<Making<'a>>,
    random: Randomness,
}

/// What stands above a draft: its key and version, issuer and twin.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) row: u64,
    pub(super) key: EntryKey,
    pub(super) version: u16,
    pub(super) issuer: OrganisationNumber,
    pub(super) twin: Option<EntryKey>,
}

impl<'a> Sealer<'a> {
    pub(super) fn new(
        vault: &'a Vault,
        pseudonyms: &'a PseudonymKey,
        licence_type: LicenceTypeNumber,
        today: Date,
        making: Option<Making<'a>>,
    ) -> Result<Self, RandomError> {
        Ok(Self { vault, pseudonyms, licence_type, today, making, random: Randomness::new() })
    }

    pub(super) fn seal(&mut self, draft: &LicenceDraft, place: Place) -> Result<Sealed, Unsealed> {
        let Place { row, key, version, issuer, twin } = place;
        let unrepresentable = |reason: Unrepresentable| ImportError::Unrepresentable { row, reason };
        let written = self.written(draft, place)?;
        let making = self.making_of(draft);
        let issued = making.map(|making| {
            let subject = written.subject(draft, making.licence_type, &key);
            if making.is_dry {
                making.maker.check(&subject, issuer).map(|()| None)
            } else {
                making.maker.make(&subject, issuer).map(Some)
            }
        });
        let issued = issued.transpose().map_err(unsealed)?.flatten();
        let Written { identifier, fields, issued_on, valid_from, valid_to, .. } = written;
        let (stored, files, seal) = match issued {
            Some(Issued { stored, files, seal }) => (stored, files, Some(seal)),
            None => (Vec::new(), Vec::new(), None),
        };
        let record = FaceRecord {
            version: FACE_VERSION,
            number: draft.number.clone(),
            holders: draft.holders.iter().map(holder_record).collect(),
            fields: fields.fields().to_vec(),
            files: stored,
        };
        let plaintext = zeroize::Zeroizing::new(record.encode());
        let sealed = self.vault.seal(&key, version, &plaintext, &mut self.random)?;
        let holder =
            |one: &crate::register::Holder| Holder::from_digest(self.pseudonyms.holder(&one.id_type, &one.id_number));
        let holders = Bounded::new(draft.holders.iter().map(holder).collect());
        let licence = Licence {
            licence_type: self.licence_type,
            issuer,
            version,
            holders: holders.map_err(|error| unrepresentable(error.into()))?,
            fields_root: fields.root(),
            field_count: u16::try_from(fields.fields().len()).unwrap_or(u16::MAX),
            record: RecordDigests { sha256: sealed.id, sm3: sealed.sm3 },
            files: Bounded::new(files).map_err(|error| unrepresentable(error.into()))?,
            seal,
            issued_on,
            valid_from,
            valid_to,
            status: status(draft.status),
            disputed: false,
            ground: Ground { code: ground(making), text: None, operator: None },
            twin,
            replaces: None,
            replaced_by: None,
        };
        Ok(Sealed { record: sealed, mint: Mint { key, licence }, identifier })
    }

    /// The pages of a draft as pictures.
    pub(super) fn preview(&mut self, draft: &LicenceDraft, place: Place) -> Result<Vec<Vec<u8>>, Unsealed> {
        let written = self.written(draft, place)?;
        let Some(making) = self.making else { return Ok(Vec::new()) };
        making.maker.preview(&written.subject(draft, making.licence_type, &place.key)).map_err(unsealed)
    }

    /// Identifier, salted fields and dates.
    fn written(
        &mut self,
        draft: &LicenceDraft,
        Place { row, key, version, .. }: Place,
    ) -> Result<Written, ImportError> {
        let unrepresentable = |reason: Unrepresentable| ImportError::Unrepresentable { row, reason };
        let identifier = catalogue::identifier(draft, key.digest().as_bytes(), version);
        let identifier = identifier.map_err(|error| unrepresentable(error.into()))?.as_str().to_owned();
        let fields = FieldSet::new(self.fields(row, draft, &identifier)?);
        let date = |date: crate::register::CivilDate| Date(date.days());
        // A register without dates of issue: the first day of validity, which may lie ahead; nothing is issued tomorrow.
        let first_day = || draft.valid_from.map_or(self.today, date).min(self.today);
        let issued_on = draft.issued_on.map_or_else(first_day, date);
        let valid_from = draft.valid_from.map_or(issued_on, date);
        Ok(Written { version, identifier, fields, issued_on, valid_from, valid_to: draft.valid_to.map(date) })
    }

    /// A licence that is written anew is issued; one without files was taken over.
    /// A licence that has been suspended or ended is taken over as it is: nobody is given a new file of it.
    fn making_of(&self, draft: &LicenceDraft) -> Option<Making<'a>> {
        self.making.filter(|_| draft.status == DraftStatus::Valid)
    }

    fn fields(&mut self, row: u64, draft: &LicenceDraft, identifier: &str) -> Result<Vec<Field>, ImportError> {
        let unrepresentable = |reason: Unrepresentable| ImportError::Unrepresentable { row, reason };
        let mut fields = Vec::with_capacity(draft.fields.len().saturating_add(2));
        let part = draft.part.map(|part| (PART_KEY, part.name()));
        let given = draft.fields.iter().map(|field| (&*field.key, field.value.as_str()));
        for (key, value) in std::iter::once((IDENTIFIER_KEY, identifier)).chain(part).chain(given) {
            fields.push(Field {
                key: Text::new(key).map_err(|error| unrepresentable(error.into()))?,
                value: Text::new(value.replace("\r\n", "\n")).map_err(|error| unrepresentable(error.into()))?,
                salt: self.random.array()?,
            });
        }
        Ok(fields)
    }
}

/// What a draft says in the ledger's forms.
struct Written {
    version: u16,
    identifier: String,
    fields: FieldSet,
    issued_on: Date,
    valid_from: Date,
    valid_to: Option<Date>,
}

impl Written {
    fn subject<'a>(&'a self, draft: &'a LicenceDraft, licence_type: &'a LicenceType, key: &'a EntryKey) -> Subject<'a> {
        let Self { version, identifier, fields, issued_on, valid_from, valid_to } = self;
        Subject {
            draft,
            licence_type,
            key,
            version: *version,
            identifier,
            fields: fields.fields(),
            issued_on: *issued_on,
            valid_from: *valid_from,
            valid_to: *valid_to,
        }
    }
}

/// A face that cannot be written is the row's fault; everything else stops the run.
fn unsealed(error: IssueError) -> Unsealed {
    match error {
        error @ IssueError::Compose(_) => Unsealed::Unwritable(error),
        error => Unsealed::Failed(error.into()),
    }
}

fn holder_record(holder: &crate::register::Holder) -> HolderRecord {
    HolderRecord { id_type: holder.id_type.to_string(), id_number: holder.id_number.clone(), name: holder.name.clone() }
}

/// A register's "replaced" (已变更) has ended as far as this register can tell: it does not say by which number.
const fn ground(making: Option<Making<'_>>) -> GroundCode {
    if making.is_some() { GroundCode::Issue } else { GroundCode::RegisterImport }
}

pub(super) const fn status(status: DraftStatus) -> Status {
    match status {
        DraftStatus::Valid => Status::Valid,
        DraftStatus::Suspended => Status::Suspended,
        DraftStatus::Superseded | DraftStatus::Cancelled => Status::Cancelled,
        DraftStatus::Withdrawn => Status::Rescinded,
        DraftStatus::Revoked => Status::Withdrawn,
    }
}
