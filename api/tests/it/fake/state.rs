//! The state of the fake ledger: every block and every tip, in memory.

use super::content::{GOVERNOR, organisation, signer};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use zhengku_api::port::BlockNotice;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{LogTree, leaf_hash, static_root};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::block::{Certificate, CertifiedBlock, EntryBatch, Genesis, Proposal, Vote};
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{Entry, Node, NodeRole, NodeStatus, Parameters, Roles};
use zhengku_ledger::execute::execute_block;
use zhengku_ledger::ids::{EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber, TimestampMs};
use zhengku_ledger::log::proof::NodeSource;
use zhengku_ledger::state::{AppliedAt, StateView, Tip};
use zhengku_ledger::transaction::VerifiedTransaction;

/// 2026-11-21T04:00:00Z.
const START: TimestampMs = TimestampMs(1_795_233_600_000);
const VALIDATORS: u8 = 4;

pub(crate) struct State {
    tips: Vec<Arc<Tip>>,
    blocks: Vec<CertifiedBlock>,
    entries: Vec<Vec<u8>>,
    leaves: Vec<Digest>,
    newest: BTreeMap<[u8; 16], LogIndex>,
    applied: BTreeMap<(OrganisationNumber, IdempotencyKey), (Height, usize)>,
}

fn node(place: u8) -> Node {
    Node {
        name: Text::new(format!("v{place}")).unwrap(),
        organisation: OrganisationNumber(0),
        role: NodeRole::Validator,
        consensus_key: signer(1 + place).public_key(),
        network_key: signer(101 + place).public_key(),
        consensus_address: Text::new(format!("/ip4/192.0.2.1/tcp/{}", 7000 + u16::from(place))).unwrap(),
        exchange_address: Text::new(format!("/ip4/192.0.2.1/tcp/{}", 8000 + u16::from(place))).unwrap(),
        url: Text::new(format!("https://v{place}.example")).unwrap(),
        certificate: Bounded::new(vec![]).unwrap(),
        status: NodeStatus::Active,
    }
}

impl State {
    pub(crate) fn new() -> Self {
        let governor = organisation(GOVERNOR.0, "市大数据中心(样例)", "City Data Centre (sample)", Roles::GOVERNOR);
        let nodes = (0..VALIDATORS).map(node).collect();
        let name = Text::new("样例账本 sample ledger").unwrap();
        let genesis = Genesis::new(name, START, vec![governor], nodes, Parameters::default()).unwrap();
        let (batch, tip) = genesis.start();
        let mut state = Self {
            tips: vec![Arc::new(tip)],
            blocks: vec![],
            entries: vec![],
            leaves: vec![],
            newest: BTreeMap::new(),
            applied: BTreeMap::new(),
        };
        state.append(&batch);
        state
    }

    fn append(&mut self, batch: &EntryBatch) {
        for (bytes, row) in batch.encoded().zip(batch.rows()) {
            self.newest.insert(row.key.prefix(), LogIndex(self.entries.len() as u64));
            self.leaves.push(leaf_hash::<LogTree>(bytes));
            self.entries.push(bytes.to_vec());
        }
    }

    /// Executes, certifies and takes over a block.
    pub(crate) fn mine(&mut self, transactions: Vec<VerifiedTransaction>) -> BlockNotice {
        let tip = self.tip();
        let height = tip.header.height.next();
        let proposal = Proposal {
            height,
            time: TimestampMs(tip.header.time.0 + 1000),
            proposer: (height.0 % u64::from(VALIDATORS)) as u16,
            parent: tip.id,
            transactions,
        };
        let block = execute_block(self, proposal).unwrap();
        let header = block.header().clone();
        // One of the four stays away from time to time.
        let voters: Vec<u16> = (0..u16::from(VALIDATORS)).filter(|place| u64::from(*place) != height.0 % 7).collect();
        let vote =
            |place: &u16| Vote::sign(header.chain, height, 0, block.id(), *place, &signer(1 + *place as u8)).unwrap();
        let votes = Bounded::new(voters.iter().map(vote).collect()).unwrap();
        let certificate = Certificate { height, round: 0, block: block.id(), votes };
        let outcomes = block.transactions().iter().map(VerifiedTransaction::id).zip(block.outcomes().iter().copied());
        let notice = BlockNotice {
            header: header.clone(),
            round: 0,
            voters,
            entries: block.entries().len() as u64,
            outcomes: outcomes.collect(),
        };
        let block = block.certify(certificate).unwrap();
        self.append(block.executed().entries());
        for (place, (one, outcome)) in
            block.executed().transactions().iter().zip(block.executed().outcomes()).enumerate()
        {
            if outcome.takes_key() {
                let envelope = one.envelope();
                self.applied.insert((envelope.organisation, envelope.idempotency), (height, place));
            }
        }
        self.tips.push(Arc::new(block.executed().next().clone()));
        self.blocks.push(block);
        notice
    }

    pub(crate) fn tip_shared(&self) -> Arc<Tip> {
        Arc::clone(self.tips.last().unwrap())
    }

    pub(crate) fn tip_at(&self, height: Height) -> Option<&Tip> {
        self.tips.get(height.0 as usize).map(AsRef::as_ref)
    }

    pub(crate) fn block(&self, height: Height) -> Option<&CertifiedBlock> {
        self.blocks.get(height.0.checked_sub(1)? as usize)
    }

    pub(crate) fn bytes_at(&self, index: LogIndex) -> Option<&[u8]> {
        self.entries.get(index.0 as usize).map(Vec::as_slice)
    }

    pub(crate) fn entry_at(&self, index: LogIndex) -> Option<Entry> {
        self.bytes_at(index).map(|bytes| Entry::decode(bytes).unwrap())
    }

    pub(crate) fn place_of(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Option<(Height, usize)> {
        self.applied.get(&(organisation, *key)).copied()
    }

    /// The newest entry of a key in the log of `size` entries.
    pub(crate) fn find_at(&self, key: &EntryKey, size: u64) -> Option<(LogIndex, Entry)> {
        let mut at = self.newest.get(&key.prefix()).copied();
        while let Some(index) = at {
            let entry = self.entry_at(index)?;
            if entry.key != *key {
                return None;
            }
            if index.0 < size {
                return Some((index, entry));
            }
            at = entry.previous;
        }
        None
    }

    /// A tile of C2SP tlog-tiles.
    pub(crate) fn tile(&self, level: u8, place: u64, width: u16) -> Option<Vec<u8>> {
        let span = 1_u64.checked_shl(8 * u32::from(level))?;
        let first = place.checked_mul(256)?.checked_mul(span)?;
        let end = first.checked_add(u64::from(width).checked_mul(span)?)?;
        if end > self.leaves.len() as u64 {
            return None;
        }
        let node = |number: u64| {
            let start = (first + number * span) as usize;
            *static_root::<LogTree>(&self.leaves[start..start + span as usize]).as_bytes()
        };
        Some((0..u64::from(width)).flat_map(node).collect())
    }
}

impl NodeSource for State {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        let start = (index << level) as usize;
        Ok(static_root::<LogTree>(&self.leaves[start..start + (1 << level)]))
    }
}

impl StateView for State {
    type Error = Infallible;

    fn tip(&self) -> &Tip {
        self.tips.last().unwrap()
    }

    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, Infallible> {
        Ok(keys.iter().map(|key| self.newest.get(&key.prefix()).copied()).collect())
    }

    fn entry(&self, index: LogIndex) -> Result<Entry, Infallible> {
        Ok(self.entry_at(index).unwrap())
    }

    fn applied(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<AppliedAt>, Infallible> {
        let at = |(height, place): (Height, usize)| AppliedAt {
            transaction: self.block(height).unwrap().executed().transactions()[place].id(),
            height,
            place: u32::try_from(place).unwrap(),
        };
        Ok(self.place_of(organisation, key).map(at))
    }
}
