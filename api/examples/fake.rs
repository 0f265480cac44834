//! Serves the sample ledger of the tests: `fake [PORT [BLOCKS]]`, by default 8100 and 50; a new block every two seconds.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for whoever works on the interface or its pages")]
#![expect(dead_code, unused_imports, reason = "the tests use the rest of the fake")]

#[path = "../tests/it/fake.rs"]
mod fake;

use std::sync::Arc;
use std::time::Duration;
use zhengku_api::Settings;
use zhengku_crypto::pseudonym::PseudonymKey;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(8100, |port| port.parse().unwrap());
    let blocks: u64 = arguments.next().map_or(50, |blocks| blocks.parse().unwrap());
    let ledger = fake::Fake::new(blocks);
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().unwrap();
    let settings = Settings {
        pseudonyms: Some(Arc::new(PseudonymKey::from_bytes(fake::PSEUDONYM_KEY))),
        metrics: Some(metrics),
        ..Settings::default()
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let miner = Arc::clone(&ledger);
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_secs(2));
        loop {
            tick.tick().await;
            miner.mine_sample();
        }
    });
    let stopped = async { tokio::signal::ctrl_c().await.unwrap() };
    zhengku_api::serve(listener, ledger, settings, stopped).await.unwrap();
}
