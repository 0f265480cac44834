//! The one thread on which the application is called: it blocks on disks and processors, and must not block the runtime.

use crate::application::Stop;
use tokio::sync::oneshot;

type Job<A> = Box<dyn FnOnce(&mut A) + Send>;

/// The application's thread.
pub(crate) struct Worker<A> {
    jobs: std::sync::mpsc::Sender<Job<A>>,
    thread: std::thread::JoinHandle<()>,
}

/// The application's thread is gone: it panicked.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the application panicked; the node stops, and a restart goes on from its last durable state")]
struct Panicked;

impl<A: Send + 'static> Worker<A> {
    /// Starts the thread.
    pub(crate) fn start(mut application: A) -> std::io::Result<Self> {
        let (jobs, queue) = std::sync::mpsc::channel::<Job<A>>();
        let thread = std::thread::Builder::new().name("consensus-application".to_owned()).spawn(move || {
            while let Ok(job) = queue.recv() {
                job(&mut application);
            }
        })?;
        Ok(Self { jobs, thread })
    }

    /// Calls the application and waits for its answer.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut A) -> Result<T, Stop> + Send + 'static,
    ) -> Result<T, Stop> {
        let (answer, answered) = oneshot::channel();
        let job: Job<A> = Box::new(move |application| {
            // Nobody waits any more when the node was stopped meanwhile.
            _ = answer.send(job(application));
        });
        self.jobs.send(job).map_err(|_| Panicked)?;
        answered.await.map_err(|_| Panicked)?
    }

    /// Ends the thread and waits for it, so that the application's files are closed.
    pub(crate) async fn end(self) {
        drop(self.jobs);
        let thread = self.thread;
        // A panic of the application was reported by the call that met it.
        _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
}
