//! Rules of the catalogue: who may define a licence type, and what a definition must not contradict.

use super::overlay::{Draft, Overlay, check_role};
use super::{Drafts, distinct, each};
use crate::entry::licence::MAX_HOLDERS;
use crate::entry::{EntryBody, LicenceType, Organisation, Roles};
use crate::identifier::LicenceTypeCode;
use crate::ids::{EntryKey, LicenceTypeNumber};
use crate::state::StateView;
use crate::transaction::RejectCode;
use std::collections::BTreeSet;

/// A new type takes the next free number; a known one is redefined by its definer only and keeps its code.
pub(super) fn define<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [LicenceType],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| EntryKey::of_licence_type(item.number)).zip(0..))?;
    let mut next = overlay.directory().next_licence_type();
    each(items, |licence_type| {
        check_role(actor, Roles::DEFINER)?;
        if licence_type.definer != actor.number {
            return Err(RejectCode::DefinerMismatch.into());
        }
        check_shape(licence_type)?;
        let same_code = |other: &&LicenceType| other.code == licence_type.code && other.number != licence_type.number;
        if overlay.directory().licence_types().any(|other| same_code(&other))
            || items.iter().any(|other| same_code(&other))
        {
            return Err(RejectCode::TypeCodeTaken.into());
        }
        match overlay.directory().licence_type(licence_type.number) {
            Some(known) if known.definer != actor.number => return Err(RejectCode::DefinerMismatch.into()),
            Some(known) if !may_follow(known, licence_type) => return Err(RejectCode::TypeContradiction.into()),
            Some(_) => {}
            None if licence_type.number == next => next = LicenceTypeNumber(next.0.saturating_add(1)),
            None => return Err(RejectCode::LicenceTypeNumber.into()),
        }
        let key = EntryKey::of_licence_type(licence_type.number);
        Ok(Draft::other(key, overlay.index_of(&key), EntryBody::LicenceType(licence_type.clone())))
    })
}

/// A redefinition keeps the code, the parts and every field key: proofs of licences issued before show those fields.
fn may_follow(known: &LicenceType, next: &LicenceType) -> bool {
    let keeps_fields = known.fields.iter().all(|field| next.fields.iter().any(|other| other.key == field.key));
    known.code == next.code && known.twin == next.twin && keeps_fields
}

fn check_shape(licence_type: &LicenceType) -> Result<(), RejectCode> {
    let holders = licence_type.min_holders..=licence_type.max_holders;
    let holders_fit = !holders.is_empty() && !holders.contains(&0) && usize::from(*holders.end()) <= MAX_HOLDERS;
    let code_fits = LicenceTypeCode::parse(licence_type.code.as_str()).is_ok();
    let aliases_fit = licence_type.aliases.iter().all(|one| !one.code.as_str().is_empty());
    let once = is_once(&licence_type.fields, |field| &field.key)
        && is_once(&licence_type.holder_kinds, |kind| kind)
        && is_once(&licence_type.aliases, |alias| &alias.jurisdiction)
        && is_once(&licence_type.states, |name| &name.state);
    if holders_fit && code_fits && aliases_fit && once { Ok(()) } else { Err(RejectCode::TypeContradiction) }
}

/// Whether no two items have one key.
fn is_once<'i, T, K: Ord + 'i>(items: &'i [T], key: impl Fn(&'i T) -> &'i K) -> bool {
    let mut known = BTreeSet::new();
    items.iter().all(|item| known.insert(key(item)))
}
