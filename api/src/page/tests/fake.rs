//! A ledger in memory behind the interface's port, for tests and for looking at the pages without a network. Everything in it is real
//! but the network: entries are executed, hashed and signed as on a node, by validators whose keys are plain numbers.

use super::api::port::{
    Block, BlockNotice, Ledger, Network, NodePicture, PortError, Receipt, Role, SetChange, SubmitError,
    TransactionSummary, Witness,
};
use super::world::{self, World};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::broadcast;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash, static_root};
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber};
use zhengku_ledger::log::proof::{NodeSource, inclusion};
use zhengku_ledger::proof::EntryProof;
use zhengku_ledger::state::{StateView, Tip};
use zhengku_ledger::transaction::VerifiedTransaction;

/// The ledger, and which nodes this one can reach.
pub(crate) struct Fake {
    world: Mutex<World>,
    notices: broadcast::Sender<Arc<BlockNotice>>,
    /// Names of nodes that are cut off.
    pub(crate) cut: Vec<String>,
    /// Offences to speak of.
    pub(crate) offences: u64,
    /// Whether reads of blocks fail.
    pub(crate) is_broken: bool,
}

impl Fake {
    /// A ledger of four validators with organisations, types and licences.
    pub(crate) fn new() -> Self {
        let (notices, _) = broadcast::channel(16);
        Self { world: Mutex::new(World::filled()), notices, cut: Vec::new(), offences: 0, is_broken: false }
    }

    /// Makes one more block.
    pub(crate) fn advance(&self) {
        let mut world = self.world();
        world.live_block();
        let header = world.tips.last().unwrap().header.clone();
        let certificate = world.blocks.last().unwrap().certificate.clone().unwrap();
        let notice = BlockNotice {
            header,
            round: certificate.round,
            voters: certificate.votes.iter().map(|vote| vote.validator).collect(),
            entries: 0,
            outcomes: Vec::new(),
        };
        // Nobody may be listening.
        self.notices.send(Arc::new(notice)).ok();
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }
}

struct Leaves(Vec<Digest>);

impl NodeSource for Leaves {
    type Error = std::convert::Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Self::Error> {
        let start = usize::try_from(index << level).unwrap();
        Ok(static_root::<LogTree>(&self.0[start..start + (1 << level)]))
    }
}

#[async_trait]
impl Ledger for Fake {
    fn tip(&self) -> Arc<Tip> {
        Arc::new(self.world().tip().clone())
    }

    fn network(&self) -> Network {
        let world = self.world();
        let height = world.tip().header.height;
        let now = world.tip().header.time.0 + 1_200;
        let voters = world.blocks.last().unwrap().certificate.clone();
        let place = |name: &str| world::VALIDATORS.iter().position(|one| *one == name);
        let voted = |name: &str| {
            let place = place(name)?;
            voters.as_ref()?.votes.iter().any(|vote| usize::from(vote.validator) == place).then_some(height)
        };
        let node = |(number, name): (u32, &&str)| {
            let is_connected = !self.cut.iter().any(|cut| cut == name);
            let role = if place(name).is_some() { Role::Validator } else { Role::Observer };
            NodePicture {
                name: (*name).to_owned(),
                organisation: OrganisationNumber(number % 5),
                role,
                is_connected,
                height: is_connected.then_some(height),
                round_trip_us: (is_connected && number > 0).then_some(u64::from(number) * 1_730),
                last_vote: voted(name),
                certificate_ends_ms: Some(now + u64::from(number * 90 + 14) * 86_400_000),
                url: (number == 1).then(|| "https://node.example.org".to_owned()),
            }
        };
        let nodes: Vec<NodePicture> =
            (0_u32..).zip(world::VALIDATORS.iter().chain(&["province-observer"])).map(node).collect();
        let connected = nodes.iter().filter(|node| node.role == Role::Validator && node.is_connected).count();
        let has_quorum = connected >= world.tip().validators().quorum();
        Network {
            name: world::VALIDATORS[0].to_owned(),
            role: Role::Validator,
            nodes,
            deciding: (height.next(), u32::from(!has_quorum) * 7),
            waiting: (if has_quorum { 3 } else { 1_284 }, 48_231),
            has_quorum,
            committed_ms: now - if has_quorum { 1_200 } else { 97_000 },
            now_ms: now,
            offences: self.offences,
        }
    }

    fn blocks(&self) -> broadcast::Receiver<Arc<BlockNotice>> {
        self.notices.subscribe()
    }

    async fn submit(&self, _: VerifiedTransaction) -> Result<(), SubmitError> {
        Err(SubmitError::Stopping)
    }

    fn receipt(&self, _: OrganisationNumber, _: &IdempotencyKey) -> Result<Option<Receipt>, PortError> {
        Ok(None)
    }

    fn receipt_file(&self, _: OrganisationNumber, _: &IdempotencyKey) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    fn block(&self, height: Height) -> Result<Option<Block>, PortError> {
        if self.is_broken {
            let source = std::io::Error::other("/secret/path is damaged").into();
            return Err(PortError { context: "a block", source });
        }
        let world = self.world();
        let place = usize::try_from(height.0).unwrap();
        let (Some(kept), Some(tip)) = (world.blocks.get(place), world.tips.get(place)) else { return Ok(None) };
        let summary = |(transaction, outcome): (&VerifiedTransaction, &_)| {
            let envelope = transaction.envelope();
            TransactionSummary {
                id: transaction.id(),
                organisation: envelope.organisation,
                idempotency: envelope.idempotency,
                kind: transaction.payload().kind(),
                items: transaction.payload().count(),
                outcome: *outcome,
            }
        };
        Ok(Some(Block {
            header: tip.header.clone(),
            certificate: kept.certificate.clone(),
            validators: kept.validators.clone(),
            transactions: kept.transactions.iter().zip(&kept.outcomes).map(summary).collect(),
            superseded: kept.superseded.clone(),
        }))
    }

    fn entry(&self, index: LogIndex) -> Result<Option<Entry>, PortError> {
        let world = self.world();
        let bytes = usize::try_from(index.0).ok().and_then(|index| world.entries.get(index));
        Ok(bytes.map(|bytes| Entry::decode(bytes).unwrap()))
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        let world = self.world();
        let newest = world.newest(keys).unwrap();
        let found = |(index, key): (Option<LogIndex>, &EntryKey)| {
            let index = index?;
            let entry = world.entry(index).unwrap();
            (entry.key == *key).then_some((index, entry))
        };
        Ok(newest.into_iter().zip(keys).map(found).collect())
    }

    fn find_file(&self, sha256: &Digest) -> Result<Option<(LogIndex, Entry)>, PortError> {
        let world = self.world();
        let names =
            |entry: &Entry| entry.licence().is_some_and(|one| one.files.iter().any(|file| file.sha256 == *sha256));
        let mut entries = (0..world.entries.len() as u64).map(|index| world.entry(LogIndex(index)).unwrap());
        let first = entries.find(names).map(|entry| entry.key);
        drop(world);
        Ok(first.map(|key| self.find(&[key])).transpose()?.and_then(|mut found| found.pop().flatten()))
    }

    fn prove(&self, _: &EntryKey, _: Height) -> Result<Option<Witness>, PortError> {
        Ok(None)
    }

    fn prove_at(&self, index: LogIndex, height: Height) -> Result<Option<Witness>, PortError> {
        let world = self.world();
        let place = usize::try_from(height.0).unwrap();
        let (Some(tip), Some(kept)) = (world.tips.get(place), world.blocks.get(place)) else { return Ok(None) };
        let Some(currency) = tip.current.prove(index) else { return Ok(None) };
        let leaves = Leaves(world.entries.iter().map(|bytes| leaf_hash::<LogTree>(bytes)).collect());
        let path = inclusion(&leaves, index.0, tip.header.log_size).unwrap();
        Ok(Some(Witness {
            header: tip.header.clone(),
            certificate: kept.certificate.clone(),
            proof: EntryProof { index, entry: world.entry(index).unwrap(), path, currency },
            is_current: tip.current.bit(index).unwrap(),
        }))
    }

    fn proof_file(&self, _: &EntryKey, _: Height) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    fn proof_of_file(&self, _: &Digest) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    fn consistency(&self, _: u64, _: u64) -> Result<Vec<Digest>, PortError> {
        Ok(Vec::new())
    }

    fn checkpoint(&self) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    fn tile(&self, _: u8, _: u64, _: u16) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }

    fn bundle(&self, _: u64, _: u16) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }

    fn bitmap(&self, _: Height) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }

    fn superseded(&self, _: Height, _: Height) -> Result<Vec<LogIndex>, PortError> {
        Ok(Vec::new())
    }

    fn validator_history(&self) -> Result<Vec<SetChange>, PortError> {
        Ok(Vec::new())
    }

    fn history_file(&self) -> Result<String, PortError> {
        Ok(String::new())
    }
}
