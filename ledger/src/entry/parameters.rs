//! The parameters of the ledger: timings of agreement, limits of blocks, the delay of governance.

use crate::block::{MAX_BLOCK_ENTRIES, MAX_BLOCK_TRANSACTIONS};
use crate::transaction::MAX_ITEMS;
use borsh::{BorshDeserialize, BorshSerialize};

/// What every node goes by. A change takes effect for the height after the block that holds its entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Parameters {
    /// How long to wait for the proposer's block.
    pub propose_ms: u32,
    /// How long to wait for the other prevotes, once a quorum of them disagrees.
    pub prevote_ms: u32,
    /// How long to wait for the other precommits.
    pub precommit_ms: u32,
    /// What each round adds to the three.
    pub step_ms: u32,
    /// After which own votes are sent again.
    pub rebroadcast_ms: u32,
    /// The least time between two blocks.
    pub interval_ms: u32,
    /// The longest time without a block when there is nothing to decide; 0: never an empty block.
    pub idle_ms: u32,
    /// How far a proposer's time may be ahead of a voter's clock.
    pub max_ahead_ms: u32,
    /// Bytes of a proposal.
    pub max_block_bytes: u32,
    /// Entries that the transactions of a block may append.
    pub max_block_entries: u32,
    /// Transactions of a block.
    pub max_block_transactions: u32,
    /// Heights between the approval of a change and its effect: time for operators to see it coming.
    pub governance_delay: u32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            propose_ms: 1000,
            prevote_ms: 300,
            precommit_ms: 300,
            step_ms: 500,
            rebroadcast_ms: 1000,
            interval_ms: 100,
            idle_ms: 5000,
            max_ahead_ms: 2000,
            max_block_bytes: 16 * 1024 * 1024,
            max_block_entries: MAX_BLOCK_ENTRIES as u32,
            max_block_transactions: MAX_BLOCK_TRANSACTIONS as u32,
            governance_delay: 10,
        }
    }
}

/// Ten minutes: a ledger that waits longer than that for one message stands still.
const LONGEST_WAIT_MS: u32 = 600_000;
/// A day.
const LONGEST_IDLE_MS: u32 = 86_400_000;
/// A block takes at least one transaction of the largest size (4 MiB) with what stands around it.
const LEAST_BLOCK_BYTES: u32 = 5 * 1024 * 1024;
/// Below the longest proposal that is ever decoded (48 MiB), so that a full block is never refused for its length.
const MOST_BLOCK_BYTES: u32 = 32 * 1024 * 1024;
/// A full batch of reissues, two entries each, and the approval that it uses up.
const LEAST_BLOCK_ENTRIES: u32 = 2 * MAX_ITEMS as u32 + 1;
/// About a month of blocks at one each three seconds.
const LONGEST_DELAY: u32 = 1_000_000;

/// A parameter outside its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value}; {minimum} to {maximum} are allowed")]
pub struct ParametersRefusal {
    /// The parameter.
    pub name: &'static str,
    /// Its value.
    pub value: u32,
    /// The least value allowed.
    pub minimum: u32,
    /// The greatest value allowed.
    pub maximum: u32,
}

impl Parameters {
    /// Checks every bound.
    ///
    /// # Errors
    /// [`ParametersRefusal`] with the first parameter outside its bounds.
    pub fn check(&self) -> Result<(), ParametersRefusal> {
        let bounds = [
            ("propose_ms", self.propose_ms, 10, LONGEST_WAIT_MS),
            ("prevote_ms", self.prevote_ms, 10, LONGEST_WAIT_MS),
            ("precommit_ms", self.precommit_ms, 10, LONGEST_WAIT_MS),
            ("step_ms", self.step_ms, 0, LONGEST_WAIT_MS),
            ("rebroadcast_ms", self.rebroadcast_ms, 10, LONGEST_WAIT_MS),
            ("interval_ms", self.interval_ms, 0, LONGEST_WAIT_MS),
            ("idle_ms", self.idle_ms, 0, LONGEST_IDLE_MS),
            ("max_ahead_ms", self.max_ahead_ms, 10, LONGEST_WAIT_MS),
            ("max_block_bytes", self.max_block_bytes, LEAST_BLOCK_BYTES, MOST_BLOCK_BYTES),
            ("max_block_entries", self.max_block_entries, LEAST_BLOCK_ENTRIES, MAX_BLOCK_ENTRIES as u32),
            ("max_block_transactions", self.max_block_transactions, 1, MAX_BLOCK_TRANSACTIONS as u32),
            ("governance_delay", self.governance_delay, 1, LONGEST_DELAY),
        ];
        match bounds.into_iter().find(|(_, value, minimum, maximum)| value < minimum || value > maximum) {
            Some((name, value, minimum, maximum)) => Err(ParametersRefusal { name, value, minimum, maximum }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_keep_the_bounds_and_zero_is_named() {
        assert_eq!(Parameters::default().check(), Ok(()));
        let refused = Parameters { governance_delay: 0, ..Parameters::default() }.check().unwrap_err();
        assert_eq!((refused.name, refused.value, refused.minimum), ("governance_delay", 0, 1));
        let refused = Parameters { max_block_bytes: u32::MAX, ..Parameters::default() }.check().unwrap_err();
        assert_eq!(refused.name, "max_block_bytes");
    }
}
