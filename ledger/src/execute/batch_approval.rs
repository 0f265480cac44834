//! The two-person rule (双人复核): a mass action is carried out only when another key of the same organisation approved its very items
//! before. One approval serves one transaction.

use super::overlay::{Draft, Overlay, Stop, check_role};
use super::{Drafts, Rejection, distinct, each};
use crate::entry::{BatchApprovalRecord, EntryBody, Organisation, Roles};
use crate::ids::EntryKey;
use crate::state::StateView;
use crate::transaction::{BatchApproval, PayloadKind, RejectCode, VerifiedTransaction};
use zhengku_crypto::sign::PublicKey;

/// Approvals by one key of an issuer. A newer approval of the same items takes the place of the former, used or not.
pub(super) fn approve<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    signer: &PublicKey,
    items: &'t [BatchApproval],
) -> Drafts<'t, V::Error> {
    let key = |item: &BatchApproval| EntryKey::of_batch_approval(actor.number, &item.items_root);
    distinct(items.iter().map(key).zip(0..))?;
    each(items, |item| {
        check_role(actor, Roles::ISSUER)?;
        if !matches!(item.kind, PayloadKind::ChangeStatus | PayloadKind::Correct | PayloadKind::Supersede) {
            return Err(RejectCode::ApprovalKind.into());
        }
        let former = overlay.batch_approval(&key(item))?;
        let is_open_of = |record: &BatchApprovalRecord| record.used_by.is_none() && record.approver == *signer;
        if former.as_ref().is_some_and(|(_, record)| is_open_of(record)) {
            return Err(RejectCode::BatchAlreadyApproved.into());
        }
        let record = BatchApprovalRecord {
            organisation: actor.number,
            items_root: item.items_root,
            count: item.count,
            kind: item.kind,
            approver: signer.clone(),
            used_by: None,
        };
        Ok(Draft::other(key(item), former.map(|(index, _)| index), EntryBody::BatchApproval(record)))
    })
}

/// For a mass action the entry that uses its approval up, nothing for any other transaction.
pub(super) fn use_up<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    transaction: &VerifiedTransaction,
) -> Result<Option<(u32, Draft<'t>)>, Rejection<V::Error>> {
    if !transaction.payload().is_mass_action() {
        return Ok(None);
    }
    let last = transaction.envelope().count.saturating_sub(1);
    let stopped = |stop| Rejection { item: 0, stop };
    used(overlay, actor, transaction).map(|draft| Some((last, draft))).map_err(stopped)
}

fn used<'t, V: StateView>(
    overlay: &Overlay<'_, V>,
    actor: &Organisation,
    transaction: &VerifiedTransaction,
) -> Result<Draft<'t>, Stop<V::Error>> {
    let envelope = transaction.envelope();
    let key = EntryKey::of_batch_approval(actor.number, &envelope.items_root);
    let open = overlay.batch_approval(&key)?.filter(|(_, record)| record.used_by.is_none());
    let (index, record) = open.ok_or(RejectCode::ApprovalMissing)?;
    if record.approver == envelope.signer || !actor.keys.contains(&record.approver) {
        return Err(RejectCode::ApprovalOfOneself.into());
    }
    if (record.kind, record.count) != (envelope.kind, envelope.count) {
        return Err(RejectCode::ApprovalMismatch.into());
    }
    let record = BatchApprovalRecord { used_by: Some(transaction.id()), ..record };
    Ok(Draft::other(key, Some(index), EntryBody::BatchApproval(record)))
}
