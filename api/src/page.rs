//! The pages of a node: what a person sees who opens its address. Rendered here, readable without scripts; scripts only keep the
//! picture of the network moving and recompute proofs in the browser.
//!
//! Must not know JSON, rate limits or the node: everything shown comes through [`Ledger`]. Read first: [`router`], `words`.

mod about;
pub(crate) mod assets;
mod block;
mod blocks;
mod directory;
mod entry;
pub(crate) mod failure;
pub(crate) mod frame;
mod governance;
pub(crate) mod language;
mod network;
mod nodes;
mod search;
pub(crate) mod show;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use crate::desk::open::{self, Open};
use crate::port::Ledger;
use axum::Router;
use axum::routing::get;
use failure::Failure;
pub use failure::{not_found, trouble, wants_page};
use network::Recent;
use std::sync::{Arc, Mutex};

/// What every handler has.
#[derive(Clone)]
struct Pages {
    ledger: Arc<dyn Ledger>,
    recent: Arc<Mutex<Recent>>,
}

/// All pages and their assets.
pub fn router(ledger: Arc<dyn Ledger>) -> Router {
    let open = Open::new(ledger.public());
    with_open(ledger, open)
}

/// The same with what is shared with others of this server.
pub(crate) fn with_open(ledger: Arc<dyn Ledger>, open: Open) -> Router {
    let open = open::router(open);
    let pages = Pages { ledger, recent: Arc::default() };
    Router::new()
        .route("/", get(network::home))
        .route("/live", get(network::live))
        .route("/blocks", get(blocks::list))
        .route("/blocks/{height}", get(block::show))
        .route("/entries", get(entry::newest))
        .route("/entries/{index}", get(entry::show))
        .route("/keys/{key}", get(search::key))
        .route("/search", get(search::find))
        .route("/nodes", get(nodes::show))
        .route("/directory", get(directory::show))
        .route("/governance", get(governance::show))
        .route("/about", get(about::show))
        .route("/assets/{version}/{name}", get(assets::serve))
        .with_state(pages)
        .merge(open)
}

impl Pages {
    /// Runs a read of the ledger where it may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let pages = self.clone();
        tokio::task::spawn_blocking(move || work(&pages)).await.unwrap_or(Err(Failure::Broken))
    }
}
