//! Rules of the governor's transactions: organisations and their keys.

use super::governance::check_alone;
use super::overlay::{Draft, Overlay, check_role};
use super::{Drafts, Rejection, distinct, each};
use crate::entry::{EntryBody, Organisation, Roles};
use crate::governance::rules;
use crate::ids::{EntryKey, OrganisationNumber};
use crate::state::StateView;
use crate::transaction::RejectCode;
use std::collections::BTreeSet;

/// New organisations take the next free numbers, in order.
pub(super) fn register<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Organisation],
) -> Drafts<'t, V::Error> {
    let mut next = overlay.directory().next_organisation();
    distinct_codes(items)?;
    each(items, |organisation| {
        check_role(actor, Roles::GOVERNOR)?;
        if organisation.number != next {
            return Err(RejectCode::OrganisationNumber.into());
        }
        next = OrganisationNumber(next.0.saturating_add(1));
        rules::check_codes(overlay.directory(), organisation)?;
        let key = EntryKey::of_organisation(organisation.number);
        overlay.check_absent(&key)?;
        Ok(Draft::other(key, None, EntryBody::Organisation(organisation.clone())))
    })
}

/// Known organisations are replaced whole; the governor stays the governor. Operators of validators are updated by proposals.
pub(super) fn update<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Organisation],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| EntryKey::of_organisation(item.number)).zip(0..))?;
    distinct_codes(items)?;
    each(items, |organisation| {
        check_role(actor, Roles::GOVERNOR)?;
        if overlay.directory().organisation(organisation.number).is_none() {
            return Err(RejectCode::OrganisationMissing.into());
        }
        check_alone(overlay, organisation.number)?;
        rules::check_update(overlay.directory(), overlay.governance(), organisation)?;
        let key = EntryKey::of_organisation(organisation.number);
        Ok(Draft::other(key, overlay.index_of(&key), EntryBody::Organisation(organisation.clone())))
    })
}

/// Refuses two items with one credit code.
fn distinct_codes<E>(items: &[Organisation]) -> Result<(), Rejection<E>> {
    let mut known = BTreeSet::new();
    for (item, organisation) in (0_u32..).zip(items) {
        if !known.insert(&organisation.credit_code) {
            return Err(Rejection { item, stop: RejectCode::CreditCodeTaken.into() });
        }
    }
    Ok(())
}
