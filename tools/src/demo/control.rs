//! The control socket: one order a connection, one answer. It stands in the demo's directory, which is the owner's alone.

use super::order::{Answer, Order};
use crate::failure::Failure;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

/// The socket's name in a demo's directory.
pub(crate) const SOCKET: &str = "control.sock";
/// How the directories of demos begin that were made in the system's temporary directory.
pub(crate) const PREFIX: &str = "zhengku-demo-";
/// The longest order or answer: a status of 100 nodes takes 30 kB.
const MAX_LINE_BYTES: u64 = 256 * 1024;
/// The longest an order may take: a restart waits until the node is ready.
const PATIENCE: Duration = Duration::from_secs(120);

/// An order and where its answer goes.
pub(crate) type Given = (Order, oneshot::Sender<Answer>);

/// Takes orders until the task is aborted.
pub(crate) async fn serve(listener: tokio::net::UnixListener, orders: mpsc::Sender<Given>) {
    while let Ok((stream, _)) = listener.accept().await {
        let orders = orders.clone();
        tokio::spawn(async move {
            let _ = answer(stream, orders).await;
        });
    }
}

async fn answer(stream: tokio::net::UnixStream, orders: mpsc::Sender<Given>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(MAX_LINE_BYTES)).read_line(&mut line).await?;
    let answer = match serde_json::from_str::<Order>(&line) {
        Ok(order) => {
            let (send, receive) = oneshot::channel();
            let sent = orders.send((order, send)).await.is_ok();
            let ended = || Answer::refused("演示正在停止", "the demo is stopping");
            if sent { receive.await.unwrap_or_else(|_| ended()) } else { ended() }
        }
        Err(error) => Answer::refused(format!("无法理解的命令: {error}"), format!("not an order: {error}")),
    };
    let mut text = serde_json::to_string(&answer).unwrap_or_default();
    text.push('\n');
    write.write_all(text.as_bytes()).await
}

/// Sends an order to the demo in a directory, or to the newest one.
pub(crate) fn send(directory: Option<&Path>, order: &Order) -> Result<Answer, Failure> {
    let socket = match directory {
        Some(directory) => directory.join(SOCKET),
        None => newest(&std::env::temp_dir()).ok_or_else(none_runs)?,
    };
    let exchange = || -> std::io::Result<String> {
        let mut stream = UnixStream::connect(&socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        writeln!(stream, "{}", serde_json::to_string(order)?)?;
        let mut line = String::new();
        BufReader::new(stream.take(MAX_LINE_BYTES)).read_line(&mut line)?;
        Ok(line)
    };
    match exchange() {
        Ok(line) => Ok(serde_json::from_str(&line)?),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused) => {
            Err(none_runs())
        }
        Err(error) => Err(Failure::file(&socket)(error)),
    }
}

fn none_runs() -> Failure {
    Failure::usage(
        "没有正在运行的演示; 请先在另一终端运行 zhengku demo, 或用 --dir 指明其目录",
        "no demo is running; run `zhengku demo` in another terminal first, or name its directory with --dir",
    )
}

/// The socket of the demo that was started last and still listens.
fn newest(temporary: &Path) -> Option<PathBuf> {
    let mut sockets: Vec<_> = std::fs::read_dir(temporary)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .map(|entry| entry.path().join(SOCKET))
        .filter_map(|socket| Some((std::fs::metadata(&socket).ok()?.modified().ok()?, socket)))
        .collect();
    sockets.sort();
    sockets.into_iter().rev().map(|(_, socket)| socket).find(|socket| UnixStream::connect(socket).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_reaches_the_newest_demo_and_is_answered() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = temporary.path().join(format!("{PREFIX}1"));
        std::fs::create_dir(&directory).unwrap();
        assert!(newest(temporary.path()).is_none());
        assert!(send(Some(&directory), &Order::Status).is_err());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = {
            let _inside = runtime.enter();
            tokio::net::UnixListener::bind(directory.join(SOCKET)).unwrap()
        };
        let (send_order, mut orders) = mpsc::channel::<Given>(1);
        runtime.spawn(serve(listener, send_order));
        runtime.spawn(async move {
            while let Some((order, answer)) = orders.recv().await {
                let _ = answer.send(Answer::done("好", format!("{order:?}")));
            }
        });
        assert_eq!(newest(temporary.path()), Some(directory.join(SOCKET)));
        let answer = send(Some(&directory), &Order::Kill { node: "2".to_owned() }).unwrap();
        assert!(answer.ok && answer.en.contains("\"2\""), "{answer:?}");
        let mut stream = UnixStream::connect(directory.join(SOCKET)).unwrap();
        stream.write_all(b"{\"order\":\"explode\"}\n").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(!serde_json::from_str::<Answer>(&line).unwrap().ok);
    }
}
