//! The validator set of any height, from the terms that the ledger keeps of every key.

use super::Chain;
use std::collections::BTreeSet;
use zhengku_ledger::ids::Height;
use zhengku_ledger::state::Tip;
use zhengku_ledger::validator_set::{Validator, ValidatorSet};

impl Chain {
    /// The set that certified the newest block.
    #[must_use]
    pub fn validators_of(&self, tip: &Tip) -> Option<ValidatorSet> {
        let next = tip.validators();
        if next.digest() == tip.header.validators { Some(next.clone()) } else { set_at(tip, tip.header.height) }
    }
}

/// The set that votes on a height, as far as the ledger of `tip` knows.
#[must_use]
pub fn set_at(tip: &Tip, height: Height) -> Option<ValidatorSet> {
    let governance = &tip.governance;
    let votes = |from: Height, until: Option<Height>| from <= height && until.is_none_or(|until| height <= until);
    let mut voters: Vec<(u32, Validator)> = governance
        .all_terms()
        .flat_map(|(key, terms)| terms.iter().map(move |term| (key, term)))
        .filter(|(_, term)| votes(term.from, term.until))
        .filter_map(|(key, term)| {
            let validator = Validator { name: term.node.clone(), key: key.clone() };
            Some((governance.place_of(term.node.as_str())?, validator))
        })
        .collect();
    voters.sort_unstable_by_key(|(place, _)| *place);
    ValidatorSet::new(voters.into_iter().map(|(_, validator)| validator).collect()).ok()
}

/// The first heights of every set so far, the genesis set's (1) first.
#[must_use]
pub fn beginnings(tip: &Tip) -> Vec<Height> {
    let terms = tip.governance.all_terms().flat_map(|(_, terms)| terms);
    let heights: BTreeSet<Height> =
        terms.flat_map(|term| std::iter::once(term.from).chain(term.until.map(Height::next))).collect();
    heights.into_iter().collect()
}
