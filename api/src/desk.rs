//! The desks of a department: issuing (制证台), batches (批量台), and what everybody may see (公开核验, 证照目录, 印章).
//!
//! A server of its own near the department's keys and vault, apart from the ledger node: `zhengku desk`. It knows [`port::Port`] and
//! nothing else. A request passes, from the outside in, the accept loop and the edge of [`crate::serve`](fn@crate::serve), `guard::identify` (who sits
//! here), `guard::layer` (its row in [`access::TABLE`], its quota, its origin, its role) and a handler. Operators log in with a password and
//! hold a session in a cookie; there is nothing here for programs.
//!
//! The three public parts (`open`) are in the pages of a ledger node as well, over [`port::Public`].
//!
//! Must not write a person's name or number into an address or a log. Read first: [`port::Port`], [`access::TABLE`].

pub mod access;
mod approvals;
mod batch;
mod batch_start;
mod confirm;
mod draft;
pub(crate) mod form;
mod guard;
mod issued;
mod issued_list;
mod lockout;
mod login;
pub(crate) mod open;
pub mod port;
mod previews;
mod queue;
mod session;
mod show;
mod succession;
mod trouble;

use crate::limit::Limiter;
use crate::page::assets;
use crate::serve::{self, ServeError};
use crate::settings::{Limits, Quota};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use lockout::Lockout;
use port::{Port, Public};
use previews::Previews;
use session::Sessions;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// Settings of a desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The limits. A department has tens of operators: the defaults are far below those of a node.
    pub limits: Limits,
    /// Tries to log in, of one address.
    pub logins: Quota,
    /// The origins that browsers reach it under (`https://desk.example`); empty: whatever the Host header says.
    pub origins: Vec<String>,
    /// Whether browsers reach it over TLS: the cookie is then bound to that.
    pub is_secure: bool,
    /// A session without a request ends after this time.
    pub idle: Duration,
    /// Every session ends after this time.
    pub longest: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let limits = Limits {
            connections: 512,
            connections_per_address: 64,
            body_timeout: Duration::from_secs(60),
            answer_timeout: Duration::from_secs(120),
            body_bytes: 160 * 1024 * 1024,
            anonymous: Quota { per_second: 50, burst: 500 },
            event_streams: 64,
            ..Limits::default()
        };
        Self {
            limits,
            logins: Quota { per_second: 1, burst: 10 },
            origins: Vec::new(),
            is_secure: false,
            idle: Duration::from_secs(30 * 60),
            longest: Duration::from_secs(10 * 3600),
        }
    }
}

/// What every handler of the desk shares.
pub(crate) struct Desk {
    port: Arc<dyn Port>,
    settings: Settings,
    sessions: Sessions,
    lockout: Lockout,
    limiter: Limiter,
    /// Hashing a password takes 19 MiB and 20 ms: two at once.
    hashing: Semaphore,
    previews: Previews,
    /// One permit for each KiB of a body in memory.
    bodies: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

/// Passwords that are hashed at once.
const HASHING_AT_ONCE: usize = 2;

impl Desk {
    fn new(port: Arc<dyn Port>, settings: Settings) -> Arc<Self> {
        let limits = Limits { attempts: settings.logins, ..settings.limits.clone() };
        Arc::new(Self {
            sessions: Sessions::new(settings.idle, settings.longest),
            lockout: Lockout::default(),
            limiter: Limiter::new(&limits),
            hashing: Semaphore::new(HASHING_AT_ONCE),
            previews: Previews::default(),
            bodies: Arc::new(Semaphore::new((limits.body_bytes / 1024).max(1))),
            streams: Arc::new(Semaphore::new(limits.event_streams)),
            stopping: watch::Sender::new(false),
            port,
            settings,
        })
    }
}

/// Serves a desk until `shutdown` completes; then open requests are finished.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    listener: TcpListener,
    port: Arc<dyn Port>,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let desk = Desk::new(port, settings);
    let (router, stopping) = (routes(&desk), desk.stopping.subscribe());
    let stop = || {
        desk.stopping.send_replace(true);
    };
    serve::accept(listener, router, &desk.settings.limits, stopping, stop, shutdown).await
}

/// The router of a desk, for whoever brings a server of his own; [`serve`] has limits on connections and heads too.
pub fn router(port: Arc<dyn Port>, settings: Settings) -> Router {
    routes(&Desk::new(port, settings))
}

fn routes(desk: &Arc<Desk>) -> Router {
    let public: Arc<dyn Public> = Arc::<dyn Port>::clone(&desk.port);
    let open = open::router(open::Open::new(Some(public)));
    let own = Router::new()
        .route("/login", get(login::show).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/", get(queue::show))
        .route("/new", get(queue::new))
        .route("/drafts", post(queue::create))
        .route("/drafts/{id}", get(draft::show).post(draft::act))
        .route("/drafts/{id}/pages/{page}", get(draft::picture))
        .route("/issued", get(issued_list::show).post(issued_list::find))
        .route("/issued/{id}", get(issued::show).post(issued::change))
        .route("/issued/{id}/files/{kind}", get(issued::file))
        .route("/issued/{id}/succession", post(succession::begin))
        .route("/changes", post(issued_list::change))
        .route("/approvals", get(approvals::show))
        .route("/approvals/{id}", post(approvals::decide))
        .route("/batches", get(batch_start::list).post(batch_start::upload))
        .route("/batches/template/{code}", get(batch_start::template))
        .route("/batches/{id}", get(batch::show).post(batch::act))
        .route("/batches/{id}/events", get(batch::events))
        .route("/batches/{id}/refused.csv", get(batch::refused_csv))
        .route("/assets/{version}/{name}", get(assets::serve))
        .with_state(Arc::clone(desk));
    let guarded = own.merge(open).route_layer(from_fn_with_state(Arc::clone(desk), guard::layer));
    guarded
        .fallback(guard::nowhere)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(from_fn(trouble::layer))
        .layer(from_fn_with_state(Arc::clone(desk), guard::edge))
        .layer(from_fn_with_state(Arc::clone(desk), guard::identify))
        .layer(DefaultBodyLimit::disable())
}
