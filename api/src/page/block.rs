//! One block: its header field by field, who voted for it, its transactions and what became of them.

use super::Pages;
use super::failure::{Failure, Missing};
use super::frame::{Frame, Place, answer};
use super::language::{Language, Visitor};
use super::show::{grouped, short};
use crate::port::{Block, TransactionSummary};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::block::Header;
use zhengku_ledger::ids::{Height, LogIndex};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::Outcome;

/// Transactions on one page of a block.
const TRANSACTIONS: usize = 100;
/// Superseded entries that are listed; a block may have 40,960.
const SUPERSEDED: usize = 120;

#[derive(Template)]
#[template(path = "block.html")]
struct BlockPage {
    frame: Frame,
    height: u64,
    height_text: String,
    time: String,
    id: String,
    previous: Option<u64>,
    next: Option<u64>,
    fields: Vec<Field>,
    votes: Option<Votes>,
    transactions: Vec<Transaction>,
    transaction_range: String,
    earlier: Option<usize>,
    later: Option<usize>,
    appended: Option<(u64, u64, String)>,
    superseded: Vec<u64>,
    superseded_more: Option<String>,
}

struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
    meaning: &'static str,
    is_digest: bool,
}

struct Votes {
    round: u32,
    heading: String,
    voters: Vec<Voter>,
}

struct Voter {
    name: String,
    has_voted: bool,
    is_proposer: bool,
    word: &'static str,
}

struct Transaction {
    place: String,
    id: String,
    id_short: String,
    organisation: String,
    kind: &'static str,
    items: String,
    is_applied: bool,
    is_repeated: bool,
    outcome: &'static str,
    detail: String,
    link: Option<u64>,
}

/// The page.
pub(crate) async fn show(State(pages): State<Pages>, Path(height): Path<String>, visitor: Visitor) -> Response {
    match page(&pages, &height, &visitor).await {
        Ok(page) => answer(&visitor, StatusCode::OK, &page),
        Err(failure) => failure.page(&visitor),
    }
}

async fn page(pages: &Pages, height: &str, visitor: &Visitor) -> Result<BlockPage, Failure> {
    let missing = || Failure::Missing(Missing::Block);
    let height = Height(height.parse().map_err(|_| missing())?);
    let (block, before) = pages
        .read(move |pages| {
            let block = pages.ledger.block(height)?.ok_or_else(missing)?;
            let before = match height.0.checked_sub(1) {
                Some(before) => pages.ledger.block(Height(before))?.map_or(0, |block| block.header.log_size),
                None => 0,
            };
            Ok((block, before))
        })
        .await?;
    let tip = pages.ledger.tip();
    let t = visitor.language;
    let header = &block.header;
    let first = visitor.asked("transaction").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let first = first.min(block.transactions.len().saturating_sub(1)) / TRANSACTIONS * TRANSACTIONS;
    let last = first.saturating_add(TRANSACTIONS).min(block.transactions.len());
    let shown = block.transactions.iter().enumerate().skip(first).take(TRANSACTIONS);
    let more = block.superseded.len().saturating_sub(SUPERSEDED);
    Ok(BlockPage {
        frame: Frame::new(visitor, Place::Blocks),
        height: height.0,
        height_text: grouped(height.0),
        time: t.instant(header.time),
        id: hex::encode(header.id().digest().as_bytes()),
        previous: height.0.checked_sub(1),
        next: (height < tip.header.height).then(|| height.next().0),
        fields: fields(t, header, &block),
        votes: votes(t, &block),
        transactions: shown.map(|(place, one)| transaction(t, &tip.directory, place, one)).collect(),
        transaction_range: t.transaction_range(first, last, block.transactions.len()),
        earlier: first.checked_sub(TRANSACTIONS),
        later: (last < block.transactions.len()).then_some(last),
        appended: header
            .log_size
            .checked_sub(1)
            .filter(|last| *last >= before)
            .map(|last| (before, last, grouped(header.log_size.saturating_sub(before)))),
        superseded: block.superseded.iter().take(SUPERSEDED).map(|index: &LogIndex| index.0).collect(),
        superseded_more: (more > 0).then(|| t.and_more(more)),
    })
}

fn fields(t: Language, header: &Header, block: &Block) -> Vec<Field> {
    let proposer = block.validators.at(header.proposer).map_or("–", |validator| validator.name.as_str());
    let plain = |name, label, value: String, meaning| Field { name, label, value, meaning, is_digest: false };
    let digest = |name, label, value: &Digest, meaning| {
        let value = hex::encode(value.as_bytes());
        Field { name, label, value, meaning, is_digest: true }
    };
    let none = |text: String| if header.height.0 == 0 { t.genesis().to_owned() } else { text };
    vec![
        plain("format", t.header_format(), header.format.to_string(), t.header_format_means()),
        plain("suite", t.header_suite(), header.suite.to_string(), t.header_suite_means()),
        digest("chain", t.header_chain(), header.chain.digest(), t.header_chain_means()),
        plain("height", t.height(), grouped(header.height.0), t.header_height_means()),
        plain("time", t.header_time(), t.instant(header.time), t.header_time_means()),
        plain("proposer", t.proposer(), none(format!("{} · {proposer}", header.proposer)), t.header_proposer_means()),
        digest("parent", t.header_parent(), header.parent.digest(), t.header_parent_means()),
        plain("transaction_count", t.transactions(), grouped(header.transaction_count), t.header_count_means()),
        digest("transaction_root", t.header_transactions(), &header.transaction_root, t.header_transactions_means()),
        digest("outcome_root", t.header_outcomes(), &header.outcome_root, t.header_outcomes_means()),
        plain("log_size", t.header_log_size(), grouped(header.log_size), t.header_log_size_means()),
        digest("log_root", t.header_log(), &header.log_root, t.header_log_means()),
        digest("current_root", t.header_current(), &header.current_root, t.header_current_means()),
        digest("keys_root", t.header_keys(), &header.keys_root, t.header_keys_means()),
        digest("validators", t.header_validators(), &header.validators, t.header_validators_means()),
        digest("next_validators", t.header_next(), &header.next_validators, t.header_next_means()),
    ]
}

fn votes(t: Language, block: &Block) -> Option<Votes> {
    let certificate = block.certificate.as_ref()?;
    let voter = |(place, validator): (u16, &zhengku_ledger::validator_set::Validator)| {
        let has_voted = certificate.votes.iter().any(|vote| vote.validator == place);
        Voter {
            name: validator.name.as_str().to_owned(),
            has_voted,
            is_proposer: place == block.header.proposer,
            word: if has_voted { t.voted() } else { t.not_voted() },
        }
    };
    let set = block.validators.as_slice();
    Some(Votes {
        round: certificate.round,
        heading: t.votes_heading(certificate.votes.len(), set.len(), block.validators.quorum()),
        voters: (0_u16..).zip(set).map(voter).collect(),
    })
}

fn transaction(t: Language, directory: &Directory, place: usize, one: &TransactionSummary) -> Transaction {
    let organisation = directory.organisation(one.organisation);
    let id = one.id.digest();
    let (outcome, detail, link) = match one.outcome {
        Outcome::Applied { first, count } => (t.applied(), t.applied_entries(first.0, count), Some(first.0)),
        Outcome::Repeated { original, height, place } => {
            (t.repeated(), t.repeated_original(&short(original.digest()), height.0, place), None)
        }
        Outcome::Rejected { code, item } => {
            let reason = t.pick(code.reason_zh(), code.reason_en());
            (t.rejected(), t.rejected_reason(code.number(), item, reason), None)
        }
    };
    Transaction {
        place: grouped(place as u64),
        id: hex::encode(id.as_bytes()),
        id_short: short(id),
        organisation: organisation.map_or_else(
            || one.organisation.to_string(),
            |known| t.pick(known.name_zh.as_str(), known.name_en.as_str()).to_owned(),
        ),
        kind: t.payload_kind(one.kind as u8),
        items: grouped(one.items),
        is_applied: matches!(one.outcome, Outcome::Applied { .. }),
        is_repeated: matches!(one.outcome, Outcome::Repeated { .. }),
        outcome,
        detail,
        link,
    }
}
