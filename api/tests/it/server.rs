//! The accept loop over real sockets: slow clients, crowds, streams, panics, and the end.

use crate::fake::{Conduct, Fake};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zhengku_api::{Limits, Settings};

struct Server {
    address: SocketAddr,
    ledger: Arc<Fake>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, ledger) = (listener.local_addr().unwrap(), Fake::new(5));
        let (stop, stopped) = oneshot::channel::<()>();
        let settings = Settings { limits, ..Settings::default() };
        let served =
            zhengku_api::serve(listener, ledger.clone(), settings, async { stopped.await.unwrap_or_default() });
        let task = tokio::spawn(async { served.await.unwrap() });
        Self { address, ledger, stop: Some(stop), task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes and reads until the server closes.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The server may close before everything is sent.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.await.unwrap();
    }
}

async fn read_some(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 65536];
    let length = stream.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

fn quick() -> Limits {
    let moment = Duration::from_millis(200);
    Limits { head_timeout: moment, body_timeout: moment, ..Limits::default() }
}

#[tokio::test]
async fn slow_heads_and_idle_connections_are_closed() {
    let server = Server::start(quick()).await;
    // Neither ends its head: both return only because the server closes.
    assert!(!server.say(b"GET /v1/status HTTP/1.1\r\nhost: a\r\n").await.contains("200 OK"));
    assert!(!server.say(b"").await.contains("200 OK"));
    let idle = server.say(b"GET /v1/status HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(idle.matches("200 OK").count(), 1, "answered, and then closed: {idle}");
    server.stop().await;
}

#[tokio::test]
async fn a_slow_body_is_a_408() {
    let server = Server::start(quick()).await;
    let head = "POST /v1/transactions HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\ncontent-length: 100\r\n\r\nabc";
    let answer = server.say(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request-timeout"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn large_heads_and_bodies_are_refused_unread() {
    let server = Server::start(quick()).await;
    let head = format!("GET /v1/status HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    assert!(server.say(head.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let many: String = (0..100).map(|number| format!("x-{number}: 1\r\n")).collect();
    assert!(
        server
            .say(format!("GET /v1/status HTTP/1.1\r\nhost: a\r\n{many}\r\n").as_bytes())
            .await
            .starts_with("HTTP/1.1 431")
    );
    let body = "POST /v1/transactions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/octet-stream\r\ncontent-length: 99999999\r\n\r\n";
    let answer = server.say(body.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too-large"), "{answer}");
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"\r\n\r\n\r\n\r\nfoo\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", &[0xff; 4096]]
    {
        assert!(!server.say(garbage).await.contains("200 OK"));
    }
    assert!(server.say(b"GET /v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.contains("200 OK"));
    server.stop().await;
}

#[tokio::test]
async fn a_head_has_32_kib_and_not_a_byte_more() {
    let server = Server::start(Limits::default()).await;
    let head = |bytes: usize| {
        let (front, end) = ("GET /v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: ", "\r\n\r\n");
        format!("{front}{}{end}", "x".repeat(bytes - front.len() - end.len()))
    };
    let fits = server.say(head(32 * 1024).as_bytes()).await;
    assert!(fits.starts_with("HTTP/1.1 200"), "{fits}");
    for bytes in [32 * 1024 + 1, 48_000, 64_000] {
        assert!(server.say(head(bytes).as_bytes()).await.starts_with("HTTP/1.1 431"), "{bytes}");
    }
    let long = format!("GET /v1/{} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "x".repeat(33_000));
    assert!(server.say(long.as_bytes()).await.starts_with("HTTP/1.1 431"));
    server.stop().await;
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = Server::start(Limits::default()).await;
    for hosts in ["", "host: a\r\nhost: a\r\n", "host: a\r\nHost: b\r\n", "host: a b\r\n", "host: u@a\r\n"] {
        let head = format!("GET /v1/status HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        let answer = server.say(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("bad-request"), "{hosts:?}: {answer}");
    }
    for host in ["a", "node.example:8100", "127.0.0.1:8480", "[::1]:8480"] {
        let head = format!("GET /about HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        assert!(server.say(head.as_bytes()).await.starts_with("HTTP/1.1 200"), "{host}");
    }
    assert!(server.say(b"GET /v1/status HTTP/1.0\r\n\r\n").await.starts_with("HTTP/1.0 200"), "older than Host");
    server.stop().await;
}

#[tokio::test]
async fn one_address_cannot_take_every_place() {
    let server = Server::start(Limits { connections_per_address: 3, ..Limits::default() }).await;
    let mut inside = Vec::new();
    for _ in 0..3 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(read_some(&mut stream).await.contains("200 OK"));
        inside.push(stream);
    }
    assert_eq!(server.say(b"GET /v1/status HTTP/1.1\r\nhost: a\r\n\r\n").await, "", "closed at once");
    server.stop().await;
}

#[tokio::test]
async fn a_panic_is_one_requests_problem() {
    let server = Server::start(Limits::default()).await;
    server.ledger.behave(Conduct::Panicking);
    let ask = b"GET /v1/blocks/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = server.say(ask).await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("\"internal\""), "{answer}");
    server.ledger.behave(Conduct::Prompt);
    assert!(server.say(ask).await.contains("200 OK"));
    server.stop().await;
}

#[tokio::test]
async fn events_follow_the_chain_and_end_with_the_server() {
    let server = Server::start(Limits { event_streams: 1, ..Limits::default() }).await;
    let ask = b"GET /v1/events HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(ask).await.unwrap();
    assert!(read_some(&mut stream).await.contains("text/event-stream"));
    let crowded = server.say(b"GET /v1/events HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(crowded.starts_with("HTTP/1.1 503") && crowded.contains("overloaded"), "{crowded}");
    server.ledger.mine();
    let mut event = String::new();
    while !event.contains("\n\n") {
        event.push_str(&read_some(&mut stream).await);
    }
    assert!(event.contains("event: block") && event.contains("\"height\":6"), "{event}");
    server.stop().await;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
}

#[tokio::test]
async fn a_slow_listener_is_told_what_he_missed() {
    let server = Server::start(Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /v1/events HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(read_some(&mut stream).await.contains("text/event-stream"));
    // On this one thread the stream gets no turn before more blocks exist than the channel holds.
    for _ in 0..200 {
        server.ledger.mine();
    }
    let mut events = String::new();
    while !events.contains("event: skipped") {
        events.push_str(&read_some(&mut stream).await);
    }
    server.stop().await;
}

#[tokio::test]
async fn stopping_finishes_what_was_begun() {
    let server = Server::start(Limits::default()).await;
    server.ledger.behave(Conduct::Patient);
    let transaction = server.ledger.mint(1).signed().encode();
    let mut stream = server.connect().await;
    let head = format!(
        "POST /v1/transactions?wait=finalized HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        transaction.len()
    );
    stream.write_all(&[head.as_bytes(), &transaction].concat()).await.unwrap();
    while zhengku_api::port::Ledger::network(&*server.ledger).waiting.0 == 0 {
        tokio::task::yield_now().await;
    }
    let address = server.address;
    server.stop().await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "a waiting submitter is told where to look: {answer}");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
