//! The open loop against a pretended node that answers only when it has everything, and not always well.

use super::super::client::Nodes;
use super::*;
use crate::command::bench::workload::Workload;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::{Algorithm, SecretSigner};
use zhengku_ledger::ids::{ChainId, LicenceTypeNumber, OrganisationNumber};

const REQUESTS: usize = 12;

fn feed(count: u64) -> Feed {
    let signer = Arc::new(SecretSigner::from_secret(Algorithm::Ed25519, &[7; 32]).unwrap());
    let chain = ChainId::from_digest(Digest::from_bytes([1; 32]));
    let workload = Workload::new(1, chain, (OrganisationNumber(3), signer), (LicenceTypeNumber(1), 5));
    Feed::start(workload, 2, count, count)
}

/// Reads one request to the end of its body.
async fn request(stream: &mut TcpStream) -> bool {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if bytes.len() >= head.len() + 4 + length.unwrap_or(0) {
                return true;
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return false;
        }
    }
}

/// Answers nobody before `REQUESTS` requests have come; then every fourth with 429.
async fn pretend(listener: TcpListener, arrived: watch::Sender<usize>) {
    let arrived = Arc::new(arrived);
    while let Ok((mut stream, _)) = listener.accept().await {
        let arrived = Arc::clone(&arrived);
        tokio::spawn(async move {
            while request(&mut stream).await {
                let mut number = 0;
                arrived.send_modify(|count| {
                    *count += 1;
                    number = *count;
                });
                let mut all = arrived.subscribe();
                all.wait_for(|count| *count >= REQUESTS).await.unwrap();
                let (status, body) = if number % 4 == 0 {
                    ("429 Too Many Requests", "{}".to_owned())
                } else {
                    let outcome = format!(r#"{{"result":"applied","first":{},"count":2}}"#, number * 10);
                    let id = "ab".repeat(32);
                    (
                        "200 OK",
                        format!(
                            r#"{{"transaction":"{id}","height":5,"block":"{id}","time_ms":1,"place":0,"outcome":{outcome},"receipt":""}}"#
                        ),
                    )
                };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
    }
}

#[tokio::test]
async fn requests_leave_when_due_though_no_answer_comes_and_only_final_ones_are_acknowledged() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let pretended = tokio::spawn(pretend(listener, watch::Sender::new(0)));
    let nodes = Arc::new(Nodes::new(std::slice::from_ref(&url), Duration::from_secs(20)).unwrap());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("acknowledged");
    let (minted, known) = watch::channel(Vec::new());
    let sinks = Sinks { file: Some(AcknowledgementFile::open(&path).unwrap()), minted: Some(minted) };
    let (_stopper, stop) = watch::channel(false);
    let pace = Pace { rate: 1_000.0, time: Duration::from_millis(REQUESTS as u64) };
    // A loop that waited for an answer would wait for ever: none comes before the last request.
    let figures = writes(&nodes, feed(pace.count()), pace, sinks, stop).await.unwrap();
    assert_eq!((figures.offered, figures.succeeded, figures.entries), (12, 9, 18), "{figures:?}");
    assert_eq!((figures.answered("final"), figures.answered("429"), figures.skipped), (9, 3, 0), "{figures:?}");
    let lines = std::fs::read_to_string(&path).unwrap();
    assert_eq!(lines.lines().count(), 9, "one line for each final answer, none for the others");
    let words: Vec<&str> = lines.lines().next().unwrap().split(' ').collect();
    assert_eq!((words.len(), words[0], words[2], words[5], words[6]), (8, "3", "5", "2", url.as_str()));
    assert_eq!(known.borrow().len(), 18, "the keys of what is final, for reading");
    pretended.abort();
}

#[tokio::test]
async fn a_node_that_is_not_there_is_counted_and_ends_nothing() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let nodes = Arc::new(Nodes::new(&[url], Duration::from_secs(5)).unwrap());
    let (_stopper, stop) = watch::channel(false);
    let pace = Pace { rate: 1_000.0, time: Duration::from_millis(5) };
    let figures = writes(&nodes, feed(pace.count()), pace, Sinks::default(), stop).await.unwrap();
    assert_eq!((figures.offered, figures.succeeded, figures.answered("unreachable")), (5, 0, 5), "{figures:?}");
}
