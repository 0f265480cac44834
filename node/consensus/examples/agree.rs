//! How fast a number of validators in one process agree on blocks of a size, over the loopback network.
//!
//! `cargo run --release -p zhengku-consensus --example agree -- --validators 4 --bytes 65536 --seconds 10`
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program for developers")]

#[path = "../tests/it/cluster.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod cluster;
#[path = "../tests/it/ledger.rs"]
mod ledger;

use cluster::{Cluster, set};
use ledger::Plan;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zhengku_consensus::PubSub;

fn argument(name: &str, otherwise: u64) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let place = arguments.iter().position(|argument| argument == name);
    place.and_then(|place| arguments.get(place + 1)?.parse().ok()).unwrap_or(otherwise)
}

#[tokio::main]
async fn main() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let validators = argument("--validators", 4) as usize;
    let bytes = argument("--bytes", 65_536) as usize;
    let seconds = argument("--seconds", 10);
    let interval = argument("--interval-ms", 0);
    let plan: Plan = Arc::new(move |_| set(0..validators));
    let mut cluster = Cluster::new(validators, validators, &plan);
    for node in &mut cluster.nodes {
        node.ledger.block_bytes = bytes;
        node.ledger.timings.interval = Duration::from_millis(interval);
        if argument("--broadcast", 0) == 1 {
            node.settings.pubsub = PubSub::Broadcast;
        }
        if validators == 1 {
            node.settings.listen = None;
        }
    }
    cluster.start_all().await;
    cluster.all_reach(2).await;
    let first = cluster.highest();
    let started = Instant::now();
    let mut finality = Vec::new();
    let mut pictures: Vec<_> =
        cluster.nodes.iter().map(|node| node.running.as_ref().unwrap().handle().picture()).collect();
    let mut round = pictures.remove(0);
    // From the start of a height on the first node to its decision there: one proposal and two votes.
    let mut tip = cluster.nodes[0].ledger.tip.subscribe();
    let mut height = (round.borrow().height.0, Instant::now());
    while started.elapsed() < Duration::from_secs(seconds) {
        tokio::select! {
            changed = round.changed() => {
                changed.unwrap();
                let now = round.borrow_and_update().height.0;
                if now > height.0 {
                    height = (now, Instant::now());
                }
            }
            changed = tip.changed() => {
                changed.unwrap();
                if *tip.borrow_and_update() == height.0 {
                    finality.push(height.1.elapsed());
                }
            }
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
    let took = started.elapsed().as_secs_f64();
    let blocks = cluster.highest() - first;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    finality.sort();
    let at = |share: f64| finality.get((finality.len() as f64 * share) as usize).copied().unwrap_or_default();
    println!(
        "{validators} validators, {bytes} bytes: {:.1} blocks/s; finality median {:?}, 99th of 100 {:?} ({} heights)",
        blocks as f64 / took,
        at(0.5),
        at(0.99),
        finality.len()
    );
}
