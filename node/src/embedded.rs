//! The ledger of one validator inside another program: the same agreement as in a network, without one. Blocking, for command lines.

use crate::chain::{Agreement, AgreementError, Chain, encoded_len, room};
use crate::clock::Clock;
use crate::error::NodeError;
use crate::mempool::{Admission, Limits, Origin};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{broadcast, mpsc, watch};
use zeroize::Zeroizing;
use zhengku_api::port::BlockNotice;
use zhengku_consensus::{Ended, Guard, Handle, PubSub, Settings, Timings};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::execute::ExecuteError;
use zhengku_ledger::ids::{Height, TimestampMs, TransactionId};
use zhengku_ledger::transaction::{Outcome, RejectCode, VerifiedTransaction};
use zhengku_store::signed_record::SignedRecord;
use zhengku_store::{Store, StoreError};

/// How far the machine's clock may be behind the newest block before writing is refused: more than any honest correction.
const MAX_CLOCK_LAG_MS: u64 = 60_000;
/// One thread for agreement, one for what it is asked meanwhile.
const THREADS: usize = 2;
/// Nobody else votes: nothing is waited for, and a block is made only for transactions.
const TIMINGS: Timings = Timings {
    propose: Duration::from_secs(60),
    prevote: Duration::from_secs(60),
    precommit: Duration::from_secs(60),
    step: Duration::ZERO,
    rebroadcast: Duration::from_secs(60),
    interval: Duration::ZERO,
    idle: Duration::ZERO,
};

/// A decided block, as its submitter sees it.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its height; of several blocks the last one's.
    pub height: Height,
    /// Its time.
    pub time: TimestampMs,
    /// What became of each transaction, in the order given.
    pub outcomes: Vec<Outcome>,
}

/// What is known of a transaction when it is offered.
enum Fate {
    /// It will be decided.
    Waits(TransactionId),
    /// It stands twice in one call: the second one is a repetition of the first.
    Again(TransactionId),
    /// Another transaction of the call has its idempotency key.
    Conflict,
}

impl Fate {
    const fn id(&self) -> Option<TransactionId> {
        match self {
            Self::Waits(id) | Self::Again(id) => Some(*id),
            Self::Conflict => None,
        }
    }

    /// The outcome that the ledger's rules give it.
    fn outcome(&self, decided: &BTreeMap<TransactionId, (Outcome, Height, u32)>) -> Option<Outcome> {
        match self {
            Self::Waits(id) => decided.get(id).map(|(outcome, _, _)| *outcome),
            Self::Again(id) => decided.get(id).map(|(_, height, place)| Outcome::Repeated {
                original: *id,
                height: *height,
                place: *place,
            }),
            Self::Conflict => Some(Outcome::Rejected { code: RejectCode::IdempotencyConflict, item: 0 }),
        }
    }
}

/// Agreement of one, running on threads of its own from the first transaction on.
pub(crate) struct Embedded {
    chain: Arc<Chain>,
    state: Mutex<State>,
    runtime: Runtime,
}

/// Agreement begins with the first transaction: begun without any, it would make an empty block.
enum State {
    Waiting(Box<Waiting>),
    Running(Running),
    Failed,
}

struct Waiting {
    record: SignedRecord,
    signer: Arc<dyn Signer>,
    home: PathBuf,
}

#[derive(Clone)]
struct Running {
    agreement: Handle,
    end: Arc<Mutex<Option<NodeError>>>,
    ended: watch::Receiver<bool>,
}

impl Embedded {
    /// Opens on a store; finishes a block that was recorded and not committed.
    pub(crate) fn open(
        store: Arc<Store>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
        sync: bool,
        home: &Path,
    ) -> Result<Self, NodeError> {
        let record = crate::service::open_record(&store, sync)?;
        let next = store.tip().header.height.next();
        let is_unfinished = record.newest().is_some_and(|signed| signed.height == next);
        // One process, one submitter that waits: the caller is the bound.
        let limits = Limits { transactions: usize::MAX, bytes: usize::MAX, share_percent: 100, ..Limits::default() };
        let chain = Arc::new(Chain::new(store, limits, clock));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("agreement")
            .enable_all()
            .build()
            .map_err(NodeError::file(home))?;
        let waiting = Box::new(Waiting { record, signer, home: home.to_owned() });
        let embedded = Self { chain, state: Mutex::new(State::Waiting(waiting)), runtime };
        if is_unfinished {
            tracing::info!(block.height = next.0, "finishing the block that was recorded before the stop");
            let mut notices = embedded.chain.notices();
            let running = embedded.running()?;
            embedded.wait(&running, &mut notices, |height| height >= next)?;
        }
        Ok(embedded)
    }

    /// Agreement, started if it is not running yet.
    fn running(&self) -> Result<Running, NodeError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = match std::mem::replace(&mut *state, State::Failed) {
            State::Waiting(waiting) => waiting,
            State::Running(running) => {
                *state = State::Running(running.clone());
                return Ok(running);
            }
            State::Failed => return Err(NodeError::Store(StoreError::Stopped)),
        };
        let running = self.start(*waiting)?;
        *state = State::Running(running.clone());
        Ok(running)
    }

    fn start(&self, waiting: Waiting) -> Result<Running, NodeError> {
        let Waiting { record, signer, home } = waiting;
        let chain = Arc::clone(&self.chain);
        // Nobody else is there to offend.
        let (offences, _) = mpsc::unbounded_channel();
        let application =
            Agreement::new(Arc::clone(&chain), record, Some(signer.public_key()), Some(TIMINGS), offences);
        let settings = Settings {
            chain: chain.tip().header.chain,
            signer: Some(signer),
            network_secret: Zeroizing::new([0; 32]),
            listen: None,
            peers: Vec::new(),
            home,
            moniker: "embedded".to_owned(),
            pubsub: PubSub::default(),
            work: chain.mempool().work(),
            guard: Guard::Off,
            lie: None,
        };
        let running = self.runtime.block_on(zhengku_consensus::start(settings, application, chain))?;
        let agreement = running.handle();
        let (ending, ended) = watch::channel(false);
        let end = Arc::new(Mutex::new(None));
        let told = Arc::clone(&end);
        self.runtime.spawn(async move {
            let reason = reason(running.ended().await);
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
            ending.send_replace(true);
        });
        Ok(Running { agreement, end, ended })
    }

    /// Decides transactions. When this returns, they are in certified blocks and durable.
    pub(crate) fn decide(&self, transactions: Vec<VerifiedTransaction>) -> Result<Decision, NodeError> {
        let tip = self.chain.tip();
        self.check_clock(tip.header.time)?;
        let expected = tip.header.chain;
        if let Some(foreign) = transactions.iter().find(|one| one.envelope().chain != expected) {
            return Err(ExecuteError::ForeignTransaction { expected, actual: foreign.envelope().chain }.into());
        }
        let room = room(tip.governance.parameters());
        let entries = |one: &VerifiedTransaction| u64::from(one.payload().entry_count());
        if let Some(large) =
            transactions.iter().find(|one| entries(one) > room.entries || encoded_len(one) > room.bytes)
        {
            let limit = tip.governance.parameters().max_block_entries;
            return Err(ExecuteError::TooLarge { what: "entries", limit, actual: entries(large) }.into());
        }
        let from = tip.header.height;
        let mut notices = self.chain.notices();
        let ids: Vec<TransactionId> = transactions.iter().map(VerifiedTransaction::id).collect();
        let offered = transactions.into_iter().map(|one| (encoded_len(&one), Arc::new(one)));
        let offered = offered.map(|(bytes, one)| (one, bytes)).collect();
        let now = (from, Instant::now());
        let admissions = self.chain.mempool().admit_all(offered, Origin::Peer, room, now);
        let mut fates: Vec<Fate> = Vec::with_capacity(ids.len());
        for (id, admission) in ids.into_iter().zip(admissions) {
            fates.push(match admission {
                Admission::Known if fates.iter().any(|former| former.id() == Some(id)) => Fate::Again(id),
                Admission::Accepted | Admission::Known => Fate::Waits(id),
                Admission::Conflict => Fate::Conflict,
                // Not with the limits of an embedded node, and sizes were looked at before.
                Admission::Full | Admission::TooLarge => return Err(NodeError::Store(StoreError::Stopped)),
            });
        }
        self.follow(&mut notices, from, &fates)
    }

    fn check_clock(&self, newest: TimestampMs) -> Result<(), NodeError> {
        let now = self.chain.clock().now();
        if now.0.saturating_add(MAX_CLOCK_LAG_MS) < newest.0 {
            return Err(NodeError::clock_behind(now, newest));
        }
        Ok(())
    }

    /// Waits until every fate is known.
    fn follow(
        &self,
        notices: &mut broadcast::Receiver<Arc<BlockNotice>>,
        from: Height,
        fates: &[Fate],
    ) -> Result<Decision, NodeError> {
        let running = self.running()?;
        let mut decided: BTreeMap<TransactionId, (Outcome, Height, u32)> = BTreeMap::new();
        let mut newest = self.chain.tip().header.clone();
        let mut seen = from;
        while !fates.iter().filter_map(Fate::id).all(|id| decided.contains_key(&id)) {
            let height = self.wait(&running, notices, |height| height > seen)?;
            for next in (seen.next().0..=height.0).map(Height) {
                let block = self.chain.store().view().block(next)?;
                let ids = block.transactions.iter().map(|one| one.envelope.id());
                for (place, (id, outcome)) in (0..).zip(ids.zip(block.outcomes)) {
                    decided.entry(id).or_insert((outcome, next, place));
                }
                newest = block.header;
            }
            seen = height;
        }
        let outcomes = fates.iter().filter_map(|fate| fate.outcome(&decided)).collect();
        Ok(Decision { height: newest.height, time: newest.time, outcomes })
    }

    /// Waits for a committed height that `is_reached`.
    fn wait(
        &self,
        running: &Running,
        notices: &mut broadcast::Receiver<Arc<BlockNotice>>,
        is_reached: impl Fn(Height) -> bool,
    ) -> Result<Height, NodeError> {
        let mut ended = running.ended.clone();
        self.runtime.block_on(async {
            loop {
                let height = self.chain.height();
                if is_reached(height) {
                    return Ok(height);
                }
                tokio::select! {
                    _ = notices.recv() => {}
                    _ = ended.wait_for(|ended| *ended) => return Err(running.why()),
                }
            }
        })
    }
}

impl Running {
    /// Why agreement has ended: the reason itself for the first who asks.
    fn why(&self) -> NodeError {
        let reason = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        reason.unwrap_or(NodeError::Store(StoreError::Stopped))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let State::Running(running) = std::mem::replace(state, State::Failed) {
            // The store's lock is free when this returns.
            self.runtime.block_on(running.agreement.stop());
        }
    }
}

fn reason(ended: Ended) -> NodeError {
    let Ended::Application(stop) = ended else { return NodeError::Store(StoreError::Stopped) };
    match stop.downcast::<AgreementError>() {
        Ok(error) => match *error {
            AgreementError::Store(error) => NodeError::Store(error),
            AgreementError::Execute(error) => NodeError::Execute(error),
            error => NodeError::Agreement(error),
        },
        Err(stop) => match stop.downcast::<StoreError>() {
            Ok(error) => NodeError::Store(*error),
            Err(stop) => NodeError::Ended { reason: stop.to_string() },
        },
    }
}

#[cfg(test)]
mod tests;
