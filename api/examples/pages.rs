//! Serves the pages over a ledger in memory: `pages <port> [cut]`. With `cut` two of four validators are away.
#![expect(clippy::unwrap_used, reason = "a tool for whoever works on the pages")]

use zhengku_api as api;

#[path = "../src/page/tests/fake.rs"]
mod fake;
#[path = "../src/page/tests/world.rs"]
mod world;

use axum::response::sse::{Event, Sse};
use axum::routing::get;
use fake::Fake;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;
use zhengku_api::port::Ledger;

/// Between two blocks.
const INTERVAL: Duration = Duration::from_millis(2_000);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(8480);
    let mut ledger = Fake::new();
    let is_cut = arguments.next().is_some();
    if is_cut {
        ledger.cut = vec!["huangpu-1".to_owned(), "xuhui-1".to_owned()];
        ledger.offences = 1;
    }
    let ledger = Arc::new(ledger);
    if !is_cut {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                ledger.advance();
            }
        });
    }
    let noticed = Arc::clone(&ledger);
    let events = move || {
        let notices = BroadcastStream::new(noticed.blocks());
        async { Sse::new(notices.map(|_| Ok::<_, Infallible>(Event::default().event("block").data("{}")))) }
    };
    let fallback = |request: axum::extract::Request| async { api::page::not_found(&request.into_parts().0) };
    let router = api::page::router(ledger).route("/v1/events", get(events)).fallback(fallback);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await
}
