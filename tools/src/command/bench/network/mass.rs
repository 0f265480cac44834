//! A mass action beside everyday work: one department withdraws very many licences while another one mints single ones. The first
//! sends as fast as it is decided, so the network is full of it; the second must hardly feel that.

use super::super::rounded;
use super::super::workload::{MassAction, Prepared};
use super::client::{Answer, Nodes};
use super::experiment::{BASELINE_WATCH, BATCH, Finding, Laboratory, Measured, SMALL, lost};
use super::feed::Feed;
use super::issuer::second_key;
use super::offer::{Pace, Sinks, writes};
use crate::failure::Failure;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use zhengku_crypto::sign::Algorithm;
use zhengku_ledger::ids::EntryKey;

/// Transactions of the mass action that wait for their decision at once: more than a block takes (ten of 4,096).
const IN_FLIGHT: usize = 32;
/// The share of the batch rate that the licences are minted at before.
const MINTING_SHARE: f64 = 0.8;
/// The longest that the other department is watched.
const LONGEST: Duration = Duration::from_secs(300);
/// Before a transaction that a node had no room for is sent again.
const AGAIN: Duration = Duration::from_millis(100);
/// The other department's single licences must be final as fast as without a mass action.
const P99_MS: f64 = 2_000.0;

impl Laboratory<'_> {
    #[expect(clippy::cast_precision_loss, reason = "counts of a few million")]
    pub(super) async fn mass(&mut self) -> Result<Measured, Failure> {
        let action = self.action().await?;
        let baseline = self.mint(Algorithm::Sm2Sm3, 1, Pace { rate: SMALL, time: BASELINE_WATCH }).await?;
        let pace = Pace { rate: SMALL, time: LONGEST };
        let mut other = Feed::start(self.workload(Algorithm::Sm2Sm3).await?, 1, pace.count(), u64::MAX);
        other.prepared().await;
        if !matches!(self.nodes.submit(0, action.approval).await.0, Answer::Final(_)) {
            return Err(Failure::usage("批量变更的批准未被接受", "the approval of the mass action was not applied"));
        }
        let (stopper, stop) = watch::channel(false);
        let nodes = Arc::clone(&self.nodes);
        let singles = tokio::spawn(async move { writes(&nodes, other, pace, Sinks::default(), stop).await });
        let began = Instant::now();
        let ended = drain(&self.nodes, action.changes).await?;
        let seconds = began.elapsed().as_secs_f64();
        let _ = stopper.send(true);
        let singles = singles.await.map_err(|_| Failure::usage("签发任务已停止", "the minting task ended"))??;
        let findings = vec![
            Finding::at_least("吊销的证照", "licences withdrawn", ended as f64, self.mass as f64),
            Finding::at_least("吊销/秒", "withdrawn/s", ended as f64 / seconds, 10_000.0),
            Finding::at_most("他部门签发 p99 毫秒", "the other's p99, ms", singles.p99_ms, P99_MS),
            Finding::at_most(
                "其倍数 (与平时比)",
                "times its base line",
                rounded(singles.p99_ms / baseline.p99_ms),
                10.0,
            ),
            lost(&singles),
        ];
        Ok((Some(singles), None, findings))
    }

    /// Mints the licences, and signs their end.
    #[expect(clippy::cast_precision_loss, reason = "counts of a few million")]
    async fn action(&mut self) -> Result<MassAction, Failure> {
        let mut workload = self.workload(Algorithm::Ed25519).await?;
        let second = second_key(&self.nodes, 0, self.cluster.keys(), workload.issuer()).await?;
        let mut keys: Vec<EntryKey> = Vec::new();
        while (keys.len() as u64) < self.mass {
            let rate = self.entries_per_second * MINTING_SHARE / BATCH as f64;
            let missing = self.mass - keys.len() as u64;
            let time = Duration::from_secs_f64(missing.div_ceil(BATCH) as f64 / rate);
            let feed = Feed::start(self.workload(Algorithm::Ed25519).await?, BATCH, missing.div_ceil(BATCH), u64::MAX);
            let minted = watch::Sender::new(Vec::new());
            let (_stopper, stop) = watch::channel(false);
            let sinks = Sinks { file: None, minted: Some(minted.clone()) };
            let figures = writes(&self.nodes, feed, Pace { rate, time }, sinks, stop).await?;
            if figures.succeeded == 0 {
                return Err(Failure::usage("未能签发证照", "no licence could be minted"));
            }
            keys.extend(minted.borrow().iter().map(|one| one.key));
        }
        keys.truncate(usize::try_from(self.mass).unwrap_or(usize::MAX));
        Ok(workload.withdrawal(&keys, &*second)?)
    }
}

/// Sends everything to the nodes in turn, at most [`IN_FLIGHT`] at once, and again what a node has no room for. Gives the licences
/// whose end is final; each transaction has one more entry, the approval that it uses up.
async fn drain(nodes: &Arc<Nodes>, changes: Vec<Prepared>) -> Result<u64, Failure> {
    let mut waiting = changes.into_iter().zip(0..);
    let (mut tasks, mut ended) = (JoinSet::new(), 0_u64);
    loop {
        while tasks.len() < IN_FLIGHT
            && let Some((prepared, number)) = waiting.next()
        {
            let nodes = Arc::clone(nodes);
            tasks.spawn(async move { submitted(&nodes, prepared, nodes.turn(number)).await });
        }
        let Some(entries) = tasks.join_next().await else { return Ok(ended) };
        let entries = entries.map_err(|_| Failure::usage("变更任务已停止", "a task of the mass action ended"))??;
        ended = ended.saturating_add(entries);
    }
}

async fn submitted(nodes: &Nodes, prepared: Prepared, node: usize) -> Result<u64, Failure> {
    loop {
        match nodes.submit(node, prepared.clone()).await.0 {
            Answer::Final(told) => return Ok(told.count.saturating_sub(1)),
            Answer::Status(429 | 503) => tokio::time::sleep(AGAIN).await,
            other => {
                let name = other.name();
                return Err(Failure::usage(
                    format!("批量变更未被接受 ({name})"),
                    format!("a transaction of the mass action was not applied ({name})"),
                ));
            }
        }
    }
}
