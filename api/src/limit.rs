//! Rate limits: by address while nobody is authenticated, by organisation after. The stores of keys are bounded by construction.

use crate::problem::{Code, Problem};
use crate::settings::{Limits, Quota};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, RateLimiter};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use zhengku_ledger::ids::OrganisationNumber;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// The limits of one server.
///
/// Addresses share 65,536 buckets by a hash that only this process knows: the store cannot grow, and nobody can choose whose bucket
/// he shares. An IPv6 client counts with its whole /64, which is what one customer gets.
pub(crate) struct Limiter {
    anonymous: Keyed<u16>,
    attempts: Keyed<u16>,
    organisations: Keyed<u32>,
    hasher: RandomState,
    clock: DefaultClock,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            anonymous: Keyed::dashmap(quota(limits.anonymous)),
            attempts: Keyed::dashmap(quota(limits.attempts)),
            organisations: Keyed::dashmap(quota(limits.organisation)),
            hasher: RandomState::new(),
            clock: DefaultClock::default(),
        }
    }

    /// A request without a signature.
    pub(crate) fn anonymous(&self, address: IpAddr, cost: u32) -> Result<(), Problem> {
        self.take(&self.anonymous, &self.bucket(address), cost)
    }

    /// A request whose signature is about to be verified.
    pub(crate) fn attempt(&self, address: IpAddr, cost: u32) -> Result<(), Problem> {
        self.take(&self.attempts, &self.bucket(address), cost)
    }

    /// A request of an organisation on the ledger; there are hundreds, so the store is small.
    pub(crate) fn organisation(&self, organisation: OrganisationNumber, cost: u32) -> Result<(), Problem> {
        self.take(&self.organisations, &organisation.0, cost)
    }

    fn take<K>(&self, limiter: &Keyed<K>, key: &K, cost: u32) -> Result<(), Problem>
    where
        K: std::hash::Hash + Eq + Clone,
    {
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        match limiter.check_key_n(key, cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(self.refused(&until)),
            // The cost is above the whole burst: the smallest settings cannot serve this route at all.
            Err(_) => Err(Problem::new(Code::TooManyRequests, "the quota is smaller than this one request")),
        }
    }

    fn refused(&self, until: &NotUntil<<DefaultClock as Clock>::Instant>) -> Problem {
        let wait = until.wait_time_from(self.clock.now());
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        Problem::new(Code::TooManyRequests, "the quota of this client is used up").retry_after_ms(ms)
    }

    fn bucket(&self, address: IpAddr) -> u16 {
        let network = match address {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => u64::from(address.to_bits()),
                None => u64::try_from(address.to_bits() >> 64).unwrap_or_default(),
            },
        };
        let [low, high, ..] = self.hasher.hash_one(network).to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

fn quota(quota: Quota) -> governor::Quota {
    let nonzero = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    governor::Quota::per_second(nonzero(quota.per_second)).allow_burst(nonzero(quota.burst))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn limiter() -> Limiter {
        let few = Quota { per_second: 1, burst: 3 };
        Limiter::new(&Limits { anonymous: few, attempts: few, organisation: few, ..Limits::default() })
    }

    #[test]
    fn a_burst_is_granted_and_then_refused_with_a_time() {
        let (limiter, address) = (limiter(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        for _ in 0..3 {
            limiter.anonymous(address, 1).unwrap();
        }
        let refused = limiter.anonymous(address, 1).unwrap_err();
        assert_eq!((refused.code, refused.retry_after_s), (Code::TooManyRequests, Some(1)));
        limiter.attempt(address, 1).unwrap();
        limiter.organisation(OrganisationNumber(1), 3).unwrap();
        assert!(limiter.organisation(OrganisationNumber(1), 1).is_err());
        limiter.organisation(OrganisationNumber(2), 1).unwrap();
        assert!(limiter.organisation(OrganisationNumber(3), 4).is_err(), "dearer than the burst");
    }

    #[test]
    fn a_million_addresses_fit_into_the_same_buckets() {
        let limiter = limiter();
        for number in 0..200_000_u32 {
            let _ = limiter.anonymous(IpAddr::V4(Ipv4Addr::from_bits(number)), 1);
        }
        assert!(limiter.anonymous.len() <= 65_536);
    }

    #[test]
    fn one_customer_is_one_bucket() {
        let limiter = limiter();
        let at = |host: u128| limiter.bucket(IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) | host)));
        assert_eq!(at(1), at(0xffff_ffff));
        let mapped = Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped();
        assert_eq!(limiter.bucket(IpAddr::V6(mapped)), limiter.bucket(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))));
    }
}
