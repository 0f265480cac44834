//! New blocks as server-sent events.

use super::documents::{Everywhere, Streams};
use crate::interface::Interface;
use crate::port::BlockNotice;
use crate::problem::{Code, Problem};
use crate::show;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

/// A comment this often keeps proxies from closing an idle stream.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Every block from now on, as server-sent events: `block` with a [`BlockNotice`] as JSON, and `skipped` with a number of blocks when
/// the client was too slow for them. A comment comes as heartbeat every ten seconds.
#[utoipa::path(get, path = "/v1/events", tag = "node", responses(
    (status = 200, description = "A stream that does not end", body = String, content_type = "text/event-stream"),
    Streams, Everywhere))]
pub(crate) async fn events(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let full = |_| Problem::new(Code::Overloaded, "too many streams of events").retry_after_ms(10_000);
    let place = Arc::clone(&interface.event_streams).try_acquire_owned().map_err(full)?;
    let mut stopping = interface.stopping();
    let stopped = async move {
        // An error means that the interface is gone, which ends the stream as well.
        let _gone = stopping.wait_for(|stopping| *stopping).await.is_err();
    };
    let blocks = BroadcastStream::new(interface.ledger.blocks()).map(event).take_until(Box::pin(stopped));
    let held = blocks.map(move |event| {
        // The stream keeps its place until it is dropped.
        let _ = &place;
        Ok::<_, Infallible>(event)
    });
    Ok(Sse::new(held).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn event(received: Result<Arc<BlockNotice>, BroadcastStreamRecvError>) -> Event {
    let skipped = |blocks: u64| Event::default().event("skipped").data(blocks.to_string());
    match received {
        Ok(notice) => {
            let shown = Event::default().event("block").id(notice.header.height.to_string());
            shown.json_data(show::notice(&notice)).unwrap_or_else(|_| skipped(1))
        }
        Err(BroadcastStreamRecvError::Lagged(blocks)) => skipped(blocks),
    }
}
