//! The experiments on a running network, each with its figures and what they are held up against.

use super::super::workload::Workload;
use super::super::{per, rounded};
use super::arguments::Experiment;
use super::client::Nodes;
use super::cluster::Cluster;
use super::feed::Feed;
use super::issuer::workload;
use super::offer::{Minted, Pace, Sinks, writes};
use super::tally::Figures;
use super::{proofs, reads};
use crate::failure::Failure;
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use zhengku_crypto::sign::Algorithm;
use zhengku_ledger::verify::Trust;

/// Licences per transaction in batches.
pub(super) const BATCH: u64 = 1_000;
/// Single licences per second, signed with ed25519.
const SINGLES: f64 = 1_000.0;
/// Single licences per second, signed with SM2.
const SM2: f64 = 400.0;
/// A small load: its blocks are counted, or other things are measured beside it.
pub(super) const SMALL: f64 = 100.0;
/// Proofs read per second.
const READS: f64 = 3_000.0;
/// How many times too much is too much.
const OVERLOAD: f64 = 3.0;
/// Proofs that are fetched and verified after the batches.
const SAMPLE: usize = 1_000;
/// The longest that the overload lasts: it fills the mempools within seconds.
const OVERLOAD_TIME: Duration = Duration::from_secs(15);
/// How long the network is watched before and after the overload.
pub(super) const BASELINE_WATCH: Duration = Duration::from_secs(5);
const RECOVERY_WATCH: Duration = Duration::from_secs(20);
/// Back to normal: no answer later than twice the worst percentile before, and this.
const SLACK_MS: f64 = 200.0;
/// Until an idle network has nothing left to do.
const SETTLE: Duration = Duration::from_secs(3);

/// What an experiment gave.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) experiment: Experiment,
    pub(super) writes: Option<Figures>,
    pub(super) reads: Option<Figures>,
    pub(super) seconds: f64,
    pub(super) blocks_per_second: f64,
    /// Processor time of each node, as a share of one core.
    pub(super) cpu: Vec<f64>,
    pub(super) findings: Vec<Finding>,
}

/// A figure with its target.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    #[serde(skip)]
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    pub(super) value: f64,
    pub(super) target: String,
    pub(super) is_met: bool,
}

impl Finding {
    pub(super) fn at_least(zh: &'static str, en: &'static str, value: f64, target: f64) -> Self {
        Self { zh, en, value: rounded(value), target: format!(">= {target}"), is_met: value >= target }
    }

    pub(super) fn at_most(zh: &'static str, en: &'static str, value: f64, target: f64) -> Self {
        Self { zh, en, value: rounded(value), target: format!("<= {target}"), is_met: value <= target }
    }
}

/// A network as it was at an instant.
struct Look {
    at: Instant,
    height: u64,
    cpu: Vec<Duration>,
}

/// A running network and what is known of it.
pub(super) struct Laboratory<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) nodes: Arc<Nodes>,
    pub(super) trust: Trust,
    pub(super) time: Duration,
    pub(super) entries_per_second: f64,
    /// Licences that a mass action ends.
    pub(super) mass: u64,
    pub(super) seed: u64,
    /// Keys of licences that are final.
    pub(super) minted: watch::Sender<Vec<Minted>>,
}

impl Laboratory<'_> {
    /// Runs one experiment.
    pub(super) async fn run(&mut self, experiment: Experiment) -> Result<Report, Failure> {
        let before = self.look().await?;
        let (writes, reads, mut findings) = match experiment {
            Experiment::Idle => self.idle().await?,
            Experiment::Blocks => self.blocks().await?,
            Experiment::Singles => self.singles(Algorithm::Ed25519, SINGLES).await?,
            Experiment::Sm2 => self.singles(Algorithm::Sm2Sm3, SM2).await?,
            Experiment::Reads => self.reads().await?,
            Experiment::Batches => self.batches().await?,
            Experiment::Mass => self.mass().await?,
            Experiment::Overload => self.overload().await?,
        };
        let after = self.look().await?;
        let seconds = after.at.saturating_duration_since(before.at).as_secs_f64();
        let used = after.cpu.iter().zip(&before.cpu).map(|(after, before)| after.saturating_sub(*before));
        let cpu: Vec<f64> = used.map(|used| rounded(used.as_secs_f64() / seconds)).collect();
        let blocks_per_second = rounded(per(after.height.saturating_sub(before.height), seconds));
        match experiment {
            Experiment::Idle => {
                let most = cpu.iter().copied().fold(0.0, f64::max);
                findings.push(Finding::at_most("空闲 CPU/核", "idle CPU, cores", most, 0.01));
            }
            Experiment::Blocks => {
                findings.push(Finding::at_least("块/秒", "blocks/s", blocks_per_second, 5.0));
            }
            _ => (),
        }
        Ok(Report { experiment, writes, reads, seconds: rounded(seconds), blocks_per_second, cpu, findings })
    }

    async fn look(&self) -> Result<Look, Failure> {
        let height = self.nodes.status(0).await?.height;
        Ok(Look { at: Instant::now(), height, cpu: self.cluster.cpu() })
    }

    /// A workload with a fresh seed: the same licence twice would be rejected.
    pub(super) async fn workload(&mut self, algorithm: Algorithm) -> Result<Workload, Failure> {
        self.seed = self.seed.wrapping_add(1);
        workload(&self.nodes, 0, self.cluster.keys(), algorithm, self.seed).await
    }

    /// Mints at a pace.
    pub(super) async fn mint(&mut self, algorithm: Algorithm, items: u64, pace: Pace) -> Result<Figures, Failure> {
        let workload = self.workload(algorithm).await?;
        let feed = Feed::start(workload, items, pace.count(), u64::MAX);
        let sinks = Sinks { file: None, minted: Some(self.minted.clone()) };
        let (_stopper, stop) = watch::channel(false);
        writes(&self.nodes, feed, pace, sinks, stop).await
    }

    async fn idle(&mut self) -> Result<Measured, Failure> {
        tokio::time::sleep(self.time.min(Duration::from_secs(30))).await;
        Ok((None, None, Vec::new()))
    }

    async fn blocks(&mut self) -> Result<Measured, Failure> {
        let pace = Pace { rate: SMALL, time: self.time.min(Duration::from_secs(20)) };
        let figures = self.mint(Algorithm::Ed25519, 1, pace).await?;
        let findings = vec![lost(&figures)];
        Ok((Some(figures), None, findings))
    }

    async fn singles(&mut self, algorithm: Algorithm, rate: f64) -> Result<Measured, Failure> {
        let figures = self.mint(algorithm, 1, Pace { rate, time: self.time }).await?;
        let findings = vec![
            Finding::at_least("最终确认/秒", "final/s", figures.per_second, rate * 0.98),
            Finding::at_most("确认 p50 毫秒", "finality p50, ms", figures.p50_ms, 800.0),
            Finding::at_most("确认 p99 毫秒", "finality p99, ms", figures.p99_ms, 2_000.0),
            lost(&figures),
        ];
        Ok((Some(figures), None, findings))
    }

    async fn reads(&mut self) -> Result<Measured, Failure> {
        let pace = Pace { rate: READS, time: self.time.min(Duration::from_secs(20)) };
        let (nodes, minted, seed) = (Arc::clone(&self.nodes), self.minted.subscribe(), self.seed);
        let (_stopper, stop) = watch::channel(false);
        let reading = tokio::spawn(async move { reads::proofs(&nodes, minted, pace, seed, stop).await });
        let written = self.mint(Algorithm::Ed25519, 1, Pace { rate: SMALL, time: pace.time }).await?;
        let read = reading.await.map_err(|_| Failure::usage("读取任务已停止", "the reading task ended"))?;
        let findings = vec![
            Finding::at_least("证明/秒", "proofs/s", read.per_second, READS * 0.98),
            Finding::at_most("读取 p99 毫秒", "read p99, ms", read.p99_ms, 50.0),
            lost(&read),
            lost(&written),
        ];
        Ok((Some(written), Some(read), findings))
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
    async fn batches(&mut self) -> Result<Measured, Failure> {
        let rate = self.entries_per_second / BATCH as f64;
        let figures = self.mint(Algorithm::Ed25519, BATCH, Pace { rate, time: self.time }).await?;
        let sample = reads::sample(&self.minted.subscribe(), SAMPLE, self.seed);
        let valid = proofs::valid(&self.nodes, &sample, &self.trust).await;
        let findings = vec![
            Finding::at_least("条/秒", "entries/s", figures.entries_per_second, 40_000.0),
            Finding::at_least("有效证明", "proofs VALID", valid as f64, SAMPLE as f64),
            lost(&figures),
        ];
        Ok((Some(figures), None, findings))
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    async fn overload(&mut self) -> Result<Measured, Failure> {
        let baseline = self.mint(Algorithm::Ed25519, 1, Pace { rate: SMALL, time: BASELINE_WATCH }).await?;
        let rate = self.entries_per_second * OVERLOAD / BATCH as f64;
        let time = self.time.min(OVERLOAD_TIME);
        let figures = self.mint(Algorithm::Ed25519, BATCH, Pace { rate, time }).await?;
        let after = self.mint(Algorithm::Ed25519, 1, Pace { rate: SMALL, time: RECOVERY_WATCH }).await?;
        let normal = baseline.p99_ms.mul_add(2.0, SLACK_MS);
        let findings = vec![
            Finding::at_most("5xx 答复", "5xx answers", figures.server_errors() as f64, 0.0),
            Finding::at_least("429 答复", "429 answers", figures.answered("429") as f64, 1.0),
            Finding::at_most("恢复 秒", "recovery, s", after.unsettled_s(normal), 10.0),
            Finding::at_most("内存峰值 MB/节点", "peak memory, MB a node", self.cluster.peak_mb() as f64, 512.0),
        ];
        Ok((Some(figures), None, findings))
    }

    /// Lets the network come to rest between experiments.
    pub(super) async fn settle(&self) {
        tokio::time::sleep(SETTLE).await;
    }
}

pub(super) type Measured = (Option<Figures>, Option<Figures>, Vec<Finding>);

/// Requests without the answer they should have had.
#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
pub(super) fn lost(figures: &Figures) -> Finding {
    Finding::at_most("未成功", "not succeeded", figures.offered.saturating_sub(figures.succeeded) as f64, 0.0)
}
