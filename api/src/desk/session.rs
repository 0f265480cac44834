//! Sessions of operators: a random token in a cookie, its digest in a bounded table.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use zhengku_crypto::digest::sha256;
use zhengku_ledger::ids::TimestampMs;

/// Sessions at once: some for each operator of the largest department.
pub(crate) const MAX_SESSIONS: usize = 256;
/// Sessions of one operator: the desk, the counter and a colleague's machine; one more ends the oldest.
const MAX_OF_ONE: usize = 4;

/// The table.
pub(crate) struct Sessions {
    held: Mutex<BTreeMap<[u8; 32], Session>>,
    idle_ms: u64,
    longest_ms: u64,
}

struct Session {
    login: String,
    begun: u64,
    seen: u64,
}

impl Sessions {
    pub(crate) fn new(idle: Duration, longest: Duration) -> Self {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self { held: Mutex::default(), idle_ms: ms(idle), longest_ms: ms(longest) }
    }

    /// Begins a session; the word for the cookie.
    pub(crate) fn begin(&self, token: [u8; 32], login: &str, now: TimestampMs) -> String {
        let word = hex::encode(token);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, session| self.lives(session, now));
        while held.values().filter(|session| session.login == login).count() >= MAX_OF_ONE {
            drop_oldest(&mut held, |session| session.login == login);
        }
        while held.len() >= MAX_SESSIONS {
            drop_oldest(&mut held, |_| true);
        }
        held.insert(key(&word), Session { login: login.to_owned(), begun: now.0, seen: now.0 });
        word
    }

    /// The login name of a living session, which is thereby used.
    pub(crate) fn find(&self, word: &str, now: TimestampMs) -> Option<String> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(word);
        if !self.lives(held.get(&key)?, now) {
            held.remove(&key);
            return None;
        }
        let session = held.get_mut(&key)?;
        session.seen = session.seen.max(now.0);
        Some(session.login.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&self, word: &str) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(word));
    }

    fn lives(&self, session: &Session, now: TimestampMs) -> bool {
        let is_idle = now.0.saturating_sub(session.seen) > self.idle_ms;
        let is_old = now.0.saturating_sub(session.begun) > self.longest_ms;
        !is_idle && !is_old
    }
}

fn key(word: &str) -> [u8; 32] {
    *sha256(word.as_bytes()).as_bytes()
}

fn drop_oldest(held: &mut BTreeMap<[u8; 32], Session>, which: impl Fn(&Session) -> bool) {
    let oldest = held.iter().filter(|(_, session)| which(session)).min_by_key(|(_, session)| session.seen);
    if let Some(key) = oldest.map(|(key, _)| *key) {
        held.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions() -> Sessions {
        Sessions::new(Duration::from_secs(60), Duration::from_secs(600))
    }

    #[test]
    fn a_session_ends_when_it_idles_when_it_is_old_and_when_it_is_ended() {
        let sessions = sessions();
        let at = |second: u64| TimestampMs(second * 1000);
        let word = sessions.begin([1; 32], "lin", at(0));
        assert_eq!(sessions.find(&word, at(60)).as_deref(), Some("lin"));
        assert_eq!(sessions.find(&word, at(120)).as_deref(), Some("lin"), "each use counts");
        assert_eq!(sessions.find(&word, at(181)), None, "idle");
        let word = sessions.begin([2; 32], "lin", at(0));
        for second in (0..=600).step_by(30) {
            assert!(sessions.find(&word, at(second)).is_some(), "{second}");
        }
        assert_eq!(sessions.find(&word, at(601)), None, "old");
        let word = sessions.begin([3; 32], "lin", at(0));
        sessions.end(&word);
        assert_eq!(sessions.find(&word, at(0)), None);
        assert_eq!(sessions.find("", at(0)), None);
    }

    #[test]
    fn the_table_is_bounded_for_one_and_for_all() {
        let sessions = sessions();
        let words: Vec<String> = (0..5_u64)
            .map(|number| sessions.begin([u8::try_from(number).unwrap(); 32], "lin", TimestampMs(number)))
            .collect();
        assert_eq!(sessions.find(&words[0], TimestampMs(9)), None, "the fifth ended the first");
        assert!(sessions.find(&words[1], TimestampMs(9)).is_some());
        for number in 0..1_000_u32 {
            let mut token = [9; 32];
            token[..4].copy_from_slice(&number.to_le_bytes());
            sessions.begin(token, &number.to_string(), TimestampMs(10));
        }
        assert_eq!(sessions.held.lock().unwrap().len(), MAX_SESSIONS);
    }
}
