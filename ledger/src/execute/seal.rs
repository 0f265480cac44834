//! Rules of the register of seals: who may take which step. What may follow what is `SealRecord::check_step`.

use super::overlay::{Draft, Overlay, Stop, check_role};
use super::{Drafts, Rejection, distinct, each};
use crate::entry::{EntryBody, MadeSeal, Organisation, Roles, SealRecord, SealStatus, SealStep};
use crate::ids::{EntryKey, SealNumber};
use crate::state::StateView;
use crate::transaction::{RejectCode, SealApplication, SealCancellation, SealFiling, SealMaking};
use std::collections::BTreeSet;

/// New seals take the next free numbers, in order; the issuer that applies is the owner.
pub(super) fn apply<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [SealApplication],
) -> Drafts<'t, V::Error> {
    let mut next = overlay.directory().next_seal();
    let mut known: BTreeSet<&str> = overlay.directory().seals().map(|one| one.id.as_str()).collect();
    each(items, |item| {
        check_role(actor, Roles::ISSUER)?;
        if item.number != next {
            return Err(RejectCode::SealNumber.into());
        }
        next = SealNumber(next.0.saturating_add(1));
        if item.id.as_str().is_empty() || !known.insert(item.id.as_str()) {
            return Err(RejectCode::SealIdTaken.into());
        }
        let record = SealRecord {
            number: item.number,
            id: item.id.clone(),
            owner: actor.number,
            name_zh: item.name_zh.clone(),
            kind: item.kind,
            made: None,
            status: SealStatus::Applied,
            changed: overlay.time(),
            ground: item.ground,
        };
        Ok(Draft::other(EntryKey::of_seal(item.number), None, EntryBody::Seal(record)))
    })
}

/// Seals that a seal maker made, or that their maker made again with renewed certificates.
pub(super) fn make<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [SealMaking],
    step: SealStep,
) -> Drafts<'t, V::Error> {
    once(items.iter().map(|item| item.number))?;
    each(items, |item| {
        check_role(actor, Roles::SEAL_MAKER)?;
        let mut record = after(overlay, item.number, step)?;
        if record.made.as_ref().is_some_and(|made| made.maker != actor.number) {
            return Err(RejectCode::NotTheSealsParty.into());
        }
        let in_calendar = item.valid_from.is_four_digit_year() && item.valid_to.is_four_digit_year();
        if !in_calendar || item.valid_to < item.valid_from {
            return Err(RejectCode::SealDates.into());
        }
        record.ground = item.ground;
        record.made = Some(MadeSeal {
            maker: actor.number,
            sha256: item.sha256,
            sm3: item.sm3,
            certificates: item.certificates.clone(),
            valid_from: item.valid_from,
            valid_to: item.valid_to,
        });
        Ok(draft(overlay, record))
    })
}

/// A seal is put on file by the maker that made it.
pub(super) fn file<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [SealFiling],
) -> Drafts<'t, V::Error> {
    once(items.iter().map(|item| item.number))?;
    each(items, |item| {
        check_role(actor, Roles::SEAL_MAKER)?;
        let mut record = after(overlay, item.number, SealStep::File)?;
        match &record.made {
            Some(made) if made.maker != actor.number => return Err(RejectCode::NotTheSealsParty.into()),
            Some(made) if made.sha256 == item.sha256 => {}
            _ => return Err(RejectCode::SealMismatch.into()),
        }
        record.ground = item.ground;
        Ok(draft(overlay, record))
    })
}

/// A seal is cancelled by its owner, or by its maker.
pub(super) fn cancel<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [SealCancellation],
) -> Drafts<'t, V::Error> {
    once(items.iter().map(|item| item.number))?;
    each(items, |item| {
        let known = overlay.directory().seal(item.number).ok_or(RejectCode::UnknownSeal)?;
        if known.owner != actor.number && known.made.as_ref().map(|made| made.maker) != Some(actor.number) {
            return Err(RejectCode::NotTheSealsParty.into());
        }
        let mut record = after(overlay, item.number, SealStep::Cancel)?;
        record.ground = item.ground;
        Ok(draft(overlay, record))
    })
}

/// The seal after a step, before what the step brings.
fn after<V: StateView>(
    overlay: &Overlay<'_, V>,
    number: SealNumber,
    step: SealStep,
) -> Result<SealRecord, Stop<V::Error>> {
    let known = overlay.directory().seal(number).ok_or(RejectCode::UnknownSeal)?;
    let status = known.check_step(step).ok_or(RejectCode::SealStep)?;
    Ok(SealRecord { status, changed: overlay.time(), ..known.clone() })
}

fn draft<'t, V: StateView>(overlay: &Overlay<'_, V>, record: SealRecord) -> Draft<'t> {
    let key = EntryKey::of_seal(record.number);
    Draft::other(key, overlay.index_of(&key), EntryBody::Seal(record))
}

/// Refuses two items about one seal.
fn once<E>(numbers: impl Iterator<Item = SealNumber>) -> Result<(), Rejection<E>> {
    distinct(numbers.map(EntryKey::of_seal).zip(0..))
}
