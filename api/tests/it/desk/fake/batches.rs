//! Batches of the fake. In tests a dry run and a batch end at once; in the example they take some seconds.

use super::{Desk, NOW};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use zhengku_api::desk::port::{
    Batch, BatchState, ColumnReport, DeskError, DryRun, NewBatch, Operator, Progress, RefusedRow,
};
use zhengku_ledger::ids::TimestampMs;

/// Between two steps of a batch in the example.
const STEP: Duration = Duration::from_millis(120);

pub(crate) struct Job {
    pub(crate) batch: Batch,
    pub(crate) progress: watch::Sender<Progress>,
}

pub(crate) type Jobs = Arc<Mutex<BTreeMap<String, Job>>>;

/// Rows of a register: its lines without the heading.
fn rows(bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    text.lines().skip(1).filter(|line| !line.trim().is_empty()).count() as u64
}

fn is_refused(line: &str) -> bool {
    line.contains("BAD")
}

pub(crate) fn refused(bytes: &[u8]) -> Vec<RefusedRow> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let bad = (2_u64..).zip(text.lines().skip(1)).filter(|(_, line)| is_refused(line));
    let row = |(row, _): (u64, &str)| RefusedRow {
        row,
        column: "统一社会信用代码".to_owned(),
        zh: "第 18 位校验码不对，请核对".to_owned(),
        en: "the check character (the 18th) does not fit".to_owned(),
    };
    bad.map(row).collect()
}

impl Desk {
    pub(crate) fn begin(&self, by: &Operator, new: NewBatch, id: String) -> Result<Batch, DeskError> {
        if new.bytes.starts_with(b"broken") {
            return Err(DeskError::BadFile {
                zh: "第一行应是列名，没有找到“经营者名称”。请用模板。".to_owned(),
                en: "The first row should name the columns. Use the template.".to_owned(),
            });
        }
        let type_row = super::types::rows().into_iter().find(|row| row.code == new.type_code);
        let type_row = type_row.ok_or(DeskError::NotFound)?;
        let (total, bad) = (rows(&new.bytes), refused(&new.bytes).len() as u64);
        let progress = Progress {
            state: if self.is_slow { BatchState::Checking } else { BatchState::Checked },
            done: 0,
            total,
            refused: 0,
            per_second: 0,
            remaining_s: None,
        };
        let batch = Batch {
            id: id.clone(),
            type_code: new.type_code,
            type_zh: type_row.name_zh,
            type_en: type_row.name_en,
            file_bytes: new.bytes.len() as u64,
            file_name: new.file_name,
            is_sealed: new.is_sealed,
            by: by.name.clone(),
            uploaded: TimestampMs(NOW),
            state: progress.state,
            report: None,
            progress,
        };
        self.jobs
            .lock()
            .unwrap()
            .insert(id.clone(), Job { batch: batch.clone(), progress: watch::Sender::new(progress) });
        self.registers.lock().unwrap().insert(id.clone(), new.bytes);
        let jobs = Arc::clone(&self.jobs);
        let report = dry_run(total, bad);
        if self.is_slow {
            tokio::spawn(async move {
                for tenth in 1..=10 {
                    tokio::time::sleep(STEP).await;
                    set(&jobs, &id, |progress| progress.done = total * tenth / 10);
                }
                checked(&jobs, &id, report, bad);
            });
        } else {
            checked(&jobs, &id, report, bad);
        }
        Ok(batch)
    }

    pub(crate) fn start(&self, id: &str) {
        let (jobs, id, is_slow) = (Arc::clone(&self.jobs), id.to_owned(), self.is_slow);
        set(&jobs, &id, |progress| progress.state = BatchState::Running);
        if !is_slow {
            return finish(&jobs, &id);
        }
        tokio::spawn(async move {
            for part in 1..=40_u64 {
                tokio::time::sleep(STEP).await;
                let is_stopped = current(&jobs, &id).is_none_or(|progress| progress.state != BatchState::Running);
                if is_stopped {
                    return;
                }
                set(&jobs, &id, |progress| {
                    progress.done = progress.total * part / 40;
                    progress.per_second = 247;
                    progress.remaining_s = Some((40 - part) / 8);
                });
            }
            finish(&jobs, &id);
        });
    }
}

fn checked(jobs: &Jobs, id: &str, report: DryRun, bad: u64) {
    if let Some(job) = jobs.lock().unwrap().get_mut(id) {
        job.batch.report = Some(report);
    }
    set(jobs, id, |progress| {
        (progress.state, progress.done, progress.refused) = (BatchState::Checked, bad, bad);
    });
}

fn finish(jobs: &Jobs, id: &str) {
    set(jobs, id, |progress| {
        (progress.state, progress.done, progress.remaining_s) = (BatchState::Done, progress.total, None);
    });
}

pub(crate) fn current(jobs: &Jobs, id: &str) -> Option<Progress> {
    jobs.lock().unwrap().get(id).map(|job| *job.progress.borrow())
}

pub(crate) fn set(jobs: &Jobs, id: &str, change: impl FnOnce(&mut Progress)) {
    if let Some(job) = jobs.lock().unwrap().get_mut(id) {
        job.progress.send_modify(change);
        job.batch.progress = *job.progress.borrow();
        job.batch.state = job.batch.progress.state;
    }
}

fn dry_run(total: u64, bad: u64) -> DryRun {
    let column = |heading: &str, en: Option<&str>, refused: u64| ColumnReport {
        heading: heading.to_owned(),
        field_zh: en.map(|_| heading.to_owned()),
        field_en: en.map(str::to_owned),
        refused,
        reason_zh: if refused > 0 { "校验码不对".to_owned() } else { String::new() },
        reason_en: if refused > 0 { "the check character does not fit".to_owned() } else { String::new() },
    };
    let known = total / 20;
    DryRun {
        rows: total,
        good: total - bad - known,
        known,
        refused: bad,
        columns: vec![
            column("经营者名称", Some("Operator"), 0),
            column("统一社会信用代码", Some("Credit code"), bad),
            column("经营场所", Some("Premises"), 0),
            column("许可证编号", Some("Licence number"), 0),
            column("备注", None, 0),
        ],
    }
}
