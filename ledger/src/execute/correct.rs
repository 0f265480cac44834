//! Rules of correction (更正): an issuer's error is put right, the licence stays the same one.

use super::mint::{check_content, check_files};
use super::overlay::{Draft, Overlay, check_role};
use super::{Drafts, distinct, each};
use crate::entry::licence::GroundCode;
use crate::entry::{Licence, Organisation, Roles, Status};
use crate::state::StateView;
use crate::transaction::{Correction, RejectCode};
use std::borrow::Cow;

/// Corrected contents by the issuer; even an ended licence can be corrected, a replaced one stays replaced.
pub(super) fn correct<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Correction],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| item.key).zip(0..))?;
    each(items, |item| {
        check_role(actor, Roles::ISSUER)?;
        let found = overlay.licence_of(actor.number, &item.key)?;
        check_content(overlay, actor, &item.licence)?;
        check_files(overlay, actor, &item.licence, Some(&found.licence))?;
        if !within_scope(&found.licence, &item.licence) {
            return Err(RejectCode::CorrectionScope.into());
        }
        Ok(Draft::licence(item.key, Some(found.index), Cow::Borrowed(&item.licence)))
    })
}

fn within_scope(old: &Licence, new: &Licence) -> bool {
    let same_links = old.twin == new.twin && old.replaces == new.replaces && old.replaced_by == new.replaced_by;
    let same_licence = old.licence_type == new.licence_type && old.version == new.version;
    let status_fits = (old.status == Status::Replaced) == (new.status == Status::Replaced);
    same_links
        && same_licence
        && status_fits
        && old.disputed == new.disputed
        && new.ground.code == GroundCode::Correction
}
