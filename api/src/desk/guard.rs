//! The layers of a desk: who sits here, and whether he may.

use super::Desk;
use super::access::{self, Need};
use super::port::Operator;
use super::trouble::Trouble;
use crate::guard::address;
use crate::page::frame::{Host, Seat};
use crate::page::language::{cookie, escaped};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, HOST, HeaderValue, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// Who is logged in; handlers ask for it when the table demands a role.
#[derive(Clone)]
pub(crate) struct Seated(pub(crate) Operator);

impl<S: Send + Sync> FromRequestParts<S> for Seated {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        parts.extensions.get::<Self>().cloned().ok_or(Trouble::SessionEnded)
    }
}

/// Outermost: reads the session, so that every page knows who sits here.
pub(crate) async fn identify(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let word = cookie(request.headers(), session_cookie(&desk));
    let login = word.and_then(|word| desk.sessions.find(word, desk.port.now()));
    // The account is looked up each time: an operator who is barred is out at once.
    let operator = login.and_then(|login| desk.port.operator(&login)).map(|account| account.operator);
    let seat = Seat { state: desk.port.desk(), operator: operator.clone() };
    request.extensions_mut().insert(Host::Desk(Arc::new(seat)));
    if let Some(operator) = operator {
        request.extensions_mut().insert(Seated(operator));
    }
    next.run(request).await
}

/// The edge of the interface, with the desk's time for answers.
pub(crate) async fn edge(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    crate::edge::answered(desk.settings.limits.answer_timeout, request, next).await
}

/// Innermost: the row of the table, the quota, the origin and the role. What has no row is refused.
pub(crate) async fn layer(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_asset = path.starts_with("/assets/");
    let mut response = match judge(&desk, &request) {
        Ok(()) => next.run(request).await,
        Err(Refusal::Trouble(trouble)) => trouble.into_response(),
        Err(Refusal::ToLogin) => to_login(&path),
    };
    if !is_asset {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Why a request goes no further.
enum Refusal {
    /// A page says why.
    Trouble(Trouble),
    /// Nobody is logged in: to the login first.
    ToLogin,
}

fn judge(desk: &Desk, request: &Request) -> Result<(), Refusal> {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let row = access::row(request.method(), path).ok_or(Refusal::Trouble(Trouble::Role))?;
    let quota = desk.limiter.anonymous(address(request), row.cost);
    quota.map_err(|_| Refusal::Trouble(Trouble::TooMany))?;
    if request.method() == Method::POST && !is_own(desk, request.headers()) {
        return Err(Refusal::Trouble(Trouble::ForeignOrigin));
    }
    let Need::Role(needed) = row.need else { return Ok(()) };
    match request.extensions().get::<Seated>() {
        Some(Seated(operator)) if operator.role >= needed => Ok(()),
        Some(_) => Err(Refusal::Trouble(Trouble::Role)),
        None if request.method() == Method::POST => Err(Refusal::Trouble(Trouble::SessionEnded)),
        None => Err(Refusal::ToLogin),
    }
}

/// To the login, and back afterwards. Addresses hold no personal data, so this one holds none either.
fn to_login(path: &str) -> Response {
    Redirect::to(&format!("/login?next={}", escaped(path))).into_response()
}

/// Whether a POST comes from a page of this desk. Browsers send `Origin` with every POST; who sends none is no browser.
fn is_own(desk: &Desk, headers: &HeaderMap) -> bool {
    let is_cross = headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_known = match desk.settings.origins.as_slice() {
        [] => origin.split_once("://").is_some_and(|(_, authority)| is_this_machine(host) && authority == host),
        origins => origins.iter().any(|known| known == origin),
    };
    is_known && !is_cross
}

/// Whether a `Host` is `localhost` or an address. Any other name can be made to lead here by whoever owns it (DNS rebinding): it takes
/// an origin in the settings.
fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || bare.parse::<std::net::IpAddr>().is_ok()
}

/// The name of the cookie. `__Host-` makes browsers insist on TLS and on this very host.
pub(crate) fn session_cookie(desk: &Desk) -> &'static str {
    if desk.settings.is_secure { "__Host-zhengku-desk" } else { "zhengku-desk" }
}

/// The cookie that gives a browser its session, or takes it away (an empty word).
pub(crate) fn cookie_line(desk: &Desk, word: &str) -> Option<HeaderValue> {
    let (name, secure) = (session_cookie(desk), if desk.settings.is_secure { "; Secure" } else { "" });
    let end = if word.is_empty() { "; Max-Age=0" } else { "" };
    HeaderValue::try_from(format!("{name}={word}; Path=/; HttpOnly; SameSite=Strict{secure}{end}")).ok()
}

/// No such address.
pub(crate) async fn nowhere() -> Response {
    Trouble::Nowhere.into_response()
}

/// An address that takes another method.
pub(crate) async fn wrong_method() -> Response {
    Trouble::WrongMethod.into_response()
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn a_name_that_anybody_can_own_is_not_this_machine() {
        for host in ["localhost", "localhost:8490", "127.0.0.1", "127.0.0.1:8490", "[::1]:8490", "[::1]", "10.0.0.8:1"]
        {
            assert!(is_this_machine(host), "{host}");
        }
        for host in
            ["", "evil.example", "evil.example:8490", "127.0.0.1.evil.example", "localhost.evil.example:1", ":8490"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
