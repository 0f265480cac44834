use super::message::{MAX_BATCH, Protocol};
use super::*;
use proptest::prelude::*;
use std::sync::Mutex;
use std::time::Duration;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::sign::{Ed25519Signer, Signer as _};
use zhengku_ledger::ids::{ChainId, TimestampMs};

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Fake {
    height: u64,
    taken: Mutex<Vec<(PeerId, Bytes)>>,
}

impl Answers for Fake {
    fn status(&self) -> Status {
        let chain = ChainId::from_digest(sha256(b"chain"));
        let block = BlockId::from_digest(sha256(b"block"));
        Status { chain, height: Height(self.height), block, clock: TimestampMs(5) }
    }

    fn take(&self, from: PeerId, transactions: Vec<Bytes>) -> Vec<Acknowledgement> {
        let mut taken = self.taken.lock().unwrap();
        let known = |bytes: &Bytes| taken.iter().any(|(_, former)| former == bytes);
        let answers = transactions
            .iter()
            .map(|bytes| if known(bytes) { Acknowledgement::Known } else { Acknowledgement::Accepted })
            .collect();
        taken.extend(transactions.into_iter().map(|bytes| (from, bytes)));
        answers
    }

    fn checkpoint(&self, _: PeerId, height: Height, _: BlockId, signature: Bytes) -> Bytes {
        if height.0 == self.height { [&signature[..], b" too"].concat().into() } else { Bytes::new() }
    }
}

fn secret(seed: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([seed; 32])
}

fn id(seed: u8) -> PeerId {
    peer_id(&Ed25519Signer::from_secret(&secret(seed)).unwrap().public_key()).unwrap()
}

async fn start(seed: u8, height: u64, peers: Vec<Peer>) -> (Exchange, Arc<Fake>) {
    let fake = Arc::new(Fake { height, ..Fake::default() });
    let listen = address("/ip4/127.0.0.1/tcp/0").unwrap();
    let settings = Settings { secret: secret(seed), listen, peers };
    (Exchange::start(settings, Arc::<Fake>::clone(&fake)).await.unwrap(), fake)
}

fn listed(seed: u8) -> Peer {
    Peer { id: id(seed), address: None }
}

async fn until(exchange: &Exchange, peer: PeerId, what: impl Fn(&PeerPicture) -> bool) {
    let mut pictures = exchange.pictures();
    let seen = pictures.wait_for(|all| all.get(&peer).is_some_and(&what));
    tokio::time::timeout(PATIENCE, seen).await.unwrap().unwrap();
}

#[tokio::test]
async fn peers_find_each_other_and_answer() {
    let (one, _) = start(1, 7, vec![listed(2)]).await;
    let dialled = Peer { id: id(1), address: Some(one.address().clone()) };
    let (other, _) = start(2, 9, vec![dialled]).await;
    until(&other, one.id(), |peer| peer.status.is_some_and(|status| status.height == Height(7))).await;
    until(&one, other.id(), |peer| peer.round_trip.is_some() && peer.is_connected).await;
    let batch: Vec<Bytes> = vec![Bytes::from_static(b"a"), Bytes::from_static(b"b"), Bytes::from(vec![7; 4 << 20])];
    let answer = other.ask(one.id(), Question::Transactions(batch[..2].to_vec())).await.unwrap();
    assert_eq!(answer, Answer::Transactions(vec![Acknowledgement::Accepted; 2]));
    let answer = other.ask(one.id(), Question::Transactions(batch[1..].to_vec())).await.unwrap();
    assert_eq!(answer, Answer::Transactions(vec![Acknowledgement::Known, Acknowledgement::Accepted]));
    let block = BlockId::from_digest(Digest::ZERO);
    let ask = |height| Question::Checkpoint { height: Height(height), block, signature: Bytes::from_static(b"mine") };
    assert_eq!(other.ask(one.id(), ask(7)).await, Ok(Answer::Checkpoint(Bytes::from_static(b"mine too"))));
    assert_eq!(other.ask(one.id(), ask(8)).await, Ok(Answer::Checkpoint(Bytes::new())));
    assert_eq!(other.ask(id(3), ask(8)).await, Err(AskError::NotConnected));
}

#[tokio::test]
async fn strangers_are_refused_until_they_are_listed() {
    let (one, fake) = start(1, 7, vec![]).await;
    let dialled = Peer { id: id(1), address: Some(one.address().clone()) };
    let (stranger, _) = start(2, 9, vec![dialled]).await;
    let ask = || stranger.ask(one.id(), Question::Transactions(vec![Bytes::from_static(b"a")]));
    // The handshake may have named it before it was refused: no question of it is ever answered.
    let deadline = tokio::time::Instant::now() + Duration::from_millis(600);
    while tokio::time::Instant::now() < deadline {
        assert!(ask().await.is_err());
        tokio::task::yield_now().await;
    }
    assert!(fake.taken.lock().unwrap().is_empty());
    one.set_peers(vec![listed(2)]).await;
    until(&stranger, one.id(), |peer| peer.status.is_some()).await;
    assert!(ask().await.is_ok());
    one.set_peers(vec![]).await;
    until(&stranger, one.id(), |peer| !peer.is_connected).await;
}

#[tokio::test]
async fn a_peer_that_comes_back_is_found_again() {
    let (one, _) = start(1, 7, vec![listed(2)]).await;
    let dialled = Peer { id: id(1), address: Some(one.address().clone()) };
    let (other, _) = start(2, 9, vec![dialled]).await;
    until(&other, one.id(), |peer| peer.is_connected).await;
    let place = one.address().clone();
    one.stop().await;
    until(&other, one.id(), |peer| !peer.is_connected).await;
    let settings = Settings { secret: secret(1), listen: place, peers: vec![listed(2)] };
    let again = Exchange::start(settings, Arc::new(Fake { height: 8, ..Fake::default() })).await.unwrap();
    until(&other, again.id(), |peer| peer.status.is_some_and(|status| status.height == Height(8))).await;
}

#[tokio::test]
async fn a_peer_that_floods_takes_nothing_from_the_others() {
    for junk in [false, true] {
        let (one, fake) = start(1, 7, vec![listed(2), listed(3)]).await;
        let place = Peer { id: id(1), address: Some(one.address().clone()) };
        let (other, _) = start(2, 9, vec![place.clone()]).await;
        until(&other, one.id(), |peer| peer.is_connected).await;
        let settings =
            Settings { secret: secret(3), listen: address("/ip4/127.0.0.1/tcp/0").unwrap(), peers: vec![place] };
        let status = Fake::default().status();
        let kind = if junk { flood::Flood::Junk(status) } else { flood::Flood::Questions(status) };
        let begun = std::time::Instant::now();
        let flooding = tokio::spawn(flood::run(settings, kind));
        until(&one, id(3), |peer| peer.is_connected).await;
        for number in 0..200_u32 {
            let question = Question::Transactions(vec![Bytes::copy_from_slice(&number.to_be_bytes())]);
            let answer = other.ask(one.id(), question).await.unwrap();
            assert_eq!(answer, Answer::Transactions(vec![Acknowledgement::Accepted]));
        }
        flooding.abort();
        let taken = fake.taken.lock().unwrap().iter().filter(|(from, _)| *from == id(3)).count() as u64;
        // 200 questions of 16 transactions a second, and as many at once.
        let bound = (begun.elapsed().as_secs() + 2) * 200 * 16;
        assert!(taken <= bound, "{taken} of at most {bound}");
        assert_eq!(taken > 0, !junk);
    }
}

fn status() -> impl Strategy<Value = Status> {
    (any::<[u8; 32]>(), any::<u64>(), any::<[u8; 32]>(), any::<u64>()).prop_map(|(chain, height, block, clock)| {
        Status {
            chain: ChainId::from_digest(Digest::from_bytes(chain)),
            height: Height(height),
            block: BlockId::from_digest(Digest::from_bytes(block)),
            clock: TimestampMs(clock),
        }
    })
}

fn question() -> impl Strategy<Value = Question> {
    let bytes = |size| proptest::collection::vec(any::<u8>(), size).prop_map(Bytes::from);
    prop_oneof![
        proptest::collection::vec(bytes(1..40), 1..20).prop_map(Question::Transactions),
        status().prop_map(Question::Status),
        (any::<u64>(), any::<[u8; 32]>(), bytes(0..200)).prop_map(|(height, block, signature)| Question::Checkpoint {
            height: Height(height),
            block: BlockId::from_digest(Digest::from_bytes(block)),
            signature,
        }),
    ]
}

proptest! {
    #[test]
    fn questions_come_back(question in question(), cut in any::<proptest::sample::Index>()) {
        let bytes = Bytes::from(question.encode());
        prop_assert_eq!(Question::decode(question.protocol(), bytes.clone()), Ok(question.clone()));
        let short = bytes.slice(..cut.index(bytes.len()));
        prop_assert!(Question::decode(question.protocol(), short).is_err());
        let long = Bytes::from([&bytes[..], &[0]].concat());
        prop_assert!(Question::decode(question.protocol(), long).is_err());
    }

    #[test]
    fn junk_is_refused_or_canonical(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for protocol in Protocol::ALL {
            if let Ok(question) = Question::decode(protocol, bytes.clone().into()) {
                prop_assert_eq!(question.encode(), bytes.clone());
            }
            if let Ok(answer) = Answer::decode(protocol, bytes.clone().into()) {
                prop_assert_eq!(answer.encode(), bytes.clone());
            }
        }
    }
}

#[test]
fn the_bytes_are_those_of_the_table() {
    let question = Question::Transactions(vec![Bytes::from_static(b"ab"), Bytes::from_static(b"c")]);
    assert_eq!(hex::encode(question.encode()), "00020000000261620000000163");
    let answer = Answer::Transactions(vec![Acknowledgement::Accepted, Acknowledgement::Full]);
    assert_eq!(hex::encode(answer.encode()), "00020103");
    let over =
        [&u16::try_from(MAX_BATCH + 1).unwrap().to_be_bytes()[..], &[0, 0, 0, 1, 7].repeat(MAX_BATCH + 1)].concat();
    assert!(Question::decode(Protocol::Transactions, over.into()).is_err());
    let none = Question::decode(Protocol::Transactions, Bytes::from_static(&[0, 0]));
    assert_eq!(none.unwrap_err().to_string(), "not a message of /zhengku/transactions/1: the number of transactions");
}
