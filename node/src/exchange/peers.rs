//! The nodes this one talks to: who may connect, when to dial, how much each may ask, and what each said last.

use super::message::{Protocol, Status};
use libp2p::{Multiaddr, PeerId};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The first pause before a node is dialled again; doubled up to [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause: a node that comes back is found within it, also when it cannot dial itself.
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// Status questions in a row without an answer after which a connection is taken for dead and closed.
const MAX_SILENCE: u32 = 2;

/// Questions per second one peer may ask of a protocol; as many may come at once.
const fn rate(protocol: Protocol) -> f64 {
    match protocol {
        // With 512 transactions in each this is above what agreement can decide.
        Protocol::Transactions => 200.0,
        // One per second is asked.
        Protocol::Status => 5.0,
        // One per block is asked, and heights may follow each other fast.
        Protocol::Checkpoint => 50.0,
    }
}

/// A node to talk to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// Its network identity.
    pub id: PeerId,
    /// Where to dial it; none: it dials.
    pub address: Option<Multiaddr>,
}

/// What is known of a peer.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PeerPicture {
    /// Whether it is connected.
    pub is_connected: bool,
    /// What it said last.
    pub status: Option<Status>,
    /// The round trip of the newest status question.
    pub round_trip: Option<Duration>,
}

/// One peer's row.
#[derive(Debug)]
pub(super) struct Known {
    address: Option<Multiaddr>,
    pub(super) picture: PeerPicture,
    silence: u32,
    is_asked: bool,
    pause: Duration,
    dial_at: Option<Instant>,
    buckets: BTreeMap<Protocol, Bucket>,
}

/// All peers.
#[derive(Default, Debug)]
pub(super) struct Peers(BTreeMap<PeerId, Known>);

/// What a new list changes.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Changes {
    pub(super) joined: Vec<PeerId>,
    pub(super) left: Vec<PeerId>,
    pub(super) moved: Vec<PeerId>,
}

impl Peers {
    /// Takes over a new list.
    pub(super) fn set(&mut self, peers: Vec<Peer>, now: Instant) -> Changes {
        let mut changes = Changes::default();
        let listed: BTreeMap<PeerId, Option<Multiaddr>> = peers.into_iter().map(|one| (one.id, one.address)).collect();
        changes.left = self.0.keys().filter(|id| !listed.contains_key(id)).copied().collect();
        self.0.retain(|id, _| listed.contains_key(id));
        for (id, address) in listed {
            match self.0.get_mut(&id) {
                Some(known) if known.address == address => {}
                Some(known) => {
                    known.address = address;
                    known.dial_soon(now);
                    changes.moved.push(id);
                }
                None => {
                    self.0.insert(id, Known::new(address, now));
                    changes.joined.push(id);
                }
            }
        }
        changes
    }

    pub(super) fn get_mut(&mut self, id: &PeerId) -> Option<&mut Known> {
        self.0.get_mut(id)
    }

    pub(super) fn pictures(&self) -> BTreeMap<PeerId, PeerPicture> {
        self.0.iter().map(|(id, known)| (*id, known.picture.clone())).collect()
    }

    pub(super) fn connected(&self) -> Vec<PeerId> {
        self.0.iter().filter(|(_, known)| known.picture.is_connected).map(|(id, _)| *id).collect()
    }

    /// Those to dial now. Each is dialled again after a pause that doubles, until it is connected.
    pub(super) fn due(&mut self, now: Instant) -> Vec<(PeerId, Multiaddr)> {
        let due = self.0.iter_mut().filter_map(|(id, known)| Some((*id, known.dial(now)?)));
        due.collect()
    }
}

impl Known {
    fn new(address: Option<Multiaddr>, now: Instant) -> Self {
        Self {
            address,
            picture: PeerPicture::default(),
            silence: 0,
            is_asked: false,
            pause: MIN_PAUSE,
            dial_at: Some(now),
            buckets: BTreeMap::new(),
        }
    }

    fn dial_soon(&mut self, now: Instant) {
        self.pause = MIN_PAUSE;
        self.dial_at = (!self.picture.is_connected).then_some(now);
    }

    fn dial(&mut self, now: Instant) -> Option<Multiaddr> {
        if self.picture.is_connected || self.dial_at.is_none_or(|at| at > now) {
            return None;
        }
        let address = self.address.clone()?;
        self.dial_at = now.checked_add(self.pause);
        self.pause = self.pause.saturating_mul(2).min(MAX_PAUSE);
        Some(address)
    }

    pub(super) fn connected(&mut self) {
        self.picture.is_connected = true;
        self.silence = 0;
        self.is_asked = false;
        self.dial_at = None;
    }

    pub(super) fn disconnected(&mut self, now: Instant) {
        self.picture.is_connected = false;
        self.picture.round_trip = None;
        self.is_asked = false;
        self.dial_at = now.checked_add(self.pause);
    }

    /// Whether to ask it where it stands: one question at a time.
    pub(super) fn ask(&mut self) -> bool {
        let asks = self.picture.is_connected && !self.is_asked;
        self.is_asked |= asks;
        asks
    }

    /// It has said where it stands. Only now is it worth dialling soon again: one that does not let this node in takes connections too, and
    /// closes them at once.
    pub(super) fn answered(&mut self, status: Status, round_trip: Duration) {
        self.pause = MIN_PAUSE;
        self.is_asked = false;
        self.silence = 0;
        self.picture.status = Some(status);
        self.picture.round_trip = Some(round_trip);
    }

    /// Takes note of a question without an answer; whether the connection is dead. A dead one counts as closed at once: closing it
    /// in good order can take as long as the network is cut.
    pub(super) fn silent(&mut self, now: Instant) -> bool {
        self.is_asked = false;
        self.silence = self.silence.saturating_add(1);
        let is_dead = self.silence >= MAX_SILENCE;
        if is_dead {
            self.disconnected(now);
        }
        is_dead
    }

    /// Whether it may ask this now.
    pub(super) fn may_ask(&mut self, protocol: Protocol, now: Instant) -> bool {
        let fresh = || Bucket { tokens: rate(protocol), filled: now };
        self.buckets.entry(protocol).or_insert_with(fresh).take(rate(protocol), now)
    }
}

/// A token bucket.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn take(&mut self, rate: f64, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * rate).min(rate);
        self.filled = now;
        let may = self.tokens >= 1.0;
        if may {
            self.tokens -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhengku_crypto::digest::sha256;
    use zhengku_ledger::ids::{BlockId, ChainId, Height, TimestampMs};

    fn peer(address: Option<&str>) -> Peer {
        Peer { id: PeerId::random(), address: address.map(|text| text.parse().unwrap()) }
    }

    fn status() -> Status {
        let (chain, block) = (ChainId::from_digest(sha256(b"")), BlockId::from_digest(sha256(b"")));
        Status { chain, height: Height(1), block, clock: TimestampMs(1) }
    }

    #[test]
    fn a_lost_peer_is_dialled_again_with_growing_pauses() {
        let begun = Instant::now();
        let one = peer(Some("/ip4/127.0.0.1/tcp/9"));
        let mut peers = Peers::default();
        assert_eq!(peers.set(vec![one.clone()], begun).joined, [one.id]);
        let mut dials = Vec::new();
        for tick in 0..800 {
            let now = begun + Duration::from_millis(25 * tick);
            dials.extend(peers.due(now).iter().map(|_| 25 * tick));
        }
        assert_eq!(dials[..5], [0, 250, 750, 1750, 3750]);
        assert!(dials.windows(2).all(|pair| pair[1] - pair[0] <= 5_000), "{dials:?}");
        peers.get_mut(&one.id).unwrap().connected();
        peers.get_mut(&one.id).unwrap().answered(status(), Duration::from_millis(1));
        assert_eq!(peers.due(begun + Duration::from_secs(100)), []);
        peers.get_mut(&one.id).unwrap().disconnected(begun + Duration::from_secs(100));
        assert_eq!(peers.due(begun + Duration::from_millis(100_250)).len(), 1);
    }

    #[test]
    fn one_that_shuts_this_node_out_is_dialled_less_and_less() {
        let begun = Instant::now();
        let one = peer(Some("/ip4/127.0.0.1/tcp/9"));
        let mut peers = Peers::default();
        peers.set(vec![one.clone()], begun);
        let mut dials = Vec::new();
        for tick in 0..800 {
            let now = begun + Duration::from_millis(25 * tick);
            for _ in peers.due(now) {
                dials.push(25 * tick);
                peers.get_mut(&one.id).unwrap().connected();
                peers.get_mut(&one.id).unwrap().disconnected(now);
            }
        }
        assert!(dials.len() < 10, "{dials:?}");
    }

    #[test]
    fn a_new_list_names_who_joined_left_and_moved() {
        let now = Instant::now();
        let (one, other) = (peer(Some("/ip4/127.0.0.1/tcp/9")), peer(None));
        let mut peers = Peers::default();
        peers.set(vec![one.clone(), other.clone()], now);
        let moved = Peer { address: Some("/ip4/127.0.0.1/tcp/10".parse().unwrap()), ..one.clone() };
        let changes = peers.set(vec![moved.clone()], now);
        assert_eq!(changes, Changes { joined: vec![], left: vec![other.id], moved: vec![one.id] });
        assert_eq!(peers.due(now), [(one.id, moved.address.unwrap())]);
        assert_eq!(peers.set(vec![], now).left, [one.id]);
    }

    #[test]
    fn a_peer_that_asks_too_often_is_held_back_and_no_other() {
        let now = Instant::now();
        let (flood, quiet) = (peer(None), peer(None));
        let mut peers = Peers::default();
        peers.set(vec![flood.clone(), quiet.clone()], now);
        let asked = |peers: &mut Peers, id, at| peers.get_mut(id).unwrap().may_ask(Protocol::Status, at);
        let answered = (0..100).filter(|_| asked(&mut peers, &flood.id, now)).count();
        assert_eq!(answered, 5);
        assert!(asked(&mut peers, &quiet.id, now));
        assert!(asked(&mut peers, &flood.id, now + Duration::from_millis(201)));
        assert!(!asked(&mut peers, &flood.id, now + Duration::from_millis(201)));
    }
}
