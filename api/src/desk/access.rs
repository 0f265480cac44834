//! Who may ask what at a desk: every route stands in this one table, and what does not stand here is refused.

use super::port::Role;
use axum::http::Method;

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Anybody.
    Nothing,
    /// An operator with this role or a higher one.
    Role(Role),
}

/// A route and its rule.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// `GET` (and `HEAD`) or `POST`.
    pub method: &'static str,
    /// The path as the router knows it.
    pub path: &'static str,
    /// Who may ask.
    pub need: Need,
    /// What a request takes from its address's quota.
    pub cost: u32,
}

const fn open(method: &'static str, path: &'static str, cost: u32) -> Access {
    Access { method, path, need: Need::Nothing, cost }
}

const fn viewer(path: &'static str, cost: u32) -> Access {
    Access { method: "GET", path, need: Need::Role(Role::Viewer), cost }
}

const fn clerk(method: &'static str, path: &'static str, cost: u32) -> Access {
    Access { method, path, need: Need::Role(Role::Clerk), cost }
}

/// The table. A picture of a page costs no more than a page: drawing happens once for each saving.
pub const TABLE: &[Access] = &[
    open("GET", "/assets/{version}/{name}", 1),
    open("GET", "/login", 1),
    open("POST", "/login", 1),
    open("POST", "/logout", 1),
    open("GET", "/verify", 1),
    open("POST", "/verify", 20),
    open("GET", "/catalogue", 2),
    open("GET", "/catalogue/{code}", 2),
    open("GET", "/seals", 2),
    open("GET", "/seals/{id}", 1),
    open("GET", "/seals/{id}/{picture}", 1),
    viewer("/", 2),
    clerk("GET", "/new", 2),
    clerk("POST", "/drafts", 2),
    clerk("GET", "/drafts/{id}", 4),
    clerk("POST", "/drafts/{id}", 4),
    clerk("GET", "/drafts/{id}/pages/{page}", 1),
    viewer("/issued", 4),
    Access { method: "POST", path: "/issued", need: Need::Role(Role::Viewer), cost: 4 },
    viewer("/issued/{id}", 2),
    clerk("POST", "/issued/{id}", 4),
    clerk("POST", "/issued/{id}/succession", 4),
    viewer("/issued/{id}/files/{kind}", 2),
    clerk("POST", "/changes", 10),
    viewer("/approvals", 2),
    clerk("POST", "/approvals/{id}", 4),
    viewer("/batches", 2),
    clerk("POST", "/batches", 20),
    viewer("/batches/template/{code}", 2),
    viewer("/batches/{id}", 2),
    clerk("POST", "/batches/{id}", 2),
    viewer("/batches/{id}/events", 4),
    clerk("GET", "/batches/{id}/refused.csv", 10),
];

/// The row of a request; none: refuse it.
#[must_use]
pub fn row(method: &Method, path: &str) -> Option<&'static Access> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|access| access.method == method && access.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_stands_once() {
        for (place, one) in TABLE.iter().enumerate() {
            let twice = TABLE[..place].iter().any(|other| (other.method, other.path) == (one.method, one.path));
            assert!(!twice && one.cost > 0, "{one:?}");
        }
        assert!(row(&Method::GET, "/secrets").is_none() && row(&Method::DELETE, "/").is_none());
        assert!(Role::Viewer < Role::Clerk && Role::Clerk < Role::Reviewer);
    }

    #[test]
    fn what_changes_something_takes_a_clerk() {
        let public = ["/login", "/logout", "/verify"];
        // A search is a POST only to keep numbers out of addresses.
        let changing = TABLE.iter().filter(|row| row.method == "POST" && row.path != "/issued");
        for one in changing.filter(|row| !public.contains(&row.path)) {
            assert_eq!(one.need, Need::Role(Role::Clerk), "{one:?}");
        }
    }
}
