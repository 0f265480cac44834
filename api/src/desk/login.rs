//! Logging in and out.

use super::Desk;
use super::form::Form;
use super::guard::{cookie_line, session_cookie};
use super::trouble::Trouble;
use crate::guard::Peer;
use crate::page::frame::{Frame, Place, answer};
use crate::page::language::{Visitor, cookie};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};

/// Who tried to log in, in the log, when nobody has the name that was typed.
const UNKNOWN: &str = "unknown";
/// The longest login name and password: hashing takes longer with longer ones.
const MAX_TYPED: usize = 256;

/// A hash to compare with when there is no account, so that the answer takes the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let salt = SaltString::from_b64("bm9ib2R5IHdpdGggdGhpcw");
    let hash = salt.and_then(|salt| Argon2::default().hash_password(b"nobody", &salt).map(|hash| hash.to_string()));
    hash.unwrap_or_default()
});

#[derive(Template)]
#[template(path = "desk/login.html")]
struct LoginPage {
    frame: Frame,
    next: String,
    login: String,
    problem: Option<String>,
}

/// The page.
pub(crate) async fn show(visitor: Visitor) -> Response {
    let next = own_path(visitor.asked("next").unwrap_or_default()).to_owned();
    if Frame::new(&visitor, Place::Elsewhere).operator().is_some() {
        return Redirect::to(&next).into_response();
    }
    page(&visitor, StatusCode::OK, next, String::new(), None)
}

/// Checks name and password, and begins a session.
pub(crate) async fn enter(
    State(desk): State<Arc<Desk>>,
    peer: Option<Extension<Peer>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let t = visitor.language;
    let (login, password) = (form.get("login").to_owned(), form.raw("password").to_owned());
    let next = own_path(form.get("next")).to_owned();
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.0.ip());
    let refused = |status, words: String| Ok(page(&visitor, status, next.clone(), login.clone(), Some(words)));
    if desk.limiter.attempt(address, 1).is_err() {
        return refused(StatusCode::TOO_MANY_REQUESTS, t.too_many_logins().to_owned());
    }
    if let Some(minutes) = desk.lockout.rests(&login, desk.port.now()) {
        return refused(StatusCode::TOO_MANY_REQUESTS, t.locked_out(minutes));
    }
    if !is_right(&desk, &login, password).await {
        let left = desk.lockout.failed(&login, desk.port.now());
        // What was typed is logged only when it is somebody's login name: else it may be a password in the wrong field.
        let operator = desk.port.operator(&login).map_or_else(|| UNKNOWN.to_owned(), |one| one.operator.login);
        tracing::warn!(operator, left, "desk.login_refused");
        let words = if left == 0 { t.locked_out(super::lockout::REST_MS / 60_000) } else { t.wrong_password(left) };
        return refused(StatusCode::UNAUTHORIZED, words);
    }
    desk.lockout.passed(&login);
    let word = desk.sessions.begin(desk.port.random()?, &login, desk.port.now());
    tracing::info!(operator = login, "desk.login");
    Ok(with_cookie(&desk, Redirect::to(&next).into_response(), &word))
}

/// Ends the session.
pub(crate) async fn leave(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    if let Some(word) = cookie(&headers, session_cookie(&desk)) {
        desk.sessions.end(word);
    }
    with_cookie(&desk, Redirect::to("/login").into_response(), "")
}

fn page(visitor: &Visitor, status: StatusCode, next: String, login: String, problem: Option<String>) -> Response {
    let frame = Frame::new(visitor, Place::Elsewhere);
    answer(visitor, status, &LoginPage { frame, next, login, problem })
}

fn with_cookie(desk: &Desk, mut response: Response, word: &str) -> Response {
    if let Some(cookie) = cookie_line(desk, word) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Whether the password is the account's. Takes the same time when there is no account.
async fn is_right(desk: &Arc<Desk>, login: &str, password: String) -> bool {
    if login.len() > MAX_TYPED || password.len() > MAX_TYPED {
        return false;
    }
    let account = desk.port.operator(login);
    let is_known = account.is_some();
    let hash = account.map_or_else(|| NOBODY.clone(), |account| account.password_hash);
    let Ok(_turn) = desk.hashing.acquire().await else { return false };
    let verified = tokio::task::spawn_blocking(move || {
        let parsed = PasswordHash::new(&hash);
        parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    verified.await.unwrap_or(false) && is_known
}

/// A path of this desk, else the queue: nobody is sent to another site.
fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.'));
    if is_own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_login_nobody_leaves_the_desk() {
        for foreign in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb", "javascript:x", "/a?b=//c"]
        {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
        assert_eq!(own_path("/drafts/d-1"), "/drafts/d-1");
    }

    #[test]
    fn the_hash_of_nobody_is_a_hash() {
        assert!(PasswordHash::new(&NOBODY).is_ok());
    }
}
