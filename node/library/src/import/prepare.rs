//! The second stage: what the ledger knows of a chunk's licences, and the sealed records and signed transactions for the others.

mod successor;

pub use successor::Succession;

use super::seal::{Making, Place, Sealed, Sealer, Unsealed};
use super::{Import, ImportError, Run};
use crate::catalogue::lookup_number;
use crate::face::FaceRecord;
use crate::issue::IssueError;
use crate::port::{Read, Submit};
use crate::register::{Cause, DraftStatus, Finding, LicenceDraft, Mapping, Refusal, RowOutcome, RowResult};
use crate::vault::{SealedRecord, VaultError};
use std::collections::BTreeMap;
use zhengku_crypto::domain::Domain;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{Entry, Licence, LicenceType, Organisation};
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
    /// Keys and identifiers of the licences, in the order of their rows.
    pub(super) issued: Vec<(EntryKey, String)>,
}

/// A row whose licences are sealed.
struct Job<'a> {
    row: &'a RowOutcome,
    drafts: &'a [LicenceDraft],
    keys: Vec<EntryKey>,
}

/// Number and registered name of the issuers whose keys are here, by credit code.
type Issuers = BTreeMap<String, (OrganisationNumber, String)>;

/// The stage with what it needs for every chunk.
pub(super) struct Stage<'a, L> {
    import: &'a Import<'a, L>,
    licence_type: LicenceTypeNumber,
    twin: bool,
    issuers: Issuers,
    making: Option<Making<'a>>,
    /// One for each thread that seals: several only when files are made, which takes milliseconds a licence.
    sealers: Vec<Sealer<'a>>,
}

impl<'a, L: Submit + Read> Stage<'a, L> {
    /// `known` is the licence type in the catalogue.
    pub(super) fn new(
        import: &'a Import<'a, L>,
        mapping: &Mapping,
        known: Option<&'a LicenceType>,
    ) -> Result<Self, ImportError> {
        let directory = import.ledger.directory();
        let licence_type = match known {
            Some(kind) => kind.number,
            None if import.run == Run::DryAfterRegistering => directory.next_licence_type(),
            None => return Err(ImportError::UnknownType { code: mapping.type_code().to_owned() }),
        };
        let held = directory.organisations().filter(|one| import.keyring.signer(one.number).is_some());
        let named = |one: &Organisation| (one.credit_code.as_str().to_owned(), (one.number, one.name_zh.to_string()));
        let issuers = held.map(named).collect();
        let is_dry = import.run != Run::Mint;
        let making = import.files.zip(known).map(|(maker, licence_type)| Making { maker, licence_type, is_dry });
        let threads = if making.is_some() { std::thread::available_parallelism().map_or(1, usize::from) } else { 1 };
        let twin = mapping.has_parts();
        let mut stage = Self { import, licence_type, twin, issuers, making, sealers: Vec::with_capacity(threads) };
        stage.sealers = (0..threads).map(|_| stage.sealer()).collect::<Result<_, _>>()?;
        Ok(stage)
    }

    fn sealer(&self) -> Result<Sealer<'a>, ImportError> {
        let Import { vault, pseudonyms, today, .. } = *self.import;
        Ok(Sealer::new(vault, pseudonyms, self.licence_type, today, self.making)?)
    }

    pub(super) fn prepare(&mut self, chunk: Vec<RowOutcome>) -> Result<Prepared, ImportError> {
        let keys: Vec<EntryKey> = chunk.iter().flat_map(drafts).map(|draft| self.key(draft)).collect();
        let mut found = self.import.ledger.find(&keys)?.into_iter();
        let mut keys = keys.into_iter();
        let (mut verdicts, mut jobs) = (Vec::with_capacity(chunk.len()), Vec::new());
        for outcome in &chunk {
            let count = drafts(outcome).len();
            let keys: Vec<EntryKey> = keys.by_ref().take(count).collect();
            let known: Vec<_> = found.by_ref().take(count).collect();
            let verdict = match &outcome.result {
                RowResult::Accepted(drafts) => self.judge(outcome, drafts, &keys, &known)?,
                RowResult::Repeated { .. } => Verdict::Repeated,
                RowResult::Refused(refusal) => Verdict::Refused(refusal.clone()),
            };
            if matches!(verdict, Verdict::Accepted) {
                jobs.push(Job { row: outcome, drafts: drafts(outcome), keys });
            }
            verdicts.push(verdict);
        }
        let mut new: BTreeMap<OrganisationNumber, Vec<Mint>> = BTreeMap::new();
        let (mut minting, mut issued) = (Minting::default(), Vec::new());
        let mut sealed = self.seal_all(&jobs)?.into_iter();
        for verdict in verdicts.iter_mut().filter(|verdict| matches!(verdict, Verdict::Accepted)) {
            match sealed.next() {
                Some(Ok(licences)) => {
                    for Sealed { record, mint, identifier } in licences {
                        issued.push((mint.key, identifier));
                        minting.records.push(record);
                        new.entry(mint.licence.issuer).or_default().push(mint);
                    }
                }
                Some(Err(refusal)) => *verdict = Verdict::Refused(refusal),
                None => {}
            }
        }
        drop(jobs);
        let rows = chunk.into_iter().zip(verdicts).map(|(outcome, verdict)| Judged { outcome, verdict }).collect();
        let licences = new.values().map(|mints| mints.len() as u64).sum();
        if self.import.run == Run::Mint {
            minting.transactions = self.sign(new)?;
        } else {
            minting = Minting::default();
        }
        Ok(Prepared { rows, licences, minting, issued })
    }

    /// The pages of one row's licences.
    pub(super) fn preview(
        &mut self,
        row: &RowOutcome,
        version: u16,
    ) -> Result<Result<Vec<Vec<u8>>, Refusal>, ImportError> {
        if let RowResult::Refused(refusal) = &row.result {
            return Ok(Err(refusal.clone()));
        }
        let mut pages = Vec::new();
        for draft in drafts(row) {
            let key = self.key(draft);
            let issuer =
                self.issuers.get(&draft.issuer_code).map_or_else(OrganisationNumber::default, |(number, _)| *number);
            let place = Place { row: row.row_number, key, version, issuer, twin: None };
            let Some(sealer) = self.sealers.first_mut() else { continue };
            match sealer.preview(draft, place) {
                Ok(drawn) => pages.extend(drawn),
                Err(Unsealed::Unwritable(error)) => return Ok(Err(unwritable(row, &error))),
                Err(Unsealed::Failed(error)) => return Err(error),
            }
        }
        Ok(Ok(pages))
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
        if drafts.iter().any(repeats) {
            return Some(Cause::HolderRepeated);
        }
        let is_ahead = |draft: &LicenceDraft| draft.issued_on.is_some_and(|day| day.days() > self.import.today.0);
        let makes_files = self.import.files.is_some();
        if makes_files && drafts.iter().any(is_ahead) {
            return Some(Cause::IssuedAhead);
        }
        let is_renamed = |draft: &LicenceDraft| {
            let registered = self.issuers.get(&draft.issuer_code);
            registered.is_some_and(|(_, name)| *name != draft.issuer_name)
        };
        (makes_files && drafts.iter().any(is_renamed)).then_some(Cause::IssuerNameDiffers)
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

    /// Seals the licences of every row, on as many threads as there are sealers, in the order of the rows. A row whose face cannot be
    /// written is refused; any other failure ends the run.
    fn seal_all(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Result<Vec<Sealed>, Refusal>>, ImportError> {
        let issuers = &self.issuers;
        let share = jobs.len().div_ceil(self.sealers.len().max(1)).max(1);
        let mut shares = jobs.chunks(share).zip(&mut self.sealers);
        let own = shares.next();
        let work = |(jobs, sealer): (&[Job<'_>], &mut Sealer<'_>)| -> Vec<_> {
            jobs.iter().map(|job| seal_row(sealer, issuers, job)).collect()
        };
        let results = std::thread::scope(|scope| {
            let others: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
            let mut results: Vec<_> = own.map(work).unwrap_or_default();
            for other in others {
                match other.join() {
                    Ok(more) => results.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            results
        });
        results.into_iter().collect()
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
                let idempotency = idempotency(mints.iter().map(|mint| (&mint.key, &mint.licence)));
                let items = Bounded::new(mints)
                    .map_err(|reason| ImportError::Unrepresentable { row: 0, reason: reason.into() })?;
                transactions.push(SignedTransaction::sign(chain, issuer, idempotency, Payload::Mint(items), &*signer)?);
                mints = rest;
            }
        }
        Ok(transactions)
    }
}

/// A key that follows from licences and their sealed records.
fn idempotency<'l>(licences: impl Iterator<Item = (&'l EntryKey, &'l Licence)>) -> IdempotencyKey {
    let named = licences.flat_map(|(key, licence)| [*key.digest(), licence.record.sha256]);
    let named: Vec<u8> = named.flat_map(|digest| *digest.as_bytes()).collect();
    IdempotencyKey::from_digest(Domain::ImportBatch.hash(&named))
}

/// The licences of one row: all of them, or a refusal.
fn seal_row(
    sealer: &mut Sealer<'_>,
    issuers: &Issuers,
    job: &Job<'_>,
) -> Result<Result<Vec<Sealed>, Refusal>, ImportError> {
    let mut licences = Vec::with_capacity(job.drafts.len());
    for (index, (draft, key)) in job.drafts.iter().zip(&job.keys).enumerate() {
        let issuer = issuers.get(&draft.issuer_code).map_or_else(OrganisationNumber::default, |(number, _)| *number);
        let twin = (job.drafts.len() == 2).then(|| job.keys.get(1_usize.saturating_sub(index)).copied()).flatten();
        let place = Place { row: job.row.row_number, key: *key, version: 1, issuer, twin };
        match sealer.seal(draft, place) {
            Ok(sealed) => licences.push(sealed),
            Err(Unsealed::Unwritable(error)) => return Ok(Err(unwritable(job.row, &error))),
            Err(Unsealed::Failed(error)) => return Err(error),
        }
    }
    Ok(Ok(licences))
}

fn unwritable(row: &RowOutcome, error: &IssueError) -> Refusal {
    let (column, character) = error.place();
    let cause = if error.is_too_long() { Cause::NoRoom } else { Cause::Unwritable };
    let first = Finding { cause, column, other_row: None, character };
    Refusal { row_number: row.row_number, first, further: Vec::new() }
}

pub(super) fn drafts(row: &RowOutcome) -> &[LicenceDraft] {
    match &row.result {
        RowResult::Accepted(drafts) => drafts,
        _ => &[],
    }
}

fn refusal(row: &RowOutcome, cause: Cause) -> Refusal {
    Refusal::of_row(row.row_number, cause)
}
