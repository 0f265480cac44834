//! Changing a licence's status, and erasing its face data.

use super::find::by_number;
use super::{not_anchored, status_line, status_table};
use crate::cli::{Ending, GroundArguments, LicenceArgument, RevokeArguments};
use crate::command::open;
use crate::failure::Failure;
use crate::output::Console;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::licence::{Change, GroundCode};
use zhengku_ledger::entry::{Ground, Licence};
use zhengku_ledger::ids::{EntryKey, IdempotencyKey};
use zhengku_ledger::state::StateView;
use zhengku_ledger::transaction::{Payload, SignedTransaction, StatusChange};
use zhengku_library::port::Keyring;
use zhengku_library::random::Randomness;
use zhengku_library::vault::VaultError;
use zhengku_node::audit::{GROUND_VERSION, records_of};
use zhengku_node::{Node, NodeError};
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

/// Vault first (the ground's text, sealed), ledger second (its digest), confirmation last.
fn apply(arguments: &GroundArguments, change: Change, console: &Console) -> Result<u8, Failure> {
    let node = open(&arguments.licence.data, OpenMode::Write)?;
    let found = by_number(&node, &node.store().view(), &arguments.licence)?;
    let Some(found) = found else { return not_anchored(&arguments.licence, &node.store().view(), console) };
    let issuer = found.licence.issuer;
    let signer = node
        .ring()
        .signer(issuer)
        .ok_or_else(|| Failure::usage("本机没有该发证机关的签名密钥", "the issuer's signing key is not held here"))?;
    let mut random = Randomness::new();
    let key = found.entry.key;
    let record = node.vault().seal(&key, GROUND_VERSION, arguments.ground.as_bytes(), &mut random)?;
    let ground = Ground { code: GroundCode::Decision, text: Some(record.id) };
    let items = Bounded::new(vec![StatusChange { key, change, ground }]).map_err(NodeError::from)?;
    let random_key = random.array().map_err(NodeError::from)?;
    let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(random_key));
    let chain = node.store().tip().header.chain;
    let signed = SignedTransaction::sign(chain, issuer, idempotency, Payload::ChangeStatus(items), &*signer);
    let pending = node.vault().put(&[record])?;
    match node.apply(signed.map_err(NodeError::from)?) {
        Ok(_) => node.vault().confirm(pending)?,
        Err(error) => {
            // Rejected: no entry names the text. After any other error the block may still stand, and the next start decides.
            if matches!(error, NodeError::Rejected { .. }) {
                node.vault().withdraw(pending)?;
            }
            return Err(error.into());
        }
    }
    let view = node.store().view();
    if let Some(found) = by_number(&node, &view, &arguments.licence)? {
        let line = status_line(&view, &arguments.licence.number, &found);
        console.result(&line, &status_table(&line))?;
    }
    Ok(0)
}

/// The text of the last ground, when there is one and it was not erased.
pub(super) fn ground_text(node: &Node, key: &EntryKey, licence: &Licence) -> Result<Option<String>, Failure> {
    let Some(id) = licence.ground.text else { return Ok(None) };
    match node.vault().open_record(&id, key, GROUND_VERSION) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(VaultError::Erased { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// `licence erase`: destroys the keys of every record that this licence's states name.
pub(crate) fn erase(arguments: &LicenceArgument, console: &Console) -> Result<u8, Failure> {
    let node = open(&arguments.data, OpenMode::Write)?;
    let view = node.store().view();
    let Some(found) = by_number(&node, &view, arguments)? else { return not_anchored(arguments, &view, console) };
    let mut erased = 0_u64;
    let mut next = Some(found.entry);
    while let Some(entry) = next {
        for (id, _) in entry.licence().into_iter().flat_map(records_of) {
            if node.vault().contains(&id)? {
                node.vault().erase(&id)?;
                erased = erased.saturating_add(1);
            }
        }
        next = entry.previous.map(|previous| view.entry(previous)).transpose()?;
    }
    let answer = serde_json::json!({ "number": arguments.number, "erased_records": erased });
    console.result(&answer, &[("已销毁记录", "Records erased", erased.to_string())])?;
    Ok(0)
}
