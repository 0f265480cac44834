//! Style sheet, scripts and icon, compiled in. Their address holds a digest of them all, so that they may be kept for ever.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use zhengku_crypto::digest::sha256_parts;

/// Name, media type, bytes.
const ASSETS: [(&str, &str, &[u8]); 8] = [
    ("style.css", "text/css; charset=utf-8", include_bytes!("../../assets/style.css")),
    ("live.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/live.js")),
    ("merkle.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/merkle.js")),
    ("proof.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/proof.js")),
    ("desk.css", "text/css; charset=utf-8", include_bytes!("../../assets/desk.css")),
    ("desk.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/desk.js")),
    ("batch.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/batch.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../../assets/icon.svg")),
];

/// One version for all: a script imports its neighbour by a relative address.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let parts: Vec<&[u8]> = ASSETS.iter().map(|(_, _, bytes)| *bytes).collect();
    hex::encode(sha256_parts(&parts).as_bytes()).chars().take(16).collect()
});

/// The address of an asset.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// Serves an asset. An old version's address gets the new bytes, but may not be kept.
pub(crate) async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    let Some((_, media_type, bytes)) = ASSETS.iter().find(|(known, _, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(CONTENT_TYPE, *media_type), (CACHE_CONTROL, caching), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, *bytes).into_response()
}
