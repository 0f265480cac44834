//! Serves a desk over an invented department in memory: `desk <port> [away]`. Operators `lin` (经办), `zhao` (复核) and `wu` (查看), all
//! with the password `an-invented-password`. With `away` the ledger's node cannot be reached.
#![expect(clippy::unwrap_used, reason = "a tool for whoever works on the pages")]

#[path = "../tests/it/desk/fake.rs"]
mod fake;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use zhengku_api::desk::{Settings, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(8490);
    let desk = fake::Desk::new(true);
    desk.is_away.store(arguments.next().is_some(), Ordering::Relaxed);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    // The browser tests log in often, all from one address.
    let mut settings = Settings::default();
    settings.logins.burst = 1_000;
    settings.limits.anonymous.burst = 100_000;
    serve(listener, Arc::new(desk), settings, std::future::pending()).await?;
    Ok(())
}
