//! What validators decide about: pending proposals, offences, the parameters in force.

use super::Pages;
use super::frame::{Frame, Place, answer};
use super::language::{Language, Visitor};
use super::show::grouped;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use zhengku_ledger::entry::GovernanceProposal;
use zhengku_ledger::governance::KnownOffence;
use zhengku_ledger::ids::EntryKey;
use zhengku_ledger::state::Tip;

#[derive(Template)]
#[template(path = "governance.html")]
struct GovernancePage {
    frame: Frame,
    proposals: Vec<ProposalRow>,
    offences: Vec<OffenceRow>,
    parameters: Vec<(&'static str, &'static str, String)>,
    parameters_key: String,
}

struct ProposalRow {
    number: String,
    key: String,
    change: String,
    proposer: String,
    votes: String,
    status: String,
    expires: String,
}

struct OffenceRow {
    number: String,
    key: String,
    node: String,
    kind: &'static str,
    height: String,
    round: u32,
}

/// The page.
pub(crate) async fn show(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let tip = pages.ledger.tip();
    let t = visitor.language;
    let governance = &tip.governance;
    let parameters = t.parameters(governance.parameters()).map(|(name, label, value)| (name, label, grouped(value)));
    let page = GovernancePage {
        frame: Frame::new(&visitor, Place::Governance),
        proposals: governance.proposals().map(|one| proposal(t, &tip, one)).collect(),
        offences: governance.offences().iter().rev().map(|one| offence(t, one)).collect(),
        parameters: parameters.to_vec(),
        parameters_key: hex::encode(EntryKey::of_parameters().digest().as_bytes()),
    };
    answer(&visitor, StatusCode::OK, &page)
}

fn proposal(t: Language, tip: &Tip, one: &GovernanceProposal) -> ProposalRow {
    let proposer = tip.directory.organisation(one.proposer);
    ProposalRow {
        number: grouped(one.number),
        key: hex::encode(EntryKey::of_proposal(one.number).digest().as_bytes()),
        change: t.governance_change(&one.change),
        proposer: proposer.map_or_else(
            || one.proposer.to_string(),
            |known| t.pick(known.name_zh.as_str(), known.name_en.as_str()).to_owned(),
        ),
        votes: format!("{} / {}", tip.governance.votes(&one.approvals), tip.validators().quorum()),
        status: t.proposal_status(one.status),
        expires: grouped(one.expires.0),
    }
}

fn offence(t: Language, one: &KnownOffence) -> OffenceRow {
    OffenceRow {
        number: grouped(one.number),
        key: hex::encode(EntryKey::of_offence(one.number).digest().as_bytes()),
        node: one.node.as_str().to_owned(),
        kind: t.offence_kind(one.kind),
        height: grouped(one.height.0),
        round: one.round,
    }
}
