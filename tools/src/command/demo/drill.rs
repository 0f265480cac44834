//! The drill of `demo --once`: one node dies, the others go on, it comes back and is level again.

use super::show;
use crate::demo::order::{NodeLine, Order};
use crate::demo::supervisor::Demo;
use crate::failure::Failure;
use crate::output::Console;
use std::time::{Duration, Instant};

/// How long any step may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// Blocks that the others must decide while one is down.
const BLOCKS: u64 = 3;

/// Runs it; 0 when every step came out.
pub(super) async fn run(demo: &mut Demo, console: &Console) -> Result<u8, Failure> {
    let count = demo.nodes.len();
    let victim = demo.names.last().cloned().unwrap_or_default();
    let start = until(demo, "全部节点在线", "every node is up", |lines| {
        lines.iter().all(|line| line.height.is_some() && line.connected == Some(count.saturating_sub(1)))
    });
    let start = height(&start.await?);
    if count < 4 {
        console.remark(
            "少于四个节点不能容错, 只演练启动与停止",
            "fewer than four nodes tolerate no failure: nothing more is drilled",
        );
        return Ok(0);
    }
    step(console, &format!("终止 {victim}"), &format!("kill {victim}"));
    demo.obey(Order::Kill { node: victim.clone() }).await;
    let others = |lines: &[NodeLine]| {
        let up = lines.iter().filter(|line| line.name != victim);
        up.map(|line| line.height.unwrap_or_default()).min().unwrap_or_default()
    };
    let target = start.saturating_add(BLOCKS);
    let going = until(demo, "其余节点继续出块", "the others go on", |lines| others(lines) >= target).await?;
    step(
        console,
        &format!("其余节点继续出块: 高度 {start} → {}", height(&going)),
        &format!("the others go on: height {start} → {}", height(&going)),
    );
    demo.obey(Order::Restart { node: victim.clone() }).await;
    let before = height(&going);
    let level = until(demo, "重启后追平", "level again", |lines| {
        lines.iter().all(|line| line.height.unwrap_or_default() >= before)
    });
    let level = level.await?;
    step(
        console,
        &format!("{victim} 重启并追平: 高度 {}", height(&level)),
        &format!("{victim} is back and level: height {}", height(&level)),
    );
    show(&demo.status().await, console)?;
    Ok(0)
}

fn step(console: &Console, zh: &str, en: &str) {
    console.remark(&format!("✔ {zh}"), &format!("✔ {en}"));
}

fn height(lines: &[NodeLine]) -> u64 {
    lines.iter().filter_map(|line| line.height).max().unwrap_or_default()
}

/// Looks at the nodes until they are as wanted.
async fn until(
    demo: &mut Demo,
    zh: &str,
    en: &str,
    wanted: impl Fn(&[NodeLine]) -> bool,
) -> Result<Vec<NodeLine>, Failure> {
    let started = Instant::now();
    loop {
        let lines = demo.status().await.nodes;
        if wanted(&lines) {
            return Ok(lines);
        }
        if started.elapsed() > PATIENCE {
            let seconds = PATIENCE.as_secs();
            return Err(Failure::usage(
                format!("演练失败: {seconds} 秒内未见\"{zh}\"; 日志在各节点目录的 node.log"),
                format!("the drill failed: not \"{en}\" within {seconds} s; see node.log of each node"),
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
}
