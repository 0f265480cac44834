//! Where the node stands, the network, and the metrics.

use super::documents::{Everywhere, Reads};
use crate::interface::Interface;
use crate::port::{Network, Role};
use crate::problem::{Code, Problem};
use crate::respond;
use crate::show;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use zhengku_api_types as types;
use zhengku_ledger::state::Tip;

/// A ledger that moved within this time is well.
const WELL_MS: u64 = 30_000;

/// Where this node stands.
#[utoipa::path(get, path = "/v1/status", tag = "node",
    responses((status = 200, description = "Where it stands", body = types::Status), Everywhere))]
pub(crate) async fn status(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let (tip, network) = (interface.ledger.tip(), interface.ledger.network());
    let status = types::Status {
        chain: tip.header.chain.digest().into(),
        name: network.name.clone(),
        role: show::role(network.role),
        version: interface.settings.version.clone(),
        height: tip.header.height.0,
        block: tip.id.digest().into(),
        time_ms: tip.header.time.0,
        log_size: tip.header.log_size,
        current_entries: tip.current.ones(),
        waiting: show::count(network.waiting.0),
        has_quorum: network.has_quorum,
        committed_ms: network.committed_ms,
        now_ms: network.now_ms,
    };
    respond::json_with(StatusCode::OK, &status)
}

/// Whether this node is well: its height moved within 30 seconds, or nothing waits, it reaches a quorum, and the others are no further.
#[utoipa::path(get, path = "/v1/health", tag = "node", responses(
    (status = 200, description = "It is well", body = types::Health),
    (status = 503, description = "It is not, or it is stopping", body = types::Problem, content_type = "application/problem+json"),
    Everywhere))]
pub(crate) async fn health(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let (tip, network) = (interface.ledger.tip(), interface.ledger.network());
    let health = health_of(&tip, &network);
    if health.is_well {
        return respond::json_with(StatusCode::OK, &health);
    }
    let detail = format!(
        "no block for {} ms, quorum: {}, waiting: {}; the others may be further",
        health.idle_ms, health.has_quorum, health.waiting
    );
    Err(Problem::new(Code::NoQuorum, detail).as_of(tip.header.height).retry_after_ms(5_000))
}

fn health_of(tip: &Tip, network: &Network) -> types::Health {
    let idle_ms = network.now_ms.saturating_sub(network.committed_ms);
    let waiting = show::count(network.waiting.0);
    types::Health {
        is_well: idle_ms <= WELL_MS || (waiting == 0 && network.has_quorum && !is_left_behind(tip, network)),
        height: tip.header.height.0,
        idle_ms,
        has_quorum: network.has_quorum,
        waiting,
    }
}

/// Whether more than a third of the validators, so not liars alone, stand above this node.
fn is_left_behind(tip: &Tip, network: &Network) -> bool {
    let validators = || network.nodes.iter().filter(|node| node.role == Role::Validator);
    let above = validators().filter(|node| node.is_connected && node.height > Some(tip.header.height)).count();
    above.saturating_mul(3) > validators().count()
}

/// The network as this node sees it.
#[utoipa::path(get, path = "/v1/network", tag = "node",
    responses((status = 200, description = "Nodes, connections and progress", body = types::Network), Everywhere))]
pub(crate) async fn network(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    respond::json_with(StatusCode::OK, &show::network(&interface.ledger.network(), tip.validators()))
}

/// Metrics in the text format of Prometheus; for the operator.
#[utoipa::path(get, path = "/metrics", tag = "node", responses(
    (status = 200, description = "Metrics", body = String, content_type = "text/plain"),
    (status = 404, description = "This node keeps none", body = types::Problem, content_type = "application/problem+json"),
    Reads))]
pub(crate) async fn metrics(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let missing = || Problem::new(Code::NotFound, "this node keeps no metrics");
    let handle = interface.settings.metrics.as_ref().ok_or_else(missing)?;
    let (tip, network) = (interface.ledger.tip(), interface.ledger.network());
    let connected = network.nodes.iter().filter(|node| node.is_connected && node.name != network.name).count();
    metrics::gauge!("zk_consensus_height").set(as_gauge(tip.header.height.0));
    metrics::gauge!("zk_consensus_round").set(f64::from(network.deciding.1));
    metrics::gauge!("zk_p2p_peers").set(as_gauge(show::count(connected)));
    metrics::gauge!("zk_mempool_txs").set(as_gauge(show::count(network.waiting.0)));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response())
}

/// Gauges are floating point numbers; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "metrics are floating point by format")]
fn as_gauge(number: u64) -> f64 {
    number as f64
}
