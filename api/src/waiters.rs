//! Submitters that wait for a decision: one listener for all of them, so that a block of ten thousand transactions costs one pass.

use crate::port::{BlockNotice, Ledger};
use crate::problem::{Code, Problem};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use zhengku_ledger::ids::TransactionId;
use zhengku_ledger::transaction::Outcome;

/// Where a transaction was decided.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) notice: Arc<BlockNotice>,
    pub(crate) place: u32,
    pub(crate) outcome: Outcome,
}

type Waiting = BTreeMap<TransactionId, Vec<oneshot::Sender<Decided>>>;

/// Everybody who waits.
pub(crate) struct Waiters {
    waiting: Arc<Mutex<Waiting>>,
    listening: OnceLock<()>,
    limit: usize,
}

impl Waiters {
    pub(crate) fn new(limit: usize) -> Self {
        Self { waiting: Arc::default(), listening: OnceLock::new(), limit }
    }

    /// Waits from now on. The answer may be dropped: when the listener missed blocks, the waiter must read the receipt itself.
    pub(crate) fn wait(
        &self,
        ledger: &Arc<dyn Ledger>,
        id: TransactionId,
    ) -> Result<oneshot::Receiver<Decided>, Problem> {
        self.listening.get_or_init(|| {
            tokio::spawn(listen(ledger.blocks(), Arc::clone(&self.waiting)));
        });
        let (answer, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= self.limit {
            // Those who gave up make room.
            waiting.retain(|_, answers| answers.iter().any(|answer| !answer.is_closed()));
        }
        if waiting.len() >= self.limit {
            return Err(Problem::new(Code::Overloaded, "too many submitters wait").retry_after_ms(1000));
        }
        let answers = waiting.entry(id).or_default();
        answers.retain(|answer| !answer.is_closed());
        answers.push(answer);
        Ok(receiver)
    }
}

async fn listen(mut blocks: tokio::sync::broadcast::Receiver<Arc<BlockNotice>>, waiting: Arc<Mutex<Waiting>>) {
    loop {
        match blocks.recv().await {
            Ok(notice) => answer(&notice, &waiting),
            // Blocks were missed: everybody reads for himself.
            Err(RecvError::Lagged(_)) => waiting.lock().unwrap_or_else(PoisonError::into_inner).clear(),
            Err(RecvError::Closed) => {
                waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return;
            }
        }
    }
}

fn answer(notice: &Arc<BlockNotice>, waiting: &Mutex<Waiting>) {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.is_empty() {
        return;
    }
    for (place, (id, outcome)) in (0_u32..).zip(&notice.outcomes) {
        for answer in waiting.remove(id).into_iter().flatten() {
            let decided = Decided { notice: Arc::clone(notice), place, outcome: *outcome };
            // Whoever gave up does not listen any more.
            let _gone = answer.send(decided);
        }
    }
}
