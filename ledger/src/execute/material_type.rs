//! Rules of material types: who may define one, and what its source must be.

use super::overlay::{Draft, Overlay, check_role};
use super::{Drafts, distinct, each};
use crate::entry::{EntryBody, MaterialSource, MaterialType, Organisation, Roles};
use crate::ids::{EntryKey, MaterialTypeNumber};
use crate::state::{Directory, StateView};
use crate::transaction::RejectCode;

/// A new type takes the next free number; a known one is redefined by its definer only and keeps its code.
pub(super) fn define<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [MaterialType],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| EntryKey::of_material_type(item.number)).zip(0..))?;
    let directory = overlay.directory();
    let mut next = directory.next_material_type();
    each(items, |material| {
        check_role(actor, Roles::DEFINER)?;
        let known = directory.material_type(material.number);
        if material.definer != actor.number || known.is_some_and(|known| known.definer != actor.number) {
            return Err(RejectCode::MaterialDefiner.into());
        }
        match known {
            Some(known) if known.code != material.code => return Err(RejectCode::MaterialCode.into()),
            Some(_) => {}
            None if material.number == next => next = MaterialTypeNumber(next.0.saturating_add(1)),
            None => return Err(RejectCode::MaterialTypeNumber.into()),
        }
        let same_code = |other: &&MaterialType| other.code == material.code && other.number != material.number;
        let is_taken =
            directory.material_types().any(|other| same_code(&other)) || items.iter().any(|one| same_code(&one));
        if is_taken || material.code.as_str().is_empty() {
            return Err(RejectCode::MaterialCode.into());
        }
        if !is_on_ledger(directory, material.source) {
            return Err(RejectCode::MaterialSource.into());
        }
        let key = EntryKey::of_material_type(material.number);
        Ok(Draft::other(key, overlay.index_of(&key), EntryBody::MaterialType(material.clone())))
    })
}

fn is_on_ledger(directory: &Directory, source: MaterialSource) -> bool {
    match source {
        MaterialSource::Applicant => true,
        MaterialSource::Licence(number) => directory.licence_type(number).is_some(),
        MaterialSource::Department(number) => directory.organisation(number).is_some(),
    }
}
