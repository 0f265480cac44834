//! How a message names its validator.

use crate::engine::core;
use zhengku_crypto::sign::PublicKey;

/// A validator's name in the engine: its ed25519 key itself, so that there is nothing to look up and nothing to collide. Decided blocks
/// that a lagging node fetches name their voters by place instead, as the ledger's certificates do.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    name: Name,
    /// Whether this is the engine's word for its own node. Not part of the identity: see [`Members`](super::Members).
    own: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Key([u8; 32]),
    Place(u16),
}

impl Address {
    /// The address of a key. A key of another algorithm has none that any validator could have.
    #[must_use]
    pub(crate) fn of_key(key: &PublicKey) -> Self {
        Self::of_bytes(key.as_bytes().try_into().unwrap_or_default())
    }

    /// The address of the 32 bytes of a key.
    #[must_use]
    pub(crate) const fn of_bytes(key: [u8; 32]) -> Self {
        Self { name: Name::Key(key), own: false }
    }

    /// The validator at a place of the set in force.
    #[must_use]
    pub(crate) const fn of_place(place: u16) -> Self {
        Self { name: Name::Place(place), own: false }
    }

    /// The same address as the engine's own.
    #[must_use]
    pub(crate) const fn of_self(self) -> Self {
        Self { name: self.name, own: true }
    }

    /// The same address as anybody's, as messages carry it.
    #[must_use]
    pub(crate) const fn of_anybody(self) -> Self {
        Self { name: self.name, own: false }
    }

    /// Whether the engine asks about itself.
    #[must_use]
    pub(crate) const fn is_own(&self) -> bool {
        self.own
    }

    /// The key, unless the validator is named by its place.
    #[must_use]
    pub(crate) const fn key(&self) -> Option<&[u8; 32]> {
        match &self.name {
            Name::Key(key) => Some(key),
            Name::Place(_) => None,
        }
    }

    /// The place, unless the validator is named by its key.
    #[must_use]
    pub(crate) const fn place(&self) -> Option<u16> {
        match self.name {
            Name::Key(_) => None,
            Name::Place(place) => Some(place),
        }
    }
}

impl core::Address for Address {}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Address {}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Name::Key(key) => key.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Name::Place(place) => write!(f, "place {place}"),
        }
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
