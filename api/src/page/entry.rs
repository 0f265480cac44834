//! One entry: what it says, its history, and the two paths that prove it, drawn, and recomputed by the visitor's own browser.

mod bits;
mod evidence;
mod ladder;
pub(crate) mod segments;

use super::Pages;
use super::failure::{Failure, Missing};
use super::frame::{Frame, Place, answer};
use super::language::{Language, Visitor};
use super::show::{grouped, short};
use crate::port::{Ledger, PortError, Witness};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bits::Bits;
use evidence::Evidence;
use ladder::Ladder;
use segments::Segment;
use zhengku_crypto::merkle::{CurrentTree, LogTree, leaf_hash};
use zhengku_ledger::codec;
use zhengku_ledger::current::CHUNK_BITS;
use zhengku_ledger::entry::licence::Period;
use zhengku_ledger::entry::proposal::ProposalStatus;
use zhengku_ledger::entry::{Entry, EntryBody, Licence, Status};
use zhengku_ledger::ids::{Height, LogIndex, TimestampMs};
use zhengku_ledger::state::Tip;
use zhengku_ledger::validator_set::ValidatorSet;

/// States of one key that are listed; a licence is amended a few times in its life.
const MAX_HISTORY: usize = 40;
/// Entries on a page of the list.
const PAGE: u64 = 25;

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    frame: Frame,
    index_text: String,
    title: String,
    kind: &'static str,
    key: String,
    marks: Vec<Mark>,
    as_of: Option<String>,
    is_current: bool,
    current_tone: &'static str,
    newest: Option<u64>,
    history: Vec<Stage>,
    history_is_cut: bool,
    facts: Vec<Fact>,
    segments: Vec<Segment>,
    bytes: String,
    length: String,
    proven_at: String,
    evidence: Evidence,
    log: Ladder,
    current: Ladder,
    bits: Bits,
}

/// A word with its tone.
struct Mark {
    word: &'static str,
    tone: &'static str,
}

/// What stands above the proof: enough to see what the entry is about.
struct Fact {
    label: &'static str,
    value: String,
    link: Option<String>,
}

/// One state of a key.
struct Stage {
    index: u64,
    index_text: String,
    height_text: String,
    word: &'static str,
    is_this: bool,
    is_newest: bool,
}

#[derive(Template)]
#[template(path = "entries.html")]
struct EntriesPage {
    frame: Frame,
    rows: Vec<Row>,
    range: String,
    newer: Option<u64>,
    older: Option<u64>,
}

struct Row {
    index: u64,
    index_text: String,
    kind: &'static str,
    tone: &'static str,
    title: String,
    key: String,
    height: u64,
    height_text: String,
    is_current: bool,
    current_tone: &'static str,
    marks: Vec<Mark>,
}

/// Everything the page needs of the ledger.
struct Found {
    witness: Witness,
    validators: ValidatorSet,
    newest: Option<LogIndex>,
    history: Vec<(LogIndex, Entry)>,
    history_is_cut: bool,
}

/// The list of entries, newest first: `?from=` is the highest place on it.
pub(crate) async fn newest(State(pages): State<Pages>, visitor: Visitor) -> Response {
    let tip = pages.ledger.tip();
    let last = tip.header.log_size.saturating_sub(1);
    let from = visitor.asked("from").and_then(|text| text.parse::<u64>().ok()).map_or(last, |from| from.min(last));
    let to = from.saturating_sub(PAGE.saturating_sub(1));
    let read = move |pages: &Pages| {
        let one = |index| Ok(pages.ledger.entry(LogIndex(index))?.map(|entry| (index, entry)));
        (to..=from).rev().filter_map(|index| one(index).transpose()).collect::<Result<Vec<_>, Failure>>()
    };
    let entries = match pages.read(read).await {
        Ok(entries) => entries,
        Err(failure) => return failure.page(&visitor),
    };
    let t = visitor.language;
    let row = |(index, entry): &(u64, Entry)| Row {
        index: *index,
        index_text: grouped(*index),
        kind: kind(t, entry),
        tone: tone(entry),
        title: title(t, &tip, entry),
        key: short(entry.key.digest()),
        height: entry.origin.height.0,
        height_text: grouped(entry.origin.height.0),
        is_current: tip.current.bit(LogIndex(*index)).unwrap_or_default(),
        current_tone: current_tone(entry, tip.header.time, tip.current.bit(LogIndex(*index)).unwrap_or_default()),
        marks: entry.licence().map(|licence| marks(t, licence, tip.header.time)).unwrap_or_default(),
    };
    let page = EntriesPage {
        frame: Frame::new(&visitor, Place::Entries),
        rows: entries.iter().map(row).collect(),
        range: t.entry_range(to, from, tip.header.log_size),
        newer: (from < last).then(|| from.saturating_add(PAGE).min(last)),
        older: (to > 0).then(|| to.saturating_sub(1)),
    };
    answer(&visitor, StatusCode::OK, &page)
}

/// The page: `?height=` proves the entry at an older height.
pub(crate) async fn show(State(pages): State<Pages>, Path(index): Path<String>, visitor: Visitor) -> Response {
    match page(&pages, &index, &visitor).await {
        Ok(page) => answer(&visitor, StatusCode::OK, &page),
        Err(failure) => failure.page(&visitor),
    }
}

async fn page(pages: &Pages, index: &str, visitor: &Visitor) -> Result<EntryPage, Failure> {
    let index = LogIndex(index.parse().map_err(|_| Failure::Missing(Missing::Entry))?);
    let tip = pages.ledger.tip();
    let newest = tip.header.height;
    let height = match visitor.asked("height") {
        None => newest,
        Some(text) => Height(text.parse().map_err(|_| Failure::Missing(Missing::Block))?).min(newest),
    };
    let found = pages.read(move |pages| read(&*pages.ledger, index, height)).await?;
    let t = visitor.language;
    let (header, proof) = (&found.witness.header, &found.witness.proof);
    let (entry, bytes) = (&proof.entry, codec::encode(&proof.entry));
    let chunks = header.log_size.div_ceil(CHUNK_BITS);
    let currency = &proof.currency;
    let chunk_leaf = leaf_hash::<CurrentTree>(&currency.chunk);
    Ok(EntryPage {
        frame: Frame::new(visitor, Place::Entries),
        index_text: grouped(index.0),
        title: title(t, &tip, entry),
        kind: kind(t, entry),
        key: hex::encode(entry.key.digest().as_bytes()),
        marks: entry.licence().map(|licence| marks(t, licence, header.time)).unwrap_or_default(),
        as_of: entry.licence().map(|_| t.as_of(&grouped(header.height.0), &t.instant(header.time))),
        is_current: found.newest == Some(index),
        current_tone: current_tone(entry, header.time, found.newest == Some(index)),
        newest: found.newest.map(|newest| newest.0),
        history: found.history.iter().map(|(place, state)| state_of(t, &found, index, *place, state)).collect(),
        history_is_cut: found.history_is_cut,
        facts: facts(t, &tip, entry),
        segments: segments::of(t, &tip.directory, entry),
        bytes: hex::encode(&bytes),
        length: grouped(bytes.len() as u64),
        proven_at: grouped(header.height.0),
        evidence: Evidence::new(t, &found.witness, &found.validators),
        log: Ladder::new::<LogTree>(
            "log",
            index.0,
            header.log_size,
            leaf_hash::<LogTree>(&bytes),
            &proof.path,
            &header.log_root,
        ),
        current: Ladder::new::<CurrentTree>(
            "current",
            index.0 / CHUNK_BITS,
            chunks,
            chunk_leaf,
            &currency.path,
            &header.current_root,
        ),
        bits: Bits::new(&currency.chunk, index.0, header.log_size),
    })
}

fn read(ledger: &dyn Ledger, index: LogIndex, height: Height) -> Result<Found, Failure> {
    let witness = ledger.prove_at(index, height)?.ok_or(Failure::Missing(Missing::Entry))?;
    let tip = ledger.tip();
    let validators = if witness.header.validators == tip.validators().digest() {
        tip.validators().clone()
    } else {
        ledger.block(witness.header.height)?.map_or_else(|| tip.validators().clone(), |block| block.validators)
    };
    let key = witness.proof.entry.key;
    let newest = ledger.find(&[key])?.into_iter().next().flatten();
    let newest_index = newest.as_ref().map(|(index, _)| *index);
    let (history, history_is_cut) = history(ledger, newest)?;
    Ok(Found { witness, validators, newest: newest_index, history, history_is_cut })
}

/// The states of a key from the newest back; whether there are more than [`MAX_HISTORY`].
fn history(
    ledger: &dyn Ledger,
    newest: Option<(LogIndex, Entry)>,
) -> Result<(Vec<(LogIndex, Entry)>, bool), PortError> {
    let mut states = Vec::new();
    let mut next = newest;
    while let Some((index, entry)) = next.take() {
        if states.len() >= MAX_HISTORY {
            return Ok((states, true));
        }
        if let Some(previous) = entry.previous {
            next = ledger.entry(previous)?.map(|entry| (previous, entry));
        }
        states.push((index, entry));
    }
    Ok((states, false))
}

fn state_of(t: Language, found: &Found, this: LogIndex, index: LogIndex, entry: &Entry) -> Stage {
    Stage {
        index: index.0,
        index_text: grouped(index.0),
        height_text: grouped(entry.origin.height.0),
        word: entry
            .licence()
            .map_or_else(|| kind(t, entry), |licence| t.pick(licence.status.name_zh(), licence.status.name_en())),
        is_this: index == this,
        is_newest: found.newest == Some(index),
    }
}

fn kind(t: Language, entry: &Entry) -> &'static str {
    t.entry_kind(segments::kind_number(entry))
}

/// The class that colours a kind.
fn tone(entry: &Entry) -> &'static str {
    match segments::kind_number(entry) {
        0 => "organisation",
        1 => "type",
        2 => "licence",
        _ => "governance",
    }
}

/// What a licence is worth at a time: a registered status of valid says nothing when the days of validity are over, or have not begun.
/// The days are judged by the rule of the verifier.
fn marks(t: Language, licence: &Licence, time: TimestampMs) -> Vec<Mark> {
    let status =
        Mark { word: t.pick(licence.status.name_zh(), licence.status.name_en()), tone: status_tone(licence.status) };
    let period = match licence.period_at(time) {
        Period::Running => return vec![status],
        Period::NotYet => Mark { word: t.not_yet_valid(), tone: "warn" },
        Period::Over => Mark { word: t.expired(), tone: "bad" },
    };
    if licence.status == Status::Valid { vec![period] } else { vec![status, period] }
}

/// Green is for the newest state, unless it is a licence that nobody should take.
fn current_tone(entry: &Entry, time: TimestampMs, is_newest: bool) -> &'static str {
    let is_bad = |licence: &Licence| licence.status != Status::Valid || licence.period_at(time) != Period::Running;
    if is_newest && !entry.licence().is_some_and(is_bad) { "good" } else { "none" }
}

fn facts(t: Language, tip: &Tip, entry: &Entry) -> Vec<Fact> {
    let shown = |segment: Segment| Fact { label: segment.label, value: segment.value, link: segment.link };
    let mut facts: Vec<Fact> =
        segments::of(t, &tip.directory, entry).into_iter().filter(Segment::is_fact).map(shown).collect();
    if let EntryBody::Proposal(proposal) = &entry.body {
        let status = Fact { label: t.status(), value: t.proposal_status(proposal.status), link: None };
        facts.insert(0, status);
        facts.push(effective(t, tip, entry, proposal.status));
    }
    facts
}

/// The height at which a proposal takes effect, as far as it is known.
fn effective(t: Language, tip: &Tip, entry: &Entry, status: ProposalStatus) -> Fact {
    let height = match status {
        ProposalStatus::Approved { effective } => Some(effective),
        ProposalStatus::Applied => Some(entry.origin.height),
        ProposalStatus::Open | ProposalStatus::Failed { .. } | ProposalStatus::Expired => None,
    };
    Fact {
        label: t.effective(),
        value: height.map_or_else(|| t.none().to_owned(), |height| t.block_number(&grouped(height.0))),
        link: height.filter(|height| *height <= tip.header.height).map(|height| format!("/blocks/{height}")),
    }
}

fn status_tone(status: Status) -> &'static str {
    match status {
        Status::Valid => "good",
        Status::Suspended | Status::Replaced | Status::TransferredOut => "warn",
        Status::Cancelled | Status::Rescinded | Status::Withdrawn => "bad",
    }
}

/// What the entry is about, in words: a name that the ledger knows. Licences have none: their type stands for them.
fn title(t: Language, tip: &Tip, entry: &Entry) -> String {
    match &entry.body {
        EntryBody::Organisation(one) => t.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        EntryBody::LicenceType(one) => t.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        EntryBody::Licence(licence) => tip.directory.licence_type(licence.licence_type).map_or_else(
            || kind(t, entry).to_owned(),
            |known| t.pick(known.name_zh.as_str(), known.name_en.as_str()).to_owned(),
        ),
        EntryBody::Node(node) => node.name.as_str().to_owned(),
        EntryBody::Parameters(_) => kind(t, entry).to_owned(),
        EntryBody::Proposal(proposal) => t.governance_change(&proposal.change),
        EntryBody::Offence(offence) => offence.node.as_str().to_owned(),
        EntryBody::Seal(seal) => seal.name_zh.as_str().to_owned(),
        EntryBody::MaterialType(one) => t.pick(one.name_zh.as_str(), one.name_en.as_str()).to_owned(),
        EntryBody::BatchApproval(_) => kind(t, entry).to_owned(),
    }
}
