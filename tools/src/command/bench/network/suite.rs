//! `zhengku bench network`: a network of node processes on this machine, measured.

use super::super::Scratch;
use super::super::machine::{self, Limits, Machine};
use super::arguments::{BenchNetworkArguments, Experiment};
use super::client::Nodes;
use super::cluster::Cluster;
use super::experiment::{Laboratory, Report};
use super::loopback::{self, Loopback};
use super::proofs;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The longest wait for finality in an experiment.
const WAIT: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Figures {
    machine: Machine,
    limits: Limits,
    loopback: Loopback,
    settings: Settings,
    experiments: Vec<Report>,
    peak_mb_per_node: u64,
    nodes_that_ended: usize,
    targets_met: usize,
    targets: usize,
}

#[derive(Serialize)]
struct Settings {
    nodes: u16,
    seconds: u64,
    seed: u64,
    same_machine: bool,
}

/// Runs the experiments; exit code 1 when a target is missed.
pub(in crate::command) fn run(arguments: &BenchNetworkArguments, console: &Console) -> Result<u8, Failure> {
    let scratch = Scratch::new(arguments.scratch.as_deref())?;
    let limits = machine::limits(&scratch.path)?;
    let loopback = loopback::measure()?;
    let (experiments, peak_mb, ended) = super::runtime()?.block_on(measure(arguments, &scratch, console))?;
    let findings = || experiments.iter().flat_map(|report| &report.findings);
    let figures = Figures {
        machine: Machine::read(),
        limits,
        loopback,
        settings: Settings {
            nodes: arguments.nodes,
            seconds: arguments.seconds,
            seed: arguments.seed,
            same_machine: true,
        },
        peak_mb_per_node: peak_mb,
        nodes_that_ended: ended,
        targets_met: findings().filter(|finding| finding.is_met).count(),
        targets: findings().count(),
        experiments,
    };
    show(&figures, console)?;
    Ok(u8::from(figures.targets_met < figures.targets || figures.nodes_that_ended > 0))
}

async fn measure(
    arguments: &BenchNetworkArguments,
    scratch: &Scratch,
    console: &Console,
) -> Result<(Vec<Report>, u64, usize), Failure> {
    let mut cluster = Cluster::start(&scratch.path, arguments.nodes).await?;
    let mut laboratory = Laboratory {
        nodes: Arc::new(Nodes::new(cluster.urls(), WAIT)?),
        trust: proofs::trust(cluster.trust())?,
        cluster: &cluster,
        time: Duration::from_secs(arguments.seconds),
        entries_per_second: arguments.entries_per_second,
        mass: arguments.mass,
        seed: arguments.seed,
        minted: watch::Sender::new(Vec::new()),
    };
    let mut reports = Vec::new();
    let chosen = |one: &Experiment| arguments.only.is_empty() || arguments.only.contains(one);
    for experiment in Experiment::ALL.into_iter().filter(chosen) {
        console.remark(&format!("实验 {experiment:?}"), &format!("experiment {experiment:?}"));
        laboratory.settle().await;
        reports.push(laboratory.run(experiment).await?);
    }
    Ok((reports, cluster.peak_mb(), cluster.ended()))
}

fn show(figures: &Figures, console: &Console) -> Result<(), Failure> {
    let mut table = vec![
        ("处理器", "Processor", figures.machine.summary()),
        ("同步写 4 KB 微秒", "Synced write of 4 KB, us", figures.limits.fsync_us().to_string()),
        ("ed25519 验签 微秒", "ed25519 verify, us", figures.limits.verify_us().to_string()),
        ("本机往返 微秒", "Loopback round trip, us", figures.loopback.round_trip_us.to_string()),
        ("本机吞吐 MB/秒", "Loopback, MB/s", figures.loopback.mb_per_s.to_string()),
        ("节点数", "Nodes", figures.settings.nodes.to_string()),
    ];
    for report in &figures.experiments {
        let line = format!("{} 块/s; CPU {:?}", report.blocks_per_second, report.cpu);
        table.push((report.experiment.name(), report.experiment.name(), line));
        for finding in &report.findings {
            let mark = if finding.is_met { "✓" } else { "✗" };
            table.push((finding.zh, finding.en, format!("{} ({}) {mark}", finding.value, finding.target)));
        }
    }
    table.push(("目标达成", "Targets met", format!("{}/{}", figures.targets_met, figures.targets)));
    console.result(figures, &table)
}
