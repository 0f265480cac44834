//! Importing a register: rows become sealed records and minted licences, chunk by chunk.
//!
//! Three stages run side by side: reading and checking, sealing into the vault, minting. Each chunk of rows is one block. The vault
//! is durable before the block; the ledger's own state makes a repeated row harmless, so an import that was killed at any moment is
//! resumed by running it again.

mod prepare;
mod report;
mod seal;

pub use prepare::Succession;
pub use report::{ImportReport, RefusedCount};

use crate::catalogue::CatalogueError;
use crate::issue::{FileMaker, IssueError};
use crate::port::{Keyring, PortError, Read, Submit};
use crate::random::RandomError;
use crate::register::{LicenceDraft, Mapping, Refusal, RefusedRowsWriter, Register, RegisterError, RowOutcome, Rows};
use crate::vault::{Vault, VaultError};
use prepare::{Judged, Prepared, Verdict};
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_ledger::codec::{LengthError, TextError};
use zhengku_ledger::entry::LicenceType;
use zhengku_ledger::identifier::IdentifierError;
use zhengku_ledger::ids::{Date, EntryKey};
use zhengku_ledger::transaction::{Outcome, RejectCode};

/// Rows in a chunk: 2,048 birth certificates are 4,096 licences, the most that one signature covers.
const CHUNK_ROWS: usize = 2_048;
/// Rows in a chunk when files are made: a second of work on two cores, 16 MB of files, and a progress that moves.
const CHUNK_ROWS_WITH_FILES: usize = 256;
/// Chunks in flight between two stages: enough to keep both busy, few enough to stay under 50 MB.
const CHUNKS_IN_FLIGHT: usize = 2;

/// An import that is about to run.
pub struct Import<'a, L> {
    /// The ledger.
    pub ledger: &'a L,
    /// The vault.
    pub vault: &'a Vault,
    /// The keys of the organisations that sign here.
    pub keyring: &'a (dyn Keyring + Sync),
    /// The pseudonym key of the jurisdiction.
    pub pseudonyms: &'a PseudonymKey,
    /// Today in Beijing: the date of issue of licences whose register has none.
    pub today: Date,
    /// What makes the files of licences (制证); none: the register's licences are taken over as they are (历史数据归集).
    pub files: Option<&'a FileMaker>,
    /// Whether, and how, to stop before anything is written.
    pub run: Run,
    /// Who looks on and may stop it; none: nobody.
    pub watch: Option<&'a (dyn Watch + Sync)>,
}

/// Looks on while an import runs, chunk by chunk.
pub trait Watch {
    /// Asked between two chunks; what was minted stays minted, and running it again goes on behind it.
    fn is_stopped(&self) -> bool {
        false
    }

    /// Licences whose block is durable.
    fn minted(&self, _licences: &[Minted<'_>]) {}

    /// A row that was refused. Must not be logged.
    fn refused(&self, _refusal: &Refusal) {}
}

/// A licence that was minted.
pub struct Minted<'a> {
    /// Its key on the ledger.
    pub key: EntryKey,
    /// Its identifier (GB/T 36904).
    pub identifier: &'a str,
    /// What it was made of.
    pub draft: &'a LicenceDraft,
}

/// What an import does with what it finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Run {
    /// It mints.
    Mint,
    /// It counts what it would mint. An issuer that is not registered is a reason to refuse.
    Dry,
    /// It counts what it would mint after the issuers and the licence type it names have been registered (demo ledgers).
    DryAfterRegistering,
}

/// What became of one row.
#[derive(Debug)]
pub enum OneRow {
    /// It was minted: keys and identifiers, those of a twin's two parts.
    Minted(Vec<(EntryKey, String)>),
    /// The ledger has it with the same content.
    Repeated,
    /// It was refused.
    Refused(Refusal),
}

/// Why an import ended early. Everything reported before is on the ledger; run it again to go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file cannot be read as a register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] PortError),
    /// The licence type is not in the catalogue of this ledger.
    #[error("licence type {code} is not in the catalogue of this ledger")]
    UnknownType {
        /// The type code of the mapping.
        code: String,
    },
    /// The mapping gives no licence type.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The ledger rejected a chunk that was checked before: another writer, or a changed catalogue.
    #[error("the ledger rejected the chunk at row {row}: {} ({})", code.reason_en(), code.number())]
    Rejected {
        /// The first row of the chunk.
        row: u64,
        /// Why.
        code: RejectCode,
    },
    /// A row cannot be put into the ledger's form.
    #[error("row {row}: {reason}")]
    Unrepresentable {
        /// The row.
        row: u64,
        /// Why.
        reason: Unrepresentable,
    },
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The file of refused rows cannot be written.
    #[error("the file of refused rows: {0}")]
    RefusedRows(#[from] csv::Error),
    /// The files of a licence cannot be made, whatever its row says: no seal, a seal that may not be used.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Signing failed.
    #[error("signing: {0}")]
    Signing(#[from] zhengku_crypto::sign::SignatureError),
}

/// What of a row the ledger's form does not take.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unrepresentable {
    /// A text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A list.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// An identifier.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
}

impl<L: Submit + Read> Import<'_, L> {
    /// Runs the import. `refused` receives the refused rows; `progress` is told of each chunk that is done.
    ///
    /// # Errors
    /// [`ImportError`]; what was done before stays done.
    pub fn run<W: Write>(
        &self,
        register: Register,
        refused: W,
        progress: &mut dyn FnMut(&ImportReport),
    ) -> Result<ImportReport, ImportError> {
        let mut report = ImportReport::new(register.mapping());
        let mapping = register.mapping().clone();
        let known = self.licence_type(&mapping);
        let chunk_rows = if self.files.is_some() { CHUNK_ROWS_WITH_FILES } else { CHUNK_ROWS };
        let rows = register.rows();
        let mut writer = RefusedRowsWriter::new(refused, &rows);
        std::thread::scope(|scope| {
            let (to_prepare, chunks) = sync_channel(CHUNKS_IN_FLIGHT);
            let (to_mint, prepared) = sync_channel(CHUNKS_IN_FLIGHT);
            scope.spawn(move || read_chunks(rows, chunk_rows, &to_prepare));
            let known = known.as_ref();
            scope.spawn(move || self.prepare_chunks((&mapping, known), &chunks, &to_mint));
            self.finish_chunks(&prepared, &mut writer, &mut report, progress)
        })?;
        if let Some(mut sink) = writer.finish()? {
            sink.flush().map_err(csv::Error::from)?;
        }
        Ok(report)
    }

    /// Mints the licences of one row: a form that was filled in ([`check_form`](crate::register::check_form)).
    ///
    /// # Errors
    /// [`ImportError`]; nothing is minted then, unless the ledger's answer was lost.
    pub fn mint_one(&self, mapping: &Mapping, row: RowOutcome) -> Result<OneRow, ImportError> {
        let row_number = row.row_number;
        let known = self.licence_type(mapping);
        let Prepared { rows, minting, issued, .. } =
            prepare::Stage::new(self, mapping, known.as_ref())?.prepare(vec![row])?;
        Ok(match rows.into_iter().next().map(|judged| judged.verdict) {
            Some(Verdict::Refused(refusal)) => OneRow::Refused(refusal),
            Some(Verdict::Repeated) | None => OneRow::Repeated,
            Some(Verdict::Accepted) => {
                if self.run == Run::Mint {
                    self.mint(minting, row_number)?;
                }
                OneRow::Minted(issued)
            }
        })
    }

    /// Puts a new state, or a licence of a new number, in the place of a licence: a form that was filled in anew.
    ///
    /// # Errors
    /// [`ImportError`]; nothing is superseded then, unless the ledger's answer was lost.
    pub fn supersede(
        &self,
        mapping: &Mapping,
        row: &RowOutcome,
        succession: &Succession<'_>,
    ) -> Result<OneRow, ImportError> {
        let known = self.licence_type(mapping);
        let prepared = prepare::Stage::new(self, mapping, known.as_ref())?.succeed(row, succession)?;
        let (minting, issued) = match prepared {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(OneRow::Refused(refusal)),
        };
        if self.run == Run::Mint {
            self.mint(minting, row.row_number)?;
        }
        Ok(OneRow::Minted(issued))
    }

    /// The pages of a form as pictures, as its holder will see them, without a seal. Nothing is signed or kept.
    ///
    /// # Errors
    /// [`ImportError`]: no file maker, or a type that is not in the catalogue.
    pub fn preview(&self, mapping: &Mapping, row: RowOutcome) -> Result<Result<Vec<Vec<u8>>, Refusal>, ImportError> {
        self.preview_version(mapping, &row, 1)
    }

    /// As [`Import::preview`], for a form that becomes this version of a licence: the identifier on the face says which.
    ///
    /// # Errors
    /// As [`Import::preview`].
    pub fn preview_version(
        &self,
        mapping: &Mapping,
        row: &RowOutcome,
        version: u16,
    ) -> Result<Result<Vec<Vec<u8>>, Refusal>, ImportError> {
        let known = self.licence_type(mapping);
        prepare::Stage::new(self, mapping, known.as_ref())?.preview(row, version)
    }

    /// Makes the files of one row and drops them: for measuring.
    ///
    /// # Errors
    /// [`ImportError`]; also for a row that is refused.
    pub fn make_files(&self, mapping: &Mapping, row: &RowOutcome) -> Result<(), ImportError> {
        let known = self.licence_type(mapping);
        prepare::Stage::new(self, mapping, known.as_ref())?.prepare(vec![row.clone()]).map(|_| ())
    }

    fn licence_type(&self, mapping: &Mapping) -> Option<LicenceType> {
        let directory = self.ledger.directory();
        directory.licence_types().find(|kind| kind.code.as_str() == mapping.type_code()).cloned()
    }

    fn prepare_chunks(
        &self,
        (mapping, known): (&Mapping, Option<&LicenceType>),
        chunks: &Receiver<Result<Vec<RowOutcome>, RegisterError>>,
        to_mint: &SyncSender<Result<Prepared, ImportError>>,
    ) {
        let mut stage = match prepare::Stage::new(self, mapping, known) {
            Ok(stage) => stage,
            Err(error) => {
                let _ = to_mint.send(Err(error));
                return;
            }
        };
        for chunk in chunks {
            let prepared = chunk.map_err(ImportError::from).and_then(|chunk| stage.prepare(chunk));
            let ended = prepared.is_err();
            // A closed channel means that the last stage has failed and reports its own error.
            if to_mint.send(prepared).is_err() || ended {
                return;
            }
        }
    }

    fn finish_chunks<W: Write>(
        &self,
        prepared: &Receiver<Result<Prepared, ImportError>>,
        writer: &mut RefusedRowsWriter<W>,
        report: &mut ImportReport,
        progress: &mut dyn FnMut(&ImportReport),
    ) -> Result<(), ImportError> {
        for chunk in prepared {
            let chunk = chunk?;
            let first_row = chunk.rows.first().map_or(0, |row| row.outcome.row_number);
            let minted = if self.run == Run::Mint { self.mint(chunk.minting, first_row)? } else { chunk.licences };
            report.licences = report.licences.saturating_add(minted);
            if let Some(watch) = self.watch.filter(|_| self.run == Run::Mint) {
                let accepted = chunk.rows.iter().filter(|row| matches!(row.verdict, Verdict::Accepted));
                let drafts = accepted.flat_map(|row| prepare::drafts(&row.outcome));
                let minted = chunk.issued.iter().zip(drafts);
                let minted = minted.map(|((key, identifier), draft)| Minted { key: *key, identifier, draft });
                watch.minted(&minted.collect::<Vec<_>>());
            }
            for Judged { outcome, verdict } in chunk.rows {
                report.count(&verdict);
                if let Verdict::Refused(refusal) = &verdict {
                    writer.write(refusal, &outcome.raw)?;
                    if let Some(watch) = self.watch {
                        watch.refused(refusal);
                    }
                }
            }
            progress(report);
            if self.watch.is_some_and(|watch| watch.is_stopped()) {
                break;
            }
        }
        Ok(())
    }

    /// Vault first, ledger second, confirmation last. Returns the licences minted. A batch of records that was not minted whole
    /// stays unconfirmed: the next start keeps what the ledger names and collects the rest.
    fn mint(&self, minting: prepare::Minting, first_row: u64) -> Result<u64, ImportError> {
        if minting.transactions.is_empty() {
            return Ok(0);
        }
        let pending = self.vault.put(&minting.records)?;
        let receipt = self.ledger.submit(minting.transactions)?;
        if let Some(code) = rejected_whole(&receipt.outcomes) {
            // No entry will ever name these records.
            self.vault.withdraw(pending)?;
            return Err(ImportError::Rejected { row: first_row, code });
        }
        let (mut minted, mut whole) = (0_u64, true);
        for outcome in receipt.outcomes {
            match outcome {
                Outcome::Applied { count, .. } => minted = minted.saturating_add(u64::from(count)),
                Outcome::Repeated { .. } => whole = false,
                Outcome::Rejected { code, .. } => return Err(ImportError::Rejected { row: first_row, code }),
            }
        }
        if whole {
            self.vault.confirm(pending)?;
        }
        Ok(minted)
    }
}

/// The first reason, when the ledger has refused every transaction for good.
fn rejected_whole(outcomes: &[Outcome]) -> Option<RejectCode> {
    let code = |outcome: &Outcome| match outcome {
        Outcome::Rejected { code, .. } if outcome.takes_key() => Some(*code),
        _ => None,
    };
    let codes: Option<Vec<RejectCode>> = outcomes.iter().map(code).collect();
    codes?.first().copied()
}

fn read_chunks(rows: Rows, chunk_rows: usize, to_prepare: &SyncSender<Result<Vec<RowOutcome>, RegisterError>>) {
    let mut chunk = Vec::with_capacity(chunk_rows);
    for row in rows {
        match row {
            Ok(row) => chunk.push(row),
            Err(error) => {
                // What was read before a broken place is still imported; the error comes after it.
                let _ = to_prepare.send(Ok(std::mem::take(&mut chunk)));
                let _ = to_prepare.send(Err(error));
                return;
            }
        }
        if chunk.len() == chunk_rows && to_prepare.send(Ok(std::mem::take(&mut chunk))).is_err() {
            return;
        }
    }
    if !chunk.is_empty() {
        let _ = to_prepare.send(Ok(chunk));
    }
}
