//! A node's agreement while it runs.

use crate::application::{Application, History, Stop};
use crate::driver::{Driver, End, Request};
use crate::engine::channel::{EngineHandle, NetworkRequest};
use crate::picture::Picture;
use crate::settings::Settings;
use crate::start::{StartError, engine};
use crate::worker::Worker;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use zhengku_ledger::ids::Height;

/// How long the parts of a stopping engine may take before they are cut off.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// Requests to the driver that may wait.
const REQUESTS: usize = 64;

/// Why agreement ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ended {
    /// It was asked to.
    Asked,
    /// The application must stop: a failed write, or a store that disagrees. The process should exit with an error.
    Application(Stop),
    /// The engine stopped itself, e.g. because its log cannot be written. The process should exit with an error.
    Engine,
}

/// Agreement that runs.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    task: JoinHandle<Ended>,
}

/// What others may ask of it.
#[derive(Clone, Debug)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    network: mpsc::Sender<NetworkRequest>,
    picture: watch::Receiver<Picture>,
    ended: watch::Receiver<bool>,
}

/// Starts agreement. Must be called within a tokio runtime.
///
/// # Errors
/// [`StartError`].
pub async fn start(
    settings: Settings,
    application: impl Application,
    history: Arc<dyn History>,
) -> Result<Running, StartError> {
    let failed = |error: Stop| StartError::Application { source: error };
    let worker = Worker::start(application).map_err(|error| failed(error.into()))?;
    let turn = worker.call(|application| application.turn()).await.map_err(failed)?;
    let (mut channels, engine) = engine(&settings).await?;
    let (requests, mut asked) = mpsc::channel(REQUESTS);
    let (picture, seen) = watch::channel(Picture::default());
    let (ending, ended) = watch::channel(false);
    let network = channels.net_requests.clone();
    let mut driver = Driver::new(settings, worker, history, turn, channels.network.clone(), picture);
    let task = tokio::spawn(async move {
        let end = driver.run(&mut channels, &mut asked).await;
        // First the questions, so that no actor waits for an answer, then the actors, then the application.
        drop(channels);
        halt(engine).await;
        driver.close().await;
        drop(ending.send(true));
        match end {
            End::Asked => Ended::Asked,
            End::Application(stop) => {
                tracing::error!(error = %stop, "the application stops agreement");
                Ended::Application(stop)
            }
            End::Engine => {
                tracing::error!("the engine of agreement has stopped itself");
                Ended::Engine
            }
        }
    });
    Ok(Running { handle: Handle { requests, network, picture: seen, ended }, task })
}

async fn halt(engine: EngineHandle) {
    let node = engine.actor.get_cell();
    node.stop_children_and_wait(None, Some(STOP_PATIENCE)).await;
    // Both only fail for an actor that is gone already.
    if node.stop_and_wait(None, Some(STOP_PATIENCE)).await.is_err() {
        drop(node.kill_and_wait(Some(STOP_PATIENCE)).await);
    }
    engine.handle.abort();
}

impl Running {
    /// What others may ask of it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Waits until it has ended: its sockets, its log and the application are closed then.
    pub async fn ended(self) -> Ended {
        self.task.await.unwrap_or(Ended::Engine)
    }
}

/// A change of peers that the network did not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the peer {address}: {reason}")]
pub struct PeerError {
    /// The address.
    pub address: String,
    /// Why.
    pub reason: String,
}

impl Handle {
    /// Asks it to stop and waits until it has.
    pub async fn stop(&self) {
        drop(self.requests.send(Request::Stop).await);
        drop(self.ended.clone().wait_for(|ended| *ended).await);
    }

    /// Where agreement stands, now and from now on.
    #[must_use]
    pub fn picture(&self) -> watch::Receiver<Picture> {
        self.picture.clone()
    }

    /// Tells that a peer has decided this height: an idle node then starts the next one at once.
    pub async fn peer_tip(&self, tip: Height) {
        drop(self.requests.send(Request::PeerTip(tip)).await);
    }

    /// Lets a peer in and dials it: `/ip4/../tcp/../p2p/<id>`, or `/p2p/<id>` for one that dials us.
    ///
    /// # Errors
    /// [`PeerError`].
    pub async fn add_peer(&self, address: &str) -> Result<(), PeerError> {
        let refused = |reason: String| PeerError { address: address.to_owned(), reason };
        let parsed = address.parse().map_err(|_| refused("no address of a peer".to_owned()))?;
        let done = NetworkRequest::add_persistent_peer(&self.network, parsed).await;
        done.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))
    }

    /// Shuts a peer out.
    ///
    /// # Errors
    /// [`PeerError`].
    pub async fn remove_peer(&self, address: &str) -> Result<(), PeerError> {
        let refused = |reason: String| PeerError { address: address.to_owned(), reason };
        let parsed = address.parse().map_err(|_| refused("no address of a peer".to_owned()))?;
        let done = NetworkRequest::remove_persistent_peer(&self.network, parsed).await;
        done.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))
    }
}
