//! Licences by the digests of their files: whoever holds a file finds its licence without knowing a number.

use super::documents::{Everywhere, Missing};
use crate::extract::Segments;
use crate::interface::{Caching, Interface};
use crate::problem::{Code, Problem};
use crate::respond;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use zhengku_api_types as types;

fn no_file() -> Problem {
    Problem::new(Code::NotFound, "no licence names a file with this digest")
}

/// The newest entry of the licence that a file belongs to.
#[utoipa::path(get, path = "/v1/files/{sha256}", tag = "log",
    params(("sha256" = types::Hex, Path, description = "SHA-256 of the file, 64 hexadecimal digits",
        example = "43943a945261af8f574e42348e9502c4eea910692ac60574e62749b486754db9")),
    responses((status = 200, description = "The licence", body = types::FileOwner), Missing, Everywhere))]
pub(crate) async fn file(
    State(interface): State<Arc<Interface>>,
    Segments(sha256): Segments<types::Hex>,
) -> Result<Response, Problem> {
    let sha256 = *sha256.digest();
    let height = interface.ledger.tip().header.height.0;
    let found = interface.read(move |ledger| Ok(ledger.find_file(&sha256)?)).await?;
    let (index, entry) = found.ok_or_else(no_file)?;
    let is_newest = entry.licence().is_some_and(|one| one.files.iter().any(|file| file.sha256 == sha256));
    let entry = types::Entry::from((index, &entry));
    respond::json(Caching::Fresh, &types::FileOwner { height, is_newest, entry })
}

/// The proof file (docs/spec/proof.md) of the newest state that lists a file; that of a former version's file says so.
#[utoipa::path(get, path = "/v1/files/{sha256}/proof.txt", tag = "log",
    params(("sha256" = types::Hex, Path, description = "SHA-256 of the file, 64 hexadecimal digits",
        example = "43943a945261af8f574e42348e9502c4eea910692ac60574e62749b486754db9")),
    responses((status = 200, description = "The file", body = String, content_type = "text/plain"), Missing, Everywhere))]
pub(crate) async fn proof_file(
    State(interface): State<Arc<Interface>>,
    Segments(sha256): Segments<types::Hex>,
) -> Result<Response, Problem> {
    let sha256 = *sha256.digest();
    let found = interface.read(move |ledger| Ok(ledger.proof_of_file(&sha256)?));
    let file = found.await?.ok_or_else(no_file)?;
    Ok(respond::octets(Caching::Fresh, respond::TEXT, file.into_bytes()))
}
