//! Changing the peers of a running network.

use crate::engine::channel::NetworkRequest;
use tokio::sync::{mpsc, oneshot};

/// What to do with a peer.
pub(super) enum Change {
    /// Let it in and dial it.
    Add,
    /// Shut it out.
    Remove,
}

/// Asks the network beside the driver's loop.
pub(super) fn change(
    network: mpsc::Sender<NetworkRequest>,
    address: String,
    change: Change,
    reply: oneshot::Sender<Result<(), String>>,
) {
    tokio::spawn(async move {
        // Whoever asked may have gone.
        _ = reply.send(ask(&network, &address, &change).await);
    });
}

async fn ask(network: &mpsc::Sender<NetworkRequest>, address: &str, change: &Change) -> Result<(), String> {
    let address = address.parse().map_err(|_| "this is no address of a peer".to_owned())?;
    let answer = match change {
        Change::Add => NetworkRequest::add_persistent_peer(network, address).await,
        Change::Remove => NetworkRequest::remove_persistent_peer(network, address).await,
    };
    answer.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}
