//! Wrong passwords: after five in a row a login name rests for five minutes. Bounded: names share buckets by a hash that only this
//! process knows, whether they exist or not, so that the answer does not tell which names exist.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use zhengku_ledger::ids::TimestampMs;

/// Wrong passwords in a row.
pub(crate) const TRIES: u32 = 5;
/// How long a name rests, in ms.
pub(crate) const REST_MS: u64 = 5 * 60_000;
/// Wrong passwords longer ago than this no longer count, in ms.
const MEMORY_MS: u64 = 15 * 60_000;

/// The names that have had wrong passwords.
#[derive(Default)]
pub(crate) struct Lockout {
    buckets: Mutex<BTreeMap<u16, Failures>>,
    hasher: RandomState,
}

struct Failures {
    count: u32,
    last: u64,
}

impl Lockout {
    /// How many minutes the name still rests; none: it may try.
    pub(crate) fn rests(&self, login: &str, now: TimestampMs) -> Option<u64> {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = buckets.get(&self.bucket(login))?;
        let rested = now.0.saturating_sub(failures.last);
        let rests = failures.count >= TRIES && rested < REST_MS;
        rests.then(|| REST_MS.saturating_sub(rested).div_ceil(60_000))
    }

    /// Counts a wrong password; how many tries are left.
    pub(crate) fn failed(&self, login: &str, now: TimestampMs) -> u32 {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = buckets.entry(self.bucket(login)).or_insert(Failures { count: 0, last: 0 });
        let age = now.0.saturating_sub(failures.last);
        let is_over = failures.count >= TRIES && age >= REST_MS;
        if is_over || age > MEMORY_MS {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now.0;
        TRIES.saturating_sub(failures.count)
    }

    /// Forgets a name that gave the right password.
    pub(crate) fn passed(&self, login: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.bucket(login));
    }

    fn bucket(&self, login: &str) -> u16 {
        let [low, high, ..] = self.hasher.hash_one(login).to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_passwords_rest_a_name_for_five_minutes() {
        let lockout = Lockout::default();
        let at = |minute: u64| TimestampMs(100_000_000 + minute * 60_000);
        let left: Vec<u32> = (0..5).map(|_| lockout.failed("lin", at(0))).collect();
        assert_eq!(left, [4, 3, 2, 1, 0]);
        assert_eq!(lockout.rests("lin", at(0)), Some(5));
        assert_eq!(lockout.rests("lin", at(4)), Some(1));
        assert_eq!(lockout.rests("lin", at(5)), None);
        assert_eq!(lockout.failed("lin", at(5)), 4, "counting begins anew");
        lockout.passed("lin");
        assert_eq!(lockout.failed("lin", at(5)), 4);
        assert_eq!(lockout.failed("lin", at(30)), 4, "old failures are forgotten");
    }

    #[test]
    fn a_million_names_fit_into_the_same_buckets() {
        let lockout = Lockout::default();
        for number in 0..200_000_u32 {
            lockout.failed(&number.to_string(), TimestampMs(1));
        }
        assert!(lockout.buckets.lock().unwrap().len() <= 65_536);
    }
}
