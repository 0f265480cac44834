//! `zhengku node`.

pub(super) mod new;

use crate::cli::network::NodeRunArguments;
use crate::config;
use crate::demo::supervisor::Signals;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use zhengku_api::Settings;
use zhengku_consensus::Ended;
use zhengku_node::clock::SystemClock;
use zhengku_node::config::NodeConfig;
use zhengku_node::keys::KeyStore;
use zhengku_node::layout::Layout;
use zhengku_node::service::{End, Service};

/// Threads for what blocks: reads of the store, and signatures. More would not read faster, and each takes memory; the rest waits.
const MAX_BLOCKING_THREADS: usize = 64;

/// The line that says that the node serves.
#[derive(Serialize)]
struct Ready {
    event: &'static str,
    name: String,
    url: String,
    height: u64,
    chain_id: String,
    pid: u32,
}

/// Runs a node until it is asked to stop; 0 then, an error when it stops for a reason of its own.
pub(super) fn run(arguments: &NodeRunArguments, console: &Console) -> Result<u8, Failure> {
    let loaded = config::load(&arguments.config.config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(Failure::output)?;
    let with_parent = arguments.with_parent;
    let ended = runtime.block_on(serve(&loaded.config, with_parent, console));
    // Reads of standard input and of the disk that are still under way are not waited for.
    runtime.shutdown_background();
    match ended? {
        After::Exit => Ok(0),
        After::StartAgain => Err(start_again()),
    }
}

/// What to do after a node has stopped in order.
enum After {
    Exit,
    StartAgain,
}

/// Takes the place of this process by one of the same program and arguments: its supervisor sees nothing of it, and every lock, socket
/// and task is gone for certain. Comes back only when that fails.
fn start_again() -> Failure {
    let program = Path::new("/proc/self/exe");
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| program.into());
    let error = std::process::Command::new(program).arg0(name).args(arguments).exec();
    Failure::file(program)(error)
}

async fn serve(config: &NodeConfig, with_parent: bool, console: &Console) -> Result<After, Failure> {
    let mut signals = Signals::new()?;
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().ok();
    let listener = TcpListener::bind(config.api.listen).await.map_err(|source| taken(config, &source))?;
    let address = listener.local_addr().map_err(Failure::output)?;
    let keys = KeyStore::new(&Layout::new(&config.data).keys());
    let mut service = Service::start(config, &keys, Arc::new(SystemClock)).await?;
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let settings = Settings { metrics, version: env!("CARGO_PKG_VERSION").to_owned(), ..Settings::default() };
    let ledger = service.ledger();
    let tip = ledger.tip();
    let api = tokio::spawn(zhengku_api::serve(listener, ledger, settings, async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    }));
    let ready = Ready {
        event: "ready",
        name: config.name.clone(),
        url: format!("http://{address}"),
        height: tip.header.height.0,
        chain_id: tip.header.chain.to_string(),
        pid: std::process::id(),
    };
    let line = format!("✔ {} {} height {}", ready.name, ready.url, ready.height);
    console.result(&ready, &[("就绪", "Ready", line)])?;
    let parent = parent_gone(with_parent);
    let own = tokio::select! {
        () = signals.any() => None,
        () = parent => None,
        ended = service.ended() => Some(ended),
    };
    stop.send_replace(true);
    let _ = api.await;
    service.stop().await;
    match own {
        None | Some(End::Agreement(Ended::Asked)) => Ok(After::Exit),
        Some(End::Outgrown) => {
            console.remark(
                "账本上本节点的记录已变更, 节点按新记录重新启动",
                "this node's record on the ledger has changed; it starts again by the new one",
            );
            Ok(After::StartAgain)
        }
        Some(End::Agreement(ended)) => {
            let reason = match ended {
                Ended::Application(stop) => stop.to_string(),
                _ => "the engine stopped itself".to_owned(),
            };
            Err(Failure::usage(
                format!("节点停止: {reason}; 请运行 zhengku doctor 查看原因"),
                format!("the node stopped: {reason}; run zhengku doctor to see why"),
            ))
        }
    }
}

fn taken(config: &NodeConfig, source: &std::io::Error) -> Failure {
    let listen = config.api.listen;
    Failure::usage(
        format!("接口地址 {listen} 不可用 ({source}); 请改 api.listen, 或停止占用它的程序"),
        format!("the interface cannot listen on {listen} ({source}); change api.listen or stop what uses it"),
    )
}

/// Done when standard input ends; never for a node that has no parent to follow.
async fn parent_gone(with_parent: bool) {
    if !with_parent {
        return std::future::pending().await;
    }
    let mut sink = tokio::io::sink();
    let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut sink).await;
}
