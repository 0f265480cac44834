//! Receipts.

use super::documents::{Everywhere, Missing};
use crate::extract::Segments;
use crate::interface::{Caching, Interface};
use crate::problem::{Code, Problem};
use crate::respond;
use crate::show;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use zhengku_api_types as types;
use zhengku_ledger::ids::{Height, IdempotencyKey, OrganisationNumber};

/// What became of the transaction of an idempotency key, with the paths that prove it offline.
#[utoipa::path(get, path = "/v1/organisations/{number}/transactions/{idempotency_key}", tag = "transactions",
    params(("number" = u32, Path, description = "The organisation", example = 0),
        ("idempotency_key" = types::Hex, Path, description = "The key its transaction took",
            example = "87780fa5de684e87cb92b279f0bc07b14f572851e73b8943a097c1770a5f38e6")),
    responses((status = 200, description = "The receipt", body = types::Receipt), Missing, Everywhere))]
pub(crate) async fn receipt(
    State(interface): State<Arc<Interface>>,
    Segments((number, key)): Segments<(u32, types::Hex)>,
) -> Result<Response, Problem> {
    let (organisation, key) = (OrganisationNumber(number), IdempotencyKey::from_digest(*key.digest()));
    let height = interface.ledger.tip().header.height;
    let found = interface.read(move |ledger| Ok(ledger.receipt(organisation, &key)?)).await?;
    let receipt = found.ok_or_else(|| undecided(height))?;
    respond::json(Caching::Fixed, &show::receipt(&receipt, show::receipt_location(organisation, &key)))
}

/// The receipt as a file (docs/spec/receipt.md): what a submitter keeps, and anybody checks offline.
#[utoipa::path(get, path = "/v1/organisations/{number}/transactions/{idempotency_key}/receipt.txt", tag = "transactions",
    params(("number" = u32, Path, description = "The organisation", example = 0),
        ("idempotency_key" = types::Hex, Path, description = "The key its transaction took",
            example = "87780fa5de684e87cb92b279f0bc07b14f572851e73b8943a097c1770a5f38e6")),
    responses((status = 200, description = "The file", body = String, content_type = "text/plain"), Missing, Everywhere))]
pub(crate) async fn file(
    State(interface): State<Arc<Interface>>,
    Segments((number, key)): Segments<(u32, types::Hex)>,
) -> Result<Response, Problem> {
    let (organisation, key) = (OrganisationNumber(number), IdempotencyKey::from_digest(*key.digest()));
    let height = interface.ledger.tip().header.height;
    let found = interface.read(move |ledger| Ok(ledger.receipt_file(organisation, &key)?)).await?;
    let file = found.ok_or_else(|| undecided(height))?;
    Ok(respond::octets(Caching::Fixed, respond::TEXT, file.into_bytes()))
}

fn undecided(height: Height) -> Problem {
    Problem::new(Code::NotDecided, format!("no transaction of this key is decided as of height {height}")).as_of(height)
}
