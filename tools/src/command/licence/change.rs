//! Changing a licence's status, and erasing its face data.

use super::find::parts_by_number;
use super::{StatusLine, not_anchored, status_line, status_table};
use crate::access::Access;
use crate::changing::{self, Asked};
use crate::cli::{Ending, EraseArguments, GroundArguments, RevokeArguments};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use zhengku_ledger::entry::Licence;
use zhengku_ledger::entry::licence::{Change, GroundCode};
use zhengku_ledger::ids::EntryKey;
use zhengku_library::vault::VaultError;
use zhengku_node::audit::{GROUND_VERSION, records_of};
use zhengku_store::OpenMode;

/// `licence revoke`.
pub(crate) fn revoke(arguments: &RevokeArguments, console: &Console) -> Result<u8, Failure> {
    let change = match arguments.kind {
        Ending::Cancel => Change::Cancel,
        Ending::Rescind => Change::Rescind,
        Ending::Withdraw => Change::Withdraw,
    };
    apply(&arguments.ground, change, console)
}

/// `licence suspend`.
pub(crate) fn suspend(arguments: &GroundArguments, console: &Console) -> Result<u8, Failure> {
    apply(arguments, Change::Suspend, console)
}

/// `licence resume`.
pub(crate) fn resume(arguments: &GroundArguments, console: &Console) -> Result<u8, Failure> {
    apply(arguments, Change::Resume, console)
}

/// `licence transfer`.
pub(crate) fn transfer(arguments: &GroundArguments, console: &Console) -> Result<u8, Failure> {
    apply(arguments, Change::TransferOut, console)
}

/// `licence return`.
pub(crate) fn take_back(arguments: &GroundArguments, console: &Console) -> Result<u8, Failure> {
    apply(arguments, Change::ReturnTransfer, console)
}

/// `licence dispute`.
pub(crate) fn dispute(arguments: &GroundArguments, console: &Console) -> Result<u8, Failure> {
    apply(arguments, Change::Dispute, console)
}

/// `licence settle`.
pub(crate) fn settle(arguments: &GroundArguments, console: &Console) -> Result<u8, Failure> {
    apply(arguments, Change::SettleDispute, console)
}

/// Changes every part of the licence.
fn apply(arguments: &GroundArguments, change: Change, console: &Console) -> Result<u8, Failure> {
    if arguments.ground.trim().is_empty() {
        return Err(Failure::usage("请写明法律依据或事由", "the legal ground must not be blank"));
    }
    let access = Access::open(&arguments.licence.data, arguments.licence.node.as_deref(), OpenMode::Write)?;
    let found = parts_by_number(&access, &arguments.licence)?;
    let Some(first) = found.first() else {
        return not_anchored(&arguments.licence, &access.standing()?, console);
    };
    let signers = changing::signers(&access, first.licence.issuer)?;
    let keys: Vec<EntryKey> = found.iter().map(|part| part.entry.key).collect();
    let asked = Asked { change, code: GroundCode::Decision, text: &arguments.ground, operator: None };
    changing::change(&access, &signers, &keys, &asked, &mut |_| ())?;
    let changed = parts_by_number(&access, &arguments.licence)?;
    let standing = access.standing()?;
    let mut lines = changed.iter().map(|part| status_line(&standing, &arguments.licence.number, part));
    if let Some(first) = lines.next() {
        let changed = Changed { first, other_part: lines.next() };
        let mut table = status_table(&changed.first);
        table.extend(changed.other_part.iter().flat_map(status_table));
        console.result(&changed, &table)?;
    }
    Ok(0)
}

/// The state after a change, with that of a twin's other part.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    first: StatusLine,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_part: Option<StatusLine>,
}

/// The text of the last ground, when there is one and it was not erased.
pub(super) fn ground_text(access: &Access, key: &EntryKey, licence: &Licence) -> Result<Option<String>, Failure> {
    let Some(id) = licence.ground.text else { return Ok(None) };
    match access.vault().open_record(&id, changing::ground_owner(key, licence), GROUND_VERSION) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(VaultError::Erased { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// `licence erase`: destroys the keys of every record that this licence's states name, of both parts unless one was asked for.
pub(crate) fn erase(asked: &EraseArguments, console: &Console) -> Result<u8, Failure> {
    let arguments = &asked.licence;
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Write)?;
    let found = parts_by_number(&access, arguments)?;
    if found.is_empty() {
        return not_anchored(arguments, &access.standing()?, console);
    }
    let mut named = Vec::new();
    for part in found {
        let mut next = Some(part.entry);
        while let Some(entry) = next {
            named.extend(entry.licence().into_iter().flat_map(records_of).map(|(id, _)| id));
            next = entry.previous.map(|previous| access.entry(previous)).transpose()?;
        }
    }
    let mut kept = Vec::new();
    for id in named {
        if access.vault().contains(&id)? && !kept.contains(&id) {
            kept.push(id);
        }
    }
    if !asked.yes {
        let count = kept.len();
        return Err(Failure::usage(
            format!(
                "将销毁 {count} 份加密记录 (照面信息、证照文件、事由), 销毁后无法恢复, 账本记录不变; 确认请加 --yes"
            ),
            format!(
                "{count} encrypted records (face, files, grounds) would be destroyed for good, the ledger stays as it is; add --yes to do it"
            ),
        ));
    }
    access.vault().erase_all(&kept)?;
    let answer = serde_json::json!({ "number": arguments.number, "erased_records": kept.len() });
    console.result(&answer, &[("已销毁记录", "Records erased", kept.len().to_string())])?;
    Ok(0)
}
