//! The guard of a validator that was restored from an old disk image: it must not sign anew where its former life has signed. Argued in
//! docs/decisions/0012-consensus.md.

use crate::context::{Address, Context, Polling};
use crate::engine::core::CommitCertificate;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;
use zhengku_ledger::ids::Height;
use zhengku_ledger::validator_set::ValidatorSet;

/// How far above the highest tip of its peers the former life may have signed: it voted in the height after its own tip, and its tip was
/// at most one above that of a peer that had voted for it.
const MARGIN: u64 = 2;
/// How long a height may stay undecided for want of this validator's vote.
const PATIENCE: Duration = Duration::from_secs(10);
/// The file beside the write-ahead log: eight bytes, the height through which nothing is signed.
const FILE: &str = "consensus.guard";

/// Where this validator keeps silent, and why.
pub(crate) struct Watch {
    file: PathBuf,
    own: Address,
    /// Nothing is signed at this height or below.
    silent_through: Height,
    /// The highest tip of the peers when the node started, once they have told.
    tip: Option<Height>,
    /// The node's own tip then.
    start: Height,
    /// A signature was seen that this node knows nothing of.
    former_life: bool,
    /// Since when others vote in the height in force, and need us.
    wanted_since: Option<Instant>,
}

impl Watch {
    /// Reads what an earlier start of this node has promised.
    pub(crate) fn open(home: &Path, own: Address, start: Height) -> io::Result<Self> {
        let file = home.join(FILE);
        let silent_through = match std::fs::read(&file) {
            Ok(bytes) => <[u8; 8]>::try_from(bytes.as_slice()).map(u64::from_be_bytes).map_err(|_| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{} does not have 8 bytes", file.display()))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        let silent_through = Height(silent_through);
        Ok(Self { file, own, silent_through, tip: None, start, former_life: false, wanted_since: None })
    }

    /// The peers have told their tips; only the first word counts. A validator that is behind them keeps silent until it is well past
    /// them.
    pub(crate) fn hear(&mut self, tip: Height) -> io::Result<()> {
        if self.tip.replace(tip).is_some() {
            return Ok(());
        }
        let through = Height(tip.0.saturating_add(MARGIN));
        if tip > self.start && through > self.silent_through {
            tracing::warn!(own.tip = %self.start, peers.tip = %tip, through = %through,
                "this validator is behind its peers and signs nothing until it is past them");
            self.promise(through)?;
        }
        Ok(())
    }

    /// Whether nothing is signed at this height.
    pub(crate) fn is_silent(&self, height: Height) -> bool {
        height <= self.silent_through
    }

    /// A height starts.
    pub(crate) fn start_height(&mut self) {
        self.wanted_since = None;
    }

    /// A vote was seen at the height in force.
    pub(crate) fn see_vote(&mut self, vote: &Polling, height: Height) {
        if vote.height.0 != height || !self.is_silent(height) {
            return;
        }
        if vote.voter == self.own {
            self.former_life = true;
        } else if self.wanted_since.is_none() {
            self.wanted_since = Some(Instant::now());
        }
    }

    /// A block was decided. A signature of ours on one that this node knew nothing of when it started is of a former life; on the first
    /// of them it may be from before an ordinary crash.
    pub(crate) fn see_decision(&mut self, certificate: &CommitCertificate<Context>, validators: &ValidatorSet) {
        let height = certificate.height.0;
        let own = |address: &Address| match address.place() {
            Some(place) => validators.at(place).is_some_and(|validator| Address::of_key(&validator.key) == self.own),
            None => *address == self.own,
        };
        let signed = certificate.commit_signatures.iter().any(|one| own(&one.address));
        if signed && self.is_silent(height) && height.0 > self.start.0.saturating_add(1) {
            self.former_life = true;
        }
    }

    /// When the others may be given up on deciding `height` without us: never, when a former life has signed.
    pub(crate) fn patience_ends(&self, height: Height) -> Option<Instant> {
        let may_speak = self.is_silent(height) && self.tip.is_some_and(|tip| height > tip) && !self.former_life;
        self.wanted_since.filter(|_| may_speak).map(|since| since + PATIENCE)
    }

    /// Takes back the promise for `height` and what follows: the others cannot go on without us, and nothing speaks for a former life.
    pub(crate) fn speak(&mut self, height: Height) -> io::Result<()> {
        tracing::warn!(%height, "the height stays undecided without this validator, and no signature of a former life was seen: it votes again");
        self.promise(Height(height.0.saturating_sub(1)))
    }

    /// Writes durably through which height nothing is signed.
    fn promise(&mut self, through: Height) -> io::Result<()> {
        let new = self.file.with_extension("guard-new");
        let mut file = std::fs::File::create(&new)?;
        file.write_all(&through.0.to_be_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &self.file)?;
        if let Some(home) = self.file.parent() {
            std::fs::File::open(home)?.sync_all()?;
        }
        self.silent_through = through;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
