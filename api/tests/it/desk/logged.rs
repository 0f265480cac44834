//! What the log says of logins: who it was, and nothing that was typed into a wrong field.

use super::Client;
use super::fake::PASSWORD;
use axum::http::StatusCode;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the events of this thread as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

#[tokio::test]
async fn a_login_is_logged_by_its_operator_and_what_was_typed_is_not() {
    let client = Client::new();
    let log = Log::default();
    // Where there is one dispatcher alone, whichever thread comes to an event first decides by its own default whether anybody hears of it;
    // of two, both are asked (tracing-core, `callsite`). The other tests run beside this one and have none.
    let _second = tracing::Dispatch::new(Log::default());
    let _guard = tracing::subscriber::set_default(log.clone());
    let lines = || std::mem::take(&mut *log.0.lock().unwrap()).into_iter().filter(|line| line.contains("desk.login"));
    let one = || lines().collect::<Vec<_>>().join("; ");

    assert_eq!(client.log_in("lin", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let said = one();
    assert!(said.contains("desk.login ") && said.contains("operator=\"lin\""), "{said}");

    assert_eq!(client.log_in("lin", "another-word").await.status, StatusCode::UNAUTHORIZED);
    let said = one();
    assert!(said.contains("desk.login_refused") && said.contains("operator=\"lin\""), "{said}");
    assert!(!said.contains("another-word"), "{said}");

    // The password in the field of the name.
    assert_eq!(client.log_in(PASSWORD, "lin").await.status, StatusCode::UNAUTHORIZED);
    let said = one();
    assert!(said.contains("operator=\"unknown\"") && !said.contains(PASSWORD), "{said}");
}
