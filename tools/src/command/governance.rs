//! `zhengku governance`: changes that the validators' organisations decide together.

mod change;
mod difference;

use crate::cli::governance::{ApproveArguments, GovernanceCommand, ProposeArguments, SignerArguments};
use crate::cli::network::NodeUrl;
use crate::department::caller_of;
use crate::failure::Failure;
use crate::output::Console;
use crate::remote::{Client, RemoteLedger};
use change::State;
use serde::Serialize;
use zhengku_api_types::Proposal;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::EntryBody;
use zhengku_ledger::ids::{EntryKey, IdempotencyKey};
use zhengku_ledger::transaction::{Approval, Payload, SignedTransaction};
use zhengku_library::port::{Keyring, Read};
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;
use zhengku_node::keys::KeyStore;

/// Runs a command of governance.
pub(super) fn run(command: &GovernanceCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        GovernanceCommand::List(arguments) => list(arguments, console),
        GovernanceCommand::Preview(arguments) => preview(arguments, console),
        GovernanceCommand::Propose(arguments) => propose(arguments, console),
        GovernanceCommand::Approve(arguments) => approve(arguments, console),
    }
}

fn list(arguments: &NodeUrl, console: &Console) -> Result<u8, Failure> {
    let proposals = super::wait(Client::new(&arguments.node)?.proposals())??;
    let language = console.language();
    let headings = [
        ("编号", "Number"),
        ("变更", "Change"),
        ("状态", "Status"),
        ("批准", "Approved by"),
        ("生效高度", "Effective"),
        ("失效高度", "Expires"),
    ];
    let row = |one: &Proposal| {
        let approvals: Vec<String> = one.approvals.iter().map(ToString::to_string).collect();
        let effective = one.effective.map_or_else(|| "–".to_owned(), |height| height.to_string());
        let expires = one.expires.to_string();
        vec![one.number.to_string(), one.change.clone(), one.status.clone(), approvals.join(","), effective, expires]
    };
    let rows: Vec<_> = proposals.items.iter().map(row).collect();
    console.rows(&proposals.items, &headings.map(|(zh, en)| language.pick(zh, en)), &rows)?;
    Ok(0)
}

fn preview(arguments: &ProposeArguments, console: &Console) -> Result<u8, Failure> {
    let client = Client::new(&arguments.change.signer().node.node)?;
    let state = super::wait(State::read(&client))??;
    let change = change::of(&arguments.change, &state)?;
    difference::show(&state, &change, console)?;
    Ok(0)
}

#[derive(Serialize)]
struct Decided {
    transaction: String,
    height: u64,
    proposal: Option<u32>,
}

fn propose(arguments: &ProposeArguments, console: &Console) -> Result<u8, Failure> {
    let signer = arguments.change.signer();
    let ledger = connect(signer)?;
    let state = ledger.wait(State::read(ledger.client()))?;
    let change = change::of(&arguments.change, &state)?;
    difference::show(&state, &change, console)?;
    let before = ledger.wait(ledger.client().proposals())?;
    let items = Bounded::new(vec![change]).map_err(NodeError::from)?;
    let decision = sign(&ledger, signer, Payload::ProposeChange(items))?;
    let after = ledger.wait(ledger.client().proposals())?;
    let is_new = |one: &&Proposal| !before.items.iter().any(|known| known.number == one.number);
    let number = after.items.iter().rfind(is_new).map(|one| one.number);
    let next = number.map_or_else(String::new, |number| number.to_string());
    console.remark(
        &format!("下一步: 其他验证节点的机构运行 zhengku governance approve {next} --node {}", signer.node.node),
        &format!(
            "next: the other validators' organisations run zhengku governance approve {next} --node {}",
            signer.node.node
        ),
    );
    decided(&decision, number, console)
}

fn approve(arguments: &ApproveArguments, console: &Console) -> Result<u8, Failure> {
    let ledger = connect(&arguments.signer)?;
    let key = EntryKey::of_proposal(arguments.number);
    let found = ledger.entries(std::slice::from_ref(&key))?.pop().flatten();
    let Some(EntryBody::Proposal(proposal)) = found.map(|(_, entry)| entry.body) else {
        let number = arguments.number;
        return Err(Failure::usage(
            format!("没有提案 {number}; 见 zhengku governance list --node {}", arguments.signer.node.node),
            format!("there is no proposal {number}; see zhengku governance list --node {}", arguments.signer.node.node),
        ));
    };
    let state = ledger.wait(State::read(ledger.client()))?;
    difference::show(&state, &proposal.change, console)?;
    let approval = Approval { proposal: arguments.number, change: proposal.change.digest() };
    let items = Bounded::new(vec![approval]).map_err(NodeError::from)?;
    let decision = sign(&ledger, &arguments.signer, Payload::ApproveChange(items))?;
    decided(&decision, Some(arguments.number), console)
}

fn decided(decision: &zhengku_api_types::Decision, number: Option<u32>, console: &Console) -> Result<u8, Failure> {
    let made = Decided { transaction: decision.transaction.to_string(), height: decision.height, proposal: number };
    let shown = number.map_or_else(|| "–".to_owned(), |number| number.to_string());
    console.result(
        &made,
        &[
            ("提案", "Proposal", shown),
            ("高度", "Height", made.height.to_string()),
            ("交易", "Transaction", made.transaction.clone()),
        ],
    )?;
    Ok(0)
}

fn connect(signer: &SignerArguments) -> Result<RemoteLedger, Failure> {
    let keys = KeyStore::new(&signer.keys);
    let client = Client::new(&signer.node.node)?;
    Ok(RemoteLedger::connect(client, |directory| directory.organisations().find_map(|one| caller_of(&keys, one)))?)
}

/// Signs with the first organisation whose key is held, and waits for the decision.
fn sign(
    ledger: &RemoteLedger,
    signer: &SignerArguments,
    payload: Payload,
) -> Result<zhengku_api_types::Decision, Failure> {
    let ring = KeyStore::new(&signer.keys).ring(&ledger.directory());
    let held = ledger.directory().organisations().find_map(|one| Some((one.number, ring.signer(one.number)?)));
    let (organisation, key) = held.ok_or(crate::remote::RemoteError::NoKey)?;
    let nonce = Randomness::new().array().map_err(NodeError::from)?;
    let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(nonce));
    let signed = SignedTransaction::sign(ledger.chain(), organisation, idempotency, payload, &*key);
    Ok(ledger.apply(signed.map_err(NodeError::from)?)?)
}
