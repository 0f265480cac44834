//! A node's agreement while it runs.

use crate::application::{Application, History, Stop, Turn};
use crate::context::Context;
use crate::driver::{Driver, End, Request};
use crate::engine::channel::{Channels, EngineHandle};
use crate::guard::Watch;
use crate::liar::Heard;
use crate::picture::Picture;
use crate::settings::Settings;
use crate::start::{StartError, engine, own_address};
use crate::worker::Worker;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use zhengku_ledger::ids::Height;

/// How long the parts of a stopping engine may take before they are cut off.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// How often, and how far apart, the engine is started again after the guard has lifted.
const RESTART_ATTEMPTS: u32 = 20;
const RESTART_PAUSE: Duration = Duration::from_millis(250);
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
    let guard = watch_over(&settings, &turn).map_err(|error| failed(error.into()))?;
    let heard = Heard::default();
    let engine = engine(&settings, &heard).await?;
    let (requests, mut asked) = mpsc::channel(REQUESTS);
    let (picture, seen) = watch::channel(Picture::default());
    let (ending, ended) = watch::channel(false);
    let mut driver = Driver::new(settings, worker, history, turn, guard, picture, heard.clone());
    let task = tokio::spawn(async move {
        let ended = run(&mut driver, engine, &mut asked, &heard).await;
        driver.close().await;
        _ = ending.send(true);
        ended
    });
    Ok(Running { handle: Handle { requests, picture: seen, ended }, task })
}

/// A validator among others is watched over; nobody else signs anything that another could see.
fn watch_over(settings: &Settings, turn: &Turn) -> std::io::Result<Option<Watch>> {
    if settings.signer.is_none() || settings.listen.is_none() {
        return Ok(None);
    }
    std::fs::create_dir_all(&settings.home)?;
    let tip = Height(turn.height.0.saturating_sub(1));
    Watch::open(&settings.home, own_address(settings), tip).map(Some)
}

/// Drives one engine after the other until there is a reason to end.
async fn run<A: Application>(
    driver: &mut Driver<A>,
    (mut channels, mut running): (Channels<Context>, EngineHandle),
    asked: &mut mpsc::Receiver<Request>,
    heard: &Heard,
) -> Ended {
    loop {
        let end = driver.run(&mut channels, asked).await;
        // First the questions, so that no actor waits for an answer, then the actors.
        drop(channels);
        driver.detach();
        halt(running).await;
        match end {
            End::Asked => return Ended::Asked,
            End::Application(stop) => {
                tracing::error!(error = %stop, "the application stops agreement");
                return Ended::Application(stop);
            }
            End::Engine => {
                tracing::error!("the engine of agreement has stopped itself");
                return Ended::Engine;
            }
            End::Restart => match again(driver.settings(), heard).await {
                Ok(next) => (channels, running) = next,
                Err(error) => {
                    tracing::error!(%error, "the engine of agreement did not start again");
                    return Ended::Engine;
                }
            },
        }
    }
}

/// Starts the engine once more. Its former log and sockets may take a moment to be given back.
async fn again(settings: &Settings, heard: &Heard) -> Result<(Channels<Context>, EngineHandle), StartError> {
    let mut started = engine(settings, heard).await;
    for _ in 0..RESTART_ATTEMPTS {
        if started.is_ok() {
            break;
        }
        tokio::time::sleep(RESTART_PAUSE).await;
        started = engine(settings, heard).await;
    }
    started
}

async fn halt(engine: EngineHandle) {
    let node = engine.actor.get_cell();
    node.stop_children_and_wait(None, Some(STOP_PATIENCE)).await;
    // Both only fail for an actor that is gone already.
    if node.stop_and_wait(None, Some(STOP_PATIENCE)).await.is_err() {
        _ = node.kill_and_wait(Some(STOP_PATIENCE)).await;
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
        _ = self.requests.send(Request::Stop).await;
        _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Where agreement stands, now and from now on.
    #[must_use]
    pub fn picture(&self) -> watch::Receiver<Picture> {
        self.picture.clone()
    }

    /// Tells that a peer has decided this height: an idle node then starts the next one at once.
    pub async fn peer_tip(&self, tip: Height) {
        _ = self.requests.send(Request::PeerTip(tip)).await;
    }

    /// Lets a peer in and dials it: `/ip4/../tcp/../p2p/<id>`, or `/p2p/<id>` for one that dials us.
    ///
    /// # Errors
    /// [`PeerError`].
    pub async fn add_peer(&self, address: &str) -> Result<(), PeerError> {
        self.change_peer(address, Request::AddPeer).await
    }

    /// Shuts a peer out.
    ///
    /// # Errors
    /// [`PeerError`].
    pub async fn remove_peer(&self, address: &str) -> Result<(), PeerError> {
        self.change_peer(address, Request::RemovePeer).await
    }

    async fn change_peer(
        &self,
        address: &str,
        request: impl FnOnce(String, oneshot::Sender<Result<(), String>>) -> Request,
    ) -> Result<(), PeerError> {
        let refused = |reason: String| PeerError { address: address.to_owned(), reason };
        let (reply, answer) = oneshot::channel();
        let gone = || refused("agreement has stopped".to_owned());
        self.requests.send(request(address.to_owned(), reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?.map_err(refused)
    }
}
