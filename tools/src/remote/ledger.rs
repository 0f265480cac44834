//! The ports of the library over HTTP: an import does not know whether its ledger is here or elsewhere.

use super::{Caller, Client, RemoteError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use zhengku_api_types as types;
use zhengku_ledger::codec;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{ChainId, EntryKey, Height, LogIndex, TimestampMs, TransactionId};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::{Outcome, RejectCode, SignedTransaction};
use zhengku_library::port::{PortError, Read, Receipt, Submit};

/// Keys asked for at once: the interface's limit.
const MAX_KEYS: usize = 4_096;
/// Transactions submitted at once: the interface takes 512, and 8 MiB.
const MAX_BATCH_BYTES: usize = 6 * 1024 * 1024;
/// How long a submission is tried again while the node is full or has no quorum.
const PATIENCE: Duration = Duration::from_secs(120);
/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// A ledger behind a node's interface. Every entry is read in its canonical bytes; what the node says about them is believed: a
/// department trusts its node, everybody else verifies proofs.
pub(crate) struct RemoteLedger {
    client: Client,
    runtime: Runtime,
    chain: ChainId,
    directory: Mutex<Directory>,
}

impl RemoteLedger {
    /// Connects, reads organisations and licence types, and lets `caller` choose who signs requests.
    pub(crate) fn connect(
        client: Client,
        caller: impl FnOnce(&Directory) -> Option<Caller>,
    ) -> Result<Self, RemoteError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime =
            runtime.map_err(|error| RemoteError::Unreachable { url: String::new(), reason: error.to_string() })?;
        let status = runtime.block_on(client.status())?;
        let chain = ChainId::from_digest(*status.chain.digest());
        let directory = runtime.block_on(client.directory())?;
        let client = client.with_caller(caller(&directory));
        Ok(Self { client, runtime, chain, directory: Mutex::new(directory) })
    }

    /// The node.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for an answer; not to be called from a task.
    pub(crate) fn wait<F: Future>(&self, asked: F) -> F::Output {
        self.runtime.block_on(asked)
    }

    /// Reads organisations and licence types again.
    pub(crate) fn refresh(&self) -> Result<(), RemoteError> {
        let directory = self.wait(self.client.directory())?;
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = directory;
        Ok(())
    }

    /// Decides one transaction and insists that it was applied.
    pub(crate) fn apply(&self, transaction: SignedTransaction) -> Result<types::Decision, RemoteError> {
        let decided = self.decide(&[transaction])?.pop();
        let decision = decided.ok_or_else(|| self.form("no decision"))?;
        match outcome(&decision.outcome) {
            Some(Outcome::Rejected { code, .. }) => Err(RemoteError::Rejected { code }),
            Some(_) => Ok(decision),
            None => Err(self.form("a reject code of a newer program")),
        }
    }

    /// The newest entry of each key, decoded.
    pub(crate) fn entries(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, RemoteError> {
        let mut all = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_KEYS) {
            let found = self.wait(self.client.find(keys))?;
            if found.items.len() != keys.len() {
                return Err(self.form("another number of entries than of keys"));
            }
            for (key, item) in keys.iter().zip(found.items) {
                let entry = item.map(|item| self.entry(key, &item)).transpose()?;
                all.push(entry);
            }
        }
        Ok(all)
    }

    fn entry(&self, key: &EntryKey, item: &types::FoundEntry) -> Result<(LogIndex, Entry), RemoteError> {
        let entry: Entry = Entry::decode(&item.canonical.0).map_err(|error| self.form(&error.to_string()))?;
        if entry.key == *key { Ok((LogIndex(item.index), entry)) } else { Err(self.form("an entry of another key")) }
    }

    fn form(&self, reason: &str) -> RemoteError {
        RemoteError::Form { url: "node".to_owned(), reason: reason.to_owned() }
    }

    /// Submits and waits; gives the decisions in order. What is full, or without a quorum, is tried again for a while: a transaction
    /// that was decided meanwhile is answered from its receipt.
    pub(crate) fn decide(&self, transactions: &[SignedTransaction]) -> Result<Vec<types::Decision>, RemoteError> {
        let encoded: Vec<Vec<u8>> = transactions.iter().map(codec::encode).collect();
        let mut decisions: Vec<Option<types::Decision>> = vec![None; encoded.len()];
        let deadline = std::time::Instant::now().checked_add(PATIENCE);
        loop {
            let open: Vec<usize> =
                (0..decisions.len()).filter(|place| decisions.get(*place).is_some_and(Option::is_none)).collect();
            if open.is_empty() {
                return Ok(decisions.into_iter().flatten().collect());
            }
            let error = match self.submit_once(&encoded, &open, &mut decisions) {
                Ok(()) => continue,
                Err(error) => error,
            };
            if !error.is_passing() || deadline.is_none_or(|deadline| std::time::Instant::now() > deadline) {
                return Err(error);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// One try of those that are open, as many as fit one request.
    fn submit_once(
        &self,
        encoded: &[Vec<u8>],
        open: &[usize],
        decisions: &mut [Option<types::Decision>],
    ) -> Result<(), RemoteError> {
        let (mut bytes, mut places, mut batch) = (0_usize, Vec::new(), Vec::new());
        for place in open {
            let Some(transaction) = encoded.get(*place) else { continue };
            bytes = bytes.saturating_add(transaction.len());
            if !batch.is_empty() && bytes > MAX_BATCH_BYTES {
                break;
            }
            places.push(*place);
            batch.push(transaction.clone());
        }
        let items = self.wait(self.client.submit(&batch))?;
        let mut passing = None;
        for (place, item) in places.into_iter().zip(items) {
            match item {
                types::BatchItem::Decided(decision) => {
                    if let Some(slot) = decisions.get_mut(place) {
                        *slot = Some(decision);
                    }
                }
                types::BatchItem::Accepted(_) => passing = Some(RemoteError::Undecided),
                types::BatchItem::Refused(problem) => {
                    let error = RemoteError::Problem(Box::new(problem));
                    if !error.is_passing() {
                        return Err(error);
                    }
                    passing = Some(error);
                }
            }
        }
        passing.map_or(Ok(()), Err)
    }
}

/// The outcome as the ledger has it; none for a reject code that this program does not know.
pub(super) fn outcome(outcome: &types::Outcome) -> Option<Outcome> {
    Some(match outcome {
        types::Outcome::Applied { first, count } => Outcome::Applied { first: LogIndex(*first), count: *count },
        types::Outcome::Repeated { original, height, place } => Outcome::Repeated {
            original: TransactionId::from_digest(*original.digest()),
            height: Height(*height),
            place: *place,
        },
        types::Outcome::Rejected { code, item, .. } => Outcome::Rejected {
            code: RejectCode::ALL.iter().copied().find(|known| known.number() == *code)?,
            item: *item,
        },
    })
}

impl Submit for RemoteLedger {
    fn submit(&self, transactions: Vec<SignedTransaction>) -> Result<Receipt, PortError> {
        let port = |source: RemoteError| PortError { context: "deciding on the network", source: Box::new(source) };
        let decisions = self.decide(&transactions).map_err(port)?;
        let outcomes = decisions.iter().map(|decision| outcome(&decision.outcome)).collect::<Option<Vec<_>>>();
        let newest = decisions.iter().max_by_key(|decision| decision.height);
        Ok(Receipt {
            height: Height(newest.map_or(0, |newest| newest.height)),
            time: TimestampMs(newest.map_or(0, |newest| newest.time_ms)),
            outcomes: outcomes.ok_or_else(|| port(self.form("a reject code of a newer program")))?,
        })
    }
}

impl Read for RemoteLedger {
    fn chain(&self) -> ChainId {
        self.chain
    }

    fn directory(&self) -> Directory {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        self.entries(keys).map_err(|source| PortError { context: "reading the ledger", source: Box::new(source) })
    }
}
