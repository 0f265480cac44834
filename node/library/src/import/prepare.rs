//! The second stage: what the ledger knows of a chunk's licences, and the sealed records and signed transactions for the others.

use super::seal::{Sealed, Sealer};
use super::{Import, ImportError, Run};
use crate::catalogue::lookup_number;
use crate::face::FaceRecord;
use crate::port::{Read, Submit};
use crate::register::{Cause, DraftStatus, LicenceDraft, Mapping, Refusal, RowOutcome, RowResult};
use crate::vault::{SealedRecord, VaultError};
use std::collections::BTreeMap;
use zhengku_crypto::domain::Domain;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{EntryKey, IdempotencyKey, LicenceTypeNumber, LogIndex, OrganisationNumber};
use zhengku_ledger::transaction::{MAX_ITEMS, Mint, Payload, SignedTransaction};

/// What came of a row, the ledger asked.
pub(super) enum Verdict {
    Accepted,
    Repeated,
    Refused(Refusal),
}

pub(super) struct Judged {
    pub(super) outcome: RowOutcome,
    pub(super) verdict: Verdict,
}

/// What a chunk writes.
#[derive(Default)]
pub(super) struct Minting {
    pub(super) records: Vec<SealedRecord>,
    pub(super) transactions: Vec<SignedTransaction>,
}

pub(super) struct Prepared {
    pub(super) rows: Vec<Judged>,
    pub(super) licences: u64,
    pub(super) minting: Minting,
}

/// The stage with what it needs for every chunk.
pub(super) struct Stage<'a, L> {
    import: &'a Import<'a, L>,
    licence_type: LicenceTypeNumber,
    twin: bool,
    issuers: BTreeMap<String, OrganisationNumber>,
    sealer: Sealer<'a>,
}

impl<'a, L: Submit + Read> Stage<'a, L> {
    pub(super) fn new(import: &'a Import<'a, L>, mapping: &Mapping) -> Result<Self, ImportError> {
        let directory = import.ledger.directory();
        let known = directory.licence_types().find(|kind| kind.code.as_str() == mapping.type_code());
        let licence_type = match known {
            Some(kind) => kind.number,
            None if import.run == Run::DryAfterRegistering => directory.next_licence_type(),
            None => return Err(ImportError::UnknownType { code: mapping.type_code().to_owned() }),
        };
        let held = directory.organisations().filter(|one| import.keyring.signer(one.number).is_some());
        let issuers = held.map(|one| (one.credit_code.as_str().to_owned(), one.number)).collect();
        let sealer = Sealer::new(import.vault, import.pseudonyms, licence_type, import.today)?;
        Ok(Self { import, licence_type, twin: mapping.has_parts(), issuers, sealer })
    }

    pub(super) fn prepare(&mut self, chunk: Vec<RowOutcome>) -> Result<Prepared, ImportError> {
        let keys: Vec<EntryKey> = chunk.iter().flat_map(drafts).map(|draft| self.key(draft)).collect();
        let mut found = self.import.ledger.find(&keys)?.into_iter();
        let mut keys = keys.into_iter();
        let mut rows = Vec::with_capacity(chunk.len());
        let mut new: BTreeMap<OrganisationNumber, Vec<Mint>> = BTreeMap::new();
        let mut minting = Minting::default();
        for outcome in chunk {
            let count = drafts(&outcome).len();
            let keys: Vec<EntryKey> = keys.by_ref().take(count).collect();
            let known: Vec<_> = found.by_ref().take(count).collect();
            let verdict = match &outcome.result {
                RowResult::Accepted(drafts) => self.judge(&outcome, drafts, &keys, &known)?,
                RowResult::Repeated { .. } => Verdict::Repeated,
                RowResult::Refused(refusal) => Verdict::Refused(refusal.clone()),
            };
            if let (Verdict::Accepted, RowResult::Accepted(drafts)) = (&verdict, &outcome.result) {
                for sealed in self.seal_row(outcome.row_number, drafts, &keys)? {
                    minting.records.push(sealed.record);
                    new.entry(sealed.mint.licence.issuer).or_default().push(sealed.mint);
                }
            }
            rows.push(Judged { outcome, verdict });
        }
        let licences = new.values().map(|mints| mints.len() as u64).sum();
        if self.import.run == Run::Mint {
            minting.transactions = self.sign(new)?;
        } else {
            minting = Minting::default();
        }
        Ok(Prepared { rows, licences, minting })
    }

    fn key(&self, draft: &LicenceDraft) -> EntryKey {
        let number = lookup_number(&draft.number, draft.part);
        EntryKey::from_digest(self.import.pseudonyms.licence(&draft.type_code, &number))
    }

    /// New, there already with the same content, or in conflict with what is there.
    fn judge(
        &self,
        row: &RowOutcome,
        drafts: &[LicenceDraft],
        keys: &[EntryKey],
        known: &[Option<(LogIndex, Entry)>],
    ) -> Result<Verdict, ImportError> {
        if let Some(cause) = self.own_fault(drafts) {
            return Ok(Verdict::Refused(refusal(row, cause)));
        }
        let known_count = known.iter().flatten().count();
        if known_count == 0 {
            let has_issuer = self.import.run == Run::DryAfterRegistering
                || drafts.iter().all(|draft| self.issuers.contains_key(&draft.issuer_code));
            return Ok(if has_issuer {
                Verdict::Accepted
            } else {
                Verdict::Refused(refusal(row, Cause::IssuerUnknown))
            });
        }
        let falls_behind = |(draft, (_, entry)): (&LicenceDraft, &(LogIndex, Entry))| {
            let on_ledger = entry.licence().map(|licence| licence.status);
            // A register that still says "valid" is older than the ledger; one that says more than the ledger is a change.
            draft.status != DraftStatus::Valid && on_ledger != Some(super::seal::status(draft.status))
        };
        if known_count == drafts.len() && drafts.iter().zip(known.iter().flatten()).any(falls_behind) {
            return Ok(Verdict::Refused(refusal(row, Cause::StatusDiffers)));
        }
        let mut same = known_count == drafts.len();
        for ((draft, key), (_, entry)) in drafts.iter().zip(keys).zip(known.iter().flatten()) {
            same = same && self.same_content(draft, key, entry)?;
        }
        Ok(if same { Verdict::Repeated } else { Verdict::Refused(refusal(row, Cause::LedgerConflict)) })
    }

    /// What the ledger would reject whatever it knows: found here, so that one row does not stop its chunk.
    fn own_fault(&self, drafts: &[LicenceDraft]) -> Option<Cause> {
        let repeats = |draft: &LicenceDraft| {
            let holders = draft.holders.iter().enumerate();
            holders.into_iter().any(|(place, one)| {
                draft
                    .holders
                    .iter()
                    .take(place)
                    .any(|other| (&other.id_type, &other.id_number) == (&one.id_type, &one.id_number))
            })
        };
        if self.twin && drafts.len() != 2 {
            return Some(Cause::PartMissing);
        }
        drafts.iter().any(repeats).then_some(Cause::HolderRepeated)
    }

    /// Compares with the sealed record. What was erased cannot be compared: the licence is there, so the row repeats it.
    fn same_content(&self, draft: &LicenceDraft, key: &EntryKey, entry: &Entry) -> Result<bool, ImportError> {
        let Some(licence) = entry.licence() else { return Ok(false) };
        let same_type = licence.licence_type == self.licence_type;
        match self.import.vault.open_record(&licence.record.sha256, key, licence.version) {
            Ok(bytes) => Ok(same_type && FaceRecord::decode(&bytes).is_ok_and(|record| record.agrees_with(draft))),
            Err(VaultError::Erased { .. }) => Ok(same_type),
            Err(error) => Err(error.into()),
        }
    }

    fn seal_row(&mut self, row: u64, drafts: &[LicenceDraft], keys: &[EntryKey]) -> Result<Vec<Sealed>, ImportError> {
        let mut sealed = Vec::with_capacity(drafts.len());
        for (place, (draft, key)) in drafts.iter().zip(keys).enumerate() {
            let issuer = self.issuers.get(&draft.issuer_code).copied().unwrap_or_default();
            let twin = (drafts.len() == 2).then(|| keys.get(1_usize.saturating_sub(place)).copied()).flatten();
            sealed.push(self.sealer.seal(row, draft, *key, issuer, twin)?);
        }
        Ok(sealed)
    }

    /// One transaction per issuer and full batch. The idempotency key follows from the licences and their sealed records: each
    /// attempt has its own, and what keeps two attempts from minting twice is the licences' keys.
    fn sign(&self, new: BTreeMap<OrganisationNumber, Vec<Mint>>) -> Result<Vec<SignedTransaction>, ImportError> {
        let chain = self.import.ledger.chain();
        let mut transactions = Vec::new();
        for (issuer, mints) in new {
            let Some(signer) = self.import.keyring.signer(issuer) else { continue };
            let mut mints = mints;
            while !mints.is_empty() {
                let rest = mints.split_off(mints.len().min(MAX_ITEMS));
                let named = mints.iter().flat_map(|mint| [*mint.key.digest(), mint.licence.record.sha256]);
                let named: Vec<u8> = named.flat_map(|digest| *digest.as_bytes()).collect();
                let idempotency = IdempotencyKey::from_digest(Domain::ImportBatch.hash(&named));
                let items = Bounded::new(mints)
                    .map_err(|reason| ImportError::Unrepresentable { row: 0, reason: reason.into() })?;
                transactions.push(SignedTransaction::sign(chain, issuer, idempotency, Payload::Mint(items), &*signer)?);
                mints = rest;
            }
        }
        Ok(transactions)
    }
}

fn drafts(row: &RowOutcome) -> &[LicenceDraft] {
    match &row.result {
        RowResult::Accepted(drafts) => drafts,
        _ => &[],
    }
}

fn refusal(row: &RowOutcome, cause: Cause) -> Refusal {
    Refusal::of_row(row.row_number, cause)
}
