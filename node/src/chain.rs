//! The ledger of a running node: its store with what waits to be decided, and how a decided block becomes visible.
//!
//! Agreement drives it through [`Agreement`]; the service and the embedded node submit to it and follow its notices.

mod agreement;
mod decode;
mod history;
mod lie;
mod sets;

pub use agreement::{Agreement, AgreementError};
pub use sets::{beginnings, set_at};

use crate::clock::Clock;
use crate::mempool::{Admission, Decided, Limits, Mempool, Origin, Room};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use zhengku_api::port::BlockNotice;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::block::{Certificate, CertifiedBlock};
use zhengku_ledger::entry::{OrganisationStatus, Parameters};
use zhengku_ledger::ids::Height;
use zhengku_ledger::state::{StateView, Tip};
use zhengku_ledger::transaction::{MAX_ITEMS, VerifiedTransaction};
use zhengku_ledger::validator_set::ValidatorSet;
use zhengku_store::{Store, StoreError};

/// Notices that a slow follower may be behind; it then reads the blocks instead.
const KEPT_NOTICES: usize = 256;
/// What a proposal needs beside its transactions.
const PROPOSAL_OVERHEAD_BYTES: usize = 128;
/// Entries that a proposer fills a block with, whatever the ledger allows: any transaction fits (4,096 reissues append two entries each,
/// and one for their approval), and a block of them takes a quarter of a second on two shared cores. A block of 40,960 entries took
/// 1.2 s, which every other department had to wait for.
const PROPOSED_ENTRIES: u64 = 2 * MAX_ITEMS as u64 + 1;

/// A store, its mempool and its followers.
pub struct Chain {
    store: Arc<Store>,
    mempool: Mempool,
    clock: Arc<dyn Clock>,
    notices: broadcast::Sender<Arc<BlockNotice>>,
    committed_ms: AtomicU64,
    committed: Mutex<Instant>,
    votes: Mutex<BTreeMap<PublicKey, Height>>,
}

/// What became of a transaction that was offered to the node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// It waits now.
    Accepted,
    /// It waited already.
    Known,
    /// It was decided before: there is a receipt.
    Decided,
    /// Another transaction has, or waits under, its idempotency key.
    Conflict,
    /// There is no room now.
    Full,
    /// No block could hold it.
    TooLarge,
    /// It is for another ledger.
    ForeignChain,
    /// Its organisation may not act, or has no such key.
    UnknownSigner,
}

impl Chain {
    /// Over an open store.
    #[must_use]
    pub fn new(store: Arc<Store>, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let committed_ms = AtomicU64::new(store.tip().header.time.0);
        let notices = broadcast::Sender::new(KEPT_NOTICES);
        Self {
            store,
            mempool: Mempool::new(limits),
            clock,
            notices,
            committed_ms,
            committed: Mutex::new(Instant::now()),
            votes: Mutex::default(),
        }
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What waits.
    #[must_use]
    pub const fn mempool(&self) -> &Mempool {
        &self.mempool
    }

    /// The wall clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The newest state.
    #[must_use]
    pub fn tip(&self) -> Arc<Tip> {
        self.store.tip()
    }

    /// A notice of every block that is committed from now on.
    #[must_use]
    pub fn notices(&self) -> broadcast::Receiver<Arc<BlockNotice>> {
        self.notices.subscribe()
    }

    /// When the newest block was committed here, by this machine's clock; before the first one, the newest block's time.
    #[must_use]
    pub fn committed_ms(&self) -> u64 {
        self.committed_ms.load(Ordering::Relaxed)
    }

    /// How long ago the newest block was committed, or the node started.
    #[must_use]
    pub fn since_commit(&self) -> Duration {
        self.committed.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// The newest height whose certificate holds a vote of this key, since the start.
    #[must_use]
    pub fn last_vote(&self, key: &PublicKey) -> Option<Height> {
        self.votes.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    /// Takes note of who voted.
    fn note_votes(&self, certificate: &Certificate, validators: &ValidatorSet) {
        let mut votes = self.votes.lock().unwrap_or_else(PoisonError::into_inner);
        for vote in certificate.votes.iter() {
            if let Some(validator) = validators.at(vote.validator) {
                votes.insert(validator.key.clone(), certificate.height);
            }
        }
    }

    /// Takes note of the votes that came after the decision, and of those that never came.
    fn note_late_votes(&self, certificate: &Certificate) {
        let tip = self.tip();
        let Some(validators) = self.validators_of(&tip).filter(|_| certificate.block == tip.id) else { return };
        self.note_votes(certificate, &validators);
        for (place, validator) in (0_u16..).zip(validators.as_slice()) {
            if certificate.votes.iter().all(|vote| vote.validator != place) {
                let name = validator.name.as_str().to_owned();
                metrics::counter!("zk_consensus_missed_votes_total", "validator" => name).increment(1);
            }
        }
    }

    /// Offers a transaction to the mempool, when the ledger could apply it at all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn offer(&self, transaction: VerifiedTransaction, origin: Origin) -> Result<Offer, StoreError> {
        let view = self.store.view();
        let envelope = transaction.envelope();
        let tip = view.tip();
        if envelope.chain != tip.header.chain {
            return Ok(Offer::ForeignChain);
        }
        let organisation = tip.directory.organisation(envelope.organisation);
        let may_act = organisation
            .is_some_and(|one| one.status == OrganisationStatus::Active && one.keys.contains(&envelope.signer));
        if !may_act {
            return Ok(Offer::UnknownSigner);
        }
        if let Some(applied) = view.applied(envelope.organisation, &envelope.idempotency)? {
            return Ok(if applied.transaction == transaction.id() { Offer::Decided } else { Offer::Conflict });
        }
        let bytes = encoded_len(&transaction);
        let now = (tip.header.height, Instant::now());
        let admission =
            self.mempool.admit(Arc::new(transaction), bytes, origin, room(tip.governance.parameters()), now);
        Ok(match admission {
            Admission::Accepted => Offer::Accepted,
            Admission::Known => Offer::Known,
            Admission::Conflict => Offer::Conflict,
            Admission::Full => Offer::Full,
            Admission::TooLarge => Offer::TooLarge,
        })
    }

    /// Writes a certified block and tells everybody who waits for it.
    ///
    /// # Errors
    /// [`StoreError`]; the node must stop then.
    fn commit(&self, block: CertifiedBlock) -> Result<(), StoreError> {
        let executed = block.executed();
        let (transactions, outcomes) = (executed.transactions(), executed.outcomes());
        let decided: Vec<Decided> =
            transactions.iter().zip(outcomes).map(|(transaction, outcome)| Decided::of(transaction, outcome)).collect();
        let certificate = block.certificate();
        self.note_votes(certificate, executed.validators());
        let notice = Arc::new(BlockNotice {
            header: executed.header().clone(),
            round: certificate.round,
            voters: certificate.votes.iter().map(|vote| vote.validator).collect(),
            entries: executed.entries().len() as u64,
            outcomes: transactions.iter().map(VerifiedTransaction::id).zip(outcomes.iter().copied()).collect(),
        });
        let begun = Instant::now();
        self.store.commit(block)?;
        metrics::histogram!("zk_store_write_seconds").record(begun.elapsed().as_secs_f64());
        self.mempool.decided(decided);
        self.mempool.expire(notice.header.height, Instant::now());
        let now = self.clock.now().0;
        let former = self.committed_ms.swap(now, Ordering::Relaxed);
        *self.committed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        metrics::gauge!("zk_consensus_height").set(notice.header.height.0 as f64);
        metrics::gauge!("zk_consensus_round").set(f64::from(notice.round));
        let interval_s = Duration::from_millis(now.saturating_sub(former)).as_secs_f64();
        metrics::histogram!("zk_consensus_block_interval_seconds").record(interval_s);
        // Without followers there is nobody to tell.
        let _ = self.notices.send(notice);
        Ok(())
    }

    /// The newest height.
    #[must_use]
    pub fn height(&self) -> Height {
        self.tip().header.height
    }
}

/// The room of a block by the ledger's parameters.
#[must_use]
pub fn room(parameters: &Parameters) -> Room {
    let bytes = usize::try_from(parameters.max_block_bytes).unwrap_or(usize::MAX);
    Room {
        transactions: usize::try_from(parameters.max_block_transactions).unwrap_or(usize::MAX),
        entries: u64::from(parameters.max_block_entries),
        bytes: bytes.saturating_sub(PROPOSAL_OVERHEAD_BYTES),
    }
}

/// What a proposer takes of that room.
fn proposed(room: Room) -> Room {
    Room { entries: room.entries.min(PROPOSED_ENTRIES), ..room }
}

/// The canonical length of a transaction, without keeping its bytes.
pub(crate) fn encoded_len(transaction: &VerifiedTransaction) -> usize {
    borsh::object_length(transaction.signed()).unwrap_or(usize::MAX)
}
