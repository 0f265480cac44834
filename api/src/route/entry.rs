//! Entries, by place and by key, and their proofs.

use super::documents::{Everywhere, Missing, Signed};
use crate::extract::{Asked, FromJson, Segments};
use crate::interface::{Caching, Interface};
use crate::problem::{Code, Problem};
use crate::respond;
use crate::show;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use zhengku_api_types as types;
use zhengku_ledger::codec;
use zhengku_ledger::ids::{EntryKey, LogIndex};

/// Keys of one search: as many as a transaction has items.
pub(crate) const MAX_FIND_KEYS: usize = 4096;
/// The longest number a licence can have (GB/T 36904).
const MAX_NUMBER_BYTES: usize = 128;

/// As of which height.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// The height; the newest when it is not given.
    #[param(minimum = 0, required = false, nullable = false, example = 20)]
    height: Option<u64>,
}

fn no_entry(detail: impl Into<String>) -> Problem {
    Problem::new(Code::NotFound, detail)
}

/// The entry at a place in the log.
#[utoipa::path(get, path = "/v1/entries/{index}", tag = "log",
    params(("index" = u64, Path, description = "The place", example = 0)),
    responses((status = 200, description = "The entry", body = types::Entry), Missing, Everywhere))]
pub(crate) async fn entry(
    State(interface): State<Arc<Interface>>,
    Segments(index): Segments<u64>,
) -> Result<Response, Problem> {
    let index = LogIndex(index);
    let found = interface.read(move |ledger| Ok(ledger.entry(index)?)).await?;
    let entry = found.ok_or_else(|| no_entry(format!("the log does not reach entry {index} yet")))?;
    respond::json(Caching::Fixed, &types::Entry::from((index, &entry)))
}

/// The entry at a place, current or not, with its paths to a certified header.
#[utoipa::path(get, path = "/v1/entries/{index}/proof", tag = "log",
    params(("index" = u64, Path, description = "The place", example = 0), AsOf),
    responses((status = 200, description = "The proof", body = types::Witness), Missing, Everywhere))]
pub(crate) async fn entry_proof(
    State(interface): State<Arc<Interface>>,
    Segments(index): Segments<u64>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Response, Problem> {
    let (height, caching) = interface.height(as_of.height)?;
    let index = LogIndex(index);
    let found = interface.read(move |ledger| Ok(ledger.prove_at(index, height)?)).await?;
    let witness = found.ok_or_else(|| no_entry(format!("the log of height {height} has no entry {index}")))?;
    respond::json(caching, &show::witness(&witness))
}

/// The newest entry of a key, at a height or now.
#[utoipa::path(get, path = "/v1/keys/{key}", tag = "log",
    params(("key" = types::Hex, Path, description = "The key, 64 hexadecimal digits",
        example = "7a68656e676b752f554354c3f7c6524618c3cdf7d2cf58cb4569643ea7bfc7ea"), AsOf),
    responses((status = 200, description = "The entry", body = types::Entry), Missing, Everywhere))]
pub(crate) async fn by_key(
    State(interface): State<Arc<Interface>>,
    Segments(key): Segments<types::Hex>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Response, Problem> {
    let key = EntryKey::from_digest(*key.digest());
    let (height, caching) = interface.height(as_of.height)?;
    let at_height = as_of.height.is_some();
    let found = interface.read(move |ledger| {
        if at_height {
            return Ok(ledger.prove(&key, height)?.map(|witness| (witness.proof.index, witness.proof.entry)));
        }
        Ok(ledger.find(&[key])?.into_iter().next().flatten())
    });
    let (index, entry) = found.await?.ok_or_else(|| no_entry("no entry has this key"))?;
    respond::json(caching, &types::Entry::from((index, &entry)))
}

/// The newest entry of a key with its paths to a certified header.
#[utoipa::path(get, path = "/v1/keys/{key}/proof", tag = "log",
    params(("key" = types::Hex, Path, description = "The key, 64 hexadecimal digits",
        example = "7a68656e676b752f554354c3f7c6524618c3cdf7d2cf58cb4569643ea7bfc7ea"), AsOf),
    responses((status = 200, description = "The proof", body = types::Witness), Missing, Everywhere))]
pub(crate) async fn key_proof(
    State(interface): State<Arc<Interface>>,
    Segments(key): Segments<types::Hex>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Response, Problem> {
    let key = EntryKey::from_digest(*key.digest());
    let (height, caching) = interface.height(as_of.height)?;
    let found = interface.read(move |ledger| Ok(ledger.prove(&key, height)?)).await?;
    let witness = found.ok_or_else(|| no_entry(format!("no entry has this key at height {height}")))?;
    respond::json(caching, &show::witness(&witness))
}

/// The proof file of a licence (docs/spec/proof.md): everything needed to check it offline.
#[utoipa::path(get, path = "/v1/proofs/{key}", tag = "log",
    params(("key" = types::Hex, Path, description = "The licence's key, 64 hexadecimal digits",
        example = "ba65d241f72e0c78079fda95cf2b9dcd4274b113ba2ca83a3894be081029a4c0"), AsOf),
    responses((status = 200, description = "The file", body = String, content_type = "text/plain"), Missing, Everywhere))]
pub(crate) async fn proof_file(
    State(interface): State<Arc<Interface>>,
    Segments(key): Segments<types::Hex>,
    Asked(as_of): Asked<AsOf>,
) -> Result<Response, Problem> {
    let key = EntryKey::from_digest(*key.digest());
    let (height, caching) = interface.height(as_of.height)?;
    let found = interface.read(move |ledger| Ok(ledger.proof_file(&key, height)?)).await?;
    let file = found.ok_or_else(|| no_entry(format!("no licence has this key at height {height}")))?;
    Ok(respond::octets(caching, respond::TEXT, file.into_bytes()))
}

/// The newest entries of up to 4,096 keys, as canonical bytes. For organisations: sign the request.
#[utoipa::path(post, path = "/v1/entries/find", tag = "log", request_body = types::FindRequest,
    responses((status = 200, description = "In the order of the keys", body = types::Found), Signed, Everywhere))]
pub(crate) async fn find(
    State(interface): State<Arc<Interface>>,
    FromJson(request): FromJson<types::FindRequest>,
) -> Result<Response, Problem> {
    if !(1..=MAX_FIND_KEYS).contains(&request.keys.len()) {
        return Err(Problem::new(Code::InvalidBody, format!("1 to {MAX_FIND_KEYS} keys are taken")));
    }
    let keys: Vec<EntryKey> = request.keys.iter().map(|key| EntryKey::from_digest(*key.digest())).collect();
    let height = interface.ledger.tip().header.height.0;
    let found = interface.read(move |ledger| Ok(ledger.find(&keys)?)).await?;
    let show = |(index, entry): (LogIndex, zhengku_ledger::entry::Entry)| types::FoundEntry {
        index: index.0,
        canonical: types::Octets(codec::encode(&entry)),
    };
    let items = found.into_iter().map(|one| one.map(show)).collect();
    respond::json(Caching::Fresh, &types::Found { height, items })
}

/// The newest entry of a licence by type and number. For organisations: sign the request. Only on nodes that hold the pseudonym key.
#[utoipa::path(post, path = "/v1/lookups", tag = "log", request_body = types::LookupRequest,
    responses((status = 200, description = "The entry", body = types::Entry), Missing, Signed, Everywhere))]
pub(crate) async fn lookup(
    State(interface): State<Arc<Interface>>,
    FromJson(request): FromJson<types::LookupRequest>,
) -> Result<Response, Problem> {
    let unavailable = || Problem::new(Code::LookupUnavailable, "this node holds no pseudonym key");
    let pseudonyms = interface.settings.pseudonyms.as_ref().ok_or_else(unavailable)?;
    let tip = interface.ledger.tip();
    if request.number.is_empty() || request.number.len() > MAX_NUMBER_BYTES {
        return Err(Problem::new(Code::InvalidBody, format!("`number` has 1 to {MAX_NUMBER_BYTES} bytes")));
    }
    let is_known = tip.directory.licence_types().any(|one| one.code.as_str() == request.licence_type);
    if !is_known {
        return Err(no_entry("no licence type has this code"));
    }
    let key = EntryKey::from_digest(pseudonyms.licence(&request.licence_type, &request.number));
    let found = interface.read(move |ledger| Ok(ledger.find(&[key])?.into_iter().next().flatten())).await?;
    let (index, entry) = found.ok_or_else(|| no_entry("no licence has this number"))?;
    respond::json(Caching::Fresh, &types::Entry::from((index, &entry)))
}
