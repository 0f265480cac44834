//! Who may ask what: every route stands in this one table, and what does not stand here is refused.

use axum::http::Method;
use zhengku_ledger::entry::Roles;

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Anybody.
    Public,
    /// An active organisation that signs the request (RFC 9421), with these roles when some are named.
    Organisation(Option<Roles>),
    /// The node's operator: from an operator's address, or signed by the organisation that runs the node.
    Operator,
}

/// A route and its rule.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// `GET` (and `HEAD`) or `POST`.
    pub method: &'static str,
    /// The path as the router knows it.
    pub path: &'static str,
    /// Who may ask.
    pub rule: Rule,
    /// What a request takes from its client's quota: 1 for a read of memory or a row, more for long reads.
    pub cost: u32,
    /// Whether it carries a signed envelope of its own, so that its quota is its organisation's and not its address's.
    pub is_envelope: bool,
    /// The names that its query may have. Any other is refused: an answer to another question than the one asked is worse than none.
    pub query: &'static [&'static str],
}

/// Reads as of a height.
const AS_OF: &[&str] = &["height"];
/// Pages of a list.
const PAGE: &[&str] = &["limit", "after"];
/// From one place to another.
const BETWEEN: &[&str] = &["from", "to"];
/// How long a submitter waits.
const WAITING: &[&str] = &["wait", "timeout_ms"];

impl Access {
    const fn asked(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }
}

const fn get(path: &'static str, cost: u32) -> Access {
    Access { method: "GET", path, rule: Rule::Public, cost, is_envelope: false, query: &[] }
}

const fn signed_post(path: &'static str, cost: u32) -> Access {
    Access { method: "POST", path, rule: Rule::Organisation(None), cost, is_envelope: false, query: &[] }
}

const fn envelope(path: &'static str) -> Access {
    Access { method: "POST", path, rule: Rule::Public, cost: 1, is_envelope: true, query: WAITING }
}

/// The table.
pub const TABLE: &[Access] = &[
    get("/v1/status", 1),
    get("/v1/health", 1),
    get("/v1/network", 1),
    get("/v1/parameters", 1),
    get("/v1/organisations", 2),
    get("/v1/organisations/{number}/transactions/{idempotency_key}", 2),
    get("/v1/organisations/{number}/transactions/{idempotency_key}/receipt.txt", 2),
    get("/v1/licence-types", 2),
    get("/v1/material-types", 2),
    get("/v1/seals", 2),
    get("/v1/nodes", 2),
    get("/v1/proposals", 2),
    get("/v1/validators/history", 4),
    get("/v1/validators/history.txt", 4),
    get("/v1/blocks", 20).asked(PAGE),
    get("/v1/blocks/{height}", 4),
    get("/v1/blocks/{height}/header", 2),
    get("/v1/blocks/{height}/certificate", 2),
    get("/v1/blocks/{height}/transactions", 4),
    get("/v1/entries/{index}", 1),
    get("/v1/entries/{index}/proof", 2).asked(AS_OF),
    get("/v1/keys/{key}", 1).asked(AS_OF),
    get("/v1/keys/{key}/proof", 2).asked(AS_OF),
    get("/v1/proofs/{key}", 2).asked(AS_OF),
    get("/v1/files/{sha256}", 1),
    get("/v1/files/{sha256}/proof.txt", 2),
    get("/v1/events", 10),
    get("/v1/bitmap", 20).asked(AS_OF),
    get("/v1/bitmap/changes", 10).asked(BETWEEN),
    get("/v1/consistency", 2).asked(BETWEEN),
    get("/checkpoint", 1),
    get("/tile/{level}/{*path}", 1),
    get("/tile/entries/{*path}", 1),
    get("/openapi.json", 4),
    get("/docs", 1),
    get("/docs/", 1),
    get("/docs/{*rest}", 1),
    get("/problems/{code}", 1),
    Access { method: "GET", path: "/metrics", rule: Rule::Operator, cost: 1, is_envelope: false, query: &[] },
    envelope("/v1/transactions"),
    envelope("/v1/transactions/batch"),
    Access { method: "POST", path: "/v1/verify", rule: Rule::Public, cost: 100, is_envelope: false, query: &[] },
    signed_post("/v1/lookups", 1),
    signed_post("/v1/entries/find", 4),
];

/// The pages of a node that cost more than a read of memory, and the only one that takes a body: everybody may verify a file. All other
/// pages are `GET`, public, and cost 1.
pub const PAGES: &[Access] = &[
    Access { method: "POST", path: "/verify", rule: Rule::Public, cost: 100, is_envelope: false, query: &[] },
    get("/catalogue", 4),
    get("/catalogue/{code}", 4),
    get("/seals", 4),
    get("/seals/{id}", 2),
    get("/seals/{id}/{picture}", 2),
];

/// What a request for a page takes from its client's quota; none: no page takes such a request.
#[must_use]
pub(crate) fn page_cost(method: &Method, path: &str) -> Option<u32> {
    let is_read = method == Method::GET || method == Method::HEAD;
    let name = if is_read { "GET" } else { method.as_str() };
    let row = PAGES.iter().find(|access| access.method == name && access.path == path);
    row.map(|row| row.cost).or(is_read.then_some(1))
}

/// The row of a request; none: refuse it.
#[must_use]
pub fn row(method: &Method, path: &str) -> Option<&'static Access> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|access| access.method == method && access.path == path)
}

/// The methods that a path of the table takes, for `Allow`; empty for a path that is not in it.
#[must_use]
pub(crate) fn allowed(path: &str) -> Vec<&'static str> {
    let of_path = TABLE.iter().filter(|access| access.path == path);
    of_path
        .flat_map(|access| if access.method == "GET" { &["GET", "HEAD"][..] } else { &["POST"][..] })
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_stands_once() {
        for (place, one) in TABLE.iter().enumerate() {
            let twice = TABLE[..place].iter().any(|other| (other.method, other.path) == (one.method, one.path));
            assert!(!twice, "{one:?}");
            assert!(one.cost > 0, "{one:?}");
        }
    }

    #[test]
    fn what_is_not_in_the_table_has_no_row() {
        assert!(row(&Method::GET, "/v1/secrets").is_none());
        assert!(row(&Method::DELETE, "/v1/status").is_none());
        assert_eq!(row(&Method::HEAD, "/v1/status").map(|row| row.path), Some("/v1/status"));
    }
}
