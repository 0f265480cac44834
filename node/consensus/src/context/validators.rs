//! The validators of a height.

use super::{Address, Context};
use crate::engine::core;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::ids::Height;
use zhengku_ledger::validator_set::ValidatorSet;

/// One validator with one vote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    address: Address,
    key: PublicKey,
}

impl core::Validator<Context> for Member {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.key
    }

    fn voting_power(&self) -> core::VotingPower {
        1
    }
}

/// The validator set of one height, in the ledger's order. When `silent`, the engine does not find its own node in it, and so neither
/// votes nor proposes in this height, while its messages of other days still verify (docs/decisions/0012-consensus.md, the guard).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Members {
    first: Member,
    others: Vec<Member>,
    silent: bool,
}

impl Members {
    /// The members of a ledger's set; none for an empty one, which the ledger does not make.
    #[must_use]
    pub(crate) fn new(validators: &ValidatorSet, silent: bool) -> Option<Self> {
        let member = |key: &PublicKey| Member { address: Address::of_key(key), key: key.clone() };
        let mut all = validators.as_slice().iter().map(|validator| member(&validator.key));
        Some(Self { first: all.next()?, others: all.collect(), silent })
    }

    /// Who proposes: the validators take turns by height plus round.
    #[must_use]
    pub(crate) fn proposer(&self, height: Height, round: u32) -> &Member {
        let count = self.others.len().saturating_add(1);
        let turn = height.0.wrapping_add(u64::from(round)) % (count as u64);
        self.at(turn as usize).unwrap_or(&self.first)
    }

    fn at(&self, place: usize) -> Option<&Member> {
        match place.checked_sub(1) {
            None => Some(&self.first),
            Some(other) => self.others.get(other),
        }
    }
}

/// The place of the proposer of a height and round in a set.
#[must_use]
pub(crate) fn proposer_place(validators: &ValidatorSet, height: Height, round: u32) -> u16 {
    let count = validators.as_slice().len().max(1) as u64;
    u16::try_from(height.0.wrapping_add(u64::from(round)) % count).unwrap_or(0)
}

impl core::ValidatorSet<Context> for Members {
    fn count(&self) -> usize {
        self.others.len().saturating_add(1)
    }

    fn total_voting_power(&self) -> core::VotingPower {
        self.others.len().saturating_add(1) as core::VotingPower
    }

    fn get_by_address(&self, address: &Address) -> Option<&Member> {
        if self.silent && address.is_own() {
            return None;
        }
        match address.place() {
            Some(place) => self.at(usize::from(place)),
            None => std::iter::once(&self.first).chain(&self.others).find(|member| member.address == *address),
        }
    }

    fn get_by_index(&self, index: usize) -> Option<&Member> {
        self.at(index)
    }
}
