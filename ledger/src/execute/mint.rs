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

/// Days that a sealed licence may be dated ahead of its block: the clocks of a desk and of the network may stand on two sides of
/// midnight.
const DAYS_AHEAD_MAX: i32 = 1;

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
    check_files(overlay, actor, licence, None)?;
    if licence.version != 1 || licence.replaces.is_some() || licence.replaced_by.is_some() {
        return Err(RejectCode::NotANewLicence.into());
    }
    let status_fits = match licence.status {
        Status::Valid if !licence.disputed => true,
        Status::Replaced => false,
        // Only a register of the past brings licences that have been suspended, transferred, disputed or ended.
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

/// Files come with the seal on them, and that seal is the issuer's, on file, and within its days on the day of the block: they are
/// sealed now, whatever day the licence says it was issued on. What `former` had already is not judged again: a seal that was
/// cancelled since has sealed it rightly.
pub(super) fn check_files<V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    licence: &Licence,
    former: Option<&Licence>,
) -> Result<(), Stop<V::Error>> {
    if former.is_some_and(|former| former.files == licence.files && former.seal == licence.seal) {
        return Ok(());
    }
    let files = &licence.files;
    let mut pairs = files.iter().enumerate();
    let repeated = pairs.any(|(place, one)| files.iter().take(place).any(|other| other.sha256 == one.sha256));
    if repeated || files.is_empty() != licence.seal.is_none() {
        return Err(RejectCode::FilesAndSeal.into());
    }
    let Some(number) = licence.seal else { return Ok(()) };
    let seal = overlay.directory().seal(number).ok_or(RejectCode::UnknownSeal)?;
    if seal.owner != actor.number {
        return Err(RejectCode::SealOwner.into());
    }
    let today = overlay.time().beijing_date();
    if !seal.may_seal_on(today) {
        return Err(RejectCode::SealNotUsable.into());
    }
    if licence.issued_on.0 > today.0.saturating_add(DAYS_AHEAD_MAX) {
        return Err(RejectCode::IssuedAhead.into());
    }
    Ok(())
}
