//! The open loop: every request leaves when it is due.

use super::acknowledged::AcknowledgementFile;
use super::client::{Answer, Nodes};
use super::feed::Feed;
use super::tally::{Ended, Figures, Tally};
use crate::failure::Failure;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, watch};
use zhengku_ledger::ids::EntryKey;
use zhengku_node::clock::{Clock, SystemClock};

/// Requests that may wait for answers at once. More would measure this client's memory, not the network.
const MOST_WAITING: usize = 20_000;

/// When requests are due.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// Requests per second.
    pub(super) rate: f64,
    /// For so long.
    pub(super) time: Duration,
}

impl Pace {
    /// How many requests that is.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count, capped")]
    pub(super) fn count(self) -> u64 {
        (self.rate * self.time.as_secs_f64()).round().clamp(1.0, 1e9) as u64
    }

    /// When request `number` is due.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds matter, not more")]
    fn due(self, started: Instant, number: u64) -> Instant {
        started + Duration::from_secs_f64(number as f64 / self.rate.max(1e-6))
    }
}

/// What happens with the answers to writes.
#[derive(Default)]
pub(super) struct Sinks {
    /// Gets a line for each final answer.
    pub(super) file: Option<AcknowledgementFile>,
    /// Gets the keys of every licence that is final.
    pub(super) minted: Option<watch::Sender<Vec<Minted>>>,
}

/// A licence that is final, and the node that said so: another one may be a moment behind.
#[derive(Clone, Copy)]
pub(super) struct Minted {
    pub(super) key: EntryKey,
    pub(super) node: usize,
}

/// Licences whose keys are remembered for reading.
const MOST_REMEMBERED: usize = 1_000_000;

/// Sends the transactions of `feed` at their times to the nodes in turn; ends when the last is answered. A change of `stop` ends
/// the sending early.
pub(super) async fn writes(
    nodes: &Arc<Nodes>,
    mut feed: Feed,
    pace: Pace,
    sinks: Sinks,
    stop: watch::Receiver<bool>,
) -> Result<Figures, Failure> {
    feed.prepared().await;
    let waiting = Arc::new(Semaphore::new(MOST_WAITING));
    let (sender, receiver) = unbounded_channel();
    let names = Arc::clone(nodes);
    let collector = tokio::spawn(async move { collect(&names, receiver, sinks).await });
    let started = Instant::now();
    let (mut offered, mut skipped) = (0_u64, 0_u64);
    while !*stop.borrow() {
        let due = pace.due(started, offered);
        tokio::time::sleep_until(due.into()).await;
        let Some(prepared) = feed.next().await else { break };
        let prepared = prepared?;
        offered = offered.saturating_add(1);
        let Ok(permit) = Arc::clone(&waiting).try_acquire_owned() else {
            skipped = skipped.saturating_add(1);
            continue;
        };
        let (nodes, sender): (_, UnboundedSender<(Ended, Vec<EntryKey>)>) = (Arc::clone(nodes), sender.clone());
        tokio::spawn(async move {
            let node = nodes.turn(offered);
            let (answer, keys) = nodes.submit(node, prepared).await;
            let _ = sender.send((Ended { due, at: Instant::now(), node, answer }, keys));
            drop(permit);
        });
    }
    drop(sender);
    let mut tally = collector.await.map_err(|_| Failure::usage("统计线程已停止", "the collecting task ended"))??;
    tally.offered(offered, skipped);
    Ok(tally.figures(started))
}

async fn collect(
    nodes: &Nodes,
    mut receiver: UnboundedReceiver<(Ended, Vec<EntryKey>)>,
    mut sinks: Sinks,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    while let Some((ended, keys)) = receiver.recv().await {
        if let Answer::Final(told) = &ended.answer {
            if let Some(file) = &mut sinks.file {
                file.append(told, nodes.name(ended.node), SystemClock.now())?;
            }
            if let Some(minted) = &sinks.minted {
                minted.send_if_modified(|all| {
                    let room = MOST_REMEMBERED.saturating_sub(all.len());
                    all.extend(keys.into_iter().take(room).map(|key| Minted { key, node: ended.node }));
                    room > 0
                });
            }
        }
        tally.add(&ended);
    }
    Ok(tally)
}

/// Makes requests by `request` at their times; ends when the last is answered.
pub(super) async fn reads<F, R>(pace: Pace, stop: watch::Receiver<bool>, mut request: F) -> Figures
where
    F: FnMut(u64) -> R,
    R: Future<Output = (usize, Answer)> + Send + 'static,
{
    let waiting = Arc::new(Semaphore::new(MOST_WAITING));
    let (sender, mut receiver) = unbounded_channel();
    let collector = tokio::spawn(async move {
        let mut tally = Tally::default();
        while let Some(ended) = receiver.recv().await {
            tally.add(&ended);
        }
        tally
    });
    let started = Instant::now();
    let (mut offered, mut skipped) = (0_u64, 0_u64);
    while offered < pace.count() && !*stop.borrow() {
        let due = pace.due(started, offered);
        tokio::time::sleep_until(due.into()).await;
        offered = offered.saturating_add(1);
        let Ok(permit) = Arc::clone(&waiting).try_acquire_owned() else {
            skipped = skipped.saturating_add(1);
            continue;
        };
        let (answer, sender) = (request(offered), sender.clone());
        tokio::spawn(async move {
            let (node, answer) = answer.await;
            let _ = sender.send(Ended { due, at: Instant::now(), node, answer });
            drop(permit);
        });
    }
    drop(sender);
    let mut tally = collector.await.unwrap_or_default();
    tally.offered(offered, skipped);
    tally.figures(started)
}

#[cfg(test)]
mod tests;
