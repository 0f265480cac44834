//! Serving decided blocks to nodes that lag.

use crate::application::{Decided, History};
use crate::certificate::from_places;
use crate::context::{Context, Height};
use crate::engine::channel::Reply;
use crate::engine::sync::RawDecidedValue;
use crate::limits::{MAX_SYNC_BLOCKS, MAX_SYNC_BYTES};
use bytes::Bytes;
use std::ops::RangeInclusive;
use std::sync::Arc;
use zhengku_ledger::ids;

/// Reads the blocks beside the driver's loop and answers with as many as fit.
pub(crate) fn decided(
    history: Arc<dyn History>,
    range: RangeInclusive<Height>,
    reply: Reply<Vec<RawDecidedValue<Context>>>,
) {
    let first = range.start().0.max(history.lowest());
    let last = range.end().0.min(ids::Height(first.0.saturating_add(MAX_SYNC_BLOCKS as u64 - 1)));
    tokio::task::spawn_blocking(move || {
        let decided = history.decided(first, last, MAX_SYNC_BYTES).unwrap_or_else(|error| {
            tracing::warn!(%error, "decided blocks cannot be read for a peer");
            Vec::new()
        });
        let raw = |one: Decided| RawDecidedValue::new(Bytes::from(one.bytes), from_places(&one.certificate));
        _ = reply.send(decided.into_iter().take(MAX_SYNC_BLOCKS).map(raw).collect());
    });
}
