//! Node processes: what they use of the machine, and their end.

use std::process::Child;
use std::time::Duration;

/// Linux counts process time in hundredths of a second on every machine it is built for today.
const TICK: Duration = Duration::from_millis(10);

/// A child process that does not outlive its owner.
pub(super) struct Process {
    child: Child,
}

impl Process {
    pub(super) const fn new(child: Child) -> Self {
        Self { child }
    }

    /// Whether it ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Processor time so far, of all its threads.
    pub(super) fn cpu(&self) -> Duration {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        TICK.saturating_mul(u32::try_from(ticks(&text)).unwrap_or(u32::MAX))
    }

    /// The most memory it ever had resident, in megabytes.
    pub(super) fn peak_mb(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that has ended already needs neither.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time in `/proc/PID/stat`: the 14th and 15th field; the second, in parentheses, may hold blanks.
fn ticks(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = after_name.split_ascii_whitespace().skip(11).take(2);
    times.filter_map(|field| field.parse::<u64>().ok()).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_blanks() {
        let stat = "4711 (a b) c) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 31 7 8 20 0 9 0 100 1 2 3";
        assert_eq!(ticks(stat), 281);
        assert_eq!(ticks(""), 0);
    }
}
