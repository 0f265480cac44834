//! The first page: the network as this node sees it, and the newest blocks. `/live` is its moving part alone.

pub(crate) mod picture;
pub(crate) mod recent;

use super::Pages;
use super::failure::Failure;
use super::frame::{Frame, Place, answer};
use super::language::{Language, Visitor};
use super::show::{clock, grouped};
use crate::port::{Network, Role};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use picture::Picture;
pub(crate) use recent::Recent;
use recent::{STRIP, Summary};
use std::sync::Arc;
use zhengku_ledger::ids::Height;

/// The newest block may be this old before the page says that the ledger rests: nodes make an empty block sooner than this.
const RESTING_MS: u64 = 30_000;

#[derive(Template)]
#[template(path = "network.html")]
struct HomePage {
    frame: Frame,
    live: Live,
}

#[derive(Template)]
#[template(path = "live.html")]
struct LivePart {
    live: Live,
}

/// Everything on the first page that moves.
struct Live {
    t: Language,
    state: Health,
    state_text: String,
    picture: Picture,
    counters: Vec<Counter>,
    strip: Vec<Block>,
    cut: Vec<String>,
    offences: u64,
}

/// How the network does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Resting,
    Stopped,
}

struct Counter {
    name: &'static str,
    value: String,
    note: String,
}

struct Block {
    height: u64,
    height_text: String,
    transactions: String,
    entries: String,
    votes: String,
    time: String,
    is_first: bool,
}

/// The first page.
pub(crate) async fn home(State(pages): State<Pages>, visitor: Visitor) -> Response {
    match pages.read(read(visitor.language)).await {
        Ok(live) => answer(&visitor, StatusCode::OK, &HomePage { frame: Frame::new(&visitor, Place::Network), live }),
        Err(failure) => failure.page(&visitor),
    }
}

/// The part that a script asks for again and again.
pub(crate) async fn live(State(pages): State<Pages>, visitor: Visitor) -> Response {
    match pages.read(read(visitor.language)).await {
        Ok(live) => answer(&visitor, StatusCode::OK, &LivePart { live }),
        Err(failure) => failure.page(&visitor),
    }
}

fn read(t: Language) -> impl FnOnce(&Pages) -> Result<Live, Failure> + Send + 'static {
    move |pages| {
        let tip = pages.ledger.tip();
        let blocks = recent::newest(&*pages.ledger, &pages.recent, tip.header.height)?;
        let network = pages.ledger.network();
        let quorum = tip.validators().quorum();
        let connected = connected_validators(&network);
        let (state, state_text) = health(t, &network, connected, quorum);
        let entries = tip.header.log_size;
        let counters = vec![
            Counter { name: t.height(), value: grouped(tip.header.height.0), note: age(t, &network) },
            Counter { name: t.entries(), value: grouped(entries), note: t.entries_note().to_owned() },
            Counter {
                name: t.validators_connected(),
                value: format!("{connected} / {}", tip.validators().as_slice().len()),
                note: t.quorum_of(quorum),
            },
            Counter {
                name: t.waiting(),
                value: grouped(network.waiting.0 as u64),
                note: t.waiting_note(network.waiting.1),
            },
        ];
        let cut = network.nodes.iter().filter(|node| !node.is_connected).map(|node| node.name.clone()).collect();
        Ok(Live {
            t,
            state,
            state_text,
            picture: Picture::new(t, &network, tip.validators(), blocks.first().map(|block| &**block)),
            counters,
            strip: blocks.iter().take(STRIP).map(|block| shown(t, block)).collect(),
            cut,
            offences: network.offences,
        })
    }
}

fn shown(t: Language, block: &Arc<Summary>) -> Block {
    Block {
        height: block.height.0,
        height_text: grouped(block.height.0),
        transactions: grouped(block.transactions),
        entries: grouped(block.entries),
        votes: if block.height == Height(0) {
            t.genesis().to_owned()
        } else {
            format!("{}/{}", block.voters.len(), block.validators)
        },
        time: clock(block.time),
        is_first: block.height == Height(0),
    }
}

/// The validators that this node can talk to, itself counted.
fn connected_validators(network: &Network) -> usize {
    network.nodes.iter().filter(|node| node.role == Role::Validator && node.is_connected).count()
}

fn age(t: Language, network: &Network) -> String {
    t.ago(network.now_ms.saturating_sub(network.committed_ms))
}

fn health(t: Language, network: &Network, connected: usize, quorum: usize) -> (Health, String) {
    if !network.has_quorum {
        return (Health::Stopped, t.below_quorum(quorum, connected));
    }
    if network.now_ms.saturating_sub(network.committed_ms) > RESTING_MS {
        return (Health::Resting, t.resting(network.now_ms.saturating_sub(network.committed_ms)));
    }
    (Health::Good, t.going_well(connected, quorum))
}
