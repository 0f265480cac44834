//! Rules of suspending, resuming, transferring, disputing and ending licences: the life cycle itself is `Standing::after`.

use super::overlay::{Draft, Overlay, check_role};
use super::{Drafts, distinct, each};
use crate::entry::{Organisation, Roles, Standing};
use crate::state::StateView;
use crate::transaction::{RejectCode, StatusChange};
use std::borrow::Cow;

/// Changes of status by the issuer.
pub(super) fn change<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [StatusChange],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| item.key).zip(0..))?;
    each(items, |item| {
        check_role(actor, Roles::ISSUER)?;
        let mut found = overlay.licence_of(actor.number, &item.key)?;
        let Standing { status, disputed } = found.licence.standing().after(item.change).map_err(RejectCode::from)?;
        (found.licence.status, found.licence.disputed) = (status, disputed);
        found.licence.ground = item.ground;
        Ok(Draft::licence(item.key, Some(found.index), Cow::Owned(found.licence)))
    })
}
