//! The map of the interface: one file for each subject, one handler for each route.

pub(crate) mod block;
pub(crate) mod directory;
pub(crate) mod documents;
pub(crate) mod entry;
pub(crate) mod events;
pub(crate) mod file;
pub(crate) mod log;
pub(crate) mod receipt;
pub(crate) mod status;
pub(crate) mod transaction;
pub(crate) mod verify;

use crate::edge;
use crate::guard;
use crate::interface::Interface;
use crate::page;
use crate::problem::{Code, Problem};
use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes with their descriptions.
pub(crate) fn described() -> OpenApiRouter<Arc<Interface>> {
    OpenApiRouter::with_openapi(documents::head())
        .routes(routes!(status::status))
        .routes(routes!(status::health))
        .routes(routes!(status::network))
        .routes(routes!(status::metrics))
        .routes(routes!(directory::parameters))
        .routes(routes!(directory::organisations))
        .routes(routes!(directory::licence_types))
        .routes(routes!(directory::material_types))
        .routes(routes!(directory::seals))
        .routes(routes!(directory::nodes))
        .routes(routes!(directory::proposals))
        .routes(routes!(directory::validator_history))
        .routes(routes!(directory::history_file))
        .routes(routes!(block::blocks))
        .routes(routes!(block::block))
        .routes(routes!(block::header))
        .routes(routes!(block::certificate))
        .routes(routes!(block::transactions))
        .routes(routes!(entry::entry))
        .routes(routes!(entry::entry_proof))
        .routes(routes!(entry::by_key))
        .routes(routes!(entry::key_proof))
        .routes(routes!(entry::proof_file))
        .routes(routes!(file::file))
        .routes(routes!(file::proof_file))
        .routes(routes!(entry::find))
        .routes(routes!(entry::lookup))
        .routes(routes!(transaction::submit))
        .routes(routes!(transaction::submit_batch))
        .routes(routes!(verify::verify))
        .routes(routes!(receipt::receipt))
        .routes(routes!(receipt::file))
        .routes(routes!(events::events))
        .routes(routes!(log::bitmap))
        .routes(routes!(log::bitmap_changes))
        .routes(routes!(log::consistency))
        .routes(routes!(log::checkpoint))
}

/// The whole router: interface, documents and pages, inside the layers.
pub fn router(interface: &Arc<Interface>) -> Router {
    let (routes, _) = described().split_for_parts();
    let guarded = routes
        .route("/tile/{level}/{*path}", get(log::tile))
        .route("/tile/entries/{*path}", get(log::bundle))
        .route("/problems/{code}", get(documents::problem))
        .with_state(Arc::clone(interface))
        .merge(documents::router())
        .route_layer(from_fn_with_state(Arc::clone(interface), guard::layer));
    let edge = from_fn_with_state(Arc::clone(interface), edge::layer);
    let pages = page::with_open(Arc::clone(&interface.ledger), interface.open.clone())
        .route_layer(from_fn_with_state(Arc::clone(interface), guard::page_layer));
    let wrong_method = || async { Problem::new(Code::MethodNotAllowed, "the method does not fit this address") };
    guarded.merge(pages).fallback(nowhere).method_not_allowed_fallback(wrong_method).layer(edge)
}

/// No such address: a page for people, a problem for programs.
async fn nowhere(request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if page::wants_page(&parts.headers) {
        return page::not_found(&parts);
    }
    Problem::new(Code::NotFound, "there is no such address").into_response()
}
