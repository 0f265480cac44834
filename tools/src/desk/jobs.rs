//! Batches that go right now: how far they are, and the flag that stops them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::watch;
use zhengku_api::desk::port::{BatchState, Progress};

/// The jobs of this run.
#[derive(Default)]
pub(super) struct Jobs(Mutex<BTreeMap<String, Arc<Job>>>);

/// A batch at work. Dropping the last of it closes the channel, and whoever follows knows that it has ended.
pub(super) struct Job {
    progress: watch::Sender<Progress>,
    is_stopped: AtomicBool,
    began: Instant,
    done_before: Mutex<(Instant, u64)>,
}

/// How a batch is before anything of it is known.
pub(super) const fn nothing(state: BatchState) -> Progress {
    Progress { state, done: 0, total: 0, refused: 0, per_second: 0, remaining_s: None }
}

impl Jobs {
    /// Begins a job; none when this batch is at work already.
    pub(super) fn begin(&self, id: &str, progress: Progress) -> Option<Arc<Job>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.contains_key(id) {
            return None;
        }
        let now = Instant::now();
        let job = Arc::new(Job {
            progress: watch::Sender::new(progress),
            is_stopped: AtomicBool::new(false),
            began: now,
            done_before: Mutex::new((now, 0)),
        });
        all.insert(id.to_owned(), Arc::clone(&job));
        Some(job)
    }

    pub(super) fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Asks all of them to stop.
    pub(super) fn stop_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().for_each(|job| job.stop());
    }
}

impl Job {
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    pub(super) fn follow(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(super) fn now(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Tells how far it is; the rate is that of the last seconds.
    pub(super) fn tell(&self, done: u64, refused: u64) {
        let mut before = self.done_before.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = before.0.elapsed().as_secs_f64();
        let rate = |rows: u64, seconds: f64| if seconds > 0.001 { (rows as f64 / seconds) as u64 } else { 0 };
        let per_second = if recent >= 3.0 {
            let rate = rate(done.saturating_sub(before.1), recent);
            *before = (Instant::now(), done);
            rate
        } else {
            rate(done, self.began.elapsed().as_secs_f64())
        };
        self.progress.send_modify(|progress| {
            (progress.done, progress.refused, progress.per_second) = (done, refused, per_second);
            progress.remaining_s = progress.total.saturating_sub(done).checked_div(per_second);
        });
    }

    pub(super) fn set(&self, progress: Progress) {
        self.progress.send_replace(progress);
    }
}
