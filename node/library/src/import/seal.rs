//! One draft becomes a sealed record for the vault and a mint for the ledger.

use super::{ImportError, Unrepresentable};
use crate::catalogue::{self, IDENTIFIER_KEY, PART_KEY};
use crate::face::{FACE_VERSION, FaceRecord, HolderRecord};
use crate::random::{RandomError, Randomness};
use crate::register::{DraftStatus, LicenceDraft};
use crate::vault::{SealedRecord, Vault};
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{Field, FieldSet, Ground, Licence, RecordDigests, Status};
use zhengku_ledger::ids::{Date, EntryKey, Holder, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::transaction::Mint;

pub(super) struct Sealed {
    pub(super) record: SealedRecord,
    pub(super) mint: Mint,
}

/// Seals the drafts of one register.
pub(super) struct Sealer<'a> {
    vault: &'a Vault,
    pseudonyms: &'a PseudonymKey,
    licence_type: LicenceTypeNumber,
    today: Date,
    random: Randomness,
}

impl<'a> Sealer<'a> {
    pub(super) fn new(
        vault: &'a Vault,
        pseudonyms: &'a PseudonymKey,
        licence_type: LicenceTypeNumber,
        today: Date,
    ) -> Result<Self, RandomError> {
        Ok(Self { vault, pseudonyms, licence_type, today, random: Randomness::new() })
    }

    pub(super) fn seal(
        &mut self,
        row: u64,
        draft: &LicenceDraft,
        key: EntryKey,
        issuer: OrganisationNumber,
        twin: Option<EntryKey>,
    ) -> Result<Sealed, ImportError> {
        let unrepresentable = |reason: Unrepresentable| ImportError::Unrepresentable { row, reason };
        let fields = FieldSet::new(self.fields(row, draft, &key)?);
        let record = FaceRecord {
            version: FACE_VERSION,
            number: draft.number.clone(),
            holders: draft.holders.iter().map(holder_record).collect(),
            fields: fields.fields().to_vec(),
        };
        let plaintext = zeroize::Zeroizing::new(record.encode());
        let sealed = self.vault.seal(&key, 1, &plaintext, &mut self.random)?;
        let holder =
            |one: &crate::register::Holder| Holder::from_digest(self.pseudonyms.holder(&one.id_type, &one.id_number));
        let holders =
            Bounded::new(draft.holders.iter().map(holder).collect()).map_err(|error| unrepresentable(error.into()))?;
        let date = |date: crate::register::CivilDate| Date(date.days());
        let issued_on = draft.issued_on.or(draft.valid_from).map_or(self.today, date);
        let licence = Licence {
            licence_type: self.licence_type,
            issuer,
            version: 1,
            holders,
            fields_root: fields.root(),
            field_count: u16::try_from(fields.fields().len()).unwrap_or(u16::MAX),
            record: RecordDigests { sha256: sealed.id, sm3: sealed.sm3 },
            files: Bounded::default(),
            seal: None,
            issued_on,
            valid_from: draft.valid_from.map_or(issued_on, date),
            valid_to: draft.valid_to.map(date),
            status: status(draft.status),
            disputed: false,
            ground: Ground { code: GroundCode::RegisterImport, text: None, operator: None },
            twin,
            replaces: None,
            replaced_by: None,
        };
        Ok(Sealed { record: sealed, mint: Mint { key, licence } })
    }

    fn fields(&mut self, row: u64, draft: &LicenceDraft, key: &EntryKey) -> Result<Vec<Field>, ImportError> {
        let unrepresentable = |reason: Unrepresentable| ImportError::Unrepresentable { row, reason };
        let identifier =
            catalogue::identifier(draft, key.digest().as_bytes()).map_err(|error| unrepresentable(error.into()))?;
        let mut fields = Vec::with_capacity(draft.fields.len().saturating_add(2));
        let part = draft.part.map(|part| (PART_KEY, part.name()));
        let given = draft.fields.iter().map(|field| (&*field.key, field.value.as_str()));
        for (key, value) in std::iter::once((IDENTIFIER_KEY, identifier.as_str())).chain(part).chain(given) {
            fields.push(Field {
                key: Text::new(key).map_err(|error| unrepresentable(error.into()))?,
                value: Text::new(value.replace("\r\n", "\n")).map_err(|error| unrepresentable(error.into()))?,
                salt: self.random.array()?,
            });
        }
        Ok(fields)
    }
}

fn holder_record(holder: &crate::register::Holder) -> HolderRecord {
    HolderRecord { id_type: holder.id_type.to_string(), id_number: holder.id_number.clone(), name: holder.name.clone() }
}

/// A register's "replaced" (已变更) has ended as far as this register can tell: it does not say by which number.
pub(super) const fn status(status: DraftStatus) -> Status {
    match status {
        DraftStatus::Valid => Status::Valid,
        DraftStatus::Suspended => Status::Suspended,
        DraftStatus::Superseded | DraftStatus::Cancelled => Status::Cancelled,
        DraftStatus::Withdrawn => Status::Rescinded,
        DraftStatus::Revoked => Status::Withdrawn,
    }
}
