//! What came of the requests: counts by answer, and latencies from the moment each was due.

use super::super::{per, quantile, rounded};
use super::client::Answer;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A request that ended.
pub(super) struct Ended {
    pub(super) due: Instant,
    pub(super) at: Instant,
    pub(super) node: usize,
    pub(super) answer: Answer,
}

/// Counts and latencies of one kind of request.
#[derive(Default)]
pub(super) struct Tally {
    offered: u64,
    skipped: u64,
    entries: u64,
    answers: BTreeMap<String, u64>,
    latencies_ms: Vec<f64>,
    /// When each request was due, and its latency; infinite when it did not succeed.
    history: Vec<(Instant, f64)>,
    last_success: Option<Instant>,
}

/// The figures of one kind of request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figures {
    /// Requests that became due.
    pub(super) offered: u64,
    /// Of those, never sent: too many were waiting already.
    pub(super) skipped: u64,
    /// Final answers (writes) or right answers (reads).
    pub(super) succeeded: u64,
    /// Entries in the final answers.
    pub(super) entries: u64,
    /// From the first request due to the last success.
    pub(super) seconds: f64,
    /// Successes per second of that time.
    pub(super) per_second: f64,
    /// Entries per second of that time.
    pub(super) entries_per_second: f64,
    /// From due to answered, successes only.
    pub(super) p50_ms: f64,
    pub(super) p90_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) max_ms: f64,
    /// Requests by answer: HTTP status, `unreachable`, `broken`, `timeout`, `rejected`.
    pub(super) answers: BTreeMap<String, u64>,
    /// Seconds from the start when each request was due, and its latency.
    #[serde(skip)]
    history: Vec<(f64, f64)>,
}

impl Tally {
    /// How many requests became due, and how many of those were never sent.
    pub(super) const fn offered(&mut self, offered: u64, skipped: u64) {
        self.offered = offered;
        self.skipped = skipped;
    }

    pub(super) fn add(&mut self, ended: &Ended) {
        let count = self.answers.entry(ended.answer.name()).or_default();
        *count = count.saturating_add(1);
        let mut latency_ms = f64::INFINITY;
        if let Some(entries) = ended.answer.success() {
            latency_ms = ended.at.saturating_duration_since(ended.due).as_secs_f64() * 1e3;
            self.entries = self.entries.saturating_add(entries);
            self.latencies_ms.push(latency_ms);
            self.last_success = self.last_success.max(Some(ended.at));
        }
        self.history.push((ended.due, latency_ms));
    }

    /// The figures, for requests that were due from `started` on.
    pub(super) fn figures(mut self, started: Instant) -> Figures {
        self.latencies_ms.sort_by(f64::total_cmp);
        let elapsed = self.last_success.map_or(Duration::ZERO, |last| last.saturating_duration_since(started));
        let seconds = elapsed.as_secs_f64();
        let succeeded = self.latencies_ms.len() as u64;
        let at = |share: f64| rounded(quantile(&self.latencies_ms, share));
        Figures {
            offered: self.offered,
            skipped: self.skipped,
            succeeded,
            entries: self.entries,
            seconds: rounded(seconds),
            per_second: rounded(per(succeeded, seconds)),
            entries_per_second: rounded(per(self.entries, seconds)),
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p99_ms: at(0.99),
            max_ms: at(1.0),
            answers: self.answers,
            history: self
                .history
                .iter()
                .map(|(due, ms)| (due.saturating_duration_since(started).as_secs_f64(), *ms))
                .collect(),
        }
    }
}

impl Figures {
    /// How many answers were of this name.
    pub(super) fn answered(&self, name: &str) -> u64 {
        self.answers.get(name).copied().unwrap_or_default()
    }

    /// How many answers blame the node.
    pub(super) fn server_errors(&self) -> u64 {
        let of = |(name, count): (&String, &u64)| if name.starts_with('5') { *count } else { 0 };
        self.answers.iter().map(of).fold(0, u64::saturating_add)
    }

    /// Seconds from the start until the last request that failed or took longer than `limit_ms`.
    pub(super) fn unsettled_s(&self, limit_ms: f64) -> f64 {
        let late = self.history.iter().filter(|(_, ms)| *ms > limit_ms);
        late.map(|(due, ms)| if ms.is_finite() { due + ms / 1e3 } else { *due }).fold(0.0, f64::max)
    }
}

/// The answers and how often they came, on one line.
pub(super) fn counts(figures: &Figures) -> String {
    let skipped = (figures.skipped > 0).then(|| format!("skipped {}", figures.skipped));
    let counts = figures.answers.iter().map(|(answer, count)| format!("{answer}: {count}"));
    counts.chain(skipped).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_counts_from_the_moment_a_request_was_due() {
        let started = Instant::now();
        let mut tally = Tally::default();
        for number in 0..100_u64 {
            let due = started + Duration::from_millis(number);
            let at = due + Duration::from_millis(number + 1);
            tally.add(&Ended { due, at, node: 0, answer: Answer::Read });
        }
        tally.offered(101, 0);
        tally.add(&Ended { due: started, at: started, node: 0, answer: Answer::Status(503) });
        let figures = tally.figures(started);
        assert_eq!((figures.offered, figures.succeeded), (101, 100));
        assert!((figures.p99_ms - 99.0).abs() < 0.5, "p99 {}", figures.p99_ms);
        assert!((figures.max_ms - 100.0).abs() < 0.5);
        assert!((figures.seconds - 0.199).abs() < 0.001);
        assert_eq!((figures.answered("503"), figures.server_errors()), (1, 1));
        let settled = figures.unsettled_s(50.0);
        assert!((settled - 0.199).abs() < 0.001, "the last slow one was due at 99 ms and took 100 ms: {settled}");
        assert!(figures.unsettled_s(1e9) < 1e-9, "the failure was due at the start");
    }
}
