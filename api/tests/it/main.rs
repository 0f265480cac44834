//! The interface over a ledger in memory: every route, every refusal.
#![expect(clippy::unwrap_used, reason = "helpers of tests may unwrap too")]

mod fake;
