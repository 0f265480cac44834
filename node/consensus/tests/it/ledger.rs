//! A ledger in memory: blocks are bytes, their ids are digests, and the validator set follows a plan.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use zhengku_consensus::{Application, Candidate, Decided, Examined, History, Stop, Timings, Turn};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::domain::Domain;
use zhengku_ledger::block::{Certificate, Offence};
use zhengku_ledger::ids::{BlockId, ChainId, Height};
use zhengku_ledger::validator_set::ValidatorSet;

/// Who votes at a height.
pub(crate) type Plan = Arc<dyn Fn(Height) -> ValidatorSet + Send + Sync>;

/// What survives a restart.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    pub(crate) decided: Vec<Decided>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) offences: Vec<Offence>,
}

/// A ledger of one node.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(crate) chain: ChainId,
    pub(crate) plan: Plan,
    pub(crate) timings: Timings,
    pub(crate) block_bytes: usize,
    pub(crate) disk: Arc<Mutex<Disk>>,
    pub(crate) tip: watch::Sender<u64>,
    /// The height whose commit fails.
    pub(crate) fails_at: Option<Height>,
}

/// The timings of tests: no idle waiting, and little patience.
pub(crate) fn timings() -> Timings {
    Timings {
        propose: Duration::from_secs(2),
        prevote: Duration::from_millis(500),
        precommit: Duration::from_millis(500),
        step: Duration::from_millis(500),
        rebroadcast: Duration::from_millis(500),
        interval: Duration::ZERO,
        idle: Duration::from_secs(5),
    }
}

impl Ledger {
    pub(crate) fn new(chain: ChainId, plan: Plan) -> Self {
        let (tip, _) = watch::channel(0);
        Self { chain, plan, timings: timings(), block_bytes: 300_000, disk: Arc::default(), tip, fails_at: None }
    }

    pub(crate) fn disk(&self) -> std::sync::MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ids(&self) -> Vec<BlockId> {
        self.disk().decided.iter().map(|decided| decided.certificate.block).collect()
    }

    fn height(&self) -> Height {
        Height(self.disk().decided.len() as u64 + 1)
    }
}

pub(crate) fn id_of(bytes: &[u8]) -> BlockId {
    BlockId::from_digest(Domain::BlockId.hash(bytes))
}

impl Application for Ledger {
    fn turn(&mut self) -> Result<Turn, Stop> {
        let height = self.height();
        Ok(Turn { chain: self.chain, height, validators: (self.plan)(height), timings: self.timings })
    }

    fn propose(&mut self, height: Height, round: u32) -> Result<Candidate, Stop> {
        let place = (height.0 + u64::from(round)) % (self.plan)(height).as_slice().len() as u64;
        let parent = self.ids().last().map_or(Digest::ZERO, |id| *id.digest());
        let mut bytes = parent.as_bytes().to_vec();
        bytes.extend_from_slice(&height.0.to_be_bytes());
        bytes.extend_from_slice(&round.to_be_bytes());
        bytes.resize(self.block_bytes.max(bytes.len()), height.0 as u8);
        let block = id_of(&bytes);
        let candidate = Candidate { height, round, proposer: place as u16, block, bytes };
        self.disk().candidates.push(candidate.clone());
        Ok(candidate)
    }

    fn examine(&mut self, height: Height, round: u32, proposer: u16, bytes: &[u8], _: bool) -> Result<Examined, Stop> {
        let parent = self.ids().last().map_or(Digest::ZERO, |id| *id.digest());
        if !bytes.starts_with(parent.as_bytes()) || bytes.get(32..40) != Some(&height.0.to_be_bytes()[..]) {
            return Ok(Examined::Invalid("another parent or height".to_owned()));
        }
        let block = id_of(bytes);
        self.disk().candidates.push(Candidate { height, round, proposer, block, bytes: bytes.to_vec() });
        Ok(Examined::Valid(block))
    }

    fn candidates(&mut self, height: Height) -> Result<Vec<Candidate>, Stop> {
        Ok(self.disk().candidates.iter().filter(|candidate| candidate.height == height).cloned().collect())
    }

    fn decide(&mut self, certificate: Certificate) -> Result<(), Stop> {
        let height = self.height();
        if self.fails_at == Some(height) {
            return Err("the disk is full".into());
        }
        certificate.verify(self.chain, height, certificate.block, &(self.plan)(height))?;
        let mut disk = self.disk();
        let found = disk.candidates.iter().find(|candidate| candidate.block == certificate.block);
        let bytes = found.ok_or("no such candidate")?.bytes.clone();
        disk.decided.push(Decided { certificate, bytes });
        disk.candidates.retain(|candidate| candidate.height > height);
        drop(disk);
        self.tip.send_replace(height.0);
        Ok(())
    }

    fn conclude(&mut self, _: Certificate, offences: Vec<Offence>) -> Result<Turn, Stop> {
        self.disk().offences.extend(offences);
        self.turn()
    }
}

impl History for Ledger {
    fn lowest(&self) -> Height {
        Height(1)
    }

    fn decided(&self, first: Height, last: Height, max_bytes: usize) -> Result<Vec<Decided>, Stop> {
        let mut left = max_bytes;
        let fits = |decided: &&Decided| {
            let fits = decided.bytes.len() <= left;
            left = left.saturating_sub(decided.bytes.len());
            fits
        };
        let disk = self.disk();
        let first = first.0.saturating_sub(1) as usize;
        Ok(disk.decided.iter().take(last.0 as usize).skip(first).take_while(fits).cloned().collect())
    }
}
