//! What every handler shares.

use crate::desk::open::Open;
use crate::limit::Limiter;
use crate::port::Ledger;
use crate::problem::{Code, Problem};
use crate::settings::Settings;
use crate::signature::NonceCache;
use crate::waiters::Waiters;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};
use zhengku_ledger::ids::Height;

/// The interface of one node: the ledger behind it, and the limits before it.
pub struct Interface {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) settings: Settings,
    pub(crate) limiter: Limiter,
    pub(crate) nonces: NonceCache,
    pub(crate) waiters: Waiters,
    /// One permit for each KiB of a body in memory.
    pub(crate) body_budget: Arc<Semaphore>,
    pub(crate) event_streams: Arc<Semaphore>,
    /// Verification, shared with the pages: both take turns.
    pub(crate) open: Open,
    stopping: watch::Sender<bool>,
}

impl Interface {
    /// An interface before a ledger.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, settings: Settings) -> Arc<Self> {
        let limits = &settings.limits;
        Arc::new(Self {
            limiter: Limiter::new(limits),
            nonces: NonceCache::default(),
            waiters: Waiters::new(limits.waiting_submitters),
            body_budget: Arc::new(Semaphore::new((limits.body_bytes / 1024).max(1))),
            event_streams: Arc::new(Semaphore::new(limits.event_streams)),
            open: Open::new(ledger.public()),
            stopping: watch::Sender::new(false),
            ledger,
            settings,
        })
    }

    /// Ends every stream and refuses new submissions.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Turns true when the server stops.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Reads the ledger on a blocking thread.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Ledger) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let ledger = Arc::clone(&self.ledger);
        blocking(move || read(ledger.as_ref())).await?
    }

    /// The height that was asked for, or the newest; whether it was asked for (its answer then never changes).
    pub(crate) fn height(&self, asked: Option<u64>) -> Result<(Height, Caching), Problem> {
        let newest = self.ledger.tip().header.height;
        match asked.map(Height) {
            Some(height) if height > newest => Err(Problem::beyond(height, newest)),
            Some(height) => Ok((height, Caching::Fixed)),
            None => Ok((newest, Caching::Fresh)),
        }
    }
}

/// Whether an answer can ever change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Caching {
    /// Never: caches may keep it.
    Fixed,
    /// With the next block.
    Fresh,
}

/// Runs what blocks on a thread for it. A panic there is a failure of the node, not of the server.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let failed = |error: tokio::task::JoinError| {
        tracing::error!(error = %error, "handler.panicked");
        Problem::new(Code::Internal, "the node failed while it answered")
    };
    tokio::task::spawn_blocking(work).await.map_err(failed)
}
