//! The only reader of the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};
use zhengku_ledger::ids::TimestampMs;

/// A source of wall time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> TimestampMs;
}

/// The machine's clock.
#[derive(Clone, Copy, Default, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> TimestampMs {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        TimestampMs(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
    }
}
