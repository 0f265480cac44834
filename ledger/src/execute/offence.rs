//! Rules of reports: an offence is put on record once, with its evidence. It has no consequence by itself.

use super::overlay::{Draft, Overlay};
use super::{Drafts, each};
use crate::block::Offence;
use crate::entry::{EntryBody, OffenceRecord, Organisation};
use crate::governance::MAX_OFFENCES_OF_A_KEY;
use crate::ids::EntryKey;
use crate::state::StateView;
use crate::transaction::RejectCode;
use std::collections::BTreeSet;

/// Any organisation that may act can report: the evidence speaks for itself.
pub(super) fn report<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    items: &'t [Offence],
) -> Drafts<'t, V::Error> {
    let governance = overlay.governance();
    let mut next = governance.offence_count();
    let mut reported = BTreeSet::new();
    each(items, |evidence| {
        let (key, (height, round), kind) = (evidence.validator(), evidence.place(), evidence.kind());
        if height > overlay.height() {
            return Err(RejectCode::OffenceHeight.into());
        }
        let term = governance.term_at(key, height).ok_or(RejectCode::OffenceKey)?;
        let of_key = || governance.offences().iter().filter(|known| known.key == *key);
        let is_known = of_key().any(|known| (known.height, known.round, known.kind) == (height, round, kind));
        if is_known || !reported.insert((key, height, round, kind)) {
            return Err(RejectCode::OffenceRecorded.into());
        }
        if of_key().count().saturating_add(items.len()) > MAX_OFFENCES_OF_A_KEY {
            return Err(RejectCode::OffenceLimit.into());
        }
        evidence.verify(overlay.chain()).map_err(|_| RejectCode::OffenceNotProven)?;
        let number = next;
        next = next.saturating_add(1);
        let node = term.node.clone();
        let record = OffenceRecord { number, node, reporter: actor.number, evidence: evidence.clone() };
        Ok(Draft::other(EntryKey::of_offence(number), None, EntryBody::Offence(record)))
    })
}
