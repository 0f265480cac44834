//! `zhengku demo`: the supervisor, or an order to the one that runs.

mod drill;
mod samples;

use crate::cli::network::DemoArguments;
use crate::demo::control;
use crate::demo::order::{Answer, NodeLine, Order};
use crate::demo::supervisor::{Demo, Signals};
use crate::failure::Failure;
use crate::output::Console;
use std::path::Path;
use tokio::sync::mpsc;

/// Runs a demo, or sends an order to it.
pub(super) fn run(arguments: &DemoArguments, console: &Console) -> Result<u8, Failure> {
    if let Some(order) = &arguments.order {
        return send(arguments, order, console);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(Failure::output)?.block_on(supervise(arguments, console))
}

/// Starts, shows, serves, and stops whatever happens.
async fn supervise(arguments: &DemoArguments, console: &Console) -> Result<u8, Failure> {
    let started = std::time::Instant::now();
    let (send, orders) = mpsc::channel(16);
    let mut signals = Signals::new()?;
    let mut demo = Demo::make(arguments.dir.as_deref(), usize::from(arguments.nodes), send).await?;
    let ended = tokio::select! {
        ended = play(arguments, &mut demo, started, orders, console) => ended,
        () = signals.any() => Ok(0),
    };
    console.remark("正在停止全部节点…", "stopping every node…");
    demo.stop().await;
    ended
}

async fn play(
    arguments: &DemoArguments,
    demo: &mut Demo,
    started: std::time::Instant,
    orders: mpsc::Receiver<control::Given>,
    console: &Console,
) -> Result<u8, Failure> {
    demo.start().await?;
    let (seconds, count) = (started.elapsed().as_secs_f64(), demo.nodes.len());
    let directory = demo.directory.path.display();
    console.remark(
        &format!("✔ {count} 个节点已就绪 ({seconds:.1} 秒)  数据: {directory}"),
        &format!("✔ {count} nodes are ready ({seconds:.1} s)  data: {directory}"),
    );
    if !arguments.no_import {
        samples::import(demo, console).await?;
    }
    show(&demo.status().await, console)?;
    if arguments.once {
        return drill::run(demo, console).await;
    }
    try_this(demo, arguments.dir.as_deref(), console);
    demo.serve(orders, console).await?;
    Ok(0)
}

fn try_this(demo: &Demo, directory: Option<&Path>, console: &Console) {
    // The newest demo in the temporary directory is found without a name; one elsewhere is not.
    let at = directory.map(|directory| format!(" --dir {}", directory.display())).unwrap_or_default();
    let url = demo.nodes.first().map_or("", |node| node.made.url.as_str());
    let (department, trust) = (demo.department.display(), demo.trust.display());
    console.remark(
        &format!(
            "\n试一试 (另开一个终端):\n  zhengku demo kill 3{at}               # 看看还出不出块\n  \
             zhengku demo partition 1,2/3,4{at}    # 各半分区: 都停, heal 后自愈\n  \
             zhengku licence prove JY19999990000001 --data {department} --node {url} --out proof.txt\n  \
             zhengku-verify proof.txt --trust {trust}\n网页: {url}   停止: Ctrl-C 或 zhengku demo stop{at}\n"
        ),
        &format!(
            "\ntry this (in another terminal):\n  zhengku demo kill 3{at}               # does it go on?\n  \
             zhengku demo partition 1,2/3,4{at}    # halves: both stop, heal mends it\n  \
             zhengku licence prove JY19999990000001 --data {department} --node {url} --out proof.txt\n  \
             zhengku-verify proof.txt --trust {trust}\npages: {url}   stop: Ctrl-C or zhengku demo stop{at}\n"
        ),
    );
}

fn send(arguments: &DemoArguments, order: &Order, console: &Console) -> Result<u8, Failure> {
    let answer = control::send(arguments.dir.as_deref(), order)?;
    if !answer.ok {
        return Err(Failure::usage(answer.zh, answer.en));
    }
    show(&answer, console)?;
    Ok(0)
}

/// Shows an answer: its nodes as a table, or its sentence.
fn show(answer: &Answer, console: &Console) -> Result<(), Failure> {
    if answer.nodes.is_empty() {
        let text = console.language().pick(&answer.zh, &answer.en).to_owned();
        return console.result(answer, &[("✔", "✔", text)]);
    }
    let language = console.language();
    let headings = [
        ("节点", "Node"),
        ("进程", "Process"),
        ("高度", "Height"),
        ("连接", "Peers"),
        ("等待", "Waiting"),
        ("法定数", "Quorum"),
        ("地址", "Address"),
        ("故障", "Faults"),
    ];
    let row = |line: &NodeLine| {
        let none = || "–".to_owned();
        let state = match line.state.as_str() {
            "running" => language.pick("运行", "running"),
            "paused" => language.pick("冻结", "frozen"),
            _ => language.pick("已停", "down"),
        };
        vec![
            line.name.clone(),
            state.to_owned(),
            line.height.map_or_else(none, |height| height.to_string()),
            line.connected.zip(line.peers).map_or_else(none, |(connected, peers)| format!("{connected}/{peers}")),
            line.waiting.map_or_else(none, |waiting| waiting.to_string()),
            line.has_quorum.map_or_else(none, |has| if has { "✔" } else { "✗" }.to_owned()),
            line.url.clone(),
            line.faults.join("  "),
        ]
    };
    let rows: Vec<_> = answer.nodes.iter().map(row).collect();
    console.rows(&answer.nodes, &headings.map(|(zh, en)| language.pick(zh, en)), &rows)?;
    console.remark(&answer.zh, &answer.en);
    Ok(())
}
