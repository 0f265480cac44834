//! The accept loop: bounded connections, in all and of one address, bounded heads, and an orderly end.

use crate::guard::Peer;
use crate::head;
use crate::interface::Interface;
use crate::port::Ledger;
use crate::route;
use crate::settings::{Limits, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// How long open requests may take to finish when the server stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// A pause after a failed accept: too few file handles do not come back at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the server ended before it was told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The listener has no address.
    #[error("the listener: {0}; choose another address for the interface")]
    Listener(#[from] std::io::Error),
}

/// Serves the interface of a ledger until `shutdown` completes; then open requests are finished.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    listener: TcpListener,
    ledger: Arc<dyn Ledger>,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let interface = Interface::new(ledger, settings);
    let router = route::router(&interface);
    let stopping = interface.stopping();
    accept(listener, router, &interface.settings.limits, stopping, || interface.stop(), shutdown).await
}

/// The accept loop of any router: `stop` is called when `shutdown` completes, and must turn `stopping` true.
pub(crate) async fn accept(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    stopping: watch::Receiver<bool>,
    stop: impl FnOnce(),
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    tracing::info!(http.address = %address, "http.listening");
    let door = Arc::new(Door::new(limits));
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_ended) = connections.join_next() => continue,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Some(place) = door.enter(peer.ip()) {
                    let conversation = converse(stream, peer, router.clone(), limits.head_timeout, stopping.clone());
                    connections.spawn(async move {
                        // A connection that breaks is the client's business.
                        let _broken = conversation.await.is_err();
                        drop(place);
                    });
                } else {
                    metrics::counter!("zk_http_refused_connections_total").increment(1);
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "http.accept_failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    stop();
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, finished).await.is_err() {
        tracing::warn!("http.requests_cut_off");
    }
    Ok(())
}

/// One connection: HTTP/1.1, with a time for each head (which also ends idle connections). When the server stops, the request that is
/// being answered is the last.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    head_timeout: Duration,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), hyper::Error> {
    // Small answers go out at once; a socket that cannot is still a socket.
    let _plain = stream.set_nodelay(true).is_err();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .max_buf_size(head::MAX_BYTES)
        .max_headers(head::MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = stopping.wait_for(|stopping| *stopping) => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// How many are inside.
struct Door {
    total: Arc<Semaphore>,
    inside: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    per_address: usize,
}

/// A place inside; given back when it is dropped.
struct Place {
    _total: tokio::sync::OwnedSemaphorePermit,
    inside: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Door {
    fn new(limits: &Limits) -> Self {
        Self {
            total: Arc::new(Semaphore::new(limits.connections)),
            inside: Arc::default(),
            per_address: limits.connections_per_address,
        }
    }

    /// A place, when there is one. The map holds only addresses that are inside.
    fn enter(&self, address: IpAddr) -> Option<Place> {
        let total = Arc::clone(&self.total).try_acquire_owned().ok()?;
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let count = inside.entry(address).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Place { _total: total, inside: Arc::clone(&self.inside), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = inside.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn places_are_limited_and_given_back() {
        let limits = Limits { connections: 3, connections_per_address: 2, ..Limits::default() };
        let (door, one, other) = (Door::new(&limits), Ipv4Addr::LOCALHOST.into(), Ipv4Addr::new(10, 0, 0, 1).into());
        let first = door.enter(one).unwrap();
        let _second = door.enter(one).unwrap();
        assert!(door.enter(one).is_none(), "one address");
        let _third = door.enter(other).unwrap();
        assert!(door.enter(Ipv4Addr::new(10, 0, 0, 2).into()).is_none(), "all addresses");
        drop(first);
        assert!(door.enter(one).is_some());
        assert_eq!(door.inside.lock().unwrap().len(), 2);
    }
}
