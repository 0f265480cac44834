//! Transactions that are signed ahead of the moment they are due, on a thread of their own.

use super::super::workload::{Prepared, Workload};
use tokio::sync::{mpsc, oneshot};
use zhengku_node::NodeError;

/// Signed transactions in the order they are sent.
pub(super) struct Feed {
    receiver: mpsc::Receiver<Result<Prepared, NodeError>>,
    prepared: Option<oneshot::Receiver<()>>,
}

impl Feed {
    /// Begins to prepare `count` transactions of `items` licences, at most `ahead` of them before they are taken.
    pub(super) fn start(mut workload: Workload, items: u64, count: u64, ahead: u64) -> Self {
        let ahead = count.min(ahead).max(1);
        let (sender, receiver) = mpsc::channel(usize::try_from(ahead).unwrap_or(usize::MAX));
        let (ready, prepared) = oneshot::channel();
        std::thread::spawn(move || {
            let mut ready = Some(ready);
            for number in 1..=count {
                let made = workload.transaction(items);
                let has_failed = made.is_err();
                // The receiver is gone when the load ended early.
                if sender.blocking_send(made).is_err() || has_failed {
                    break;
                }
                if let Some(ready) = ready.take_if(|_| number >= ahead) {
                    let _ = ready.send(());
                }
            }
        });
        Self { receiver, prepared: Some(prepared) }
    }

    /// Waits until everything is prepared that is prepared before the clock starts.
    pub(super) async fn prepared(&mut self) {
        if let Some(prepared) = self.prepared.take() {
            // An error says that the thread ended early; the next transaction tells why.
            let _ = prepared.await;
        }
    }

    /// The next transaction; none after the last.
    pub(super) async fn next(&mut self) -> Option<Result<Prepared, NodeError>> {
        self.receiver.recv().await
    }
}
