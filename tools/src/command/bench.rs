//! `zhengku bench`: figures with their conditions. Benchmarks, not tests: nothing here fails for being slow.

mod driver;
pub(super) mod import;
pub(super) mod ledger;
pub(super) mod licence;
mod machine;
pub(crate) mod network;
mod workload;

use crate::failure::Failure;
use std::path::{Path, PathBuf};

/// A directory that is removed when the benchmark ends.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn new(parent: Option<&Path>) -> Result<Self, Failure> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        let path = parent.join(format!("zhengku-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(Failure::file(&path))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it; a leftover in the temporary directory is harmless.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// For display and JSON only.
#[expect(clippy::cast_precision_loss, reason = "figures are shown with few digits")]
fn per(count: u64, of: f64) -> f64 {
    if of > 0.0 { count as f64 / of } else { 0.0 }
}

/// Microseconds per entry.
fn us_per(time: std::time::Duration, entries: u64) -> f64 {
    1.0 / per(entries, time.as_secs_f64() * 1e6)
}

/// Three digits are more than any of these figures is good for.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The value at a share of a sorted list.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let place = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
