//! Batches: a register kept sealed, a dry run, and minting in the background. Rows repeat harmlessly, so that a batch that was stopped or
//! broke off is simply started again.

use super::error::{Trouble, state};
use super::issued::Line;
use super::jobs::{Job, nothing};
use super::register::{CsvPieces, columns, opened, rows_of};
use super::{Desk, new_id};
use crate::issuing;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use zhengku_api::desk::port::{
    Batch, BatchState, ColumnReport, DeskError, DryRun, NewBatch, Operator, Progress, RefusedRow,
};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::import::{Import, ImportReport, Minted, Run, Watch};
use zhengku_library::random::Randomness;
use zhengku_library::register::{Mapping, Refusal};

/// Bytes of a register in one paper: in base 64 below a paper's 4 MiB.
const PIECE: usize = 2 * 1024 * 1024;
/// Refused rows in one paper.
const ROWS_IN_PAPER: usize = 5_000;
/// Refused rows that are kept for the page; the file has all.
const MAX_ROWS: usize = 50_000;
/// Batches that are kept; the oldest makes room for a new one.
const MAX_BATCHES: usize = 500;

/// A batch as it lies on the disk, without its register and its refused rows.
#[derive(Clone, Serialize, Deserialize)]
struct BatchPaper {
    type_code: String,
    file_name: String,
    file_bytes: u64,
    pieces: usize,
    is_sealed: bool,
    by: String,
    #[serde(default)]
    login: String,
    uploaded: u64,
    state: String,
    report: Option<Found>,
    total: u64,
    done: u64,
    refused: u64,
    /// Papers of refused rows, and of their file.
    row_papers: usize,
    csv_pieces: usize,
}

/// What the dry run found.
#[derive(Clone, Serialize, Deserialize)]
struct Found {
    rows: u64,
    good: u64,
    known: u64,
    refused: u64,
    columns: Vec<Column>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Column {
    pub(super) heading: String,
    pub(super) field_zh: Option<String>,
    pub(super) field_en: Option<String>,
    pub(super) refused: u64,
    pub(super) reason_zh: String,
    pub(super) reason_en: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Refused {
    row: u64,
    column: String,
    zh: String,
    en: String,
}

const STATES: [(BatchState, &str); 6] = [
    (BatchState::Checking, "checking"),
    (BatchState::Checked, "checked"),
    (BatchState::Running, "running"),
    (BatchState::Stopped, "stopped"),
    (BatchState::Done, "done"),
    (BatchState::Failed, "failed"),
];

fn word(state: BatchState) -> String {
    STATES.iter().find(|(known, _)| *known == state).map_or("failed", |(_, word)| word).to_owned()
}

impl BatchPaper {
    fn state(&self) -> BatchState {
        STATES.iter().find(|(_, word)| *word == self.state).map_or(BatchState::Failed, |(state, _)| *state)
    }

    fn progress(&self) -> Progress {
        let Self { total, done, refused, .. } = *self;
        Progress { total, done, refused, ..nothing(self.state()) }
    }
}

/// Looks on for a batch.
struct Onlooker<'a> {
    desk: &'a Desk,
    job: &'a Job,
    by: &'a str,
    at: TimestampMs,
    rows: Mutex<Vec<Refused>>,
    failed: Mutex<Option<Trouble>>,
}

impl Watch for Onlooker<'_> {
    fn is_stopped(&self) -> bool {
        self.job.is_stopped() || self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn minted(&self, licences: &[Minted<'_>]) {
        let mut random = Randomness::new();
        let line = |one: &Minted<'_>| -> Result<Line, Trouble> {
            Ok(Line::of(self.desk, new_id(&mut random)?, (one.key, one.identifier), one.draft, (self.at, self.by)))
        };
        let lines = licences.iter().map(line).collect::<Result<Vec<_>, _>>();
        if let Err(trouble) = lines.and_then(|lines| self.desk.keep_lines(lines)) {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
        }
    }

    fn refused(&self, refusal: &Refusal) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        for finding in refusal.findings().take(MAX_ROWS.saturating_sub(rows.len())) {
            let bare = zhengku_library::register::Finding { column: None, ..finding.clone() };
            rows.push(Refused {
                // Spreadsheets count the heading as row 1.
                row: refusal.row_number.saturating_add(1),
                column: finding.column.clone().unwrap_or_default(),
                zh: bare.message_zh(),
                en: bare.message_en(),
            });
        }
    }
}

impl Desk {
    pub(super) fn batches(&self, by: &Operator) -> Result<Vec<Batch>, Trouble> {
        let mut all = Vec::new();
        for id in self.batch_ids()? {
            all.extend(self.batch_for(by, &id)?);
        }
        all.sort_by_key(|batch| std::cmp::Reverse(batch.uploaded));
        Ok(all)
    }

    /// The batches; the papers of their pieces have a hyphen in their names.
    fn batch_ids(&self) -> Result<Vec<String>, crate::failure::Failure> {
        Ok(self.batches.names()?.into_iter().filter(|name| !name.contains('-')).collect())
    }

    /// A batch whose register this operator may read.
    pub(super) fn batch_for(&self, by: &Operator, id: &str) -> Result<Option<Batch>, Trouble> {
        let paper = self.batches.get::<BatchPaper>(id)?;
        Ok(paper.filter(|paper| self.may_read_of(by, &paper.login)).map(|paper| self.shown_batch(id, &paper)))
    }

    /// The paper of a batch whose register this operator may read.
    fn paper_for(&self, by: &Operator, id: &str) -> Result<BatchPaper, Trouble> {
        let paper = self.batches.get::<BatchPaper>(id)?;
        Ok(paper.filter(|paper| self.may_read_of(by, &paper.login)).ok_or(DeskError::NotFound)?)
    }

    fn shown_batch(&self, id: &str, paper: &BatchPaper) -> Batch {
        let mapping = self.mapping(&paper.type_code);
        let progress = self.jobs.find(id).map_or_else(|| paper.progress(), |job| job.now());
        Batch {
            id: id.to_owned(),
            type_zh: mapping.as_ref().map(|one| one.licence_type().to_owned()).unwrap_or_default(),
            type_en: mapping.as_ref().map(|one| one.licence_type_en().to_owned()).unwrap_or_default(),
            type_code: paper.type_code.clone(),
            file_name: paper.file_name.clone(),
            file_bytes: paper.file_bytes,
            is_sealed: paper.is_sealed,
            by: paper.by.clone(),
            uploaded: TimestampMs(paper.uploaded),
            state: progress.state,
            report: paper.report.clone().map(shown),
            progress,
        }
    }

    /// Keeps a register and says what it is; its dry run is begun by [`Desk::work`].
    pub(super) fn create_batch(&self, by: &Operator, new: &NewBatch) -> Result<(Batch, Arc<Job>), Trouble> {
        let mapping = self.mapping(&new.type_code).ok_or(DeskError::NotFound)?;
        self.make_room()?;
        // Refuses what is no register of this type before anything of it is kept.
        opened(&new.file_name, new.bytes.clone(), &mapping)?;
        let total = rows_of(&new.file_name, new.bytes.clone(), &mapping)?;
        let mut random = Randomness::new();
        let id = new_id(&mut random)?;
        let mut pieces = 0_usize;
        for piece in new.bytes.chunks(PIECE) {
            self.batches.put(&format!("{id}-b{pieces}"), &BASE64.encode(piece), &mut random)?;
            pieces = pieces.saturating_add(1);
        }
        let paper = BatchPaper {
            type_code: new.type_code.clone(),
            file_name: new.file_name.clone(),
            file_bytes: u64::try_from(new.bytes.len()).unwrap_or(u64::MAX),
            pieces,
            is_sealed: new.is_sealed,
            by: by.name.clone(),
            login: by.login.clone(),
            uploaded: self.now().0,
            state: word(BatchState::Checking),
            report: None,
            total,
            done: 0,
            refused: 0,
            row_papers: 0,
            csv_pieces: 0,
        };
        self.batches.put(&id, &paper, &mut random)?;
        let job = self.jobs.begin(&id, paper.progress()).ok_or(DeskError::Busy)?;
        Ok((self.shown_batch(&id, &paper), job))
    }

    /// Registers name persons and are large: the oldest batch that is not at work makes room for a new one.
    fn make_room(&self) -> Result<(), Trouble> {
        let ids = self.batch_ids()?;
        let mut idle = Vec::new();
        for id in ids.iter().filter(|id| self.jobs.find(id).is_none()) {
            idle.extend(self.batches.get::<BatchPaper>(id)?.map(|paper| (paper.uploaded, id)));
        }
        idle.sort_unstable();
        let surplus = ids.len().saturating_add(1).saturating_sub(MAX_BATCHES);
        for (_, id) in idle.into_iter().take(surplus) {
            // The batch's own paper last: what a power cut leaves is found and removed the next time.
            let parts = format!("{id}-");
            for name in self.batches.names()?.iter().filter(|name| name.starts_with(&parts)) {
                self.batches.remove(name)?;
            }
            self.batches.remove(id)?;
        }
        Ok(())
    }

    /// Lets a batch begin; [`Desk::work`] does it.
    pub(super) fn start_batch(&self, by: &Operator, id: &str) -> Result<Arc<Job>, Trouble> {
        let mut paper = self.paper_for(by, id)?;
        if !matches!(paper.state(), BatchState::Checked | BatchState::Stopped | BatchState::Failed) {
            return Err(state("此批次正在进行或已完成", "this batch is at work or done").into());
        }
        paper.state = word(BatchState::Running);
        (paper.done, paper.refused) = (0, 0);
        let job =
            self.jobs.begin(id, paper.progress()).ok_or_else(|| state("此批次正在进行", "this batch is at work"))?;
        if let Err(error) = self.batches.put(id, &paper, &mut Randomness::new()) {
            self.jobs.end(id);
            return Err(error.into());
        }
        Ok(job)
    }

    pub(super) fn cancel_batch(&self, by: &Operator, id: &str) -> Result<(), Trouble> {
        self.paper_for(by, id)?;
        let job = self.jobs.find(id).ok_or_else(|| state("此批次未在进行", "this batch is not at work"))?;
        job.stop();
        Ok(())
    }

    /// Does what a batch is in the middle of: its dry run, or its minting. Blocks until it ends; the outcome is kept either way.
    pub(super) fn work(&self, by: &Operator, id: &str, job: &Job, run: Run) {
        let outcome = self.worked(by, id, job, run);
        let state = match (&outcome, run) {
            (Ok(()), _) if job.is_stopped() => BatchState::Stopped,
            (Ok(()), Run::Mint) => BatchState::Done,
            (Ok(()), _) => BatchState::Checked,
            (Err(_), _) => BatchState::Failed,
        };
        if let Err(trouble) = outcome {
            let error = DeskError::from(trouble);
            tracing::warn!(batch = id, %error, "desk.batch");
        }
        if let Err(trouble) = self.ended(id, job, state) {
            let error = DeskError::from(trouble);
            tracing::error!(batch = id, %error, "desk.batch_not_kept");
        }
        self.jobs.end(id);
    }

    fn worked(&self, by: &Operator, id: &str, job: &Job, run: Run) -> Result<(), Trouble> {
        let paper: BatchPaper = self.batches.get(id)?.ok_or(DeskError::NotFound)?;
        let mapping = self.mapping(&paper.type_code).ok_or(DeskError::NotFound)?;
        let bytes = self.register_of(id, &paper)?;
        let headings = opened(&paper.file_name, bytes.clone(), &mapping)?.rows().report().ignored_columns.clone();
        let register = opened(&paper.file_name, bytes, &mapping)?;
        let (now, ring) = (self.now(), self.ring_of(&by.login));
        let maker = if paper.is_sealed { Some(self.maker()?) } else { None };
        let onlooker =
            Onlooker { desk: self, job, by: &paper.by, at: now, rows: Mutex::default(), failed: Mutex::default() };
        let import =
            Import { watch: Some(&onlooker), ..issuing::import(&self.access, &ring, maker.as_ref(), now, run) };
        let mut csv = CsvPieces::default();
        let tell = &mut |report: &ImportReport| job.tell(report.rows, report.refused);
        let report = import.run(register, &mut csv, tell)?;
        if let Some(trouble) = onlooker.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(trouble);
        }
        let rows = onlooker.rows.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.keep_refused(id, &rows, csv)?;
        if run == Run::Dry && !job.is_stopped() {
            self.keep_found(id, &mapping, &report, headings)?;
        }
        Ok(())
    }

    fn keep_found(
        &self,
        id: &str,
        mapping: &Mapping,
        report: &ImportReport,
        ignored: Vec<String>,
    ) -> Result<(), Trouble> {
        let mut paper: BatchPaper = self.batches.get(id)?.ok_or(DeskError::NotFound)?;
        paper.report = Some(Found {
            rows: report.rows,
            good: report.accepted,
            known: report.repeated,
            refused: report.refused,
            columns: columns(mapping, report, ignored, self.licence_type(mapping.type_code()).as_ref()),
        });
        paper.total = report.rows;
        Ok(self.batches.put(id, &paper, &mut Randomness::new())?)
    }

    fn keep_refused(&self, id: &str, rows: &[Refused], csv: CsvPieces) -> Result<(), Trouble> {
        let mut paper: BatchPaper = self.batches.get(id)?.ok_or(DeskError::NotFound)?;
        let mut random = Randomness::new();
        let former = (paper.row_papers, paper.csv_pieces);
        (paper.row_papers, paper.csv_pieces) = (0, 0);
        for rows in rows.chunks(ROWS_IN_PAPER) {
            self.batches.put(&format!("{id}-r{}", paper.row_papers), &rows, &mut random)?;
            paper.row_papers = paper.row_papers.saturating_add(1);
        }
        for piece in csv.bytes().chunks(PIECE) {
            self.batches.put(&format!("{id}-c{}", paper.csv_pieces), &BASE64.encode(piece), &mut random)?;
            paper.csv_pieces = paper.csv_pieces.saturating_add(1);
        }
        self.batches.put(id, &paper, &mut random)?;
        for place in paper.row_papers..former.0 {
            self.batches.remove(&format!("{id}-r{place}"))?;
        }
        for place in paper.csv_pieces..former.1 {
            self.batches.remove(&format!("{id}-c{place}"))?;
        }
        Ok(())
    }

    fn ended(&self, id: &str, job: &Job, state: BatchState) -> Result<(), Trouble> {
        let mut paper: BatchPaper = self.batches.get(id)?.ok_or(DeskError::NotFound)?;
        let progress = job.now();
        paper.state = word(state);
        (paper.done, paper.refused) = (progress.done, progress.refused);
        let done = if state == BatchState::Done { std::mem::take(&mut paper.pieces) } else { 0 };
        self.batches.put(id, &paper, &mut Randomness::new())?;
        // What was minted lies in the vault: the register itself is needed no longer.
        for piece in 0..done {
            self.batches.remove(&format!("{id}-b{piece}"))?;
        }
        job.set(Progress { remaining_s: None, ..Progress { state, total: paper.total, ..progress } });
        Ok(())
    }

    fn register_of(&self, id: &str, paper: &BatchPaper) -> Result<Vec<u8>, Trouble> {
        self.pieces(&format!("{id}-b"), paper.pieces)
    }

    fn pieces(&self, prefix: &str, count: usize) -> Result<Vec<u8>, Trouble> {
        let mut bytes = Vec::new();
        for place in 0..count {
            let piece: String = self.batches.get(&format!("{prefix}{place}"))?.ok_or(DeskError::NotFound)?;
            let decoded = BASE64.decode(piece);
            bytes.extend(decoded.map_err(|_| DeskError::Failed("a paper is malformed".to_owned()))?);
        }
        Ok(bytes)
    }

    pub(super) fn refused_rows(
        &self,
        by: &Operator,
        id: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<RefusedRow>, Trouble> {
        let paper = self.paper_for(by, id)?;
        let (offset, limit) = (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0));
        let mut rows: Vec<RefusedRow> = Vec::new();
        let mut skipped = offset;
        for place in 0..paper.row_papers {
            let some: Vec<Refused> = self.batches.get(&format!("{id}-r{place}"))?.unwrap_or_default();
            let count = some.len();
            let wanted = some.into_iter().skip(skipped).take(limit.saturating_sub(rows.len()));
            rows.extend(wanted.map(|one| RefusedRow { row: one.row, column: one.column, zh: one.zh, en: one.en }));
            skipped = skipped.saturating_sub(count);
            if rows.len() >= limit {
                break;
            }
        }
        Ok(rows)
    }

    pub(super) fn refused_csv(&self, by: &Operator, id: &str) -> Result<Vec<u8>, Trouble> {
        let paper = self.paper_for(by, id)?;
        self.pieces(&format!("{id}-c"), paper.csv_pieces)
    }

    /// A desk that was killed leaves batches at work: they broke off, and may be started again.
    pub(super) fn settle_batches(&self) -> Result<(), crate::failure::Failure> {
        for id in self.batch_ids()? {
            let Some(mut paper) = self.batches.get::<BatchPaper>(&id)? else { continue };
            if matches!(paper.state(), BatchState::Checking | BatchState::Running) {
                paper.state = word(BatchState::Failed);
                self.batches.put(&id, &paper, &mut Randomness::new())?;
            }
        }
        Ok(())
    }

    /// Asks all batches to stop after their chunk.
    pub(crate) fn ask_to_stop(&self) {
        self.jobs.stop_all();
    }
}

fn shown(found: Found) -> DryRun {
    let column = |one: Column| ColumnReport {
        heading: one.heading,
        field_zh: one.field_zh,
        field_en: one.field_en,
        refused: one.refused,
        reason_zh: one.reason_zh,
        reason_en: one.reason_en,
    };
    let Found { rows, good, known, refused, columns } = found;
    DryRun { rows, good, known, refused, columns: columns.into_iter().map(column).collect() }
}
