//! A ledger in memory behind the interface: four validators, six organisations, fifty blocks of licences. The same on every machine.

#[path = "fake/content.rs"]
mod content;
#[path = "fake/state.rs"]
mod state;

use async_trait::async_trait;
use content::Sequence;
pub(crate) use content::{
    BARRED, DEFINER, GOVERNOR, ISSUER, OTHER_ISSUER, PSEUDONYM_KEY, conflicting, first_type_code, signer_of,
};
pub(crate) use content::{file_of, key_of};
use state::State;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};
use std::time::Instant;
use tokio::sync::broadcast;
use zhengku_api::desk::port::Public;
use zhengku_api::port::{
    Block, BlockNotice, Ledger, Network, NodePicture, PortError, Receipt, Role, SetChange, SubmitError,
    TransactionSummary, Witness,
};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{OutcomeTree, StaticTree, TransactionTree, leaf_hash};
use zhengku_ledger::codec;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::handover::History;
use zhengku_ledger::ids::{EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber};
use zhengku_ledger::log::proof;
use zhengku_ledger::proof::EntryProof;
use zhengku_ledger::receipt;
use zhengku_ledger::state::{StateView, Tip};
use zhengku_ledger::transaction::VerifiedTransaction;

/// How the fake answers submissions.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Conduct {
    /// Each submission becomes a block at once.
    Prompt = 0,
    /// Submissions wait until [`Fake::mine`].
    Patient = 1,
    /// The mempool is full.
    Full = 2,
    /// No quorum.
    Cut = 3,
    /// Every read fails.
    Broken = 4,
    /// Every read panics.
    Panicking = 5,
}

/// The ledger.
pub(crate) struct Fake {
    state: RwLock<State>,
    waiting: RwLock<Vec<VerifiedTransaction>>,
    blocks: broadcast::Sender<Arc<BlockNotice>>,
    conduct: AtomicU8,
    lag_ms: AtomicU64,
    /// How many heights the other nodes are above this one.
    behind: AtomicU64,
    down: RwLock<BTreeSet<usize>>,
    started: Instant,
    /// What it shows beside the ledger.
    public: OnceLock<Arc<dyn Public>>,
}

impl Fake {
    /// Offers catalogue, seals and verification from now on.
    pub(crate) fn offer(&self, public: Arc<dyn Public>) {
        assert!(self.public.set(public).is_ok());
    }

    /// A ledger of `blocks` blocks and more.
    pub(crate) fn new(blocks: u64) -> Arc<Self> {
        let mut state = State::new();
        let mut sequence = Sequence(7);
        while state.tip().header.height.0 < blocks {
            let transactions = content::transactions(&state, &mut sequence);
            state.mine(transactions);
        }
        Arc::new(Self {
            state: RwLock::new(state),
            waiting: RwLock::default(),
            blocks: broadcast::channel(64).0,
            conduct: AtomicU8::new(Conduct::Prompt as u8),
            lag_ms: AtomicU64::new(0),
            behind: AtomicU64::new(0),
            down: RwLock::default(),
            public: OnceLock::new(),
            started: Instant::now(),
        })
    }

    /// Changes how it answers.
    pub(crate) fn behave(&self, conduct: Conduct) {
        self.conduct.store(conduct as u8, Ordering::Relaxed);
    }

    /// Pretends that the newest block is that much older.
    pub(crate) fn lag(&self, ms: u64) {
        self.lag_ms.store(ms, Ordering::Relaxed);
    }

    /// The other nodes are so many heights further.
    pub(crate) fn fall_behind(&self, heights: u64) {
        self.behind.store(heights, Ordering::Relaxed);
    }

    /// Pretends that these validators are not connected.
    pub(crate) fn cut(&self, places: &[usize]) {
        *self.down.write().unwrap() = places.iter().copied().collect();
    }

    fn is(&self, conduct: Conduct) -> bool {
        self.conduct.load(Ordering::Relaxed) == conduct as u8
    }

    /// Puts everything that waits into a block.
    pub(crate) fn mine(&self) {
        let transactions = std::mem::take(&mut *self.waiting.write().unwrap());
        let notice = self.state.write().unwrap().mine(transactions);
        let _ = self.blocks.send(Arc::new(notice));
    }

    /// A block of sample transactions, beside what waits.
    pub(crate) fn mine_sample(&self) {
        let waiting = std::mem::take(&mut *self.waiting.write().unwrap());
        let mut state = self.state.write().unwrap();
        let mut sequence = Sequence(state.tip().header.height.0);
        let mut transactions = content::transactions(&state, &mut sequence);
        transactions.extend(waiting);
        let notice = state.mine(transactions);
        drop(state);
        let _ = self.blocks.send(Arc::new(notice));
    }

    /// A licence of the sample that is current.
    pub(crate) fn licence_key(&self) -> EntryKey {
        let state = self.state.read().unwrap();
        let entries = (0..state.tip().header.log_size).map(|index| state.entry_at(LogIndex(index)).unwrap());
        entries.filter(|entry| entry.licence().is_some()).map(|entry| entry.key).next().unwrap()
    }

    /// A transaction that mints one licence.
    pub(crate) fn mint(&self, number: u64) -> VerifiedTransaction {
        content::mint_one(self.tip().header.chain, number)
    }

    /// A transaction for another ledger.
    pub(crate) fn foreign_mint(number: u64) -> VerifiedTransaction {
        content::mint_one(zhengku_ledger::ids::ChainId::from_digest(Digest::ZERO), number)
    }

    /// A transaction signed with a key that is not the organisation's.
    pub(crate) fn mint_by_stranger(&self, number: u64) -> VerifiedTransaction {
        content::mint_by_stranger(self.tip().header.chain, number)
    }

    fn read<T>(&self, what: impl FnOnce(&State) -> T) -> Result<T, PortError> {
        if self.is(Conduct::Panicking) {
            panic!("planted");
        }
        if self.is(Conduct::Broken) {
            return Err(PortError { context: "fake", source: "a secret cause".into() });
        }
        Ok(what(&self.state.read().unwrap()))
    }
}

#[async_trait]
impl Ledger for Fake {
    fn public(&self) -> Option<Arc<dyn Public>> {
        self.public.get().cloned()
    }

    fn tip(&self) -> Arc<Tip> {
        self.state.read().unwrap().tip_shared()
    }

    fn network(&self) -> Network {
        let state = self.state.read().unwrap();
        let (tip, down) = (state.tip(), self.down.read().unwrap());
        let picture = |place: usize| NodePicture {
            name: format!("v{place}"),
            organisation: OrganisationNumber(0),
            role: Role::Validator,
            is_connected: !down.contains(&place),
            height: Some(Height(
                tip.header.height.0 + if place == 0 { 0 } else { self.behind.load(Ordering::Relaxed) },
            )),
            round_trip_us: (place != 0).then_some(800 + 100 * place as u64),
            last_vote: Some(tip.header.height),
            certificate_ends_ms: Some(tip.header.time.0 + 86_400_000 * 90),
            url: Some(format!("http://127.0.0.1:81{place:02}")),
        };
        let now_ms =
            tip.header.time.0 + self.lag_ms.load(Ordering::Relaxed) + self.started.elapsed().as_millis() as u64 % 1000;
        let waiting = self.waiting.read().unwrap();
        Network {
            name: "v0".to_owned(),
            role: Role::Validator,
            nodes: (0..4).map(picture).collect(),
            deciding: (tip.header.height.next(), 0),
            waiting: (waiting.len(), waiting.iter().map(|one| one.signed().encode().len()).sum()),
            has_quorum: down.len() < 2 && !self.is(Conduct::Cut),
            committed_ms: tip.header.time.0,
            now_ms,
            offences: 0,
        }
    }

    fn blocks(&self) -> broadcast::Receiver<Arc<BlockNotice>> {
        self.blocks.subscribe()
    }

    async fn submit(&self, transaction: VerifiedTransaction) -> Result<(), SubmitError> {
        let tip = self.tip();
        if self.is(Conduct::Full) {
            return Err(SubmitError::Full { retry_after_ms: 1500 });
        }
        if self.is(Conduct::Cut) {
            return Err(SubmitError::NoQuorum { height: tip.header.height });
        }
        let envelope = transaction.envelope();
        if envelope.chain != tip.header.chain {
            return Err(SubmitError::ForeignChain);
        }
        let known = tip.directory.organisation(envelope.organisation);
        if !known.is_some_and(|organisation| organisation.keys.contains(&envelope.signer)) {
            return Err(SubmitError::UnknownSigner);
        }
        {
            let mut waiting = self.waiting.write().unwrap();
            let same = |other: &&VerifiedTransaction| {
                let other = other.envelope();
                (other.organisation, other.idempotency) == (envelope.organisation, envelope.idempotency)
            };
            match waiting.iter().find(same) {
                Some(other) if other.id() != transaction.id() => return Err(SubmitError::Conflict),
                Some(_) => return Ok(()),
                None => waiting.push(transaction),
            }
        }
        if self.is(Conduct::Prompt) {
            self.mine();
        }
        Ok(())
    }

    fn receipt(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<Receipt>, PortError> {
        self.read(|state| {
            let (height, place) = state.place_of(organisation, key)?;
            let block = state.block(height)?;
            let executed = block.executed();
            let transactions: Vec<Digest> =
                executed.transactions().iter().map(|one| leaf_hash::<TransactionTree>(&one.block_leaf())).collect();
            let outcomes: Vec<Digest> =
                executed.outcomes().iter().map(|one| leaf_hash::<OutcomeTree>(&codec::encode(one))).collect();
            Some(Receipt {
                transaction: executed.transactions()[place].id(),
                header: executed.header().clone(),
                certificate: block.certificate().clone(),
                place: place as u32,
                outcome: executed.outcomes()[place],
                transaction_path: StaticTree::<TransactionTree>::from_leaf_hashes(transactions)
                    .path(place as u64)
                    .unwrap(),
                outcome_path: StaticTree::<OutcomeTree>::from_leaf_hashes(outcomes).path(place as u64).unwrap(),
            })
        })
    }

    fn receipt_file(
        &self,
        organisation: OrganisationNumber,
        key: &IdempotencyKey,
    ) -> Result<Option<String>, PortError> {
        self.read(|state| {
            let (height, place) = state.place_of(organisation, key)?;
            let block = state.block(height)?;
            let executed = block.executed();
            let (header, certificate) = (executed.header().clone(), block.certificate().clone());
            let signed: Vec<_> = executed.transactions().iter().map(VerifiedTransaction::signed).collect();
            let signed = signed.iter().map(|one| (one.envelope(), one.signature()));
            let receipt = receipt::Receipt::of_block(header, certificate, place as u32, signed, executed.outcomes())?;
            Some(receipt.to_file())
        })
    }

    fn block(&self, height: Height) -> Result<Option<Block>, PortError> {
        self.read(|state| {
            let header = state.tip_at(height)?.header.clone();
            let validators = state.tip().validators().clone();
            let Some(block) = state.block(height) else {
                return Some(Block { header, certificate: None, validators, transactions: vec![], superseded: vec![] });
            };
            let summary = |(one, outcome): (&VerifiedTransaction, &_)| TransactionSummary {
                id: one.id(),
                organisation: one.envelope().organisation,
                idempotency: one.envelope().idempotency,
                kind: one.envelope().kind,
                items: one.envelope().count,
                outcome: *outcome,
            };
            let executed = block.executed();
            Some(Block {
                header,
                certificate: Some(block.certificate().clone()),
                validators,
                transactions: executed.transactions().iter().zip(executed.outcomes()).map(summary).collect(),
                superseded: executed.superseded().to_vec(),
            })
        })
    }

    fn entry(&self, index: LogIndex) -> Result<Option<Entry>, PortError> {
        self.read(|state| state.entry_at(index))
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        self.read(|state| keys.iter().map(|key| state.find_at(key, u64::MAX)).collect())
    }

    fn find_file(&self, sha256: &Digest) -> Result<Option<(LogIndex, Entry)>, PortError> {
        self.read(|state| {
            let names =
                |entry: &Entry| entry.licence().is_some_and(|one| one.files.iter().any(|file| file.sha256 == *sha256));
            let size = state.tip().header.log_size;
            let first = (0..size).filter_map(|index| state.entry_at(LogIndex(index))).find(names)?;
            state.find_at(&first.key, size)
        })
    }

    fn prove(&self, key: &EntryKey, height: Height) -> Result<Option<Witness>, PortError> {
        self.read(|state| {
            let size = state.tip_at(height)?.header.log_size;
            let (index, _) = state.find_at(key, size)?;
            witness(state, index, height)
        })
    }

    fn prove_at(&self, index: LogIndex, height: Height) -> Result<Option<Witness>, PortError> {
        self.read(|state| witness(state, index, height))
    }

    fn proof_file(&self, key: &EntryKey, height: Height) -> Result<Option<String>, PortError> {
        self.read(|state| {
            let tip = state.tip_at(height)?;
            let (index, entry) = state.find_at(key, tip.header.log_size)?;
            let licence = entry.licence()?;
            let of = |key: EntryKey| state.find_at(&key, tip.header.log_size).map(|(index, _)| index);
            let issuer = of(EntryKey::of_organisation(licence.issuer))?;
            let licence_type = of(EntryKey::of_licence_type(licence.licence_type))?;
            let proof = zhengku_ledger::proof::Proof {
                version: zhengku_ledger::proof::PROOF_VERSION,
                header: tip.header.clone(),
                certificate: state.block(height)?.certificate().clone(),
                licence: witness(state, index, height)?.proof,
                issuer: witness(state, issuer, height)?.proof,
                licence_type: witness(state, licence_type, height)?.proof,
                disclosed: codec::Bounded::new(vec![]).ok()?,
            };
            Some(proof.to_file())
        })
    }

    fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, PortError> {
        let height = self.read(|state| state.tip().header.height)?;
        let Some((_, entry)) = self.find_file(sha256)? else { return Ok(None) };
        self.proof_file(&entry.key, height)
    }

    fn consistency(&self, old: u64, new: u64) -> Result<Vec<Digest>, PortError> {
        self.read(|state| proof::consistency(state, old, new).unwrap())
    }

    fn checkpoint(&self) -> Result<Option<String>, PortError> {
        self.read(|state| {
            let header = &state.tip().header;
            let root = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, header.log_root.as_bytes());
            Some(format!("zhengku/{}\n{}\n{root}\n\n\u{2014} unsigned AAAA\n", header.chain, header.log_size))
        })
    }

    fn tile(&self, level: u8, place: u64, width: u16) -> Result<Option<Vec<u8>>, PortError> {
        self.read(|state| state.tile(level, place, width))
    }

    fn bundle(&self, place: u64, width: u16) -> Result<Option<Vec<u8>>, PortError> {
        self.read(|state| {
            let mut bytes = Vec::new();
            for index in 0..u64::from(width) {
                let entry = state.bytes_at(LogIndex(place * 256 + index))?;
                bytes.extend_from_slice(&(entry.len() as u16).to_be_bytes());
                bytes.extend_from_slice(entry);
            }
            Some(bytes)
        })
    }

    fn bitmap(&self, height: Height) -> Result<Option<Vec<u8>>, PortError> {
        self.read(|state| Some(state.tip_at(height)?.current.to_bytes()))
    }

    fn superseded(&self, from: Height, to: Height) -> Result<Vec<LogIndex>, PortError> {
        self.read(|state| {
            let blocks = (from.0 + 1..=to.0).filter_map(|height| state.block(Height(height)));
            let mut found: Vec<LogIndex> = blocks.flat_map(|block| block.executed().superseded().to_vec()).collect();
            found.sort();
            found
        })
    }

    fn validator_history(&self) -> Result<Vec<SetChange>, PortError> {
        self.read(|state| {
            vec![SetChange { from: Height(1), validators: state.tip().validators().clone(), handover: None }]
        })
    }

    fn history_file(&self) -> Result<String, PortError> {
        self.read(|state| History::new(state.tip().header.chain, vec![]).unwrap().to_file())
    }
}

fn witness(state: &State, index: LogIndex, height: Height) -> Option<Witness> {
    let tip = state.tip_at(height)?;
    if index.0 >= tip.header.log_size {
        return None;
    }
    Some(Witness {
        header: tip.header.clone(),
        certificate: state.block(height).map(|block| block.certificate().clone()),
        proof: EntryProof {
            index,
            entry: state.entry_at(index)?,
            path: proof::inclusion(state, index.0, tip.header.log_size).unwrap(),
            currency: tip.current.prove(index)?,
        },
        is_current: tip.current.bit(index)?,
    })
}
