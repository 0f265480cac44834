//! The inner layer of every route of the interface: its rule, its quota, and who signed.

use crate::access::{self, Access, Rule};
use crate::extract::{Read, Whole};
use crate::interface::{Interface, blocking};
use crate::problem::{Code, Problem};
use crate::signature;
use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use zhengku_ledger::entry::{OrganisationStatus, Roles};
use zhengku_ledger::ids::OrganisationNumber;

/// Characters of a strange name that a refusal repeats.
const SHOWN_NAME: usize = 40;

/// The other end of the connection, put into each request by the accept loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The organisation that signed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) organisation: OrganisationNumber,
    pub(crate) roles: Roles,
}

/// The address a request counts with; the unspecified one when there is no connection (in tests).
pub(crate) fn address(request: &Request) -> IpAddr {
    request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip())
}

/// The layer.
pub(crate) async fn layer(State(interface): State<Arc<Interface>>, request: Request, next: Next) -> Response {
    match admit(&interface, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The layer of pages: readable by everybody, within the quota of the address.
pub(crate) async fn page_layer(State(interface): State<Arc<Interface>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let Some(cost) = access::page_cost(request.method(), path) else {
        return Problem::new(Code::MethodNotAllowed, "the method does not fit this address").into_response();
    };
    match interface.limiter.anonymous(address(&request), cost) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn admit(interface: &Arc<Interface>, request: Request) -> Result<Request, Problem> {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let row = access::row(request.method(), path).ok_or_else(|| unlisted(path))?;
    let request = let_in(interface, row, request).await?;
    known_names(row, request.uri())?;
    Ok(request)
}

/// The request of a client who has quota left and whom the rule lets in.
async fn let_in(interface: &Arc<Interface>, row: &Access, request: Request) -> Result<Request, Problem> {
    let address = address(&request);
    if !signature::is_signed(request.headers()) {
        if row.is_envelope {
            interface.limiter.attempt(address, row.cost)?;
        } else {
            interface.limiter.anonymous(address, row.cost)?;
        }
        return judge(interface, row, None, address).map(|()| request);
    }
    interface.limiter.attempt(address, row.cost)?;
    let (request, caller) = authenticate(interface, request).await?;
    interface.limiter.organisation(caller.organisation, row.cost)?;
    judge(interface, row, Some(caller), address)?;
    Ok(with(request, caller))
}

/// Refuses a query with a name that the route does not take.
fn known_names(row: &Access, uri: &Uri) -> Result<(), Problem> {
    let refused = |detail: String| Problem::new(Code::InvalidQuery, detail);
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|error| refused(error.body_text()))?;
    let Some((strange, _)) = pairs.iter().find(|(name, _)| !row.query.contains(&name.as_str())) else { return Ok(()) };
    let taken = if row.query.is_empty() { "no query".to_owned() } else { row.query.join(", ") };
    let shown: String = strange.chars().take(SHOWN_NAME).collect();
    Err(refused(format!("the query has `{shown}`; this address takes {taken}")))
}

/// Why a request without a row is refused: a method that the path does not take, or a route that was left out of the table.
fn unlisted(path: &str) -> Problem {
    let allowed = access::allowed(path);
    if allowed.is_empty() {
        return Problem::new(Code::Forbidden, "this route has no rule, so nobody may use it");
    }
    Problem::new(Code::MethodNotAllowed, "the method does not fit this address").allowing(allowed.join(","))
}

fn with(mut request: Request, caller: Caller) -> Request {
    request.extensions_mut().insert(caller);
    request
}

/// Whether the rule lets this caller in.
fn judge(interface: &Interface, row: &Access, caller: Option<Caller>, address: IpAddr) -> Result<(), Problem> {
    match (row.rule, caller) {
        (Rule::Public, _) => Ok(()),
        (Rule::Organisation(None), Some(_)) => Ok(()),
        (Rule::Organisation(Some(roles)), Some(caller)) if caller.roles.include(roles) => Ok(()),
        (Rule::Operator, caller) if is_operator(interface, caller, address) => Ok(()),
        (_, Some(_)) => Err(Problem::new(Code::Forbidden, "the organisation that signed may not ask this")),
        (_, None) => Err(Problem::new(Code::SignatureRequired, "only a signed request is answered here")),
    }
}

fn is_operator(interface: &Interface, caller: Option<Caller>, address: IpAddr) -> bool {
    if address.is_loopback() || interface.settings.operators.contains(&address) {
        return true;
    }
    let Some(caller) = caller else { return false };
    let network = interface.ledger.network();
    network.nodes.iter().any(|node| node.name == network.name && node.organisation == caller.organisation)
}

/// Reads the body, verifies the signature over it, and finds out who signed.
async fn authenticate(interface: &Arc<Interface>, request: Request) -> Result<(Request, Caller), Problem> {
    let (mut parts, body) = request.into_parts();
    let whole = Arc::new(Whole::read(interface, &parts.headers, body).await?);
    let unverified = signature::Unverified::read(&parts.method, &parts.uri, &parts.headers, &whole.bytes)?;
    let tip = interface.ledger.tip();
    let known = tip.directory.organisation(unverified.organisation());
    let organisation = known.ok_or_else(|| Problem::new(Code::UnknownSigner, "no organisation has this number"))?;
    let caller = Caller { organisation: organisation.number, roles: organisation.roles };
    let is_active = organisation.status == OrganisationStatus::Active;
    let key = unverified.key_of(organisation)?.clone();
    let now_ms = interface.ledger.network().now_ms;
    let verified = blocking(move || unverified.verify(&key, now_ms)).await??;
    if !is_active {
        return Err(Problem::new(Code::Forbidden, "the organisation is barred"));
    }
    interface.nonces.take(&verified, now_ms)?;
    parts.extensions.insert(Read(whole));
    Ok((Request::from_parts(parts, axum::body::Body::empty()), caller))
}
