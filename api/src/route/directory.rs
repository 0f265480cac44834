//! Organisations, licence types, parameters and the history of validators.

use super::documents::Everywhere;
use crate::extract::MAX_BODY_BYTES;
use crate::interface::{Caching, Interface};
use crate::problem::Problem;
use crate::respond;
use crate::route::{entry, transaction};
use crate::show;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use zhengku_api_types as types;
use zhengku_ledger::transaction::MAX_ITEMS;
use zhengku_ledger::transaction::signed::MAX_TRANSACTION_BYTES;

/// The parameters of this ledger and of this interface.
#[utoipa::path(get, path = "/v1/parameters", tag = "ledger",
    responses((status = 200, description = "Limits", body = types::Parameters), Everywhere))]
pub(crate) async fn parameters(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let limits = types::InterfaceLimits {
        max_transaction_bytes: show::count(MAX_TRANSACTION_BYTES.min(MAX_BODY_BYTES)),
        max_transaction_items: show::count(MAX_ITEMS),
        max_batch_transactions: show::count(transaction::MAX_BATCH),
        max_batch_bytes: show::count(MAX_BODY_BYTES),
        max_find_keys: show::count(entry::MAX_FIND_KEYS),
    };
    let parameters = types::Parameters::new(tip.header.height.0, tip.governance.parameters(), limits);
    respond::json(Caching::Fresh, &parameters)
}

/// All organisations, with their keys and roles.
#[utoipa::path(get, path = "/v1/organisations", tag = "ledger",
    responses((status = 200, description = "By number", body = types::Organisations), Everywhere))]
pub(crate) async fn organisations(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let items = tip.directory.organisations().map(Into::into).collect();
    respond::json(Caching::Fresh, &types::Organisations { height: tip.header.height.0, items })
}

/// All material types.
#[utoipa::path(get, path = "/v1/material-types", tag = "ledger",
    responses((status = 200, description = "By number", body = types::MaterialTypes), Everywhere))]
pub(crate) async fn material_types(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let items = tip.directory.material_types().map(Into::into).collect();
    respond::json(Caching::Fresh, &types::MaterialTypes { height: tip.header.height.0, items })
}

/// The register of electronic seals.
#[utoipa::path(get, path = "/v1/seals", tag = "ledger",
    responses((status = 200, description = "By number", body = types::Seals), Everywhere))]
pub(crate) async fn seals(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let items = tip.directory.seals().map(Into::into).collect();
    respond::json(Caching::Fresh, &types::Seals { height: tip.header.height.0, items })
}

/// All licence types.
#[utoipa::path(get, path = "/v1/licence-types", tag = "ledger",
    responses((status = 200, description = "By number", body = types::LicenceTypes), Everywhere))]
pub(crate) async fn licence_types(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let items = tip.directory.licence_types().map(Into::into).collect();
    respond::json(Caching::Fresh, &types::LicenceTypes { height: tip.header.height.0, items })
}

/// All nodes of the ledger's list, the removed ones too.
#[utoipa::path(get, path = "/v1/nodes", tag = "ledger",
    responses((status = 200, description = "In the order of their entries", body = types::Nodes), Everywhere))]
pub(crate) async fn nodes(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let items = tip.governance.nodes().iter().map(Into::into).collect();
    respond::json(Caching::Fresh, &types::Nodes { height: tip.header.height.0, items })
}

/// The proposals that wait for approval or for their effect.
#[utoipa::path(get, path = "/v1/proposals", tag = "ledger",
    responses((status = 200, description = "By number", body = types::Proposals), Everywhere))]
pub(crate) async fn proposals(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let tip = interface.ledger.tip();
    let items = tip.governance.proposals().map(Into::into).collect();
    respond::json(Caching::Fresh, &types::Proposals { height: tip.header.height.0, items })
}

/// Every validator set so far, and the headers that handed over from one to the next.
#[utoipa::path(get, path = "/v1/validators/history", tag = "ledger",
    responses((status = 200, description = "Oldest first", body = types::ValidatorHistory), Everywhere))]
pub(crate) async fn validator_history(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let changes = interface.read(|ledger| Ok(ledger.validator_history()?)).await?;
    let history = types::ValidatorHistory { items: changes.iter().map(show::set_change).collect() };
    respond::json(Caching::Fresh, &history)
}

/// The history of the validator set as a file (docs/spec/handover.md): a verifier follows it from the trust file on.
#[utoipa::path(get, path = "/v1/validators/history.txt", tag = "ledger",
    responses((status = 200, description = "The file", body = String, content_type = "text/plain"), Everywhere))]
pub(crate) async fn history_file(State(interface): State<Arc<Interface>>) -> Result<Response, Problem> {
    let file = interface.read(|ledger| Ok(ledger.history_file()?)).await?;
    Ok(respond::octets(Caching::Fresh, respond::TEXT, file.into_bytes()))
}
