//! The history of the validator set: each header that handed over to another set, certified by the set before it, from the genesis on.
//! With it a verifier that trusts the genesis set alone can judge proofs of every later height. Specified in docs/spec/handover.md.

pub mod file;

use crate::block::{Certificate, CertificateError, FORMAT_VERSION, Header, SUITE_SHA256_ED25519};
use crate::codec::{self, Bounded, CodecError};
use crate::ids::{ChainId, Height, TimestampMs};
use crate::validator_set::ValidatorSet;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::digest::Digest;

/// The version of [`History`]'s layout.
pub const HISTORY_VERSION: u8 = 1;
/// Changes of the set: one a week for more than seventy years.
pub const MAX_HANDOVERS: usize = 4096;
/// The longest history in bytes: 4,096 changes among 30 validators, or 500 among 200.
pub const MAX_HISTORY_BYTES: usize = 16 * 1024 * 1024;

/// One change of the set.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Handover {
    /// The last header of the set before; its `next_validators` names the set that follows.
    pub header: Header,
    /// The votes of the set before.
    pub certificate: Certificate,
    /// The set from the next height on.
    pub next: ValidatorSet,
}

/// Every change of the set of one ledger, oldest first.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct History {
    /// [`HISTORY_VERSION`].
    pub version: u8,
    /// The ledger.
    pub chain: ChainId,
    /// The changes.
    pub handovers: Bounded<Handover, 0, MAX_HANDOVERS>,
}

/// The sets of a ledger by height. Made by [`History::verify`] only, or of the genesis set alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    chain: ChainId,
    genesis: ValidatorSet,
    later: Vec<Period>,
}

/// A set with the first height it votes on.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Period {
    from: Height,
    handed_over: TimestampMs,
    set: ValidatorSet,
}

/// Why a history is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// It is of another ledger.
    #[error("the history is of ledger {actual}, not of {expected}")]
    OtherLedger {
        /// The ledger that was asked for.
        expected: ChainId,
        /// The ledger it is of.
        actual: ChainId,
    },
    /// A header of a layout that is not known.
    #[error("handover {place}: a header of format {format} and suite {suite} is not known to this program")]
    UnknownFormat {
        /// The handover, from 0.
        place: usize,
        /// The header's format.
        format: u16,
        /// The header's suite.
        suite: u16,
    },
    /// Height or time do not rise.
    #[error("handover {place}: height {actual} or its time is not above that of the handover before")]
    Order {
        /// The handover, from 0.
        place: usize,
        /// Its height.
        actual: Height,
    },
    /// The header was decided by a set that is not in force.
    #[error(
        "handover {place}: decided by validator set {actual}, in force is {expected}: a handover before it is missing"
    )]
    OtherValidators {
        /// The handover, from 0.
        place: usize,
        /// The digest of the set in force.
        expected: Digest,
        /// The header's.
        actual: Digest,
    },
    /// The votes.
    #[error("handover {place}: {source}")]
    Certificate {
        /// The handover, from 0.
        place: usize,
        /// Why.
        source: CertificateError,
    },
    /// The set that follows is not the one that the header names.
    #[error("handover {place}: the header hands over to validator set {expected}, the file shows {actual}")]
    NextSet {
        /// The handover, from 0.
        place: usize,
        /// The header's `next_validators`.
        expected: Digest,
        /// The digest of the set shown.
        actual: Digest,
    },
    /// The set stays the same.
    #[error("handover {place}: the set does not change")]
    NoChange {
        /// The handover, from 0.
        place: usize,
    },
}

impl History {
    /// A history of `handovers`, oldest first; none when there are more than [`MAX_HANDOVERS`].
    #[must_use]
    pub fn new(chain: ChainId, handovers: Vec<Handover>) -> Option<Self> {
        Some(Self { version: HISTORY_VERSION, chain, handovers: Bounded::new(handovers).ok()? })
    }

    /// Verifies every handover, each by the set that the one before it handed over to. `genesis` votes from height 1 on.
    ///
    /// # Errors
    /// [`HistoryError`] naming the handover.
    pub fn verify(&self, chain: ChainId, genesis: &ValidatorSet) -> Result<Timeline, HistoryError> {
        if self.chain != chain {
            return Err(HistoryError::OtherLedger { expected: chain, actual: self.chain });
        }
        let mut timeline = Timeline::new(chain, genesis.clone());
        // Block 0 has no votes, so no set hands over there; the genesis itself says who follows.
        let mut former = (Height(0), TimestampMs(0));
        for (place, handover) in self.handovers.iter().enumerate() {
            let header = &handover.header;
            handover.verify(place, chain, former, timeline.newest())?;
            former = (header.height, header.time);
            let period = Period { from: header.height.next(), handed_over: header.time, set: handover.next.clone() };
            timeline.later.push(period);
        }
        Ok(timeline)
    }

    /// Reads a history's binary form.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are not the canonical encoding of a history of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let history: Self = codec::decode("history", bytes, MAX_HISTORY_BYTES)?;
        if history.version == HISTORY_VERSION {
            return Ok(history);
        }
        let reason = format!("version {} where {HISTORY_VERSION} is known", history.version);
        Err(CodecError::Malformed { what: "history", reason })
    }

    /// The binary form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }
}

impl Handover {
    fn verify(
        &self,
        place: usize,
        chain: ChainId,
        former: (Height, TimestampMs),
        in_force: &ValidatorSet,
    ) -> Result<(), HistoryError> {
        let header = &self.header;
        let (format, suite) = (header.format, header.suite);
        if format != FORMAT_VERSION || suite != SUITE_SHA256_ED25519 {
            return Err(HistoryError::UnknownFormat { place, format, suite });
        }
        if header.chain != chain {
            return Err(HistoryError::OtherLedger { expected: chain, actual: header.chain });
        }
        if header.height <= former.0 || header.time <= former.1 {
            return Err(HistoryError::Order { place, actual: header.height });
        }
        let expected = in_force.digest();
        if header.validators != expected {
            return Err(HistoryError::OtherValidators { place, expected, actual: header.validators });
        }
        let certified = self.certificate.verify(chain, header.height, header.id(), in_force);
        certified.map_err(|source| HistoryError::Certificate { place, source })?;
        let actual = self.next.digest();
        if header.next_validators != actual {
            return Err(HistoryError::NextSet { place, expected: header.next_validators, actual });
        }
        if actual == expected { Err(HistoryError::NoChange { place }) } else { Ok(()) }
    }
}

impl Timeline {
    /// The timeline of a ledger whose set never changed as far as is known.
    #[must_use]
    pub const fn new(chain: ChainId, genesis: ValidatorSet) -> Self {
        Self { chain, genesis, later: Vec::new() }
    }

    /// The ledger.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The set that certifies a height, the height it begins at, and how many handovers lie before it. Heights beyond the last known
    /// handover are answered with the last known set: a header of a later set names another digest and is refused by its verifier.
    #[must_use]
    pub fn at(&self, height: Height) -> (&ValidatorSet, Height, usize) {
        let count = self.later.partition_point(|period| period.from <= height);
        match count.checked_sub(1).and_then(|last| self.later.get(last)) {
            Some(period) => (&period.set, period.from, count),
            None => (&self.genesis, Height(1), 0),
        }
    }

    /// The newest set that is known.
    #[must_use]
    pub fn newest(&self) -> &ValidatorSet {
        self.later.last().map_or(&self.genesis, |period| &period.set)
    }

    /// The handovers that are known.
    #[must_use]
    pub fn handovers(&self) -> usize {
        self.later.len()
    }

    /// The first height of the newest set and the time of the handover to it; none when no handover is known.
    #[must_use]
    pub fn last_change(&self) -> Option<(Height, TimestampMs)> {
        self.later.last().map(|period| (period.from, period.handed_over))
    }
}

#[cfg(test)]
mod tests;
