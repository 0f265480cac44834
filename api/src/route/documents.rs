//! The description of the interface (OpenAPI 3.1), its page, and what each problem means.

use crate::extract::Segments;
use crate::interface::{Caching, Interface};
use crate::problem::{Code, Problem};
use crate::respond;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use std::fmt::Write;
use std::sync::Arc;
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};
use utoipa::{IntoResponses, OpenApi as _, ToSchema as _};
use utoipa_swagger_ui::SwaggerUi;
use zhengku_api_types as types;

/// The description's head.
pub(crate) fn head() -> OpenApi {
    let mut info = Info::new("Zhengku 证库", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "The HTTP interface of a node. Reads are public; what is certified never changes and may be cached for ever. \
         Writes are signed transactions. Every refusal is an RFC 9457 problem."
            .to_owned(),
    );
    OpenApiBuilder::new().info(info).build()
}

/// Paths whose router spelling differs from the description's.
#[derive(utoipa::OpenApi)]
#[openapi(paths(super::log::tile, super::log::bundle, problem))]
struct Spelled;

/// The whole description.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut described) = super::described().split_for_parts();
    described.merge(Spelled::openapi());
    described
}

/// The description and its page, which works without any other site.
pub(crate) fn router() -> Router {
    SwaggerUi::new("/docs").url("/openapi.json", openapi()).into()
}

/// What a problem means, in Chinese and English: the address in its `type`.
#[utoipa::path(get, path = "/problems/{code}", tag = "node",
    params(("code" = String, Path, description = "The code", example = "not-found")),
    responses((status = 200, description = "Its meaning", body = String, content_type = "text/plain"), Missing, Everywhere))]
pub(crate) async fn problem(
    State(_interface): State<Arc<Interface>>,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let found = Code::ALL.iter().find(|code| code.name() == name);
    let code = found.ok_or_else(|| Problem::new(Code::NotFound, "no problem has this code"))?;
    let (zh, en) = code.remedy();
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _written = write!(text, "{} ({})\n{}\n{zh}\n{en}\n", code.name(), code.status(), code.title());
    Ok(respond::octets(Caching::Fresh, respond::TEXT, text.into_bytes()))
}

macro_rules! problems {
    ($($(#[doc = $doc:literal])* $name:ident { $($status:literal = $description:literal),* $(,)? })*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::response::Response>> {
                [$(($status, $description)),*].into_iter().map(|(status, text)| (status.to_owned(), refusal(text).into())).collect()
            }
        }
    )*};
}

problems! {
    /// What every route may answer.
    Everywhere {
        "304" = "Not modified",
        "400" = "Path, query or head is malformed, or the query has a name that the route does not take",
        "401" = "The signature was refused",
        "403" = "The signer may not do this",
        "405" = "The method does not fit the path",
        "408" = "The request arrived too slowly",
        "411" = "The length of the body is not announced",
        "413" = "The body is too large",
        "429" = "Too many requests; see Retry-After",
        "431" = "The head is too large",
        "500" = "The node failed",
        "503" = "The node has no room, no quorum, or is stopping; see Retry-After",
    }
    /// What a route may answer that is for operators.
    Reads {
        "400" = "Path, query or head is malformed, or the query has a name that the route does not take",
        "401" = "Only the operator may ask",
        "403" = "Only the operator may ask",
        "405" = "The method does not fit the path",
        "429" = "Too many requests; see Retry-After",
        "431" = "The head is too large",
        "500" = "The node failed",
    }
    /// There may be nothing there.
    Missing { "404" = "There is no such thing, or not yet" }
    /// The number of streams is limited.
    Streams { "503" = "Too many streams" }
    /// What a signed request may be answered.
    Signed {
        "401" = "The request must be signed, or its signature was refused",
        "403" = "The signer may not do this",
        "413" = "The body is too large",
        "415" = "The content type is not the expected one",
    }
    /// What a verification may be answered, beside a report.
    Verifies {
        "400" = "There is no file, the form is not one of `file` and `proof`, or there is a query",
        "404" = "This node does not verify files",
        "413" = "File and proof are longer than 8 MiB",
        "415" = "The content type is not one of these",
        "503" = "Too many files at once; see Retry-After",
    }
    /// What a submission may be answered.
    Writes {
        "400" = "The bytes are no transaction, or the query has a name that the route does not take",
        "403" = "The signer is not known to the ledger",
        "409" = "Another transaction waits under this idempotency key",
        "413" = "The body is too large",
        "415" = "The content type is not the expected one",
        "422" = "Another ledger, a refused signature, or an idempotency key that is taken",
        "429" = "Too much waits; see Retry-After",
        "503" = "No quorum; the height says where the node stands",
    }
}

fn refusal(description: &str) -> utoipa::openapi::response::Response {
    let schema = utoipa::openapi::Ref::from_schema_name(types::Problem::name());
    let content = utoipa::openapi::ContentBuilder::new().schema(Some(schema)).build();
    let built = utoipa::openapi::ResponseBuilder::new().description(description);
    if description == "Not modified" {
        built.build()
    } else {
        built.content("application/problem+json", content).build()
    }
}
