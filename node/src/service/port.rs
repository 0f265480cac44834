//! What the HTTP interface is given of the node.

use super::Shared;
use crate::chain::{Chain, Offer, beginnings, set_at};
use crate::mempool::Origin;
use async_trait::async_trait;
use std::sync::{Arc, PoisonError};
use tokio::sync::broadcast;
use zhengku_api::desk::port::Public;
use zhengku_api::port::{
    Block, BlockNotice, Ledger, Network, PortError, Receipt, SetChange, SubmitError, TransactionSummary, Witness,
};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::handover::{Handover, History, MAX_HANDOVERS};
use zhengku_ledger::ids::{EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber};
use zhengku_ledger::receipt;
use zhengku_ledger::state::{StateView as _, Tip};
use zhengku_ledger::transaction::{Outcome, VerifiedTransaction};
use zhengku_store::{BlockReceipts, StoreError, StoredTransaction, View, Witnessed};

/// When a client that was told "full" may try again: a few blocks later.
const RETRY_AFTER_MS: u64 = 1_000;

/// Blocks whose receipts are held: a full one takes about 3 MB.
const KEPT_BLOCKS: usize = 4;

/// The validator set changed more often than a history file can show.
#[derive(Debug, thiserror::Error)]
#[error("{changes} changes of the validator set; a history file holds {MAX_HANDOVERS}")]
struct TooManyChanges {
    changes: usize,
}

fn reading(source: StoreError) -> PortError {
    PortError { context: "reading the ledger", source: Box::new(source) }
}

impl Shared {
    fn view(&self) -> View<'_> {
        self.chain.store().view()
    }

    /// The receipts of a block; those of the newest blocks are asked for by everybody who waits.
    fn receipts_of(&self, view: &View<'_>, height: Height) -> Result<Arc<BlockReceipts>, StoreError> {
        // Held while the trees are built: of many who ask for the newest block at once, one builds them.
        let mut kept = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = kept.iter().find(|block| block.height() == height) {
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(view.receipts(height)?);
        if kept.len() >= KEPT_BLOCKS {
            kept.remove(0);
        }
        kept.push(Arc::clone(&block));
        Ok(block)
    }

    fn whole_receipt(
        &self,
        organisation: OrganisationNumber,
        key: &IdempotencyKey,
    ) -> Result<Option<receipt::Receipt>, StoreError> {
        let view = self.view();
        let Some(at) = view.applied(organisation, key)? else { return Ok(None) };
        self.receipts_of(&view, at.height)?.receipt(at.place).map(Some)
    }
}

#[async_trait]
impl Ledger for Shared {
    fn tip(&self) -> Arc<Tip> {
        self.chain.tip()
    }

    fn network(&self) -> Network {
        self.picture()
    }

    fn blocks(&self) -> broadcast::Receiver<Arc<BlockNotice>> {
        self.chain.notices()
    }

    async fn submit(&self, transaction: VerifiedTransaction) -> Result<(), SubmitError> {
        if *self.stopping.borrow() {
            return Err(SubmitError::Stopping);
        }
        let height = self.chain.height();
        if !self.can_decide() && !self.is_decided(&transaction) {
            return Err(SubmitError::NoQuorum { height });
        }
        let offer = self.chain.offer(transaction, Origin::Here).map_err(|error| {
            tracing::error!(%error, "reading the ledger");
            SubmitError::Stopping
        })?;
        match offer {
            Offer::Accepted | Offer::Known | Offer::Decided => Ok(()),
            Offer::Conflict => Err(SubmitError::Conflict),
            Offer::Full | Offer::TooLarge => Err(SubmitError::Full { retry_after_ms: RETRY_AFTER_MS }),
            Offer::ForeignChain => Err(SubmitError::ForeignChain),
            Offer::UnknownSigner => Err(SubmitError::UnknownSigner),
        }
    }

    fn receipt(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<Receipt>, PortError> {
        let receipt = self.whole_receipt(organisation, key).map_err(reading)?;
        Ok(receipt.map(|receipt| Receipt {
            transaction: receipt.transaction(),
            header: receipt.header,
            certificate: receipt.certificate,
            place: receipt.place,
            outcome: receipt.outcome,
            transaction_path: receipt.transaction_path,
            outcome_path: receipt.outcome_path,
        }))
    }

    fn receipt_file(
        &self,
        organisation: OrganisationNumber,
        key: &IdempotencyKey,
    ) -> Result<Option<String>, PortError> {
        let receipt = self.whole_receipt(organisation, key).map_err(reading)?;
        Ok(receipt.map(|receipt| receipt.to_file()))
    }

    fn block(&self, height: Height) -> Result<Option<Block>, PortError> {
        let view = self.view();
        if height > view.tip().header.height {
            return Ok(None);
        }
        let block = view.block(height).map_err(reading)?;
        let unknown = || reading(StoreError::NoSuchHeight { asked: height, newest: view.tip().header.height });
        // Block 0 has no votes; the set it names is that of height 1.
        let validators = set_at(view.tip(), height.max(Height(1))).ok_or_else(unknown)?;
        let transactions = block.transactions.iter().zip(&block.outcomes).map(summary).collect();
        let (header, certificate, superseded) = (block.header, block.certificate, block.superseded);
        Ok(Some(Block { header, certificate, validators, transactions, superseded }))
    }

    fn entry(&self, index: LogIndex) -> Result<Option<Entry>, PortError> {
        let view = self.view();
        if index.0 >= view.tip().header.log_size {
            return Ok(None);
        }
        view.entry(index).map(Some).map_err(reading)
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        crate::node::find_all(&self.view(), keys).map_err(reading)
    }

    fn find_file(&self, sha256: &Digest) -> Result<Option<(LogIndex, Entry)>, PortError> {
        self.view().find_file(sha256).map_err(reading)
    }

    fn prove(&self, key: &EntryKey, height: Height) -> Result<Option<Witness>, PortError> {
        let view = self.view();
        if height > view.tip().header.height {
            return Ok(None);
        }
        let size = if height == view.tip().header.height {
            view.tip().header.log_size
        } else {
            view.block(height).map_err(reading)?.header.log_size
        };
        let Some((index, _)) = view.find_at(key, size).map_err(reading)? else { return Ok(None) };
        Ok(view.witness(index, height).map_err(reading)?.map(witness))
    }

    fn prove_at(&self, index: LogIndex, height: Height) -> Result<Option<Witness>, PortError> {
        Ok(self.view().witness(index, height).map_err(reading)?.map(witness))
    }

    fn proof_file(&self, key: &EntryKey, height: Height) -> Result<Option<String>, PortError> {
        let view = self.view();
        // Block 0 has no certificate, and no licence.
        if height == Height(0) || height > view.tip().header.height {
            return Ok(None);
        }
        let proof = view.prove(key, Some(height), Vec::new()).map_err(reading)?;
        Ok(proof.map(|proof| proof.to_file()))
    }

    fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, PortError> {
        let proof = self.view().prove_file(sha256).map_err(reading)?;
        Ok(proof.map(|proof| proof.to_file()))
    }

    fn consistency(&self, old: u64, new: u64) -> Result<Vec<Digest>, PortError> {
        self.view().consistency(old, new).map_err(reading)
    }

    fn checkpoint(&self) -> Result<Option<String>, PortError> {
        Ok(self.checkpoints.newest())
    }

    fn tile(&self, level: u8, place: u64, width: u16) -> Result<Option<Vec<u8>>, PortError> {
        self.view().tile(level, place, width).map_err(reading)
    }

    fn bundle(&self, place: u64, width: u16) -> Result<Option<Vec<u8>>, PortError> {
        self.view().bundle(place, width).map_err(reading)
    }

    fn bitmap(&self, height: Height) -> Result<Option<Vec<u8>>, PortError> {
        self.view().bitmap(height).map_err(reading)
    }

    fn superseded(&self, from: Height, to: Height) -> Result<Vec<LogIndex>, PortError> {
        self.view().superseded(from, to).map_err(reading)
    }

    fn validator_history(&self) -> Result<Vec<SetChange>, PortError> {
        sets_of(&self.view())
    }

    fn history_file(&self) -> Result<String, PortError> {
        history_file(&self.chain)
    }

    fn public(&self) -> Option<Arc<dyn Public>> {
        Some(Arc::clone(&self.public))
    }
}

/// Every validator set with its beginning, oldest first.
fn sets_of(view: &View<'_>) -> Result<Vec<SetChange>, PortError> {
    let tip = view.tip();
    let change = |from: Height| {
        let Some(validators) = set_at(tip, from) else { return Ok(None) };
        let before = Height(from.0.saturating_sub(1));
        let handover = view.block(before).map_err(reading)?;
        let handover = handover.certificate.map(|certificate| (handover.header, certificate));
        Ok(Some(SetChange { from, validators, handover }))
    };
    let mut changes: Vec<SetChange> = Vec::new();
    for from in beginnings(tip) {
        let Some(next) = change(from)? else { continue };
        // A term may end and begin again without changing the set.
        if changes.last().is_none_or(|former| former.validators != next.validators) {
            changes.push(next);
        }
    }
    Ok(changes)
}

fn history_file(chain: &Chain) -> Result<String, PortError> {
    let handed_over = |change: SetChange| {
        let (header, certificate) = change.handover?;
        Some(Handover { header, certificate, next: change.validators })
    };
    let handovers: Vec<Handover> = sets_of(&chain.store().view())?.into_iter().filter_map(handed_over).collect();
    let changes = handovers.len();
    let history = History::new(chain.tip().header.chain, handovers);
    let history = history
        .ok_or_else(|| PortError { context: "writing the history", source: Box::new(TooManyChanges { changes }) })?;
    Ok(history.to_file())
}

/// The history file of a chain; none when its validators never changed.
pub(crate) fn history_of(chain: &Chain) -> Result<Option<Vec<u8>>, zhengku_library::port::PortError> {
    let failed = |error: PortError| zhengku_library::port::PortError { context: error.context, source: error.source };
    let changes = sets_of(&chain.store().view()).map_err(failed)?;
    if changes.iter().all(|change| change.handover.is_none()) {
        return Ok(None);
    }
    history_file(chain).map(|text| Some(text.into_bytes())).map_err(failed)
}

fn witness(found: Witnessed) -> Witness {
    Witness { header: found.header, certificate: found.certificate, proof: found.proof, is_current: found.is_current }
}

fn summary((transaction, outcome): (&StoredTransaction, &Outcome)) -> TransactionSummary {
    let envelope = &transaction.envelope;
    TransactionSummary {
        id: envelope.id(),
        organisation: envelope.organisation,
        idempotency: envelope.idempotency,
        kind: envelope.kind,
        items: envelope.count,
        outcome: *outcome,
    }
}
