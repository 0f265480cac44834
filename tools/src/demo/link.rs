//! One TCP link between two nodes, through this process: it can be cut in either direction, and slowed.
//!
//! A cut is silence, as of a broken cable: bytes wait (here and in the senders' buffers) and arrive after it is mended; no connection
//! is reset. Only a peer that is gone closes a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

/// Bytes taken at a time.
const CHUNK_BYTES: usize = 32 * 1024;
/// Chunks under way on one connection and direction: 8 MiB, so that a slow link is slow and not narrow.
const CHUNKS_UNDER_WAY: usize = 256;
/// Connections of one link at a time: two nodes need one or two; redials during a long cut must not pile up.
const MAX_CONNECTIONS: usize = 32;

/// What a direction does to bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Way {
    /// Nothing passes.
    pub(crate) is_cut: bool,
    /// How long bytes are under way.
    pub(crate) delay: Duration,
}

/// A link: where it listens, where it leads, and what each direction does.
pub(crate) struct Link {
    pub(crate) listener: TcpListener,
    pub(crate) target: SocketAddr,
    /// From the node that dials to the node that listens.
    pub(crate) there: watch::Receiver<Way>,
    /// From the node that listens to the node that dials.
    pub(crate) back: watch::Receiver<Way>,
}

impl Link {
    /// Serves connections until the task is aborted; those under way end with it.
    pub(crate) async fn serve(self) {
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    // Out of file handles, or a connection gone before it was taken: the next one may do.
                    let Ok((dialler, _)) = accepted else { tokio::task::yield_now().await; continue };
                    let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
                    let (target, there, back) = (self.target, self.there.clone(), self.back.clone());
                    connections.spawn(async move {
                        connect(dialler, target, there, back).await;
                        drop(place);
                    });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn connect(
    dialler: TcpStream,
    target: SocketAddr,
    mut there: watch::Receiver<Way>,
    mut back: watch::Receiver<Way>,
) {
    // A handshake needs both directions.
    if open(&mut there).await.is_none() || open(&mut back).await.is_none() {
        return;
    }
    let Ok(listener) = TcpStream::connect(target).await else { return };
    // Votes are small and wait for each other.
    let _ = dialler.set_nodelay(true).and_then(|()| listener.set_nodelay(true));
    let (from_dialler, to_dialler) = dialler.into_split();
    let (from_listener, to_listener) = listener.into_split();
    tokio::join!(carry(from_dialler, to_listener, there), carry(from_listener, to_dialler, back));
}

/// Waits until nothing is cut; none when the links are taken down.
async fn open(way: &mut watch::Receiver<Way>) -> Option<()> {
    way.wait_for(|way| !way.is_cut).await.ok().map(|_| ())
}

/// Carries one direction to its end.
async fn carry<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(from: R, to: W, way: watch::Receiver<Way>) {
    let (send, receive) = mpsc::channel(CHUNKS_UNDER_WAY);
    // Whoever ends first ends both: a closed channel is the end of the bytes here, of the receiver there.
    tokio::join!(take_in(from, send, way.clone()), hand_on(to, receive, way));
}

async fn take_in<R: AsyncRead + Unpin>(mut from: R, send: mpsc::Sender<(Instant, Vec<u8>)>, way: watch::Receiver<Way>) {
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let count = tokio::select! {
            read = from.read(&mut chunk) => read.unwrap_or(0),
            () = send.closed() => return,
        };
        if count == 0 {
            return;
        }
        chunk.truncate(count);
        let arrival = Instant::now() + way.borrow().delay;
        if send.send((arrival, chunk)).await.is_err() {
            return;
        }
    }
}

async fn hand_on<W: AsyncWrite + Unpin>(
    mut to: W,
    mut receive: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut way: watch::Receiver<Way>,
) {
    while let Some((arrival, chunk)) = receive.recv().await {
        tokio::time::sleep_until(arrival).await;
        if open(&mut way).await.is_none() || to.write_all(&chunk).await.is_err() {
            return;
        }
    }
    // The end of the bytes does not pass a cut either.
    if open(&mut way).await.is_some() {
        let _ = to.shutdown().await;
    }
}

#[cfg(test)]
mod tests;
