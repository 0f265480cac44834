//! What anybody may see of a ledger: catalogue, register of seals, verification of files. A node shows it of its own store, a department's
//! desk of whichever ledger it works on; both through [`Showing`].

mod catalogue;
mod own;
mod pinyin;
mod seals;
mod trust;
mod verification;

pub use pinyin::initials;
pub use seals::standings;

pub(crate) use own::OwnPublic;

use crate::layout::Layout;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use zhengku_crypto::digest::Digest;
use zhengku_document::font::FontLibrary;
use zhengku_document::trust::SealTrust;
use zhengku_ledger::entry::{Entry, LicenceType};
use zhengku_ledger::ids::{EntryKey, Height, LogIndex, TimestampMs};
use zhengku_ledger::verify::Trust;
use zhengku_library::port::{PortError, Read};

/// A ledger that can be asked for more than [`Read`] gives.
pub trait Source: Read {
    /// The entry at a place in the log.
    ///
    /// # Errors
    /// [`PortError`].
    fn entry(&self, index: LogIndex) -> Result<Entry, PortError>;

    /// The time of a block.
    ///
    /// # Errors
    /// [`PortError`].
    fn block_time(&self, height: Height) -> Result<TimestampMs, PortError>;

    /// The proof file of a licence as of now, without fields; none when the ledger has none of this key.
    ///
    /// # Errors
    /// [`PortError`].
    fn proof_of_key(&self, key: &EntryKey) -> Result<Option<String>, PortError>;

    /// The proof file of the licence that lists a file of this SHA-256; none when no licence does.
    ///
    /// # Errors
    /// [`PortError`].
    fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, PortError>;

    /// The validators that files are judged by; none when they are not known here.
    ///
    /// # Errors
    /// [`PortError`].
    fn trust(&self) -> Result<Option<Trust>, PortError>;

    /// The history file that leads from those validators to later ones; none when there were no others.
    ///
    /// # Errors
    /// [`PortError`].
    fn history(&self) -> Result<Option<Vec<u8>>, PortError>;
}

/// How many versions a type has, by the place of its newest entry: entries never change.
#[derive(Default)]
pub struct Versions(Mutex<BTreeMap<LogIndex, u32>>);

impl Versions {
    fn find(&self, newest: LogIndex) -> Option<u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&newest).copied()
    }

    fn keep(&self, newest: LogIndex, count: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(newest, count);
    }
}

/// What a server shows.
pub struct Showing<'a, S> {
    /// The ledger.
    pub source: &'a S,
    /// The directory whose `seals/` may hold the seals themselves.
    pub layout: &'a Layout,
    /// The fonts; none: pictures are shown only where they are kept.
    pub fonts: Option<&'a FontLibrary>,
    /// The authorities of seals that this server trusts.
    pub seal_trust: &'a SealTrust,
    /// What was counted before.
    pub versions: &'a Versions,
    /// Whether this server's department may issue a type.
    pub may_issue: &'a dyn Fn(&LicenceType) -> bool,
}

impl<S: Source> Showing<'_, S> {
    /// The entries of a key, newest first, with their places.
    fn entries(&self, key: &EntryKey) -> Result<Vec<(LogIndex, Entry)>, PortError> {
        let mut all = Vec::new();
        let mut next = self.source.find(std::slice::from_ref(key))?.pop().flatten();
        while let Some((index, entry)) = next {
            let previous = entry.previous;
            all.push((index, entry));
            next = match previous {
                Some(place) => Some((place, self.source.entry(place)?)),
                None => None,
            };
        }
        Ok(all)
    }
}
