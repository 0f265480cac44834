//! What anybody may see, at a desk and on a node: verification of files, the catalogue, the seal register.

mod catalogue;
mod seals;
mod verdict;
mod verify;

use super::port::{DeskError, FileToVerify, Public, VerificationReport};
use super::trouble;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::get;
use std::sync::Arc;
use tokio::sync::Semaphore;

pub(crate) use catalogue::fits;

/// The largest file that is verified: a licence file has about 40 kB, one with scanned attachments a few MB.
pub(crate) const MAX_FILE: usize = 8 * 1024 * 1024;
/// Bytes of files in memory at once: sixteen of the largest.
const FILES_AT_ONCE: usize = 16 * MAX_FILE;
/// Verifications at once: each takes a processor for some milliseconds, a hostile file for a second.
const VERIFICATIONS_AT_ONCE: usize = 4;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Open {
    port: Option<Arc<dyn Public>>,
    /// One permit for each KiB of a file in memory.
    files: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Open {
    /// Over a port; none: the pages say that this server does not offer it.
    pub(crate) fn new(port: Option<Arc<dyn Public>>) -> Self {
        let files = Arc::new(Semaphore::new(FILES_AT_ONCE / 1024));
        Self { port, files, turns: Arc::new(Semaphore::new(VERIFICATIONS_AT_ONCE)) }
    }

    fn port(&self) -> Result<&dyn Public, DeskError> {
        self.port.as_deref().ok_or(DeskError::NotOffered)
    }

    /// Verifies a file when it is its turn. Who waits too long is told to come back by the edge's deadline.
    ///
    /// # Errors
    /// [`DeskError`].
    pub(crate) async fn verify(&self, file: FileToVerify) -> Result<VerificationReport, DeskError> {
        let port = self.port()?;
        let _turn = self.turns.acquire().await.map_err(|_| DeskError::Busy)?;
        let report = port.verify(file).await?;
        metrics::counter!("zk_verify_total", "verdict" => report.verdict.code()).increment(1);
        Ok(report)
    }
}

/// The routes.
pub(crate) fn router(open: Open) -> Router {
    Router::new()
        .route("/verify", get(verify::show).post(verify::check))
        .route("/catalogue", get(catalogue::list))
        .route("/catalogue/{code}", get(catalogue::show))
        .route("/seals", get(seals::list))
        .route("/seals/{id}", get(seals::show))
        .route("/seals/{id}/{picture}", get(seals::picture))
        .with_state(open)
        .layer(from_fn(trouble::layer))
        .layer(DefaultBodyLimit::disable())
}
