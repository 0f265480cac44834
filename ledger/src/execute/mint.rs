//! Rules of minting.

use super::overlay::{Draft, Overlay, Stop, check_role};
use super::{Drafts, distinct, each};
use crate::entry::licence::GroundCode;
use crate::entry::{Licence, Organisation, Roles, Status};
use crate::ids::EntryKey;
use crate::state::StateView;
use crate::transaction::{Mint, RejectCode};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// New licences of the actor, each with a key never used before; twins come together.
pub(super) fn mint<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Mint],
) -> Drafts<'t, V::Error> {
    distinct(items.iter().map(|item| item.key).zip(0..))?;
    let twins: BTreeMap<EntryKey, &Licence> =
        items.iter().filter(|item| item.licence.twin.is_some()).map(|item| (item.key, &item.licence)).collect();
    each(items, |item| {
        check_role(actor, Roles::ISSUER)?;
        check_new(overlay, actor, &item.licence)?;
        if let Some(twin) = item.licence.twin {
            let points_back = twins.get(&twin).is_some_and(|other| {
                other.twin == Some(item.key) && twin != item.key && other.licence_type == item.licence.licence_type
            });
            if !points_back {
                return Err(RejectCode::TwinNotMutual.into());
            }
        }
        overlay.check_free(&item.key)?;
        Ok(Draft::licence(item.key, None, Cow::Borrowed(&item.licence)))
    })
}

fn check_new<V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    licence: &Licence,
) -> Result<(), Stop<V::Error>> {
    check_content(overlay, actor, licence)?;
    if licence.version != 1 || licence.replaces.is_some() || licence.replaced_by.is_some() {
        return Err(RejectCode::NotANewLicence.into());
    }
    let status_fits = match licence.status {
        Status::Valid => true,
        Status::Replaced => false,
        // Only a register of the past brings licences that have been suspended or ended.
        _ => licence.ground.code == GroundCode::RegisterImport,
    };
    if status_fits { Ok(()) } else { Err(RejectCode::InitialStatus.into()) }
}

/// What every state of a licence must satisfy, new or changed.
pub(super) fn check_content<V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    licence: &Licence,
) -> Result<(), Stop<V::Error>> {
    if licence.issuer != actor.number {
        return Err(RejectCode::IssuerMismatch.into());
    }
    let licence_type = overlay.directory().licence_type(licence.licence_type).ok_or(RejectCode::UnknownLicenceType)?;
    licence_type.check(licence).map_err(RejectCode::from)?;
    Ok(())
}
