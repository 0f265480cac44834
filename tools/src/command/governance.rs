//! `zhengku governance`: changes that the validators' organisations decide together.

mod change;
mod difference;
mod list;

use crate::access::unusable_zh;
use crate::cli::governance::{ApproveArguments, GovernanceCommand, ProposeArguments, SignerArguments};
use crate::cli::network::NodeUrl;
use crate::department::caller;
use crate::failure::Failure;
use crate::output::Console;
use crate::remote::{Client, RemoteLedger};
use change::State;
use serde::Serialize;
use zhengku_api_types::Proposal;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{
    EntryBody, GovernanceChange, GovernanceProposal, Organisation, OrganisationStatus, ProposalStatus,
};
use zhengku_ledger::ids::{EntryKey, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::{Approval, Payload, RejectCode, SignedTransaction};
use zhengku_library::port::Read;
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;
use zhengku_node::keys::KeyStore;

/// Runs a command of governance.
pub(super) fn run(command: &GovernanceCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        GovernanceCommand::List(arguments) => list::run(arguments, console),
        GovernanceCommand::Organisations(arguments) => organisations(arguments, console),
        GovernanceCommand::Preview(arguments) => preview(arguments, console),
        GovernanceCommand::Propose(arguments) => propose(arguments, console),
        GovernanceCommand::Approve(arguments) => approve(arguments, console),
    }
}

#[derive(Serialize)]
struct ShownOrganisation {
    number: u32,
    credit_code: String,
    name: String,
    roles: String,
    is_active: bool,
    keys: Vec<String>,
}

fn organisations(arguments: &NodeUrl, console: &Console) -> Result<u8, Failure> {
    let directory = super::wait(Client::new(&arguments.node)?.directory())??;
    let language = console.language();
    let shown = |one: &Organisation| ShownOrganisation {
        number: one.number.0,
        credit_code: one.credit_code.to_string(),
        name: language.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        roles: difference::roles(one.roles, language),
        is_active: one.status == OrganisationStatus::Active,
        keys: one.keys.iter().map(ToString::to_string).collect(),
    };
    let all: Vec<ShownOrganisation> = directory.organisations().map(shown).collect();
    let headings = [
        ("编号", "Number"),
        ("信用代码", "Credit code"),
        ("名称", "Name"),
        ("角色", "Roles"),
        ("状态", "Status"),
        ("公钥", "Keys"),
    ];
    let row = |one: &ShownOrganisation| {
        let status = if one.is_active { language.pick("启用", "active") } else { language.pick("停用", "barred") };
        let (number, keys) = (one.number.to_string(), one.keys.join(" "));
        vec![number, one.credit_code.clone(), one.name.clone(), one.roles.clone(), status.to_owned(), keys]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    console.rows(&all, &headings.map(|(zh, en)| language.pick(zh, en)), &rows)?;
    Ok(0)
}

fn preview(arguments: &ProposeArguments, console: &Console) -> Result<u8, Failure> {
    let client = Client::new(&arguments.change.signer().node.node)?;
    let state = super::wait(State::read(&client))??;
    let change = change::of(&arguments.change, &state)?;
    change::possible(&state, &change, None)?;
    difference::print(&state, &change, console)?;
    warn_of_rivals(&super::wait(client.proposals())??.items, &change, console);
    console.remark(
        "以上为预演, 未提交; 提出此变更: 将 preview 换为 propose",
        "nothing was submitted; to propose it, write propose in the place of preview",
    );
    Ok(0)
}

/// Says which pending proposals take the same number of an organisation: the first to take effect makes the others impossible.
fn warn_of_rivals(pending: &[Proposal], change: &GovernanceChange, console: &Console) {
    for number in change::rivals(pending, change) {
        console.remark(
            &format!("! 待决提案 {number} 登记同一编号: 先生效者占用编号, 另一项将失败; 请在其生效后再提出"),
            &format!(
                "! pending proposal {number} registers the same number: whichever takes effect first makes the other fail; better propose \
                 this one afterwards"
            ),
        );
    }
}

#[derive(Serialize)]
struct Decided {
    transaction: String,
    height: u64,
    organisation: u32,
    proposal: Option<u32>,
    change: String,
    status: Option<String>,
    effective: Option<u64>,
}

fn propose(arguments: &ProposeArguments, console: &Console) -> Result<u8, Failure> {
    let signer = arguments.change.signer();
    let ledger = connect(signer)?;
    let state = ledger.wait(State::read(ledger.client()))?;
    let change = change::of(&arguments.change, &state)?;
    change::possible(&state, &change, None)?;
    difference::show(&state, &change, console);
    let (digest, before) = (change.digest(), ledger.wait(ledger.client().proposals())?);
    warn_of_rivals(&before.items, &change, console);
    let items = Bounded::new(vec![change]).map_err(NodeError::from)?;
    let (organisation, decision) = sign(&ledger, signer, Payload::ProposeChange(items))?;
    let after = ledger.wait(ledger.client().proposals())?;
    let is_new = |one: &&Proposal| !before.items.iter().any(|known| known.number == one.number);
    let proposal = after.items.iter().rfind(is_new);
    if let Some(one) = proposal.filter(|one| one.status == "open") {
        let next = format!(
            "zhengku governance approve {} --change {digest} --keys DIR --node {}",
            one.number, signer.node.node
        );
        console.remark(
            &format!("下一步: 其他验证节点的机构审阅后运行 {next}"),
            &format!("next: the other validators' organisations look at it, then run {next}"),
        );
    }
    decided(&decision, organisation, (proposal, proposal.map(|one| one.number)), &digest, console)
}

fn approve(arguments: &ApproveArguments, console: &Console) -> Result<u8, Failure> {
    let reviewed = arguments.change.as_deref().map(digest).transpose()?;
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
    let change = may_be_approved(&proposal, reviewed.as_ref())?;
    let state = ledger.wait(State::read(ledger.client()))?;
    if proposal.status == ProposalStatus::Open {
        change::possible(&state, &proposal.change, Some(arguments.number))?;
    }
    difference::show(&state, &proposal.change, console);
    let items = Bounded::new(vec![Approval { proposal: arguments.number, change }]).map_err(NodeError::from)?;
    let (organisation, decision) = sign(&ledger, &arguments.signer, Payload::ApproveChange(items))?;
    let after = ledger.wait(ledger.client().proposals())?;
    let proposal = after.items.iter().find(|one| one.number == arguments.number);
    decided(&decision, organisation, (proposal, Some(arguments.number)), &change, console)
}

/// The digest of what is approved: a proposal that is over, or of another change than was looked at, is not even signed.
fn may_be_approved(proposal: &GovernanceProposal, reviewed: Option<&Digest>) -> Result<Digest, Failure> {
    let (number, change) = (proposal.number, proposal.change.digest());
    if let Some((zh, en)) = list::ended(&proposal.status) {
        let code = RejectCode::UnknownProposal.number();
        return Err(Failure::usage(
            format!("提案 {number} 已了结 ({code}): {zh}; 未签名"),
            format!("proposal {number} is over ({code}): {en}; nothing was signed"),
        ));
    }
    if let Some(reviewed) = reviewed.filter(|reviewed| **reviewed != change) {
        let code = RejectCode::ChangeMismatch;
        return Err(Failure::usage(
            format!(
                "--change {reviewed}: {} ({}): 提案 {number} 的变更是 {change}; 未签名。请先核对 zhengku governance list",
                code.reason_zh(),
                code.number()
            ),
            format!(
                "--change {reviewed}: {} ({}): the change of proposal {number} is {change}; nothing was signed. Look at zhengku governance \
                 list first",
                code.reason_en(),
                code.number()
            ),
        ));
    }
    Ok(change)
}

fn digest(text: &str) -> Result<Digest, Failure> {
    text.trim().parse().map_err(|error| {
        Failure::usage(
            format!("--change {text}: 不是变更摘要; 应为 propose 显示的 64 位十六进制摘要 (小写)"),
            format!("--change {text}: {error}; give the 64 hex digits that propose shows"),
        )
    })
}

/// Tells what was decided, and where the proposal stands now. One that has taken effect already is listed no more.
fn decided(
    decision: &zhengku_api_types::Decision,
    organisation: OrganisationNumber,
    (proposal, number): (Option<&Proposal>, Option<u32>),
    change: &Digest,
    console: &Console,
) -> Result<u8, Failure> {
    let made = Decided {
        transaction: decision.transaction.to_string(),
        height: decision.height,
        organisation: organisation.0,
        proposal: number,
        change: change.to_string(),
        status: proposal.map(|one| one.status.clone()),
        effective: proposal.and_then(|one| one.effective),
    };
    let none = || "–".to_owned();
    console.result(
        &made,
        &[
            ("提案", "Proposal", number.map_or_else(none, |number| number.to_string())),
            ("变更摘要", "Digest of the change", made.change.clone()),
            ("签名机构", "Signed by", made.organisation.to_string()),
            ("高度", "Height", made.height.to_string()),
            (
                "状态",
                "Status",
                made.status.as_deref().map_or_else(none, |one| list::status_word(one, console.language()).to_owned()),
            ),
            ("生效高度", "Takes effect at", made.effective.map_or_else(none, |height| height.to_string())),
            ("交易", "Transaction", made.transaction.clone()),
        ],
    )?;
    Ok(0)
}

fn connect(signer: &SignerArguments) -> Result<RemoteLedger, Failure> {
    if !signer.keys.is_dir() {
        let path = signer.keys.display();
        return Err(Failure::usage(
            format!("--keys {path}: 没有此目录; 请给出机构密钥所在的目录"),
            format!("--keys {path}: no such directory; give the one with the organisation's key"),
        ));
    }
    let keys = KeyStore::new(&signer.keys);
    let ledger = RemoteLedger::connect(Client::new(&signer.node.node)?, |directory| caller(&keys, directory))?;
    if keys.first_organisation(&ledger.directory()).is_some() {
        return Ok(ledger);
    }
    let (path, node) = (signer.keys.display(), &signer.node.node);
    let directory = ledger.directory();
    let known: Vec<PublicKey> = directory.organisations().flat_map(|one| one.keys.iter().cloned()).collect();
    if let Some(error) = keys.unusable_among(&known) {
        return Err(Failure::usage(unusable_zh(&error), error.to_string()));
    }
    Err(Failure::usage(
        format!(
            "{path}: 其中没有账本上任何机构现用的密钥 (未登记, 已轮换, 或口令未给出); 请比对 zhengku key show --keys {path} 与 zhengku governance \
             organisations --node {node}"
        ),
        format!(
            "{path}: no key here is one that an organisation of the ledger uses now: not registered, rotated away, or under a passphrase; \
             compare zhengku key show --keys {path} with zhengku governance organisations --node {node}"
        ),
    ))
}

/// Signs with the first organisation whose key is held, and waits for the decision.
fn sign(
    ledger: &RemoteLedger,
    signer: &SignerArguments,
    payload: Payload,
) -> Result<(OrganisationNumber, zhengku_api_types::Decision), Failure> {
    let held = KeyStore::new(&signer.keys).first_organisation(&ledger.directory());
    let (organisation, key) = held.ok_or(crate::remote::RemoteError::NoKey)?;
    let nonce = Randomness::new().array().map_err(NodeError::from)?;
    let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(nonce));
    let signed = SignedTransaction::sign(ledger.chain(), organisation, idempotency, payload, &*key);
    Ok((organisation, ledger.apply(signed.map_err(NodeError::from)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_ledger::codec::Text;
    use zhengku_ledger::ids::Height;

    #[test]
    fn nothing_is_signed_for_another_change_or_for_one_that_is_over() {
        let of = |status| GovernanceProposal {
            number: 7,
            proposer: OrganisationNumber(3),
            change: GovernanceChange::RemoveNode(Text::new("jiading-1").unwrap()),
            approvals: Bounded::new(Vec::new()).unwrap(),
            expires: Height(10_000),
            status,
        };
        let open = of(ProposalStatus::Open);
        let (change, other) = (open.change.digest(), Digest::from_bytes([0; 32]));
        assert_eq!(may_be_approved(&open, None).unwrap(), change);
        assert_eq!(may_be_approved(&open, Some(&change)).unwrap(), change);
        let refused = may_be_approved(&open, Some(&other)).err().unwrap().to_string();
        assert!(refused.contains("(404)") && refused.contains(&change.to_string()), "{refused}");
        for status in [
            ProposalStatus::Applied,
            ProposalStatus::Expired,
            ProposalStatus::Failed { code: RejectCode::OrganisationNumber },
        ] {
            let refused = may_be_approved(&of(status), Some(&change)).err().unwrap().to_string();
            assert!(refused.contains("(401)"), "{refused}");
        }
    }
}
