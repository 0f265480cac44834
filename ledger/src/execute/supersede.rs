//! Rules of superseding: amendment (变更) and renewal (延续) keep the number, a reissue (换发) takes a new one.

use super::mint::{check_content, check_files};
use super::overlay::{Draft, Found, Overlay, Stop, check_role};
use super::{Drafts, distinct, each};
use crate::entry::{Licence, Organisation, Roles, Status};
use crate::ids::Date;
use crate::state::StateView;
use crate::transaction::{RejectCode, SupersedeCause, Supersession};
use std::borrow::Cow;

/// New states of existing licences by their issuer.
pub(super) fn supersede<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Supersession],
) -> Drafts<'t, V::Error> {
    let keys = |item: &Supersession| std::iter::once(item.old).chain((item.new != item.old).then_some(item.new));
    distinct((0_u32..).zip(items).flat_map(|(place, item)| keys(item).map(move |key| (key, place))))?;
    each(items, |item| {
        check_role(actor, Roles::ISSUER)?;
        let found = overlay.licence_of(actor.number, &item.old)?;
        found.licence.status.check_supersede().map_err(RejectCode::from)?;
        check_content(overlay, actor, &item.licence)?;
        check_files(overlay, actor, &item.licence, None)?;
        match item.cause {
            SupersedeCause::Amend | SupersedeCause::Renew => same_number(found, item, overlay.time().beijing_date()),
            SupersedeCause::Reissue => new_number(overlay, found, item),
        }
    })
}

fn same_number<'t, E>(found: Found, item: &'t Supersession, today: Date) -> Result<Draft<'t>, Stop<E>> {
    let (old, new) = (&found.licence, &item.licence);
    if item.new != item.old {
        return Err(RejectCode::CauseAndKey.into());
    }
    if old.version.checked_add(1) != Some(new.version) {
        return Err(RejectCode::VersionNumber.into());
    }
    if !same_thing(old, new) || old.replaces != new.replaces {
        return Err(RejectCode::SupersedeScope.into());
    }
    let last = |licence: &Licence| licence.valid_to.map_or(i32::MAX, |day| day.0);
    if item.cause == SupersedeCause::Renew && last(new) <= last(old) {
        return Err(RejectCode::RenewalNotLater.into());
    }
    // Else amendments would end licences, without the second person whom ends take.
    if last(new) < last(old) || new.valid_from > old.valid_from.max(today) {
        return Err(RejectCode::Shortened.into());
    }
    Ok(Draft::licence(item.old, Some(found.index), Cow::Borrowed(new)))
}

fn new_number<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    found: Found,
    item: &'t Supersession,
) -> Result<Draft<'t>, Stop<V::Error>> {
    let new = &item.licence;
    if item.new == item.old {
        return Err(RejectCode::CauseAndKey.into());
    }
    if new.version != 1 {
        return Err(RejectCode::VersionNumber.into());
    }
    if !same_thing(&found.licence, new) || new.replaces != Some(item.old) {
        return Err(RejectCode::SupersedeScope.into());
    }
    overlay.check_free(&item.new)?;
    let mut old = found.licence;
    // A dispute goes on at the successor.
    (old.status, old.disputed) = (Status::Replaced, false);
    old.ground = new.ground;
    old.replaced_by = Some(item.new);
    let mut draft = Draft::licence(item.new, None, Cow::Borrowed(new));
    draft.also = Some(Box::new(Draft::licence(item.old, Some(found.index), Cow::Owned(old))));
    Ok(draft)
}

/// Type, status, dispute and twin stay; nothing has replaced the new state yet.
fn same_thing(old: &Licence, new: &Licence) -> bool {
    old.licence_type == new.licence_type
        && old.standing() == new.standing()
        && old.twin == new.twin
        && new.replaced_by.is_none()
}
