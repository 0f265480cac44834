//! Rules of governance: proposing a change and approving it. What a change may be stands in `governance/rules.rs`.

use super::overlay::{Draft, Overlay, Stop};
use super::{Drafts, distinct, each};
use crate::codec::Bounded;
use crate::entry::{EntryBody, GovernanceChange, GovernanceProposal, Organisation, ProposalStatus};
use crate::governance::{MAX_PENDING_PROPOSALS, PROPOSAL_LIFETIME, rules};
use crate::ids::{EntryKey, Height, OrganisationNumber};
use crate::state::StateView;
use crate::transaction::{Approval, RejectCode};
use std::collections::BTreeSet;

/// New proposals take the next free numbers, in order. Who proposes approves.
pub(super) fn propose<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [GovernanceChange],
) -> Drafts<'t, V::Error> {
    let governance = overlay.governance();
    let pending: BTreeSet<_> = governance.proposals().map(|one| one.change.digest()).collect();
    let mut known = pending.clone();
    let mut next = governance.next_proposal();
    let mut room = MAX_PENDING_PROPOSALS.saturating_sub(pending.len());
    each(items, |change| {
        let operates = governance.operates_validator(actor.number);
        if !operates && actor.number != OrganisationNumber(0) {
            return Err(RejectCode::NotAnOperator.into());
        }
        room = room.checked_sub(1).ok_or(RejectCode::ProposalLimit)?;
        if !known.insert(change.digest()) {
            return Err(RejectCode::ChangeRepeated.into());
        }
        rules::effect(overlay.directory(), governance, change)?;
        let number = next;
        next = next.checked_add(1).ok_or(RejectCode::ProposalLimit)?;
        let approvals = if operates { vec![actor.number] } else { Vec::new() };
        let mut proposal = GovernanceProposal {
            number,
            proposer: actor.number,
            change: change.clone(),
            approvals: Bounded::new(approvals).map_err(|_| RejectCode::ProposalLimit)?,
            expires: Height(overlay.height().0.saturating_add(PROPOSAL_LIFETIME)),
            status: ProposalStatus::Open,
        };
        count(overlay, &mut proposal);
        Ok(Draft::other(EntryKey::of_proposal(number), None, EntryBody::Proposal(proposal)))
    })
}

/// Each organisation that operates a validator approves once.
pub(super) fn approve<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Approval],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| EntryKey::of_proposal(item.proposal)).zip(0..))?;
    each(items, |item| {
        let governance = overlay.governance();
        if !governance.operates_validator(actor.number) {
            return Err(RejectCode::NotAnOperator.into());
        }
        let proposal = governance.proposal(item.proposal).ok_or(RejectCode::UnknownProposal)?;
        if proposal.status != ProposalStatus::Open {
            return Err(RejectCode::ProposalNotOpen.into());
        }
        if proposal.change.digest() != item.change {
            return Err(RejectCode::ChangeMismatch.into());
        }
        if proposal.approvals.contains(&actor.number) {
            return Err(RejectCode::AlreadyApproved.into());
        }
        let mut proposal = proposal.clone();
        let mut approvals = proposal.approvals.into_vec();
        approvals.push(actor.number);
        proposal.approvals = Bounded::new(approvals).map_err(|_| RejectCode::ProposalLimit)?;
        count(overlay, &mut proposal);
        let key = EntryKey::of_proposal(proposal.number);
        Ok(Draft::other(key, overlay.index_of(&key), EntryBody::Proposal(proposal)))
    })
}

/// Schedules a proposal that has its quorum.
pub(super) fn count<V: StateView>(overlay: &Overlay<'_, V>, proposal: &mut GovernanceProposal) {
    let governance = overlay.governance();
    if rules::is_approved(overlay.directory(), governance, &proposal.approvals) {
        let delay = u64::from(governance.parameters().governance_delay);
        proposal.status = ProposalStatus::Approved { effective: Height(overlay.height().0.saturating_add(delay)) };
    }
}

/// What the block's height brings, before its transactions: changes that take effect, in the order of their numbers, and proposals
/// that end. A change that has become impossible is marked failed.
pub(super) fn carry_out<V: StateView>(overlay: &mut Overlay<'_, V>) {
    let height = overlay.height();
    let pending: Vec<GovernanceProposal> = overlay.governance().proposals().cloned().collect();
    for mut proposal in pending {
        proposal.status = match proposal.status {
            ProposalStatus::Approved { effective } if effective <= height => {
                match rules::effect(overlay.directory(), overlay.governance(), &proposal.change) {
                    Ok(effect) => {
                        overlay.append_scheduled(proposal.number, effect.key, effect.body);
                        ProposalStatus::Applied
                    }
                    Err(code) => ProposalStatus::Failed { code },
                }
            }
            ProposalStatus::Open if proposal.expires <= height => ProposalStatus::Expired,
            _ => continue,
        };
        overlay.append_scheduled(
            proposal.number,
            EntryKey::of_proposal(proposal.number),
            EntryBody::Proposal(proposal),
        );
    }
    recount(overlay);
}

/// After a change of nodes or organisations the approvals that are there may be a quorum.
fn recount<V: StateView>(overlay: &mut Overlay<'_, V>) {
    let open = |one: &&GovernanceProposal| one.status == ProposalStatus::Open;
    let pending: Vec<GovernanceProposal> = overlay.governance().proposals().filter(open).cloned().collect();
    for mut proposal in pending {
        count(overlay, &mut proposal);
        if proposal.status != ProposalStatus::Open {
            let key = EntryKey::of_proposal(proposal.number);
            overlay.append_scheduled(proposal.number, key, EntryBody::Proposal(proposal));
        }
    }
}

/// Whether the governor may do this alone.
pub(super) fn check_alone<V: StateView>(
    overlay: &Overlay<'_, V>,
    number: OrganisationNumber,
) -> Result<(), Stop<V::Error>> {
    if rules::may_update_alone(overlay.governance(), number) { Ok(()) } else { Err(RejectCode::NeedsApproval.into()) }
}
