//! What a change would do if it took effect now, for those who are asked to approve it.

use super::{Governance, rules};
use crate::entry::{EntryBody, GovernanceChange, Node, Organisation, Parameters};
use crate::ids::Height;
use crate::state::{Directory, Tip};
use crate::transaction::RejectCode;
use crate::validator_set::ValidatorSet;

/// A thing before and after a change; none before when it is new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed<T> {
    /// As it is.
    pub before: Option<T>,
    /// As it would be.
    pub after: T,
}

/// What a change would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The node that it concerns.
    pub node: Option<Changed<Node>>,
    /// The organisation that it concerns.
    pub organisation: Option<Changed<Organisation>>,
    /// The parameters, when it sets them.
    pub parameters: Option<Changed<Parameters>>,
    /// The validators, before and after; the quorum of each is [`ValidatorSet::quorum`].
    pub validators: (ValidatorSet, ValidatorSet),
    /// The height it would take effect at if it were approved in the next block.
    pub earliest: Height,
}

impl Difference {
    /// How many validators may fail, before and after, while blocks are still decided.
    #[must_use]
    pub fn tolerated(&self) -> (usize, usize) {
        let tolerated = |set: &ValidatorSet| set.as_slice().len().saturating_sub(set.quorum());
        (tolerated(&self.validators.0), tolerated(&self.validators.1))
    }
}

/// What `change` would do on this state; nothing is written.
///
/// # Errors
/// The code that a proposal of it would be rejected with.
pub fn preview(tip: &Tip, change: &GovernanceChange) -> Result<Difference, RejectCode> {
    let (directory, governance) = (&tip.directory, &tip.governance);
    let effect = rules::effect(directory, governance, change)?;
    let delay = u64::from(governance.parameters().governance_delay);
    let mut difference = Difference {
        node: None,
        organisation: None,
        parameters: None,
        validators: (governance.validators().clone(), governance.validators().clone()),
        earliest: Height(tip.header.height.next().0.saturating_add(delay)),
    };
    match effect.body {
        EntryBody::Node(after) => {
            difference.validators.1 = after_node(governance, &after);
            difference.node = Some(Changed { before: governance.node(after.name.as_str()).cloned(), after });
        }
        EntryBody::Organisation(after) => {
            let before = directory.organisation(after.number).cloned();
            difference.organisation = Some(Changed { before, after });
        }
        EntryBody::Parameters(after) => {
            difference.parameters = Some(Changed { before: Some(*governance.parameters()), after });
        }
        _ => {}
    }
    Ok(difference)
}

/// Whether `change` is possible on a state that was put together from the records of nodes, parameters and organisations. Keys that
/// voted once and are on no record any more are unknown to such a state.
///
/// # Errors
/// The code that a proposal of it would be rejected with, or would fail with at its height.
pub fn check(directory: &Directory, governance: &Governance, change: &GovernanceChange) -> Result<(), RejectCode> {
    rules::effect(directory, governance, change).map(|_| ())
}

fn after_node(governance: &Governance, node: &Node) -> ValidatorSet {
    let mut next = governance.clone();
    next.take_node(node, Height(0));
    next.validators().clone()
}
