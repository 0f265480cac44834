//! `zhengku bench load`: load on nodes that run already.

use super::acknowledged::AcknowledgementFile;
use super::arguments::{BenchLoadArguments, Mode};
use super::client::Nodes;
use super::feed::Feed;
use super::issuer::workload;
use super::offer::{Pace, Sinks, writes};
use super::reads;
use super::tally::Figures;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Transactions that are signed ahead when they are not all signed before the clock starts.
const STREAMED_AHEAD: u64 = 1_000;

#[derive(Serialize)]
struct Report {
    nodes: Vec<String>,
    rate: f64,
    items: u64,
    seed: u64,
    height_before: u64,
    writes: Figures,
    reads: Option<Figures>,
}

/// Runs the load until its time is over or it is interrupted.
pub(in crate::command) fn run(arguments: &BenchLoadArguments, console: &Console) -> Result<u8, Failure> {
    super::runtime()?.block_on(offer(arguments, console))
}

async fn offer(arguments: &BenchLoadArguments, console: &Console) -> Result<u8, Failure> {
    let nodes = Arc::new(Nodes::new(&arguments.nodes, Duration::from_millis(arguments.timeout_ms))?);
    let place = nodes.first_alive().await?;
    let height_before = nodes.status(place).await?.height;
    let workload = workload(&nodes, place, &arguments.keys, arguments.algorithm.into(), arguments.seed).await?;
    let items = if arguments.mode == Mode::Batch { arguments.items } else { 1 };
    let pace = Pace { rate: arguments.rate, time: Duration::from_secs(arguments.seconds) };
    let ahead = if arguments.stream { STREAMED_AHEAD } else { u64::MAX };
    let feed = Feed::start(workload, items, pace.count(), ahead);
    let (minted, known) = watch::channel(Vec::new());
    let (stopper, stop) = watch::channel(false);
    let interrupted = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = stopper.send(true);
        }
        // Kept until the end: a dropped sender would be no stop either, but says nothing.
        std::future::pending::<()>().await;
    });
    let file = arguments.acknowledge.as_deref().map(AcknowledgementFile::open).transpose()?;
    let reading = (arguments.reads_per_second > 0).then(|| {
        let pace = Pace { rate: f64::from(arguments.reads_per_second), time: pace.time };
        let (nodes, seed, stop) = (Arc::clone(&nodes), arguments.seed, stop.clone());
        tokio::spawn(async move { reads::proofs(&nodes, known, pace, seed, stop).await })
    });
    let sinks = Sinks { file, minted: Some(minted) };
    let written = writes(&nodes, feed, pace, sinks, stop).await?;
    let read = match reading {
        Some(reading) => reading.await.ok(),
        None => None,
    };
    interrupted.abort();
    let report = Report {
        nodes: arguments.nodes.clone(),
        rate: arguments.rate,
        items,
        seed: arguments.seed,
        height_before,
        writes: written,
        reads: read,
    };
    console.result(&report, &table(&report))?;
    Ok(0)
}

fn table(report: &Report) -> Vec<(&'static str, &'static str, String)> {
    let latency = |figures: &Figures| {
        format!("{} / {} / {} / {}", figures.p50_ms, figures.p90_ms, figures.p99_ms, figures.max_ms)
    };
    let mut table = vec![
        ("提交", "Offered", format!("{} ({}/s)", report.writes.offered, report.rate)),
        ("最终确认", "Final", format!("{} ({}/s)", report.writes.succeeded, report.writes.per_second)),
        ("条/秒", "Entries/s", report.writes.entries_per_second.to_string()),
        ("确认时延 ms p50/p90/p99/max", "Finality ms p50/p90/p99/max", latency(&report.writes)),
        ("答复", "Answers", super::tally::counts(&report.writes)),
    ];
    if let Some(read) = &report.reads {
        table.push(("读取", "Reads", format!("{} ({}/s)", read.succeeded, read.per_second)));
        table.push(("读取时延 ms p50/p90/p99/max", "Read ms p50/p90/p99/max", latency(read)));
        table.push(("读取答复", "Read answers", super::tally::counts(read)));
    }
    table
}
